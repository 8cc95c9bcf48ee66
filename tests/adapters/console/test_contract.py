"""The terminal keeps the contract of a platform, as far as it goes without a network between."""

import re
from collections.abc import Mapping

import pytest

from adapters.console.platform import ConsolePlatform
from adapters.console.read import NotOnScreen, read
from adapters.console.render import PRIVATE
from adapters.platform import Address, Arrival, Shown
from tests.adapters import contract
from tests.adapters.contract import LOCAL, Case, Seen, name_of

SAM = Address(platform="console", tenant="demo", user="sam")


class Rig:
    """The terminal, and somebody reading it."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.drawn: list[str] = []
        self.platform = ConsolePlatform(self.written.append, self._tell, "sam")
        self.address = SAM

    async def _tell(self, address: Address, turn: str) -> None:
        self.drawn.append(turn)

    async def show(self, shown: Shown) -> None:
        await self.platform.show(SAM, shown)

    async def seen(self) -> Seen:
        return parsed(self.written[-1])

    async def press(self, label: str) -> Arrival:
        return self._typed(f"[{label}]")

    async def send(self, answers: Mapping[str, str]) -> Arrival:
        return self._typed(", ".join(f"{label}={value}" for label, value in answers.items() if value))

    async def say(self, text: str) -> tuple[Arrival, Arrival]:
        arrival = self._typed(text)
        return arrival, arrival

    async def archive(self) -> str:
        return ""  # no employer reads somebody's own terminal

    async def lose(self) -> None:
        raise NotImplementedError

    def _typed(self, text: str) -> Arrival:
        meant = read(text, self.platform.current.get("sam"), self.platform.messages["sam"])
        return Arrival(id="1", address=SAM, event=meant.event, token=meant.token, secluded=True)


def parsed(text: str) -> Seen:
    """Read a drawn screen back."""
    lines = [line for line in text.splitlines() if line not in {PRIVATE, "(message)"}]
    buttons = tuple(re.findall(r"\[([^\]]+)\]", lines.pop())) if lines[-1].startswith("[") else ()
    asked = re.search(r": type (.*)$", lines[-1])
    count = len(asked[1].split(", ")) if asked else 0
    body, forms = (lines[: -count - 1], lines[-count - 1 : -1]) if count else (lines, [])
    return Seen(tuple(body), buttons, tuple(_field(line) for line in forms))


def _field(line: str) -> tuple[str, tuple[str, ...]]:
    said, _, options = line.partition("  ")
    label = re.sub(r" (\(.*\)|\[.*\])", "", said.partition(": ")[2])
    return label, tuple(each.partition(" ")[2] for each in options.split(" | ") if each)


@pytest.mark.parametrize("case", LOCAL, ids=name_of)
async def test_contract(case: Case) -> None:
    await case(Rig())


async def test_what_is_drawn_is_told() -> None:
    rig = Rig()
    await rig.show(contract.PUBLIC)
    assert rig.drawn == ["turn-public"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[Nothing]", "[Talk to somebody]"),
        ("[]", "There is no button"),
    ],
)
async def test_an_unknown_button_lists_those_on_screen(line: str, says: str) -> None:
    rig = Rig()
    await rig.show(contract.PUBLIC)
    with pytest.raises(NotOnScreen, match=re.escape(says)):
        rig._typed(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nothing=1", "There is no field nothing. On screen: canary-q1"),
        ("canary-q1=7", "canary-q1 cannot be 7. It may be 0 (Not at all)"),
    ],
)
async def test_an_unknown_field_or_option_lists_what_may_be(line: str, says: str) -> None:
    rig = Rig()
    await rig.show(contract.PRIVATE)
    with pytest.raises(NotOnScreen, match=re.escape(says)):
        rig._typed(line)
