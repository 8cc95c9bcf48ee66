"""What every test may use, and what watches over every test."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies import models
from hypothesis import settings

from tests.payloads.watch import Watch, watching

# whoever comes first puts content and patterns together, which takes a while: no test here is one of time
settings.register_profile("haven", deadline=None)
settings.load_profile("haven")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write transcripts anew, to be read and committed")
    parser.addoption(
        "--record-payloads", metavar="DIR", help="write whatever Slack and Teams are sent in any test (tests/payloads)"
    )
    parser.addoption("--fuzz", type=int, default=200, help="how many requests each endpoint gets in tests/fuzz")


def pytest_collection_finish() -> None:
    """Leave what seven thousand tests are made of out of what Python looks through for garbage: each look took up to a
    second, in which no server of a test answered."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite"))


@pytest.fixture(scope="session")
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    folder = request.config.getoption("--record-payloads")
    watch = Watch(Path(folder).absolute() if folder else None)
    restore = watching(watch)
    yield watch
    restore()


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    """Let go of a test's services. FastAPI remembers what kind of function each of the last 4,096 endpoints is, and
    with each of ours the whole service behind it: millions of objects, looked through for garbage again and again."""
    yield
    let_go()


def let_go() -> None:
    """Make FastAPI forget the endpoints that it has seen."""
    for each in vars(models).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


@pytest.fixture(autouse=True)
def every_payload_is_sound(request: pytest.FixtureRequest, watch: Watch) -> Iterator[None]:
    """Fail whichever test lets something be sent that Slack, Teams or slack_sdk would not take."""
    watch.begin(request.node.nodeid)
    yield
    assert not watch.troubles, "\n".join(watch.troubles)
