"""A room over a desk whose answers a test chooses; everything between them and a browser is real HTTP."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import httpx
import pytest
from fastapi import FastAPI

from adapters.platform import Address, Arrival, Profile, Shown
from adapters.web.app import Room
from bot.languages import Languages
from bot.wiring import WORDS
from content import default_root
from content.library import Library
from flows.core.screen import Button, Field, Option, Screen
from tests.fakes import FakeClock
from tests.visitor import Page, Visitor

URL = "https://haven.example.org"
ME = Address(platform="slack", tenant="T1", user="U1")
ELSE = Address(platform="slack", tenant="T1", user="U2")
LIBRARY = Library(default_root(), WORDS, lambda: date(2026, 7, 1))
STEP = Shown(
    turn="turn-1",
    screen=Screen(
        lines=("Where we are.",),
        buttons=(Button(key="go", label="Go on"), Button(key="help", label="Help now", standing=True)),
        private=True,
        title="Here",
    ),
    tokens=("token-go", "token-help"),
)
FORM = Shown(
    turn="turn-form",
    screen=Screen(
        lines=("Two things.",),
        fields=(
            Field(
                key="often", label="How often?", options=tuple(Option(key=str(n), label=f"{n} times") for n in range(3))
            ),
            Field(key="note", label="Anything else?", optional=True),
        ),
        buttons=(Button(key="back", label="Back"), Button(key="help", label="Help now", standing=True)),
        private=True,
        title="Form",
        submit="Send it",
    ),
    tokens=("token-back", "token-help"),
    form="token-form",
)


@dataclass
class House:
    """A room, its desk, and people with browsers."""

    clock: FakeClock = field(default_factory=FakeClock)
    answer: Shown | Exception | None = STEP
    arrivals: list[Arrival] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    meanwhile: Shown | None = None  # what an errand draws for them while what they sent is read
    url: str = URL
    file: bytes | None = None

    async def receive(self, arrival: Arrival) -> Shown | None:
        self.arrivals.append(arrival)
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.meanwhile:
            await self.room.show(arrival.address, self.meanwhile)
        return self.answer

    async def hand_out(self, address: Address) -> bytes | None:
        return self.file

    async def tell(self, address: Address, turn: str) -> None:
        self.drawn.append(turn)

    @cached_property
    def room(self) -> Room:
        return Room(
            url=self.url,
            receive=self.receive,
            file=self.hand_out,
            drawn=self.tell,
            speak=Languages(LIBRARY).speak,
            help_for=lambda locale: Screen(lines=("In danger now: call 999.",)),
            clock_now=self.clock.now,
            chance=self.clock.chance,
        )

    @cached_property
    def app(self) -> FastAPI:
        app = FastAPI()
        app.include_router(self.room.router)
        return app

    def visitor(self) -> Visitor:
        """Return somebody with a browser of their own."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self.url)
        return Visitor(self.url, client)

    def link(self, address: Address = ME, locale: str = "en") -> tuple[str, str]:
        """Return a link and its code, as the gate hands them out."""
        return self.room.link(address, Profile(locale=locale, zone="Europe/London"), locale)

    async def entered(self) -> Visitor:
        """Return somebody who has just opened the room."""
        visitor = self.visitor()
        await visitor.enter(*self.link())
        self.arrivals.clear()
        return visitor

    @property
    def done(self) -> list[Arrival]:
        """Return what reached the desk, but for looks at where we are."""
        return [each for each in self.arrivals if each.event or each.token]


def says(page: Page, name: str) -> bool:
    """Tell whether a page says what has become of it, in the words that ship, and what to do next."""
    words = Languages(LIBRARY).speak("en").words
    about = getattr(words, f"{name}_about").fill(minutes="10")
    return page.headings[0] == getattr(words, name) and about in page.paragraphs


def wrong_for(code: str) -> dict[str, str]:
    """Return what somebody enters at the door who does not know the code."""
    return {"The four digits beside your link": "0000" if code != "0000" else "1111"}


@pytest.fixture
def house() -> House:
    return House()
