"""What installing the app into a workspace gives us, and where that is kept."""

import re
from collections.abc import Collection, Sequence
from typing import Annotated, Protocol

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr

from flows.core.base import Value


def _letters(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\w.-]+", token.get_secret_value(), re.ASCII):
        raise ValueError("not a token of Slack's")
    return token


_Token = Annotated[SecretStr, Field(max_length=600), AfterValidator(_letters)]  # Slack's are 60 to 200 letters long


class Installation(Value):
    """The right to speak in one workspace (`tenant` T...) or, installed org-wide, in one organisation (E...).

    `organisation` (E...) is what the workspace belongs to, if it does. `refresh` and `expires` are set where tokens
    rotate. Printing one shows no token.
    Source: Slack, oauth.v2.access and "Using token rotation".
    """

    tenant: str = Field(pattern=r"^[TE][A-Z0-9]{2,20}$")
    token: _Token
    refresh: _Token | None = None
    expires: AwareDatetime | None = None
    organisation: str | None = Field(default=None, pattern=r"^E[A-Z0-9]{2,20}$")

    def among(self, allowed: Collection[str]) -> bool:
        """Tell whether the workspace, or the organisation that it belongs to, is on a list."""
        return self.tenant in allowed or self.organisation in allowed


class Installations(Protocol):
    """Keeps one installation a tenant: whoever implements it seals them. Raises what its storage raises."""

    async def all(self) -> Sequence[Installation]:
        """Return every installation."""

    async def get(self, tenant: str) -> Installation | None:
        """Return what was put for a tenant, None if there is nothing."""

    async def put(self, installation: Installation) -> None:
        """Keep an installation, in place of an earlier one of the same tenant."""

    async def replace(self, before: Installation, after: Installation) -> bool:
        """Keep an installation in place of exactly this earlier one; False, and nothing happens, if another (or none)
        is kept."""

    async def drop(self, tenant: str) -> None:
        """Forget the tenant's tokens; nothing happens if there are none."""


class OneWorkspace:
    """The installation of the one workspace whose token stands in the settings. Forgotten until the next start only."""

    def __init__(self, team_id: str, bot_token: str) -> None:
        self._kept: dict[str, Installation] = {}
        self._kept[team_id] = Installation(tenant=team_id, token=SecretStr(bot_token))

    async def all(self) -> Sequence[Installation]:
        """Return it."""
        return tuple(self._kept.values())

    async def get(self, tenant: str) -> Installation | None:
        """Return it, if it is of this tenant."""
        return self._kept.get(tenant)

    async def put(self, installation: Installation) -> None:
        """Keep it."""
        self._kept[installation.tenant] = installation

    async def replace(self, before: Installation, after: Installation) -> bool:
        """Keep another in place of this one."""
        if self._kept.get(before.tenant) != before:
            return False
        self._kept[after.tenant] = after
        return True

    async def drop(self, tenant: str) -> None:
        """Forget it."""
        self._kept.pop(tenant, None)
