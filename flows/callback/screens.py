"""What each state of a request to be called back looks like. The preview is drawn from the very items that are sent."""

from collections.abc import Iterable

from flows.callback.states import Asking, CallbackWords, Previewing, Standing, State, Withdrawn
from flows.callback.steps import OPTIONAL
from flows.core.care import Ticket
from flows.core.contact import StaffedContact
from flows.core.flow import Moment
from flows.core.screen import LOOK_AGAIN, Button, Field, Screen


def view(state: State, words: CallbackWords, at: Moment) -> Screen:
    """Draw the state: all of it is private."""
    back = Button(key="back", label=words.back, closes=True)
    contact, ticket = at.contact, at.person.ticket
    match state:
        case Standing() if ticket:
            return _standing(ticket, words, at)
        case Asking() if contact:
            return _asking(state, contact, words, at)
        case Previewing() if contact:
            return _previewing(state, contact, words, at)
        case Withdrawn():
            lines: Iterable[str] = (words.withdrawn.fill(contact=_name(at, words)), *_others(words, at))
            again = (Button(key="again", label=words.again),) if contact else ()
            return _screen(words, lines, (*again, back))
        case _:
            lines = (words.unstaffed, *_others(words, at))
            return _screen(words, lines, (Button(key="ways", label=words.ways), back))


def _asking(state: Asking, contact: StaffedContact, words: CallbackWords, at: Moment) -> Screen:
    request = state.request
    fields = (
        Field(
            key="name",
            label=words.name,
            hint=words.name_hint,
            value=request.name,
            max_length=40,
            optional=True,
            error=words.name_wrong if "name" in state.wrong else "",
        ),
        Field(
            key="reach",
            label=words.reach,
            hint=words.reach_hint,
            value=request.reach,
            max_length=60,
            error=words.reach_wrong if "reach" in state.wrong else "",
        ),
    )
    lines = (words.who.fill(contact=contact.name), _promise(contact, words, at), *_spoken(contact, words, at))
    back = Button(key="back", label=words.nothing, closes=True)
    return Screen(lines=lines, fields=fields, buttons=(back,), private=True, title=words.title, submit=words.submit)


def _previewing(state: Previewing, contact: StaffedContact, words: CallbackWords, at: Moment) -> Screen:
    items = state.request.items()
    shown = {**items, "urgency": str(getattr(words, items.get("urgency", "routine")))}
    lines = (
        words.preview.fill(contact=contact.name),
        *(words.item.fill(item=getattr(words, f"item_{name}"), value=shown[name]) for name in items),
        _promise(contact, words, at),
        words.consent,
    )
    other = "routine" if items.get("urgency") == "urgent" else "urgent"
    buttons = (
        Button(key="send", label=words.send, style="primary"),
        *(Button(key="drop", arg=name, label=getattr(words, f"drop_{name}")) for name in OPTIONAL if name in items),
        Button(key="soon", arg=other, label=getattr(words, other)),
        Button(key="change", label=words.change),
        Button(key="back", label=words.nothing, closes=True),
    )
    return _screen(words, lines, buttons)


def _standing(ticket: Ticket, words: CallbackWords, at: Moment) -> Screen:
    contact, when = _name(at, words), at.catalog.when(ticket.promised, at.person.zone)
    if ticket.status == "sending":
        return _screen(words, (words.sending,), (Button(key=LOOK_AGAIN, label=words.look_again),))
    said = str(getattr(words, ticket.status).fill(contact=contact, when=when))
    buttons: tuple[Button, ...] = ()
    if ticket.status == "sent":
        lines: tuple[str, ...] = (said, words.sent_next, *_others(words, at))  # it may be a night until then
    elif ticket.status == "taken":
        lines = (said,)
    else:
        lines = (said, *_others(words, at))
        buttons = (Button(key="ways", label=words.ways),)
    if ticket.status in {"late", "sent"}:
        buttons = (*buttons, Button(key="withdraw", label=words.withdraw))
    elif at.contact:
        buttons = (Button(key="again", label=words.again), *buttons)
    return _screen(words, lines, (*buttons, Button(key="back", label=words.back, closes=True)))


def _promise(contact: StaffedContact, words: CallbackWords, at: Moment) -> str:
    """Say by when they are in touch, and if nobody is there now, when they are back."""
    opens, by = contact.opens(at.now), at.catalog.when(contact.promise(at.now), at.person.zone)
    if opens == at.now:
        return words.open.fill(when=by)
    return words.closed.fill(opens=at.catalog.when(opens, at.person.zone), when=by)


def _spoken(contact: StaffedContact, words: CallbackWords, at: Moment) -> tuple[str, ...]:
    """Say which languages they speak, to whom theirs is not among them."""
    if at.person.locale[:2] in contact.languages:
        return ()
    known = (at.catalog.languages.get(each, each) for each in contact.languages)
    return (words.languages.fill(languages=", ".join(known)),)


def _others(words: CallbackWords, at: Moment) -> tuple[str, ...]:
    """Two other ways to a person, right now: the assistance line, and the first line of the person's country."""
    line = at.catalog.help_for(at.person.region).lines[0]
    phone = words.phone.fill(phone=at.catalog.phone)
    return (words.others, phone, words.line.fill(name=line.name, dial=line.dial))


def _name(at: Moment, words: CallbackWords) -> str:
    """Return what they are called, if the files still say so."""
    return at.catalog.contact.name if at.catalog.contact else str(words.title)


def _screen(words: CallbackWords, lines: Iterable[str], buttons: tuple[Button, ...]) -> Screen:
    return Screen(lines=tuple(lines), buttons=buttons, private=True, title=words.title)
