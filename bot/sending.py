"""Says what is said once only: check-ins, reminders, messages that somebody asked for.

Many wait for their turn and for the platform's answer at the same time. But only one at a time is between being marked
`sending` (committed) and being on the wire, so whoever kills us takes one message at most with them: what is on the
wire arrives without us. Found `sending` after a crash, or left without an answer, it is not said again: a missed
message is better than a double one. Where the platform keeps our opaque id with a message, it is asked whether that one
arrived.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from contextvars import copy_context
from typing import Final

from sqlalchemy import Connection

from adapters.pacing import LAUNCH, Launch
from adapters.platform import Address, Declined, Left, Paced, Platform, Presence, Slow, Unreachable
from bot import log, tasks
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.deliveries import Deliveries, Outcome
from bot.drawing import Drawing
from bot.letters import Letter, Letters
from bot.store import queries, reminders
from bot.store.engine import Store
from bot.vault import Vault
from content.library import Library
from flows.core.screen import Screen
from flows.team import TeamWords

RETRY: Final = (2, 10, 60, 300)  # seconds until the next try of something that may be repeated; then it is given up
UNPOSTED: Final = frozenset({"failed", "unreachable", "held"})
UNSENT: Final = 30.0  # seconds until the next try of what did not even get on the wire
UNANSWERED: Final = 30.0  # seconds until it is asked what became of a message without an answer: it has arrived by then
FAREWELL: Final = 10.0  # seconds that what is on the wire gets for its answer when the service stops


class Sending:
    """Carries out one task at a time for as many as call it. `finish` at the end."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        letters: Letters,
        deliveries: Deliveries,
        drawing: Drawing,
        platforms: Mapping[str, Platform],
        campaigns: Campaigns,
        library: Library,
        clock: Clock,
        left: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._left = left
        self._campaigns = campaigns
        self._store, self._vault, self._letters, self._deliveries = store, vault, letters, deliveries
        self._drawing, self._platforms, self._library, self._clock = drawing, platforms, library, clock
        self._launching = asyncio.Lock()
        self._landing = set[asyncio.Task[None]]()
        self.slowed = 0  # how often a platform asked to wait

    async def carry_out(self, row: queries.Task, task: tasks.Once) -> None:
        """Say it, if it is still wanted, when its turn has come."""
        if isinstance(task, tasks.Announce) and task.each:  # to the members: they follow, each for themselves
            if not (self._letters.allowed(task) and await self._campaigns.each(task, row.id)):
                await self._end(row.id, task, "held")
            return
        where = await self._store.transact(lambda conn: self._letters.where(conn, task))
        platform = self._platforms.get(where[0].platform) if where else None
        if row.state == "sending":  # we died in the call, or nobody answered it
            await self._end(row.id, task, await self._arrived(row, where, platform))
            return
        if where is None or platform is None:
            await self._end(row.id, task, "held")
            return
        if isinstance(task, tasks.Send) and isinstance(platform, Presence) and await platform.away(where[0]):
            await self._store.transact(lambda conn: self._not_now(conn, row.id, task))
            return
        if isinstance(task, tasks.Caring) and (
            at := await self._store.transact(lambda c: self._letters.waits(c, task))
        ):
            await self._store.transact(lambda conn: queries.give_back(conn, row.id, int(at.timestamp())))
            return
        paced = _paced(platform)
        try:
            async with paced.turn(*where) if paced else nullcontext(), self._launching:
                landing = await self._launch(row.id, task, platform)
        except Unreachable as error:
            await self._end(row.id, task, "unreachable")
            await self._gone(task, error)
            return
        if landing:
            await asyncio.shield(landing)  # told to stop, we finish what is on the wire

    async def failed(self, row: queries.Task, task: tasks.Once) -> None:
        """Something of ours failed: try again later if it was not marked meanwhile: then it may be on the wire, and is
        looked at when its lease is over. What was marked before is asked about again."""
        due = int(self._clock.now().timestamp()) + RETRY[min(row.attempts, len(RETRY)) - 1]

        def again(conn: Connection) -> None:
            if row.state == "sending":
                queries.put_off(conn, row.id, due)
            elif row.attempts <= len(RETRY):
                queries.retry_unsent(conn, row.id, due)
            elif queries.drop_unsent(conn, row.id) and task.audience:
                self._deliveries.ended(conn, task.audience, "failed")

        await self._store.transact(again)

    async def _arrived(
        self, row: queries.Task, where: tuple[Address, str] | None, platform: Platform | None
    ) -> Outcome:
        """Ask the platform what became of a message, where it tells."""
        try:
            if where and not where[1] and (paced := _paced(platform)):
                return "sent" if await paced.posted(where[0], row.id.hex()) else "unknown"
        except Exception:
            if row.attempts <= len(RETRY):
                raise
        return "unknown"

    @property
    def in_flight(self) -> int:
        """How many are between their mark and their end."""
        return len(self._landing)

    async def finish(self) -> None:
        """Wait for the answers to what is on the wire."""
        if self._landing:
            await asyncio.wait(self._landing, timeout=FAREWELL)

    async def _launch(self, id_: bytes, task: tasks.Once, platform: Platform) -> asyncio.Task[None] | None:
        """Mark it, hand it to the network, and return what waits for the answer."""

        def mark(conn: Connection) -> tuple[bool, Letter | None]:
            ours = queries.mark_sending(conn, id_)  # or another worker has begun with it, or it was called off
            return ours, self._letters.write(conn, task) if ours else None

        ours, letter = await self._store.transact(mark)
        if ours and letter is None:
            await self._end(id_, task, "held")
        if letter is None:
            return None
        on_wire, context = asyncio.Event(), copy_context()
        context.run(LAUNCH.set, Launch(id_.hex(), on_wire.set))
        landing = asyncio.create_task(self._land(id_, task, platform, letter, on_wire), context=context)
        self._landing.add(landing)
        landing.add_done_callback(self._landing.discard)
        landing.add_done_callback(lambda _: on_wire.set())
        await on_wire.wait()
        return landing

    async def _land(
        self, id_: bytes, task: tasks.Once, platform: Platform, letter: Letter, on_wire: asyncio.Event
    ) -> None:
        outcome: Outcome = "sent"
        gone: Unreachable | None = None
        try:
            if letter.channel:
                await platform.announce(letter.address.tenant, letter.channel, letter.message)
            else:
                await platform.post(letter.address, letter.message)
        except Slow as slow:
            self.slowed += 1
            log.event("send_slowed", where="sending", kind=task.kind)
            await self._give_back(id_, slow.seconds)
            return
        except Unreachable as error:
            outcome, gone = "unreachable", error
        except Declined as error:
            log.failure("send_failed", error, where="sending", kind=task.kind)
            outcome = "failed"
        except Exception as error:
            log.failure("send_failed", error, where="sending", kind=task.kind)
            if _paced(platform):
                await (self._ask_later(id_) if on_wire.is_set() else self._give_back(id_, UNSENT))
                return
            outcome = "unknown"
        LAUNCH.set(None)  # what follows is said in its own name
        await self._end(id_, task, outcome)
        if gone:
            await self._gone(task, gone)

    async def _gone(self, task: tasks.Once, error: Unreachable) -> None:
        """Note that somebody is not in the chat any more, if the platform says so of them."""
        if not isinstance(error, Left):
            return
        if isinstance(task, tasks.Tell) and not task.channel:
            await self._left(self._vault.sid(task.to))
        elif sid := getattr(task, "sid", None):
            await self._left(sid)

    async def _end(self, id_: bytes, task: tasks.Once, outcome: Outcome) -> None:
        """Note how it ended. A manager is told of a reminder that did not go out."""
        if outcome == "unreachable":
            log.event("unreachable", where="sending", kind=task.kind)
        elif outcome == "unknown":
            log.event("send_unknown", where="sending", kind=task.kind)
        ended = await self._store.transact(lambda conn: self._ended(conn, id_, task, outcome))
        if ended and outcome in UNPOSTED and isinstance(task, tasks.Announce):
            await self._withdrawn(task)

    def _not_now(self, conn: Connection, id_: bytes, task: tasks.Send) -> None:
        """Leave out a check-in of somebody who is away, as if it had never been planned. Why is written nowhere."""
        if self._ended(conn, id_, task, "held"):
            self._letters.unplan(conn, task)

    def _ended(self, conn: Connection, id_: bytes, task: tasks.Once, outcome: Outcome) -> bool:
        """Delete the task and count its end, in one go. False if it was gone."""
        if not queries.drop_effect(conn, id_):
            return False
        if task.audience:
            self._deliveries.ended(conn, task.audience, outcome)
        if outcome in UNPOSTED and isinstance(task, tasks.Announce):
            reminders.drop(conn, task.team, task.due)  # the team had none, so another may be asked for
        return True

    async def _withdrawn(self, task: tasks.Announce) -> None:
        """Tell the manager, in their language, that the reminder did not go out."""
        log.event("reminder_dropped", where="sending", kind=task.kind)
        content, sid = self._library.current, self._vault.sid(task.asker)
        locale = await self._store.transact(lambda conn: self._letters.language(conn, sid))
        words = content.words[content.locale(locale)]["team"]
        assert isinstance(words, TeamWords)
        team = next((each.name for each in content.teams if each.key == task.team), task.team)
        screen = Screen(lines=(words.dropped.fill(team=team),))
        platform = self._platforms.get(task.asker.platform)
        if platform:
            await platform.post(task.asker, self._drawing.public(sid, screen, locale))

    async def _ask_later(self, id_: bytes) -> None:
        """Leave it marked, to be looked at once what is on its way must have arrived."""
        due = int(self._clock.now().timestamp() + UNANSWERED) + 1
        await self._store.transact(lambda conn: queries.put_off(conn, id_, due))

    async def _give_back(self, id_: bytes, seconds: float) -> None:
        due = int(self._clock.now().timestamp() + seconds) + 1
        await self._store.transact(lambda conn: queries.give_back(conn, id_, due))


def _paced(platform: object) -> Paced | None:
    return platform if isinstance(platform, Paced) else None
