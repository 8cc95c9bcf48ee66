"""Requests that schemathesis grows from descriptions, at every address: none ends in a 5xx."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.descriptions import OPENAPI, PATHS
from tests.fuzz.served import CANARY, Served, routes
from tests.fuzz.test_doors import QUIET, told
from tests.golden.conftest import Contents

READY = "/readyz"  # 503 is what it says when something is not ready


def test_every_address(tmp_path: Path, contents: Contents, many: int, capfd: pytest.CaptureFixture[str]) -> None:
    schema = schemathesis.openapi.from_dict(OPENAPI)
    operations = [(path, method) for path, item in PATHS.items() for method in item]
    clinic = [path for path, _ in operations if "clinic" in path]
    with routes(tmp_path, contents["usual"]) as haven:
        for path, method in operations:
            most = many if path == f"{clinic[0].removesuffix('metadata')}" else max(many // 8, 5)
            strategies: list[st.SearchStrategy[Any]] = [
                schema[path][method].as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode
            ]
            _try(haven, path, most, st.one_of(strategies))
        total, seen = sum(haven.statuses.values()), haven.statuses
    assert {200, 401, 404} <= seen.keys()
    assert total >= many
    assert CANARY not in capfd.readouterr().err
    told(capfd, "every address", seen)


def _try(haven: Served, path: str, many: int, cases: st.SearchStrategy[Any]) -> None:
    def check(case: Any) -> None:
        try:
            answer = case.call(base_url=haven.base, allow_redirects=False, timeout=30)
        except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeEncodeError, ValueError):
            return  # what no client can send
        haven.judge(answer.status_code, answer.text, repr(answer.headers), busy=path == READY)

    drawn: Callable[..., None] = given(cases)(check)
    settings(max_examples=many, database=None, suppress_health_check=QUIET)(drawn)()
