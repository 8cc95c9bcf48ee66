"""What an errand's result leaves in its owner's record, wherever their conversation has gone since."""

from datetime import datetime

from bot import tasks
from bot.people import TROUBLES, Record
from flows.core.care import Trouble
from flows.core.effects import Book, Cancel
from flows.core.events import Booked, Changed, Event, Failed


def note_trouble(record: Record, task: tasks.Ask | tasks.Settle, event: Event) -> None:
    """Keep what went wrong while nobody looked, so that "My appointments" tells it."""
    if not isinstance(event, Failed):
        return
    what = "cancel" if isinstance(task, tasks.Ask) and isinstance(task.what, Cancel) else "failed"
    if isinstance(task, tasks.Settle) and event.why == "uncertain":
        what = "unsure"
    trouble = Trouble.model_validate({"key": task.key, "what": what, "start": start(task)})
    record.set_private(troubles=(*record.private.troubles, trouble)[-TROUBLES:])


def start(task: tasks.Ask | tasks.Settle) -> datetime:
    """Return when the appointment begins that an errand is about."""
    if isinstance(task, tasks.Settle):
        return task.start
    assert isinstance(task.what, Book | Cancel)
    return task.what.slot.start if isinstance(task.what, Book) else task.what.appointment.slot.start


def holds(record: Record, event: Booked) -> bool:
    """Tell whether the booked appointment is in the record already."""
    return event.appointment.key in {each.key for each in record.private.appointments}


def note_fact(record: Record, task: tasks.Ask | tasks.Settle, event: Event) -> None:
    """What the provider did is a fact, wherever the conversation has gone since."""
    held = record.private.appointments
    if isinstance(event, Booked) and not holds(record, event):
        record.set_private(appointments=(*held, event.appointment))
    elif isinstance(event, Changed) and isinstance(task, tasks.Ask) and isinstance(task.what, Cancel):
        gone = task.what.appointment.key
        record.set_private(appointments=tuple(each for each in held if each.key != gone))
