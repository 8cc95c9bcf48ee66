"""Criterion: what a manager is told, and what lies where their actions reach, is the same whatever members do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from adapters.platform import Address, Arrival, Profile, Shown
from bot import tasks
from bot.people import People
from bot.store.tables import effect, manager_action, metadata
from bot.turns import Turns
from bot.vault import Keys, Vault
from bot.wiring import WORDS
from content import default_root
from content.library import Library
from flows.core.events import Answered, Said
from flows.core.screen import Screen
from tests.fakes import NOW, FakeClock
from tests.rig import TENANT, token_of

LIBRARY = Library(default_root(), WORDS, NOW.date)
KEYS = Keys(root=b"r" * 32, epochs={1: b"e" * 32})
MEMBERS = ("sam", "alex", "priya", "jonas", "lena", "mateo")
DEEDS = ("agree", "opt in", "pause", "stop", "forget me", "home", "I want to die", "check", "my data", "press")
MANAGERS = st.one_of(
    st.tuples(st.just("remind"), st.sampled_from(["Customer Support", "Finance", "Design"]), st.booleans()),
    st.tuples(st.sampled_from(["history", "cancel"]), st.just(""), st.just(False)),
)
MOVES = st.lists(
    st.tuples(
        MANAGERS,
        st.lists(st.tuples(st.sampled_from(MEMBERS), st.sampled_from(DEEDS)), max_size=5),
        st.integers(0, 400).map(lambda hours: timedelta(hours=hours)),
    ),
    min_size=1,
    max_size=5,
)


class World:
    """The turns of the desk on a database in memory: everybody comes in by the same door."""

    def __init__(self, conn: Connection) -> None:
        self.conn, self.clock, self._count = conn, FakeClock(), 0
        self.vault = Vault(KEYS, self.clock)
        people = People(self.vault)
        self.turns = Turns(self.vault, people, LIBRARY, self.clock)
        self.shown: dict[str, Shown] = {}

    def come(self, user: str, event: Said | Answered | None = None, token: str = "") -> Screen | None:
        """Let somebody do something; return what they read."""
        self._count += 1
        address = Address(platform="console", tenant=TENANT, user=user)
        sid = self.vault.sid(address)
        made = self.turns.tokens.read(sid, token, self.clock.now()) if token else None
        profile = Profile(locale="en", zone="Europe/London", name=user.title())
        arrival = Arrival(
            id=f"{user}{self._count}", address=address, event=event, token=token, profile=profile, secluded=True
        )
        shown = self.turns.arrive(self.conn, arrival, sid, None, made)
        if shown:
            self.shown[user] = shown
        return shown.screen if shown else None

    def tap(self, user: str, name: str) -> Screen | None:
        """Tap a button on somebody's screen, if it is there."""
        try:
            return self.come(user, token=token_of(self.shown[user], name))
        except LookupError:
            return None

    def member(self, user: str, deed: str) -> None:
        """Let a member do what is nobody's business."""
        if user not in self.shown:
            self.come(user)
        match deed:
            case "agree":
                self.tap(user, "agree")
            case "opt in":
                self.come(user, Said(text="check-ins"))
                if self.tap(user, "start"):
                    form = {"day": "1", "other": "3", "time": "10:00", "zone": "Europe/London", "quiet": "20:00-08:00"}
                    token = self.shown[user].form
                    self.come(user, Answered(values=form | {"holidays": "yes"}), token)
            case "press":
                buttons = self.shown[user].screen.buttons
                self.tap(user, buttons[0].key)
            case said:
                self.come(user, Said(text=said))

    def manager(self, move: tuple[str, str, bool]) -> Iterator[Screen | None]:
        """Let the manager do something; yield every screen that they read."""
        what, team, each = move
        yield self.come("morgan", Said(text="home"))
        yield self.tap("morgan", "agree")
        yield self.come("morgan", Said(text="remind"))
        steps = ("team", team, "template", *(["each"] if each else []), "send") if what == "remind" else (what,)
        for step in steps if what != "cancel" else ("history", "cancel"):
            yield self.tap("morgan", step)

    def left(self) -> list[Any]:
        """Return what lies where a manager's actions reach, opened."""
        rows = [tuple(row) for row in self.conn.execute(select(manager_action).order_by(manager_action.c.id))]
        bodies = [
            (row.due, row.state, tasks.unseal(self.vault, row.id, row.body))
            for row in self.conn.execute(select(effect))
        ]
        return [rows, sorted((due, state, task.model_dump_json()) for due, state, task in bodies if _theirs(task))]


def _theirs(task: tasks.Task) -> bool:
    return isinstance(task, tasks.Announce | tasks.Tell)


@contextmanager
def _world() -> Iterator[World]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as conn:
        yield World(conn)
    engine.dispose()


@given(MOVES)
@settings(max_examples=int(os.environ.get("HAVEN_PROOF_WORLDS", "8")), phases=(Phase.generate,))
def test_a_manager_reads_the_same_whatever_members_do(moves: list[Any]) -> None:
    """Two worlds: in one nobody ever comes; in the other members opt in, pause, stop, are in need, are forgotten, in
    between whatever the manager does. Their check-ins fall due there, too."""
    told = []
    for alive in (False, True):
        with _world() as world:
            read: list[Any] = []
            for move, deeds, later in moves:
                for user, deed in deeds if alive else ():
                    world.member(user, deed)
                read += list(world.manager(move))
                world.clock.later(later)
                for user in MEMBERS if alive else ():
                    sid = world.vault.sid(Address(platform="console", tenant=TENANT, user=user))
                    world.turns.woke(world.conn, [sid])
                    world.turns.purge(world.conn, sid)
                read.append(world.left())
            told.append(read)
    assert told[0] == told[1]
