"""regions.yaml: whom to call or text in a crisis, by country. A number that was never checked is shown to nobody."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from content.files import Files
from content.source import Source, Where
from content.values import Day, Name, Part, Phone, RegionCode, Url, refuse
from flows.core.catalog import INTERNATIONAL, Helpline, Region, SpecialKind

FILE: Final = "crisis/regions.yaml"
STALE: Final = timedelta(days=180)  # after that a line's check warns


class CrisisLine(Part):
    """A crisis line: `dial` is exactly what to dial or open; `verified_on` is the day of its check."""

    name: Name
    how: Literal["call", "text", "call or text", "visit"]
    dial: Name
    hours: Name
    url: Url
    verified_on: Day | None = None

    @model_validator(mode="after")
    def _diallable(self) -> Self:
        if self.how.startswith("call") and not set(self.dial) <= set("0123456789 +-()"):
            raise refuse("this is not a number to dial", "write it as people dial it there", "dial")
        return self


class RegionEntry(Part):
    """Crisis help of one country, best line first; `special` holds lines for one thing, which go before the others."""

    emergency: Phone
    lines: tuple[CrisisLine, ...] = Field(min_length=1)
    special: dict[SpecialKind, tuple[CrisisLine, ...]] = Field(default_factory=dict)


class Regions(Part):
    """regions.yaml: crisis help by ISO 3166 alpha-2 country; XX is for everybody else."""

    regions: dict[RegionCode, RegionEntry]

    @model_validator(mode="after")
    def _international(self) -> Self:
        where = ("regions", INTERNATIONAL)
        if INTERNATIONAL not in self.regions:
            raise refuse("there is no XX", "add XX, for people whose country is unknown", "regions")
        if self.regions[INTERNATIONAL].emergency != "112":
            raise refuse("XX has one country's number", 'write "112", the number of mobile networks', *where)
        if any(line.how != "visit" for line in self.regions[INTERNATIONAL].lines):
            raise refuse("XX has one country's line", "name an international finder to visit", *where, "lines")
        return self


def read_regions(files: Files) -> dict[str, Region]:
    """Read them, by country; warn where a check is old or missing. Where no line is left there is no region."""
    source = files.source(FILE)
    given = files.validate(source, Regions) if source else None
    if source is None or given is None:
        return {}
    found = {}
    for code, entry in given.regions.items():
        where = ("regions", code)
        lines = _lines(files, source, entry.lines, (*where, "lines"))
        special = {kind: _lines(files, source, each, (*where, "special", kind)) for kind, each in entry.special.items()}
        if lines:
            found[code] = Region(emergency=entry.emergency, lines=lines, special=special)
        else:
            message = "no line is left here, so people there get the international finder"
            files.warnings.append(source.problem(where, message, "check a line and date it"))
    return found


def _lines(files: Files, source: Source, lines: Iterable[CrisisLine], where: Where) -> tuple[Helpline, ...]:
    return tuple(
        Helpline(**line.model_dump(exclude={"verified_on"}))
        for at, line in enumerate(lines)
        if _shown(files, source, line, (*where, at))
    )


def _shown(files: Files, source: Source, line: CrisisLine, where: Where) -> bool:
    """Tell whether a line may be shown; warn if its check is old. A page to visit has no number."""
    if line.how == "visit":
        return True
    if line.verified_on is None:
        message, remedy = "this number was never checked, so it is left out", "check it and add verified_on"
        files.warnings.append(source.problem(where, message, remedy))
        return False
    at = (*where, "verified_on")
    if line.verified_on > files.today:
        files.problems.append(source.problem(at, "this day is yet to come", "write the day of the check"))
    if files.today - line.verified_on > STALE:
        days = (files.today - line.verified_on).days
        message = f"this number was checked {days} days ago"
        files.warnings.append(source.problem(at, message, "check it again and write the day"))
    return True
