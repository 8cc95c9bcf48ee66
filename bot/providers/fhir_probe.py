"""Finds out whether a server's transactions roll back, without touching anything of anybody's."""

from bot.clock import Clock, token
from bot.providers import fhir_bundles as bundles
from bot.providers.fhir_models import Resource
from bot.providers.fhir_records import Records
from bot.providers.fhir_wire import Lost, Wire


async def rolls_back(wire: Wire, records: Records, clock: Clock) -> bool:
    """Try whether a failing transaction leaves nothing behind; False also where that cannot be told.

    Its two entries are records that hold no time and are nobody's, cancelled from the start; the second
    names a resource that is not there. Whatever is left is deleted. Raises Unsent or Lost.
    """
    statement = await wire.get("metadata")
    if not statement.ok:
        raise Lost
    if "transaction" not in _interactions(statement.body):
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


def _interactions(statement: Resource) -> set[str]:
    """Return the interactions with the whole server that a CapabilityStatement names."""
    try:
        return {one["code"] for rest in statement["rest"] for one in rest.get("interaction", [])}
    except (KeyError, TypeError, AttributeError):
        return set()
