"""Carries out effects from their table: asks the provider, draws what was not drawn, sends what is due.

Each effect is held for us by the engine, and deleted when it is done, in the transaction that holds its outcome; a
crash leaves it there, and it is taken up again. What must not be said twice (a check-in, a reminder) is marked
`sending` before the call: found so after a crash, it is not repeated: a missed nudge is better than a double one.
"""

import asyncio
from collections.abc import Mapping

from adapters.platform import Address, Platform, Public, Shown, Unreachable
from bot import log, tasks
from bot.asking import Asking
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.contact.calling import Calling
from bot.desk import Desk
from bot.engine.base import Engine
from bot.store import queries
from bot.store.engine import Store
from bot.turns import Gone
from bot.vault import Unsealable, Vault
from content.library import Library
from flows.core.events import Booked
from flows.core.screen import Screen
from flows.core.timing import WINDOW
from flows.team import FLOOR, TeamWords, reminder

RETRY = (2, 10, 60, 300)  # seconds until the next try of something that may be repeated; then it is given up


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
        platforms: Mapping[str, Platform],
        campaigns: Campaigns,
        library: Library,
        clock: Clock,
        engine: Engine,
    ) -> None:
        self._engine = engine
        self._one_at_a_time = asyncio.Lock()  # what is said once only: if we die in the call, one at most is lost
        self._store, self._vault, self._desk, self._asking, self._calling = store, vault, desk, asking, calling
        self._platforms, self._library, self._clock = platforms, library, clock
        self._campaigns = campaigns

    async def recover(self) -> None:
        """At the start: take up what a crash left."""
        await self._engine.recover()

    async def run(self) -> None:
        """Carry out effects for as long as the service lives."""
        await self._engine.run(self._carry_out)

    async def drain(self) -> int:
        """Carry out everything that is due now, and what follows from it. Returns how many effects."""
        return await self._engine.drain(self._carry_out)

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
                    await self._undo(row.id, task)
                case tasks.Show():
                    await self._show(row.id, task)
                case tasks.Ticket() | tasks.Follow():
                    await self._call(row.id, task)
                case tasks.Withdraw():
                    await self._take_back(row.id, task)
                case tasks.News(about=about):
                    await self._post(await self._desk.news(task.sid, about))
                    await self._drop(row.id)
                case tasks.Caring() | tasks.Send() | tasks.Announce() | tasks.Tell():
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
            await self._wait(row.id, task)
            return
        result = await self._desk.deliver(task, row.id, event)
        if isinstance(result, Gone):
            if isinstance(event, Booked):
                await self._store.transact(lambda conn: self._desk.undo(conn, task.key))
        elif result:
            await self._draw(*result)

    async def _undo(self, id_: bytes, task: tasks.Undo) -> None:
        if await self._asking.undo(task):
            await self._drop(id_)
        else:
            await self._wait(id_, task)

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

    async def _wait(self, id_: bytes, task: tasks.Ask | tasks.Settle | tasks.Undo) -> None:
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

    async def _once(self, row: queries.Task, task: tasks.Caring | tasks.Send | tasks.Announce | tasks.Tell) -> None:
        if row.state == "sending":  # we died in the call: it may have arrived, so it is not said again
            log.event("send_unknown", where="errands", kind=task.kind)
            await self._drop(row.id)
            return
        async with self._one_at_a_time:
            await self._say(row, task)

    async def _say(self, row: queries.Task, task: tasks.Caring | tasks.Send | tasks.Announce | tasks.Tell) -> None:
        if isinstance(task, tasks.Send):
            await self._send(row.id, task)
            return
        if not await self._store.transact(lambda conn: queries.mark_sending(conn, row.id)):
            return
        try:
            if isinstance(task, tasks.Caring):
                await self._post(await self._desk.care(task))
            elif isinstance(task, tasks.Tell):
                await self._tell(task)
            elif not await self._announce(task):
                await self._withdraw(task)
        except Unreachable:
            if isinstance(task, tasks.Announce):
                await self._withdraw(task)
            raise
        except Exception as error:  # the call may have arrived all the same
            log.failure("send_unknown", error, where="errands", kind=task.kind)
        await self._drop(row.id)

    async def _send(self, id_: bytes, task: tasks.Send) -> None:
        """Send a check-in: marked in the transaction that says what to send, so it is marked before the call."""
        ours, message = await self._desk.send(id_, task)
        if not ours:
            return
        try:
            await self._post(message)
        except Unreachable:
            raise
        except Exception as error:  # the call may have arrived all the same
            log.failure("send_unknown", error, where="errands", kind=task.kind)
        await self._drop(id_)

    async def _tell(self, task: tasks.Tell) -> None:
        """Say what everybody gets alike, to one of them or in one channel."""
        message, platform = self._campaigns.message(task), self._platforms.get(task.to.platform)
        if message is None or platform is None:
            log.event("campaign_dropped", where="errands", kind=task.kind)
        elif task.channel:
            await platform.announce(task.to.tenant, task.channel, message)
        else:
            await platform.post(task.to, message)

    async def _announce(self, task: tasks.Announce) -> bool:
        """Post a reminder, in the words and to the channel that HR's files hold now. False if it may not go out."""
        content, asker = self._library.current, task.asker
        entry = next((each for each in content.teams if each.key == task.team), None)
        text = next((each.text for each in content.templates if each.key == task.template), None)
        platform = self._platforms.get(asker.platform)
        channel = getattr(entry.channel, asker.platform, None) if entry else None
        if entry is None or entry.size < FLOOR or text is None or platform is None:
            return False
        if self._late(task.due) or asker.user not in getattr(entry.managers, asker.platform, ()):
            return False
        if task.each:
            return await self._campaigns.each(task)
        if channel is None or entry.external:
            return False
        asked = self._desk.drawing.common("").asked_by.fill(who=task.name)
        message = self._desk.drawing.anybody(reminder(text, asked, self._team_words()))
        await platform.announce(asker.tenant, channel, message)
        return True

    async def _withdraw(self, task: tasks.Announce) -> None:
        """Tell the manager that the reminder did not go out; the team had none, so another may be asked for."""
        log.event("reminder_dropped", where="errands", kind=task.kind)
        await self._store.transact(lambda conn: queries.drop_reminder(conn, task.team, task.due))
        team = next((each.name for each in self._library.current.teams if each.key == task.team), task.team)
        screen = Screen(lines=(self._team_words().dropped.fill(team=team),))
        await self._post((task.asker, self._desk.drawing.public(self._vault.sid(task.asker), screen, "")))

    def _team_words(self) -> TeamWords:
        content = self._library.current
        words = content.words[content.locale("")]["team"]
        assert isinstance(words, TeamWords)
        return words

    def _late(self, due: int) -> bool:
        return self._clock.now().timestamp() - due > WINDOW.total_seconds()

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
