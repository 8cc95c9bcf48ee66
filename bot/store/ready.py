"""Statements that are put together once, and then handed to the driver as they are.

What SQLAlchemy does around a statement takes several times as long as most of ours take in SQLite, and a check-in needs
a dozen of them. They are built with SQLAlchemy all the same, so tables and columns stand in one place.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import ClauseElement, Connection


class Cursor(Protocol):
    """What the driver gives back."""

    rowcount: int

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, if there is one."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that are left."""


class Ready:
    """A statement with its blanks. Runs within the transaction that the connection is in; raises the driver's errors,
    which hold no value of a row."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._built: tuple[str, tuple[tuple[str, Any], ...]] | None = None

    def run(self, conn: Connection, **given: Any) -> Cursor:
        """Carry it out, with its blanks filled."""
        sql, blanks = self._built or self._build(conn)
        return self._cursor(conn).execute(sql, [given.get(name, default) for name, default in blanks])  # type: ignore[no-any-return]

    def run_each(self, conn: Connection, several: Iterable[dict[str, Any]]) -> None:
        """Carry it out once for each of these."""
        sql, blanks = self._built or self._build(conn)
        self._cursor(conn).executemany(sql, [[each.get(name, default) for name, default in blanks] for each in several])

    def scalar(self, conn: Connection, **given: Any) -> Any:
        """Carry it out; return the first value of the first row, None if there is no row."""
        row = self.run(conn, **given).fetchone()
        return row[0] if row else None

    def _build(self, conn: Connection) -> tuple[str, tuple[tuple[str, Any], ...]]:
        compiled = self._statement.compile(dialect=conn.dialect)
        values = compiled.params
        names = compiled.positiontup or ()  # type: ignore[attr-defined]  # of a statement of SQL
        self._built = str(compiled), tuple((name, values[name]) for name in names)
        return self._built

    @staticmethod
    def _cursor(conn: Connection) -> Any:
        return conn.connection.cursor()
