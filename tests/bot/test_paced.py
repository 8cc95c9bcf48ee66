"""Everybody's check-in at once, over real HTTP, to stand-ins that enforce their limits: nobody missed, nobody twice."""

import os

import pytest

from tests.paced import run

PEOPLE = int(os.environ.get("HAVEN_PROOF_SENDS", "0"))


@pytest.mark.parametrize(("platform", "people", "speed"), [("slack", 30, 10.0), ("teams", 60, 1.0)])
def test_everybody_at_once_at_the_platforms_pace(platform: str, people: int, speed: float) -> None:
    told = run(platform, PEOPLE or people, speed)
    print(told)
    assert (told["dropped"], told["doubled"], told["unknown"]) == (0, 0, 0)
    assert told["sent"] == told["people"]
    if PEOPLE:  # figures, on a machine that has nothing else to do
        assert told["refused"] < 0.001 * told["people"]
        assert told["of the limit"] >= 0.95
        assert told["eta off at most"] < 0.2
        assert told["a reply at most"] < 2
