"""Finds out what a server can do: what its statement says, and whether its transactions roll back, which is tried
without touching anything of anybody's."""

from collections.abc import Iterator
from typing import Any

from bot.clock import Clock, token
from bot.providers import fhir_bundles as bundles
from bot.providers.base import Capabilities
from bot.providers.fhir_models import Resource
from bot.providers.fhir_records import Records
from bot.providers.fhir_wire import Lost, Wire

_CAPABILITY = "urn:haven:capability"
_ASKED = {"hold": "hold", "waiting-list": "waiting_list", "vouchers": "vouchers", "webhook": "webhook"}


async def statement(wire: Wire) -> Resource:
    """Return the server's CapabilityStatement. Raises Unsent or Lost."""
    reply = await wire.get("metadata")
    if not reply.ok:
        raise Lost
    return reply.body


def described(stated: Resource, atomic: bool) -> Capabilities:
    """Return what a server can do: from its statement, and from what the probe found."""
    said = {_ASKED[code] for one in _rest(stated, "extension") if (code := _code(one)) in _ASKED}
    shares = any(
        one.get("type") == "Communication"
        and {"create", "search-type"} <= {_of(each) for each in one.get("interaction") or []}
        for one in _rest(stated, "resource")
    )
    versioned = any(one.get("versioning") == "versioned-update" for one in _rest(stated, "resource"))
    return Capabilities(
        atomic=atomic,
        reschedule=atomic,
        advisory=not (atomic or versioned),
        sharing=shares,
        **dict.fromkeys(said, True),
    )


def kinds(stated: Resource) -> frozenset[str]:
    """Return the resources that a server has."""
    return frozenset(str(one.get("type")) for one in _rest(stated, "resource"))


async def rolls_back(stated: Resource, wire: Wire, records: Records, clock: Clock) -> bool:
    """Try whether a failing transaction leaves nothing behind; False also where that cannot be told.

    Its two entries are records that hold no time and are nobody's, cancelled from the start; the second
    names a resource that is not there. Whatever is left is deleted. Raises Unsent or Lost.
    """
    if "transaction" not in {one.get("code") for one in _rest(stated, "interaction")}:
        return False
    first, second = token(clock), token(clock)
    never = {**bundles.probe(second), "id": second}
    entries = [
        bundles.create(bundles.probe(first), bundles.unless(bundles.PROBE, first)),
        bundles.replace(never, 'W/"0"'),
    ]
    reply = await wire.transact(bundles.transaction(entries))
    if reply.status in (401, 403):
        raise Lost
    left = [*await records.probes(first), *await records.probes(second)]
    for one in left:
        await wire.delete("Appointment", one.seen.id)
    # Any other refusal may be about the first entry (400, 422) or about transactions (404, 405), and
    # then proves nothing; claiming the slot first is right on a server that does roll back, too.
    return not left and reply.status in (409, 410, 412)


def _rest(stated: Resource, name: str) -> Iterator[dict[str, Any]]:
    """Yield the parts of a CapabilityStatement.rest that go by this name; nothing where it is written otherwise."""
    for rest in stated.get("rest") or []:
        parts = rest.get(name) if isinstance(rest, dict) else None
        yield from (one for one in parts or [] if isinstance(one, dict))


def _code(extension: dict[str, Any]) -> str:
    return str(extension.get("valueCode")) if extension.get("url") == _CAPABILITY else ""


def _of(interaction: Any) -> str:
    return str(interaction.get("code")) if isinstance(interaction, dict) else ""
