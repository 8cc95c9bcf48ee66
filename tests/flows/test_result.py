"""What a result offers: times within a week in the same turn, or another way that is honest about why."""

import itertools
from datetime import timedelta

import pytest

from flows.core.care import Slot
from flows.core.contact import StaffedContact
from flows.core.events import Chose, Event, Failed, SlotsFound
from flows.core.flow import Carry, Goto, Moment, Turn
from flows.registry import FLOWS
from tests import world
from tests.content.test_screens import CONTENT

SCREENING, FINDINGS = FLOWS["screening"], ("raised", "some", "open", "steady")
CONTACT = StaffedContact(name="Care", zone="UTC", hours=None, minutes=60, languages=("en",), countries=("GB",))
LOCALES = sorted(CONTENT.words)


def _slot(number: int, days: float) -> Slot:
    start = world.NOW + timedelta(days=days)
    return world.slot(number).model_copy(update={"start": start, "end": start + timedelta(minutes=50)})


NEAR, EDGE, LATE, PAST = _slot(1, 0.5), _slot(2, 7), _slot(3, 7.01), _slot(4, -0.1)
ANSWERS: dict[str, Event] = {
    "several": SlotsFound(slots=(LATE, EDGE, PAST, NEAR, _slot(5, 1), _slot(6, 2), _slot(7, 3))),
    "one": SlotsFound(slots=(EDGE,)),
    "too late": SlotsFound(slots=(LATE, PAST)),
    "none": SlotsFound(slots=()),
    "down": Failed(why="provider_down"),
}


def _at(locale: str, *, contact: bool) -> Moment:
    catalog = CONTENT.catalog(locale).model_copy(update={"contact": CONTACT if contact else None})
    return world.moment(world.person(locale="en", region="GB"), catalog)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_result_offers_times_of_this_week_or_says_what_else_there_is(locale: str) -> None:
    """Whatever was found, whatever the provider answers, with and without somebody who calls back."""
    words = CONTENT.words[locale]["screening"].model_dump()
    phone = CONTENT.organisation.phone
    for finding, (what, answer), contact in itertools.product(FINDINGS, ANSWERS.items(), (True, False)):
        case, at = (finding, what, contact), _at(locale, contact=contact)
        looking = SCREENING.thaw(SCREENING.version, {"at": "looking", "outcome": {"finding": finding}})
        turn = SCREENING.update(looking, answer, at)
        assert isinstance(turn, Turn), case
        screen = SCREENING.view(turn.state, CONTENT.words[locale]["screening"], at)
        keys, slots = [button.key for button in screen.buttons], turn.state.slots
        assert screen.private
        assert [slot.start for slot in slots] == sorted(slot.start for slot in slots)
        assert all(world.NOW < slot.start <= world.NOW + timedelta(days=7) for slot in slots), case
        assert len(slots) == {"several": 3, "one": 1}.get(what, 0), case
        assert keys.count("slot") == len(slots)
        assert keys[-3:] == ["exercise", "other", "done"], case
        if slots:
            assert words["free"] in screen.lines
            assert "callback" not in keys
        else:
            assert any(phone in line for line in screen.lines), case
            assert ("callback" in keys) == contact, case
            assert "again" in keys
            assert words["free"] not in screen.lines
            said = words["down" if what == "down" else "none_free"].format(phone=phone)
            assert said in screen.lines, case


def test_each_offer_leads_where_it_says() -> None:
    at = _at("en", contact=True)
    result = SCREENING.thaw(
        SCREENING.version, {"at": "result", "outcome": {"finding": "some"}, "slots": [NEAR.model_dump(mode="json")]}
    )
    assert SCREENING.update(result, Chose(key="slot", arg="0"), at) == Goto("booking", Carry(slot=NEAR))
    assert SCREENING.update(result, Chose(key="exercise"), at) == Goto("selfhelp")
    assert SCREENING.update(result, Chose(key="other"), at) == Goto("options", Carry(ask="some"))
    assert SCREENING.update(result, Chose(key="callback"), at) == Goto("callback")
    again = SCREENING.update(result.model_copy(update={"slots": ()}), Chose(key="again"), at)
    assert isinstance(again, Turn)
    assert again.effects == (world.search(7),)
    assert again.state.at == "looking"
    for finding in FINDINGS:  # what was found changes the order of the list, and all of it is there
        listed = FLOWS["options"].begin(Carry(ask=finding), at)
        assert isinstance(listed, Turn)
        assert listed.state.model_dump() == {"at": "everything", "need": finding}
