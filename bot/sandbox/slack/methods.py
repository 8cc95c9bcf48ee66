"""The Web API's methods: each takes the workspace and the arguments, and returns the answer without `ok`."""

import base64
import binascii
from collections.abc import Callable

from bot.sandbox.slack import shapes, views
from bot.sandbox.slack.limits import check_message
from bot.sandbox.slack.workspace import Channel, Json, Message, SlackError, Workspace

Method = Callable[[Workspace, Json], Json]


class RateLimited(Exception):
    """Too fast: try again after so many seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


def _text(args: Json, name: str) -> str:
    value = args.get(name)
    if not isinstance(value, str) or not value:
        raise SlackError("invalid_arguments", (f"[ERROR] missing required field: {name}",))
    return value


def _page(args: Json, things: list[Json], most: int) -> tuple[list[Json], Json]:
    try:
        limit = int(args.get("limit") or 0)
        start = int(base64.b64decode(args.get("cursor") or "", validate=True).removeprefix(b"next:") or 0)
    except (ValueError, binascii.Error, TypeError):
        raise SlackError("invalid_cursor") from None
    if not 0 <= limit <= most:
        raise SlackError("invalid_limit")
    end = start + limit if limit else len(things)
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(things) else ""
    return things[start:end], {"next_cursor": cursor}


def auth_test(workspace: Workspace, args: Json) -> Json:
    """Say who the bot is."""
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.domain,
        "user": "haven",
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": workspace.org_wide,
        **({"enterprise_id": workspace.organisation} if workspace.organisation else {}),
    }


def auth_revoke(workspace: Workspace, args: Json) -> Json:
    """Revoke the tokens of this workspace."""
    workspace.grants.revoke()
    return {"revoked": True}


def users_info(workspace: Workspace, args: Json) -> Json:
    """Tell about one member."""
    member = workspace.member(_text(args, "user"))
    return {"user": shapes.user(workspace, member, locale=bool(args.get("include_locale")))}


def users_list(workspace: Workspace, args: Json) -> Json:
    """List members, page by page."""
    locale = bool(args.get("include_locale"))
    everybody = [shapes.user(workspace, m, locale=locale) for m in workspace.members.values() if not m.is_stranger]
    page, more = _page(args, everybody, 1000)
    now = int(workspace.clock.now().timestamp())
    return {"members": page, "cache_ts": now, "response_metadata": more}


def usergroups_users_list(workspace: Workspace, args: Json) -> Json:
    """List who is in a user group."""
    group = args.get("usergroup")
    if group not in workspace.usergroups:
        raise SlackError("no_such_subteam")
    return {"users": [*workspace.usergroups[group]]}


def conversations_open(workspace: Workspace, args: Json) -> Json:
    """Open the direct messages with one person."""
    if args.get("channel"):
        channel = workspace.channel(args["channel"])
        if not channel.user:
            raise SlackError("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}}
    users = args.get("users") or ""
    people = [*users] if isinstance(users, list) else [one for one in str(users).split(",") if one]
    if not people:
        raise SlackError("users_list_not_supplied")
    if len(people) > 1:
        raise SlackError("invalid_user_combination")
    known = "D" + people[0][1:] in workspace.channels
    channel = workspace.dm(people[0])
    answer: Json = {"channel": {"id": channel.id}}
    if known:
        answer |= {"no_op": True, "already_open": True}
    if args.get("return_im"):
        answer["channel"] = shapes.channel(workspace, channel)
    return answer


def conversations_history(workspace: Workspace, args: Json) -> Json:
    """Return messages of a channel, the latest first; their metadata only for who asks for it."""
    channel = workspace.channel(_text(args, "channel"))
    lasting = [each for each in workspace.messages.get(channel.id, []) if not each.only_for]
    told = [shapes.message(workspace, each) for each in reversed(lasting)]
    if not args.get("include_all_metadata"):
        told = [{key: value for key, value in each.items() if key != "metadata"} for each in told]
    page, more = _page(args, told, 999)
    return {"messages": page, "has_more": bool(more["next_cursor"]), "response_metadata": more}


def conversations_info(workspace: Workspace, args: Json) -> Json:
    """Tell about one channel."""
    return {"channel": shapes.channel(workspace, workspace.channel(_text(args, "channel")))}


def conversations_members(workspace: Workspace, args: Json) -> Json:
    """List who is in a channel, page by page."""
    members = [{"id": one} for one in sorted(workspace.channel(_text(args, "channel")).members)]
    page, more = _page(args, members, 1000)
    return {"members": [one["id"] for one in page], "response_metadata": more}


def _writable(workspace: Workspace, name: str) -> Channel:
    """Return where the bot may post: a channel that it is in, or somebody's direct messages."""
    if name.startswith("U") and name in workspace.members:
        return workspace.dm(name)
    channel = workspace.channel(name)
    if channel.is_archived:
        raise SlackError("is_archived")
    if workspace.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    if channel.user:
        workspace.dm(channel.user)
    return channel


def chat_post_message(workspace: Workspace, args: Json) -> Json:
    """Post a message."""
    channel = _writable(workspace, _text(args, "channel"))
    check_message(args.get("text"), args.get("blocks"))
    if workspace.pace and (wait := workspace.pace.wait(channel.id, workspace.clock.now())):
        raise RateLimited(wait)
    blocks = views.complete(workspace, args.get("blocks") or [])
    message = workspace.post(
        Message(
            channel.id,
            workspace.next_ts(),
            workspace.bot_user_id,
            args["text"],
            blocks,
            args.get("metadata"),
        )
    )
    return {"channel": channel.id, "ts": message.ts, "message": shapes.message(workspace, message)}


def chat_post_ephemeral(workspace: Workspace, args: Json) -> Json:
    """Post a message that one person sees."""
    channel = _writable(workspace, _text(args, "channel"))
    user = workspace.member(_text(args, "user")).id
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    check_message(args.get("text"), args.get("blocks"))
    if workspace.pace and (wait := workspace.pace.wait(channel.id, workspace.clock.now())):
        raise RateLimited(wait)
    blocks = views.complete(workspace, args.get("blocks") or [])
    message = workspace.post(
        Message(channel.id, workspace.next_ts(), workspace.bot_user_id, args["text"], blocks, only_for=user)
    )
    return {"message_ts": message.ts}


def _own(workspace: Workspace, args: Json, refusal: str) -> Message:
    """Return a message of the bot; an ephemeral one cannot be named."""
    channel = workspace.channel(_text(args, "channel"))
    message = workspace.message(channel.id, _text(args, "ts"))
    if message.only_for:
        raise SlackError("message_not_found")
    if message.user != workspace.bot_user_id:
        raise SlackError(refusal)
    return message


def chat_update(workspace: Workspace, args: Json) -> Json:
    """Change a message of the bot."""
    message = _own(workspace, args, "cant_update_message")
    check_message(args.get("text"), args.get("blocks"))
    edit(workspace, message, args["text"], args.get("blocks"))
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": shapes.message(workspace, message),
    }


def edit(workspace: Workspace, message: Message, text: str, blocks: list[Json] | None) -> None:
    """Replace what a message says, keeping what it said; without blocks it has none any more, as in Slack."""
    message.edits.append({"ts": workspace.next_ts(), "text": message.text, "blocks": message.blocks})
    message.text = text
    message.blocks = views.complete(workspace, blocks or [])


def chat_delete(workspace: Workspace, args: Json) -> Json:
    """Delete a message of the bot."""
    message = _own(workspace, args, "cant_delete_message")
    workspace.messages[message.channel].remove(message)
    return {"channel": message.channel, "ts": message.ts}


def views_open(workspace: Workspace, args: Json) -> Json:
    """Open a modal for whoever a trigger belongs to."""
    user = workspace.take_trigger(_text(args, "trigger_id"))
    return {"view": views.wire(workspace, views.put_on_top(workspace, user, args.get("view")))}


def views_push(workspace: Workspace, args: Json) -> Json:
    """Open a modal on top of one that is open."""
    user = workspace.take_trigger(_text(args, "trigger_id"))
    if not views.stack(workspace, user):
        raise SlackError("not_found")
    return {"view": views.wire(workspace, views.put_on_top(workspace, user, args.get("view")))}


def views_update(workspace: Workspace, args: Json) -> Json:
    """Change an open view, if nobody has changed it since `hash`."""
    if not args.get("view_id") and not args.get("external_id"):
        raise SlackError("invalid_arguments", ("[ERROR] missing required field: view_id",))
    view = views.find(workspace, args.get("view_id"), args.get("external_id"))
    if args.get("hash") and args["hash"] != view.hash:
        raise SlackError("hash_conflict")
    return {"view": views.wire(workspace, views.redraw(workspace, view, args.get("view")))}


def views_publish(workspace: Workspace, args: Json) -> Json:
    """Put a view on somebody's App Home."""
    user = _text(args, "user_id")
    return {"view": views.wire(workspace, views.publish(workspace, user, args.get("view"), args.get("hash")))}


METHODS: dict[str, tuple[Method, str]] = {
    # method -> what it does, the scope that it needs
    "auth.test": (auth_test, ""),
    "auth.revoke": (auth_revoke, ""),
    "users.info": (users_info, "users:read"),
    "users.list": (users_list, "users:read"),
    "usergroups.users.list": (usergroups_users_list, "usergroups:read"),
    "conversations.open": (conversations_open, "im:write"),
    "conversations.history": (conversations_history, "im:history"),
    "conversations.info": (conversations_info, "channels:read"),
    "conversations.members": (conversations_members, "channels:read"),
    "chat.postMessage": (chat_post_message, "chat:write"),
    "chat.postEphemeral": (chat_post_ephemeral, "chat:write"),
    "chat.update": (chat_update, "chat:write"),
    "chat.delete": (chat_delete, "chat:write"),
    "views.open": (views_open, ""),
    "views.push": (views_push, ""),
    "views.update": (views_update, ""),
    "views.publish": (views_publish, ""),
}
