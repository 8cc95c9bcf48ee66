"""From a time to an appointment: the steps. What becomes of an appointment is in `keeping`."""

from collections.abc import Mapping
from typing import Any, cast, get_args

from flows.booking import keeping
from flows.booking.states import (
    Choosing,
    Confirmed,
    Confirming,
    Holding,
    Later,
    Mine,
    Released,
    Searching,
    State,
    Trouble,
    Wishing,
    Working,
)
from flows.core.asks import Book, FindSlots, Hold, Release
from flows.core.care import REGULATED, WISHES, Intent, Profession, Reminding, Slot, Wishes
from flows.core.effects import Effect, KeepIntent
from flows.core.events import Answered, Booked, Chose, Event, Failed, Held, SlotsFound
from flows.core.flow import Carry, Goto, Moment, Step, Turn
from flows.core.forms import ELSEWHERE, plain
from flows.core.retention import INTENT

MOST = 3  # appointments held at once; the sealed record has room for so many
DAYS = 14
ANY = "any"  # the option that stands for no preference


def begin(carry: Carry, at: Moment) -> Turn[State]:
    """Open at a time, at "my appointments", at one of them, or at the search, for a profession if one is named."""
    held = at.person.appointments
    match carry:
        case Carry(ask="mine" | "cancel" | "cant" | "coming" | "booked"):
            return keeping.begin(carry, at)
        case Carry(ask="again") if at.person.intent and len(held) < MOST:
            found = search(at.person.intent.wishes, at)
            return Turn(found.state, (KeepIntent(intent=None), *found.effects))
        case _ if len(held) >= MOST:
            return Turn(Mine(full=True))
        case Carry(slot=Slot() as slot):
            return hold(slot, at.wishes)
        case Carry(ask=ask) if ask in get_args(Profession):
            return search(at.wishes.model_copy(update={"profession": ask}), at)
        case _:
            return search(at.wishes, at)


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Take one step towards an appointment, or away from one."""
    match state, event:
        case Searching(), SlotsFound():
            return Turn(_choosing(state, event))
        case Searching(taken=taken, wishes=wishes, moving=moving), Failed():
            return Turn(Choosing(taken=taken, down=True, wishes=wishes, moving=moving))
        case Choosing(moving=""), Chose(key="slot", arg=index):
            return hold(state.offers[int(index)].slot, state.wishes)
        case Choosing(), Chose():
            return _chosen(state, event, at)
        case Wishing(), Answered(values=given):
            return search(_wished(state.wishes, given), at)
        case Wishing(), Chose(key="find"):
            return search(state.wishes, at)
        case Holding(), Held(slot=slot, until=until, hold=key):
            return Turn(_form(state, at).model_copy(update={"slot": slot, "until": until, "hold": key}))
        case Holding(), Failed(why="slot_taken"):
            return search(state.wishes, at, taken=True)
        case Holding(), Failed(why="no_hold"):
            return Turn(_form(state, at))
        case Holding(), Failed():
            return Turn(Choosing(down=True, wishes=state.wishes))
        case Confirming(slot=slot, hold=key), Chose(key="find"):
            wishes = state.wishes.model_copy(update={"only": slot.practitioner})
            find = FindSlots(days=DAYS, wishes=wishes, zone=at.person.zone, slot=slot if key else None, hold=key)
            return Turn(Searching(wishes=wishes), (find,))
        case Trouble(what="down"), Chose(key="keep"):
            return _keep(state.wishes, at)
        case Later(), Chose(key="drop"):
            return Turn(Mine(), (KeepIntent(intent=None),))
        case Trouble(), Chose(key="find"):
            return search(state.wishes, at)
        case ((Mine() | Released()), Chose(key="find")):
            return begin(Carry(), at)
        case Confirming(), Answered(values=given):
            return _book(state, given, at)
        case ((Working() | Trouble()), _):
            return _booked(state, event, at)
        case _:
            return keeping.update(state, event, at)


def leave(state: State) -> tuple[Effect, ...]:
    """Give back what is held for a form that is left."""
    return (Release(slot=state.slot, hold=state.hold),) if isinstance(state, Confirming) and state.hold else ()


def search(wishes: Wishes, at: Moment, *, taken: bool = False, moving: str = "") -> Turn[State]:
    """Look for times that fit."""
    find = FindSlots(days=DAYS, wishes=wishes, zone=at.person.zone)
    return Turn(Searching(taken=taken, wishes=wishes, moving=moving), (find,))


def _keep(wishes: Wishes, at: Moment) -> Turn[State]:
    """Keep what they look for until booking works again; but not who was no fit."""
    wishes = wishes.model_copy(update={"without": (), "only": ""})
    return Turn(Later(wishes=wishes), (KeepIntent(intent=Intent(wishes=wishes, until=at.now + INTENT)),))


def hold(slot: Slot, wishes: Wishes) -> Turn[State]:
    """Ask for a time to be kept while the form is filled in."""
    return Turn(Holding(slot=slot, wishes=wishes), (Hold(slot=slot),))


def _choosing(state: Searching, found: SlotsFound) -> Choosing:
    bookable = tuple(each for each in found.offers if not each.slot.link)
    return Choosing(
        offers=bookable if state.moving else found.offers,  # nothing moves to a page of theirs
        taken=state.taken,
        wishes=state.wishes,
        relax=found.relax,
        facets=found.facets,
        moving=state.moving,
        waiting=found.waiting,
    )


def _chosen(state: Choosing, event: Chose, at: Moment) -> Step[State]:
    """Go on from offers, or from none."""
    wishes = state.wishes
    match event:
        case Chose(key="wishes"):
            return Turn(Wishing(wishes=wishes, facets=state.facets))
        case Chose(key="unfit"):
            unfit = dict.fromkeys((*wishes.without, *(each.slot.practitioner for each in state.offers)))
            wishes = wishes.model_copy(update={"without": tuple(each for each in unfit if each)[-9:], "only": ""})
        case Chose(key="relax", arg=wish) if wish in WISHES:
            wishes = wishes.model_copy(update={wish: Wishes.model_fields[wish].default})
        case Chose(key="start_over"):
            wishes = wishes.model_copy(update={"without": (), "only": ""})
        case Chose(key="keep") if state.down and not state.moving:
            return _keep(wishes, at)
        case Chose(key="callback"):
            return Goto("callback")
        case Chose(key="wait"):
            return Goto("waiting", Carry(ask="wait", wishes=wishes, provider=state.waiting or ""))
        case Chose(key="ways"):
            return Goto("options", Carry(ask="all"))
        case Chose(key="find"):
            pass
        case _:
            return keeping.update(state, event, at)
    return search(wishes, at, moving=state.moving)


def _wished(before: Wishes, given: Mapping[str, str]) -> Wishes:
    """Return the wishes of a form. What is left out of it is no wish; whoever was not a fit still is none."""
    said: dict[str, Any] = {
        key: given[key] for key in (*WISHES, "place") if given.get(key, ANY) not in {ANY, ELSEWHERE}
    }
    said["free_only"] = "free_only" in said
    kept = {"profession": before.profession, "without": before.without}
    return Wishes.model_validate({**kept, "place": before.place if "place" not in given else "", **said})


def _form(state: Holding, at: Moment) -> Confirming:
    asks = state.slot.provider in at.catalog.vouchers
    return Confirming(slot=state.slot, wishes=state.wishes, place=state.wishes.place, asks=asks)


def _booked(state: Working | Trouble, event: Event, at: Moment) -> Step[State]:
    """Say what came of a booking."""
    unsure = isinstance(state, Working) or state.what == "unsure"
    match state, event:
        case _, Booked(appointment=appointment) if unsure:
            return Turn(Confirmed(appointment=keeping.recorded(appointment, at)))
        case Working(), Failed(why="slot_taken"):
            return search(state.wishes, at, taken=True)
        case Working(), Failed(why="uncertain"):
            return Turn(Trouble(what="unsure"))
        case Working(form=form), Failed(why="voucher") if form:
            return Turn(form.model_copy(update={"asks": True, "spent": bool(form.voucher), "wishes": state.wishes}))
        case Working(), Failed(why="refused"):
            return Turn(Trouble(what="refused", wishes=state.wishes))
        case Working(), Failed(why="unlicensed"):
            return Turn(Trouble(what="unlicensed", wishes=state.wishes))
        case Trouble(), Failed(why="uncertain"):
            return None
        case _, Failed() if unsure:
            return Turn(Trouble(what="down", wishes=state.wishes))
        case _:
            return keeping.update(state, event, at)


def _book(state: Confirming, given: Mapping[str, str], at: Moment) -> Step[State]:
    name, contact, voucher = (plain(given.get(key, "")) for key in ("name", "contact", "voucher"))
    place, remind = given.get("place", state.place or at.wishes.place), given.get("remind", "")
    entered = {
        "name": name[:80],
        "contact": contact[:120],
        "place": "" if place == ELSEWHERE else place,
        "remind": remind,
        "voucher": voucher[:40],
        "spent": False,
        "consent": given.get("consent") == "yes",
        "wrong": True,
    }
    form = state.model_copy(update=entered)
    if form.faults() or (form.name, form.contact, form.voucher) != (name, contact, voucher):
        return Turn(form)
    wishes = state.wishes.model_copy(update={"place": form.place})
    if not form.place and wishes.profession in REGULATED:
        return Turn(Trouble(what="unlicensed", wishes=wishes))
    book = Book(
        slot=state.slot,
        name=name,
        contact=contact,
        zone=at.person.zone,
        consented_at=at.now,
        hold=state.hold,
        voucher=form.voucher,
        place=form.place,
        remind=cast(Reminding, remind or "none"),
    )
    kept = form.model_copy(update={"wishes": Wishes()})
    return Turn(Working(slot=state.slot, wishes=wishes, form=kept), (book,))
