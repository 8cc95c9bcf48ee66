"""What must be true of everything that we send to Slack and Teams, as others than our renderers see it.

Slack: slack_sdk's own models read it and write the same again, and Slack's limits hold (`bot/sandbox/slack/limits.py`).
Teams: Teams' limits hold (`bot/sandbox/teams/limits.py`); `adaptivecards` reads the recorded cards in Node.
"""

from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.sandbox.slack import limits as slack_limits
from bot.sandbox.slack.workspace import SlackError
from bot.sandbox.teams import limits as teams_limits
from bot.sandbox.teams.workspace import TeamsError

Json = dict[str, Any]

KINDS: Final[Mapping[tuple[str, str], str]] = {
    ("slack", "chat.postMessage"): "message",
    ("slack", "chat.postEphemeral"): "message",
    ("slack", "chat.update"): "message",
    ("slack", "response_url"): "message",
    ("slack", "answer.command"): "message",
    ("slack", "views.open"): "view",
    ("slack", "views.push"): "view",
    ("slack", "views.update"): "view",
    ("slack", "views.publish"): "view",
    ("slack", "answer.view_submission"): "view",
    ("teams", "send_to_conversation"): "activity",
    ("teams", "reply_to_activity"): "activity",
    ("teams", "update_activity"): "activity",
    ("teams", "create_conversation"): "activity",
    ("teams", "answer.task/fetch"): "dialog",
    ("teams", "answer.task/submit"): "dialog",
}
"""What is drawn on somebody's screen, by platform and by the name under which its stand-in keeps it."""

EXCEPTIONS: Final = {
    "empty values": 'slack_sdk drops "" and [] (an empty private_metadata, a view without blocks): we drop them, too',
}
"""Where slack_sdk's models say less than we sent, and rightly. Everything else comes back as it was sent."""


def drawn(platform: str, method: str, sent: Json) -> tuple[str, Json] | None:
    """Return what kind of drawing was sent, and the drawing itself; None if nothing was drawn."""
    kind = KINDS.get((platform, method))
    if kind == "view":
        view = sent.get("view")
        return (kind, view) if isinstance(view, dict) else None
    if kind == "message" and not ("text" in sent or "blocks" in sent):
        return None  # an acknowledgement, or a message taken away
    if kind == "activity" and method == "create_conversation":
        sent = sent.get("activity") or {}
    if kind == "activity" and sent.get("type") != "message":
        return None  # "typing", or a conversation without a word in it
    if kind == "dialog" and not sent:
        return None  # the dialog is closed
    return (kind, sent) if kind else None


def wrong(kind: str, payload: Json) -> list[str]:
    """Return what is wrong with a drawing, empty if nothing is."""
    try:
        match kind:
            case "message":
                slack_limits.check_message(payload.get("text"), payload.get("blocks"))
                return _differs(payload.get("blocks") or [], _blocks_again(payload.get("blocks") or []))
            case "view":
                slack_limits.check_view(payload, str(payload.get("type")))
                return _differs(payload, View(**payload).to_dict())
            case "activity":
                teams_limits.check_message(payload)
            case "dialog":
                teams_limits.check_task(payload)
            case _:
                return [f"no such kind of payload: {kind}"]
    except SlackError as error:
        return [error.error, *error.messages]
    except TeamsError as error:
        return [f"{error.code}: {error.message}"]
    except SlackObjectFormationError as error:
        return [f"slack_sdk: {error}"]
    return []


def _blocks_again(blocks: list[Json]) -> list[Json]:
    return [block.to_dict() for block in Block.parse_all(blocks)]


def _differs(sent: object, again: object, at: str = "") -> list[str]:
    """Return where slack_sdk's reading of what we sent is something else."""
    if isinstance(sent, dict) and isinstance(again, dict):
        sent = {key: value for key, value in sent.items() if value not in ("", [], None)}
        return [
            each for key in sorted({*sent, *again}) for each in _differs(sent.get(key), again.get(key), f"{at}/{key}")
        ]
    if isinstance(sent, list) and isinstance(again, list) and len(sent) == len(again):
        return [
            each
            for index, pair in enumerate(zip(sent, again, strict=True))
            for each in _differs(*pair, f"{at}/{index}")
        ]
    return [] if sent == again else [f"slack_sdk reads {at or '/'} as {again!r}, and {sent!r} was sent"]
