"""Killed anywhere between the yes and the promised time: a request is with the desk once, or its owner is told."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.faults.calling import AROUND, ITEMS, STORIES

ROOT = Path(__file__).parents[2]
WHICH = "all" if "HAVEN_PROOF_CALLS" in os.environ else "few"


def wrong(each: dict[str, Any]) -> str:
    """Return what is wrong with how a death ended; empty if nothing is."""
    had = [(items, status) for items, status in each["desk"]]
    if each["killed"] is False or "ticket" not in each:
        return "nobody died, or nobody lived on"
    if len(had) > 1 or any(items != (ITEMS if status != "withdrawn" else {}) for items, status in had):
        return "the desk has it more than once, or not as it was shown"
    if each["left"] or [it for it in each["effects"] if (it, each["story"]) != ("Withdraw", "down")]:
        return "something is left"
    if any(status != 404 for status in each["refused"]):
        return "the desk refused something"
    match each["ticket"], [status for _, status in had]:
        case "missed", ["open"]:  # handed over, and nobody took it up
            return "" if each["told"] else "nobody was told that the promise was not kept"
        case "lost", [] | ["withdrawn"]:
            return "" if each["told"] else "nobody was told that it is lost"
        case "taken", ["taken"]:
            return ""
        case None, ["withdrawn"]:
            return "" if each["story"] == "withdrawn" else "it was taken back without a word"
        case None, []:  # the yes never came through: in time it is delivered again, and much later it is said
            late = each["outage"] > 60 and "has your request" not in each["said"]
            return "" if late or each["story"] == "withdrawn" else "it is lost, and nobody was told"
        case other:
            return f"what Haven says is not so: {other}"


def test_killed_anywhere_a_request_is_handed_over_once_or_its_loss_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.calling", str(tmp_path), WHICH]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    stories = {each["story"]: each for each in told if "points" in each}
    deaths = [each for each in told if "points" not in each]
    assert set(stories) == set(STORIES if WHICH == "all" else STORIES[:1])
    assert {"commit", "receive", "taken", "drawn", *AROUND} <= set(stories["missed"]["points"])
    assert stories["missed"]["desk"] == [[ITEMS, "open"]]
    assert len(deaths) >= (200 if WHICH == "all" else 2)
    failures = [f"{reason}: {each}" for each in deaths if (reason := wrong(each))]
    assert not failures, "\n".join(failures)
    back = [each for each in deaths if each["outage"] < 60 and each["story"] in {"missed", "taken"}]
    assert all(len(each["desk"]) == 1 for each in back)  # back in time: always handed over
    print(f"{len(deaths)} times killed")
