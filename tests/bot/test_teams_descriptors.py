"""Left to itself, botbuilder opens a session a turn and never closes it. Here, turn after turn, nothing stays open.

`make proofs` does 10,000 turns; the usual run a few.
"""

import gc
import json
import os
import sys

import httpx
import pytest

from bot.sandbox.teams import payloads
from bot.sandbox.teams.demo import SAM
from tests.bot.test_teams_story import Stage, stage

TURNS = int(os.environ.get("HAVEN_PROOF_TURNS", "60"))
__all__ = ["stage"]


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
async def test_turns_leave_no_descriptor_open(stage: Stage) -> None:
    workspace = stage.workspace
    await stage.enter(SAM)
    counts: dict[int, int] = {}
    async with httpx.AsyncClient(timeout=30, trust_env=False) as teams:
        for turn in range(TURNS + 1):
            told = payloads.message(workspace, workspace.person(SAM), workspace.personal(SAM), "home")
            token = workspace.identity.token(workspace.service_url)
            workspace.recorded.clear()
            answer = await teams.post(
                f"{stage.base}/api/messages",
                content=json.dumps(told).encode(),
                headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 200
            await stage.until(lambda: any(call.method == "send_to_conversation" for call in workspace.recorded))
            if turn % max(TURNS // 20, 1) == 0:
                workspace.personal(SAM).activities.clear()
                counts[turn] = descriptors()
                print(f"turn {turn}: {counts[turn]} descriptors", flush=True)
    settled = list(counts.values())[1:]  # the first turn opens what stays open
    assert max(settled) - min(settled) <= 2, counts
