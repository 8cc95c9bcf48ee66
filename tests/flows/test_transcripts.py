"""Every conversation, as it reads: one file a course it can take."""

from pathlib import Path

import pytest

from flows.registry import FLOWS
from tests.player import check

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, rewrite: bool) -> None:
    check(path, rewrite)


def test_every_flow_has_a_transcript() -> None:
    assert {path.stem.split("-")[0] for path in TRANSCRIPTS} == set(FLOWS)
