"""Offers: whatever people and directories are like, nobody is offered who breaks what was asked for."""

from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251  seeded: the same ten thousand every time
from typing import Any, get_args
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from flows import matching
from flows.core.care import (
    TOPICS,
    WISHES,
    Gender,
    Hours,
    Modality,
    Practitioner,
    Profession,
    Slot,
    Wishes,
)

START = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday
PLACES = ("GB", "IE", "US", "US-CA", "US-NY", "FR")
LANGUAGES = ("en", "es", "fr")
ZONES = ("Europe/London", "America/Los_Angeles", "Asia/Kolkata")
PROFESSIONS, MODALITIES, HOURS, GENDERS = map(get_args, (Profession, Modality, Hours, Gender))
PRICES = ("", "", "40 GBP", "9 EUR")


def somebody(chance: Random, number: int) -> Practitioner:
    def some(there: tuple[Any, ...], most: int) -> tuple[Any, ...]:
        return tuple(chance.sample(there, chance.randint(0, most)))

    return Practitioner(
        provider=chance.choice(("", "calm")),
        key=f"Practitioner/{number}",
        name=f"Dr {number}",
        profession=chance.choice(("therapy", "therapy", *PROFESSIONS)),
        languages=some(LANGUAGES, 3),
        topics=some(TOPICS, 6),
        modalities=some(MODALITIES, 3),
        gender=chance.choice(GENDERS),
        licensed=some(PLACES, 6),
        price=chance.choice(PRICES),
    )


def wishes(chance: Random, keys: tuple[str, ...]) -> Wishes:
    def maybe(there: tuple[Any, ...]) -> Any:
        return chance.choice(there) if chance.random() < 0.25 else ""

    return Wishes(
        profession=chance.choice(("therapy", "therapy", *PROFESSIONS)),
        place=chance.choice(("GB", "GB", *PLACES, "DE", "")),
        language=maybe(LANGUAGES),
        topic=maybe(TOPICS[:4]),
        modality=maybe(MODALITIES),
        gender=maybe(GENDERS[1:]),
        hours=maybe(HOURS),
        free_only=chance.random() < 0.2,
        without=tuple(chance.sample(keys, min(len(keys), chance.randint(0, 2)))),
    )


def slots(chance: Random, practitioners: list[Practitioner], count: int) -> list[Slot]:
    made = []
    for number in range(count):
        who, start = chance.choice(practitioners), START + timedelta(minutes=50 * chance.randint(0, 14 * 28))
        made.append(
            Slot.model_construct(
                key=f"Slot/{number}",
                version="1",
                start=start,
                end=start + timedelta(minutes=50),
                who=who.name,
                modality=chance.choice(who.modalities or MODALITIES),
                provider=who.provider,
                practitioner=who.key,
            )
        )
    return made


def broken(who: Practitioner, slot: Slot, asked: Wishes, zone: str) -> list[str]:
    """Return what an offer breaks, written out anew: not by the code under test."""
    local = slot.start.astimezone(ZoneInfo(zone))
    part = "weekend" if local.strftime("%a") in {"Sat", "Sun"} else "early" if local.hour < 9 else "day"
    part = "evening" if part == "day" and local.hour >= 17 else part
    country = asked.place.split("-")[0]
    needs_licence = who.profession not in {"coaching", "group", "line"}
    rules = {
        "profession": who.profession == asked.profession,
        "licence": not needs_licence or (asked.place != "" and {asked.place, country} & set(who.licensed)),
        "not a fit": who.key not in asked.without,
        "language": asked.language == "" or asked.language in who.languages,
        "topic": asked.topic == "" or asked.topic in who.topics,
        "modality": asked.modality in {"", slot.modality},
        "gender": asked.gender in {"", who.gender},
        "hours": asked.hours in {"", part},
        "cost": not asked.free_only or who.price == "",
    }
    return [name for name, kept in rules.items() if not kept]


def test_of_ten_thousand_people_nobody_is_offered_what_breaks_a_filter() -> None:
    """And nobody goes without where somebody fits: an offer is missing only if there is none."""
    chance, offered, none, wrong = Random(6), 0, 0, []
    for world in range(100):
        there = [somebody(chance, number) for number in range(14)]
        free = slots(chance, there, 40)
        of = {(each.provider, each.key): each for each in there}
        for person in range(100):
            asked, zone = wishes(chance, tuple(each.key for each in there)), chance.choice(ZONES)
            found = matching.offers(there, free, asked, zone, seed="s")
            for offer in found:
                who = of[offer.slot.provider, offer.slot.practitioner]
                wrong += [(world, person, each) for each in broken(who, offer.slot, asked, zone)]
                assert offer.price == who.price
                assert set(offer.reasons) == {each for each in WISHES if getattr(asked, each)}
            fitting = [s for s in free if not broken(of[s.provider, s.practitioner], s, asked, zone)]
            assert len(found) == min(3, len(fitting))
            if fitting:
                assert found[0].slot.start == min(each.start for each in fitting)
            offered, none = offered + len(found), none + (not found)
    assert not wrong, wrong[:20]
    assert offered > 4000, "hardly anybody was offered anything: nothing was shown"
    assert none > 1000


@settings(max_examples=80)
@given(st.integers(), st.text(max_size=4), st.permutations(range(20)))
def test_the_order_is_of_time_and_seed_alone(number: int, seed: str, order: list[int]) -> None:
    chance = Random(number)
    there = [somebody(chance, each) for each in range(6)]
    free = slots(chance, there, 20)
    asked = wishes(chance, tuple(each.key for each in there)).model_copy(update={"free_only": False})
    found = matching.offers(there, free, asked, "Europe/London", seed)
    assert found == matching.offers(there[::-1], [free[each] for each in order], asked, "Europe/London", seed)
    assert [each.slot.start for each in found] == sorted(each.slot.start for each in found)
    dear = [each.model_copy(update={"price": chance.choice(("", "1 GBP", "900 GBP"))}) for each in there]
    assert [each.slot for each in found] == [
        each.slot for each in matching.offers(dear, free, asked, "Europe/London", seed)
    ], "a price decides on nothing"


@settings(max_examples=80)
@given(st.integers())
def test_what_is_asked_to_be_let_go_of_does_bring_somebody(number: int) -> None:
    chance = Random(number)
    there = [somebody(chance, each) for each in range(6)]
    free = slots(chance, there, 20)
    asked = wishes(chance, ())
    relax = matching.relaxations(there, free, asked, "Europe/London")
    for wish in WISHES:
        changed: dict[str, Any] = {wish: False if wish == "free_only" else ""}
        found = matching.offers(there, free, asked.model_copy(update=changed), "Europe/London", "")
        assert (wish in relax) == bool(getattr(asked, wish) and found)


def test_the_seed_decides_between_two_at_one_time() -> None:
    there = [Practitioner(key=f"Practitioner/{n}", name=f"Dr {n}", licensed=("GB",)) for n in range(8)]
    free = [
        Slot(key=f"Slot/{n}", version="1", start=START, end=START + timedelta(hours=1), who="x", modality="video")
        .model_copy(update={"practitioner": f"Practitioner/{n}"})
        for n in range(8)
    ]  # fmt: skip
    first = {
        matching.offers(there, free, Wishes(place="GB"), "UTC", str(seed))[0].slot.practitioner for seed in range(60)
    }
    assert len(first) == 8, "somebody is always first, or never"


def test_what_can_be_asked_for_is_what_somebody_has() -> None:
    there = [
        Practitioner(key="a", name="A", languages=("en", "cy"), topics=("sleep", "chess"), licensed=("GB",)),
        Practitioner(key="b", name="B", gender="female", modalities=("video",), price="9", licensed=("IE",)),
        Practitioner(key="c", name="C", profession="gp", languages=("de",)),
    ]
    found = matching.facets(there, "therapy")
    assert (found.languages, found.topics, found.genders) == (("cy", "en"), ("sleep",), ("female",))
    assert (found.places, found.modalities, found.priced) == (("GB", "IE"), ("video",), True)
