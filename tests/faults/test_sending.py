"""Killed anywhere in tick and send, and while recovering: nothing is sent twice, and no more lost than killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EVERY = os.environ.get("HAVEN_PROOF_KILLS", "6")  # 1: every point of every recovery


def test_killed_anywhere_nothing_is_sent_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.sending", str(tmp_path / "lives"), EVERY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr
    points, whole, *lives = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"commit", "post", "posted"} <= set(points["points"])
    assert whole["given"] == {"to sam": 1, "in #customer-support": 1}
    assert len(lives) > len(points["points"]) + 4
    assert {each["kills"][0] for each in lives} == set(range(1, len(points["points"]) + 1))
    for each in lives:
        assert all(count == 1 for count in each["given"].values()), each
        kills = sum(1 for kill in each["kills"] if kill)
        assert 2 - sum(each["given"].values()) <= kills, each
        assert each["effects"] == 0, each
        assert each["moved"], each
    lost = sum(2 - sum(each["given"].values()) for each in lives)
    assert lost < len(lives)  # most of what died goes out all the same
