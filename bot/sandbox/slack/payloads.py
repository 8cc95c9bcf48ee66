"""The bodies of what Slack delivers to a bot.

Source: Slack's reference "Interaction payloads", "Events API" and "Slash commands".
"""

import html

from bot.clock import token
from bot.sandbox.slack import shapes, views
from bot.sandbox.slack.look import Button
from bot.sandbox.slack.workspace import Channel, Json, Member, Message, View, Workspace


def _actor(member: Member) -> Json:
    return {"id": member.id, "username": member.name, "name": member.name, "team_id": member.team_id}


def _team(workspace: Workspace, member: Member) -> Json:
    domain = workspace.domain if member.team_id == workspace.team_id else member.team_id.lower()
    return {"id": member.team_id, "domain": domain}


def _common(workspace: Workspace, member: Member, kind: str) -> Json:
    return {
        "type": kind,
        "team": _team(workspace, member),
        "user": _actor(member),
        "api_app_id": workspace.app_id,
        "token": "legacy-verification-token",
        "enterprise": {"id": workspace.organisation, "name": "Organisation"} if workspace.organisation else None,
        "is_enterprise_install": workspace.org_wide,
    }


def event_callback(workspace: Workspace, event: Json, *, external: bool = False) -> Json:
    """Wrap an event as the Events API does, with a fresh event id."""
    return {
        "token": "legacy-verification-token",
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": workspace.organisation or None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.draw("Ev"),
        "event_time": int(workspace.clock.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": workspace.organisation or None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": workspace.org_wide,
            }
        ],
        "is_ext_shared_channel": external,
        "event_context": "4-" + token(workspace.clock, 24),
    }


def message_event(workspace: Workspace, member: Member, channel: Channel, text: str, ts: str) -> Json:
    """Return the message event of somebody who typed `text`; &, < and > arrive escaped, as in Slack."""
    escaped = html.escape(text, quote=False)
    event: Json = {
        "type": "message",
        "user": member.id,
        "ts": ts,
        "client_msg_id": _uuid(workspace),
        "text": escaped,
        "team": member.team_id,
        "blocks": [
            {
                "type": "rich_text",
                "block_id": token(workspace.clock, 3),
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]},
                ],
            }
        ],
        "channel": channel.id,
        "event_ts": ts,
        "channel_type": "im" if channel.user else "channel",
    }
    if member.is_bot:
        event |= {"bot_id": "B" + member.id[1:], "subtype": "bot_message"}
        del event["client_msg_id"]
    if member.team_id != workspace.team_id:
        event |= {"user_team": member.team_id, "source_team": member.team_id}
    return event


def _uuid(workspace: Workspace) -> str:
    digits = token(workspace.clock)
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))


def home_event(workspace: Workspace, member: Member, tab: str) -> Json:
    """Return the app_home_opened event for the tab "home" or "messages"."""
    event: Json = {
        "type": "app_home_opened",
        "user": member.id,
        "channel": workspace.dm(member.id).id,
        "tab": tab,
        "event_ts": workspace.next_ts(),
    }
    if tab == "home" and member.id in workspace.homes:
        event["view"] = views.wire(workspace, workspace.homes[member.id])
    return event


def _action(button: Button, ts: str) -> Json:
    action: Json = {
        "action_id": button.action_id,
        "block_id": button.block_id,
        "type": button.element["type"],
        "action_ts": ts,
    }
    if button.option:
        return {**action, "selected_option": button.option}
    action["text"] = {"emoji": True, **button.element["text"]}
    return action | {name: button.element[name] for name in ("value", "style", "url") if name in button.element}


def message_action(workspace: Workspace, member: Member, message: Message, button: Button) -> Json:
    """Return block_actions for a button of a message; an ephemeral message itself is not sent along."""
    channel = workspace.channels[message.channel]
    payload = _common(workspace, member, "block_actions") | {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.only_for),
        },
        "trigger_id": workspace.issue_trigger(member.id),
        "channel": {"id": channel.id, "name": "directmessage" if channel.user else channel.name},
        "state": {"values": {}},
        "response_url": workspace.issue_hook(member.id, channel.id, message.ts),
        "actions": [_action(button, workspace.next_ts())],
    }
    if not message.only_for:
        payload["message"] = shapes.message(workspace, message)
    return payload


def view_action(workspace: Workspace, member: Member, view: View, button: Button) -> Json:
    """Return block_actions for a button of a modal or of the App Home."""
    shown = views.wire(workspace, view)
    return _common(workspace, member, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.issue_trigger(member.id),
        "view": shown,
        "state": shown["state"],
        "actions": [_action(button, workspace.next_ts())],
    }


def view_submission(workspace: Workspace, member: Member, view: View) -> Json:
    """Return view_submission for what has been entered into a modal."""
    return _common(workspace, member, "view_submission") | {
        "trigger_id": workspace.issue_trigger(member.id),
        "view": views.wire(workspace, view),
        "response_urls": [],
    }


def view_closed(workspace: Workspace, member: Member, view: View, *, cleared: bool) -> Json:
    """Return view_closed; `cleared` if the whole stack was closed at once."""
    return _common(workspace, member, "view_closed") | {
        "view": views.wire(workspace, view),
        "is_cleared": cleared,
    }


def shortcut(workspace: Workspace, member: Member, callback_id: str) -> Json:
    """Return a global shortcut."""
    payload = _common(workspace, member, "shortcut") | {
        "action_ts": workspace.next_ts(),
        "callback_id": callback_id,
        "trigger_id": workspace.issue_trigger(member.id),
    }
    del payload["api_app_id"]
    return payload


def command(workspace: Workspace, member: Member, channel: Channel, name: str, text: str) -> dict[str, str]:
    """Return the form fields of a slash command."""
    return {
        "token": "legacy-verification-token",
        "team_id": member.team_id,
        "team_domain": _team(workspace, member)["domain"],
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.user else channel.name,
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": str(workspace.org_wide).lower(),
        **({"enterprise_id": workspace.organisation} if workspace.organisation else {}),
        "response_url": workspace.issue_hook(member.id, channel.id),
        "trigger_id": workspace.issue_trigger(member.id),
    }
