"""Which line a check-in says: none twice in sixty days, no theme twice in a row, what fits the season."""

from collections import Counter
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
    """Return the next line to send: one not sent lately, of another theme than the last; if all were, the one sent
    longest ago. So everybody meets every line in its turn.

    `sent` holds keys, oldest first. Depends on nothing else: two people with equal plans get equal lines.
    """
    order = {key: index for index, key in enumerate(sent)}
    mixed = _mixed(nudges)
    at = next((index for index, each in enumerate(mixed, start=1) if sent and each.key == sent[-1]), 0)
    theme = mixed[at - 1].theme if at else None
    following = (*mixed[at:], *mixed[:at])
    fitting = [each for each in following if each.season in {"", season}] or following
    return min(fitting, key=lambda each: (order.get(each.key, -1), each.theme == theme))


def _mixed(nudges: Sequence[NudgeLine]) -> list[NudgeLine]:
    """Return the lines with each theme spread evenly, however they stand in the file."""
    many, place = Counter(each.theme for each in nudges), Counter[str]()
    spread = []
    for each in nudges:
        place[each.theme] += 1
        spread.append(((place[each.theme] - 0.5) / many[each.theme], each))
    return [each for _, each in sorted(spread, key=lambda pair: pair[0])]


def season_of(day: date, region: str | None) -> Season:
    """Return the season in which a day falls in a country: the weather's, by whole months."""
    return SEASONS[(day.month + (6 if region in SOUTHERN else 0)) % 12 // 3]
