"""Carries requests to be called back to the staffed contact, and says what became of each: the truth, always."""

from datetime import timedelta

from bot import log, tasks
from bot.clock import Clock
from bot.contact.wire import Desk, DeskDown, DeskRefused
from flows.core.care import Status, Ticket

DOUBT = timedelta(minutes=2)  # after the promised time, in which a desk that does not answer is asked again
GIVE_UP = timedelta(hours=24)  # taking a request back from a desk that does not answer
PATIENCE = 300  # seconds between two tries, at most


class Calling:
    """Speaks to the desk; never raises for what a desk may do. Without a desk nothing is handed over to anybody."""

    def __init__(self, desk: Desk | None, clock: Clock) -> None:
        self._desk, self._clock = desk, clock

    async def hand_over(self, ticket: Ticket) -> Status:
        """Try to hand a request over, up to the promised time: what comes later would keep no promise. Then ask whether
        somebody took it up all the same: the desk's answer may have been lost, or we were down."""
        if self._desk is None or ticket.request is None:
            return "lost"
        if self._clock.now() >= ticket.promised:
            return "taken" if await self._came(self._desk, ticket.key) else "lost"
        try:
            await self._desk.hand_over(ticket.key, ticket.request.items())
        except DeskDown:
            return "late"
        except DeskRefused:
            log.event("ticket_refused", where="contact")
            return "refused"
        return "sent"

    async def follow(self, task: tasks.Follow) -> Status | None:
        """Tell whether the promise was kept; None if the desk should be asked once more."""
        try:
            return "taken" if self._desk and await self._desk.taken(task.key) else "missed"
        except DeskDown:
            return "missed" if self._age(task) > DOUBT.total_seconds() else None

    async def _came(self, desk: Desk, key: str) -> bool:
        try:
            return await desk.taken(key)
        except DeskDown:
            return False

    async def withdraw(self, task: tasks.Withdraw) -> bool:
        """Take a request back. False if the desk has to be asked again later."""
        try:
            if self._desk:
                await self._desk.withdraw(task.key)
        except DeskDown:
            if self._age(task) <= GIVE_UP.total_seconds():
                return False
            log.event("withdraw_given_up", where="contact")
        except DeskRefused:
            log.event("withdraw_refused", where="contact")
        return True

    def patience(self, task: tasks.Ticket | tasks.Follow | tasks.Withdraw) -> int:
        """Return how many seconds to wait before the next try: the longer it takes, the more."""
        return 30 if isinstance(task, tasks.Follow) else int(max(5, min(self._age(task), PATIENCE)))

    def _age(self, task: tasks.Ticket | tasks.Follow | tasks.Withdraw) -> float:
        return self._clock.now().timestamp() - task.since
