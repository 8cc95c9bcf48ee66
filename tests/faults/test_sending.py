"""Killed anywhere in tick and send, and while recovering: nothing is sent twice, and no more lost than killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EVERY = os.environ.get("HAVEN_PROOF_KILLS", "20")  # 1: every point of every recovery


def test_killed_anywhere_nothing_is_sent_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.sending", str(tmp_path / "lives"), EVERY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr
    points, whole, *lives = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"statement", "commit", "post", "on the wire", "answer"} <= set(points["points"])
    assert set(whole["given"].values()) == {1}
    everything = len(whole["given"])
    assert everything == 4
    marks = [each for each in points["points"] if each != "statement"]
    assert len(lives) > len(marks) + len(points["points"]) // int(EVERY)
    for each in lives:
        assert all(count == 1 for count in each["given"].values()), each  # nothing twice
        kills = sum(1 for kill in each["kills"] if kill)
        lost = everything - sum(each["given"].values())
        assert lost <= kills, each
        assert each["effects"] == 0, each
        assert each["moved"], each
        for kind, audience in (("checkin", 3), ("reminder", 1)):  # also that every life's counts fit its effects
            wave = each["waves"][kind]
            assert wave["audience"] == wave["sent"] + wave["unknown"] == audience, each
        waves = each["waves"].values()
        assert lost <= sum(wave["unknown"] for wave in waves), each  # what is counted as sent has arrived
    lost = sum(everything - sum(each["given"].values()) for each in lives)
    print(f"{len(lives)} times killed: {lost} messages lost, none twice")
    assert lost < len(lives)  # most of what died goes out all the same
