"""Members, channels and messages as Slack's Web API and deliveries write them."""

import copy
from zoneinfo import ZoneInfo

from bot.sandbox.slack.workspace import Channel, Json, Member, Message, Workspace


def user(workspace: Workspace, member: Member, *, locale: bool = False) -> Json:
    """Return a member as users.info does; a deactivated one has no zone, as in Slack."""
    told: Json = {
        "id": member.id,
        "team_id": member.team_id,
        "name": member.name,
        "deleted": member.deleted,
        "profile": {
            "real_name": member.real_name,
            "display_name": member.name,
            "team": member.team_id,
            "status_text": member.status_text,
            "status_emoji": member.status_emoji,
            "status_expiration": 0,
        },
        "is_bot": member.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if not member.deleted:
        offset = workspace.clock.now().astimezone(ZoneInfo(member.tz)).utcoffset()
        told |= {
            "color": "9f69e7",
            "real_name": member.real_name,
            "tz": member.tz,
            "tz_label": member.tz.rsplit("/", 1)[-1],
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": member.is_restricted,
            "is_ultra_restricted": member.is_ultra_restricted,
            "is_email_confirmed": not member.is_bot,
        }
    if workspace.organisation and member.team_id == workspace.team_id:
        told["enterprise_user"] = {
            "id": member.id,
            "enterprise_id": workspace.organisation,
            "teams": [member.team_id],
        }
    if member.is_stranger:
        told["is_stranger"] = True
    if locale and not member.deleted:
        told["locale"] = member.locale
    return told


def channel(workspace: Workspace, one: Channel) -> Json:
    """Return a channel or direct messages as conversations.info does."""
    if one.user:
        return {
            "id": one.id,
            "created": 1_700_000_000,
            "is_im": True,
            "is_org_shared": False,
            "user": one.user,
            "is_archived": one.is_archived,
            "is_open": True,
            "context_team_id": workspace.team_id,
        }
    return {
        "id": one.id,
        "name": one.name,
        "name_normalized": one.name,
        "created": 1_700_000_000,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_archived": one.is_archived,
        "is_general": False,
        "is_ext_shared": False,
        "is_member": workspace.bot_user_id in one.members,
        "context_team_id": workspace.team_id,
    }


def message(workspace: Workspace, one: Message) -> Json:
    """Return a message as it stands in a channel."""
    told: Json = {
        "type": "message",
        "user": one.user,
        "ts": one.ts,
        "text": one.text,
        "team": workspace.team_id,
    }
    if one.user == workspace.bot_user_id:
        told |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
    if one.blocks:
        told["blocks"] = copy.deepcopy(one.blocks)
    if one.metadata:
        told["metadata"] = copy.deepcopy(one.metadata)
    if one.edits:
        told["edited"] = {"user": one.user, "ts": f"{one.edits[-1]['ts']}"}
    return told
