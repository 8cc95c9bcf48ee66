"""Where in the demo a page is: whose screen, which panel, which tab; all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

PANELS: Final = {
    "tour": "Tour",
    "clinic": "The clinic's day",
    "care": "The care desk",
    "stored": "What is stored",
    "employer": "What your employer sees",
    "hr": "HR's files",
    "payload": "Payload",
}
TABS: Final = {"clinic": "Clinic", "care": "Care", "stored": "Stored", "employer": "Employer", "hr": "HR"}
"""Shorter names, where one does not fit on a tab."""
VIEWS: Final = ("sam", "priya", "morgan", "panel")
_MORE: Final = ("day", "find", "file", "of", "step")


@dataclass(frozen=True)
class Where:
    """`view` is what a narrow screen shows; `tabs` the open tab by seat; `more` what the panel needs."""

    view: str
    panel: str
    tabs: Mapping[str, str]
    more: Mapping[str, str]

    def url(self, **changes: str) -> str:
        """Return the address with changes; a panel's own parameters stay only with that panel."""
        kept = {} if changes.get("panel", self.panel) != self.panel else self.more
        given = {"view": self.view, "panel": self.panel, **self.tabs, **kept, **changes}
        return "/?" + urlencode({key: value for key, value in given.items() if value})


def where(query: Mapping[str, str]) -> Where:
    """Read an address; what it does not say, or says wrongly, is the beginning."""
    view, panel = query.get("view", ""), query.get("panel", "")
    return Where(
        view=view if view in VIEWS else "sam",
        panel=panel if panel in PANELS else "tour",
        tabs={seat: query[seat] for seat in VIEWS if query.get(seat)},
        more={key: query[key][:200] for key in _MORE if query.get(key)},
    )
