from collections.abc import Mapping

import pytest

from adapters.platform import Arrival, Shown
from bot.sandbox.teams.demo import SAM
from bot.sandbox.teams.look import buttons_of, cards_of, fields_of
from bot.sandbox.teams.workspace import Json
from tests.adapters.contract import CASES, Case, Seen, name_of
from tests.adapters.teams.conftest import World, public


class TeamsRig:
    """Sam in the stand-in tenant."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.platform = world.platform
        self.address = world.sam

    async def show(self, shown: Shown) -> None:
        if self.world.hands.dialog(SAM):
            await self.world.hands.close(SAM)
        await self.platform.post(self.address, public("Hello", buttons=("Start",)).public())
        self.world.will(shown)
        await self.world.tap("Start")
        self.world.will(None)

    def _shown(self) -> Json:
        return self.world.hands.dialog(SAM) or self.world.said()[-1]

    async def seen(self) -> Seen:
        shown = self._shown()
        assert "title" in shown or not fields_of(shown)
        (card,) = cards_of(shown)
        lines = [element["inlines"] for element in card["body"] if element["type"] == "RichTextBlock"]
        return Seen(
            lines=tuple("".join(run["text"] for run in inlines) for inlines in lines),
            buttons=tuple(b.label for b in buttons_of(shown) if "f" not in b.data),
            fields=tuple((field.label, field.options) for field in fields_of(shown)),
        )

    async def press(self, label: str) -> Arrival:
        if self.world.hands.dialog(SAM):
            await self.world.tap_in_dialog(label)
        else:
            await self.world.tap(label)
        return self.world.desk.arrivals[-1]

    async def send(self, answers: Mapping[str, str]) -> Arrival:
        await self.world.hands.submit(SAM, answers)
        return self.world.desk.arrivals[-1]

    async def say(self, text: str) -> tuple[Arrival, Arrival]:
        delivery = await self.world.hands.say(SAM, text)
        await self.world.hands.again(delivery)
        first, again = self.world.desk.arrivals[-2:]
        return first, again

    async def archive(self) -> str:
        return self.world.chat()

    async def lose(self) -> None:
        self.world.workspace.personal(SAM).blocked = True


@pytest.fixture
async def rig(world: World) -> TeamsRig:
    await world.install()
    return TeamsRig(world)


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_contract(rig: TeamsRig, case: Case) -> None:
    await case(rig)
