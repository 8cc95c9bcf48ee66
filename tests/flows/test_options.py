"""Ways to get help: a few first, all of them one tap away, whatever was found; nobody is asked why."""

import itertools
from typing import get_args

import pytest

from flows import options
from flows.core.catalog import Service, ServiceKind
from flows.core.events import Chose
from flows.core.flow import Carry, Goto, Turn
from flows.core.screen import Screen
from tests import world
from tests.content.test_screens import CONTENT, words_on

KINDS = get_args(ServiceKind)
NEEDS = get_args(options.Need)
WORDS = CONTENT.words["en"]["options"]


def _service(kind: ServiceKind) -> Service:
    return Service(name=f"the {kind}", text="what it is", reach="how to reach it", kind=kind)


def _drawn(state: options.State, services: tuple[Service, ...] = (), locale: str = "en", region: str = "GB") -> Screen:
    catalog = CONTENT.catalog(locale).model_copy(update={"services": services})
    words = CONTENT.words[locale]["options"]
    assert isinstance(words, options.OptionsWords)
    return options.view(state, words, world.moment(world.person(locale=locale, region=region), catalog))


def _states() -> list[options.State]:
    return [
        *(options.Listing(person=each) for each in (False, True)),
        *(options.Everything(need=each) for each in NEEDS),
    ]


@pytest.mark.parametrize("need", NEEDS)
def test_the_whole_list_for_everything_that_an_organisation_may_have(need: options.Need) -> None:
    """Full product of what was found and what there is: all of it is listed once, nothing else is, the order alone
    differs, and every way that is not a service stands beside it."""
    for there in itertools.product((False, True), repeat=len(KINDS)):
        kinds = [kind for kind, is_there in zip(KINDS, there, strict=True) if is_there]
        screen = _drawn(options.Everything(need=need), tuple(map(_service, kinds)))
        named = [kind for line in screen.lines for kind in KINDS if f"the {kind}:" in line]
        first = {
            "raised": ["line", "doctor"],
            "some": ["line", "coaching", "group"],
            "steady": ["coaching", "group"],
        }.get(need, [])
        assert named == sorted(kinds, key=lambda kind: first.index(kind) if kind in first else len(first))
        text = "\n".join(screen.lines)
        for said in ("0808 157 0142", "Somebody you trust", "Samaritans, call 116 123", "In danger now: call 999"):
            assert said in text
        assert [each.key for each in screen.buttons] == ["times", "exercise", "check", "done"]


def test_the_list_is_one_tap_away_and_is_the_same_for_everybody() -> None:
    here = world.moment()
    for state in _states():
        if isinstance(state, options.Listing):
            assert "all" in {button.key for button in _drawn(state).buttons}
            assert options.update(state, Chose(key="all"), here) == Turn(options.Everything())
    listed = [set(_drawn(options.Everything(need=need), tuple(map(_service, KINDS))).lines) for need in NEEDS]
    assert all(each == listed[0] for each in listed)


@pytest.mark.parametrize("locale", sorted(CONTENT.words))
def test_nobody_is_asked_why_and_the_first_page_is_short(locale: str) -> None:
    for state, region in itertools.product(_states(), CONTENT.regions):
        screen = _drawn(state, CONTENT.catalog(locale).services, locale, region)
        assert not any("?" in each for each in (*screen.lines, *(button.label for button in screen.buttons)))
        assert not screen.fields
        if isinstance(state, options.Listing):
            assert words_on(screen) <= 60
        else:
            here = CONTENT.regions[region]
            crisis = screen.lines[-1]
            assert here.emergency in crisis
            assert here.lines[0].dial in crisis


def test_where_it_begins() -> None:
    begun = {ask: options.begin(Carry(ask=ask), world.moment()).state for ask in ("", "human", "all", "raised", "odd")}
    assert begun == {
        "": options.Listing(),
        "human": options.Listing(person=True),
        "all": options.Everything(),
        "raised": options.Everything(need="raised"),
        "odd": options.Listing(),
    }


def test_what_the_organisation_does_not_have_is_not_spoken_of() -> None:
    for state in _states():
        text = " ".join(_drawn(state).lines).casefold()
        assert not any(word in text for word in ("coach", "group", "doctor", "gp", "counsellor")), text


def test_what_can_be_booked_beside_therapy_stands_among_all_ways() -> None:
    """In every language: telemedicine, coaching, a group, each leading to its own times."""
    beside = ("gp", "psychiatry", "coaching", "group", "line")
    for locale in CONTENT.words:
        catalog = CONTENT.catalog(locale).model_copy(update={"bookable": ("therapy", *beside)})
        words = CONTENT.words[locale]["options"]
        assert isinstance(words, options.OptionsWords)
        screen = options.view(options.Everything(), words, world.moment(world.person(), catalog))
        assert [each.arg for each in screen.buttons if each.key == "times"] == ["", *beside]
        assert [each.arg for each in _drawn(options.Listing()).buttons if each.key == "times"] == [""]
    for each in beside:
        step = options.update(options.Everything(), Chose(key="times", arg=each), world.moment())
        assert step == Goto("booking", Carry(ask=each))
