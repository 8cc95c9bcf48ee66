"""What the employer sees: the messages that an export of the workspace or the tenant would hold."""

from dataclasses import dataclass

from bot.demo.stage import Stage
from bot.sandbox.slack import look as slack_look
from bot.sandbox.slack.workspace import moment
from bot.sandbox.teams import look as teams_look


@dataclass(frozen=True)
class Exported:
    """One message of an export. `buttons` are their labels; `remark` says that it was edited or deleted."""

    platform: str
    place: str
    who: str
    when: float
    text: str
    buttons: tuple[str, ...] = ()
    remark: str = ""


def export(stage: Stage) -> list[Exported]:
    """Return all messages of both platforms, newest first: also what was edited or deleted since."""
    return sorted([*_slack(stage), *_teams(stage)], key=lambda each: -each.when)


def windows(stage: Stage) -> int:
    """Return how many private screens were drawn so far, none of which is a message."""
    slack = {"views.open", "views.push", "views.update", "answer.view_submission"}
    teams = {"answer.task/fetch", "answer.task/submit"}
    return sum(call.method in slack and not call.error and bool(call.payload) for call in stage.slack.recorded) + sum(
        call.method in teams and not call.error and bool(call.payload) for call in stage.teams.recorded
    )


def _slack(stage: Stage) -> list[Exported]:
    workspace, found = stage.slack, []
    for channel, messages in workspace.messages.items():
        place = workspace.channels[channel]
        name = f"direct messages with {workspace.member(place.user).real_name}" if place.user else f"#{place.name}"
        for message in messages:
            if message.only_for:  # an ephemeral message is not kept by Slack
                continue
            shown = {"text": message.text, "blocks": message.blocks}
            member = workspace.members.get(message.user)
            who = member.real_name if member else "Haven"
            when = moment(message.ts).timestamp()
            from_bot = message.user == workspace.bot_user_id or member is None
            text = slack_look.text_of(shown) if from_bot else message.text
            labels = tuple(button.label for button in slack_look.buttons_of(shown)) if from_bot else ()
            remark = "edited; the export holds what stood here before, too" if message.edits else ""
            found.append(Exported("Slack", name, who, when, text, labels, remark))
    return found


def _teams(stage: Stage) -> list[Exported]:
    workspace, found = stage.teams, []
    for place in workspace.conversations.values():
        name = f"chat with {workspace.people[place.user].name}" if place.user else workspace.teams[place.team].name
        for posted in place.activities:
            bot = posted.sender == workspace.bot_id
            text = teams_look.text_of(posted.activity)
            labels = tuple(button.label for button in teams_look.buttons_of(posted.activity)) if bot else ()
            who = "Haven" if bot else workspace.person(posted.sender).name
            remark = "deleted, and kept by a retention policy" if posted.deleted else "edited" if posted.edits else ""
            found.append(
                Exported("Teams", name, who, posted.at.timestamp(), text or "(a button was tapped)", labels, remark)
            )
    return found
