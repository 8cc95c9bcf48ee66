"""What watches over every test, watched itself."""

import gc
import weakref

from fastapi import FastAPI

from tests.conftest import let_go


class Door:
    """A service with an endpoint, as ours are."""

    async def knock(self) -> None:
        """Answer."""


def test_a_service_whose_test_is_over_is_gone() -> None:
    app, door = FastAPI(), Door()
    app.get("/")(door.knock)
    kept = weakref.ref(door)
    del app, door
    let_go()
    gc.collect()
    assert kept() is None
