"""HR's real files, walked screen by screen: every state of every flow is drawn with the words that ship."""

import itertools
import json
import re
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.wiring import WORDS
from content import default_root
from content.loader import load
from flows.core.care import Appointment, Plan, Status, Ticket
from flows.core.screen import Screen
from flows.home import HomeWords, front
from flows.registry import FLOWS
from flows.safety.conversation.said import Reply
from tests import world
from tests.safety.reading import questions

CONTENT = load(default_root(), WORDS, date(2026, 7, 1))
STATES = Path(__file__).parent.parent / "states"
DRAWN = [
    (name, frozen)
    for name, flow in FLOWS.items()
    for frozen in json.loads((STATES / f"{name}.v{flow.version}.json").read_text())
]
SAFETY = [frozen for name, frozen in DRAWN if name == "safety"]


def drawn(name: str, frozen: dict[str, Any]) -> Screen:
    flow, catalog = FLOWS[name], CONTENT.catalog("en")
    person = world.person(appointments=(world.appointment(),), plan=world.plan(), manages=("support",))
    at = world.moment(person, catalog)
    return flow.view(flow.thaw(flow.version, frozen), CONTENT.words["en"][name], at)


def words_on(screen: Screen) -> int:
    return sum(len(line.split()) for line in screen.lines)


@pytest.mark.parametrize(("name", "frozen"), DRAWN, ids=[f"{name}-{frozen['at']}" for name, frozen in DRAWN])
def test_every_screen_reads_whole(name: str, frozen: dict[str, Any]) -> None:
    screen = drawn(name, frozen)
    texts = [*screen.lines, *[each.label for each in screen.buttons], *[each.label for each in screen.fields]]
    assert all(text.strip() for text in texts)
    assert not [text for text in texts if re.search(r"\{\w*\}", text)], "a blank was left open"
    assert all(len(button.label) <= 75 for button in screen.buttons)
    assert len({button.label for button in screen.buttons}) == len(screen.buttons), "two buttons read alike"


ENGLISH = {"to", "the", "and", "with", "call", "by", "day", "hours"}  # words of no other language of ours
CRISIS = [(locale, region, frozen) for locale in CONTENT.words for region in CONTENT.regions for frozen in SAFETY]


@pytest.mark.parametrize(("locale", "region", "frozen"), CRISIS, ids=lambda each: str(each)[:40])
def test_crisis_screens_are_short_and_ask_at_most_once(locale: str, region: str, frozen: dict[str, Any]) -> None:
    """In every language, for every country: the number first, sixty words, one question, three ways to be helped."""
    flow, catalog = FLOWS["safety"], CONTENT.catalog(locale)
    at = world.moment(world.person(region=region, locale=locale, notice="n"), catalog)
    screen = flow.view(flow.thaw(flow.version, frozen), CONTENT.words[locale]["safety"], at)
    assert words_on(screen) <= 60
    assert len(questions(screen)) <= 1
    text, lines = "\n".join(screen.lines), catalog.regions[region].lines
    assert (catalog.regions[region].emergency in text) == (frozen["at"] != "checking")
    shown = [line for line in lines if line.name in text]
    assert len(shown) <= 2
    assert locale == "en" or not ENGLISH & set(re.findall(r"\w+", text)), "left in English"
    if frozen["at"] in {"helping", "staying", "listening", "more", "plan"} and frozen["kind"] != "medical":
        assert shown[:1] == list(lines[:1])


@pytest.mark.parametrize("locale", CONTENT.words)
@pytest.mark.parametrize("kind", ["asked", "self", "other", "abuse", "harm", "psychosis", "eating"])
def test_every_answer_in_a_crisis_is_short(locale: str, kind: str) -> None:
    flow, catalog = FLOWS["safety"], CONTENT.catalog(locale)
    for reply, region, heard in itertools.product(get_args(Reply), CONTENT.regions, (1, 2)):
        at = world.moment(world.person(region=region, locale=locale, notice="n"), catalog)
        said = {"kind": kind, "reply": reply, "heard": heard, "question": "suicide"}
        opens = () if reply in {"no", "safe"} else ({"at": "helping", "asks": True} | said,)
        for frozen in ({"at": "listening"} | said, *opens):
            assert words_on(flow.view(flow.thaw(2, frozen), CONTENT.words[locale]["safety"], at)) <= 60


def test_who_is_hurt_at_home_first_sees_the_line_for_that() -> None:
    tongues = {"GB": "en", "IE": "en", "US": "en", "FR": "fr", "DE": "de", "BR": "pt"}
    assert {region for region, each in CONTENT.regions.items() if each.special} == set(tongues)
    for region, locale in tongues.items():
        at = world.moment(world.person(region=region, locale=locale), CONTENT.catalog(locale))
        special, general = CONTENT.regions[region].special["abuse"][0], CONTENT.regions[region].lines[0]
        for frozen in ({"at": "helping"}, {"at": "listening", "reply": "safe"}, {"at": "more"}):
            state = FLOWS["safety"].thaw(FLOWS["safety"].version, {"kind": "abuse"} | frozen)
            text = "\n".join(FLOWS["safety"].view(state, CONTENT.words[locale]["safety"], at).lines)
            assert 0 <= text.find(special.dial) < text.find(general.name), (region, frozen)


def test_being_called_back_reads_short_in_every_language_whatever_became_of_it() -> None:
    flow, shown = FLOWS["callback"], json.loads((STATES / "callback.v1.json").read_text())
    outcomes = [None, *(Ticket(key="k", promised=world.NOW, status=each) for each in get_args(Status))]
    night = world.NOW.replace(hour=2)
    for locale, frozen, ticket, now in itertools.product(CONTENT.words, shown, outcomes, (world.NOW, night)):
        catalog = CONTENT.catalog(locale).model_copy(update={"contact": CONTENT.contact})
        at = world.moment(world.person(locale=locale, ticket=ticket), catalog, now)
        screen = flow.view(flow.thaw(1, frozen), CONTENT.words[locale]["callback"], at)
        fields = " ".join(f"{field.label} {field.hint}" for field in screen.fields)
        assert words_on(screen) + len(fields.split()) <= 60, (locale, frozen)
        assert len(questions(screen)) <= 1, (locale, frozen)
        assert screen.private


def test_the_notice_says_all_of_it_in_sixty_words() -> None:
    for frozen in ({"at": "short", "then": {}},):
        screen = drawn("notice", frozen)
        text = " ".join(screen.lines)
        assert words_on(screen) <= 60
        for said in ("program", "not a crisis service", "up to you", "runs this server", "employer may read this chat"):
            assert said in text


@pytest.mark.parametrize("plan", [None, world.plan(), world.plan(paused_until=date(2026, 12, 24))])
@pytest.mark.parametrize("appointments", [(), (world.appointment(),)])
def test_the_page_of_ones_own_is_general(plan: Plan | None, appointments: tuple[Appointment, ...]) -> None:
    """It is seen over a shoulder: nothing on it names a day, a person or a reason, and it works when it is old."""
    words = CONTENT.words["en"]["home"]
    assert isinstance(words, HomeWords)
    person = world.person(plan=plan, appointments=appointments, manages=("support",))
    screen = front(words, world.moment(person, CONTENT.catalog("en")))
    labels = [button.label for button in screen.buttons]
    text = " ".join([*screen.lines, *labels])
    assert not re.search(r"\d|Dr |anxi|depress|diagnos|Mon|Tue|weekly", text)
    assert screen.private  # it cannot stand in a chat message
    assert all(button.standing for button in screen.buttons)
    assert words_on(screen) <= 30
    assert (words.coming in labels) == bool(appointments)
    checkins = {words.checkins_on, words.checkins_off, words.checkins_paused} & set(screen.lines)
    rests = plan is not None and plan.rests(world.NOW)
    general = front(words, world.moment(person, CONTENT.catalog("en")), general=True)
    nobody = world.person(manages=("support",))
    assert general == front(words, world.moment(nobody, CONTENT.catalog("en")), general=True)
    assert checkins == {words.checkins_off if not plan else words.checkins_paused if rests else words.checkins_on}


@pytest.mark.parametrize(("name", "frozen"), DRAWN, ids=[f"{name}-{frozen['at']}" for name, frozen in DRAWN])
def test_what_may_stand_in_chat_is_neutral(name: str, frozen: dict[str, Any]) -> None:
    """A screen that is not private must not hold a name, a time, an answer or a clinical word."""
    screen = drawn(name, frozen)
    if screen.private or name in {"safety", "team"}:  # crisis help is shown in place; a team is no secret
        return
    text = " ".join([*screen.lines, *[button.label for button in screen.buttons]])
    assert not re.search(r"Dr \d|rooms\.example|24 Nov|anxi|depress|diagnos|worry|mood|rough", text, re.IGNORECASE)
