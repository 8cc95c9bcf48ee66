"""Whoever says where they are sees that country's lines, or the international finder; never another country's."""

import itertools
import json
import string
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from adapters.platform import Address, Arrival
from bot.places import region_of
from bot.routing import COMMANDS, Enter, Here, Route, Take, route
from content.loaded import Loaded
from flows.core.catalog import INTERNATIONAL
from flows.core.events import Chose, Said
from flows.core.flow import Back, Carry, Moment, Turn
from flows.core.screen import Screen
from flows.core.typed import plain
from flows.country import IN
from flows.registry import FLOWS
from tests import world
from tests.bot.test_routing import TOKENS
from tests.content.test_screens import CONTENT, words_on
from tests.safety.reading import all_text, digits, has_number, numbers

STATES = Path(__file__).parent.parent / "states"
SHOWING = {  # every conversation that names a line of the person's country, and where: every state, if none is named
    "safety": (),
    "country": (),
    "options": ({"at": "everything"},),
    "callback": (),
}
DRAWN = [
    (name, frozen)
    for name, some in SHOWING.items()
    for frozen in some or json.loads((STATES / f"{name}.v{FLOWS[name].version}.json").read_text())
]
COUNTRIES = (*CONTENT.regions, *CONTENT.locales["en"].places)
"""Those with lines, the finder's, and those that have a name and no lines."""
ZONES = ("Europe/London", "America/New_York", "Europe/Berlin", "America/Sao_Paulo", "UTC", "Asia/Tokyo", "")
CODES = st.sampled_from(COUNTRIES) | st.text(string.ascii_uppercase, min_size=2, max_size=2)


def moment(country: str, zone: str, locale: str, content: Loaded = CONTENT) -> Moment:
    region = region_of(country, zone, content.organisation.region)
    person = world.person(country=country, region=region, zone=zone or "UTC", locale=locale, notice="n")
    return world.moment(person, content.catalog(locale))


def foreign(screen: Screen, region: str | None) -> list[str]:
    """Return the numbers on a screen that are neither the country's nor the finder's where the country has none."""
    own = CONTENT.catalog("en").help_for(region)
    ours = {digits(each) for each in (*numbers(own), CONTENT.organisation.phone)}
    others = {number for each in CONTENT.regions.values() for number in numbers(each)}
    return sorted(
        number
        for number in others
        if not any(digits(number) in each for each in ours) and has_number(all_text(screen), number)
    )


def typed(text: str, locale: str, here: Here, **more: Any) -> Route:
    sam = Address(platform="slack", tenant="T", user="U")
    return route(
        Arrival(id="1", address=sam, event=Said(text=text), **more), here, None, None, TOKENS, CONTENT.typed(locale)
    )


def drawn(name: str, frozen: dict[str, Any], at: Moment) -> Screen:
    flow = FLOWS[name]
    return flow.view(flow.thaw(flow.version, frozen), CONTENT.words[at.person.locale][name], at)


@given(CODES, st.sampled_from(ZONES), st.sampled_from(sorted(CONTENT.words)), st.sampled_from(DRAWN))
@example("FR", "Europe/London", "en", ("safety", {"at": "helping", "kind": "self", "asks": True}))
@example("XX", "Europe/London", "en", ("safety", {"at": "more", "kind": "abuse"}))
@example("ES", "Europe/London", "es", ("options", {"at": "everything"}))
def test_what_is_said_decides_and_no_other_countrys_line_is_shown(
    country: str, zone: str, locale: str, shown: tuple[str, dict[str, Any]]
) -> None:
    at = moment(country, zone, locale)
    assert at.person.region == country
    assert foreign(drawn(*shown, at), country) == []
    here = drawn("country", {"at": "choosing"}, at)
    assert has_number("\n".join(here.lines), at.catalog.help_for(country).emergency)
    if country not in CONTENT.regions:
        assert at.catalog.help_for(country) == CONTENT.regions[INTERNATIONAL]


def test_every_country_and_another_one_can_be_chosen_and_back_is_one_tap() -> None:
    for locale in CONTENT.words:
        at = moment("", "Europe/London", locale)
        screen = drawn("country", {"at": "choosing"}, at)
        keys = [each.key for each in screen.buttons]
        assert keys[-2:] == [f"{IN}{INTERNATIONAL}", "back"]
        assert {each.removeprefix(IN) for each in keys[:-1]} == set(CONTENT.regions)
        assert all(each.standing for each in screen.buttons[:-1])  # which work while the database does not
        assert screen.buttons[-1].closes
        assert len(" ".join(screen.lines).split()) <= 60


def test_within_the_crisis_conversation_the_state_stays_and_its_lines_change() -> None:
    flow = FLOWS["safety"]
    for frozen, code in itertools.product(json.loads((STATES / "safety.v3.json").read_text()), CONTENT.regions):
        state = flow.thaw(2, frozen)
        step = flow.update(state, Chose(key="country", arg=code), moment("", "Europe/London", "en"))
        assert isinstance(step, Turn)
        assert (step.state, [each.country for each in step.effects]) == (state, [code])  # type: ignore[union-attr]
        assert flow.update(state, Chose(key="country"), moment("", "Europe/London", "en")) is None
    chosen = FLOWS["country"].update(
        FLOWS["country"].thaw(1, {"at": "choosing"}), Chose(key="country", arg="FR"), moment("", "UTC", "en")
    )
    assert isinstance(chosen, Back)
    assert [each.country for each in chosen.effects] == ["FR"]  # type: ignore[union-attr]


def test_whose_lines_they_are_is_said_to_who_said_where_they_are() -> None:
    for locale, code, zone in itertools.product(CONTENT.words, CONTENT.regions, ("UTC", "Europe/London")):
        at, words = moment(code, zone, locale), CONTENT.words[locale]["safety"].model_dump()
        said = words["place"].replace("{place}", at.catalog.place(code))
        more, staying = (drawn("safety", {"at": each, "kind": "self"}, at) for each in ("more", "staying"))
        assert (said in more.lines) == (code != INTERNATIONAL), (locale, code)
        room = words_on(staying) + len(said.split()) * (said not in staying.lines) <= 60
        assert (said in staying.lines) == (room and code != INTERNATIONAL), (locale, code)
    unsaid = moment("", "Europe/London", "en")
    assert "United Kingdom" in all_text(drawn("safety", {"at": "more"}, unsaid))
    assert "United Kingdom" not in all_text(drawn("safety", {"at": "staying"}, unsaid))


def test_where_one_is_can_be_typed_in_every_language_and_means_nothing_else() -> None:
    """Each language's own way to say it, for each country that has a name; whatever the person's language is."""
    told = {
        "I'm in France": "FR",
        "I am in the US": "US",
        "i am now in england": "GB",
        "Ich bin in Frankreich": "FR",
        "ich bin in den USA": "US",
        "Ich bin gerade in der Schweiz": "CH",
        "Je suis au Canada": "CA",
        "je suis aux États-Unis": "US",
        "Je suis à Singapour.": "SG",
        "Estoy en Alemania": "DE",
        "estoy en EE. UU.": "US",
        "Estou no Brasil": "BR",
        "estou na Alemanha": "DE",
        "Estou nos EUA!": "US",
        "France": "FR",
    }
    for locale, (text, code) in itertools.product(CONTENT.words, told.items()):
        assert typed(text, locale, Here(b"sid")) == Enter("country", Carry(ask=code)), (locale, text)
        assert typed(text, locale, Here(b"sid"), command=True) == Enter("country", Carry(ask=code))
        for flow in ("safety", "country"):  # what is on screen is that country's at once, if it may come into the chat
            screen = Screen(lines=("line",))
            here = Here(b"sid", "turn", flow, "more", screen=screen)
            assert typed(text, locale, here) == Take(Chose(key="country", arg=code))
            private = Here(b"sid", "turn", flow, "more", screen=screen.model_copy(update={"private": True}))
            assert typed(text, locale, private) == Enter("country", Carry(ask=code))
            assert typed(text, locale, private, secluded=True) == Take(Chose(key="country", arg=code))
    meant = {plain(each): name for name in COMMANDS for own in CONTENT.commands.values() for each in own[name]}
    for code, phrases_ in CONTENT.countries.items():
        for phrase in phrases_:
            assert meant.setdefault(plain(phrase), code) == code, phrase
