"""Every card and dialog that the tests of Teams send, read by Microsoft's own library."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import setup

ROOT = Path(__file__).parents[2]
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
SENDERS = ("tests/adapters/teams", "tests/bot/test_teams_story.py", "tests/golden")
ENOUGH = 200  # cards; there were 331 when this was written

Json = dict[str, Any]


def judged(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [setup.node(), setup.HERE / "cards.mjs", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def record(folder: Path, card: Json, name: str = "one") -> None:
    attachment = {"contentType": ADAPTIVE, "content": card}
    told = {"platform": "teams", "method": "send", "kind": "activity", "payload": {"attachments": [attachment]}}
    (folder / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")


def a_card() -> Json:
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": "How are you?",
        "body": [
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "How are you?"}]},
            {"type": "Input.Text", "id": "name", "label": "Name", "isRequired": True, "errorMessage": "Write a name"},
        ],
        "actions": [{"type": "Action.Submit", "title": "Send", "data": {"t": "token"}}],
    }


def test_every_card_that_the_tests_send(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "HAVEN_"))}
    only = ["-k", "teams", *SENDERS]
    run = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--record-payloads", str(tmp_path), *only]
    played = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert played.returncode in {0, 1}, played.stdout[-3000:]  # whether each passes is the matter of make test
    done = judged(tmp_path)
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.split()[-4]) >= ENOUGH, done.stdout


def test_a_good_card_is_none_of_its_business(tmp_path: Path) -> None:
    record(tmp_path, a_card())
    assert (judged(tmp_path).stdout, judged(tmp_path).returncode) == ("1 cards, 0 faults\n", 0)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda card: card["body"][1].pop("label"), 'Input.Text "name" has no label'),
        (lambda card: card["body"][1].pop("errorMessage"), "has no errorMessage"),
        (lambda card: card["body"][1].pop("id"), "has no id"),
        (lambda card: card["actions"][0].pop("title"), "Action.Submit has no title"),
        (lambda card: card["body"].append({"type": "Inpt.Text", "id": "more"}), "Inpt.Text"),
        (
            lambda card: card["body"].append({"type": "Input.ChoiceSet", "id": "x", "label": "X", "choices": []}),
            "choice",
        ),
        (lambda card: card["body"].append(card["body"][1]), "two inputs have one id"),
        (lambda card: card["body"][0].update(horizontalAlignment="middle"), "horizontalAlignment"),
        (lambda card: card.update(version="1.6"), "version"),
        (lambda card: card.pop("fallbackText"), "no fallbackText"),
    ],
)
def test_a_broken_card_is_found(tmp_path: Path, spoil: Callable[[Json], object], says: str) -> None:
    card = a_card()
    spoil(card)
    record(tmp_path, card)
    done = judged(tmp_path)
    assert done.returncode == 1
    assert says in done.stdout


def test_reading_no_card_at_all_is_no_success(tmp_path: Path) -> None:
    assert judged(tmp_path).returncode == 1
