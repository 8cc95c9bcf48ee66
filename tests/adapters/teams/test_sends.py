"""What is said once only, to Teams: its request is sent once, and how it ended is told as it was."""

from tests.adapters.launched import ID, launched
from tests.adapters.teams.conftest import World, public

MESSAGE = public("How are you?").public()
FAILS: dict[str, tuple[tuple[int, int | None], str]] = {
    "too fast": ((429, 7), "slow 7"),
    "too fast, and no word how long": ((429, None), "slow 1"),
    "just changed": ((412, None), "slow 1"),
    "blocked": ((403, None), "unreachable"),
    "gone": ((404, None), "unreachable"),
    "no": ((400, None), "declined"),
    "broken": ((500, None), "unknown"),
    "lost on the way": ((502, None), "unknown"),
    "not in time": ((504, None), "unknown"),
}


async def test_each_ending_is_told_as_it_was_and_nothing_is_asked_twice(here: World) -> None:
    told = {}
    for name, ((status, after), _) in FAILS.items():
        before = len(here.workspace.recorded)
        here.workspace.fail_next("send_to_conversation", status, retry_after=after)
        told[name] = await launched(lambda: here.platform.post(here.sam, MESSAGE))
        asked = [each for each in here.workspace.recorded[before:] if each.method == "send_to_conversation"]
        assert len(asked) == 1, name
    assert told == {name: (outcome, True) for name, (_, outcome) in FAILS.items()}
    assert await launched(lambda: here.platform.post(here.sam, MESSAGE)) == ("sent", True)
    assert await here.platform.posted(here.sam, ID) is None  # Teams does not tell
