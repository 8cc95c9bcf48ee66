"""The queries of `manager_action`: what managers asked for, and what HR plans. Times are seconds since 1970 (UTC)."""

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.store.ready import Ready
from bot.store.tables import manager_action

_TO_EACH = Ready(
    select(manager_action.c.team, manager_action.c.asked, manager_action.c.due).where(
        manager_action.c.to_each == 1, manager_action.c.due.between(bindparam("since"), bindparam("until"))
    )
)


def last(conn: Connection, team: str) -> int | None:
    """Return when the team's latest reminder goes, or went, out."""
    return conn.execute(select(func.max(manager_action.c.due)).where(manager_action.c.team == team)).scalar()


def put(conn: Connection, actor: bytes, team: str, template: str, asked: int, due: int, to_each: bool = False) -> None:
    """Note that a manager asked for a reminder to a team, or HR for a campaign."""
    values = {"actor": actor, "team": team, "template": template, "asked": asked, "due": due, "to_each": int(to_each)}
    conn.execute(insert(manager_action).values(values))


def of(conn: Connection, actor: bytes, most: int = 6) -> list[tuple[str, str, int]]:
    """Return (team, template, due) of the latest reminders that a manager asked for, the latest first."""
    asked = select(manager_action.c.team, manager_action.c.template, manager_action.c.due)
    latest = asked.where(manager_action.c.actor == actor).order_by(manager_action.c.due.desc()).limit(most)
    return [(row.team, row.template, row.due) for row in conn.execute(latest)]


def to_each(conn: Connection, since: int, until: int) -> list[tuple[str, int, int]]:
    """Return (team or campaign, asked, due) of what goes, or went, to each member in a stretch of time."""
    return [(team, asked, due) for team, asked, due in _TO_EACH.run(conn, since=since, until=until).fetchall()]


def asked_at(conn: Connection, team: str, due: int) -> int | None:
    """Return when it was first known that something goes out at `due`."""
    there = select(func.min(manager_action.c.asked)).where(manager_action.c.team == team, manager_action.c.due == due)
    return conn.execute(there).scalar()


def teams(conn: Connection, since: int, until: int, *, each: bool) -> set[str]:
    """Return the teams that had a reminder in a stretch of time: in their channel, or to each member."""
    rows = select(manager_action.c.team).where(
        manager_action.c.due.between(since, until), manager_action.c.to_each == int(each)
    )
    return {row.team for row in conn.execute(rows)}


def at(conn: Connection, due: int) -> int:
    """Return how many reminders go out at one time."""
    there = select(func.count()).select_from(manager_action).where(manager_action.c.due == due)
    return int(conn.execute(there).scalar() or 0)


def disown(conn: Connection, actor: bytes) -> None:
    """Forget who asked for reminders; that the team had one stays, for its cool-down."""
    conn.execute(update(manager_action).where(manager_action.c.actor == actor).values(actor=bytes(16)))


def purge(conn: Connection, before: int) -> None:
    """Forget reminders that went out before a time."""
    conn.execute(delete(manager_action).where(manager_action.c.due < before))


def drop(conn: Connection, team: str, due: int) -> None:
    """Forget a reminder that did not go out."""
    conn.execute(delete(manager_action).where(manager_action.c.team == team, manager_action.c.due == due))
