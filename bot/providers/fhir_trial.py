"""Tries out what a FHIR server does, with records that hold no time and are nobody's; all of them are deleted again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.clock import Clock, token
from bot.providers import fhir_bundles as bundles
from bot.providers.fhir_directory import directory
from bot.providers.fhir_models import Resource
from bot.providers.fhir_probe import described, kinds, rolls_back, statement
from bot.providers.fhir_records import Records
from bot.providers.fhir_slots import free
from bot.providers.fhir_wire import Lost, Unsent, Wire

AHEAD = timedelta(days=14)
ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Tried:
    """What was tried: whether it went as it should (None: a note), what was seen, and what that means."""

    what: str
    good: bool | None
    seen: str
    means: str = ""


async def trial(wire: Wire, clock: Clock) -> list[Tried]:
    """Try everything; a server that stops answering ends the list."""
    found: list[Tried] = []
    try:
        stated = await statement(wire)
        found.append(_answers(stated))
        if found[0].good:
            found += await _changes(wire, clock, stated)
            found += await _reading(wire, clock.now(), stated)
    except Unsent as unsent:
        again = f"; it asks to come back in {unsent.again:.0f} s" if unsent.again else ""
        found.append(
            Tried(
                "answers",
                False,
                f"no answer{again}",
                "check the address, the token or key, and whether this machine gets there",
            )
        )
    except Lost:
        found.append(Tried("answers", False, "no answer that can be used", "is it a FHIR R4 server? Open /metadata"))
    return found


def _answers(stated: Resource) -> Tried:
    version = str(stated.get("fhirVersion", "no version"))[:20]
    missing = sorted({"Slot", "Appointment"} - kinds(stated))
    if version.startswith("4.") and not missing:
        return Tried("FHIR R4 with Slot and Appointment", True, version)
    return Tried("FHIR R4 with Slot and Appointment", False, f"{version}, without {missing}", "cannot be booked at")


async def _changes(wire: Wire, clock: Clock, stated: Resource) -> list[Tried]:
    """Try writing: with cancelled appointments in no slot, at no time, of nobody."""
    records = Records(wire)
    atomic = await rolls_back(stated, wire, records, clock)
    key = token(clock)
    made = await wire.create(bundles.probe(key), bundles.unless(bundles.PROBE, key))
    if not made.ok:
        may = "may its client write appointments?"
        return [Tried("may be written to", False, f"refused with {made.status}", may)]
    again = await wire.create(bundles.probe(key), bundles.unless(bundles.PROBE, key))
    left = await records.probes(key)
    stale = kept = 0
    if left:
        kept = (await wire.put(left[0].raw, left[0].seen.etag())).status
        stale = (await wire.put(left[0].raw, left[0].seen.etag())).status
    deleted = all([(await wire.delete("Appointment", one.seen.id)).ok for one in left])
    can = described(stated, atomic)
    return [
        Tried("transactions roll back", atomic or None, _yes(atomic), "" if atomic else "slots are claimed one by one"),
        Tried("found by identifier", bool(left), _yes(bool(left)), "" if left else "no booking could be read back"),
        Tried("If-None-Exist is kept", (len(left) == 1 and again.ok) or None, f"made {len(left)}", _twice(len(left))),
        Tried("If-Match is kept", stale == 412 or None, f"{kept}, then {stale} with an old version", _stale(stale)),
        Tried("cleaned up", deleted, _yes(deleted), "" if deleted else f"delete appointments of {bundles.PROBE}"),
        *(Tried(what, has or None, _yes(has), "" if has else means) for what, has, means in (
            ("holds a slot", can.hold, "a slot is anybody's until it is booked"),
            ("tells of changes", can.webhook, "they are found by the nightly look"),
            ("keeps a waiting list", can.waiting_list, "none is offered"),
            ("takes vouchers", can.vouchers, "none are asked for"),
        )),
    ]  # fmt: skip


async def _reading(wire: Wire, now: datetime, stated: Resource) -> list[Tried]:
    params = [("status", "free"), ("start", f"ge{now:%Y-%m-%dT%H:%M:%SZ}"), ("_include", "Slot:schedule")]
    params += [("_include:iterate", "Schedule:actor"), ("_sort", "start"), ("_count", "50")]
    async for bundle in wire.pages("Slot", params):
        page = list(bundle.resources())
        break
    slots = sum(one.get("resourceType") == "Slot" for one in page)
    usable, fit = len(free(page, now, now + AHEAD)), len(free(page, *ALWAYS))
    people = await directory(wire, kinds(stated)) if "Practitioner" in kinds(stated) else ()
    licensed, spoken = sum(bool(one.licensed) for one in people), sum(bool(one.languages) for one in people)
    says = f"{len(people)}; of {licensed} the licence, of {spoken} the languages"
    return [
        Tried(
            "free slots in 14 days", usable > 0 or None, f"{usable} of {slots} can be shown", _shown(slots, fit, usable)
        ),
        Tried("people in its directory", None, says, "what is missing goes under people in org/providers.yaml"),
    ]


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _twice(count: int) -> str:
    return "" if count == 1 else "what is sent twice is booked twice: Haven looks, and cancels its second"


def _stale(status: int) -> str:
    return "" if status == 412 else "two may take one slot: whoever was first stands, after a second's wait"


def _shown(slots: int, fit: int, usable: int) -> str:
    if slots and fit < slots:
        return "the others have no offset in their times, no version or no name"
    return "" if usable else "none begins then: is its book open?"
