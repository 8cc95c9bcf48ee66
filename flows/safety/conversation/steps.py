"""What each event leads to: stay, listen, help in other ways, or go back at once."""

import json
from collections.abc import Mapping
from typing import Any, cast

from flows.core.care import SafetyPlan
from flows.core.effects import KeepSafetyPlan, SetCountry
from flows.core.events import Answered, Chose, Event, Said
from flows.core.exercise import Exercise, goes_on
from flows.core.flow import Back, Carry, Goto, Moment, Step, Turn
from flows.safety.conversation.said import Reply, agrees, meant, soon
from flows.safety.conversation.states import (
    DIRECT,
    IN_PLAN,
    PARTS,
    Beneath,
    Checking,
    Choosing,
    Deleting,
    Grounding,
    Helping,
    Listening,
    More,
    Plan,
    Planning,
    Question,
    State,
    Staying,
    Topic,
)

MORE_HELP = ("yes", "no", "ways", "next", "others", "plan")
"""Buttons that ask for more help, beside the exercises: not those that hide it, lead away, or change what is kept."""
UNSAID: Mapping[Topic, frozenset[Reply]] = {
    "other": frozenset({"goodbye", "refuse"}),  # it is the other one who will not talk, or says goodbye
    "abuse": frozenset({"goodbye"}),  # "tell him I am leaving": nobody there is asked to stay
    "harm": frozenset({"goodbye"}),
    "medical": frozenset({"calls"}),  # what they are told there is to stay on the phone
}
"""What is never answered to a line, by what the conversation is about."""
PART_BYTES = 189  # of one part of a plan as it is stored: six of them fit into a row of one size


def begin(carry: Carry, at: Moment) -> Turn[State] | Goto:
    """Open with help. `carry.ask` is a Kind, or "asked" for a tap, or "plan"; `carry.text` is the alarm's level."""
    if carry.ask == "plan":
        if not at.person.notice:  # a plan is kept, so what is kept must have been said first
            return Goto("notice", Carry(then="safety", ask="plan"))
        return Turn(Plan() if at.person.safety_plan else Planning())
    kind = cast(Topic, carry.ask)
    return Turn(Checking(kind=kind)) if carry.text == "soft" else Turn(_helping(kind, Helping()))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Stay, listen, offer what can be done now, or go back."""
    match event:
        case Said(text=text) if isinstance(state, Grounding) and goes_on(text):
            return Turn(_next(state, at))
        case Said(text=text):
            return Turn(_heard(state, text))
        case Answered(values=values) if isinstance(state, Planning):
            return _written(state, values.get(PARTS[state.step], ""), at)
        case Chose(key="help", arg=kind):  # an alarm about something else, or "Help now", within the conversation
            return Turn(_helping(cast(Topic, kind or state.kind), state))
        case Chose(key="cry", arg=kind):  # in the chat over a plan on a page: asked there, whatever the page asked
            return Turn(_helping(cast(Topic, kind), state, question=""))
        case Chose(key="country", arg=code) if code:  # what is on screen is that country's from now on
            return Turn(state, (SetCountry(country=code),))
        case Chose(key="mistaken") if isinstance(state, Helping) and state.beneath:
            return Turn(_beneath(state, state.beneath))
        case Chose(key="back" | "mistaken"):
            return Back()
        case Chose(key="hide"):
            return Goto("home")
        case Chose(key="callback"):
            return Goto("callback", Carry(ask="urgent"))
        case Chose(key="caring"):
            return Goto("caring")
        case Chose(key="care"):
            return Goto("options", Carry(ask="human"))
        case Chose(key="delete") if isinstance(state, Deleting):
            return Turn(Plan.model_validate(_place(state)), (KeepSafetyPlan(plan=None),))
        case Chose(key="grounding", arg=key):
            return Turn(Grounding(**_place(state), exercise=key))
        case Chose(key=key):
            following = _chosen(state, key, at)
            return Turn(following) if following else None
        case _:
            return None


def _chosen(state: State, key: str, at: Moment) -> State | None:
    place = _place(state)
    match key:
        case "yes" if isinstance(state, Checking):
            return _helping(state.kind, state)
        case "yes":
            return Staying.model_validate(place | {"question": "answered"})
        case "no":
            return Listening.model_validate(place | {"question": "answered", "reply": "no"})
        case "safe":
            return Listening.model_validate(place | {"reply": "safe"})
        case "ways" | "done":
            return More.model_validate(place)
        case "others":
            return Choosing.model_validate(place)
        case "next" if isinstance(state, Grounding):
            return _next(state, at)
        case "delete" if isinstance(state, Plan):
            return Deleting.model_validate(place)
        case "plan" if at.person.safety_plan:
            return Plan.model_validate(place)
        case "plan" | "change":
            return Planning.model_validate(place)
        case _:
            return None


def _next(state: Grounding, at: Moment) -> Grounding:
    """Return the next step of the exercise; at the last one, that."""
    exercise = grounding(state, at)
    return state.model_copy(update={"step": exercise.position(exercise.position(state.step) + 1)})


def _place(state: State) -> dict[str, Any]:
    """Return what every state knows, to go on with."""
    return {"kind": state.kind, "question": state.question, "heard": state.heard}


def grounding(state: Grounding, at: Moment) -> Exercise:
    """Return the exercise that somebody is in; the foremost one, if it is not there any more."""
    return at.catalog.exercise(state.exercise) or at.catalog.calm[0]


def _helping(kind: Topic, before: State, question: Question | None = None) -> Helping:
    """Open help for a kind. The direct question is asked once in a visit, of those who may mean themselves."""
    question = before.question if question is None else question
    asks = kind in DIRECT and not question
    beneath = before.beneath if isinstance(before, Helping) else None
    if isinstance(before, IN_PLAN):
        part = before.step if isinstance(before, Planning) else len(PARTS)
        beneath = Beneath(about=before.kind, part=part, question=before.question)
    return Helping(kind=kind, question="suicide" if asks else question, heard=before.heard, asks=asks, beneath=beneath)


def _beneath(state: Helping, left: Beneath) -> Planning | Plan:
    """Return where in the safety plan somebody was as help came up over it. A question that they did not mean to be
    asked is not open there."""
    question = state.question if state.question == "answered" else left.question
    place = {"kind": left.about, "question": question, "heard": state.heard}
    return Planning(**place, step=left.part) if left.part < len(PARTS) else Plan(**place)


def _heard(state: State, text: str) -> State:
    """Answer what somebody wrote. Their words go no further than this line."""
    if isinstance(state, Checking):  # they go on instead of answering: help opens, with an answer to what they say
        return _helping(state.kind, state).model_copy(update={"reply": _reply(state, text)})
    heard = state.heard % 900 + 1
    if agrees(text) and state.question == "suicide":
        return Staying(kind=state.kind, question="answered", heard=heard)
    return Listening(kind=state.kind, question=state.question, heard=heard, reply=_reply(state, text))


def _reply(state: State, text: str) -> Reply:
    """Say what a line calls for. Who may mean themselves, and speaks of tonight or of a plan, is asked to stay and to
    call now: nothing milder is said to that."""
    said = meant(text)
    if said in UNSAID.get(state.kind, ()):
        return "listen"
    return "goodbye" if said == "listen" and state.kind in DIRECT and soon(text) else said


def _written(state: Planning, text: str, at: Moment) -> Turn[State]:
    """Keep one part of the plan and go on to the next; what does not fit comes back, cut, to be made shorter."""
    kept = fitting(text.strip())
    plan = (at.person.safety_plan or SafetyPlan()).model_copy(update={PARTS[state.step]: kept})
    keep = KeepSafetyPlan(plan=plan if any(plan.model_dump().values()) else None)
    if kept != text.strip():
        return Turn(state.model_copy(update={"cut": True}), (keep,))
    if state.step + 1 < len(PARTS):
        return Turn(state.model_copy(update={"step": state.step + 1, "cut": False}), (keep,))
    place = _place(state)
    return Turn(Plan.model_validate(place) if keep.plan else More.model_validate(place), (keep,))


def fitting(text: str) -> str:
    """Return as much of a part of a plan as there is room for where it is stored."""
    while len(json.dumps(text, ensure_ascii=False).encode()) > PART_BYTES:
        text = text[:-1]
    return text
