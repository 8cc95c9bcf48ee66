"""Reads what Slack delivers into Arrivals: pure, and safe for any JSON whatever."""

import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from adapters.platform import Address, Arrival
from adapters.slack.render import CALLBACK, FIELD, NO_FORM
from flows.core.events import Answered, Said

_TYPED: Final = {None, "file_share", "me_message", "thread_broadcast"}  # subtypes that a person's words have
_LONGEST_ID: Final = 2000  # no id or token of Slack's or ours is longer
_LONGEST_TEXT: Final = 40_000  # Slack cuts a message here
_LINK: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_LONE_HALF: Final = re.compile(r"[\ud800-\udfff]")  # JSON can hold half a character; UTF-8 cannot


@dataclass(frozen=True)
class Where:
    """Where somebody tapped: a trigger that opens a dialog for 3 seconds, the open dialog, if any, and whether it was
    a message in their own chat with the bot. Of a dialog: the one `beneath` it, and whether it shows a `detail`.
    `waiting` is a dialog that we have just opened, and that says "One moment"."""

    trigger: str
    view: str
    chat: bool = False
    beneath: str = ""
    detail: bool = False
    waiting: bool = False


@dataclass(frozen=True)
class Opened:
    """Somebody looked: at the tab "home" or "messages"; `chat` is their own chat with the bot."""

    address: Address
    tab: str
    chat: str


def plain(text: str) -> str:
    """Return a message's text as it was typed: Slack's links and entities undone."""
    text = _LINK.sub(lambda link: link.group(2) or link.group(1), text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def well_formed(body: object) -> bool:
    """Tell whether a delivery has the shape of its type, as Slack documents it and Bolt relies on it."""
    if not isinstance(body, dict):
        return False
    if "command" in body and not _text(body["command"]):
        return False
    match body.get("type"):
        case "event_callback":
            return _text(_dict(body.get("event")).get("type")) not in {"", "workflow_step_execute"}
        case "block_actions":
            return _text(_first_action(body).get("action_id")) != ""
        case "view_submission" | "view_closed" as kind:
            view = _dict(body.get("view"))
            return _text(view.get("callback_id")) != "" and (kind == "view_closed" or view.get("type") == "modal")
        case "workflow_step_edit":  # "steps from apps" are no more, and Bolt still looks for what was in them
            return False
        case "shortcut" | "message_action":
            return _text(body.get("callback_id")) != ""
        case None:
            return "command" in body or _is_ssl_check(body)
        case kind:
            return isinstance(kind, str)


def is_trial(body: dict[str, Any]) -> bool:
    """Tell whether a delivery is one of the two by which Slack tries out the address."""
    return body.get("type") == "url_verification" or _is_ssl_check(body)


def tenant_of(body: dict[str, Any]) -> str:
    """Return whose delivery it is: a workspace (T...), or the organisation (E...) of an org-wide installation.

    Empty if it does not say. Source: Slack, "Events API", `authorizations`; "Organization-ready apps".
    """
    allowed = body.get("authorizations")
    first = _dict(allowed[0]) if isinstance(allowed, list) and allowed else body
    if str(first.get("is_enterprise_install")).lower() == "true":
        enterprise = _text(_dict(body.get("enterprise")).get("id"))
        return enterprise or _text(first.get("enterprise_id")) or _text(body.get("enterprise_id"))
    return _text(_dict(body.get("team")).get("id")) or _text(body.get("team_id"))


def where(body: object) -> Where:
    """Return where a tap or command happened; empty texts for what is not known."""
    given = _dict(body)
    view = _dict(given.get("view"))
    modal = view.get("type") == "modal"
    return Where(
        trigger=_text(given.get("trigger_id")),
        view=_text(view.get("id")) if modal else "",
        beneath=_text(view.get("previous_view_id")) if modal else "",
        detail=_tokens(view)[1] != "",
        chat=_text(_dict(given.get("channel")).get("id")).startswith("D"),
    )


def closed_by(body: dict[str, Any], team: str) -> Address | None:
    """Return who of workspace `team` closed a dialog; None if the delivery does not say."""
    user = _text(_dict(body.get("user")).get("id"))
    try:
        return Address(platform="slack", tenant=team, user=user) if user else None
    except ValidationError:  # an id that is longer than any of Slack's
        return None


def opened(body: dict[str, Any], team: str) -> Opened | None:
    """Return who of workspace `team` looked at what, for the event app_home_opened; None if it does not say."""
    event = _dict(body.get("event"))
    user, tab, chat = (_text(event.get(name)) for name in ("user", "tab", "channel"))
    try:
        return Opened(Address(platform="slack", tenant=team, user=user), tab, chat) if user and tab else None
    except ValidationError:  # an id that is longer than any of Slack's
        return None


def asked(body: dict[str, Any]) -> list[str]:
    """Return the block ids of a sent form's fields, the first one first; only for a form that `read` has read."""
    return [str(block) for block in body["view"]["state"]["values"]]


def read(body: object, team: str) -> Arrival | None:
    """Return what a person of workspace `team` did, or None if the delivery is nothing to answer.

    Never raises. The profile is not filled in, nor whether the person is admitted: the body does not say.
    """
    try:
        return _read(_dict(body), team)
    except ValidationError:  # an id that is longer than any of Slack's
        return None


def _read(body: dict[str, Any], team: str) -> Arrival | None:
    match body:
        case {"type": "event_callback", "event_id": str(key), "event": {"type": "message"} as event}:
            return _message(key, event, team)
        case {"type": "block_actions"}:
            action = _first_action(body)
            if action.get("type") != "button":
                return None
            token = _text(action.get("value"))
            tapped = _arrival(_key(body), _dict(body.get("user")).get("id"), team, token=token)
            return _in_window(tapped) if where(body).view else tapped
        case {"type": "view_submission", "view": {"callback_id": str(callback)} as view}:
            values = _values(view)
            if callback != CALLBACK or values is None:
                return None
            sent = Answered(values=values)
            form, _ = _tokens(view)
            return _in_window(_arrival(_key(body), _dict(body.get("user")).get("id"), team, sent, form))
        case {"type": "view_closed", "view": {"callback_id": str(callback)} as view}:
            _, closing = _tokens(view)
            key = f"{_text(view.get('id'))}:{_text(view.get('hash'))}:closed"
            closed = _arrival(key, _dict(body.get("user")).get("id"), team, token=closing)
            closing_it = {"closing": True, "place": "window"}
            return closed and closed.model_copy(update=closing_it) if callback == CALLBACK else None
        case {"type": "shortcut"}:
            return _command(_key(body), _dict(body.get("user")).get("id"), team, "")
        case {"command": str(), "user_id": user}:
            return _command(_key(body), user, team, _typed(body.get("text")).strip())
        case _:
            return None


def _message(key: str, event: dict[str, Any], team: str) -> Arrival | None:
    if event.get("channel_type") != "im" or event.get("bot_id") or event.get("hidden"):
        return None
    subtype = event.get("subtype")
    if not (subtype is None or isinstance(subtype, str)) or subtype not in _TYPED:
        return None
    return _arrival(_text(key), event.get("user"), team, Said(text=plain(_typed(event.get("text")))))


def _arrival(
    key: str, user: object, team: str, event: Said | Answered | None = None, token: str = ""
) -> Arrival | None:
    if not key or not _text(user) or (event is None and not token):
        return None
    address = Address(platform="slack", tenant=team, user=_text(user))
    return Arrival(id=key, address=address, event=event, token=token)


def _in_window(arrival: Arrival | None) -> Arrival | None:
    return arrival and arrival.model_copy(update={"place": "window"})


def _tokens(view: dict[str, Any]) -> tuple[str, str]:
    """Return the tokens that a dialog carries: of its form, and of closing it; empty where there is none."""
    form, _, closing = _text(view.get("private_metadata")).partition(" ")
    return ("" if form == NO_FORM else form), closing


def _command(key: str, user: object, team: str, text: str) -> Arrival | None:
    arrival = _arrival(key, user, team, Said(text=text))
    return arrival and arrival.model_copy(update={"command": True})


def _key(body: dict[str, Any]) -> str:
    """Return an interaction's own id: Slack gives each a fresh trigger, and has no other id for it."""
    trigger = _text(body.get("trigger_id"))
    view = _text(_dict(body.get("view")).get("id"))
    message = _text(_dict(body.get("container")).get("message_ts"))
    return f"{view or message}:{trigger}" if trigger else ""


def _values(view: dict[str, Any]) -> dict[str, str] | None:
    """Return a form's answers by field key; fields left empty are absent; None if it is no form of ours."""
    blocks = _dict(view.get("state")).get("values")
    if not isinstance(blocks, dict) or not blocks:
        return None
    values: dict[str, str] = {}
    for block, elements in blocks.items():
        if not block.startswith(FIELD) or not isinstance(elements, dict) or len(elements) != 1:
            return None
        element = _dict(next(iter(elements.values())))
        chosen = element.get("selected_option")
        value = _typed(_dict(chosen).get("value") if chosen is not None else element.get("value"))
        if value:
            values[block.removeprefix(FIELD)] = value
    return values


def _is_ssl_check(body: dict[str, Any]) -> bool:
    return body.get("ssl_check") == "1"


def _first_action(body: dict[str, Any]) -> dict[str, Any]:
    actions = body.get("actions")
    return _dict(actions[0]) if isinstance(actions, list) and actions else {}


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Return an id or token: empty if it is not one that Slack could have made."""
    if not isinstance(value, str) or len(value) > _LONGEST_ID or _LONE_HALF.search(value):
        return ""
    return value


def _typed(value: object) -> str:
    """Return what somebody typed or chose, fit for UTF-8; empty if it is nothing."""
    return _LONE_HALF.sub("\ufffd", value)[:_LONGEST_TEXT] if isinstance(value, str) else ""
