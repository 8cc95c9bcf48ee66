"""Carries out effects from their table: asks the provider, draws what was not drawn, sends what is due.

Each effect is held for us by the engine, and deleted when it is done, in the transaction that holds its outcome; a
crash leaves it there, and it is taken up again. What must not be said twice (a check-in, a reminder) is `sending.py`'s.
"""

from collections.abc import Mapping

from adapters.platform import Address, Left, Platform, Public, Shown, Unreachable
from bot import log, tasks
from bot.asking import Asking
from bot.clock import Clock
from bot.contact.calling import Calling
from bot.desk import Desk
from bot.engine.base import Engine
from bot.local import LOOK_AGAIN
from bot.results import Gone
from bot.sending import RETRY, Sending
from bot.store import queries
from bot.store.engine import Store
from bot.vault import Unsealable, Vault


class Errands:
    """What effects do. `drain` carries out all that are due; `run` goes on doing so."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        desk: Desk,
        asking: Asking,
        calling: Calling,
        sending: Sending,
        platforms: Mapping[str, Platform],
        clock: Clock,
        engine: Engine,
    ) -> None:
        self._engine, self._sending = engine, sending
        self._store, self._vault, self._desk, self._asking, self._calling = store, vault, desk, asking, calling
        self._platforms, self._clock = platforms, clock

    async def recover(self) -> None:
        """At the start: take up what a crash left."""
        await self._engine.recover()

    async def run(self) -> None:
        """Carry out effects for as long as the service lives."""
        await self._engine.run(self._carry_out)

    async def drain(self) -> int:
        """Carry out everything that is due now, and what follows from it. Returns how many effects."""
        return await self._engine.drain(self._carry_out)

    async def finish(self) -> None:
        """At the end, when nothing runs any more: wait for the answers to what is on the wire."""
        await self._asking.stop()
        await self._sending.finish()

    @property
    def in_flight(self) -> int:
        """How many messages' answers are waited for."""
        return self._sending.in_flight

    @property
    def slowed(self) -> int:
        """How often a platform asked to wait, since the start."""
        return self._sending.slowed

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
                case tasks.Undo():
                    await self._until(row.id, task, await self._asking.undo(task))
                case tasks.Unlist():
                    await self._until(row.id, task, await self._asking.unlist(task))
                case tasks.Decline():
                    await self._until(row.id, task, await self._asking.decline(task))
                case tasks.Reach():
                    await self._until(row.id, task, await self._asking.reach(task))
                case tasks.Release():
                    await self._asking.release(task)
                    await self._drop(row.id)
                case tasks.Show():
                    await self._show(row.id, task)
                case tasks.Retry():
                    await self._retry(row.id, task)
                case tasks.Ticket() | tasks.Follow():
                    await self._call(row.id, task)
                case tasks.Withdraw():
                    await self._take_back(row.id, task)
                case tasks.News(about=about):
                    await self._post(await self._desk.news(task.sid, about))
                    await self._drop(row.id)
                case (
                    tasks.Caring()
                    | tasks.Upcoming()
                    | tasks.Offered()
                    | tasks.Note()
                    | tasks.Send()
                    | tasks.Announce()
                    | tasks.Tell()
                ):
                    await self._sending.carry_out(row, task)
        except Unreachable as error:
            log.event("unreachable", where="errands", kind=task.kind)
            if isinstance(error, Left) and (sid := getattr(task, "sid", None)):
                await self._desk.left(sid)
            await self._drop(row.id)
        except Exception as error:
            log.failure("effect_failed", error, where="errands", kind=task.kind, attempt=row.attempts)
            if isinstance(task, tasks.Once):
                await self._sending.failed(row, task)
            else:
                await self._again(row)

    async def _ask(self, row: queries.Task, task: tasks.Ask | tasks.Settle) -> None:
        event = await self._asking.answer(task, again=row.attempts > 1)
        if event is None:  # not known yet: a lost booking is asked for until it is
            await self._wait(row.id, task)
            return
        result = await self._desk.deliver(task, row.id, event)
        if isinstance(result, Gone):
            await self._desk.undo(task, event)
        elif result:
            await self._draw(*result)

    async def _until(
        self, id_: bytes, task: tasks.Undo | tasks.Unlist | tasks.Decline | tasks.Reach, done: bool
    ) -> None:
        """Drop what is done; what is not is tried again."""
        if done:
            await self._drop(id_)
        else:
            await self._wait(id_, task)

    async def _retry(self, id_: bytes, task: tasks.Retry) -> None:
        """See whether booking works again for somebody who wants to be told."""
        if await self._asking.works():
            await self._desk.resumed(task.sid, id_)
        else:
            due = int((self._clock.now() + LOOK_AGAIN).timestamp())
            await self._store.transact(lambda conn: queries.postpone(conn, id_, due))

    async def _call(self, id_: bytes, task: tasks.Ticket | tasks.Follow) -> None:
        """Hand a request to be called back over, or see at the promised time whether the promise was kept."""
        again = int(self._clock.now().timestamp()) + self._calling.patience(task)
        ticket = await self._desk.ticket(task.sid, task.key)
        if ticket is None:
            await self._drop(id_)
            return
        if isinstance(task, tasks.Follow):
            status = await self._calling.follow(task)
        else:
            status = await self._calling.hand_over(ticket)
        if status is None:
            await self._store.transact(lambda conn: queries.postpone(conn, id_, again))
        elif result := await self._desk.ticketed(task, id_, status, again):
            await self._draw(*result)

    async def _take_back(self, id_: bytes, task: tasks.Withdraw) -> None:
        if await self._calling.withdraw(task):
            await self._drop(id_)
        else:
            again = int(self._clock.now().timestamp()) + self._calling.patience(task)
            await self._store.transact(lambda conn: queries.postpone(conn, id_, again))

    async def _wait(
        self, id_: bytes, task: tasks.Ask | tasks.Settle | tasks.Undo | tasks.Unlist | tasks.Decline | tasks.Reach
    ) -> None:
        due = int(self._clock.now().timestamp()) + self._asking.patience(task)
        await self._store.transact(lambda conn: queries.postpone(conn, id_, due))

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

    async def _again(self, row: queries.Task) -> None:
        """Give it back for later; what was tried often enough is dropped."""
        if row.attempts > len(RETRY):
            log.event("effect_given_up", where="errands", attempt=row.attempts)
            await self._drop(row.id)
            return
        due = int(self._clock.now().timestamp()) + RETRY[row.attempts - 1]
        await self._store.transact(lambda conn: queries.postpone(conn, row.id, due))

    async def _drop(self, id_: bytes) -> None:
        await self._store.transact(lambda conn: queries.drop_effect(conn, id_))
