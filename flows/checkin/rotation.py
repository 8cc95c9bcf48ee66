"""Which line a check-in says: none twice in sixty days, no theme twice in a row, what fits the season."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from flows.core.catalog import NudgeLine, Season

SEASONS: Final[tuple[Season, ...]] = ("winter", "spring", "summer", "autumn")
SOUTHERN: Final = {  # countries whose people live south of the equator
    *("AO", "AR", "AU", "BO", "BR", "BW", "CL", "FJ", "LS", "MG", "MU", "MW", "MZ", "NA", "NC", "NZ", "PE", "PF"),
    *("PG", "PY", "RE", "SZ", "TL", "TZ", "UY", "VU", "WS", "ZA", "ZM", "ZW"),
}


def pick(nudges: Sequence[NudgeLine], sent: Sequence[str], season: Season) -> NudgeLine:
    """Return the next line to send: one never sent, of another theme than the last; if all were sent, the one sent
    longest ago.

    `sent` holds keys, oldest first. Depends on nothing else: two people with equal plans get equal lines.
    """
    order = {key: index for index, key in enumerate(sent)}
    last = next((each.theme for each in nudges if sent and each.key == sent[-1]), None)
    fitting = [each for each in nudges if each.season in {"", season}] or nudges
    return min(fitting, key=lambda each: (order.get(each.key, -1), each.theme == last))


def season_of(day: date, region: str | None) -> Season:
    """Return the season in which a day falls in a country: the weather's, by whole months."""
    return SEASONS[(day.month + (6 if region in SOUTHERN else 0)) % 12 // 3]
