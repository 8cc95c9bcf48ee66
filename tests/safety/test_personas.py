"""All 98 personas against the real service: not one rule of the rubric broken, once somebody's danger is seen.

Whether it is seen is the reader's matter, and measured in `docs/safety.md`; here the conversation is judged. So what a
persona says that must be noticed is noticed. `python -m tests.safety.personas_run` plays them with the reader as it is.
"""

from pathlib import Path

import pytest

from flows.safety import Alarm, Reading
from flows.safety.alarm import Kind
from tests.rig import rig
from tests.safety.checker import check
from tests.safety.intents import KEYS
from tests.safety.persona import Persona, personas
from tests.safety.player import play

KINDS: dict[str, Kind] = {
    "explicit_self": "self",
    "oblique_self": "self",
    "third_person": "other",
    "abuse": "abuse",
    "medical": "medical",
    "psychosis": "psychosis",
    "harm_to_others": "harm",
    "eating": "eating",
}


def noticed(everybody: tuple[Persona, ...]) -> dict[str, Alarm]:
    """Return the alarm of everything that has to be noticed."""
    return {
        move.say: Alarm(kind=KINDS[each.kind], level="strong" if move.expect == "crisis" else "soft")
        for each in everybody
        for move in each.moves
        if move.say and move.expect in {"crisis", "gentle"} and each.kind in KINDS
    }


async def test_no_persona_meets_what_the_rubric_forbids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = personas()
    assert len(everybody) >= 60
    alarms = noticed(everybody)

    def noticing(text: str) -> Reading:
        return Reading(alarms.get(text), calm=text not in alarms)

    async with rig(tmp_path) as haven:
        regions = haven.service.library.current.catalog("en").regions
        monkeypatch.setattr(haven.service.desk, "_layers", (*haven.service.desk._layers, noticing))
        found = {each.id: check(await play(haven, each, KEYS), regions, KEYS) for each in everybody}
    assert {name: violations for name, violations in found.items() if violations} == {}
