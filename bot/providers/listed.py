"""A provider whose people are described, in whole or in part, by HR's providers.yaml."""

from collections.abc import Iterable

from bot.providers.base import Provider
from flows.core.care import Practitioner


class Listed:
    """A provider whose directory is completed by ours: what HR settled with somebody counts more than what the
    provider's own directory says of them."""

    def __init__(self, provider: Provider, people: Iterable[Practitioner]) -> None:
        self._provider, self._people = provider, {one.key: one for one in people}
        self.find_slots, self.hold, self.release = provider.find_slots, provider.hold, provider.release
        self.book, self.reschedule, self.cancel = provider.book, provider.reschedule, provider.cancel
        self.capabilities, self.status = provider.capabilities, provider.status
        self.missed, self.reach = provider.missed, provider.reach
        self.wait, self.waiting, self.take = provider.wait, provider.waiting, provider.take
        self.decline, self.unwait, self.share = provider.decline, provider.unwait, provider.share
        self.alive, self.aclose = provider.alive, provider.aclose

    async def find_services(self) -> tuple[Practitioner, ...]:
        """See Provider."""
        return tuple(completed(one, self._people.get(one.key)) for one in await self._provider.find_services())


def completed(theirs: Practitioner, ours: Practitioner | None) -> Practitioner:
    """Return somebody as the provider describes them, with everything that we know ourselves in its place."""
    given = ours.model_dump(exclude_defaults=True, exclude={"provider", "key"}) if ours else {}
    return theirs.model_copy(update=given)
