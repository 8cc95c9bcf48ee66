"""Who fits what somebody looks for: hard filters, and then time alone.

Nothing is weighed and nobody can pay for a place: whoever breaks one preference is out, the others come earliest first,
and a seed decides between two at the same time. A preference is let go of only if the person says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from flows.core.care import TOPICS, WISHES, Facets, Hours, Offer, Practitioner, Profession, Slot, Wish, Wishes

MOST: Final = 3  # offers at once
_EARLY, _EVENING = 9, 17  # o'clock


def fits(practitioner: Practitioner, wishes: Wishes) -> tuple[Wish, ...] | None:
    """Return which stated preferences somebody meets; None if they break one, are no longer wanted, do something else
    or have no licence for the place. Hours, and how the two meet, are a matter of each slot: see `suits`."""
    if practitioner.profession != wishes.profession or practitioner.key in wishes.without:
        return None
    if wishes.only not in {"", practitioner.key} or not practitioner.may_see(wishes.place):
        return None
    met: Mapping[Wish, bool] = {
        "language": wishes.language in practitioner.languages,
        "topic": wishes.topic in practitioner.topics,
        "modality": not practitioner.modalities or wishes.modality in practitioner.modalities,
        "gender": wishes.gender == practitioner.gender,
        "hours": True,
        "free_only": not practitioner.price,
    }
    asked = stated(wishes)
    return asked if all(met[each] for each in asked) else None


def suits(slot: Slot, wishes: Wishes, zone: ZoneInfo) -> bool:
    """Tell whether a slot is at hours, and of a kind, that the person wants. `zone` is where they live."""
    return wishes.modality in {"", slot.modality} and wishes.hours in {"", hours(slot.start, zone)}


def hours(start: datetime, zone: ZoneInfo) -> Hours:
    """Return what part of the week it is on the wall when a talk begins."""
    local = start.astimezone(zone)
    if local.weekday() >= 5:
        return "weekend"
    if local.hour < _EARLY:
        return "early"
    return "day" if local.hour < _EVENING else "evening"


def stated(wishes: Wishes) -> tuple[Wish, ...]:
    """Return the preferences that somebody stated."""
    return tuple(each for each in WISHES if getattr(wishes, each))


def without(wishes: Wishes, wish: Wish) -> Wishes:
    """Return the wishes with one of them let go of."""
    return wishes.model_copy(update={wish: Wishes.model_fields[wish].default})


def offers(
    practitioners: Iterable[Practitioner], slots: Iterable[Slot], wishes: Wishes, zone: str, seed: str
) -> tuple[Offer, ...]:
    """Return three offers at most, earliest first: the next slot of each who fits, and more of theirs if they are few.

    Of two at one time the seed decides, so the same input and seed give the same order, and nobody is always first."""
    there = {(each.provider, each.key): (each, fits(each, wishes)) for each in practitioners}
    wall, found = ZoneInfo(zone), list[Offer]()
    for slot in slots:
        who, reasons = there.get((slot.provider, slot.practitioner), (None, None))
        if who and reasons is not None and suits(slot, wishes, wall):
            found.append(Offer(slot=slot, reasons=reasons, price=who.price))
    found.sort(key=lambda offer: (offer.slot.start, _lot(seed, offer.slot)))
    return tuple(sorted(_various(found), key=found.index))


def relaxations(
    practitioners: Sequence[Practitioner], slots: Sequence[Slot], wishes: Wishes, zone: str
) -> tuple[Wish, ...]:
    """Return the stated preferences of which letting one go brings somebody. The person is asked, never overruled."""
    return tuple(each for each in stated(wishes) if offers(practitioners, slots, without(wishes, each), zone, seed=""))


def facets(practitioners: Iterable[Practitioner], profession: Profession) -> Facets:
    """Return what can be asked for of a profession: nobody is asked about what nobody has."""
    there = [each for each in practitioners if each.profession == profession]
    topics = {topic for each in there for topic in each.topics}
    return Facets(
        languages=_sorted(language for each in there for language in each.languages),
        topics=tuple(each for each in TOPICS if each in topics),
        modalities=tuple(sorted({modality for each in there for modality in each.modalities})),
        genders=tuple(sorted({each.gender for each in there if each.gender})),
        places=_sorted(place for each in there for place in each.licensed),
        priced=len({bool(each.price) for each in there}) > 1,
    )


def soon(slots: Iterable[Slot], now: datetime, days: int) -> tuple[Slot, ...]:
    """Return the slots of the next days: nobody is offered one that has begun."""
    return tuple(each for each in slots if now < each.start <= now + timedelta(days=days))


def _various(found: Sequence[Offer]) -> Collection[Offer]:
    """Return the first of each practitioner, and then of what is left."""
    seen: set[tuple[str, str]] = set()
    first: list[Offer] = []
    for offer in found:
        who = (offer.slot.provider, offer.slot.practitioner)
        if who not in seen:
            seen.add(who)
            first.append(offer)
    return [*first, *(each for each in found if each not in first)][:MOST]


def _sorted(several: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(several))[:16])


def _lot(seed: str, slot: Slot) -> str:
    return sha256(f"{seed}\n{slot.provider}\n{slot.practitioner}\n{slot.key}".encode()).hexdigest()
