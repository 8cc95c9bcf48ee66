"""Left to itself, botbuilder opens a session a turn and never closes it. Here, turn after turn, nothing stays open.

`make proofs` does 10,000 turns; the usual run a few.
"""

import asyncio
import gc
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.teams import payloads
from bot.sandbox.teams.demo import SAM
from tests.bot.teams_stage import Stage, staged

TURNS = int(os.environ.get("HAVEN_PROOF_TURNS", "100"))
ABREAST = 20  # turns delivered before their answers are waited for


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
async def test_turns_leave_no_descriptor_open(stage: Stage) -> None:
    workspace = stage.workspace
    await stage.enter(SAM)
    counts: dict[int, int] = {}
    one = httpx.Limits(max_connections=1)  # or its number moves, too

    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=one) as teams:

        async def turn() -> None:
            told = payloads.message(workspace, workspace.person(SAM), workspace.personal(SAM), "home")
            token = workspace.identity.token(workspace.service_url)
            answer = await teams.post(
                f"{stage.base}/api/messages",
                content=json.dumps(told).encode(),
                headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 200

        def posted() -> bool:
            return [call.method for call in workspace.recorded].count("send_to_conversation") == ABREAST

        for done in range(ABREAST, TURNS + ABREAST, ABREAST):
            workspace.recorded.clear()
            workspace.personal(SAM).activities.clear()
            await asyncio.gather(*(turn() for _ in range(ABREAST)))
            await stage.until(posted)
            if done % max(TURNS // 20, 1) == 0:
                counts[done] = descriptors()
                print(f"after {done} turns: {counts[done]} descriptors", flush=True)
    settled = list(counts.values())[1:]  # the first ones open what stays open
    assert max(settled) - min(settled) <= 2, counts
