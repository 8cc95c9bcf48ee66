"""The PHQ-9 asks about thoughts of death: only where somebody is there for the answer, and otherwise no start."""

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from pydantic import SecretStr

from adapters.platform import Shown
from bot.settings import CareSettings, ScreeningSettings, Settings, SettingsTrouble
from bot.wiring import answered_for
from flows.core.catalog import Screening
from flows.core.events import Answered
from tests.content.test_screens import CONTENT
from tests.rig import rig

CARE = CareSettings(url="https://care.example.org", secret=SecretStr("whsec_" + "A" * 32))


def test_every_gate() -> None:
    """All 2^4: the setting, where requests go, the contact with its hours, and whether it speaks the language."""
    assert CONTENT.contact
    for wanted, sent, named, spoken in itertools.product((False, True), repeat=4):
        contact = CONTENT.contact.model_copy(update={"languages": ("en",) if spoken else ("fr",)}) if named else None
        settings = Settings(screening=ScreeningSettings(phq9=wanted), care=CARE if sent else CareSettings())
        content = replace(CONTENT, contact=contact, staffed=sent, screening=Screening(phq9=wanted))
        if wanted and not (sent and named):
            with pytest.raises(SettingsTrouble, match=r"staffed_contact in org/crisis\.yaml"):
                answered_for(settings, content)
        else:
            answered_for(settings, content)
        # a contact that goes away while the service runs takes the question with it, whatever the start allowed
        assert content.catalog("en").screening.phq9 is (wanted and sent and named and spoken)
        assert content.catalog("de").screening.phq9 is False


async def test_help_comes_before_anything_else_and_the_result_after_it(tmp_path: Path) -> None:
    """Through the whole service: "several days" to the ninth question, at a low sum and with the worry part to come."""
    async with rig(tmp_path, screening=ScreeningSettings(phq9=True), care=CARE) as haven:
        await haven.agree("sam")
        await haven.tap("sam", "check")
        await haven.fill("sam", q1="2", q2="2", q3="3", q4="0")
        assert "q11" in {field.key for field in haven.shown("sam").screen.fields}
        await haven.fill("sam", **dict.fromkeys(("q5", "q6", "q7", "q8", "q9", "q10"), "0"), q11="1")
        words, shown = haven.words("safety"), haven.shown("sam")
        assert shown.screen.lines[0] == words.self_harm
        assert words.question in shown.screen.lines
        await haven.tap("sam", "mistaken")
        assert haven.words("screening").raised in haven.text("sam")
        assert len(haven.times("sam")) == 3
        record = await haven.record("sam")
        assert record
        assert "phq9" not in record.private.model_dump_json()


async def test_the_answer_is_heard_whatever_has_become_of_its_form(tmp_path: Path) -> None:
    """Out of date, with another question less, behind a new notice, or with nobody there to take it: help all the same.
    And as long as the answer is "not at all", or left out, a form is a form."""
    async with rig(tmp_path, screening=ScreeningSettings(phq9=True), care=CARE) as haven:
        library, words = haven.service.library, haven.words("safety")
        whole = library.current

        async def sent(user: str, answer: str, how: str) -> Shown | None:
            library._current = whole
            await haven.agree(user)
            await haven.tap(user, "check")
            shown = await haven.fill(user, q1="0", q2="0", q3="2", q4="2")
            form = haven.arrival(user, event=Answered(values={"q5": "0", "q11": answer}), token=shown.form)
            match how:
                case "late":
                    await haven.later(timedelta(minutes=31))
                case "elsewhere":
                    await haven.say(user, "my data")
                case "without the question":
                    library._current = replace(whole, screening=Screening())
                case "with a new notice":
                    library._current = replace(whole, surface="room")
                case "without a store":
                    with pytest.MonkeyPatch.context() as broken:
                        broken.setattr(haven.service.store, "transact", AsyncMock(side_effect=OSError))
                        return await haven.service.desk.receive(form)
            return await haven.service.desk.receive(form)

        hows = {"late": "1", "elsewhere": "2", "without the question": "3", "with a new notice": "1"}
        for how, answer in (hows | {"without a store": "3"}).items():
            helped = await sent(how, answer, how)
            assert helped, how
            assert words.self_harm in helped.screen.lines, how
        for answer in ("0", "skip"):
            shown = await sent(f"late {answer}", answer, "late")
            assert shown
            assert shown.screen.lines[0] == haven.common.expired


async def test_without_a_contact_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_SCREENING__PHQ9"):
        async with rig(tmp_path, screening=ScreeningSettings(phq9=True)):
            pass
