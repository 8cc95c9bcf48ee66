"""What is stored: the rows as they lie in the databases, and a search through the files' bytes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEANING: Final = {
    "subject": "one row for each person; nobody can tell whose",
    "effect": "what is still to be done: a screen to draw, a question to the clinic, a check-in to send",
    "seen": "deliveries that came already, so that a repeated one does nothing twice",
    "manager_action": "that a team had a reminder, so that it does not get another at once",
    "practitioner": "who works at the clinic",
    "slot": "the clinic's times",
    "appointment": "what is booked; the patient is in the sealed part",
}
_ID: Final = 16  # bytes of a keyed hash or of a random tag
_MOST: Final = 8  # rows shown of a table
_SHORT: Final = 6  # bytes shown


@dataclass(frozen=True)
class Cell:
    """One value: `kind` is sealed, hash, readable or empty; `size` in bytes."""

    column: str
    kind: str
    shown: str
    size: int


@dataclass(frozen=True)
class Stored:
    """A table: its first rows, and how many there are."""

    file: str
    name: str
    meaning: str
    rows: tuple[tuple[Cell, ...], ...]
    count: int


@dataclass(frozen=True)
class Search:
    """How often a word lies readable in the files; `bytes_read` of them all."""

    word: str
    hits: int
    bytes_read: int


def tables(databases: tuple[Path, ...]) -> list[Stored]:
    """Return every table of our own in these SQLite files, those with rows first."""
    found = [table for path in databases if path.exists() for table in _tables(path)]
    return sorted(found, key=lambda table: (table.count == 0, [*MEANING, table.name].index(table.name)))


def at_work(database: Path, now: int) -> bool:
    """Tell whether something is still to be done that is due: a screen to draw, an answer of the clinic to wait for."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM effect WHERE due <= ?", (now,)).fetchone()
        return bool(count)


def _tables(path: Path) -> Iterator[Stored]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for name in names:
            if name.startswith("sqlite_") or name.endswith("_version"):
                continue
            quoted = name.replace('"', '""')
            cursor = connection.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid DESC LIMIT {_MOST}')  # noqa: S608
            columns = [each[0] for each in cursor.description]
            rows = tuple(tuple(map(cell, columns, row)) for row in cursor)
            (count,) = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608
            yield Stored(path.name, name, MEANING.get(name, "kept by a part of Haven that is new here"), rows, count)


def cell(column: str, value: object) -> Cell:
    """Return a value as it is shown: bytes in hex and shortened, everything else as it is read."""
    if value is None:
        return Cell(column, "empty", "", 0)
    if isinstance(value, bytes):
        kind = "hash" if len(value) == _ID else "sealed"
        short = value[:_SHORT].hex()
        return Cell(column, kind, short + ("…" if len(value) > _SHORT else ""), len(value))
    text = str(value)
    return Cell(column, "readable", text if len(text) <= 40 else text[:39] + "…", len(text.encode()))


def search(databases: tuple[Path, ...], word: str) -> Search:
    """Look for a word in the bytes of the database files and of their write-ahead logs, in UTF-8, case aside."""
    wanted, hits, size = word.strip().casefold().encode(), 0, 0
    for database in databases:
        for path in (database, database.with_name(database.name + "-wal")):
            if path.exists():
                held = path.read_bytes().lower()
                size += len(held)
                hits += held.count(wanted) if wanted else 0
    return Search(word.strip(), hits, size)
