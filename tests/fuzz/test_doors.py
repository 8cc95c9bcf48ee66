"""Signed, spoilt and forged deliveries on the doors of Slack and Teams."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.slack.courier import FORM, JSON, sign
from bot.sandbox.teams.identity import FORGERIES
from tests.fuzz.served import Served, served
from tests.fuzz.spoiling import KINDS, spoilt, written
from tests.golden.conftest import Contents
from tests.golden.on_slack import OnSlack
from tests.golden.on_teams import OnTeams

QUIET = tuple(HealthCheck)
NUMBER = "-000000"  # what stands in for a delivery's number while it is drawn: what is drawn must not depend on it


def fuzz(many: int, *parts: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], None]:
    """Run a check on `many` drawn examples."""

    def run(check: Callable[..., None]) -> None:
        drawn = given(*parts)(check)
        settings(max_examples=many, database=None, suppress_health_check=QUIET)(drawn)()

    return run


def numbered(body: bytes, number: int) -> bytes:
    """Make a delivery one of its own: the same spoilt payload twice is not a repetition."""
    return body.replace(NUMBER.encode(), f"-{number:06}".encode())


def chunks(body: bytes) -> Iterator[bytes]:
    """Send a body in pieces, without saying how long it is."""
    for start in range(0, len(body), 700):
        yield body[start : start + 700]


def told(capfd: pytest.CaptureFixture[str], endpoint: str, seen: dict[int, int]) -> None:
    """Say, also where output is captured, how many requests there were, and how they were answered."""
    with capfd.disabled():
        print(f"\n{endpoint}: {sum(seen.values())} requests, by status {dict(sorted(seen.items()))}")


def test_slack(tmp_path: Path, contents: Contents, many: int, capfd: pytest.CaptureFixture[str]) -> None:
    with served("slack", tmp_path, contents["usual"]) as haven:
        with httpx.Client(base_url=haven.base, trust_env=False, timeout=30) as http:
            _slack(haven, http, many)
        seen = haven.statuses
    assert sum(seen.values()) >= many
    assert {200, 400, 401} <= seen.keys()
    assert "canary" not in capfd.readouterr().err
    told(capfd, "/slack/events", seen)


def _slack(haven: Served, http: httpx.Client, many: int) -> None:
    assert isinstance(haven.place, OnSlack)
    workspace, clock, numbers = haven.place.workspace, haven.place.behind.clock, itertools.count()
    payloads = [_slack_payload(each) for each in haven.deliveries]
    forged = st.sampled_from([None] * 60 + ["", "v0=", "v0=" + "0" * 64, "v1=x", "v0=é"])
    stamps = st.sampled_from([None] * 60 + ["0", "-1", "9" * 400, "1e9", "now", "١٢٣"])

    @fuzz(many, st.data(), spoilt(payloads), forged, stamps, st.sampled_from((*[None] * 40, *KINDS)), st.booleans())
    def check(data: Any, told: dict[str, Any], forgery: Any, stamp: Any, kind: Any, pieces: bool) -> None:
        for name in ("event_id", "trigger_id"):
            if isinstance(told.get(name), str):
                told[name] += NUMBER
        body = numbered(data.draw(written(told)), next(numbers))
        form = "event_id" not in told
        if form and data.draw(st.integers(0, 9)):
            body = urlencode({"payload": body} if "command" not in told else told, errors="surrogatepass").encode()
        at = str(int(clock.now().timestamp())) if stamp is None else stamp
        answer = http.post(
            "/slack/events",
            content=chunks(body) if pieces else body,
            headers={
                b"content-type": (kind if kind is not None else FORM if form else JSON).encode(),
                b"x-slack-request-timestamp": at.encode(),
                b"x-slack-signature": (
                    sign(workspace.signing_secret, at, body) if forgery is None else forgery
                ).encode(),
            },
        )
        haven.judge(
            answer.status_code, answer.text, repr(answer.headers), busy=True
        )  # 503: Slack delivers events again
        if forgery is not None or stamp is not None:
            assert (answer.status_code, answer.text) == (401, "not verified")


def _slack_payload(delivery: Any) -> dict[str, Any]:
    text = delivery.body.decode()
    if delivery.content_type == JSON:
        return dict(json.loads(text))
    return dict(json.loads(parse_qs(text)["payload"][0]))


def test_teams(tmp_path: Path, contents: Contents, many: int, capfd: pytest.CaptureFixture[str]) -> None:
    with served("teams", tmp_path, contents["usual"]) as haven:
        with httpx.Client(base_url=haven.base, trust_env=False, timeout=30) as http:
            _teams(haven, http, many)
        seen = haven.statuses
    assert sum(seen.values()) >= many
    assert {200, 400, 401, 403} <= seen.keys()
    assert "canary" not in capfd.readouterr().err
    told(capfd, "/api/messages", seen)


def _teams(haven: Served, http: httpx.Client, many: int) -> None:
    assert isinstance(haven.place, OnTeams)
    workspace, numbers = haven.place.workspace, itertools.count()
    identity, url = workspace.identity, workspace.service_url
    payloads = [dict(each.activity) for each in haven.deliveries]
    good = identity.token(url)
    forgeries = {kind: identity.forge(kind, url) for kind in FORGERIES}
    tokens = st.sampled_from([""] * 160 + sorted(FORGERIES))

    @fuzz(many, st.data(), spoilt(payloads), tokens, st.sampled_from((*[None] * 40, *KINDS)), st.booleans())
    def check(data: Any, told: dict[str, Any], forgery: str, kind: Any, pieces: bool) -> None:
        if isinstance(told.get("id"), str):
            told["id"] += NUMBER
        body = numbered(data.draw(written(told)), next(numbers))
        token = forgeries[forgery] if forgery else good
        answer = http.post(
            "/api/messages",
            content=chunks(body) if pieces else body,
            headers={"Content-Type": JSON if kind is None else kind, "Authorization": f"Bearer {token}".strip()},
        )
        haven.judge(
            answer.status_code, answer.text, repr(answer.headers), busy=True
        )  # 503: Teams delivers typed lines again
        if forgery:
            assert (answer.status_code, answer.text) == (401, "not verified")
