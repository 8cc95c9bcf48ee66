"""The staffed contact: people who call back, and by when they promise to."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from flows.core.base import Value
from flows.core.care import Weekday

_FORTNIGHT: Final = 15  # days within which any week opens, and the next opening is found


class StaffedContact(Value):
    """Whom somebody may ask to be called by. Never a colleague: who they are is in `org/crisis.yaml`.

    `hours` maps weekdays (0 is Monday) to spans on the clocks of `zone`; none at all means day and night. They are in
    touch within `minutes` of open time. `languages` are ISO 639-1, `countries` ISO 3166 alpha-2.
    """

    name: str
    zone: str
    hours: Mapping[Weekday, tuple[tuple[time, time], ...]] | None
    minutes: int
    languages: tuple[str, ...]
    countries: tuple[str, ...]

    @property
    def day_and_night(self) -> bool:
        """Tell whether somebody is there at any hour of any day."""
        return self.hours is None

    def opens(self, now: datetime) -> datetime:
        """Return when somebody is there next: now, within the hours. `now` is aware."""
        return now if self.hours is None else max(now, next(self._spans(now))[0])

    def promise(self, now: datetime) -> datetime:
        """Return by when they are in touch with whoever asks now: minutes in which nobody is there do not count."""
        left = timedelta(minutes=self.minutes)
        if self.hours is None:
            return now + left
        for start, end in self._spans(now):
            there = max(start, now)
            if there + left <= end:
                return there + left
            left -= end - there
        raise LookupError("hours that never come")  # content refuses a promise longer than any opening

    def away(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the longest time of the week to come in which nobody is there, on their clocks; None if somebody
        always is. `now` is aware."""
        if self.hours is None:
            return None
        spans = list(self._spans(now.astimezone(ZoneInfo(self.zone))))
        gaps = [(end, start) for (_, end), (start, _) in pairwise(spans) if start > end]
        return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)

    def _spans(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the openings that are not over, as instants (of `now`'s zone), in their order."""
        zone, hours = ZoneInfo(self.zone), self.hours or {}
        today = now.astimezone(zone).date()
        for day in (today + timedelta(days=number) for number in range(_FORTNIGHT)):
            for start, end in sorted(hours.get(day.weekday(), ())):
                span = [datetime.combine(day, each, zone).astimezone(now.tzinfo) for each in (start, end)]
                if span[1] > now and span[0] < span[1]:
                    yield span[0], span[1]
