"""Activities as Teams sends them to a bot, field by field."""

import html
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox.teams.workspace import Conversation, Json, Person, Posted, Team, Workspace


def activity(workspace: Workspace, person: Person, place: Conversation, kind: str, activity_id: str) -> Json:
    """Return what all activities have in common."""
    now = workspace.clock.now()
    return {
        "type": kind,
        "id": activity_id,
        "timestamp": _utc(now),
        "localTimestamp": now.astimezone(ZoneInfo(person.tz)).isoformat(timespec="milliseconds"),
        "localTimezone": person.tz,
        "channelId": "msteams",
        "serviceUrl": workspace.service_url,
        "from": {"id": person.id, "name": person.name, "aadObjectId": person.aad_object_id},
        "conversation": conversation(place),
        "recipient": {"id": workspace.bot_id, "name": workspace.bot_name},
        "entities": [
            {
                "locale": person.locale,
                "country": person.locale.rpartition("-")[2],
                "platform": "Web",
                "timezone": person.tz,
                "type": "clientInfo",
            }
        ],
        "channelData": {"tenant": {"id": person.tenant_id}},
        "locale": person.locale,
    }


def conversation(place: Conversation, thread: str = "") -> Json:
    """Return a conversation as an activity names it; `thread` is the id of a channel's first message."""
    if place.user:
        return {"conversationType": "personal", "tenantId": place.tenant_id, "id": place.id}
    suffix = f";messageid={thread}" if thread else ""
    return {"isGroup": True, "conversationType": "channel", "tenantId": place.tenant_id, "id": place.id + suffix}


def message(workspace: Workspace, person: Person, place: Conversation, text: str) -> Json:
    """Return a typed message. Teams adds what was typed as HTML, in an attachment."""
    told = activity(workspace, person, place, "message", workspace.next_id())
    told |= {"text": text, "textFormat": "plain", "attachments": [_typed(text)]}
    return told


def mention(workspace: Workspace, person: Person, place: Conversation, text: str) -> Json:
    """Return a message in a channel that mentions the bot: a bot hears no others."""
    told = message(workspace, person, place, f"<at>{workspace.bot_name}</at> {text}")
    bot = {"id": workspace.bot_id, "name": workspace.bot_name}
    told["entities"].append({"type": "mention", "mentioned": bot, "text": f"<at>{workspace.bot_name}</at>"})
    told["conversation"] = conversation(place, told["id"])
    told["channelData"] |= _channel(workspace.teams[place.team], place)
    return told


def submitted(workspace: Workspace, person: Person, place: Conversation, posted: Posted, value: Json) -> Json:
    """Return what a plain Action.Submit sends: a message without a text, with a value."""
    told = activity(workspace, person, place, "message", workspace.next_id())
    told |= {"value": value, "replyToId": posted.id}
    return _upon(workspace, told, place, posted.id)


def invoke(
    workspace: Workspace, person: Person, place: Conversation, name: str, data: Json, reply_to: str = ""
) -> Json:
    """Return an invoke: "task/fetch" or "task/submit"."""
    told = activity(workspace, person, place, "invoke", f"f:{workspace.draw()}")
    told |= {"name": name, "value": {"data": data, "context": {"theme": "default"}}}
    if not reply_to:
        return told
    told["replyToId"] = reply_to
    return _upon(workspace, told, place, reply_to)


def members(
    workspace: Workspace,
    person: Person,
    place: Conversation,
    change: str,
    ids: list[str],
) -> Json:
    """Return a conversationUpdate; `change` is "membersAdded" or "membersRemoved"."""
    told = activity(workspace, person, place, "conversationUpdate", f"f:{workspace.draw()}")
    accounts = [
        {"id": one} | ({"aadObjectId": workspace.people[one].aad_object_id} if one in workspace.people else {})
        for one in ids
    ]
    told |= {change: accounts}
    if place.team:
        event = "teamMemberAdded" if change == "membersAdded" else "teamMemberRemoved"
        told["channelData"] |= {**_channel(workspace.teams[place.team], place), "eventType": event}
    return _quiet(told)


def installation(workspace: Workspace, person: Person, place: Conversation, action: str) -> Json:
    """Return an installationUpdate; `action` is "add" or "remove"."""
    told = activity(workspace, person, place, "installationUpdate", f"f:{workspace.draw()}")
    told["action"] = action
    told["channelData"] |= {"settings": {"selectedChannel": {"id": place.id}}, "source": {"name": "message"}}
    if place.team:
        told["channelData"] |= _channel(workspace.teams[place.team], place)
    return told


def _upon(workspace: Workspace, told: Json, place: Conversation, message_id: str) -> Json:
    told["channelData"] |= {"source": {"name": "message"}, "legacy": {"replyToId": f"1:{message_id}"}}
    if place.team:
        told["conversation"] = conversation(place, message_id)
        told["channelData"] |= _channel(workspace.teams[place.team], place)
    return told


def _channel(team: Team, place: Conversation) -> Json:
    return {
        "teamsChannelId": place.id,
        "teamsTeamId": team.id,
        "channel": {"id": place.id},
        "team": {"id": team.id, "name": team.name, "aadGroupId": team.aad_group_id},
    }


def _quiet(told: Json) -> Json:
    # changes of the roster come without a person's client and name, and name the tenant in channelData only
    for name in ("localTimestamp", "localTimezone", "locale", "entities"):
        del told[name]
    del told["from"]["name"]
    del told["conversation"]["tenantId"]
    return told


def _typed(text: str) -> Json:
    return {"contentType": "text/html", "content": f"<p>{html.escape(text, quote=False)}</p>"}


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
