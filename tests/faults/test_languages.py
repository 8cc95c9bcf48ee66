"""The language of somebody: from the profile, theirs to choose, and no obstacle to a right whatever it is."""

import itertools
import json
from pathlib import Path

import pytest

from adapters.platform import Profile, Shown
from bot.routing import RIGHTS
from bot.store.engine import StoreDown
from flows.core.events import Said
from flows.registry import FLOWS
from tests.rig import Rig, rig

LOCALES = ("de", "en", "es", "fr", "pt")
STATES = Path(__file__).parent.parent / "states"
LEADS = {  # each right: the conversation that it leads to, and where in it
    "help": ("safety", "helping"),
    "stop": ("checkin", "overview"),
    "pause": ("checkin", "overview"),
    "human": ("options", "listing"),
    "my_data": ("privacy", "data"),
    "forget": ("privacy", "sure"),
}


async def _say(haven: Rig, text: str, locale: str = "en") -> Shown:
    return await haven.say("sam", text, profile=Profile(locale=locale, zone="Europe/London", name="Sam"))


async def _question(haven: Rig, locale: str) -> str:
    return str(haven.service.library.current.words[locale]["home"].model_dump()["question"])


async def test_the_choice_holds_over_the_profile_over_a_restart_and_until_forgotten(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        content = haven.service.library.current
        await _say(haven, "hello", "fr-FR")
        assert haven.text("sam").startswith(content.words["fr"]["notice"].model_dump()["hello"])
        await _say(haven, "Sprache", "fr-FR")
        await haven.tap("sam", "Deutsch", profile=Profile(locale="fr-FR", zone="Europe/London", name="Sam"))
        assert haven.text("sam").startswith(content.words["de"]["notice"].model_dump()["hello"])
        await haven.restart()
        await _say(haven, "hello", "fr-FR")
        assert haven.text("sam").startswith(content.words["de"]["notice"].model_dump()["hello"])
        await haven.tap("sam", "agree", profile=Profile(locale="fr-FR", zone="Europe/London", name="Sam"))
        await _say(haven, "start", "fr-FR")
        assert await _question(haven, "de") in haven.text("sam")
        await _say(haven, "meine Daten", "fr-FR")
        assert "Deutsch" in haven.text("sam")
        await _say(haven, "vergiss mich", "fr-FR")
        await haven.tap("sam", "yes", profile=Profile(locale="fr-FR", zone="Europe/London", name="Sam"))
        await _say(haven, "bonjour", "fr-FR")
        assert haven.text("sam").startswith(content.words["fr"]["notice"].model_dump()["hello"])


async def _gone(*_: object) -> None:
    raise StoreDown("there is no database any more")


async def test_what_is_said_from_memory_is_in_the_language_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = Profile(locale="fr-FR", zone="Europe/London", name="Sam")
    async with rig(tmp_path) as haven:
        words = haven.service.library.current.words

        def said(locale: str) -> bool:
            notes, common = haven.service.desk.notes(haven.address("sam"), profile), words[locale]["common"]
            told = {key: getattr(notes, key).screen for key in ("busy", "moment", "nothing")}
            assert all(screen.buttons[-1].key == "help" for screen in told.values())
            return all(screen.lines == (getattr(common, key),) for key, screen in told.items())

        assert said("fr")
        await _say(haven, "Sprache", "fr-FR")
        await haven.tap("sam", "Deutsch", profile=profile)
        assert said("de")
        with monkeypatch.context() as patch:
            patch.setattr(haven.service.store, "transact", _gone)
            arrival = haven.arrival("sam", event=Said(text="ich will mich umbringen"), profile=profile)
            shown = await haven.service.desk.receive(arrival)
            assert shown
            assert (shown.locale, shown.turn) == ("de", "")
        await haven.restart()
        assert said("de")
        await _say(haven, "vergiss mich", "fr-FR")
        await haven.tap("sam", "yes", profile=profile)
        assert said("fr")


async def test_whoever_chose_nothing_reads_the_language_of_the_profile_as_it_changes(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        for locale in ("pt-BR", "es-MX", "en-GB"):
            await _say(haven, "home", locale)
            assert await _question(haven, locale[:2]) in haven.text("sam")


async def test_every_right_typed_in_any_language_reaches_its_place_in_one_turn(tmp_path: Path) -> None:
    """Through the whole service, once from each state, the languages in turn: `tests/bot/test_everywhere.py` tries
    every right in every language from every state there is."""
    async with rig(tmp_path) as haven:
        commands = haven.service.library.current.commands
        assert set(LEADS) == RIGHTS
        assert set(commands) == set(LOCALES)
        typed = itertools.cycle(itertools.product(LEADS, LOCALES))
        for name, flow in FLOWS.items():
            for state in json.loads((STATES / f"{name}.v{flow.version}.json").read_text()):
                right, locale = next(typed)
                await haven.place("sam", name, state)
                await _say(haven, commands[locale][right][0])
                assert await _at(haven) == LEADS[right], (name, state["at"], right, locale)


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_right_needs_no_notice_and_no_language(tmp_path: Path, locale: str) -> None:
    async with rig(tmp_path) as haven:
        commands = haven.service.library.current.commands[locale]
        for profile, (right, lead) in itertools.product(LOCALES, LEADS.items()):
            await haven.service.store.transact(
                lambda conn: haven.service.people.forget(conn, haven.service.vault.sid(haven.address("sam")))
            )
            await _say(haven, commands[right][0], profile)
            assert await _at(haven) == lead, (profile, right)


async def _at(haven: Rig) -> tuple[str, str]:
    record = await haven.record("sam")
    assert record is not None
    assert record.private.conversation is not None
    frame = record.private.conversation.frame
    return frame.flow, str(frame.state["at"])
