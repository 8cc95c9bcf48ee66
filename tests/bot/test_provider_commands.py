"""`haven provider`: what it finds at servers that keep or break a promise, and that nothing of it is left there."""

import json
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from bot.cli import main
from bot.providers.clinic.app import create_clinic
from bot.providers.fhir_trial import Tried, trial
from bot.providers.fhir_wire import Wire
from content import default_root
from content.booking import QUESTIONS
from tests.bot.providers.conftest import ANA, KEY, StillClock, serving
from tests.bot.providers.faults import Wire as Faulty
from tests.bot.providers.faults import always
from tests.bot.providers.standin import Standin


async def tried(server: Standin, fault: str = "") -> dict[str, Tried]:
    transport = Faulty(server)
    if fault:
        transport.set(always(fault))
    wire = Wire("http://127.0.0.1", None, 4.0, httpx.AsyncClient(transport=transport))
    return {one.what: one for one in await trial(wire, StillClock())}


async def test_a_server_that_keeps_its_promises() -> None:
    server = Standin(people=True, holds=True, vouchers=("V-1",))
    before = {key: one["meta"] for key, one in server.store.items()}
    found = await tried(server)
    assert not [one for one in found.values() if one.good is False]
    for what in ("transactions roll back", "If-Match is kept", "If-None-Exist is kept", "cleaned up", "holds a slot"):
        assert found[what].good, found[what]
    assert found["free slots in 14 days"].seen == "3 of 3 can be shown"
    assert found["people in its directory"].seen == "1; of 1 the licence, of 1 the languages"
    assert {key: one["meta"] for key, one in server.store.items()} == before  # nothing left, nothing touched


@pytest.mark.parametrize(
    ("broken", "what", "means"),
    [
        ({"transactions": "partial"}, "transactions roll back", "claimed one by one"),
        ({"transactions": "no_rollback"}, "transactions roll back", "claimed one by one"),
        ({"if_match": False}, "If-Match is kept", "two may take one slot"),
        ({"if_none_exist": False}, "If-None-Exist is kept", "cancels its second"),
        ({}, "holds a slot", "anybody's until it is booked"),
    ],
)
async def test_a_promise_that_is_not_kept_is_seen_and_explained(
    broken: dict[str, object], what: str, means: str
) -> None:
    server = Standin(**broken)  # type: ignore[arg-type]
    found = await tried(server)
    assert found[what].good is not True
    assert means in found[what].means
    assert not [key for key in server.store if key.startswith("Appointment")]


@pytest.mark.parametrize(("fault", "seen"), [("503", "can be used"), ("connect", "no answer"), ("429", "no answer")])
async def test_a_server_that_does_not_answer(fault: str, seen: str) -> None:
    (one,) = (await tried(Standin(), fault)).values()
    assert one.good is False
    assert seen in one.seen
    assert one.means


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[str]:

    app = create_clinic(f"sqlite:///{tmp_path}/c.db", KEY, StillClock(), name="C", practitioners=[ANA], bearer="t0ken")
    outer = FastAPI()
    outer.mount("/fhir", app)
    with serving(outer) as url:
        yield f"{url}/fhir"
    app.state.practice.dispose()


def test_the_command_prints_a_table_and_the_open_questions(
    clinic: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAVEN_PROVIDER__TOKEN", "t0ken")
    shown = CliRunner().invoke(main, ["provider", "check", clinic])
    assert shown.exit_code in (0, 1), shown.output
    assert re.search(r"ok +transactions roll back", shown.output), shown.output
    for key, question in QUESTIONS.items():
        assert f"[ ] {key}: {question}" in shown.output
    assert "6 of 6 open" in shown.output
    shutil.copytree(default_root(), tmp_path / "content", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    entry = f"\nproviders:\n  - {{key: harbour, name: H, kind: fhir, url: '{clinic}', settled: [licence, data]}}\n"
    with (tmp_path / "content" / "org" / "providers.yaml").open("a") as file:
        file.write(entry)
    monkeypatch.setenv("HAVEN_CONTENT_DIR", str(tmp_path / "content"))
    monkeypatch.setenv("HAVEN_PROVIDERS__HARBOUR__TOKEN", "t0ken")
    ticked = CliRunner().invoke(main, ["provider", "check", "harbour"])
    assert re.search(r"ok +transactions roll back", ticked.output), ticked.output
    assert re.findall(r"\[x\] (\w+)", ticked.output) == ["licence", "data"]
    assert "4 of 6 open" in ticked.output
    refused = CliRunner().invoke(main, ["provider", "check", "nobody"])
    assert refused.exit_code == 2
    assert "no provider of org/providers.yaml" in refused.output


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    first, second = (CliRunner().invoke(main, ["provider", "key", str(file)]) for _ in range(2))
    assert first.output == second.output
    (key,) = json.loads(first.output)["keys"]
    assert (key["crv"], key["alg"]) == ("P-384", "ES384")
    assert "d" not in key
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
