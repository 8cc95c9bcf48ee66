"""From choosing what to share to its having arrived: the steps. The text is made once, shown, and sent as it is."""

from collections.abc import Mapping
from typing import Final

from flows.core.asks import Share
from flows.core.care import Mood
from flows.core.events import Answered, Changed, Chose, Event, Failed
from flows.core.flow import Carry, Goto, Moment, Step, Turn
from flows.core.forms import plain
from flows.sharing.states import Choosing, Previewing, Sending, Sent, State, Unsent

MOODS: Final = 6  # of the latest answers, offered one by one
OWN: Final = 300  # characters of one's own


def begin(carry: Carry, at: Moment) -> Turn[State] | Goto:
    """Open the choice for an appointment whose provider takes something, with nothing chosen; else what there is."""
    one = next((each for each in at.person.appointments if each.key == carry.appointment and each.shares), None)
    return Turn(Choosing(appointment=one)) if one else Goto("booking", Carry(ask="mine"))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Choose, look at it, send it, hear what became of it."""
    match state, event:
        case Choosing(), Answered(values=given):
            return Turn(_chosen(state, given, at))
        case Previewing(), Chose(key="send"):
            return _send(state, at)
        case Previewing(choice=choice), Chose(key="change"):
            return Turn(choice)
        case Sending(preview=preview), Changed(what="shared"):
            return Turn(Sent(who=preview.choice.appointment.slot.who))
        case Sending(preview=preview), Failed(why=why):
            return Turn(Unsent(preview=preview, refused=why == "refused"))
        case Unsent(preview=preview), Chose(key="again"):
            return Turn(preview)
        case _, Chose(key="mine"):
            return Goto("booking", Carry(ask="mine"))
        case _, Chose(key="done"):
            return Goto("home")
        case _:
            return None


def offered(at: Moment) -> tuple[Mood, ...]:
    """Return the kept answers that may be chosen, the latest first."""
    return at.person.moods[::-1][:MOODS]


def _chosen(state: Choosing, given: Mapping[str, str], at: Moment) -> State:
    """Take the choice: as it would be sent, unless it is nothing or too long. The lines are those that were on screen:
    an option is its own line."""
    own = plain(given.get("own", ""))
    lines = tuple(given[key] for key in (f"mood_{number}" for number in range(len(offered(at)))) if key in given)
    wrong = "long" if len(own) > OWN else "" if own or lines else "nothing"
    choice = Choosing.model_validate(
        {"appointment": state.appointment, "lines": lines, "own": own[:OWN], "wrong": wrong}
    )
    return choice if wrong else Previewing(choice=choice, text="\n".join((*lines, *((own,) if own else ()))))


def _send(state: Previewing, at: Moment) -> Step[State]:
    one = state.choice.appointment
    share = Share(provider=one.slot.provider, reference=one.reference, text=state.text, consented_at=at.now)
    return Turn(Sending(preview=state, since=at.now), (share,))
