"""Saves a record at the end of a turn, with the promise that its screen is drawn."""

from datetime import timedelta

from sqlalchemy import Connection

from adapters.platform import Shown
from bot import tasks
from bot.clock import Clock
from bot.drawing import Drawing
from bot.local import Local
from bot.people import People
from bot.record import Record
from bot.stepping import Stepping
from bot.store import queries

CONFIRM = timedelta(seconds=30)  # a screen that the platform has not confirmed by then is drawn again


class Keeping:
    """What every turn ends with, a person's or an errand's. Runs inside its transaction."""

    def __init__(self, people: People, local: Local, stepping: Stepping, drawing: Drawing, clock: Clock) -> None:
        self._people, self._local, self._stepping, self._drawing = people, local, stepping, drawing
        self._clock = clock

    def shown(self, record: Record, note: str = "") -> Shown:
        """Return the screen where somebody's conversation stands."""
        conversation = record.private.conversation
        at = self._stepping.moment(record, conversation.frame.flow if conversation else "")
        return self._drawing.shown(record, at, note)

    def keep(self, conn: Connection, record: Record, shown: Shown) -> Shown:
        """Save the record, and with it the promise to draw the screen if the adapter should die first. A page asks by
        itself where it stands: whoever left it wants nothing of it in the chat."""
        self._people.save(conn, record)
        if record.place == "page":
            return shown
        now = self._clock.now()
        show = tasks.Show(sid=record.sid, turn=shown.turn)
        id_ = self._local.plan(conn, show, now, record.sid, shown.turn)
        queries.lease(conn, id_, int((now + CONFIRM).timestamp()))  # the adapter holds it
        return shown
