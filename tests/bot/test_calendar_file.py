"""A file for a calendar: only for who asks for it, on their private page, and with nothing in it but a time."""

from datetime import datetime, timedelta
from pathlib import Path

import httpx
from icalendar import Calendar

from tests.bot.slack_stage import SAM
from tests.bot.test_room_story import check_and_book, opened, staged
from tests.visitor import Page, Visitor

ALLOWED = {
    *("BEGIN", "END", "PRODID", "VERSION", "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND"),
    *("SUMMARY", "CLASS", "TRANSP", "STATUS"),
}
"""Every property that there may be: no attendee, organizer, place, note, link or alarm."""


def read(answer: httpx.Response) -> dict[str, str]:
    """Return the properties of a file that was handed out; nothing but a time may be in it."""
    assert answer.status_code == 200, answer.headers
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="busy.ics"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    lines = answer.text.replace("\r\n ", "").splitlines()
    held = dict(line.split(":", 1) for line in lines)
    assert set(held) <= ALLOWED
    assert (held["SUMMARY"], held["CLASS"]) == ("Busy", "PRIVATE")
    (event,) = Calendar.from_ical(answer.text).events
    assert datetime.strptime(held["DTSTART"], "%Y%m%dT%H%M%S%z") == event.DTSTART
    return held


async def test_it_is_made_when_asked_for_and_a_new_one_replaces_it(tmp_path: Path) -> None:
    """Booked, taken twice, moved, cancelled: one entry, whose later file counts. Nobody else can take it."""
    async with staged(tmp_path) as stage, Visitor(stage.base) as visitor:
        await stage.enter(SAM)
        nobody = await visitor.client.get("/room/file")
        assert nobody.status_code == 403
        await opened(stage, visitor, "Private check")
        page = await check_and_book(visitor)
        assert (await visitor.client.get("/room/file")).status_code == 303, "nobody asked for a file"
        await visitor.press("Reminder and more")
        page = await visitor.press("Calendar file")
        assert "the word Busy, marked private" in page.text
        assert "a work calendar belongs to your employer" in page.text
        assert (await visitor.client.get("/room/file")).status_code == 303
        page = await visitor.press("Make the file")
        assert page.links["Get the file"] == "/room/file"
        first = read(await visitor.client.get("/room/file"))
        assert first["DTSTART"] == "20261123T090000Z"
        stage.clock.later(timedelta(minutes=1))
        second = read(await visitor.client.get("/room/file"))
        assert second["UID"] == first["UID"], "taken twice it is one entry"
        async with Visitor(stage.base) as other:
            assert (await other.client.get("/room/file")).status_code == 403
        await visitor.press("Back to it")
        page = await visitor.press("My appointments")
        await visitor.press("Move it")
        await settled(visitor, "stands until you choose")
        await visitor.press([each.label for each in visitor.page.buttons if ", " in each.label][-1])
        await visitor.press("Yes, move it")
        page = await settled(visitor, "Moved: it is now")
        assert "Your calendar still has the old time" in page.text
        moved = read(await visitor.client.get(page.links["Get the file"]))
        assert moved["UID"] == first["UID"]
        assert moved["DTSTART"] != first["DTSTART"]
        await visitor.press("Cancel")
        await visitor.press("Yes, cancel it")
        page = await settled(visitor, "It is cancelled")
        gone = read(await visitor.client.get(page.links["Get the file"]))
        assert (gone["UID"], gone["STATUS"]) == (first["UID"], "CANCELLED")
        sequences = [int(each["SEQUENCE"]) for each in (first, second, moved, gone)]
        assert sequences == sorted(sequences)
        assert sequences[0] < sequences[-1]
        assert not any("ics" in str(each) or "calendar" in str(each) for each in stage.hands.messages(SAM))


async def settled(visitor: Visitor, wanted: str) -> Page:
    """Look at the page until the provider has answered."""
    for _ in range(200):
        if wanted in visitor.page.text:
            return visitor.page
        await visitor.get("/room")
    raise AssertionError(visitor.page.text)
