"""When what is held about somebody has had its time, and goes: the clocks of `flows/core/retention.py`, row by row."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.record import Record
from flows.core.care import Trouble
from flows.core.retention import APPOINTMENT, CARING, CHECK, LEFT, MISSED, TICKET, WAITING

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def first_over(record: Record) -> datetime | None:
    """Return when the first thing that is held about somebody has had its time; None if all of it is kept."""
    private = record.private
    untils = [each.slot.end + APPOINTMENT for each in private.appointments]
    untils += [_told_until(each) for each in private.troubles]
    untils += [private.intent.until] if private.intent else []
    untils += [each + CARING for each in private.caring]
    untils += [private.waiting.since + WAITING] if private.waiting else []
    untils += [private.ticket.promised + TICKET] if private.ticket else []
    untils += [record.ops.left + LEFT] if record.ops.left else []
    untils += [private.conversation.until] if private.conversation else []
    untils += [_check_until(private.checked, record.ops.zone)] if private.checked else []
    if not private.conversation and not record.ops.notice:
        untils.append(_LONG_AGO)  # nobody who agreed to anything: the next tick sees to it
    return min(untils, default=None)


def expire(record: Record, now: datetime) -> bool:
    """Drop what has had its time. Returns whether that was the conversation."""
    private = record.private
    record.set_private(
        appointments=tuple(each for each in private.appointments if each.slot.end + APPOINTMENT > now),
        troubles=tuple(each for each in private.troubles if _told_until(each) > now),
        caring=tuple(each for each in private.caring if each + CARING > now),
    )
    if private.waiting and private.waiting.since + WAITING <= now:
        record.set_private(waiting=None)
    if private.intent and private.intent.until <= now:
        record.set_private(intent=None)
    if private.ticket and private.ticket.promised + TICKET <= now:
        record.set_private(ticket=None)
    if private.checked and _check_until(private.checked, record.ops.zone) <= now:
        record.set_private(checked=None)
    if private.conversation is None or private.conversation.until > now:
        return False
    record.set_private(conversation=None)
    return True


def has_left(record: Record, now: datetime) -> bool:
    """Tell whether somebody is gone from the platform for so long that nothing is held about them any more."""
    return record.ops.left is not None and record.ops.left + LEFT <= now


def _check_until(day: date, zone: str) -> datetime:
    """Return until when the day of the last private check is kept: the midnight at which another may be made."""
    return datetime.combine(day + CHECK, time.min, ZoneInfo(zone))


def _told_until(trouble: Trouble) -> datetime:
    """Return until when it is said that something did not come out well: of one that nobody came to longer, as it is
    over by the time that it is told."""
    return trouble.start + (MISSED if trouble.what == "missed" else APPOINTMENT)
