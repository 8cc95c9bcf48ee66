"""First contact: what this is, what is kept, what the employer can see. Asked before anything else."""

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.catalog import Catalog
from flows.core.effects import Agree, Forget
from flows.core.events import Chose, Event
from flows.core.flow import Carry, Flow, Goto, Moment, Step, Turn
from flows.core.retention import CONVERSATION, TICKET
from flows.core.screen import Button, Screen
from flows.core.words import Blanks, Label, Line, Words

EDITION = 8
"""Of the notice's wording: raised with every change of its pinned words, so that everybody is asked again."""

BUTTONS = ("agree", "read_all", "decline")
"""What can be chosen of the notice. They are bound to its version: nobody agrees to what they have not read."""


class NoticeWords(Words):
    """The promise, in words that only a release may change (they are pinned)."""

    hello: Line
    what: Line
    yours: Line
    employer_runs: Annotated[Line, Blanks("organisation")]
    custodian_runs: Annotated[Line, Blanks("organisation", "custodian")]
    chat: Line
    full_kept: Annotated[Line, Blanks("minutes")]
    full_employer: Annotated[Line, Blanks("organisation")]
    full_custodian: Annotated[Line, Blanks("organisation", "custodian")]
    full_chat: Line
    full_in_app: Line
    full_offered: Line
    full_room: Line
    full_provider: Line
    full_contact: Annotated[Line, Blanks("contact")]
    full_leave: Line
    agree: Label
    read_all: Label
    decline: Label
    back: Label
    declined: Line


class Short(Value):
    """The notice in brief; `then` is what the person came for."""

    at: Literal["short"] = "short"
    then: Carry


class Full(Value):
    """All of it."""

    at: Literal["full"] = "full"
    then: Carry


class Declined(Value):
    """They would rather not; nothing is kept."""

    at: Literal["declined"] = "declined"


State = Annotated[Short | Full | Declined, Field(discriminator="at")]


def version(catalog: Catalog) -> str:
    """Return the version of the notice: it changes with the wording and with every fact that it states."""
    contact = catalog.contact.name if catalog.contact else ""
    facts = (
        EDITION,
        catalog.surface,
        catalog.tier,
        catalog.organisation,
        catalog.custodian,
        CONVERSATION,
        contact,
        TICKET,
    )
    return hashlib.sha256("\0".join(str(each) for each in facts).encode()).hexdigest()[:16]


def begin(carry: Carry, at: Moment) -> Turn[State] | Goto:
    """Show the notice; `carry.then` names the flow to go to once it is agreed to.

    With `carry.ask`, one of BUTTONS, the notice was read on a page of one's own, and this was chosen there."""
    if not carry.then and carry.ask in BUTTONS:
        step = update(Short(then=Carry()), Chose(key=carry.ask), at)
        assert isinstance(step, Turn | Goto)
        return step
    return Turn(Short(then=carry))


def update(state: State, event: Event, at: Moment) -> Step[State]:
    """Agree and go on, read all of it, or leave without a trace."""
    match state, event:
        case ((Short() | Full()), Chose(key="agree")):
            return Goto(state.then.then or "home", state.then, (Agree(version=version(at.catalog)),))
        case Short(), Chose(key="read_all"):
            return Turn(Full(then=state.then))
        case Full(), Chose(key="back"):
            return Turn(Short(then=state.then))
        case ((Short() | Full()), Chose(key="decline")) if at.person.notice:
            return Goto("privacy", Carry(ask="forget"))  # they have something here to lose: ask first
        case ((Short() | Full()), Chose(key="decline")):
            return Turn(Declined(), (Forget(),))
        case _:
            return None


def view(state: State, words: NoticeWords, at: Moment) -> Screen:
    """Draw the notice from the running configuration: who runs it decides what it says."""
    catalog = at.catalog
    blanks = {"organisation": catalog.organisation, "custodian": catalog.custodian}
    agree = Button(key="agree", label=words.agree, style="primary")
    decline = Button(key="decline", label=words.decline)
    match state:
        case Short():
            runs = words.employer_runs if catalog.tier == "employer" else words.custodian_runs
            lines = (words.hello, words.what, words.yours, runs.fill(**blanks), words.chat)
            return Screen(lines=lines, buttons=(agree, Button(key="read_all", label=words.read_all), decline))
        case Full():
            runs = words.full_employer if catalog.tier == "employer" else words.full_custodian
            contact = (words.full_contact.fill(contact=catalog.contact.name),) if catalog.contact else ()
            minutes = str(int(CONVERSATION.total_seconds() // 60))
            return Screen(
                lines=(
                    words.full_kept.fill(minutes=minutes),
                    runs.fill(**blanks),
                    f"{words.full_chat} {getattr(words, f'full_{catalog.surface}')}",
                    words.full_provider,
                    *contact,
                    words.full_leave,
                ),
                buttons=(agree, decline, Button(key="back", label=words.back, closes=True)),
            )
        case Declined():
            return Screen(lines=(words.declined,))


FLOW: Flow[State, NoticeWords] = Flow("notice", NoticeWords, State, begin, update, view)
