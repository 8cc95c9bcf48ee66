"""Walks through every conversation, as far as there is a way: the real flows, stepping, routing and drawing, with
every answer that the outside may give. No database, no waiting; a state is visited once.

What people may write and what providers may answer is abstracted to an example of each kind, and so is what is held
about a person: a flow is begun under every combination of those facts that its source reads.
"""

import inspect
import itertools
import json
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast, get_args

from adapters.platform import Address, Arrival
from bot.clock import Clock
from bot.drawing import Drawing
from bot.local import Local
from bot.record import Frame, Ops, Record
from bot.routing import COMMANDS, STANDING_ROUTES, Enter, Here, Redraw, Route, Take, route
from bot.stepping import UNGATED, Stepping
from bot.tokens import Tokens
from bot.vault import Keys, Vault
from content.library import Library
from content.loaded import Loaded
from flows import notice
from flows.core.asks import PassOffer, TakeOffer, Unwait, Wait
from flows.core.care import CallRequest, Mood, SafetyPlan, Status, Ticket, Trouble
from flows.core.effects import CallBack, Effect, KeepIntent, SetCaring, TakeBack
from flows.core.events import Answered, Booked, Changed, Chose, Event, Failed, Held, Listed, Said, SlotsFound
from flows.core.flow import Carry
from flows.core.screen import Field, Screen
from flows.registry import FLOWS
from flows.safety.alarm import Alarm, Kind
from flows.safety.conversation.states import PARTS
from tests import world
from tests.fakes import FakeClock

SAM = Address(platform="console", tenant="T", user="sam")
REASONS = get_args(Failed.model_fields["why"].annotation)
OUTCOMES: Sequence[Event] = (
    SlotsFound(slots=()),
    SlotsFound(slots=(), relax=("hours", "language"), waiting=""),
    world.found(3),
    Held(slot=world.slot(1), until=world.NOW + timedelta(minutes=8), hold="h"),
    Booked(appointment=world.appointment("k9", 9)),
    Listed(reference="Appointment/w1"),
    Changed(what="cancelled"),
    Changed(what="placed"),
    Changed(what="shared"),
    Changed(what="ticket"),
    *(Failed(why=why) for why in REASONS),
)
REMINDED: Sequence[Event] = (
    Changed(what="reminder", when=world.NOW),
    *(Failed(why=why, until=world.NOW) for why in ("too_small", "no_channel", "cool_down", "not_yours")),
)
WRITTEN = ("", "sam@home.example", "Europe/London", "long " * 200)
"""What may stand in a form's lines of text: each does for one kind of field, and not for the others."""
SAID = (  # an example for each answer that the crisis conversation has for what people say
    "well",
    "yes",
    "are you human",
    "will my boss know",
    "do i have depression",
    "how can i kill myself",
    "nobody can help me",
    "good bye",
    "i would rather not",
)
FACTS: dict[str, dict[str, dict[str, Any]]] = {  # by what a flow reads: what may be held of it, and how it is written
    "notice": {"never": {"notice": ""}, "once": {"notice": "older"}, "now": {"notice": "now"}},
    "plan": {
        "none": {"plan": None},
        "on": {"plan": world.plan()},
        "rests": {"plan": world.plan(paused_until=date(2027, 1, 1))},
    },
    "appointments": {
        str(count): {
            "appointments": tuple(
                world.appointment(f"k{n}", n).model_copy(update={"shares": True}) for n in range(count)
            )
        }
        for count in (0, 1, 3)
    },
    "troubles": {"none": {"troubles": ()}, "one": {"troubles": (Trouble(key="t", what="unsure", start=world.NOW),)}},
    "waiting": {"none": {"waiting": None}}
    | {how: {"waiting": world.waiting(how)} for how in ("joining", "listed", "offered")},
    "safety_plan": {"none": {"safety_plan": None}, "some": {"safety_plan": SafetyPlan(signs="x")}},
    "ticket": {"none": {"ticket": None}}
    | {
        status: {"ticket": Ticket(key="t", promised=world.NOW, status=status, request=CallRequest(name="Sam"))}
        for status in get_args(Status)
    },
    "contact": {"here": {"zone": "Europe/London"}, "elsewhere": {"zone": "Asia/Tokyo"}},
    "caring": {"none": {"caring": ()}, "some": {"caring": (world.NOW,)}},
    "moods": {"none": {"moods": ()}, "some": {"moods": (Mood(day=world.NOW.date(), mood="fine"),)}},
    "checked": {"never": {"checked": None}, "today": {"checked": world.NOW.date()}},
    "manages": {"none": {"user": "sam"}, "some": {"user": "manager"}},
    "instruments": {"yes": {"locale": "en"}, "no": {"locale": "de"}},
}
ASIDE = {"grounding", "planning", "plan"}  # in a crisis: what it is about is kept there, and changes nothing
BOOKED = {"at", "taken", "down", "moving", "what", "relax", "wrong", "full", "unlicensed"}
"""What a booking's state says that is more than whether there is something."""
State = tuple[str, str, bool, tuple[str, ...]]


class Outside(Local):
    """What takes place outside of a turn: nothing is planned; a reminder is answered as the walk wants it."""

    answer: Event = REMINDED[0]
    asked = False

    def apply(self, conn: Any, record: Record, effect: Effect, *more: Any) -> Event | None:
        match effect:  # what is held by them; what is planned with it needs a database
            case CallBack(request=request, promised=promised):
                record.asked = "ticket"
                record.set_private(ticket=Ticket(key="ticket", promised=promised, request=request))
            case TakeBack():
                record.set_private(ticket=None)
            case Wait():
                record.asked = "w1"
                record.set_private(waiting=world.waiting("joining"))
            case TakeOffer():
                record.asked = "w1"
            case Unwait():
                record.set_private(waiting=None)
            case PassOffer():
                record.set_private(waiting=world.waiting("listed"))
            case SetCaring(at=times):
                record.set_private(caring=times)
            case KeepIntent(intent=intent):
                record.set_private(intent=intent)
            case _:
                return super().apply(conn, record, effect, *more)
        return None

    def plan(self, *_: Any, **__: Any) -> bytes:
        return b""

    def _remind(self, *_: Any) -> Event:
        self.asked = True
        return self.answer

    def forget(self, *_: Any, **__: Any) -> None:
        return None


@dataclass
class Place:
    """A state that was reached: the record at rest in it, its screen, and how it was reached first."""

    record: Record
    screen: Screen
    way: str

    @property
    def frame(self) -> Frame:
        assert self.record.private.conversation
        return self.record.private.conversation.frame

    @property
    def name(self) -> str:
        return f"{self.frame.flow}/{self.frame.state.get('at')}"

    def __str__(self) -> str:
        return f"{self.name} (reached by {self.way})"


@dataclass
class Walk:
    """The walk through one set of content; `places` is filled by `go`."""

    content: Loaded
    places: dict[State, Place] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)  # buttons that lead nowhere

    def __post_init__(self) -> None:
        clock, library = cast(Clock, FakeClock(world.NOW)), cast(Library, SimpleNamespace(current=self.content))
        self.vault = Vault(Keys(root=bytes(32), epochs={1: bytes(32)}), clock)
        self.tokens = Tokens(self.vault)
        self.outside = Outside(self.vault, library, clock)
        self.stepping, self.drawing = Stepping(self.outside, library, clock), Drawing(self.tokens, library, clock)
        managers = {each.managers.console for each in self.content.teams}
        self._manager = next(iter(itertools.chain.from_iterable(managers)), "sam")
        self._reads = {name: reads(name) for name in FLOWS}

    def go(self) -> "Walk":
        """Visit everything."""
        queue = deque(self._seeds())
        while queue:
            record, way = queue.popleft()
            if (state := self.state(record)) in self.places:
                continue
            place = self.places[state] = Place(record, self.screen(record), way)
            queue.extend((*self._onwards(place), *self._elsewhere(place)))
        return self

    def screen(self, record: Record) -> Screen:
        """Draw what a record is at."""
        return self.drawing.screen(record, self.stepping.moment(record, _frame(record).flow))

    def here(self, place: Place, screen: Screen | None = None) -> Here:
        """Return the place as routing sees it."""
        at, about = (str(place.frame.state.get(name, "")) for name in ("at", "kind"))
        conversation = place.record.private.conversation
        assert conversation
        return Here(place.record.sid, conversation.turn, place.frame.flow, at, about, screen or place.screen)

    def typed(self, place: Place, text: str, /, alarm: Alarm | None = None, **more: Any) -> Route:
        """Decide what a typed line leads to. `hidden`: what is on screen is private, and the chat is not."""
        screen = place.screen.model_copy(update={"private": True}) if more.pop("hidden", False) else None
        arrival = Arrival(id="1", address=place.record.ops.address, event=Said(text=text), **more)
        phrases = self.content.typed(place.record.ops.locale)
        return route(arrival, self.here(place, screen), alarm, None, self.tokens, phrases)

    def follow(self, record: Record, way: Route) -> Record | None:
        """Take one turn; None if nothing changes by it."""
        record = replace(record, place=record.place or "chat", asked="")
        if isinstance(way, Take):
            if self.stepping.withheld(record, way.event):
                return self.follow(record, Enter(_frame(record).flow))
            if isinstance(way.event, Booked):
                held = record.private.appointments
                record.set_private(appointments=(*held, way.event.appointment)[:3])
            if isinstance(way.event, Changed) and way.event.what == "cancelled":
                record.set_private(appointments=record.private.appointments[1:])
            if isinstance(way.event, Listed) and record.private.waiting:
                record.set_private(waiting=world.waiting("listed"))
            if isinstance(way.event, Failed) and _frame(record).state["at"] == "standing":
                record.set_private(waiting=None)
            if self.stepping.take(None, record, way) is None:  # type: ignore[arg-type]
                return None
        elif isinstance(way, Enter):
            self.stepping.enter(None, record, way)  # type: ignore[arg-type]
        else:
            return None
        return _folded(record)

    def state(self, record: Record) -> State:
        """Return what tells this place from others: what its flow may tell apart."""
        frame = _frame(record)
        shown = set(frame.state) - ({"heard"} if frame.state["at"] != "listening" else set()) - {"given"}
        if frame.flow == "safety" and frame.state["at"] in ASIDE:
            shown -= {"kind", "question"}
        told = {name: frame.state[name] for name in sorted(shown)}
        if told.get("beneath"):  # of where help came up in the plan only whether a part was being written
            told["beneath"] = told["beneath"]["part"] < len(PARTS)
        if frame.flow == "booking":  # of what is wished, entered and offered only whether there is any
            told = {name: value if name in BOOKED else bool(value) for name, value in told.items()}
            told["unfit"] = bool(frame.state.get("wishes", {}).get("without"))
        at = json.dumps(told)
        return frame.flow, at, bool(frame.ask), tuple(self._fact(record, name) for name in self._reads[frame.flow])

    def holding(self, flow: str) -> Iterator[Record]:
        """Yield the records of all that may be held about somebody, as far as a flow reads it."""
        for chosen in itertools.product(*(FACTS[name].values() for name in self._reads[flow])):
            facts: dict[str, Any] = {"notice": "now", "zone": "Europe/London", "user": "sam", "locale": "en"}
            for each in chosen:
                facts |= each
            user = self._manager if facts.pop("user") == "manager" else "sam"
            record = self._somebody(user)
            private = {name: facts.pop(name) for name in list(facts) if name in type(record.private).model_fields}
            record.set_private(**private)
            record.set_ops(**facts)
            if facts["notice"] == "now":
                record.set_ops(notice=self.stepping.notice(record))
            yield record

    def _somebody(self, user: str) -> Record:
        """Return the record of somebody never seen, in the chat."""
        address = SAM.model_copy(update={"user": user})
        return Record(sid=self.vault.sid(address), ops=Ops(address=address), place="chat")

    def _seeds(self) -> Iterator[tuple[Record, str]]:
        alarms = (
            Enter("safety", Carry(ask=kind, text=level)) for kind in get_args(Kind) for level in ("soft", "strong")
        )
        ways = (*COMMANDS.values(), *STANDING_ROUTES.values(), *alarms)
        entries = {f"{each.flow} for {each.carry.ask or 'itself'}, {each.carry.text}": each for each in ways}
        entries |= {key: Enter("notice", Carry(ask=key)) for key in notice.BUTTONS}
        for name, entry in entries.items():
            for record in self.holding(entry.flow):
                if (reached := self.follow(record, entry)) is not None:
                    yield reached, name

    def _onwards(self, place: Place) -> Iterator[tuple[Record, str]]:
        for name, way in self._ways(place):
            for answer in REMINDED:
                self.outside.answer, self.outside.asked = answer, False
                reached = self.follow(place.record, way)
                if reached is not None:
                    yield reached, f"{place.name}: {name}"
                elif name.startswith("[") and not place.screen.waits:
                    self.dead.append(f"{place}: {name}")
                if not self.outside.asked:
                    break

    def _elsewhere(self, place: Place) -> Iterator[tuple[Record, str]]:
        """Yield what somebody comes back to who has chosen another language in between."""
        language = place.record.ops.locale
        record = replace(place.record)
        record.set_ops(locale=next(each for each in ("en", "de") if each != language))
        yield record, f"{place.name}: another language"

    def _ways(self, place: Place) -> Iterator[tuple[str, Route]]:
        screen, frame = place.screen, place.frame
        for button in screen.buttons:
            if not button.standing and not button.link:
                yield f"[{button.label}]", Take(Chose(key=button.key, arg=button.arg))
        for values in forms(screen.fields):
            yield f"form {values}"[:60], Take(Answered(values=values))
        if frame.ask:
            for outcome in OUTCOMES:
                yield outcome.model_dump_json()[:60], Take(outcome)
        fresh = frame.flow == "safety" and not frame.state.get("heard")
        for text in SAID if fresh else SAID[:2]:
            yield text, Take(Said(text=text))
        for kind in get_args(Kind) if frame.flow == "safety" else ():
            way = self.typed(place, "x", Alarm(kind=kind, level="strong"), secluded=True)
            if not isinstance(way, Redraw):
                yield f"alarm {kind}", way

    def _fact(self, record: Record, name: str) -> str:
        match name:
            case "notice":
                now = record.ops.notice == self.stepping.notice(record)
                if _frame(record).flow in UNGATED and _frame(record).flow != "notice":  # asks whether ever
                    return str(bool(record.ops.notice))
                return "now" if now else "once" if record.ops.notice else "never"
            case "plan":
                plan = record.ops.plan
                return "none" if plan is None else "rests" if plan.rests(world.NOW) else "on"
            case "manages":
                return record.ops.address.user
            case "instruments":
                return str(bool(self.content.catalog(record.ops.locale).instruments))
            case "safety_plan" | "checked" | "caring" | "moods":
                return str(bool(getattr(record.private, name)))
            case "contact":  # in a crisis it adds a button, and takes none away
                return "" if _frame(record).flow == "safety" else record.ops.zone
            case "waiting":
                waiting = record.private.waiting
                if waiting is None:
                    return "none"
                return "offered" if waiting.offer else "listed" if waiting.reference else "joining"
            case "ticket":
                return record.private.ticket.status if record.private.ticket else "none"
            case _:
                return str(len(getattr(record.private, name)))


def reads(flow: str) -> tuple[str, ...]:
    """Return the facts about somebody that a flow's source reads, and whether they agreed to the notice."""
    home = sys.modules[FLOWS[flow].view.__module__].__name__
    package = ".".join(home.split(".")[:2])
    sources = [
        inspect.getsource(module) for name, module in sys.modules.items() if f"{name}.".startswith(f"{package}.")
    ]
    return tuple(
        name
        for name in FACTS
        if name == "notice" or any(re.search(rf"(person|catalog|at)\.{name}\b", each) for each in sources)
    )


def forms(fields: Sequence[Field]) -> Iterator[dict[str, str]]:
    """Yield a form's answers: all of its first options, all of its last, all of those before, each one last alone; and
    each text."""
    if not fields:
        return
    chosen = [field for field in fields if field.options]
    first, last = ({each.key: each.options[end].key for each in chosen} for end in (0, -1))
    high = {each.key: each.options[-2].key for each in chosen if len(each.options) > 1}
    answers = [first, last, high, *(first | {key: value} for key, value in last.items())]
    typed = [field for field in fields if not field.options]
    seen = []
    written = WRITTEN if typed else ("",)
    for given, text in (*itertools.product([first], written), *itertools.product(answers, written[1:3] or written)):
        values = given | {each.key: text[: each.max_length] for each in typed if text}
        if values not in seen:
            seen.append(values)
            yield values
    yield {}


def _frame(record: Record) -> Frame:
    assert record.private.conversation
    return record.private.conversation.frame


def _folded(record: Record) -> Record:
    """Forget how much was heard, but for whether it was an odd number: the answers take turns."""
    conversation = record.private.conversation
    assert conversation
    state = dict(conversation.frame.state)
    if state.get("heard", 0) > 2:
        state["heard"] = 2 - state["heard"] % 2
        frame = conversation.frame.model_copy(update={"state": state})
        record.set_private(conversation=conversation.model_copy(update={"frame": frame}))
    return record
