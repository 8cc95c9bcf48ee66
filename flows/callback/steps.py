"""From asking to be called back to what became of it: the steps."""

from collections.abc import Mapping
from typing import Final, Literal

from flows.callback.states import Asking, Previewing, Standing, State, Unstaffed, Withdrawn
from flows.core.care import CallRequest
from flows.core.effects import CallBack, TakeBack
from flows.core.events import Answered, Changed, Chose, Event
from flows.core.flow import Back, Carry, Goto, Moment, Step, Turn
from flows.core.forms import REACH, plain

OPTIONAL: Final = ("name", "urgency")  # what may be left out of what is sent: without the rest nobody can be reached

IN_VAIN: Final = frozenset({"missed", "lost", "refused"})  # nobody was in touch: asked for again, it is urgent


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open the form, or what became of a request. `carry.ask` is "urgent" for who comes from crisis help."""
    if at.person.ticket:
        return Turn(Standing())
    if at.contact is None:
        return Turn(Unstaffed())
    return Turn(Asking(request=CallRequest(urgency="urgent" if carry.ask == "urgent" else "routine")))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Show what would be sent, send it on a yes, follow it up, take it back."""
    match state, event:
        case Asking(request=request), Answered(values=given):
            return Turn(_asked(given, request))
        case Previewing(request=request), Chose(key="drop", arg=name) if name in OPTIONAL:
            return Turn(Previewing(request=request.model_copy(update={name: ""})))
        case Previewing(request=request), Chose(key="soon", arg=how):
            return Turn(Previewing(request=CallRequest.model_validate(request.model_dump() | {"urgency": how})))
        case Previewing(request=request), Chose(key="change"):
            return Turn(Asking(request=request))
        case Previewing(request=request), Chose(key="send") if at.contact:
            return Turn(
                Standing(), (CallBack(request=request, promised=at.contact.promise(at.now.replace(microsecond=0))),)
            )
        case _, Changed(what="ticket"):
            return Turn(Standing()) if at.person.ticket else None
        case Standing(), Chose(key="withdraw"):
            return Turn(Withdrawn(), (TakeBack(),))
        case ((Standing() | Withdrawn()), Chose(key="again")):
            waited = at.person.ticket is not None and at.person.ticket.status in IN_VAIN
            request = CallRequest(urgency="urgent" if waited else "routine")
            return Turn(Asking(request=request) if at.contact else Unstaffed())
        case _, Chose(key="ways"):
            return Goto("options", Carry(ask="human"))
        case _, Chose(key="back"):
            return Back()
        case _:
            return None


def _asked(given: Mapping[str, str], before: CallRequest) -> State:
    """Take what the form brings: shown again with what is wrong in it, else as it would be sent."""
    name, reach = (plain(given.get(key, "")) for key in ("name", "reach"))
    faults = {"name": len(name) > _room("name"), "reach": len(reach) > _room("reach") or not REACH.fullmatch(reach)}
    wrong: tuple[Literal["name", "reach"], ...] = tuple(key for key in ("name", "reach") if faults[key])
    cut = {"name": name[: _room("name")], "reach": reach[: _room("reach")], "urgency": before.urgency}
    request = CallRequest.model_validate(cut)
    return Asking(request=request, wrong=wrong) if wrong else Previewing(request=request)


def _room(name: str) -> int:
    """Return how many characters of an item are kept."""
    return {"name": 40, "reach": 60}[name]
