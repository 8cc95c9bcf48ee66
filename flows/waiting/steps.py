"""From asking to be told to an appointment, or away from the list: the steps."""

from collections.abc import Mapping
from typing import Final

from flows.core.asks import PassOffer, TakeOffer, Unwait, Wait
from flows.core.care import Slot
from flows.core.events import Answered, Booked, Chose, Event, Failed, Listed
from flows.core.flow import Carry, Goto, Moment, Step, Turn
from flows.core.forms import ELSEWHERE, plain
from flows.waiting.states import Asking, Away, Leaving, Standing, State, Taking

MOST: Final = 3  # appointments held at once: no further one is taken


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open at somebody's place on the list; at the form, for who comes from a search that found nothing."""
    if at.person.waiting:
        return Turn(Standing())
    if carry.ask != "wait":
        return Turn(Away())
    wishes = carry.wishes or at.wishes
    return Turn(Asking(provider=carry.provider, wishes=wishes, asks=carry.provider in at.catalog.vouchers))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Take one step."""
    match state, event:
        case Asking(), Answered(values=given):
            return _asked(state, given, at)
        case Standing(form=form), Failed(why="voucher") if form:
            return Turn(form.model_copy(update={"asks": True, "wrong": True, "spent": bool(form.voucher)}))
        case Standing(), Listed():
            return Turn(Standing())
        case Standing(), Failed(why=why) if at.person.waiting is None:
            known = {"provider_down": "down", "uncertain": "unsure"}
            return Turn(Away.model_validate({"why": known.get(why, "refused")}))
        case Standing(), Chose(key="take"):
            return _take(at)
        case Standing(), Chose(key="not_this"):
            return Turn(Standing(note="passed"), (PassOffer(),))
        case ((Taking() | Away(why="unsure")), Booked(appointment=appointment)):
            return Goto("booking", Carry(ask="booked", appointment=appointment.key))
        case Taking(), Failed(why=why):
            notes = {"slot_taken": "", "provider_down": "down", "unlicensed": "unlicensed", "voucher": "used"}
            if why == "uncertain":
                return Turn(Away(why="unsure"))
            return Turn(Standing.model_validate({"note": notes.get(why, "refused")}))
        case Away(why="unsure"), Failed(why=why) if why != "uncertain":
            return Turn(Standing(note="down") if at.person.waiting else Away(why="down"))
        case Standing(), Chose(key="leave"):
            return Turn(Leaving())
        case Leaving(), Chose(key="yes"):
            return Turn(Away(why="left"), (Unwait(),))
        case Leaving(), Chose(key="no"):
            return Turn(Standing())
        case _, Chose(key="find"):
            return Goto("booking")
        case _, Chose(key="mine"):
            return Goto("booking", Carry(ask="mine"))
        case _, Chose(key="done"):
            return Goto("home")
        case _:
            return None


def offer(at: Moment) -> Slot | None:
    """Return the slot that is kept for the person now."""
    return at.person.waiting.offered(at.now) if at.person.waiting else None


def _take(at: Moment) -> Step[State]:
    waiting, slot = at.person.waiting, offer(at)
    if waiting is None or slot is None:
        return Turn(Standing())
    if len(at.person.appointments) >= MOST:
        return Goto("booking")  # which says that no further one can be held
    taken = TakeOffer(slot=slot, key=waiting.key, place=waiting.wishes.place, remind=waiting.remind)
    return Turn(Taking(slot=slot), (taken,))


def _asked(state: Asking, given: Mapping[str, str], at: Moment) -> Step[State]:
    """Take what the form brings: shown again with what is wrong in it, else sent."""
    texts = {key: plain(given.get(key, "")) for key in ("name", "contact", "voucher")}
    most = {"name": 80, "contact": 120, "voucher": 40}
    place = given.get("place", state.wishes.place)
    entered = {
        **{key: text[: most[key]] for key, text in texts.items()},
        "wishes": state.wishes.model_copy(update={"place": "" if place == ELSEWHERE else place}),
        "remind": given.get("remind", ""),
        "consent": given.get("consent") == "yes",
        "wrong": True,
        "spent": False,
    }
    form = state.model_copy(update=entered)
    if form.faults() == {"place"} and not at.catalog.places:  # where nobody can be asked, nobody can be looked for
        return Turn(Away(why="refused"))
    if form.faults() or any(getattr(form, key) != text for key, text in texts.items()):
        return Turn(form)
    wait = Wait(
        provider=form.provider,
        wishes=form.wishes,
        name=form.name,
        contact=form.contact,
        zone=at.person.zone,
        consented_at=at.now,
        voucher=form.voucher,
        remind=form.remind or "none",
    )
    return Turn(Standing(form=form), (wait,))
