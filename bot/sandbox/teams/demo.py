"""A small tenant of invented people, for the demo and the tests."""

from typing import Final

from bot.clock import Clock
from bot.sandbox.teams.pace import Pace
from bot.sandbox.teams.workspace import Person, Team, Workspace

SAM: Final = "29:1sam-rivera"
ALEX: Final = "29:1alex-novak"
MORGAN: Final = "29:1morgan-lee"
GUEST: Final = "29:1gale-guest"
STRANGER: Final = "29:1robin-other"
GONE: Final = "29:1gwen-gone"
SUPPORT: Final = "19:customer-support@thread.tacv2"
FINANCE: Final = "19:finance@thread.tacv2"
OTHER_TENANT: Final = "b3f1c7ce-2f1c-4d5e-9b7e-1f6ac0f0a0e1"

PEOPLE: Final = (
    Person(SAM, "5a000000-0000-4000-8000-000000000001", "Sam Rivera"),
    Person(ALEX, "5a000000-0000-4000-8000-000000000002", "Alex Novak", tz="America/New_York", locale="es-ES"),
    Person(MORGAN, "5a000000-0000-4000-8000-000000000003", "Morgan Lee"),
    Person(GUEST, "5a000000-0000-4000-8000-000000000004", "Gale Guest", role="guest"),
    Person(STRANGER, "5a000000-0000-4000-8000-000000000005", "Robin Other", tenant_id=OTHER_TENANT),
    Person(GONE, "5a000000-0000-4000-8000-000000000006", "Gwen Gone", deleted=True),
)


def demo_workspace(clock: Clock, *, pace: Pace | None = None) -> Workspace:
    """Return a tenant with employees (SAM, ALEX), a manager (MORGAN), a guest, somebody of another tenant, and
    somebody who left; the bot is in the team SUPPORT and not in FINANCE, and in nobody's personal chat until
    they install it. No rate limit unless `pace` is given."""
    workspace = Workspace(clock, pace=pace)
    for person in PEOPLE:
        workspace.join(Person(**vars(person)))
    support = Team(SUPPORT, "Customer Support", "7e000000-0000-4000-8000-000000000001")
    finance = Team(FINANCE, "Finance", "7e000000-0000-4000-8000-000000000002")
    workspace.found(support, [SAM, ALEX, MORGAN, GUEST])
    workspace.found(finance, [ALEX, MORGAN])
    workspace.conversation(SUPPORT).installed = True
    return workspace
