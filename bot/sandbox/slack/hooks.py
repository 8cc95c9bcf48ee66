"""What a bot may do with a response_url: answer the person who did something, up to 5 times in 30 minutes."""

from bot.sandbox.slack import views
from bot.sandbox.slack.limits import check_message
from bot.sandbox.slack.methods import edit
from bot.sandbox.slack.workspace import HOOK_LIFE, HOOK_USES, Json, Message, SlackError, Workspace


def answer(workspace: Workspace, key: str, body: object) -> None:
    """Carry out an answer: post it (for the person only, unless in_channel), or replace or delete the
    message that was acted on. Raises SlackError used_url, expired_url or a refusal of the message."""
    hook = workspace.hooks.get(key)
    if hook is None or workspace.clock.now() - hook.at > HOOK_LIFE:
        raise SlackError("expired_url")
    if hook.uses >= HOOK_USES:
        raise SlackError("used_url")
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    hook.uses += 1
    if hook.ts and body.get("delete_original") is True:
        workspace.messages[hook.channel].remove(workspace.message(hook.channel, hook.ts))
        return
    check_message(body.get("text"), body.get("blocks"))
    if hook.ts and body.get("replace_original") is True:
        edit(workspace, workspace.message(hook.channel, hook.ts), body["text"], body.get("blocks"))
        return
    only_for = "" if body.get("response_type") == "in_channel" else hook.user
    show(workspace, hook.channel, body, only_for)


def show(workspace: Workspace, channel: str, body: Json, only_for: str) -> Message:
    """Post a checked answer into a channel, whether or not the bot is in it."""
    blocks = views.complete(workspace, body.get("blocks") or [])
    return workspace.post(
        Message(channel, workspace.next_ts(), workspace.bot_user_id, body["text"], blocks, only_for=only_for)
    )
