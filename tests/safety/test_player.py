"""The player drives the real service: what it reports is what happened, whatever the words are."""

from pathlib import Path

from tests.rig import rig
from tests.safety.intents import KEYS
from tests.safety.persona import Move, Persona, personas
from tests.safety.player import play

ALL = {persona.id: persona for persona in personas()}


async def test_a_false_exit_is_played_through_the_service(tmp_path: Path) -> None:
    async with rig(tmp_path) as service:
        played = await play(service, ALL["self-en-not-meant"], KEYS)
    assert [turn.inside for turn in played.turns] == [True, False]
    assert played.turns[1].screen.buttons == played.before.buttons
    assert played.region == "GB"


async def test_a_choice_that_is_not_there_is_missing_and_an_optional_one_is_left_out(tmp_path: Path) -> None:
    moves = (Move(choose="safety_plan"), Move(choose="grounding", optional=True), Move(say="kill the process"))
    persona = ALL["false-en-work"].model_copy(update={"moves": moves})
    async with rig(tmp_path) as service:
        played = await play(service, persona, KEYS)
    assert [(turn.choose, turn.say, turn.missing) for turn in played.turns] == [
        ("safety_plan", "", True),
        (None, "kill the process", False),
    ]
    assert not any(turn.inside for turn in played.turns)


async def test_every_start_and_every_country_can_be_played(tmp_path: Path) -> None:
    async with rig(tmp_path) as service:
        for start in ("stranger", "home", "check", "booking"):
            persona = Persona.model_validate(
                ALL["self-en-nowhere"].model_dump() | {"id": start, "start": start, "moves": [{"say": "i want to die"}]}
            )
            played = await play(service, persona, KEYS)
            assert played.turns[0].inside, start
            regions = service.service.library.current.catalog("en").regions
            assert played.region == ("KE" if "KE" in regions else "XX")
