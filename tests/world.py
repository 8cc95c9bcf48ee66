"""A small frozen world for flows: a catalog, a person, and words that say their own names.

HR's wording never turns a test red: a test word is its key followed by its blanks, as "booked {when} {who}".
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter

from flows.core.asks import FindSlots
from flows.core.care import Appointment, Facets, Offer, Plan, Reminder, Slot, Waiting
from flows.core.catalog import (
    Catalog,
    Difficulty,
    Helpline,
    Instrument,
    Item,
    NudgeLine,
    Region,
    Service,
    Team,
    Template,
)
from flows.core.contact import StaffedContact
from flows.core.events import SlotsFound
from flows.core.exercise import Exercise, ExerciseStep
from flows.core.flow import AnyFlow, Held, Moment, Person
from flows.core.locale import Locale
from flows.core.words import Words, blanks_of
from flows.safety import Lexicon

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
OPTIONS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
LOCALE = Locale.model_validate(
    {
        "name": "English",
        "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        "days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        "months": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        "when": "{weekday} {day} {month}, {time}",
        "date": "{day} {month}",
    }
)
LEXICON = Lexicon.model_validate(
    {
        "safe": ["kill% * process"],
        "rules": [
            {"kind": "self", "level": "strong", "patterns": ["kill myself", "want to die"]},
            {"kind": "self", "level": "soft", "patterns": ["hopeless"]},
        ],
    }
)


def slot(number: int, day: int = 24, hour: int = 9) -> Slot:
    start = datetime(2026, 11, day, hour, tzinfo=UTC)
    return Slot(
        key=f"Slot/{number}",
        version="1",
        start=start,
        end=start.replace(minute=50),
        who=f"Dr {number}",
        modality="video",
        practitioner=f"Practitioner/{number}",
    )


def found(count: int) -> SlotsFound:
    """Return what a search brings: slots on days that follow each other."""
    slots = tuple(slot(number, 23 + number) for number in range(1, count + 1))
    facets = Facets(
        languages=("en", "xx"), topics=("sleep", "work"), modalities=("phone", "video"), genders=("female",)
    )
    return SlotsFound(slots=slots, offers=tuple(Offer(slot=each, reasons=("topic",)) for each in slots), facets=facets)


def search(days: int) -> FindSlots:
    """Return the search of somebody who has said nothing yet."""
    return FindSlots(days=days, wishes=moment().wishes, zone="Europe/London")


def appointment(key: str = "k1", number: int = 1) -> Appointment:
    return Appointment(key=key, reference=f"Appointment/{number}", slot=slot(number), link="https://rooms.example/1")


def exercise(key: str, steps: int, *, calm: bool = False) -> Exercise:
    """An exercise whose steps say their numbers; they take 20 seconds each."""
    told = tuple(ExerciseStep(seconds=20, text=f"{key} {number}") for number in range(1, steps + 1))
    return Exercise(key=key, name=f"the {key} exercise", steps=told, calm=calm)


def contact(hours: str = "") -> StaffedContact:
    """Care Team, who call back within an hour, on weekdays from nine to five, day and night, or in the afternoon."""
    begins = time(13) if hours == "afternoons" else time(9)
    office = None if hours == "day and night" else {day: ((begins, time(17)),) for day in range(5)}
    return StaffedContact(
        name="Care Team", zone="Europe/London", hours=office, minutes=60, languages=("en",), countries=("GB",)
    )


def instrument(key: str, count: int) -> Instrument:
    """Return an instrument that says its own names; only the PHQ-9 has the question after it."""
    return Instrument(
        key=key,
        title=key,
        stem=f"{key} stem",
        items=tuple(Item(key=f"{key}-{number}", text=f"{key} item {number}") for number in range(1, count + 1)),
        options=OPTIONS,
        difficulty=Difficulty(text="how difficult", options=("not", "somewhat", "very", "extremely"))
        if count == 9
        else None,
    )


def wellbeing() -> Instrument:
    """Return the WHO-5 with names of its own, six answers to each statement, the least first."""
    answers = ("never", "some", "under half", "over half", "most", "always")
    return instrument("who5", 5).model_copy(update={"options": answers})


def catalog(**changes: Any) -> Catalog:
    lines = (
        Helpline(name="Line A", how="call", dial="111", hours="always"),
        Helpline(name="Line B", how="text", dial="222", hours="always"),
        Helpline(name="Line C", how="call", dial="333", hours="always"),
    )
    special = Helpline(name="Line V", how="call", dial="444", hours="always")
    base = Catalog(
        organisation="Acme",
        custodian="Care Ltd",
        tier="custodian",
        region="GB",
        zone="Europe/London",
        reminder_days=(1, 3),
        reminder_time=time(10),
        instruments={"phq9": instrument("phq9", 9), "gad7": instrument("gad7", 7)},
        regions={
            "GB": Region(emergency="999", lines=lines, special={"abuse": (special,)}),
            "US": Region(emergency="911", lines=(Helpline(name="Line U", how="call", dial="988", hours="always"),)),
            "XX": Region(emergency="112", lines=(Helpline(name="Finder", how="visit", dial="finder", hours="always"),)),
        },
        teams={
            "big": Team(key="big", name="Big team", size=6),
            "small": Team(key="small", name="Small team", size=4),
            "mixed": Team(key="mixed", name="Mixed team", size=6, languages=("xx", "zz")),
        },
        templates=(
            Template(key="t1", name="Template one", text="template text", translations={"xx": "template text in xx"}),
        ),
        alike={"en": "alike", "xx": "alike in xx"},
        nudges=(
            NudgeLine(key="n1", theme="sleep", text="nudge one"),
            NudgeLine(key="n2", theme="breaks", text="nudge two"),
        ),
        services=(Service(name="GP", text="a doctor", reach="call them"),),
        exercises=(
            exercise("calm", 5, calm=True),
            exercise("breath", 2, calm=True),
            exercise("worry", 3),
        ),
        phone="0800 1",
        places={"GB": "Britain", "FR": "France"},
        locale=LOCALE,
        languages={"en": "English", "xx": "Xxish"},
    )
    return base.model_copy(update=changes)


def waiting(how: str = "listed") -> Waiting:
    """Return a place on a waiting list: "joining", "listed" or "offered"."""
    offer = {"offer": slot(5), "until": NOW + timedelta(minutes=12)} if how == "offered" else {}
    reference = "" if how == "joining" else "Appointment/w1"
    return Waiting.model_validate({"key": "w1", "reference": reference, "since": NOW, **offer})


def reminder(team: str = "big") -> Reminder:
    return Reminder(team=team, template="t1", when=NOW + timedelta(days=1))


def person(**changes: Any) -> Person:
    base = Person(
        locale="en",
        zone="Europe/London",
        region="GB",
        surface="console",
        held=(Held(name="n", value="v"), Held(name="none", value="")),
    )
    return base.model_copy(update=changes)


def moment(person_: Person | None = None, catalog_: Catalog | None = None, now: datetime = NOW) -> Moment:
    return Moment(person=person_ or person(), catalog=catalog_ or catalog(), now=now)


def words(model: type[Words]) -> Words:
    """Return words that say their own names and show every blank they may use."""
    blanks = blanks_of(model)
    values = {}
    for name in model.model_fields:
        shown = " ".join(f"{{{blank}}}" for blank in blanks.get(name, ()))
        values[name] = f"{name} {shown}".strip()[:24] if name not in blanks else f"{name} {shown}".strip()
    return model.model_validate(values)


def thawed(flow: AnyFlow, state: Any) -> Any:
    """Freeze a state, and read it back: as after a restart between any two moves."""
    frozen = flow.freeze(state)
    again = flow.thaw(flow.version, TypeAdapter(dict[str, Any]).validate_json(TypeAdapter(dict).dump_json(frozen)))
    assert again == state
    return again


def plan(**changes: Any) -> Plan:
    return Plan(days=(0,), at=time(10), zone="Europe/London").model_copy(update=changes)
