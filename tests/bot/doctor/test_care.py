"""What the doctor says about the staffed contact: whatever is wrong with their desk or their hours has its remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bot.clock import SystemClock
from bot.sandbox.care.desk import CareDesk, create_desk
from bot.sandbox.serve import serve
from tests.bot.doctor.test_server import looked

SECRET, OTHER = "whsec_" + "c2VjcmV0" * 4, "whsec_" + "b3RoZXJz" * 4
DESK, HOURS = "staffed contact: their desk", "staffed contact: hours"


def _answering(status: Callable[[Request], int]) -> FastAPI:
    """Return a desk that answers as it is told to, whoever asks."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def answer(request: Request, path: str) -> JSONResponse:
        return JSONResponse({}, status(request))

    return app


async def test_a_desk_that_proves_everything_is_good_and_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = CareDesk(SECRET, SystemClock().now)
    async with serve(create_desk(desk)) as url:
        found = await looked(monkeypatch, tmp_path, HAVEN_CARE__URL=f"{url}/requests", HAVEN_CARE__SECRET=SECRET)
        assert found[DESK].good, found[DESK]
        assert desk.cases == {}
        assert "nobody for 43 hours from Saturday 13:00" in found[HOURS].finding
        assert "do not speak de, es, fr, pt" in found[HOURS].finding
        wrong = await looked(monkeypatch, tmp_path, HAVEN_CARE__URL=f"{url}/requests", HAVEN_CARE__SECRET=OTHER)
        assert (wrong[DESK].good, wrong[DESK].finding) == (False, "refuses our signature")
        assert "HAVEN_CARE__SECRET" in wrong[DESK].remedy
        assert OTHER not in str(wrong)


async def test_each_thing_that_is_wrong_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    timeless = iter((404, 401, 404))  # it checks the secret, and not when something was signed
    for status, finding, remedy in (
        (lambda _: 404, "answers a stranger", "must be refused"),
        (lambda _: next(timeless), "ten minutes ago", "five minutes"),
        (lambda _: 503, "does not answer", "HAVEN_CARE__URL"),
        (lambda _: 302, "does not answer", "straight to their desk"),
    ):
        async with serve(_answering(status)) as url:
            found = await looked(monkeypatch, tmp_path, HAVEN_CARE__URL=url, HAVEN_CARE__SECRET=SECRET)
        assert found[DESK].good is False
        assert finding in found[DESK].finding
        assert remedy in found[DESK].remedy
    gone = await looked(monkeypatch, tmp_path, HAVEN_CARE__URL="http://127.0.0.1:9", HAVEN_CARE__SECRET=SECRET)
    assert "does not answer" in gone[DESK].finding


async def test_old_crisis_lines_are_named_by_file_and_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = (await looked(monkeypatch, tmp_path))["crisis lines"]
    assert found.good is None
    assert found.finding.endswith("checked more than 180 days ago")
    assert "crisis/regions.yaml, line " in found.remedy
