"""What every platform must do alike, as cases that any adapter's tests run against their own rig.

A test module of a platform writes a `Rig` and a fixture for it, and then:

    @pytest.mark.parametrize("case", CASES, ids=name_of)
    async def test_contract(rig: Rig, case: Case) -> None:
        await case(rig)
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import pytest

from adapters.platform import Address, Arrival, Platform, Public, Shown, Unreachable
from flows.core.events import Answered, Said
from flows.core.screen import Button, Field, Option, Screen


@dataclass(frozen=True)
class Seen:
    """What a person has before them. A field is its label and the labels of its options."""

    lines: tuple[str, ...]
    buttons: tuple[str, ...]
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Rig(Protocol):
    """A platform with a person and a desk whose answers the cases choose. Nothing else is needed of it."""

    @property
    def platform(self) -> Platform:
        """The platform under test."""

    @property
    def address(self) -> Address:
        """Where the person is reached."""

    async def show(self, shown: Shown) -> None:
        """Let the person do something that opens private screens, and answer it with this one."""

    async def seen(self) -> Seen:
        """Return the screen that the person has before them."""

    async def press(self, label: str) -> Arrival:
        """Press a button of that screen and return what reached the desk, which answers nothing."""

    async def send(self, answers: Mapping[str, str]) -> Arrival:
        """Send its form, by labels of fields and options, and return what reached the desk."""

    async def say(self, text: str) -> tuple[Arrival, Arrival]:
        """Type a line, let the platform deliver it twice, and return both arrivals."""

    async def archive(self) -> str:
        """Return everything that the employer can read of what the service posted so far."""

    async def lose(self) -> None:
        """From here on the platform says that the person cannot be reached, for good."""


Case = Callable[[Rig], Awaitable[None]]

OFTEN = (
    Option(key="0", label="Not at all"),
    Option(key="1", label="Several days"),
    Option(key="2", label="More than half the days"),
    Option(key="3", label="Nearly every day"),
)
MANY = tuple(Option(key=f"z{index}", label=f"Zone {index}") for index in range(60))
LAUNCHER = Public(
    screen=Screen(lines=("It continues in private.",), buttons=(Button(key="open", label="Open"),)),
    tokens=("launcher-token",),
)
PUBLIC = Shown(
    turn="turn-public",
    screen=Screen(
        lines=("Hello & welcome <here>.", "Second *line*: what would you like?", "100 % “plain” words"),
        buttons=(
            Button(key="talk", label="Talk to somebody", style="primary"),
            Button(key="check", label="Check in", arg="1"),
            Button(key="check", label="Check again", arg="2"),
            Button(key="stop", label="Stop", standing=True, style="danger"),
        ),
    ),
    tokens=("token-0", "token-1", "token-2", "token-3"),
)
PRIVATE = Shown(
    turn="turn-private",
    screen=Screen(
        lines=("CANARY one, over the last two weeks:", "CANARY two"),
        fields=(
            Field(key="canary-q1", label="CANARY little interest", options=OFTEN),
            Field(key="canary-zone", label="CANARY zone", options=MANY),
            Field(key="canary-name", label="CANARY name", hint="CANARY hint"),
            Field(key="canary-note", label="CANARY note", value="CANARY typed before", optional=True),
        ),
        buttons=(
            Button(key="canary-back", label="CANARY back", arg="canary-arg"),
            Button(key="help", label="CANARY help", standing=True),
        ),
        private=True,
        title="CANARY title",
        submit="CANARY send",
    ),
    tokens=("token-back", "token-help"),
    form="token-form",
    launcher=LAUNCHER,
)


def labels(screen: Screen) -> Seen:
    """Return what a screen says, as a person sees it."""
    return Seen(
        lines=screen.lines,
        buttons=tuple(button.label for button in screen.buttons),
        fields=tuple((field.label, tuple(o.label for o in field.options)) for field in screen.fields),
    )


async def a_public_screen_is_drawn_whole(rig: Rig) -> None:
    await rig.show(PUBLIC)
    assert await rig.seen() == labels(PUBLIC.screen)


async def a_private_screen_is_drawn_whole(rig: Rig) -> None:
    await rig.show(PRIVATE)
    assert await rig.seen() == labels(PRIVATE.screen)


async def a_button_brings_its_own_token_and_nothing_else(rig: Rig) -> None:
    await rig.show(PUBLIC)
    arrival = await rig.press("Check again")
    assert (arrival.token, arrival.event, arrival.address) == ("token-2", None, rig.address)


async def a_button_of_a_private_screen_brings_its_token(rig: Rig) -> None:
    await rig.show(PRIVATE)
    assert (await rig.press("CANARY help")).token == "token-help"


async def a_form_brings_every_answer_by_its_key(rig: Rig) -> None:
    await rig.show(PRIVATE)
    arrival = await rig.send(
        {
            "CANARY little interest": "Several days",
            "CANARY zone": "Zone 42",
            "CANARY name": "Sam & <co>",
            "CANARY note": "",
        }
    )
    expected = {"canary-q1": "1", "canary-zone": "z42", "canary-name": "Sam & <co>"}
    assert arrival.event == Answered(values=expected)
    assert arrival.token == "token-form"
    assert arrival.address == rig.address


async def a_typed_line_arrives_as_it_was_typed(rig: Rig) -> None:
    first, _ = await rig.say("I am < fine > & https://example.org *really*")
    assert first.event == Said(text="I am < fine > & https://example.org *really*")
    assert first.address == rig.address


async def a_repetition_has_the_same_id_and_another_thing_another(rig: Rig) -> None:
    first, again = await rig.say("hello")
    other, _ = await rig.say("hello")
    assert first.id == again.id != other.id
    assert first.id


async def a_private_screen_never_stands_in_the_archive(rig: Rig) -> None:
    await rig.show(PRIVATE)
    await rig.platform.show(rig.address, PRIVATE)
    await rig.show(PUBLIC)
    assert "canary" not in (await rig.archive()).lower()
    assert "token-form" not in await rig.archive()


async def a_private_screen_that_cannot_open_is_offered_by_its_launcher(rig: Rig) -> None:
    await rig.platform.show(rig.address, PRIVATE)
    seen = await rig.seen()
    if seen != labels(PRIVATE.screen):  # a platform that can always open it may
        assert seen == labels(LAUNCHER.screen)
    assert "canary" not in (await rig.archive()).lower()


async def a_message_has_an_id_of_its_own(rig: Rig) -> None:
    first = await rig.platform.post(rig.address, PUBLIC.public())
    assert await rig.seen() == labels(PUBLIC.screen)
    assert first != await rig.platform.post(rig.address, PUBLIC.public())


async def who_cannot_be_reached_is_unreachable(rig: Rig) -> None:
    await rig.lose()
    with pytest.raises(Unreachable):
        await rig.platform.post(rig.address, PUBLIC.public())
    with pytest.raises(Unreachable):
        await rig.platform.show(rig.address, PRIVATE)


LOCAL: tuple[Case, ...] = (
    a_public_screen_is_drawn_whole,
    a_private_screen_is_drawn_whole,
    a_button_brings_its_own_token_and_nothing_else,
    a_button_of_a_private_screen_brings_its_token,
    a_form_brings_every_answer_by_its_key,
    a_typed_line_arrives_as_it_was_typed,
    a_private_screen_never_stands_in_the_archive,
    a_private_screen_that_cannot_open_is_offered_by_its_launcher,
    a_message_has_an_id_of_its_own,
)
CASES: tuple[Case, ...] = (
    *LOCAL,
    # where a network lies between, things are delivered twice and people go away
    a_repetition_has_the_same_id_and_another_thing_another,
    who_cannot_be_reached_is_unreachable,
)


def name_of(case: Case) -> str:
    """Return a case's name, as a test id."""
    return getattr(case, "__name__", repr(case))
