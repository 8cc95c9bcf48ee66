"""The PHQ-9 asks about thoughts of death: only where somebody is there for the answer, and otherwise no start."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import CareSettings, ScreeningSettings, Settings, SettingsTrouble
from bot.wiring import answered_for
from flows.core.catalog import Screening
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


async def test_without_a_contact_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_SCREENING__PHQ9"):
        async with rig(tmp_path, screening=ScreeningSettings(phq9=True)):
            pass
