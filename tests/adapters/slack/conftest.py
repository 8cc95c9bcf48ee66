"""A stand-in workspace, the adapter behind a real server, and a desk that answers from a script."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from adapters.platform import Address, Arrival, Busy, Front, Notes, Profile, Public, Shown
from adapters.slack.app import SlackPlatform
from adapters.slack.installation import OneWorkspace
from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.workspace import Workspace
from flows.core.screen import Button, Field, Option, Screen

SAM = Address(platform="slack", tenant="T0HAVEN", user="U0SAM")
BUSY, MOMENT, NOTHING = "Busy, tap again.", "One moment.", "Nothing here."
HELP = Button(key="help", label="Help now", standing=True)
LAUNCHER = Public(
    screen=Screen(lines=("It continues in private.",), buttons=(Button(key="open", label="Open"),)),
    tokens=("open-token",),
)


def public(*lines: str, buttons: tuple[str, ...] = (), turn: str = "turn") -> Shown:
    drawn = tuple(Button(key=f"key-{label}", label=label) for label in buttons)
    return Shown(
        turn=turn,
        screen=Screen(lines=lines, buttons=drawn),
        tokens=tuple(f"token-{label}" for label in buttons),
    )


def private(*lines: str, asks: tuple[str, ...] = (), buttons: tuple[str, ...] = (), turn: str = "turn") -> Shown:
    options = (Option(key="0", label="Not at all"), Option(key="1", label="Several days"))
    screen = Screen(
        lines=lines,
        fields=tuple(Field(key=f"q{index}", label=label, options=options) for index, label in enumerate(asks)),
        buttons=tuple(Button(key=f"key-{label}", label=label) for label in buttons),
        private=True,
        title="In private",
        submit="Send" if asks else "",
    )
    tokens = tuple(f"token-{label}" for label in buttons)
    return Shown(turn=turn, screen=screen, tokens=tokens, form="form-token" if asks else "", launcher=LAUNCHER)


def front(*lines: str, buttons: tuple[str, ...] = (), private: bool = True, known: bool = False) -> Front:
    drawn = tuple(Button(key=label, label=label, standing=True) for label in buttons)
    tokens = tuple(f"token-{label}" for label in buttons)
    return Front(screen=Screen(lines=lines, buttons=drawn, private=private), tokens=tokens, known=known)


def say(address: Address, profile: Profile) -> Notes:
    """Say things in the profile's language, which is Sam's if nothing else stands behind them."""
    tongue = "" if profile.locale in {"", "en-GB"} else f" ({profile.locale})"
    busy, moment, nothing = (
        Public(screen=Screen(lines=(line + tongue,), buttons=(HELP,)), tokens=("help-token",))
        for line in (BUSY, MOMENT, NOTHING)
    )
    return Notes(busy=busy, moment=moment, nothing=nothing, close="Close" + tongue)


@dataclass
class Desk:
    """Keeps what arrives and what was drawn; answers what `answer` says, or raises what it raises. `page` is
    everybody's front page."""

    answer: Callable[[Arrival], Shown | None] = lambda _: None
    arrivals: list[Arrival] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    page: Front = field(default_factory=lambda: front("A page of one's own", known=True))
    looks: list[str] = field(default_factory=list)
    busy: int = 0  # looks that fail before one succeeds

    async def receive(self, arrival: Arrival) -> Shown | None:
        self.arrivals.append(arrival)
        return self.answer(arrival)

    async def look(self, address: Address, profile: Profile, admitted: bool | None) -> Front:
        self.looks.append(address.user)
        if admitted is None:
            raise Busy
        if self.busy:
            self.busy -= 1
            raise Busy
        return self.page

    async def tell(self, address: Address, turn: str) -> None:
        self.drawn.append(turn)


@dataclass
class World:
    """Everything on one table: the workspace, a person's hands, the platform and the desk behind it."""

    workspace: Workspace
    hands: Hands
    platform: SlackPlatform
    desk: Desk
    clock: ShiftedClock
    url: str

    def will(self, shown: Shown | None) -> None:
        self.desk.answer = lambda _: shown

    def fail(self, error: Exception) -> None:
        def answer(_: Arrival) -> Shown | None:
            raise error

        self.desk.answer = answer

    async def settle(self) -> None:
        """Wait until nothing is being drawn."""
        while tasks := {task for each in self.platform.workspaces._open.values() for task in each.easel.queues.tasks}:
            await asyncio.wait(tasks)

    def seen(self, user: str = "U0SAM") -> list[str]:
        """Return the texts of the bot's messages in somebody's chat."""
        bot = self.workspace.bot_user_id
        return [message["text"] for message in self.hands.messages(user) if message["user"] == bot]

    def calls(self) -> list[str]:
        """Return the methods that wrote something, in order; front pages left out."""
        wrote = [c.method for c in self.workspace.recorded if c.method.startswith(("chat.", "views."))]
        return [method for method in wrote if method != "views.publish"]

    def chat(self) -> str:
        """Return everything that the bot ever put into the chat: texts, notifications, button values."""
        return repr([call.payload for call in self.workspace.recorded if call.method.startswith("chat.")])

    async def post_buttons(self, *labels: str) -> str:
        """Let a message with buttons stand in Sam's chat and return its ts."""
        return await self.platform.post(SAM, public("Hello", buttons=labels).public())

    async def tap(self, ts: str, label: str) -> None:
        delivery = await self.hands.tap("U0SAM", self.workspace.dm("U0SAM").id, ts, label)
        assert delivery.status == 200
        await self.settle()

    async def open_dialog(self, shown: Shown) -> None:
        """Let Sam tap a message's button and be answered with this screen."""
        self.will(shown)
        await self.tap(await self.post_buttons("Start"), "Start")
        assert self.hands.modal("U0SAM")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = ShiftedClock()
    workspace = demo_workspace(clock)
    desk = Desk()
    app = create_slack(workspace)
    async with serve(app) as url:
        workspace.url = url
        platform = SlackPlatform(
            installations=OneWorkspace(workspace.team_id, workspace.bot_token),
            signing_secret=workspace.signing_secret,
            api_url=f"{url}/api/",
            receive=desk.receive,
            drawn=desk.tell,
            look=desk.look,
            clock_now=clock.now,
            say=say,
        )
        app.include_router(platform.router)  # one server is both ends of the wire: quicker to stop than two
        await platform.start()
        yield World(workspace, Hands(workspace, url, clock, retries=0), platform, desk, clock, url)
        await platform.stop()
