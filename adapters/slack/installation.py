"""What installing the app into a workspace gives us, and where that is kept."""

from collections.abc import Sequence
from typing import Annotated, Final, Protocol

from pydantic import AwareDatetime, Field, SecretStr

from flows.core.base import Value

MOST: Final = 1600  # bytes of an installation as JSON: the sum of the limits below, with names and quotes

_Token = Annotated[SecretStr, Field(max_length=600)]  # Slack's are 60 to 200 letters long, and may grow


class Installation(Value):
    """The right to speak in one workspace (`tenant` T...) or, installed org-wide, in one organisation (E...).

    `refresh` and `expires` are set where tokens rotate. Printing one shows no token.
    Source: Slack, oauth.v2.access and "Using token rotation".
    """

    tenant: str = Field(pattern=r"^[TE][A-Z0-9]{2,20}$")
    token: _Token
    refresh: _Token | None = None
    expires: AwareDatetime | None = None


class Installations(Protocol):
    """Keeps one installation a tenant: whoever implements it seals them. Raises what its storage raises."""

    async def all(self) -> Sequence[Installation]:
        """Return every installation."""

    async def get(self, tenant: str) -> Installation | None:
        """Return what was put for a tenant, None if there is nothing."""

    async def put(self, installation: Installation) -> None:
        """Keep an installation, in place of an earlier one of the same tenant."""

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

    async def drop(self, tenant: str) -> None:
        """Forget it."""
        self._kept.pop(tenant, None)
