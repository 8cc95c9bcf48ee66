"""Who approved a change of what somebody reads in a crisis: a second named person, never who wrote it.

A release approves what ships (`pins.py`). An organisation may change the crisis words of its own copy if somebody else
approves that very file, byte for byte, in `approvals.yaml`; until then, and once an approval has run out, the words
that ship are used. The promise, the lexicon and questionnaires change with a release only.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, ValidationError, model_validator

from content import default_root
from content.explain import explain
from content.pins import RELEASED, is_released
from content.problems import ContentError, Problem
from content.source import Data, Source, fetch, parse
from content.values import Day, Name, Part, refuse

FILE: Final = "approvals.yaml"
SOON: Final = timedelta(days=30)  # before it runs out, an approval warns
_NAMES: Final = re.compile(r".*/(safety|calm|country)\.yaml")
_SHOWN: Final = 3  # changed lines that a problem names


class Approval(Part):
    """One file as it was when somebody approved it. `until` is its last day."""

    file: Annotated[str, Field(pattern=_NAMES.pattern)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    author: Name
    approver: Name
    approved_on: Day
    until: Day | None = None

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if _plain(self.author) == _plain(self.approver):
            raise refuse("nobody approves their own words", "name a second person as approver")
        return self


class _File(Part):
    approvals: tuple[Approval, ...]


@dataclass(frozen=True)
class Approvals:
    """The approvals of a content folder, and what is wrong with them."""

    given: tuple[Approval, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def covers(self, file: str, raw: bytes) -> bool:
        """Tell whether a file may stand there as it is: a release or somebody approved it."""
        return is_released(file, raw) or any(_fits(each, file, raw) for each in self.given)


def approvals(root: Path, today: date) -> Approvals:
    """Read a content folder's approvals; there need not be any. One that has run out counts for nothing."""
    if not (root / FILE).is_file():
        return Approvals()
    try:
        source = parse(fetch(root / FILE, FILE), FILE)
        given = _File.model_validate(source.data).approvals
    except ContentError as error:
        return Approvals(problems=tuple(error.problems))
    except ValidationError as error:
        return Approvals(problems=tuple(explain(error, source, _File)))
    good, warnings, problems = [], [], []
    for at, each in enumerate(given):
        where = ("approvals", at)
        if each.approved_on > today:
            problems.append(source.problem(where, "this day is yet to come", "write the day of the approval"))
        elif each.until and each.until < today:
            said = "this approval has run out, so the words that ship are used"
            warnings.append(source.problem(where, said, "approve the file again, or take the approval out"))
        else:
            good.append(each)
            if each.until and each.until - today <= SOON:
                said = f"this approval runs out in {(each.until - today).days} days"
                warnings.append(source.problem(where, said, "have the file read and approved again"))
    return Approvals(tuple(good), tuple(problems), tuple(warnings))


def shipped(file: str) -> bytes | None:
    """Return the text of a file that ships, if its words may be used in the place of others."""
    if file not in RELEASED or not _NAMES.fullmatch(file):
        return None
    return fetch(default_root() / file, file)


def unapproved(source: Source, raw: bytes, before: bytes) -> Problem:
    """Say what was changed in a file since the text that ships, and how it is approved."""
    changed = changes(parse(before, source.file).data, source.data)
    named = ", ".join(changed[:_SHOWN]) + (f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else "")
    entry = f"{{file: {source.file}, sha256: {sha256(raw).hexdigest()}, author: ..., approver: ..., approved_on: ...}}"
    return source.problem(
        (changed[0].partition(".")[0],) if changed else (),
        f"what somebody reads in a crisis was changed ({named or 'layout only'}), and nobody has approved it; the "
        "words that ship are used",
        f"have a second person read it and add to {FILE}: {entry}; or put back the file that ships",
    )


def changes(before: Data, after: Data) -> Sequence[str]:
    """Return the keys whose text is not the same any more, in their order."""
    old, new = (dict(_flat(each)) for each in (before, after))
    return [key for key in {**new, **old} if old.get(key) != new.get(key)]


def _flat(data: Data, key: str = "") -> list[tuple[str, str]]:
    if isinstance(data, str):
        return [(key, data)]
    parts: Mapping[str, Data] = (
        data if isinstance(data, dict) else {str(n): each for n, each in enumerate(data, start=1)}
    )
    return [pair for name, each in parts.items() for pair in _flat(each, f"{key}.{name}" if key else name)]


def _fits(approval: Approval, file: str, raw: bytes) -> bool:
    return approval.file == file and approval.sha256 == sha256(raw).hexdigest()


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
