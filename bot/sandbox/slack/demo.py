"""A small workspace of invented people, for the demo and the tests."""

from bot.clock import Clock
from bot.sandbox.slack.pace import Pace
from bot.sandbox.slack.workspace import Channel, Member, Workspace

PEOPLE = (
    Member("USLACKBOT", "slackbot", "Slackbot", tz="America/Los_Angeles", locale="en-US"),
    Member("U0SAM", "sam", "Sam Rivera"),
    Member("U0ALEX", "alex", "Alex Novak", tz="America/New_York", locale="es-ES"),
    Member("U0MORGAN", "morgan", "Morgan Lee"),
    Member("U0GUEST", "guest", "Gale Guest", is_restricted=True, is_ultra_restricted=True),
    Member("U0STRANGER", "stranger", "Robin Other", is_stranger=True, team_id="T0OTHER"),
    Member("U0ROBOT", "robot", "Build Robot", is_bot=True),
    Member("U0GONE", "gone", "Gwen Gone", deleted=True),
)


def demo_workspace(clock: Clock, *, pace: Pace | None = None) -> Workspace:
    """Return a workspace with employees (U0SAM, U0ALEX), a manager (U0MORGAN), a guest, a stranger, a bot,
    somebody who left, and Slackbot; the bot is in C0SUPPORT and not in C0FINANCE. No rate limit unless
    `pace` is given."""
    workspace = Workspace(clock, pace=pace)
    for person in PEOPLE:
        workspace.join(Member(**vars(person)))
    haven = workspace.join(Member(workspace.bot_user_id, "haven", "Haven", is_bot=True))
    staff = {"U0SAM", "U0ALEX", "U0MORGAN"}
    workspace.channels["C0SUPPORT"] = Channel("C0SUPPORT", "support", {*staff, haven.id})
    workspace.channels["C0FINANCE"] = Channel("C0FINANCE", "finance", {"U0MORGAN", "U0ALEX"})
    workspace.usergroups["S0SUPPORT"] = ["U0SAM", "U0ALEX", "U0MORGAN"]
    return workspace
