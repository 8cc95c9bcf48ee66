"""Where somebody's Teams chat is, kept sealed in their own row: Teams has no other way to write first."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from adapters.platform import Address
from bot.people import People
from bot.store.engine import Store
from bot.vault import Vault


@dataclass(frozen=True)
class SealedReferences:
    """Keeps one conversation reference a person, in the first sealed column; "forget me" takes it along.

    It comes there with a turn (`Arrival.reference`); here it is read, and changed without one.
    """

    store: Store
    vault: Vault
    people: People
    platform: str = ""
    tenant: str = ""

    def of(self, platform: str, tenant: str) -> "SealedReferences":
        """Return the references of one platform's tenant."""
        return replace(self, platform=platform, tenant=tenant)

    async def get(self, user: str) -> str | None:
        """Return what was put; empty if it was dropped, None if this person was never here (or is forgotten)."""
        sid = self.vault.sid(self._address(user))

        def turn(conn: Connection) -> str | None:
            record = self.people.load(conn, sid)
            return record.ops.reference if record else None

        return await self.store.transact(turn)

    async def put(self, user: str, reference: str) -> None:
        """Keep a reference in place of an earlier one; nothing happens if this person is not known."""
        await self._write(user, reference)

    async def drop(self, user: str) -> None:
        """Forget it; nothing happens if there is none."""
        await self._write(user, "")

    async def _write(self, user: str, reference: str) -> None:
        sid = self.vault.sid(self._address(user))

        def turn(conn: Connection) -> None:
            record = self.people.load(conn, sid)
            if record is not None:
                record.set_ops(reference=reference)
                self.people.save(conn, record)

        await self.store.transact(turn)

    def _address(self, user: str) -> Address:
        return Address(platform=self.platform, tenant=self.tenant, user=user)
