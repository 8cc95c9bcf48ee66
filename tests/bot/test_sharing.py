"""What somebody shares before an appointment: only what they chose, byte for byte what they saw, and once."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.core.care import Mood
from tests.fakes import nothing
from tests.rig import Rig, rig


class Recorded:
    """Keeps the bodies of what is posted to the clinic as a message."""

    def __init__(self, clinic: ASGIApp) -> None:
        self.clinic, self.bodies = clinic, list[bytes]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted() -> Message:
            message = await receive()
            if scope["method"] == "POST" and scope["path"].endswith("/Communication"):
                self.bodies.append(message.get("body", b""))
            return message

        await self.clinic(scope, noted, send)


@pytest.fixture
async def haven(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig(tmp_path) as opened:
        yield opened


async def chosen(haven: Rig) -> Recorded:
    """Book, and come to the form that asks what is to be shared; two answers to check-ins are kept."""
    assert haven.wire.clinic
    recorded = Recorded(haven.wire.clinic)
    haven.wire.clinic = recorded
    await haven.agree("sam")
    record = await haven.record("sam")
    assert record
    moods = (Mood(day=date(2026, 11, 9), mood="rough"), Mood(day=date(2026, 11, 16), mood="fine"))
    record.set_private(moods=moods)
    await haven.service.store.transact(lambda conn: haven.service.people.save(conn, record))
    await haven.say("sam", "book")
    await haven.book("sam")
    await haven.tap("sam", "extras")
    await haven.tap("sam", "share")
    return recorded


async def test_only_what_was_chosen_and_exactly_what_was_seen(haven: Rig) -> None:
    recorded = await chosen(haven)
    fields = haven.screen("sam").fields
    assert [(each.key, each.value) for each in fields] == [("mood_0", ""), ("mood_1", ""), ("own", "")]
    rough = fields[1].options[0].key
    await haven.fill("sam", mood_1=rough, own="I sleep badly, “mostly”.")
    _, *shown, _ = haven.screen("sam").lines
    assert shown == ["9 Nov: rough", "I sleep badly, “mostly”."]
    assert recorded.bodies == []  # nothing goes without a yes to it
    haven.copies = 2
    await haven.tap("sam", "send")
    (body,) = recorded.bodies
    sent = json.loads(body)
    assert "\n".join(shown).encode() == sent["payload"][0]["contentString"].encode()
    assert set(sent) == {"resourceType", "identifier", "status", "about", "payload", "extension"}
    assert sent["extension"] == [{"url": "urn:haven:consented-at", "valueDateTime": "2026-11-23T08:00:00+00:00"}]
    record = await haven.record("sam")
    assert record
    assert sent["about"] == [{"reference": record.private.appointments[0].reference}]
    assert "I sleep badly" not in record.private.model_dump_json()
    assert not [each for each in await haven.planned() if each.kind == "ask"]


async def test_a_lost_answer_and_a_crash_send_it_once(haven: Rig) -> None:
    recorded = await chosen(haven)
    await haven.fill("sam", own="I sleep badly.")

    cut: list[str] = []  # the line is cut once it was sent: it took effect, and nobody can look

    async def lost(asked: str) -> None:
        if asked == "POST /Communication":
            cut.append(asked)
            raise ConnectionError

    async def silent(_asked: str) -> None:
        if cut:
            raise ConnectionError

    haven.wire.after, haven.wire.before = lost, silent
    await haven.tap("sam", "send")
    assert haven.text("sam") == str(haven.words("sharing").sending)
    haven.wire.after = haven.wire.before = nothing
    await haven.restart()
    haven.wire.clinic, recorded.clinic = recorded, haven.wire.clinic
    await haven.jump(timedelta(minutes=1))
    assert haven.service.clinic
    record = await haven.record("sam")
    assert record
    reference = record.private.appointments[0].reference.removeprefix("Appointment/")
    messages = haven.service.clinic.state.practice.messages
    assert messages.about(reference) == ["I sleep badly."]
    await haven.service.provider.cancel(record.private.appointments[0])
    haven.service.clinic.state.practice.book._refresh()
    assert messages.about(reference) == []  # called off: nobody needs it any more
    assert len(recorded.bodies) == 1
