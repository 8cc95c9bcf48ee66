"""Which line a check-in says: none twice in sixty days, no theme twice in a row, what fits the season."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from flows.core.catalog import NudgeLine, Season, Theme

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
    order = _mixed(tuple(each.theme for each in nudges))
    last = sent[-1] if sent else None
    at = next((place for place, index in enumerate(order, start=1) if nudges[index].key == last), 0)
    theme = nudges[order[at - 1]].theme if at else None
    turns, fitting = [nudges[index] for index in (*order[at:], *order[:at])], list[NudgeLine]()
    for each in turns:
        if each.season in ("", season):
            if each.key not in sent and each.theme != theme:
                return each
            fitting.append(each)
    past = {key: index for index, key in enumerate(sent)}
    return min(fitting or turns, key=lambda each: (past.get(each.key, -1), each.theme == theme))


@lru_cache  # the lines are the same for everybody, and for as long as HR does not change them
def _mixed(themes: tuple[Theme, ...]) -> tuple[int, ...]:
    """Return the places of the lines with each theme spread evenly, however they stand in the file."""
    many, place = Counter(themes), Counter[str]()
    spread = []
    for index, theme in enumerate(themes):
        place[theme] += 1
        spread.append(((place[theme] - 0.5) / many[theme], index))
    return tuple(index for _, index in sorted(spread, key=lambda pair: pair[0]))


def season_of(day: date, region: str | None) -> Season:
    """Return the season in which a day falls in a country: the weather's, by whole months."""
    return SEASONS[(day.month + (6 if region in SOUTHERN else 0)) % 12 // 3]
