"""What an errand's result leaves in its owner's record, wherever their conversation has gone since."""

from datetime import datetime
from typing import Any, Literal

from bot import tasks
from bot.record import TROUBLES, Record
from flows.core.asks import Book, Cancel, Placed, Reschedule, Share, TakeOffer, Wait
from flows.core.care import Appointment, Trouble, Waiting
from flows.core.events import Booked, Changed, Event, Failed, Listed


def note_trouble(record: Record, task: tasks.Ask | tasks.Settle, event: Event) -> None:
    """Keep what went wrong while nobody looked, so that "My appointments" tells it."""
    if not isinstance(event, Failed):
        return
    what = "failed"
    if isinstance(task, tasks.Ask):
        what = {"cancel": "cancel", "reschedule": "move", "wait": "unlisted", "share": "unshared"}.get(
            task.what.kind, what
        )
    if isinstance(task, tasks.Settle) and event.why == "uncertain":
        what = "unsure"
    trouble = Trouble.model_validate({"key": task.key, "what": what, "start": start(task)})
    record.set_private(troubles=(*record.private.troubles, trouble)[-TROUBLES:])


def note_unlisted(record: Record, key: str, now: datetime) -> None:
    """Keep that a place on a waiting list has ended, so that "My appointments" tells it."""
    trouble = Trouble(key=key, what="unlisted", start=now)
    record.set_private(troubles=(*record.private.troubles, trouble)[-TROUBLES:])


def note_gone(record: Record, held: Appointment, what: Literal["withdrawn", "missed"]) -> None:
    """Keep that the provider called an appointment off, or that nobody came, so that "My appointments" tells it."""
    trouble = Trouble(key=held.key, what=what, start=held.slot.start)
    record.set_private(troubles=(*record.private.troubles, trouble)[-TROUBLES:])


def start(task: tasks.Ask | tasks.Settle) -> datetime:
    """Return when the appointment begins that an errand is about."""
    if isinstance(task, tasks.Settle):
        return task.start
    if isinstance(task.what, Wait | Share):
        return task.what.consented_at
    assert isinstance(task.what, Book | Cancel | Reschedule | TakeOffer)
    return task.what.slot.start if isinstance(task.what, Book | TakeOffer) else task.what.appointment.slot.start


def holds(record: Record, event: Booked) -> bool:
    """Tell whether the booked appointment is in the record already."""
    return event.appointment.key in {each.key for each in record.private.appointments}


def facts(record: Record, task: tasks.Ask | tasks.Settle, event: Event) -> tuple[Appointment, ...]:
    """Return the person's appointments after what the provider did: a fact, wherever the conversation has gone since.

    What we alone know of one, where they will be and when they want to be reminded, stays with it."""
    held = record.private.appointments
    asked = task.what if isinstance(task, tasks.Ask) else None
    match event, asked:
        case Booked(appointment=made), _:
            before = _moved(task)  # a moved appointment may come back under the key of the move
            known = next((each for each in held if each.key in {made.key, before}), None)
            first = asked if isinstance(asked, Book | TakeOffer) else task if isinstance(task, tasks.Settle) else None
            ours = known or first
            told: dict[str, Any] = {"place": ours.place, "remind": ours.remind} if ours else {}
            if known:
                origin = known.origin or known.key
                told |= {"filed": known.filed, "reach": known.reach, "origin": origin if origin != made.key else ""}
            made = made.model_copy(update=told)
            if known:
                return tuple(made if each == known else each for each in held)
            return (*held, made)
        case Changed(what="cancelled"), Cancel(appointment=gone):
            return tuple(each for each in held if each.key != gone.key)
        case Changed(what="placed"), Placed(appointment=placed, place=place):
            return tuple(each.model_copy(update={"place": place}) if each.key == placed.key else each for each in held)
        case _:
            return held


def _moved(task: tasks.Ask | tasks.Settle) -> str:
    """Return the key of the appointment that was to be moved; empty if none was."""
    if isinstance(task, tasks.Settle):
        return task.key if task.ask else ""
    return task.what.appointment.key if isinstance(task.what, Reschedule) else ""


def place(record: Record, task: tasks.Ask | tasks.Settle, event: Event) -> Waiting | None:
    """Return the person's place on a waiting list after what the provider did."""
    waiting = record.private.waiting
    if waiting is None or waiting.key != task.key:
        return waiting
    asked = task.what if isinstance(task, tasks.Ask) else None
    match event, asked:
        case Listed(reference=reference), _:
            return waiting.model_copy(update={"reference": reference})
        case (Booked(), _) | (Failed(), Wait()):
            return None
        case Failed(why="slot_taken"), TakeOffer():
            return waiting.model_copy(update={"offer": None, "passed": waiting.until})
        case _:
            return waiting
