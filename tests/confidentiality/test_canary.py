"""Canaries: what people enter is unlike anything else, everything that can fail fails, and then it is searched for.

It may be in memory, sealed on disk, on the way to the provider, and on the private screen of whoever entered it; and
nowhere else. Each protection is switched off once, to see that the search finds what it would let through.
"""

import contextlib
import dataclasses
import io
import itertools
import json
import logging
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, event

from adapters.platform import Profile, Shown, Unreachable
from bot import log
from bot.providers.clinic.seal import Seal
from bot.vault import Vault
from bot.web import create_app
from bot.wiring import CLINIC
from flows.core.events import Answered, Said
from flows.core.flow import AnyFlow
from flows.registry import FLOWS
from tests.rig import Rig, rig

FAULTS = ("none", "platform", "unreachable", "provider", "wire", "store", "flows")


class Aviary:
    """Hands out canaries, and looks for them."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._out: list[str] = []

    def __call__(self) -> str:
        """Return a word that nobody else has."""
        self._out.append(f"canary{next(self._numbers):06}")
        return self._out[-1]

    def among(self, content: bytes | str) -> set[str]:
        """Return the canaries that are in it."""
        raw = content.encode() if isinstance(content, str) else content
        plain = raw.lower().replace(b"\0", b"")  # UTF-16, too
        return {each for each in self._out if each.encode() in plain} if b"canary" in plain else set()


@contextlib.contextmanager
def fault(haven: Rig, kind: str, words: str) -> Iterator[None]:
    """Break one thing for the length of the block; what it raises says all that it was given."""

    def fails(*given: Any, **more: Any) -> Any:
        raise RuntimeError(f"{words} {given} {more}")

    async def fails_later(*given: Any, **more: Any) -> Any:
        fails(*given, **more)

    async def down(_: str) -> None:
        raise ConnectionError("the clinic is down")

    def read_only(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA query_only=ON")

    with pytest.MonkeyPatch.context() as patch:
        match kind:
            case "platform":
                patch.setattr(haven.platform, "fails", OSError(words))
            case "unreachable":
                patch.setattr(haven.platform, "fails", Unreachable(words))
            case "provider":
                for name in ("find_slots", "book", "cancel", "status"):
                    patch.setattr(haven.service.provider, name, fails_later)
            case "wire":
                patch.setattr(haven.wire, "before", down)
            case "store":
                event.listen(haven.service.store.engine, "begin", read_only)
            case "flows":
                for name, flow in list(FLOWS.items()):
                    broken: AnyFlow = dataclasses.replace(flow, update=fails, begin=fails)
                    patch.setitem(FLOWS, name, broken)
        try:
            yield
        finally:
            if kind == "store":
                event.remove(haven.service.store.engine, "begin", read_only)
                haven.service.store.engine.dispose()


def steps(haven: Rig, canary: Aviary) -> list[Callable[[], Awaitable[Any]]]:
    """Return what somebody does, one after another, with canaries wherever anything can be entered."""
    user = canary()

    def says(text: str, **more: Any) -> Awaitable[Any]:
        profile = Profile(locale=canary(), zone=canary(), name=canary())
        return haven.say(user, text, id=canary(), profile=profile, **more)

    def sends(**more: Any) -> Awaitable[Any]:
        return haven.service.desk.receive(haven.arrival(user, **more))

    return [
        lambda: says("home"),
        lambda: haven.tap(user, "agree"),
        lambda: says(canary()),
        lambda: haven.tap(user, "check"),
        lambda: haven.fill(user, q1=canary(), q2="9"),
        lambda: haven.fill(user, q1="3", q2="3", q3="3", q4="3"),
        lambda: haven.fill(user, **{f"q{number}": "1" for number in range(5, 11)}),
        lambda: haven.fill(user, q12="1", q13="skip", q14=canary()),
        lambda: haven.fill(user, q12="1", q13="skip"),
        lambda: haven.tap(user, "slot"),
        lambda: says(f"i want to die {canary()}", secluded=False),
        lambda: haven.tap(user, "mistaken"),
        lambda: haven.fill(user, name=canary(), contact=canary()),
        lambda: haven.fill(user, name=canary(), contact=f"{canary()}@home.example", consent="yes"),
        lambda: says("my data"),
        lambda: haven.tap(user, "back"),
        lambda: says(canary(), secluded=False),
        lambda: says("home"),
        lambda: haven.tap(user, "checkin"),
        lambda: haven.tap(user, "start"),
        lambda: haven.fill(user, day="0", time="10:00", zone=canary()),
        lambda: haven.fill(user, day="0", time="10:00", zone="Europe/London"),
        lambda: sends(token=canary()),
        lambda: sends(event=Answered(values={canary(): canary()}), token=canary()),
        lambda: sends(event=Said(text=canary()), admitted=False),
    ]


async def people(haven: Rig, canary: Aviary, count: int) -> None:
    """Let people go through everything. At every step something breaks, another thing for each; then they try again."""
    for person in range(count):
        for number, step in enumerate(steps(haven, canary)):
            kind = FAULTS[(person + number) % len(FAULTS)] if person else "none"
            try:
                with fault(haven, kind, canary()):
                    await step()
            except Exception:
                with contextlib.suppress(Exception):
                    await step()
        await haven.later(timedelta(minutes=2))
    await haven.later(timedelta(hours=3))  # the check-ins
    for message in (kept[0] for kept in haven.platform.messages.values() if kept):
        with contextlib.suppress(Exception):
            await haven.press(canary(), message, "asked")


async def exposed(
    folder: Path, caplog: pytest.LogCaptureFixture, logged: io.StringIO, count: int = 3
) -> dict[str, set[str]]:
    """Return the canaries that got out, by the place where they were found."""
    canary, found = Aviary(), dict[str, set[str]]()
    async with rig(folder / "data", host="0.0.0.0") as haven:
        await people(haven, canary, count)
        assert any(canary.among(json.dumps(each)) for each in await haven.booked())  # they did get as far as that
        found |= {f"open {path.name}": canary.among(path.read_bytes()) for path in _files(folder)}
        found["chat"] = canary.among("".join(_in_public(haven)))
        found["http"] = canary.among("".join(await _replies(haven, canary())))
    found |= {path.name: canary.among(path.read_bytes()) for path in _files(folder)}
    found |= {"log": canary.among(logged.getvalue()), "captured": canary.among(caplog.text)}
    assert {"open haven.db", "open haven.db-wal", "open haven.db-shm", "haven-clinic.db"} <= found.keys()
    assert "turn_failed" in logged.getvalue()
    assert {record.name for record in caplog.records} >= {"haven", "httpx", "uvicorn.error"}
    return {place: out for place, out in found.items() if out}


def _files(folder: Path) -> list[Path]:
    """Return every file there is, but the keys."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".keys.json")]


def _in_public(haven: Rig) -> Iterator[str]:
    """Yield what stood in the chat itself, which is the employer's: launchers, public screens, messages, posts."""
    for screens in haven.platform.screens.values():
        yield from (shown.public().model_dump_json() for shown in screens)
    for messages in haven.platform.messages.values():
        yield from (message.model_dump_json() for message in messages)


async def _replies(haven: Rig, word: str) -> list[str]:
    """Return what anybody is answered who knocks at our doors, without a token and with nonsense."""
    replies: list[httpx.Response] = []
    logging.getLogger("httpx").setLevel(logging.WARNING)  # here it is the stranger's client, and writes what they ask
    transport = httpx.ASGITransport(create_app(haven.service), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://haven") as client:
        for path in (
            "/healthz",
            "/readyz",
            "/metrics",
            f"/{word}",
            f"{CLINIC}/Appointment",
            f"{CLINIC}/Slot?{word}={word}",
        ):
            replies += [await client.get(path), await client.post(path, json={word: word}), await client.delete(path)]
        secret = {"Authorization": f"Bearer {haven.service.vault.clinic_token()}"}
        for path in (f"Slot?{word}={word}", f"Appointment?identifier={word}", word, f"{word}/{word}", f"Slot/{word}"):
            replies.append(await client.get(f"{CLINIC}/{path}", headers=secret))
        for body in (b"{" + word.encode(), json.dumps({"resourceType": word, word: word}).encode()):
            replies.append(await client.post(f"{CLINIC}/Appointment", content=body, headers=secret))
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    return [f"{each.status_code} {each.headers} {each.text}" for each in replies]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Log as the service does, but all of it: whatever any library says, at every level."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    log.configure(stream, logging.DEBUG)
    root.setLevel(logging.DEBUG)
    root.handlers += handlers  # the test's own, which write every message as it is
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which everything is written, temporary files included."""
    (tmp_path / "temporary").mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


async def test_nothing_gets_out(
    folder: Path, caplog: pytest.LogCaptureFixture, logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    assert await exposed(folder, caplog, logged, 2 * len(FAULTS)) == {}
    assert "canary" not in "".join(capfd.readouterr())


async def test_without_the_vaults_seal_it_would(
    folder: Path, caplog: pytest.LogCaptureFixture, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(Vault, "_encrypt", lambda self, key, plain, aad: bytes(12) + plain + bytes(16))
    monkeypatch.setattr(Vault, "_decrypt", lambda self, key, sealed, aad: sealed[12:-16])
    assert {"open haven.db-wal", "haven.db"} <= (await exposed(folder, caplog, logged)).keys()


async def test_without_the_clinics_seal_it_would(
    folder: Path, caplog: pytest.LogCaptureFixture, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(Seal, "close", lambda self, document, *place: json.dumps(document).encode())
    monkeypatch.setattr(Seal, "open", lambda self, sealed, *place: json.loads(sealed))
    assert "haven-clinic.db" in await exposed(folder, caplog, logged)


async def test_without_the_launcher_it_would(
    folder: Path, caplog: pytest.LogCaptureFixture, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(Shown, "public", lambda self: self)
    assert "chat" in await exposed(folder, caplog, logged)


async def test_with_a_log_that_says_what_went_wrong_it_would(
    folder: Path, caplog: pytest.LogCaptureFixture, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(log, "failure", lambda name, error, **fields: log.event(f"{name} {error}", logging.ERROR))
    assert {"log", "captured"} <= (await exposed(folder, caplog, logged)).keys()
