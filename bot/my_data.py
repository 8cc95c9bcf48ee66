"""What "my data" shows: everything that is held about somebody, named and opened."""

from bot.record import Ops, Private, Record
from flows.core.care import Appointment, Intent, Plan, Waiting
from flows.core.catalog import INTERNATIONAL, Catalog
from flows.core.common import CommonWords
from flows.core.flow import Held


def held_by(record: Record, common: CommonWords, catalog: Catalog) -> tuple[Held, ...]:
    """Return everything held about somebody, named and opened: every field of both columns, none left out. What
    nothing is held of has no value."""
    plan, conversation, nothing = record.ops.plan, record.private.conversation, ""
    waiting = record.private.waiting
    written = record.private.safety_plan.model_dump().values() if record.private.safety_plan else ()
    safety_plan = "; ".join(part for part in written if part)
    ticket = record.private.ticket
    requested = "; ".join((ticket.request.items() if ticket.request else {}).values()) if ticket else ""
    values: dict[str, list[str]] = {
        "address": [f"{record.ops.address.platform}, {record.ops.address.tenant}, {record.ops.address.user}"],
        "locale": [catalog.languages.get(record.ops.locale, record.ops.locale)],
        "language": [catalog.languages.get(record.ops.language, record.ops.language) or nothing],
        "country": [_said(record.ops.country, common, catalog) if record.ops.country else nothing],
        "zone": [record.ops.zone],
        "notice": [record.ops.notice or nothing],
        "reference": [record.ops.reference or nothing],
        "plan": [_planned(plan, catalog) if plan else nothing],
        "contacts": [", ".join(catalog.when(each, record.ops.zone) for each in record.ops.contacts) or nothing],
        "left": [catalog.when(record.ops.left, record.ops.zone) if record.ops.left else nothing],
        "ignored": [str(record.ops.ignored or nothing)],
        "moods": [", ".join(f"{each.day}: {each.mood}" for each in record.private.moods) or nothing],
        "due": [catalog.when(record.ops.due, record.ops.zone) if record.ops.due else nothing],
        "nudges": [", ".join(record.ops.nudges) or nothing],
        "conversation": [catalog.when(conversation.until, record.ops.zone) if conversation else nothing],
        "troubles": [
            f"{catalog.when(each.start, record.ops.zone)}: {each.what} ({each.key})" for each in record.private.troubles
        ]
        or [nothing],
        "waiting": [_waits(waiting, record.ops.zone, catalog) if waiting else nothing],
        "ticket": [
            f"{catalog.when(ticket.promised, record.ops.zone)}: {ticket.status}{requested and f' ({requested})'}"
            if ticket
            else nothing
        ],
        "caring": [catalog.when(each, record.ops.zone) for each in record.private.caring] or [nothing],
        "checked": [catalog.date(record.private.checked) if record.private.checked else nothing],
        "intent": [_sought(record.private.intent, catalog, record.ops.zone) if record.private.intent else nothing],
        "safety_plan": [safety_plan or nothing],
        "appointments": [
            f"{catalog.when(each.slot.start, record.ops.zone)}, {each.slot.who} {_ours(each)}"
            for each in record.private.appointments
        ]
        or [nothing],
    }
    fields = (*Ops.model_fields, *Private.model_fields)
    return tuple(Held(name=getattr(common, f"held_{name}"), value=value) for name in fields for value in values[name])


def _said(country: str, common: CommonWords, catalog: Catalog) -> str:
    return str(common.held_elsewhere) if country == INTERNATIONAL else catalog.place(country)


def _waits(waiting: Waiting, zone: str, catalog: Catalog) -> str:
    wishes = {name: value for name, value in waiting.wishes.model_dump(exclude_defaults=True).items() if value}
    wished = "; ".join(f"{name}: {value}" for name, value in wishes.items())
    offer = f"; {catalog.when(waiting.offer.start, zone)}, {waiting.offer.who}" if waiting.offer else ""
    known = ", ".join(each for each in (waiting.reference, waiting.key) if each)
    return f"{catalog.when(waiting.since, zone)} ({known}){offer}{wished and f' ({wished})'}"


def _ours(one: Appointment) -> str:
    """Return the keys of an appointment, and what we alone know of it."""
    known = one.model_dump(exclude_defaults=True, exclude={"key", "reference", "slot", "link"})
    return "; ".join((f"({one.reference}, {one.key})", *(f"{name}: {value}" for name, value in known.items())))


def _sought(intent: Intent, catalog: Catalog, zone: str) -> str:
    wished = intent.wishes.model_dump(exclude_defaults=True).values()
    return "; ".join((f"{catalog.when(intent.until, zone)}", *(str(each) for each in wished)))


def _planned(plan: Plan, catalog: Catalog) -> str:
    days = ", ".join(catalog.locale.days[day] for day in plan.days)
    quiet = f"{plan.quiet_from:%H:%M}-{plan.quiet_until:%H:%M}"
    paused = f" ({catalog.date(plan.paused_until)})" if plan.paused_until else ""
    part = f", {plan.part}" if plan.part else ""
    return f"{days} {plan.at:%H:%M}, {plan.zone}{part}{paused}; {quiet}"
