"""Every script, on every platform: the same turns, drawn as the desk gave them, and seen as it is written down."""

import asyncio
from pathlib import Path

import pytest

from tests.golden.conftest import Contents
from tests.golden.places import PLACES
from tests.golden.player import Move, Player, script, transcript
from tests.golden.rules import own, without
from tests.golden.stage import Ground

SCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_dialogue(path: Path, tmp_path: Path, contents: Contents, rewrite: bool) -> None:
    text = path.read_text()
    head, moves = script(text)
    played = asyncio.run(everywhere(head, moves, tmp_path, contents[head.get("content", "usual")]))
    first, *others = played
    for other in others:
        for one, same in zip(played[first], played[other], strict=True):
            assert same.screens == one.screens, f"> {one.text}: {other} has other turns than {first}"
    seen = {name: own_lines(transcript(text, each)) for name, each in played.items()}
    if rewrite:
        path.write_text(seen[first])
        return
    for name, now in seen.items():
        assert now == text, f"{path.name} on {name} differs; if that is meant: pytest --rewrite, and read the diff"


async def everywhere(head: dict[str, str], moves: list[str], folder: Path, ground: Ground) -> dict[str, list[Move]]:
    """Play the moves wherever they can be played, at the same time."""

    async def play(name: str) -> list[Move]:
        async with PLACES[name](folder / name, ground, head["person"]) as here:
            return await Player(here).play(moves)

    names = [name for name in PLACES if name not in without(head)]
    return dict(zip(names, await asyncio.gather(*map(play, names)), strict=True))


def own_lines(text: str) -> str:
    """Return a transcript without what is a platform's own."""
    return "\n".join(own(text.split("\n")))
