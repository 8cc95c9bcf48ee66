"""Where somebody is: theirs to say at any time, whatever is broken; it holds at once, until they say otherwise."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.platform import Profile, Shown
from bot.store.engine import StoreDown
from flows.core.events import Said
from flows.country import IN
from tests.rig import Rig, rig, token_of
from tests.safety.reading import has_number

CRY = "i want to die"
LONDON = Profile(locale="en", zone="Europe/London", name="Sam")


def lines_of(haven: Rig, screen: Any, *codes: str) -> bool:
    """Tell whether a screen shows the lines of these countries, and of no other."""
    regions, text = haven.service.library.current.regions, "\n".join(screen.lines)
    shown = {code for code, each in regions.items() if each.lines[0].name in text and has_number(text, each.emergency)}
    return shown == set(codes)


async def _gone(*_: object) -> None:
    raise StoreDown("there is no database any more")


async def _from_memory(haven: Rig, patch: pytest.MonkeyPatch) -> None:
    """Without the database it holds in what comes from memory, and is kept as soon as it can be."""
    await haven.agree("alex")

    async def receive(user: str, **more: Any) -> Shown:
        shown = await haven.service.desk.receive(haven.arrival(user, **more))
        assert shown
        assert "help" in {each.key for each in shown.screen.buttons}
        return shown

    async def choose(user: str, **more: Any) -> None:
        shown = await receive(user, event=Said(text=CRY), **more)
        assert lines_of(haven, shown.screen, "GB")
        countries = await receive(user, token=token_of(shown, "country"), **more)
        assert len(countries.screen.buttons) == len(haven.service.library.current.regions) + 1
        after = await receive(user, token=token_of(countries, f"{IN}FR"), **more)
        assert lines_of(haven, after.screen, "FR")
        assert "Help lines: France." in after.screen.lines
        assert lines_of(haven, (await receive(user, token=token_of(shown, "help"), **more)).screen, "FR")
        assert lines_of(haven, (await receive(user, event=Said(text=CRY), **more)).screen, "FR")
        assert lines_of(haven, (await receive(user, event=Said(text="ich bin in den USA"), **more)).screen, "US")
        await receive(user, event=Said(text="I'm in France"), **more)

    with patch.context() as broken:
        broken.setattr(haven.service.store, "transact", _gone)
        for user in ("alex", "new"):
            await choose(user)
    await choose("guest", admitted=False)
    for user in ("alex", "new"):
        assert lines_of(haven, (await haven.say(user, CRY)).screen, "FR")
    sid = haven.service.vault.sid(haven.address("guest"))
    assert haven.service.people.country(sid) == "FR"
    await haven.jump(timedelta(minutes=31))
    assert sid not in haven.service.people.hints  # of whom nothing is held it is gone with the conversation
    assert lines_of(haven, (await receive("guest", event=Said(text=CRY), admitted=False)).screen, "GB")
    assert await haven.record("guest") is None


async def test_what_is_said_in_a_crisis_holds_at_once_and_until_it_is_said_otherwise_or_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One story, as a service takes a second to start: without the database; in a crisis; outside of one; later."""
    async with rig(tmp_path) as haven:
        await _from_memory(haven, monkeypatch)
        words, before = haven.words("country"), await haven.agree("sam")
        helped = await haven.say("sam", CRY)
        assert lines_of(haven, helped.screen, "GB")
        more = await haven.tap("sam", "ways")
        assert "Help lines: United Kingdom." in haven.text("sam")
        await haven.tap("sam", "country")
        assert (await haven.tap("sam", "back")).screen == more.screen  # one tap back
        chosen = await haven.tap("sam", "country")
        shown = await haven.press("sam", chosen, f"{IN}FR")
        assert lines_of(haven, shown.screen, "FR")
        assert "Help lines: France." in haven.text("sam")
        assert lines_of(haven, (await haven.say("sam", "I'm in Germany")).screen, "DE")  # where they are, at once
        await haven.say("sam", CRY)
        assert lines_of(haven, haven.screen("sam"), "DE")
        await haven.press("sam", chosen, f"{IN}US")  # a message further up
        assert lines_of(haven, haven.screen("sam"), "US")
        await haven.press("sam", chosen, f"{IN}FR")

        await haven.tap("sam", "back")
        await haven.say("sam", "Je suis au Canada")  # outside of a crisis it is said whose lines there are now
        assert haven.screen("sam").lines[0] == words.lines.fill(place="Canada", number="911")
        assert (await haven.tap("sam", "back")).screen == before.screen
        await haven.say("sam", "I am in Spain")  # which has no lines here
        assert haven.screen("sam").lines[0] == words.unknown.fill(dial="findahelpline.com", number="112")
        await haven.press("sam", chosen, f"{IN}FR")

        await haven.restart()
        assert lines_of(haven, (await haven.say("alex", CRY)).screen, "FR")
        await haven.jump(timedelta(days=9))
        tokyo = Profile(locale="en", zone="Asia/Tokyo", name="Sam")
        assert lines_of(haven, (await haven.say("sam", CRY, profile=tokyo)).screen, "FR")  # what was said, not the zone
        data = await haven.say("sam", "my data")
        held = f"{haven.common.held_country}: France"
        assert data.screen.private
        assert held in data.screen.lines
        assert "country" in haven.keys("sam")
        await haven.tap("sam", "country")
        await haven.tap("sam", f"{IN}XX")
        assert f"{haven.common.held_country}: another country" in haven.text("sam")
        await haven.say("sam", CRY)
        assert lines_of(haven, haven.screen("sam"), "XX")
        await haven.say("sam", "forget me")
        await haven.tap("sam", "yes")
        assert lines_of(haven, (await haven.say("sam", CRY, profile=LONDON)).screen, "GB")
