"""A stand-in tenant, the adapter behind a real server, and a desk that answers from a script."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.platform import Address, Arrival, Notes, Profile, Public, Shown
from adapters.teams.app import TeamsPlatform
from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.courier import Delivery
from bot.sandbox.teams.demo import SAM, demo_workspace
from bot.sandbox.teams.hands import Hands
from bot.sandbox.teams.identity import Key
from bot.sandbox.teams.look import text_of
from bot.sandbox.teams.workspace import Workspace
from flows.core.screen import Button, Field, Option, Screen

BUSY, MOMENT, NOTHING = "Busy, tap again.", "One moment.", "Nothing here."
HELP = Button(key="help", label="Help now", standing=True)
SIGNING, OTHERS = Key("signing"), Key("others", ("webchat",))  # made once: that takes longer than most tests
LAUNCHER = Public(
    screen=Screen(lines=("It continues in private.",), buttons=(Button(key="open", label="Open", standing=True),)),
    tokens=("open-token",),
)


def public(*lines: str, buttons: tuple[str, ...] = (), standing: tuple[str, ...] = (), turn: str = "turn") -> Shown:
    drawn = [Button(key=f"key-{label}", label=label) for label in buttons]
    drawn += [Button(key=f"key-{label}", label=label, standing=True) for label in standing]
    tokens = tuple(f"token-{label}" for label in (*buttons, *standing))
    return Shown(turn=turn, screen=Screen(lines=lines, buttons=tuple(drawn)), tokens=tokens)


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


def looking(turn: str = "looking") -> Shown:
    """Return a screen that waits for an errand."""
    buttons = (Button(key="look_again", label="Look again"), Button(key="help", label="Help", standing=True))
    screen = Screen(lines=("One moment.",), buttons=buttons, private=True, title="In private")
    return Shown(turn=turn, screen=screen, tokens=("token-again", "token-help"), launcher=LAUNCHER)


def say(address: Address, profile: Profile) -> Notes:
    """Say things in the profile's language, which is Sam's if nothing else stands behind them."""
    tongue = "" if profile.locale in {"", "en-GB"} else f" ({profile.locale})"
    busy, moment, nothing = (
        Public(screen=Screen(lines=(line + tongue,), buttons=(HELP,)), tokens=("help-token",))
        for line in (BUSY, MOMENT, NOTHING)
    )
    return Notes(busy=busy, moment=moment, nothing=nothing, close="Close" + tongue)


PATIENCE = (
    30.0  # seconds for an answer: how long one is held back is told apart (HOLD), a busy machine is not tried out
)


@dataclass
class Desk:
    """Keeps what arrives and what was drawn; answers what `answer` says, or raises what it raises.

    Where a chat is, it keeps as the real one does: before the turn, which may forget it, and not if that fails.
    """

    references: "Memory"
    answer: Callable[[Arrival], Shown | None] = lambda _: None
    arrivals: list[Arrival] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)

    async def receive(self, arrival: Arrival) -> Shown | None:
        self.arrivals.append(arrival)
        kept = dict(self.references.kept)
        if arrival.admitted:
            self.references.kept[arrival.address.user] = arrival.reference
        try:
            return self.answer(arrival)
        except Exception:
            self.references.kept = kept
            raise

    async def tell(self, address: Address, turn: str) -> None:
        self.drawn.append(turn)


@dataclass
class Memory:
    """References in a dict; `fails` is raised by every call, as long as it is set."""

    kept: dict[str, str] = field(default_factory=dict)
    fails: Exception | None = None

    async def get(self, user: str) -> str | None:
        self._check()
        return self.kept.get(user)

    async def put(self, user: str, reference: str) -> None:
        self._check()
        if user in self.kept:  # as in bot/references.py
            self.kept[user] = reference

    async def drop(self, user: str) -> None:
        self._check()
        if user in self.kept:  # the person stays known, as in bot/references.py
            self.kept[user] = ""

    def _check(self) -> None:
        if self.fails:
            raise self.fails


@dataclass
class World:
    """Everything on one table: the tenant, a person's hands, the platform and the desk behind it."""

    workspace: Workspace
    hands: Hands
    platform: TeamsPlatform
    desk: Desk
    references: Memory
    clock: ShiftedClock
    url: str

    @property
    def sam(self) -> Address:
        return self.address(SAM)

    def address(self, user: str) -> Address:
        person = self.workspace.person(user)
        return Address(platform="teams", tenant=self.workspace.tenant_id, user=person.aad_object_id)

    def will(self, shown: Shown | None) -> None:
        self.desk.answer = lambda _: shown

    def fail(self, error: Exception) -> None:
        def answer(_: Arrival) -> Shown | None:
            raise error

        self.desk.answer = answer

    async def settle(self) -> None:
        """Wait until nothing is being drawn."""
        while tasks := self.platform._easel.queues.tasks:
            await asyncio.wait(tasks)

    async def install(self, user: str = SAM) -> list[Delivery]:
        """Let somebody install the bot; what the desk was told of it is forgotten here."""
        deliveries = await self.hands.install(user)
        await self.settle()
        self.desk.arrivals.clear()
        return deliveries

    async def say(self, text: str, user: str = SAM) -> Delivery:
        delivery = await self.hands.say(user, text)
        await self.settle()
        return delivery

    async def tap(self, label: str, user: str = SAM) -> Delivery:
        """Tap a button of the bot's last message."""
        delivery = await self.hands.tap(user, self.said(user)[-1]["id"], label)
        await self.settle()
        return delivery

    async def tap_in_dialog(self, label: str, user: str = SAM) -> Delivery:
        delivery = await self.hands.tap_in_dialog(user, label)
        await self.settle()
        return delivery

    async def open_dialog(self, shown: Shown) -> None:
        """Let Sam tap a message's button and be answered with this screen."""
        await self.platform.post(self.sam, public("Hello", buttons=("Start",)).public())
        self.will(shown)
        delivery = await self.tap("Start")
        assert delivery.status == 200
        assert self.hands.dialog(SAM)

    def said(self, user: str = SAM, conversation: str = "") -> list[dict[str, Any]]:
        """Return the bot's messages, oldest first."""
        bot = self.workspace.bot_id
        return [each for each in self.hands.messages(user, conversation) if each["from"]["id"] == bot]

    def texts(self, user: str = SAM, conversation: str = "") -> list[str]:
        return [text_of(each) for each in self.said(user, conversation)]

    def dialog(self, user: str = SAM) -> str:
        """Return what somebody reads in their open dialog."""
        shown = self.hands.dialog(user)
        assert shown is not None
        return text_of(shown)

    def chat(self) -> str:
        """Return everything that the bot ever put into chats: texts, notifications, button data."""
        written = ("send_to_conversation", "reply_to_activity", "update_activity")
        return repr([call.payload for call in self.workspace.recorded if call.method in written])

    def calls(self, method: str) -> int:
        return [call.method for call in self.workspace.recorded].count(method)


def tenant(clock: ShiftedClock) -> Workspace:
    workspace = demo_workspace(clock)
    workspace.identity.key, workspace.identity._unendorsed = SIGNING, OTHERS
    return workspace


def platform_of(
    workspace: Workspace, desk: Desk, references: Memory, clock: ShiftedClock, url: str, **changes: Any
) -> TeamsPlatform:
    told: dict[str, Any] = {
        "app_id": workspace.app_id,
        "app_password": "" if workspace.playground else workspace.app_password,
        "tenant_id": workspace.tenant_id,
        "receive": desk.receive,
        "drawn": desk.tell,
        "references": references,
        "clock_now": clock.now,
        "chance": clock.chance,
        "openid_url": f"{url}/v1/.well-known/openidconfiguration",
        "login_url": url,
        "service_hosts": (url,),
        "say": say,
        "playground": workspace.playground,
    }
    return TeamsPlatform(**{**told, **changes})


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with standing(playground=False) as world:
        yield world


@contextlib.asynccontextmanager
async def standing(*, playground: bool) -> AsyncIterator[World]:
    clock = ShiftedClock()
    workspace = tenant(clock)
    workspace.playground = playground
    references = Memory()
    desk = Desk(references)
    app = create_connector(workspace)
    async with serve(app) as url:
        workspace.url = url
        platform = platform_of(workspace, desk, references, clock, url)
        app.include_router(platform.router)  # one server is both ends of the wire: quicker to stop than two
        await platform.start()
        hands = Hands(workspace, url, clock, invoke_patience=PATIENCE)
        yield World(workspace, hands, platform, desk, references, clock, url)
        await platform.stop()


@pytest.fixture
async def here(world: World) -> World:
    """A world in which Sam has installed the bot."""
    await world.install()
    return world
