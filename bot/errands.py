"""Carries out effects from their table: asks the provider, draws what was not drawn, sends what is due.

Each effect is claimed by a lease and deleted when it is done, in the transaction that holds its outcome; a
crash leaves it there, and it is taken up again. What must not be said twice (a check-in, a reminder) is marked
`sending` before the call: found so after a crash, it is not repeated: a missed nudge is better than a double one.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from adapters.platform import Address, Platform, Public, Shown, Unreachable
from bot import log, tasks
from bot.asking import Asking
from bot.clock import Clock
from bot.desk import Desk
from bot.store import queries
from bot.store.engine import Store
from bot.turns import Gone
from bot.vault import Unsealable, Vault
from content.library import Library
from flows.core.events import Booked
from flows.team import FLOOR, TeamWords, reminder

LEASE = timedelta(seconds=60)
AT_ONCE = 16  # effects carried out at the same time
POLL = 1.0  # seconds between looks, if nothing wakes us
RETRY = (2, 10, 60, 300)  # seconds until the next try of something that may be repeated; then it is given up


class Errands:
    """The one worker. `drain` carries out all that is due; `run` goes on doing so."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        desk: Desk,
        asking: Asking,
        platforms: Mapping[str, Platform],
        library: Library,
        clock: Clock,
    ) -> None:
        self._store, self._vault, self._desk, self._asking = store, vault, desk, asking
        self._platforms, self._library, self._clock = platforms, library, clock

    async def recover(self) -> None:
        """At the start of the one service: whoever held a lease is dead."""
        await self._store.transact(queries.release_all)

    async def run(self) -> None:
        """Carry out effects for as long as the service lives."""
        while True:
            try:
                await self.drain()
            except Exception as error:  # the database may be back in a second
                log.failure("errands_failed", error, where="errands")
            try:
                await asyncio.wait_for(self._desk.wake.wait(), POLL)
            except TimeoutError:
                continue
            self._desk.wake.clear()

    async def drain(self) -> int:
        """Carry out everything that is due now, and what follows from it. Returns how many effects."""
        count = 0
        while claimed := await self._claim():
            await asyncio.gather(*(self._carry_out(each) for each in claimed))
            count += len(claimed)
        return count

    async def _claim(self) -> list[queries.Task]:
        now = self._clock.now()
        until = int((now + LEASE).timestamp())
        return await self._store.transact(lambda conn: queries.claim(conn, int(now.timestamp()), until, AT_ONCE))

    async def _carry_out(self, row: queries.Task) -> None:
        try:
            task = tasks.unseal(self._vault, row.id, row.body)
        except Unsealable as error:
            log.failure("effect_unsealable", error, where="errands")
            await self._drop(row.id)
            return
        try:
            match task:
                case tasks.Ask() | tasks.Settle():
                    await self._ask(row, task)
                case tasks.Show():
                    await self._show(row.id, task)
                case tasks.News():
                    await self._post(await self._desk.reach(task.sid))
                    await self._drop(row.id)
                case tasks.Send() | tasks.Announce():
                    await self._once(row, task)
        except Unreachable:
            log.event("unreachable", where="errands", kind=task.kind)
            await self._drop(row.id)
        except Exception as error:
            log.failure("effect_failed", error, where="errands", kind=task.kind, attempt=row.attempts)
            await self._again(row)

    async def _ask(self, row: queries.Task, task: tasks.Ask | tasks.Settle) -> None:
        event = await self._asking.answer(task, again=row.attempts > 1)
        if event is None:  # not known yet: a lost booking is asked for until it is
            due = int(self._clock.now().timestamp()) + self._asking.patience(task)
            await self._store.transact(lambda conn: queries.postpone(conn, row.id, due))
            return
        result = await self._desk.deliver(task, row.id, event)
        if isinstance(result, Gone):
            if isinstance(event, Booked):
                await self._asking.undo(event.appointment)
        elif result:
            await self._draw(*result)

    async def _show(self, id_: bytes, task: tasks.Show) -> None:
        current = await self._desk.current(task.sid, task.turn)
        if current:
            await self._draw(*current)
        await self._drop(id_)

    async def _draw(self, address: Address, shown: Shown) -> None:
        platform = self._platforms.get(address.platform)
        if platform:
            await platform.show(address, shown)
            await self._desk.drawn(address, shown.turn)

    async def _post(self, message: tuple[Address, Public] | None) -> None:
        if message and (platform := self._platforms.get(message[0].platform)):
            await platform.post(*message)

    async def _once(self, row: queries.Task, task: tasks.Send | tasks.Announce) -> None:
        if row.state == "sending":  # we died in the call: it may have arrived, so it is not said again
            log.event("send_unknown", where="errands", kind=task.kind)
            await self._drop(row.id)
            return
        if not await self._store.transact(lambda conn: queries.mark_sending(conn, row.id)):
            return
        try:
            if isinstance(task, tasks.Send):
                await self._post(await self._desk.reach(task.sid, task.nudge))
            else:
                await self._announce(task)
        except Unreachable:
            raise
        except Exception as error:  # the call may have arrived all the same
            log.failure("send_unknown", error, where="errands", kind=task.kind)
        await self._drop(row.id)

    async def _announce(self, task: tasks.Announce) -> None:
        """Post a reminder, in the words and to the channel that HR's files hold now."""
        content = self._library.current
        entry = next((each for each in content.teams if each.key == task.team), None)
        text = next((each.text for each in content.templates if each.key == task.template), None)
        platform = self._platforms.get(task.asker.platform)
        channel = getattr(entry.channel, task.asker.platform, None) if entry else None
        if entry is None or entry.size < FLOOR or text is None or channel is None or platform is None:
            log.event("reminder_dropped", where="errands", kind=task.kind)
            return
        words = content.words[content.locale("")]["team"]
        assert isinstance(words, TeamWords)
        asked = self._desk.drawing.common("").asked_by.fill(who=task.name)
        message = self._desk.drawing.anybody(reminder(text, asked, words))
        await platform.announce(task.asker.tenant, channel, message)

    async def _again(self, row: queries.Task) -> None:
        """Give it back for later; what may not be repeated, or was tried often enough, is dropped."""
        if row.attempts > len(RETRY):
            log.event("effect_given_up", where="errands", attempt=row.attempts)
            await self._drop(row.id)
            return
        due = int(self._clock.now().timestamp()) + RETRY[row.attempts - 1]
        await self._store.transact(lambda conn: queries.postpone(conn, row.id, due))

    async def _drop(self, id_: bytes) -> None:
        await self._store.transact(lambda conn: queries.drop_effect(conn, id_))
