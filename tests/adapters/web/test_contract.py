"""The room keeps the contract of a platform, as far as a page that takes no messages goes."""

import html
from collections.abc import Mapping

import pytest

from adapters.platform import Address, Arrival, Platform, Shown, Unreachable
from tests.adapters import contract
from tests.adapters.contract import Case, Seen, name_of
from tests.adapters.web.conftest import ME, House
from tests.visitor import Visitor

HERE: tuple[Case, ...] = (
    contract.a_public_screen_is_drawn_whole,
    contract.a_private_screen_is_drawn_whole,
    contract.a_button_brings_its_own_token_and_nothing_else,
    contract.a_form_brings_every_answer_by_its_key,
    contract.a_typed_line_arrives_as_it_was_typed,
    contract.a_repetition_has_the_same_id_and_another_thing_another,
    contract.a_private_screen_never_stands_in_the_archive,
)


class Rig:
    """The room, and somebody before it."""

    address: Address = ME

    def __init__(self, house: House) -> None:
        self.house, self.visitor = house, Visitor("")

    @property
    def platform(self) -> Platform:
        return self.house.room

    async def show(self, shown: Shown) -> None:
        self.house.answer = shown
        self.visitor = await self.house.entered()

    async def seen(self) -> Seen:
        page = self.visitor.page
        # "Help now" stands on top of the page, wherever it stands on the screen
        top = [each for each in page.buttons if each.sends.get("token") == "token-help"]
        steps = [each for each in page.buttons if each not in top]
        fields = [each for each in page.controls.values() if each.name != "text"]
        return Seen(
            lines=tuple(page.lines),
            buttons=tuple(each.label for each in [*steps, *top] if each.sends.get("token")),
            fields=tuple((each.label, tuple(label for label, _ in each.options if label)) for each in fields),
        )

    async def press(self, label: str) -> Arrival:
        await self.visitor.press(label)
        return self.house.done[-1]

    async def send(self, answers: Mapping[str, str]) -> Arrival:
        await self.visitor.submit("CANARY send", answers)
        return self.house.done[-1]

    async def say(self, text: str) -> tuple[Arrival, Arrival]:
        self.visitor = await self.house.entered() if not self.visitor.answers else self.visitor
        action, sends = self.visitor.page.filled("Send", {"Or type it here": text})
        page = self.visitor.page
        await self.visitor.post(action, sends)
        first = self.house.done[-1]
        await self.visitor.post(action, sends)
        assert page
        return first, self.house.done[-1]

    async def archive(self) -> str:
        return ""  # no chat holds a page

    async def lose(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("case", HERE, ids=name_of)
async def test_contract(house: House, case: Case) -> None:
    await case(Rig(house))


async def test_a_page_takes_no_messages(house: House) -> None:
    await house.entered()
    with pytest.raises(Unreachable):
        await house.room.post(ME, contract.PUBLIC.public())
    with pytest.raises(Unreachable):
        await house.room.announce("T1", "C1", contract.PUBLIC.public())


async def test_words_are_words_and_no_markup(house: House) -> None:
    """In a line, which is drawn with its links, and on a button, which is drawn by the template."""
    rig = Rig(house)
    screen = contract.PUBLIC.screen
    bold = screen.buttons[0].model_copy(update={"label": "<b>Talk</b>"})
    marked = screen.model_copy(update={"buttons": (bold, *screen.buttons[1:])})
    await rig.show(contract.PUBLIC.model_copy(update={"screen": marked}))
    for text in ("Hello & welcome <here>.", "<b>Talk</b>"):
        assert html.escape(text) in rig.visitor.page.html
        assert text not in rig.visitor.page.html
