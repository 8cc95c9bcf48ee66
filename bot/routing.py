"""Which conversation gets an arrival, and as what: pure decisions, before anything is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from adapters.platform import Arrival, Forged
from bot.tokens import Made, Standing, Step, Tokens
from flows import notice
from flows.core.events import Answered, Chose, Event, Said
from flows.core.flow import Carry
from flows.core.screen import Screen
from flows.core.typed import plain
from flows.country import IN
from flows.safety import PLAN, Alarm


@dataclass(frozen=True)
class Enter:
    """Begin a flow."""

    flow: str
    carry: Carry = field(default_factory=Carry)


@dataclass(frozen=True)
class Take:
    """Give the open conversation this event."""

    event: Event


@dataclass(frozen=True)
class Redraw:
    """Change nothing; show where we are. `note` names a line of the common words to say first."""

    note: str = ""


@dataclass(frozen=True)
class Usage:
    """Change nothing; say which commands there are."""


@dataclass(frozen=True)
class Nothing:
    """Change nothing, draw nothing."""


Route = Enter | Take | Redraw | Usage | Nothing

COMMANDS: Mapping[str, Enter] = {
    "help": Enter("safety", Carry(ask="asked")),
    "stop": Enter("checkin", Carry(ask="stop")),
    "pause": Enter("checkin", Carry(ask="pause")),
    "human": Enter("options", Carry(ask="human")),
    "my_data": Enter("privacy"),
    "forget": Enter("privacy", Carry(ask="forget")),
    "my_plan": Enter("safety", Carry(ask="plan")),
    "home": Enter("home"),
    "not_now": Enter("checkin", Carry(ask="not_now")),
    "check": Enter("screening"),
    "exercise": Enter("selfhelp"),
    "options": Enter("options"),
    "book": Enter("booking"),
    "checkins": Enter("checkin"),
    "remind": Enter("team"),
    "language": Enter("language"),
    "callback": Enter("callback"),
    "country": Enter("country"),
}
SLASH: Mapping[str, str] = {
    "help": "help",
    "check": "check",
    "book": "book",
    "pause": "pause",
    "remind": "remind",
    "privacy": "my_data",
}
"""What may stand behind the service's own command in every language, beside the phrases of the content files."""
RIGHTS = frozenset({"help", "stop", "pause", "human", "my_data", "forget"})  # whatever is on screen
STANDING_ROUTES: Mapping[str, Enter] = {
    **{key: COMMANDS[key] for key in ("help", "stop", "pause", "not_now", "my_data", "callback")},
    **{key: COMMANDS[key] for key in ("check", "exercise", "options", "checkins", "remind", "language", "country")},
    "asked": Enter("checkin", Carry(ask="asked")),
    "mine": Enter("booking", Carry(ask="mine")),
    "coming": Enter("booking", Carry(ask="coming")),
    "cant": Enter("booking", Carry(ask="cant")),
    "offer": Enter("waiting"),
    "again": Enter("booking", Carry(ask="again")),
    "end_caring": Enter("caring", Carry(ask="end")),
}


@dataclass(frozen=True)
class Here:
    """Where somebody stands: their id, the turn, the flow and state on screen (if any), and the screen."""

    sid: bytes
    turn: str = ""
    flow: str = ""
    at: str = ""
    about: str = ""  # in the crisis conversation: what it is about
    screen: Screen | None = None
    notice: str = ""  # the version of the notice that the front page shows, as `bound` writes it
    gated: bool = False  # that version must be agreed to (again) before the open flow goes on


def bound(version: str) -> str:
    """Return the "turn" of the notice's buttons on the front page: they live as long as its version does."""
    return f"notice {version}"


def route(
    arrival: Arrival,
    here: Here,
    alarm: Alarm | None,
    made: Made | None,
    tokens: Tokens,
    commands: Mapping[str, tuple[str, ...]],
) -> Route:
    """Decide. Safety first, then the rights of the person, then what is on screen.

    Raises Forged for a token that we did not make for this person."""
    hidden = here.screen is not None and here.screen.private and arrival.place == "chat" and not arrival.secluded
    if alarm and (taken := _alarmed(alarm, arrival, here, hidden, made, tokens)):
        return taken
    if isinstance(made, Standing):
        return _standing(made.key, here, hidden)
    if arrival.closing:
        return _closed(here, made, tokens)
    if arrival.token:
        return _tapped(arrival, here, made, tokens)
    if isinstance(arrival.event, Said) and arrival.command:
        return _commanded(arrival.event.text, here, hidden, commands)
    if isinstance(arrival.event, Said):
        return _typed(arrival.event.text, hidden, arrival.secluded, here, commands)
    return Redraw()


def _alarmed(
    alarm: Alarm, arrival: Arrival, here: Here, hidden: bool, made: Made | None, tokens: Tokens
) -> Route | None:
    """Open the crisis conversation. In it: a second alarm after the gentle question, or an alarm about something
    else, opens help for that; more of the same is listened to, and the question is not asked twice. What is written
    into a safety plan may well be about suicide, food, voices or somebody who hits: that is what it is for, and it is
    kept; only what cannot wait comes before it. `hidden` says that what is on screen must not come into the chat: then
    help is about what was written there, and asks there, with a way back into the plan."""
    if here.flow == "screening" and not here.gated and _live(arrival, here, made, tokens):
        return None  # the check goes there itself, and keeps its result for afterwards
    if here.flow != "safety":
        return Enter("safety", Carry(ask=alarm.kind, text=alarm.level))
    if here.at == "planning" and isinstance(arrival.event, Answered) and not _cannot_wait(alarm, here):
        return None
    if hidden and here.at not in PLAN:
        return Enter("safety", Carry(ask=alarm.kind, text="strong"))
    if hidden:
        return Take(Chose(key="cry", arg=alarm.kind))
    if here.at == "checking" or (alarm.level == "strong" and alarm.kind != here.about):
        return Take(Chose(key="help", arg=alarm.kind))
    return Take(arrival.event if isinstance(arrival.event, Said) else Said(text=""))


def _cannot_wait(alarm: Alarm, here: Here) -> bool:
    """Tell whether help comes before a part of a safety plan that was written: in an emergency of the body, or where
    somebody else is in danger, unless that is what the conversation has been about."""
    return alarm.level == "strong" and alarm.kind in {"medical", "harm"} - {here.about}


def _standing(key: str, here: Here, hidden: bool = False) -> Route:
    """Go where a standing button leads. Within the crisis conversation help is shown again by the conversation
    itself: it knows what it has asked. `hidden` says that what is on screen must not come into the chat: nothing of
    it does then, not what it was about either."""
    if key == "help" and here.flow == "safety" and not hidden:
        return Take(Chose(key="help"))
    if key == "help" and here.flow == "safety" and here.at in PLAN:
        return Take(Chose(key="cry", arg=COMMANDS["help"].carry.ask))
    if key.startswith(IN):
        return _in(key.removeprefix(IN), here, hidden)
    return STANDING_ROUTES.get(key, Redraw())


def _in(country: str, here: Here, hidden: bool) -> Route:
    """Take where somebody says they are. Help that is on screen is that country's at once; `hidden` says that what is
    on screen must not come into the chat."""
    if here.flow in {"safety", "country"} and not hidden:
        return Take(Chose(key="country", arg=country))
    return Enter("country", Carry(ask=country))


def _tapped(arrival: Arrival, here: Here, made: Step | None, tokens: Tokens) -> Route:
    if made is None:
        raise Forged
    if arrival.event is None:
        for key in notice.BUTTONS:
            if tokens.names(made, here.sid, here.notice, key):
                return Enter("notice", Carry(ask=key))
    if here.screen is None:
        return Redraw("expired")
    if isinstance(arrival.event, Answered):
        if not here.screen.fields or not tokens.names(made, here.sid, here.turn, "form"):
            return Redraw("expired")
        if not _fits(arrival.event, here.screen):
            raise Forged
        return Take(arrival.event)
    for button in here.screen.buttons:
        if tokens.names(made, here.sid, here.turn, button.key, button.arg):
            return Take(Chose(key=button.key, arg=button.arg))
    return Redraw("expired")


def _closed(here: Here, made: Step | None, tokens: Tokens) -> Route:
    """Take the way back of the detail on screen: an old window that is closed means nothing any more."""
    if made is None:
        raise Forged
    for button in here.screen.buttons if here.screen else ():
        if button.closes and tokens.names(made, here.sid, here.turn, button.key, button.arg):
            return Take(Chose(key=button.key, arg=button.arg))
    return Nothing()


def _live(arrival: Arrival, here: Here, made: Made | None, tokens: Tokens) -> bool:
    """Tell whether an arrival brings answers to the form on screen."""
    if not isinstance(made, Step) or not isinstance(arrival.event, Answered) or here.screen is None:
        return False
    return tokens.names(made, here.sid, here.turn, "form") and _fits(arrival.event, here.screen)


def _fits(answered: Answered, screen: Screen) -> bool:
    """Tell whether a form's answers are answers to this form: no platform sends other fields or other options."""
    options = {field.key: {option.key for option in field.options} for field in screen.fields}
    return all(key in options and (not options[key] or value in options[key]) for key, value in answered.values.items())


def _commanded(text: str, here: Here, hidden: bool, commands: Mapping[str, tuple[str, ...]]) -> Route:
    """Read what stood behind the command: one of its words, a phrase that may be typed anywhere, or nothing."""
    said = plain(text)
    meant = "home" if not text.strip() else SLASH.get(said) or meant_by(said, commands)
    return _told(meant, here, hidden) if meant else Usage()


def _told(meant: str, here: Here, hidden: bool) -> Route:
    """Go where a phrase leads: a command, or a country that somebody says they are in."""
    return COMMANDS[meant] if meant in COMMANDS else _standing(meant, here, hidden)


def meant_by(said: str, commands: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return which command a `plain` line is; None if it is none."""
    return next((name for name, phrases in commands.items() if said in _plainly(phrases)), None)


@lru_cache(maxsize=1024)
def _plainly(phrases: tuple[str, ...]) -> frozenset[str]:
    """Return phrases of the content as they are compared. Kept, as they are many; what people type never is."""
    return frozenset(plain(each) for each in phrases)


def _typed(text: str, hidden: bool, secluded: bool, here: Here, commands: Mapping[str, tuple[str, ...]]) -> Route:
    """Read a typed line: a right of the person, else a button on screen, else a shortcut, else just words. Beside a
    form a number is an answer that was meant for it, and no button's: "1" must not leave a check."""
    said = plain(text)
    meant = meant_by(said, commands)
    if meant in RIGHTS:
        return _standing(meant, here, hidden) if meant == "help" else COMMANDS[meant]
    if here.screen and not hidden:
        for number, button in enumerate(here.screen.buttons, start=1):
            if said and said in {plain(button.label), "" if here.screen.fields else str(number)}:
                return _standing(button.key, here) if button.standing else Take(Chose(key=button.key, arg=button.arg))
    if meant:
        return _told(meant, here, hidden)
    if hidden:
        return Redraw("typed_private")
    if here.screen:
        return Take(Said(text=text))
    return Redraw("" if secluded else "typed_open")
