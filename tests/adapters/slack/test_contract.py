from collections.abc import Mapping

import pytest

from adapters.platform import Arrival, Left, Shown, Unreachable
from adapters.slack.read import plain
from bot.sandbox.slack.look import buttons_of, fields_of
from bot.sandbox.slack.workspace import Json
from tests.adapters.contract import CASES, PUBLIC, Case, Seen, name_of
from tests.adapters.slack.conftest import SAM, World


class SlackRig:
    """Sam in the stand-in workspace."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.platform = world.platform
        self.address = SAM

    async def show(self, shown: Shown) -> None:
        self.world.will(shown)
        await self.world.hands.command("U0SAM", "", "/haven")
        await self.world.settle()
        self.world.will(None)

    def _shown(self) -> Json:
        return self.world.hands.modal("U0SAM") or self.world.hands.messages("U0SAM")[-1]

    async def seen(self) -> Seen:
        shown = self._shown()
        sections = [block for block in shown["blocks"] if block["type"] == "section"]
        assert shown.get("type") == "modal" or not fields_of(shown)
        return Seen(
            lines=tuple(plain(block["text"]["text"]) for block in sections),
            buttons=tuple(button.label for button in buttons_of(shown)),
            fields=tuple((field.label, field.options) for field in fields_of(shown)),
        )

    async def press(self, label: str) -> Arrival:
        if self.world.hands.modal("U0SAM"):
            await self.world.hands.tap_in_view("U0SAM", label)
        else:
            channel = self.world.workspace.dm("U0SAM").id
            await self.world.hands.tap("U0SAM", channel, self._shown()["ts"], label)
        return self.world.desk.arrivals[-1]

    async def send(self, answers: Mapping[str, str]) -> Arrival:
        await self.world.hands.submit("U0SAM", answers)
        return self.world.desk.arrivals[-1]

    async def say(self, text: str) -> tuple[Arrival, Arrival]:
        await self.world.hands.again(await self.world.hands.say("U0SAM", text))
        first, again = self.world.desk.arrivals[-2:]
        return first, again

    async def archive(self) -> str:
        return self.world.chat()

    async def lose(self) -> None:
        self.world.workspace.members["U0SAM"].deleted = True


@pytest.fixture
def rig(world: World) -> SlackRig:
    return SlackRig(world)


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_contract(rig: SlackRig, case: Case) -> None:
    await case(rig)


async def test_who_left_is_told_from_what_is_wrong_with_the_app(rig: SlackRig) -> None:
    rig.world.workspace.fail_next("chat.postMessage", "account_inactive")
    with pytest.raises(Unreachable) as raised:
        await rig.platform.post(rig.address, PUBLIC.public())
    assert not isinstance(raised.value, Left)
    await rig.lose()
    with pytest.raises(Left):
        await rig.platform.post(rig.address, PUBLIC.public())
