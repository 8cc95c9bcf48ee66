"""The notice says where private things are asked, as it is configured, and asks again when that changes."""

from typing import get_args

import pytest

from bot.settings import Settings
from bot.wiring import WORDS
from content import default_root
from content.library import Library
from flows.core.catalog import Surface
from flows.core.flow import Carry
from flows.notice import FLOW, Full, NoticeWords, version
from tests import world
from tests.content.conftest import TODAY

SAYS = {
    "in_app": ["window of the app"],
    "offered": ["window of the app", "can also be opened on a page of this server"],
    "room": ["on a page of this server only"],
}


@pytest.mark.parametrize("surface", get_args(Surface))
def test_all_of_it_says_where_private_things_are_asked(surface: Surface) -> None:
    library = Library(default_root(), WORDS, lambda: TODAY, surface)
    catalog, words = library.current.catalog("en"), library.current.words["en"]["notice"]
    assert isinstance(words, NoticeWords)
    screen = FLOW.view(Full(then=Carry()), words, world.moment(catalog_=catalog))
    said = " ".join(screen.lines)
    for each, parts in SAYS.items():
        for part in parts:
            assert (part in said) == (part in SAYS[surface]), (each, part)


def test_another_surface_asks_everybody_again() -> None:
    versions = {version(world.catalog(surface=surface)) for surface in get_args(Surface)}
    assert len(versions) == 3


@pytest.mark.parametrize(
    ("given", "surface"),
    [
        ({}, "in_app"),
        ({"public_url": "https://haven.example.org"}, "offered"),
        ({"public_url": "https://haven.example.org", "surface": "room"}, "room"),
    ],
)
def test_the_surface_is_what_runs(given: dict[str, str], surface: Surface) -> None:
    assert Settings.model_validate(given).private == surface
