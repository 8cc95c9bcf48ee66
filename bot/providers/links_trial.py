"""Looks at what a provider publishes by SMART Scheduling Links, and says what is missing of it."""

from datetime import datetime

from bot.providers.base import ProviderDown
from bot.providers.fhir_trial import AHEAD, Tried
from bot.providers.links import LinksProvider
from flows.core.care import REGULATED


async def links_trial(provider: LinksProvider, now: datetime) -> list[Tried]:
    """Read everything once, and tell what people will see of it."""
    try:
        published = await provider.published()
        people = await provider.find_services()
        slots = await provider.find_slots(now, now + AHEAD, 10_000)
    except ProviderDown:
        means = "is this the address of its $bulk-publish, are its files on the same host, and below 16 MiB each?"
        return [Tried("answers", False, "no answer that can be used", means)]
    licensed = sum(one.profession not in REGULATED or bool(one.licensed) for one in people)
    shown = f"{len(published.slots)} of {published.free}"
    dropped = (
        "the others have no page to book on, no offset in their times, or last for hours" if published.dropped else ""
    )
    missing = "who has none is not offered: name them under people in org/providers.yaml"
    away = "people book on its page; Haven cannot see it, says so, and reminds nobody of it"
    return [
        Tried("manifest and files", True, "yes"),
        Tried("free slots that can be shown", bool(published.slots) or None, shown, dropped),
        Tried("of them in 14 days", bool(slots) or None, str(len(slots)), "" if slots else "is its book open?"),
        Tried(
            "whose they are",
            licensed == len(people) or None,
            f"{len(people)}; of {licensed} the licence",
            "" if licensed == len(people) else missing,
        ),
        Tried("books, moves and cancels", None, "no", away),
    ]
