"""What Teams refuses in a message or a dialog; each refusal names the place by a JSON pointer."""

import json
from collections.abc import Iterator
from typing import Final

from bot.sandbox.slack.checks import Check, Refusal, boolean, by_type, integer, items, one_of, shape, string
from bot.sandbox.teams.cards import CARD, HTTPS
from bot.sandbox.teams.look import actions_of, fields_of
from bot.sandbox.teams.workspace import Json, TeamsError

MESSAGE_BYTES: Final = 28 * 1024
ADAPTIVE: Final = "application/vnd.microsoft.card.adaptive"


def _anything(value: object, at: str) -> Iterator[Refusal]:
    yield from ()


def _named_once(value: object, at: str) -> Iterator[Refusal]:
    if isinstance(value, dict):
        names = [field.id for field in fields_of(value)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Refusal(f"two inputs have the id {name}", f"{at}/body")


def _card(value: object, at: str) -> Iterator[Refusal]:
    refusals = [*CARD(value, at)]
    yield from refusals or _named_once(value, at)


_SUGGESTED: Final = shape(
    {"type": one_of("imBack"), "title": string(256), "value": string(2000)}, {"channelData": _anything}
)
_NAME: Final = string(256)
_MESSAGE: Final[dict[str, Check]] = {
    "type": one_of("message"),
    "id": _NAME,
    "text": string(MESSAGE_BYTES, 0),
    "textFormat": one_of("plain", "markdown", "xml"),
    "summary": string(1000),
    "speak": string(MESSAGE_BYTES, 0),
    "inputHint": one_of("acceptingInput", "ignoringInput", "expectingInput"),
    "attachmentLayout": one_of("list", "carousel"),
    "attachments": items(shape({"contentType": one_of(ADAPTIVE), "content": _card}, {"name": _NAME}), 10, 0),
    "suggestedActions": shape({"actions": items(_SUGGESTED, 6)}, {"to": items(_NAME, 1, 0)}),
    "entities": items(_anything, 50, 0),
    "channelData": shape(
        {},
        {
            "notification": shape({}, {"alert": boolean, "alertInMeeting": boolean}),
            "feedbackLoopEnabled": boolean,
            "tenant": _anything,
        },
    ),
    "importance": one_of("low", "normal", "high", "urgent"),
    "deliveryMode": one_of("normal", "notification"),
    "locale": _NAME,
    "replyToId": _NAME,
    # what SDKs copy from the activity that they answer
    **dict.fromkeys(
        ("from", "recipient", "conversation", "channelId", "serviceUrl", "timestamp", "localTimestamp", "callerId"),
        _anything,
    ),
    **dict.fromkeys(("membersAdded", "membersRemoved", "listenFor", "textHighlights"), _anything),
}


def _says_something(value: object, at: str) -> Iterator[Refusal]:
    if isinstance(value, dict):
        text, cards = (value.get("text") or "").strip(), value.get("attachments")
        if not text and not cards:
            yield Refusal("must provide one of: text, attachments", at)
        if text and cards:
            yield Refusal("text beside attachments is split off, and no id is told: use summary", at)


_CHECK_MESSAGE: Final = shape({"type": _MESSAGE["type"]}, _MESSAGE, _says_something)


def check_message(activity: Json) -> None:
    """Refuse an activity that Teams would refuse, or would show otherwise than it was meant.

    Stricter than Teams in this: a text beside a card is refused, because Teams splits such an activity in two
    and tells no id, so that it can never be updated. Raises TeamsError MessageSizeTooBig or BadArgument."""
    if activity.get("type") == "typing":
        return
    if len(json.dumps(activity, ensure_ascii=False).encode()) > MESSAGE_BYTES:
        raise TeamsError(413, "MessageSizeTooBig", "Message size too large.")
    _refuse(_CHECK_MESSAGE, activity)


# --- dialogs

_SIZES: Final = ("small", "medium", "large")


def _size(least: int, most: int) -> Check:
    def check(value: object, at: str) -> Iterator[Refusal]:
        yield from (one_of(*_SIZES) if isinstance(value, str) else integer(least, most))(value, at)

    return check


def _submits_only(value: object, at: str) -> Iterator[Refusal]:
    # inside of a dialog there is no other dialog to fetch, and nothing but a submit brings its inputs
    if isinstance(value, dict):
        for action in actions_of(value["content"]):
            if "msteams" in action.get("data", {}):
                yield Refusal("an action in a dialog submits it: no msteams in its data", f"{at}/content")


_DIALOG_CARD: Final = shape({"contentType": one_of(ADAPTIVE), "content": _card}, {}, _submits_only)
_TASK: Final = {
    "continue": shape(
        {
            "type": one_of("continue"),
            "value": shape(
                {"title": string(120), "card": _DIALOG_CARD},
                {"height": _size(100, 1000), "width": _size(200, 1500), "fallbackUrl": HTTPS},
            ),
        },
        {},
    ),
    "message": shape({"type": one_of("message"), "value": string(1000)}, {}),
}
_RESPONSE: Final = shape({"task": by_type(_TASK)}, {"cacheInfo": _anything})


def check_task(response: object) -> Json:
    """Return the `task` of an answer to task/fetch or task/submit, if Teams would take it.

    Raises TeamsError BadArgument or MessageSizeTooBig."""
    _refuse(_RESPONSE, response)
    assert isinstance(response, dict)
    if len(json.dumps(response, ensure_ascii=False).encode()) > MESSAGE_BYTES:
        raise TeamsError(413, "MessageSizeTooBig", "Message size too large.")
    task: Json = response["task"]
    return task


def _refuse(check: Check, value: object) -> None:
    if refusals := [f"{refusal.pointer or '/'}: {refusal.reason}" for refusal in check(value, "")]:
        raise TeamsError(400, "BadArgument", "; ".join(refusals))
