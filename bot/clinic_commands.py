"""`haven clinic`: the built-in clinic's day for the counsellor who works in it.

It works beside a running service: whoever may run it can read the book."""

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.clinic_desk import Desk, open_desk
from bot.providers.clinic.reception import Entry, Unknown
from bot.providers.clinic.vouchers import MOST, batches, issue
from bot.shell import ERR, OUT, stop

T = TypeVar("T")
clinic = typer.Typer(
    no_args_is_help=True,
    help="The built-in clinic's book, for the counsellor. Whoever may read the service's key file can read this book.",
)
_WIDE = 120
_SHORT = 8  # characters of an appointment's id
_STATES = {
    "free": "free",
    "busy": "booked",
    "busy-tentative": "held",
    "pending": "not confirmed",
    "noshow": "nobody came",
}
_PRIVATE = "This is the clinic's own book: not for the employer, and not for HR."
Person = Annotated[str, typer.Argument(help="Whose, by the key in org/providers.yaml.")]


@clinic.command("day")
def day(
    on: Annotated[str, typer.Argument(help="The day, as 2026-12-01; default: today.", metavar="[DAY]")] = "",
) -> None:
    """Print a day: who comes when, to whom, and how to reach them."""
    with open_desk() as desk:
        wanted = desk.day(on)
        entries = desk.reception.between(*desk.bounds(wanted))
        if not any(one.reference for one in entries):
            _say(f"Nobody is booked on {wanted:%A %d %B %Y}.")
            following = desk.reception.next_booked(desk.bounds(wanted)[1])
            if following:
                _say(f"The next appointment is on {desk.local(following):%A %d %B %Y at %H:%M}.")
        if entries:
            _print(f"{wanted:%A %d %B %Y}, {desk.zone.key}", entries, desk)
            _shared(entries, desk)


@clinic.command("slots")
def slots(
    days: Annotated[int, typer.Option(help="How many days from now.", min=1, max=28)] = 7,
    person: Annotated[str, typer.Option(help="Only this practitioner's, by their key.")] = "",
) -> None:
    """List the free times."""
    with open_desk() as desk:
        now = desk.clock.now()
        found = desk.reception.between(now, now + timedelta(days=days), ["free"])
        found = sorted((one for one in found if person in ("", one.key)), key=lambda one: one.start)
        if not found:
            _say(f"Nothing is free in the next {days} days{f' with {person}' if person else ''}.")
            return
        table = _table(f"Free, {desk.zone.key}", "When", "Until", "Whose", "How")
        for one in found:
            until = f"{desk.local(one.end):%H:%M}"
            table.add_row(f"{desk.local(one.start):%a %d %b %H:%M}", until, one.who, one.how.replace("_", " "))
        _show(table)


@clinic.command("off")
def off(
    person: Annotated[str, typer.Argument(help="Whose, by their key. Without: list the time off.")] = "",
    start: Annotated[str, typer.Argument(metavar="FROM", help="A day, or a time as 2026-12-24T13:00.")] = "",
    end: Annotated[str, typer.Argument(metavar="[TO]", help="The last day, or a time; default: the same day.")] = "",
) -> None:
    """Take time off: nothing in it is offered any more. What is booked in it stands, and is named."""
    with open_desk() as desk:
        if not person:
            _list(desk)
            return
        if not start:
            stop(f"From when? Write the first day off: haven clinic off {person} 2026-12-24")
        begins, ends = desk.span(start, end)
        away, booked = _known(lambda: desk.reception.leave(person, begins, ends))
        _say(f"{person} is off {desk.said(away)}. To end it: haven clinic back {away.id}")
        if not booked:
            _say("Nobody is booked in that time.")
            return
        _print("Booked in that time. These appointments stand until you call them off:", booked, desk)
        _say(
            "For each: speak to them about another time, or haven clinic cancel <reference>. They are told of it once."
        )


@clinic.command("back")
def back(which: Annotated[str, typer.Argument(help="The time off, as haven clinic off lists it.")]) -> None:
    """End a time off: its hours are offered again."""
    with open_desk() as desk:
        away = _known(lambda: desk.reception.come_back(which))
        _say(f"{away.key} is back; the time off {desk.said(away)} is gone.")


@clinic.command("cancel")
def cancel(
    which: Annotated[str, typer.Argument(help="The appointment's reference, as haven clinic day shows it.")],
    again: Annotated[bool, typer.Option("--again", help="Offer its time to others.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Call an appointment off on the practitioner's side. The person is told once; its time is not offered again."""
    with open_desk() as desk:
        one = _known(lambda: desk.reception.find(which))
        _print("To be called off:", [one], desk)
        if not (yes or typer.confirm("Call it off?")):
            _say("It stands as it was.")
            raise typer.Exit(1)
        _known(lambda: desk.reception.call_off(one, again=again))
        _say("Called off. They are told of it once, when Haven next looks; nothing else is to be done.")


@clinic.command("noshow")
def noshow(
    which: Annotated[str, typer.Argument(help="The appointment's reference, as haven clinic day shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Note that nobody came. The person hears once, kindly and in private, that they can find another time."""
    with open_desk() as desk:
        one = _known(lambda: desk.reception.find(which))
        _print("Nobody came:", [one], desk)
        if not (yes or typer.confirm("Note it?")):
            _say("It stands as it was.")
            raise typer.Exit(1)
        _known(lambda: desk.reception.no_show(one))
        _say("Noted. They are told once, neutrally, within a day, and can find another time. No reason is asked.")


@clinic.command("vouchers")
def vouchers(
    count: Annotated[int, typer.Argument(help="How many to make. Without: list the batches.", max=MOST)] = 0,
) -> None:
    """Make a batch of vouchers and print them, one a line: the only time, as only their hashes are kept."""
    with open_desk() as desk:
        if count > 0:
            batch, codes = issue(desk.database, desk.clock, count)
            for code in codes:
                _say(code)
            ERR.print(f"Batch {batch}: {count} vouchers. Each books once, for whoever has it. Hand them out unlisted.")
            return
        found = batches(desk.database)
        if not found:
            _say("There are no vouchers. To make some: haven clinic vouchers 50")
            return
        table = _table("Vouchers", "Batch", "Made", "Used")
        for one in found:
            table.add_row(one.id, str(one.issued), str(one.spent))
        _show(table)


def _known(work: Callable[[], T]) -> T:
    try:
        return work()
    except Unknown as error:
        stop(f"{str(error)[0].upper()}{str(error)[1:]}.")


def _list(desk: Desk) -> None:
    found = desk.reception.away()
    if not found:
        _say("Nobody has time off. To take some: haven clinic off PERSON 2026-12-24 2026-12-28")
        return
    table = _table(f"Time off, {desk.zone.key}", "Id", "Whose", "When")
    for one in found:
        table.add_row(one.id, one.key, desk.said(one))
    _show(table)


def _print(title: str, entries: list[Entry], desk: Desk) -> None:
    """Print entries, a table a practitioner."""
    _say(title)
    days = {desk.local(one.start).date() for one in entries}
    for who, how in dict.fromkeys((one.who, one.how) for one in entries):
        table = _table(f"{who}, {how.replace('_', ' ')}", "When", "State", "Who", "How to reach them", "Reference")
        for one in entries:
            if (one.who, one.how) == (who, how):
                on = f"{desk.local(one.start):%a %d %b} " if len(days) > 1 else ""
                when = f"{on}{desk.local(one.start):%H:%M}-{desk.local(one.end):%H:%M}"
                known = one.status in {"pending", "noshow"} or not one.reference
                state = _STATES.get(one.status, "") if known else "booked"
                table.add_row(when, state, _plain(one.name), _plain(one.contact), one.reference[:_SHORT])
        _show(table)
    for one in entries:
        if one.note:
            _say(f"{one.reference[:_SHORT]}: {_plain(one.note)}")
    if any(one.reference for one in entries):
        ERR.print(_PRIVATE)


def _shared(entries: list[Entry], desk: Desk) -> None:
    """Print what people chose to share before they come."""
    for one in entries:
        texts = desk.messages.about(one.reference) if one.reference else []
        for text in texts:
            _say(f"{desk.local(one.start):%H:%M} {_plain(one.name)} wants you to know:")
            for line in text.split("\n"):
                _say(f"  {_plain(line)}")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for each in columns:
        table.add_column(each, overflow="fold", justify="left")
    return table


def _show(table: Table) -> None:
    """Print a table as wide as the terminal; wide enough for a line a row where it goes into a file."""
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDE).print(table)


def _plain(text: str) -> str:
    """Return what somebody typed without what could steer a terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _say(text: str) -> None:
    OUT.print(text)
