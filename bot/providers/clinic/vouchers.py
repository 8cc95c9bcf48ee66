"""Vouchers: random codes that book once, of which the clinic keeps hashes only. They name nobody."""

import hashlib
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.clock import Clock, token
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.resources import Identifier, Resource
from bot.providers.clinic.tables import Database, voucher

VOUCHER: Final = "urn:haven:voucher"
MOST: Final = 10_000  # in one batch
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"  # 32, without I, L, O and U: 16 of them are 80 bits
_GROUPS: Final = 4


class Batch(NamedTuple):
    """How many codes were made together, and how many of them have booked."""

    id: str
    issued: int
    spent: int


def issue(database: Database, clock: Clock, count: int) -> tuple[str, list[str]]:
    """Make a batch: return its id and its codes, which are kept nowhere. Raises ValueError for a count out of range."""
    if not 1 <= count <= MOST:
        raise ValueError(f"a batch has 1 to {MOST} vouchers")
    batch = token(clock, 4)
    codes = [_code(clock.chance(_GROUPS * 4)) for _ in range(count)]
    rows = [{"hash": hashed(code), "batch": batch, "spent": False} for code in codes]
    database.write(lambda connection: connection.execute(sa.insert(voucher), rows))
    return batch, codes


def batches(database: Database) -> list[Batch]:
    """Return the batches."""
    spent = sa.func.sum(sa.cast(voucher.c.spent, sa.Integer))
    query = sa.select(voucher.c.batch, sa.func.count(), spent).group_by(voucher.c.batch).order_by(voucher.c.batch)
    return [Batch(*row) for row in database.read(lambda connection: connection.execute(query).all())]


def given(identifiers: list[Identifier]) -> list[str]:
    """Return the codes among the identifiers of an appointment."""
    return [one.value for one in identifiers if one.system == VOUCHER]


def look(connection: Connection, codes: list[str], *, asked: bool) -> None:
    """See whether these codes would book now. `asked`: one is needed. Raises Problem 422."""
    hashes = {hashed(code) for code in codes}
    unspent = sa.select(sa.func.count()).where(voucher.c.hash.in_(hashes), voucher.c.spent.is_(False))
    if (asked and not codes) or connection.execute(unspent).scalar() != len(hashes):
        raise refused()


def spend(connection: Connection, codes: list[str], *, asked: bool) -> None:
    """Spend these codes, in the transaction that books. `asked`: nothing is booked without one. Raises Problem 422 if
    one is unknown or spent."""
    if asked and not codes:
        raise refused()
    for code in codes:
        unspent = sa.update(voucher).where(voucher.c.hash == hashed(code), voucher.c.spent.is_(False))
        if connection.execute(unspent.values(spent=True)).rowcount != 1:
            raise refused()


def give_back(connection: Connection, document: Resource) -> None:
    """Let the codes of an appointment that is cancelled book again."""
    others: list[dict[str, Any]] = document.get("identifier") or []
    for one in others:
        if one.get("system") == VOUCHER:
            spent = sa.update(voucher).where(voucher.c.hash == hashed(str(one.get("value"))))
            connection.execute(spent.values(spent=False))


def refused() -> Problem:
    """An unknown code and a spent one are answered alike."""
    coding = {"system": "urn:haven:problem", "code": "voucher"}
    return Problem(422, "business-rule", "This voucher is unknown, or has been used.", coding)


def hashed(code: str) -> bytes:
    """Return what is kept of a code, however it was typed. 80 random bits need no slow hash."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(b"haven voucher v1 " + plain.encode()).digest()


def _code(chance: bytes) -> str:
    letters = [_LETTERS[byte % 32] for byte in chance]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, len(letters), 4))
