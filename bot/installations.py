"""Where Slack's app is installed, kept sealed; and what ties the way back from Slack to the browser that began.

Slack's own SQL store keeps tokens and ids in plain columns, so it is not used (docs/decisions/0008).
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from adapters.slack.installation import Installation
from adapters.slack.oauth import LIFE
from bot import log
from bot.clock import Clock
from bot.store import queries
from bot.store.engine import Store
from bot.vault import Unsealable, Vault, decode, encode

_PLATFORM = "slack"


@dataclass(frozen=True)
class SealedInstallations:
    """Keeps one installation a tenant in the database: its id is a keyed hash, everything else is sealed."""

    store: Store
    vault: Vault

    async def all(self) -> Sequence[Installation]:
        """Return every installation that opens."""
        found = []
        for id_, sealed in await self.store.transact(queries.installations):
            try:
                found.append(_read(self.vault.open_installation(id_, sealed)))
            except Unsealable as error:  # one that does not open must not keep the others from being served
                log.failure("installation_unsealable", error, where="installations")
        return found

    async def get(self, tenant: str) -> Installation | None:
        """Return a tenant's installation. Raises Unsealable."""
        id_ = self._id(tenant)
        sealed = await self.store.transact(lambda conn: queries.get_installation(conn, id_))
        return _read(self.vault.open_installation(id_, sealed)) if sealed else None

    async def put(self, installation: Installation) -> None:
        """Keep an installation, in place of an earlier one."""
        id_ = self._id(installation.tenant)
        body = self.vault.seal_installation(id_, _written(installation))
        await self.store.transact(lambda conn: queries.put_installation(conn, id_, body))

    async def replace(self, before: Installation, after: Installation) -> bool:
        """Keep an installation in place of exactly this earlier one: another process may have been quicker. Raises
        Unsealable."""
        id_ = self._id(before.tenant)
        body = self.vault.seal_installation(id_, _written(after))

        def swap(conn: Connection) -> bool:
            sealed = queries.get_installation(conn, id_)
            if sealed is None or _read(self.vault.open_installation(id_, sealed)) != before:
                return False
            queries.put_installation(conn, id_, body)
            return True

        return await self.store.transact(swap)

    async def drop(self, tenant: str) -> None:
        """Destroy a tenant's tokens."""
        id_ = self._id(tenant)
        await self.store.transact(lambda conn: queries.drop_installation(conn, id_))

    def _id(self, tenant: str) -> bytes:
        return self.vault.installation_id(_PLATFORM, tenant)


def _written(installation: Installation) -> bytes:
    plain = installation.model_dump(mode="json")
    plain["token"] = installation.token.get_secret_value()
    plain["refresh"] = installation.refresh.get_secret_value() if installation.refresh else None
    return json.dumps(plain).encode()


def _read(body: bytes) -> Installation:
    return Installation.model_validate_json(body)


@dataclass(frozen=True)
class SignedStates:
    """States that nothing has to be stored for until they are redeemed: an expiry and a proof, which covers the
    browser's secret. Redeemed ones are remembered among the deliveries seen, by keyed tags."""

    store: Store
    vault: Vault
    clock: Clock

    def issue(self) -> tuple[str, str]:
        """Return a new state, and the secret that the browser keeps."""
        browser = encode(self.clock.chance(18))
        head = int((self.clock.now() + LIFE).timestamp()).to_bytes(8, "big") + self.clock.chance(12)
        return encode(head + self._proof(head, browser)), browser

    async def redeem(self, state: str, browser: str) -> bool:
        """Tell whether a state is ours, this browser's, not over, and not yet redeemed; from now on it is."""
        raw = decode(state)
        if raw is None or len(raw) != 32:
            return False
        head, proof = raw[:20], raw[20:]
        now = int(self.clock.now().timestamp())
        if not hmac.compare_digest(proof, self._proof(head, browser)) or now > int.from_bytes(head[:8], "big"):
            return False
        tag = self.vault.tag(f"state:{encode(raw)}")

        def first(conn: Connection) -> bool:
            return queries.see(conn, tag, now // 86400)

        return await self.store.transact(first)

    def _proof(self, head: bytes, browser: str) -> bytes:
        return self.vault.sign("state", head, browser)
