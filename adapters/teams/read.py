"""Reads what Teams delivers into Arrivals: pure, closed, and safe for any JSON whatever."""

import html
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from adapters.platform import Address, Arrival, Profile
from adapters.teams.reference import Reference
from adapters.teams.render import FIELD
from flows.core.base import Value
from flows.core.events import Answered, Said

_LONGEST_TEXT: Final = 40_000
_LONGEST_NAME: Final = 120
_LONE_HALF: Final = re.compile(r"[\ud800-\udfff]")  # JSON can hold half a character; UTF-8 cannot

Place = Literal["chat", "dialog", "added", "removed", "moved"]


@dataclass(frozen=True)
class Delivery:
    """What a person did in their own chat with the bot.

    `place` is where it is answered: in the chat, in a dialog, or by a welcome. "removed" is not answered: the bot
    is gone from the chat, and the arrival says only whose; "moved" neither: the app was updated, and the chat may be
    reached elsewhere. `card` is the message whose button opened the dialog, empty if it was open.
    """

    place: Place
    arrival: Arrival
    reference: Reference
    card: str = ""


class _Fetch(Value):
    type: Literal["task/fetch"]


class _Tapped(Value):
    """What a button of ours sends: the token that we put into it, and Teams' own mark that it opens a dialog."""

    t: str = Field(min_length=1, max_length=2000)
    msteams: _Fetch | None = None


class _Sent(Value):
    """What the button of a form sends, beside the answers."""

    f: str = Field(min_length=1, max_length=2000)


def read(activity: object, tenant: str) -> Delivery | None:
    """Return what a person of this tenant did, or None if the delivery is nothing to answer.

    Never raises. Only personal chats are read: what is said, tapped or installed in a team is nothing to answer.
    Whether the person is admitted is not filled in: the activity does not say.
    """
    try:
        return _read(_dict(activity), tenant)
    except ValidationError:  # an id that is longer than any of Teams', or data that no card of ours sends
        return None


def _read(activity: dict[str, Any], tenant: str) -> Delivery | None:
    conversation, sender = _dict(activity.get("conversation")), _dict(activity.get("from"))
    key, user = activity.get("id"), sender.get("aadObjectId")
    if conversation.get("conversationType") != "personal" or not _is_id(key) or not _is_id(user):
        return None
    place, event, token = _done(activity)
    if place is None:
        return None
    reference = Reference(
        service=activity.get("serviceUrl", ""),
        conversation=conversation.get("id", ""),
        bot=_dict(activity.get("recipient")).get("id", ""),
        user=sender.get("id", ""),
        tenant=tenant,
    )
    arrival = Arrival(
        # Teams numbers messages by conversation: the same number comes up in two chats
        id=f"{reference.conversation}|{key}",
        address=Address(platform="teams", tenant=tenant, user=user),
        event=event,
        token=token,
        profile=profile(activity),
        reference=reference.model_dump_json(),
        place="window" if activity.get("name") == "task/submit" else "chat",
    )
    opened = _name(activity.get("replyToId")) if activity.get("name") == "task/fetch" else ""
    return Delivery(place, arrival, reference, opened)


def _done(activity: dict[str, Any]) -> tuple[Place | None, Said | Answered | None, str]:
    """Return where it is to be answered (None: nowhere), what was said or sent, and the token of what was tapped."""
    value = activity.get("value")
    match activity:
        case {"type": "message", "value": dict(data)}:  # a button whose client knows no dialogs
            return "chat", None, _Tapped.model_validate(data).t
        case {"type": "message"} if value is None:
            return "chat", Said(text=_said(activity)), ""
        case {"type": "invoke", "name": "task/fetch", "value": {"data": dict(data)}}:
            return "dialog", None, _Tapped.model_validate(data).t
        case {"type": "invoke", "name": "task/submit", "value": {"data": dict(data)}}:
            return _submitted(data)
        case {"type": "installationUpdate", "action": "add"}:
            return "added", None, ""
        case {"type": "installationUpdate", "action": "add-upgrade"}:
            return "moved", None, ""
        case {"type": "installationUpdate", "action": "remove"}:
            return "removed", None, ""
        case _:
            return None, None, ""


def _submitted(data: dict[str, Any]) -> tuple[Place, Answered | None, str]:
    answers = {key: value for key, value in data.items() if key.startswith(FIELD)}
    rest = {key: value for key, value in data.items() if key not in answers}
    if "f" not in rest:  # any other button; clients may send along what was entered, and it is not read
        return "dialog", None, _Tapped.model_validate(rest).t
    values = {key.removeprefix(FIELD): _typed(value) for key, value in answers.items()}
    sent = Answered(values={key: value for key, value in values.items() if value})
    return "dialog", sent, _Sent.model_validate(rest).f


def _said(activity: dict[str, Any]) -> str:
    """Return what was typed, without the mention of the bot.

    Some clients send "&#39;" for an apostrophe; safety must read what the person wrote.
    """
    text = _typed(activity.get("text"))
    bot = _dict(activity.get("recipient")).get("id")
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        match entity:
            case {"type": "mention", "text": str(mention), "mentioned": {"id": str(who)}} if who == bot and mention:
                text = text.replace(mention, "").strip()
    return html.unescape(text)


def profile(activity: dict[str, Any]) -> Profile:
    """Return what an activity says about who sent it. Never raises."""
    entities = activity.get("entities")
    client = next(
        (each for each in entities if isinstance(each, dict) and each.get("type") == "clientInfo"),
        {},
    ) if isinstance(entities, list) else {}  # fmt: skip
    return Profile(
        locale=_name(activity.get("locale")) or _name(client.get("locale")),
        zone=_name(activity.get("localTimezone")) or _name(client.get("timezone")),
        name=_name(_dict(activity.get("from")).get("name")),
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(value) and not _LONE_HALF.search(value) and len(value) <= _LONGEST_NAME


def _typed(value: object) -> str:
    """Return what somebody typed or chose, fit for UTF-8; empty if it is nothing."""
    return _LONE_HALF.sub("\ufffd", value)[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _name(value: object) -> str:
    return _typed(value)[:_LONGEST_NAME]
