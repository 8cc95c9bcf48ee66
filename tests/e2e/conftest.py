"""What every end-to-end test may use. No test here is a coroutine: Playwright has the loop.

def test_it(haven: StartHaven, pages: Pages) -> None:
    service = haven("serve", HAVEN_SURFACE="room")
    page = pages.open(service.url, size=PHONE, dark=True)
    assert violations(page) == []
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e import setup
from tests.e2e.browser import Pages, launch
from tests.e2e.process import Running, start_haven

HERE = Path(__file__).parent


class StartHaven(Protocol):
    """Starts Haven as a process of its own, on a free port of 127.0.0.1; it ends with the test."""

    def __call__(self, *command: str, ready: str = "/readyz", **settings: str) -> Running:
        """Start it and wait until it is ready."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("e2e")


@pytest.fixture(scope="session", autouse=True)
def ready() -> None:
    """Fail with one clear line where the set-up is missing."""
    try:
        setup.node()
        setup.chromium()
        setup.module("axe-core/axe.min.js")
    except setup.Missing as missing:
        pytest.exit(f"end-to-end tests: {missing}", returncode=1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[Pages]:
    opened = Pages(browser)
    yield opened
    opened.close()
    assert opened.foreign == [], "a page asked for something on another machine"


@pytest.fixture
def haven(tmp_path: Path) -> Iterator[StartHaven]:
    started: list[Running] = []

    def start(*command: str, ready: str = "/readyz", **settings: str) -> Running:
        started.append(start_haven(tmp_path, *command, ready=ready, **settings))
        return started[-1]

    yield start
    for each in started:
        each.stop()
