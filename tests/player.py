"""Plays a transcript against a flow: moves stand behind `>`, everything else is what must come of them.

    # flow: booking                 the head: which flow, who, from where
    # person: manages=big
    # carry: ask=mine
    > [label]                       a tapped button
    > words                         a typed line
    > key=value, key=value          a form
    > ~ {"kind": "failed", ...}     an event from the outside

The state is frozen and thawed between any two moves, so every transcript is a restart test.
"""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from adapters.console.read import values
from adapters.console.render import render
from flows.core.care import Intent, Mood, Ticket, Wishes
from flows.core.catalog import Screening
from flows.core.effects import SetFiled, SetRemind
from flows.core.events import Answered, Chose, Event, Failed, Listed, Said
from flows.core.flow import AnyFlow, Back, Carry, Goto, Moment, Turn
from flows.registry import FLOWS
from tests import world

UNSAID = {
    "wishes",
    "zone",
    "slot",
    "provider",
    "hold",
    "voucher",
    "place",
    "remind",
}  # fields of effects that are not written where nobody set them
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def play(text: str) -> str:
    """Return the transcript as it comes out when its moves are played."""
    head = [line for line in text.splitlines() if line.startswith("#")]
    moves = [line[2:] for line in text.splitlines() if line.startswith("> ")]
    settings = dict(line[1:].strip().split(": ", 1) for line in head if ": " in line)
    flow, at = FLOWS[settings["flow"]], _moment(settings)
    out = [*head, ""]
    step: Any = flow.begin(Carry.model_validate(_pairs(settings.get("carry", ""))), at)
    state = _write(out, flow, step, None, at)
    for move in moves:
        out += [f"> {move}"]
        event = _event(move, flow, state, at)
        at = _told(at, event)
        step = flow.update(state, event, at)
        state = _write(out, flow, step, state, at)
        at = _after(at, step)
    return "\n".join(out).rstrip() + "\n"


def check(path: Path, rewrite: bool) -> None:
    """Compare a transcript with what its moves give now; with `rewrite` write that down instead."""
    text = path.read_text()
    played = play(text)
    if rewrite:
        path.write_text(played)
        return
    assert played == text, f"{path.name} differs; if that is meant: pytest --rewrite, and read the diff"


def _moment(settings: dict[str, str]) -> Moment:
    given = _pairs(settings.get("person", ""))
    changes: dict[str, Any] = {
        key: value for key, value in given.items() if key in {"region", "country", "zone", "notice"}
    }
    if "manages" in given:
        changes["manages"] = tuple(given["manages"].split("+"))
    if "appointments" in given:
        changes["appointments"] = tuple(
            world.appointment(f"k{number}", number) for number in range(1, int(given["appointments"]) + 1)
        )
    if "intent" in given:
        changes["intent"] = Intent(
            wishes=Wishes(place="GB", hours=given["intent"]), until=world.NOW + timedelta(days=6)
        )
    if "shares" in given:
        changes["appointments"] = tuple(one.model_copy(update={"shares": True}) for one in changes["appointments"])
    if "moods" in given:
        days = range(1, int(given["moods"]) + 1)
        changes["moods"] = tuple(Mood(day=date(2026, 11, each), mood="rough") for each in days)
    if "checked" in given:
        changes["checked"] = date.fromisoformat(given["checked"])
    if "reminders" in given:
        changes["reminders"] = tuple(world.reminder(team) for team in given["reminders"].split("+"))
    if "plan" in given:
        changes["plan"] = world.plan()
    if "parts" in given:
        changes["parts"] = {"GB-ENG": "England", "GB-SCT": "Scotland"}
    if given.get("region") == "none":
        changes["region"] = None
    if "ticket" in given:
        changes["ticket"] = Ticket(key="k", promised=world.NOW + timedelta(hours=1), status=given["ticket"])
    if "waiting" in given:
        changes["waiting"] = world.waiting(given["waiting"])
    if "caring" in given:
        changes["caring"] = (world.NOW + timedelta(hours=24), world.NOW + timedelta(hours=72))
    content: dict[str, Any] = {key: settings[key] for key in ("tier", "surface") if key in settings}
    if "contact" in settings:
        content["contact"] = world.contact(settings["contact"])
    if "vouchers" in settings:
        content["vouchers"] = tuple(settings["vouchers"].split("+"))
    if settings.get("instruments") == "none":
        content["instruments"] = {}
    if "screening" in settings:
        content["screening"] = Screening.model_validate(_pairs(settings["screening"]))
        if content["screening"].who5:
            content["instruments"] = {**world.catalog().instruments, "who5": world.wellbeing()}
    return world.moment(world.person(**changes), world.catalog(**content))


def _told(at: Moment, event: Event) -> Moment:
    """Let what the desk takes from an answer of the outside be seen, as in a real turn."""
    gone = isinstance(event, Failed) and event.why == "slot_taken"
    if at.person.waiting and (isinstance(event, Listed) or gone):
        now = world.waiting("listed").model_copy(update={"until": at.person.waiting.until})
        at = at.model_copy(update={"person": at.person.model_copy(update={"waiting": now})})
    return at


def _after(at: Moment, step: Any) -> Moment:
    """Let the effects that the desk applies at once be seen by the next view, as in a real turn."""
    for effect in getattr(step, "effects", ()):
        applied: dict[str, dict[str, Any]] = {
            "call_back": {"ticket": Ticket(key="k", promised=getattr(effect, "promised", at.now))},
            "take_back": {"ticket": None},
            "wait": {"waiting": world.waiting("joining")},
            "unwait": {"waiting": None},
            "pass_offer": {"waiting": world.waiting("listed")},
            "set_country": {"country": getattr(effect, "country", ""), "region": getattr(effect, "country", "")},
            "set_caring": {"caring": getattr(effect, "at", ())},
        }
        if effect.kind in applied:
            at = at.model_copy(update={"person": at.person.model_copy(update=applied[effect.kind])})
        if isinstance(effect, SetRemind | SetFiled):
            changed = {"remind": effect.remind} if isinstance(effect, SetRemind) else {"filed": True}
            held = tuple(
                each.model_copy(update=changed if each.key == effect.appointment else {})
                for each in at.person.appointments
            )
            at = at.model_copy(update={"person": at.person.model_copy(update={"appointments": held})})
        if effect.kind in {"set_plan", "keep_safety_plan"}:
            field = {"set_plan": "plan", "keep_safety_plan": "safety_plan"}[effect.kind]
            at = at.model_copy(update={"person": at.person.model_copy(update={field: effect.plan})})
    return at


def _event(move: str, flow: AnyFlow, state: Any, at: Moment) -> Event:
    if move.startswith("~ "):
        return _EVENT.validate_python(_expand(json.loads(move[2:])))
    screen = flow.view(state, world.words(flow.words), at)
    if move.startswith("["):
        found = [button for button in screen.buttons if button.label == move[1:-1]]
        assert found, f"no button {move} on screen: {[button.label for button in screen.buttons]}"
        return Chose(key=found[0].key, arg=found[0].arg)
    given = values(move, screen.fields) if screen.fields else None
    return Said(text=move) if given is None else Answered(values=given)


def _expand(event: dict[str, Any]) -> dict[str, Any]:
    """Spell out slots (by number) and appointments (by key), which would be tedious to write."""
    if isinstance(event.get("slots"), int):
        event["slots"] = [world.slot(number + 1, 24 + number).model_dump() for number in range(event["slots"])]
        for number, link in event.pop("links", {}).items():
            event["slots"][int(number) - 1]["link"] = link
        event["offers"] = [{"slot": slot, **event.get("each", {})} for slot in event["slots"]]
        event.pop("each", None)
    if isinstance(event.get("slot"), int):
        event["slot"] = world.slot(event["slot"]).model_dump()
    if isinstance(event.get("appointment"), str):
        known = {"remind": event.pop("remind", "none")}
        event["appointment"] = world.appointment(event["appointment"]).model_dump() | known
    if isinstance(event.get("when"), str):
        event["when"] = datetime.fromisoformat(event["when"]).astimezone(UTC)
    if isinstance(event.get("until"), str):
        event["until"] = datetime.fromisoformat(event["until"]).astimezone(UTC)
    return event


def _write(out: list[str], flow: AnyFlow, step: Any, state: Any, at: Moment) -> Any:
    for effect in getattr(step, "effects", ()):
        shown = json.loads(effect.model_dump_json(exclude={"kind"}))
        said = json.loads(effect.model_dump_json(exclude_defaults=True))
        shown = {
            key: said[key] if key in UNSAID else value
            for key, value in shown.items()
            if key in said or key not in UNSAID
        }
        out.append(f"! {effect.kind} {json.dumps(_short(shown))}")
    match step:
        case Goto(flow=name, carry=carry):
            out.append(f"=> {name} {json.dumps(_short(json.loads(carry.model_dump_json(exclude_defaults=True))))}")
            state = state if step.leaving is None else world.thawed(flow, step.leaving)
        case Back():
            out.append("<= back")
        case None:
            out.append(".. not taken")
        case Turn():
            state = world.thawed(flow, step.state)
            screen = flow.view(state, world.words(flow.words), _after(at, step))
            out.append(render(screen))
            if screen.file:
                out.append(f"(file) {screen.file}")
    out.append("")
    return state


def _short(value: Any) -> Any:
    """Write a slot or an appointment as its key: the rest of it is the world's."""
    if isinstance(value, dict):
        if "key" in value and ("start" in value or "reference" in value):
            return value["key"]
        return {key: _short(each) for key, each in value.items()}
    return value


def _pairs(text: str) -> dict[str, Any]:
    pairs: dict[str, Any] = dict(pair.strip().split("=", 1) for pair in text.split(",") if "=" in pair)
    if "slot" in pairs:
        pairs["slot"] = world.slot(int(pairs["slot"]))
    return pairs
