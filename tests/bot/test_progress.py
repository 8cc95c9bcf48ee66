"""What `haven sends` and `/metrics` tell: how far, how fast, until when; and of nobody."""

import io
import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.cli import main
from bot.deliveries import KINDS, OUTCOMES, Kind, Wave
from bot.progress import Look, Progress, spoken
from bot.sends_command import drawn
from bot.web import create_app
from tests.rig import rig


def seen(at: float, sent: int, waiting: Mapping[bytes, int], audience: int = 10_000) -> Look:
    waves: dict[Kind, Wave] = {kind: Wave() for kind in KINDS}
    return Look(at, waves | {"checkin": Wave(audience=audience, sent=sent)}, waiting)


def shown(progress: Progress) -> str:
    out = io.StringIO()
    Console(file=out, width=120).print(drawn(progress))
    return out.getvalue()


def test_the_rate_is_that_of_lately_and_the_slowest_workspace_says_when_all_is_out() -> None:
    progress = Progress()
    progress.add(seen(0, 0, {b"a": 9_000, b"b": 1_000}))
    assert (progress.rate, progress.left) == (None, None)
    assert "Rate: not known yet. All out: not known yet." in shown(progress)
    for second in range(1, 101):
        progress.add(seen(second, second * 15, {b"a": 9_000 - second * 5, b"b": max(1, 1_000 - second * 10)}))
    assert progress.rate == pytest.approx(15)
    assert progress.left == pytest.approx(8_500 / 5)
    assert "Rate: 900 a minute. All out: about 28 min." in shown(progress)
    progress.add(seen(101, 1_515, {b"a": 12_000}))  # more was planned: then by the rate of all
    rate = progress.rate
    assert rate
    assert progress.left == pytest.approx(12_000 / rate)
    still = Progress()
    still.add(seen(0, 5, {b"a": 5}))
    still.add(seen(30, 5, {b"a": 5}))
    assert (still.rate, still.left) == (0, None)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, "not known yet"), (0.2, "about 1 s"), (89, "about 89 s"), (2065, "about 34 min"), (11_700, "about 3.2 h")],
)
def test_a_span_is_told_no_finer_than_it_is_known(seconds: float | None, told: str) -> None:
    assert spoken(seconds) == told


async def test_metrics_and_the_command_tell_counts_and_of_nobody(tmp_path: Path) -> None:
    async with rig(tmp_path, key_file=tmp_path / "keys", profile="demo") as haven:
        store, deliveries = haven.service.store, haven.service.desk.deliveries
        inside = httpx.ASGITransport(create_app(haven.service))  # nothing works by itself here
        async with httpx.AsyncClient(transport=inside, base_url="http://haven") as client:
            empty = _samples((await client.get("/metrics")).text)
            await store.transact(lambda conn: deliveries.planned(conn, "checkin", 25))
            page = await client.get("/metrics")
            assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
            assert _samples(page.text)['haven_messages{kind="checkin",state="queued"}'] == 25
            for _ in range(25):
                await store.transact(lambda conn: deliveries.ended(conn, "checkin", "unreachable"))
            many = _samples((await client.get("/metrics")).text)
            assert many['haven_messages{kind="checkin",state="unreachable"}'] == 25
            assert len(many) - len(empty) == len(OUTCOMES) - 1  # a few more states, and nothing of anybody
            for name in many:
                assert re.fullmatch(r'haven_[a-z_]+(\{kind="[a-z]+"(,state="[a-z]+")?\})?', name), name
            for header in ("X-Forwarded-For", "Forwarded", "Via", "Origin"):
                assert (await client.get("/metrics", headers={header: "x"})).status_code == 404
        database = f"sqlite:///{haven.database}"
        set_ = {"HAVEN_DATABASE_URL": database, "HAVEN_KEY_FILE": str(tmp_path / "keys"), "HAVEN_PROFILE": "demo"}
        told = CliRunner().invoke(main, ["sends"], env=set_)
        assert told.exit_code == 0, told.output
        assert all(each in told.output for each in ("check-ins", "25", "Nothing is due now."))
        gone = CliRunner().invoke(main, ["sends"], env=set_ | {"HAVEN_DATABASE_URL": f"sqlite:///{tmp_path}/none.db"})
        assert (gone.exit_code, "haven serve" in gone.output) == (2, True)


def _samples(page: str) -> dict[str, int]:
    lines = [line for line in page.splitlines() if not line.startswith("#")]
    return {name: int(value) for name, _, value in (line.rpartition(" ") for line in lines)}
