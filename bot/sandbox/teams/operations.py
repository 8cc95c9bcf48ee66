"""What the Bot Connector does for a bot: conversations, activities and members, as REST v3 writes them."""

import copy
from typing import Final

from bot.sandbox.teams.limits import check_message
from bot.sandbox.teams.workspace import NOT_INSTALLED, Conversation, Json, Person, Posted, TeamsError, Workspace

PAGE_LEAST: Final = 50
PAGE_MOST: Final = 500
PAGE_USUAL: Final = 200


class Bad(TeamsError):
    """An argument that is missing or of the wrong kind: 400 BadSyntax."""

    def __init__(self, message: str) -> None:
        super().__init__(400, "BadSyntax", message)


def create(workspace: Workspace, body: Json) -> Json:
    """Open somebody's personal chat, or a new thread in a channel; posts `activity` if there is one.

    Raises TeamsError, among them ForbiddenOperationException where the person has not installed the bot."""
    data = body.get("channelData")
    channel = data.get("channel") if isinstance(data, dict) else None
    if isinstance(channel, dict):
        return _start_thread(workspace, str(channel.get("id", "")), body.get("activity"))
    tenant = body.get("tenantId") or body.get("tenantID")
    if tenant is None and isinstance(data, dict) and isinstance(data.get("tenant"), dict):
        tenant = data["tenant"].get("id")
    members = body.get("members")
    if not isinstance(members, list) or len(members) != 1 or not isinstance(members[0], dict) or body.get("isGroup"):
        raise Bad("Incorrect conversation creation parameters")
    if not isinstance(tenant, str):
        raise Bad("Tenant id is missing in the conversation creation parameters")
    person = workspace.person(str(members[0].get("id", "")))
    place = workspace.personal(person.id)
    if tenant != person.tenant_id:
        raise TeamsError(403, "ForbiddenOperationException", "The user does not belong to the tenant")
    if workspace.disabled_by_admin:
        raise TeamsError(403, "BotDisabledByAdmin", "The tenant admin disabled this bot.")
    if not place.installed:
        raise TeamsError(403, "ForbiddenOperationException", NOT_INSTALLED)
    told = {"id": place.id}
    if body.get("activity") is not None:
        told["activityId"] = send(workspace, workspace.writable(place.id), body["activity"])["id"]
    return told


def _start_thread(workspace: Workspace, channel: str, activity: object) -> Json:
    place = workspace.writable(channel)
    if not isinstance(activity, dict):
        raise Bad("A channel conversation is created with an activity")
    posted = send(workspace, place, activity)["id"]
    return {"id": f"{place.id};messageid={posted}", "activityId": posted}


def send(workspace: Workspace, place: Conversation, activity: object, reply_to: str = "") -> Json:
    """Post an activity into a conversation; a typing indicator leaves nothing behind."""
    sent = _checked(activity)
    activity_id = workspace.next_id()
    if sent["type"] == "message":
        posted = Posted(activity_id, workspace.bot_id, sent, workspace.clock.now(), reply_to=reply_to)
        place.activities.append(posted)
    return {"id": activity_id}


def update(workspace: Workspace, place: Conversation, activity_id: str, activity: object) -> Json:
    """Replace one of the bot's own messages."""
    posted = _own(workspace, place, activity_id)
    sent = _checked(activity)
    posted.edits.append(posted.activity)
    posted.activity = sent
    return {"id": activity_id}


def delete(workspace: Workspace, place: Conversation, activity_id: str) -> Json:
    """Take one of the bot's own messages back."""
    _own(workspace, place, activity_id).deleted = True
    return {}


def members(workspace: Workspace, place: Conversation) -> list[Json]:
    """Return everybody in a conversation, without the bot."""
    return [account(workspace.people[user]) for user in place.members]


def page(workspace: Workspace, place: Conversation, size: str, continuation: str) -> Json:
    """Return a page of 50 to 500 members, and a token for the next one if there is one."""
    try:
        count = min(max(int(size or PAGE_USUAL), PAGE_LEAST), PAGE_MOST)
        begin = int(continuation or 0)
    except ValueError:
        raise Bad("Invalid page size or continuation token") from None
    told: Json = {"members": members(workspace, place)[begin : begin + count]}
    if begin + count < len(place.members):
        told["continuationToken"] = str(begin + count)
    return told


def member(workspace: Workspace, place: Conversation, user: str) -> Json:
    """Return one member, by either id. Raises TeamsError MemberNotFoundInConversation."""
    person = workspace.person(user)
    if person.id not in place.members:
        raise TeamsError(404, "MemberNotFoundInConversation", "Member not found in conversation.")
    return account(person)


def account(person: Person) -> Json:
    """Return somebody as a roster shows them."""
    given, _, surname = person.name.partition(" ")
    local = f"{given}.{surname}".lower()
    host = "tailspin.example" if person.role == "user" else "guests.example"
    return {
        "id": person.id,
        "name": person.name,
        "objectId": person.aad_object_id,
        "aadObjectId": person.aad_object_id,
        "givenName": given,
        "surname": surname,
        "email": f"{local}@{host}",
        "userPrincipalName": f"{local}@{host}",
        "tenantId": person.tenant_id,
        "userRole": person.role,
    }


def _checked(activity: object) -> Json:
    if not isinstance(activity, dict) or activity.get("type") not in {"message", "typing"}:
        raise Bad("Unknown activity type")
    check_message(activity)
    return copy.deepcopy(activity)


def _own(workspace: Workspace, place: Conversation, activity_id: str) -> Posted:
    posted = workspace.posted(place, activity_id)
    if posted.sender != workspace.bot_id:
        raise TeamsError(403, "ForbiddenOperationException", "The activity was not sent by this bot.")
    return posted
