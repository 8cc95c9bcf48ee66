"""Where somebody's chat is: the needed fields of Teams' conversation reference, and where those are kept."""

from collections.abc import Iterable
from typing import Annotated, Final, Protocol

from pydantic import Field
from yarl import URL

from flows.core.base import Value

MICROSOFTS: Final = "smba.trafficmanager.net"
_ANYBODYS: Final = ("trafficmanager.net", "azurewebsites.net", "cloudapp.azure.com", "azurefd.net")
MOST: Final = 600  # bytes of a stored reference: the sum of the limits below, with names and quotes
_PLAIN: Final = r"^[!#-\[\]-~]+$"  # no letter that JSON would write longer
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Reference(Value):
    """A personal chat: where the Bot Connector answers for it, its id, and both sides' ids in it."""

    service: Annotated[str, Field(max_length=100, pattern=_PLAIN)]
    conversation: Annotated[str, Field(max_length=180, pattern=_PLAIN)]
    bot: Annotated[str, Field(max_length=60, pattern=_PLAIN)]
    user: Annotated[str, Field(max_length=130, pattern=_PLAIN)]
    tenant: Annotated[str, Field(max_length=40, pattern=_PLAIN)]


class References(Protocol):
    """Knows one reference a person, as JSON of 600 bytes at most: whoever implements it seals them.

    It comes with a person's turns (`Arrival.reference`), and is forgotten with them. `user` is their id as in
    `Address.user`.
    """

    async def get(self, user: str) -> str | None:
        """Return what was put; empty if it was dropped, None if this person was never here (or is forgotten)."""

    async def put(self, user: str, reference: str) -> None:
        """Keep a reference in place of an earlier one; nothing happens if this person is not known."""

    async def drop(self, user: str) -> None:
        """Forget it; nothing happens if there is none."""


class ServiceHosts:
    """The allow-list of addresses that the Bot Connector may have.

    An entry is a host ("smba.trafficmanager.net"), always called by HTTPS on its own port, or an origin with
    scheme and port; plain HTTP is for this machine only. Raises ValueError for anything else: no wildcard, because
    anybody can register a name under trafficmanager.net.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._origins = tuple(_origin(entry) for entry in entries)
        if not self._origins:
            raise ValueError("name at least one service host, as smba.trafficmanager.net")
        self._listed = {(url.scheme, url.host, url.port) for url in self._origins}

    @property
    def everywhere(self) -> str:
        """The service URL that works for every team, used where none has been heard of."""
        return f"{self._origins[0]}/teams/"

    @property
    def local(self) -> bool:
        """Whether all of them are on this machine."""
        return all(url.host in LOOPBACK for url in self._origins)

    def allow(self, service: str) -> bool:
        """Tell whether a service URL is on the list. Any text is answered, never raised on."""
        try:
            url = URL(service)
            called = (url.scheme, url.host, url.port)
        except ValueError:
            return False
        return url.user is None and url.password is None and called in self._listed


def _origin(entry: str) -> URL:
    entry = entry.strip()
    url = URL(entry if "://" in entry else f"https://{entry}")
    if (url.host or "").endswith(_ANYBODYS) and url.host != MICROSOFTS:
        raise ValueError(f"no service host but {MICROSOFTS} is Microsoft's: anybody can register a name there")
    secure = url.scheme == "https" or (url.scheme == "http" and url.host in LOOPBACK)
    if not secure or not url.host or "*" in url.host or url.path not in {"", "/"} or url.user:
        raise ValueError("a service host is a name, as smba.trafficmanager.net, without a path or a wildcard")
    return url.origin()
