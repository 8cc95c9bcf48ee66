"""What a provider gets to see of everything that somebody did and said here: a list of what is allowed, no more."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.wiring import CLINIC
from flows.core.care import Appointment
from tests.bot.providers.allowed import Known, Sent, leaves, recorded
from tests.rig import Rig, rig

NAME, CONTACT, ZONE = "Robin", "robin@relay.example", "Europe/London"
USER, SAID = "u0canary", "canary words of mine"


class Listener:
    """Stands before the provider and writes down what it is asked, and what it answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self.exchanges = app, list[tuple[Sent, bytes]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, told = b"", b""

        async def reading() -> Message:
            nonlocal asked
            message = await receive()
            asked += message.get("body", b"")
            return message

        async def writing(message: Message) -> None:
            nonlocal told
            told += message.get("body", b"")
            await send(message)

        await self._app(scope, reading, writing)
        query = scope["query_string"].decode()
        headers = [(name.decode().lower(), value.decode()) for name, value in scope["headers"]]
        sent = Sent.of(scope["method"], f"{scope['path']}?{query}" if query else scope["path"], headers, asked, CLINIC)
        self.exchanges.append((sent, told))


@contextmanager
def listening(haven: Rig) -> Iterator[Listener]:
    assert haven.wire.clinic
    listener = haven.wire.clinic = Listener(haven.wire.clinic)
    yield listener


async def story(haven: Rig) -> Known:
    """Say private things, answer a check, look for what matters, book, move, be reminded, cancel, and be forgotten."""
    await haven.agree(USER)
    await haven.say(USER, SAID)
    await haven.check(USER)
    await haven.tap(USER, "slot")
    await haven.tap(USER, "find")
    await haven.tap(USER, "wishes")
    await haven.fill(USER, language="fr", topic="sleep", gender="female", place="GB")
    await haven.tap(USER, "slot")
    consented = haven.clock.now()
    await haven.fill(USER, name=NAME, contact=CONTACT, place="GB", remind="both", consent="yes")
    (held,) = await _held(haven)
    await haven.tap(USER, "move")
    await haven.tap(USER, "slot")
    await haven.tap(USER, "yes")
    (moved,) = await _held(haven)
    assert moved.slot != held.slot
    await haven.jump(moved.slot.start - haven.clock.now() - timedelta(minutes=30))
    assert haven.service.watch
    await haven.service.watch.look()
    await haven.say(USER, "home")
    await haven.tap(USER, "appointments")
    await haven.tap(USER, "cancel")
    await haven.tap(USER, "yes")
    assert await _held(haven) == ()
    return Known(NAME, CONTACT, ZONE, consented)


async def _held(haven: Rig) -> tuple[Appointment, ...]:
    record = await haven.record(USER)
    assert record
    return record.private.appointments


async def test_the_provider_sees_what_the_person_gave_and_nothing_else(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        with listening(haven) as listener:
            known = await story(haven)
        strays = recorded(listener.exchanges, known)
        assert not strays, strays
        assert {NAME, CONTACT, ZONE} <= {value for sent, _ in listener.exchanges for value in leaves(sent)}
        all_of_it = json.dumps([vars(sent) for sent, _ in listener.exchanges], default=str).lower()
        for never in (USER, "canary", "sleep", "demo", "both", haven.service.vault.sid(haven.address(USER)).hex()):
            assert never not in all_of_it, never
        (booking, answer), *_ = (each for each in listener.exchanges if CONTACT in leaves(each[0]))
        told = dataclasses.replace(booking, body=booking.body | {"description": SAID})
        assert recorded([(told, answer)], known) == [f"POST / Bundle: description = {SAID}"]
