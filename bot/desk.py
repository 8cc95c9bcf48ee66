"""The door through which everything goes: one arrival, one transaction, one screen."""

import asyncio
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from adapters.platform import Address, Arrival, Busy, Forged, Front, Notes, Profile, Public, Shown
from bot import log, tasks
from bot.calendar_file import calendar_file
from bot.clock import Clock
from bot.deliveries import Deliveries
from bot.people import People
from bot.results import Gone
from bot.routing import SLASH, meant_by
from bot.store import queries
from bot.store.engine import Store
from bot.tokens import Made, Standing, Step
from bot.turns import Turns
from bot.vault import Vault
from content.library import Library
from flows import screening
from flows.core.care import Appointment, Status, Ticket, Waiting
from flows.core.events import Answered, Event, Said
from flows.core.retention import CONVERSATION
from flows.core.typed import plain
from flows.country import IN
from flows.safety import MORE_HELP, Alarm, Layer, Reader, agrees, gravest, normalise

PATIENCE = 2.5  # seconds for the database: Slack waits 3, and delivers again what was not acknowledged
PATIENCE_URGENT = 1.5  # seconds that somebody in crisis waits, before help comes from memory
_FEW = 3  # words that fill a field, and are no sentence to be understood


class Desk:
    """Takes arrivals and results, and answers with what to draw once it is committed."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        people: People,
        library: Library,
        clock: Clock,
        layers: Sequence[Layer] = (),
    ) -> None:
        self._store, self._vault, self._people, self._library, self._clock = store, vault, people, library, clock
        self._layers = layers
        self.deliveries = Deliveries(vault, clock)
        self._turns = Turns(vault, people, library, clock)
        self.drawing = self._turns.drawing
        self.wake = asyncio.Event()  # set when effects may have been planned

    async def receive(self, arrival: Arrival) -> Shown | None:
        """Take one arrival: safety first, then one transaction.

        Raises Busy if nothing was committed, Forged for a token that is not ours; crisis help raises neither.
        """
        sid = self._vault.sid(arrival.address)
        alarm = await asyncio.to_thread(self._alarm, arrival) if arrival.event else None
        made = self._turns.tokens.read(sid, arrival.token, self._clock.now()) if arrival.token else None
        asked = self._asked(arrival, made)
        urgent = alarm is not None or bool(asked)
        more = self._asks_for_more(arrival, made, sid)
        if arrival.admitted is False or (arrival.admitted is None and urgent):
            return self._remembered(arrival, alarm, asked, sid)
        if arrival.admitted is None and not urgent:
            raise Busy  # the platform did not say who this is: it should ask again
        patience, stood = PATIENCE_URGENT if more else PATIENCE, self._people.crisis(sid)
        turn = self._store.transact(lambda conn: self._turns.arrive(conn, arrival, sid, alarm, made), patience)
        try:
            shown = await (asyncio.wait_for(turn, PATIENCE_URGENT) if urgent else turn)
        except Forged:
            raise
        except Exception as error:
            log.failure("turn_failed", error, where="desk")
            self._people.still_in(sid, stood)
            if urgent:
                return self._remembered(arrival, alarm, asked, sid)
            if more:
                return self._remembered(arrival, None, "help", sid)
            raise Busy from None
        self.wake.set()
        return shown

    def standing(self, arrival: Arrival) -> str:
        """Return what a standing button that brought this arrival does; empty for anything else."""
        sid = self._vault.sid(arrival.address)
        made = self._turns.tokens.read(sid, arrival.token, self._clock.now()) if arrival.token else None
        return made.key if isinstance(made, Standing) else ""

    async def front(self, address: Address, profile: Profile, admitted: bool | None) -> Front:
        """Return somebody's front page, or the refusal of somebody whom the service does not serve.

        Looking changes nothing. Raises Busy if it cannot be told now."""
        sid = self._vault.sid(address)
        if admitted is False:
            refusal = self.drawing.refusal(sid, profile.locale)
            return Front(screen=refusal.screen, tokens=refusal.tokens)
        if admitted is None:
            raise Busy
        try:
            return await self._store.transact(lambda conn: self._turns.front(conn, sid, address, profile), PATIENCE)
        except Exception as error:
            log.failure("front_failed", error, where="desk")
            raise Busy from None

    def notes(self, address: Address, profile: Profile) -> Notes:
        """Return what a platform says to somebody where there is no screen. Needs no database."""
        sid = self._vault.sid(address)
        return self.drawing.notes(sid, self._people.spoken(sid, profile))

    async def deliver(
        self, task: tasks.Ask | tasks.Settle, done: bytes, event: Event
    ) -> tuple[Address, Shown] | Gone | None:
        """Bring an errand's result back. `done` is its effect, deleted in the same transaction."""
        result = await self._store.transact(lambda conn: self._turns.results.deliver(conn, task, done, event))
        self.wake.set()
        return result

    async def undo(self, task: tasks.Ask | tasks.Settle, event: Event) -> None:
        """Plan to undo what the provider did for somebody who is gone or wants it no more."""
        await self._store.transact(lambda conn: self._turns.results.undo(conn, task, event))
        self.wake.set()

    async def found(self, sid: bytes, held: Appointment, now: Appointment | None) -> bool:
        """Put right what somebody holds by what the provider holds. False if they do not hold it that way any more."""
        changed = await self._store.transact(lambda conn: self._turns.findings.found(conn, sid, held, now))
        self.wake.set()
        return changed

    async def waits(self, sid: bytes, held: Waiting, now: Waiting | Appointment | None) -> bool:
        """Put right somebody's place on a waiting list. False if it is not held that way any more."""
        changed = await self._store.transact(lambda conn: self._turns.findings.waits(conn, sid, held, now))
        self.wake.set()
        return changed

    async def missed(self, sid: bytes, held: Appointment) -> bool:
        """Note that the provider says that nobody came. False if that is not held any more."""
        noted = await self._store.transact(lambda conn: self._turns.findings.missed(conn, sid, held))
        self.wake.set()
        return noted

    async def left(self, sid: bytes) -> None:
        """Note that the platform says that somebody is not there any more."""
        await self._store.transact(lambda conn: self._turns.findings.left(conn, sid))
        self.wake.set()

    async def resumed(self, sid: bytes, done: bytes) -> None:
        """Plan to tell somebody who asked for it that booking works again. `done` is the errand that found out."""
        await self._store.transact(lambda conn: self._turns.findings.resumed(conn, sid, done))
        self.wake.set()

    async def file(self, address: Address) -> bytes | None:
        """Return the file that goes with somebody's screen, for their calendar; None if there is none. Raises Busy."""
        sid = self._vault.sid(address)
        try:
            given = await self._store.transact(lambda conn: self._turns.file(conn, sid), PATIENCE)
        except Exception as error:
            log.failure("file_failed", error, where="desk")
            raise Busy from None
        if given is None:
            return None
        entry, one, stands = given
        made = partial(calendar_file, entry, one.slot.start, one.slot.end, self._clock.now(), stands=stands)
        return await asyncio.to_thread(made)

    async def current(self, sid: bytes, turn: str) -> tuple[Address, Shown] | None:
        """Return the person's screen if it is still the one of this turn: to draw it after a restart."""
        return await self._store.transact(lambda conn: self._turns.current(conn, sid, turn))

    async def drawn(self, address: Address, turn: str) -> None:
        """Note that the platform shows the screen of this turn: it need not be drawn again."""
        show = self._vault.effect_id("show", self._vault.sid(address), turn)
        await self._store.transact(lambda conn: queries.drop_effect(conn, show))

    async def news(self, sid: bytes, about: str) -> tuple[Address, Public] | None:
        """Return a message that something has an answer; None if nothing is held about them any more."""
        return await self._store.transact(lambda conn: self._turns.news(conn, sid, about))

    async def ticket(self, sid: bytes, key: str) -> Ticket | None:
        """Return a request to be called back, if it is still wanted."""
        return await self._store.transact(lambda conn: self._turns.results.ticket(conn, sid, key))

    async def ticketed(
        self, task: tasks.Ticket | tasks.Follow, done: bytes, status: Status, again: int
    ) -> tuple[Address, Shown] | None:
        """Bring back what became of a request to be called back."""
        result = await self._store.transact(lambda conn: self._turns.results.ticketed(conn, task, done, status, again))
        self.wake.set()
        return result

    async def woke(self, sids: Sequence[bytes]) -> int:
        """Plan people's due check-ins. Returns how many go out."""

        def turn(conn: Connection) -> int:
            planned, held = self._turns.woke(conn, sids)
            self.deliveries.planned(conn, "checkin", planned, held=held)
            return planned

        hints = self._people.hints
        before = {sid: hints[sid] for sid in sids if sid in hints}
        try:
            planned = await self._store.transact(turn)
        except Exception:  # nothing was moved on: the next tick looks at them again
            for sid, hint in before.items():
                hints.note(sid, hint)
            raise
        self.wake.set()
        return planned

    async def purge(self, sids: Sequence[bytes]) -> int:
        """Drop what has had its time with each of these people. Returns how many they are."""
        return await self._store.transact(lambda conn: sum(self._turns.purge(conn, sid) for sid in sids))

    def _remembered(self, arrival: Arrival, alarm: Alarm | None, asked: str, sid: bytes) -> Shown:
        """Draw help, or a refusal, without the database. Where they say they are holds at once."""
        if asked.startswith(IN):
            self._people.in_country(sid, asked.removeprefix(IN), self._clock.now() + CONVERSATION)
        spoken = arrival.model_copy(update={"profile": self._people.spoken(sid, arrival.profile)})
        return self.drawing.memory(spoken, alarm, asked, sid, self._people.country(sid))

    def _alarm(self, arrival: Arrival) -> Alarm | None:
        """Read every text that somebody typed, and the answer about self-harm, before anything else is done with it."""
        match arrival.event:
            case Said(text=text):
                return self._read(text)
            case Answered(values=values) if screening.hurts(values):
                return Alarm(kind="self", level="strong")
            case Answered(values=values):
                # What was chosen comes among what was typed, as one word; and "sam at home" is a contact. The few words
                # that fill a field say too little to be understood, so they are the lexicon's matter.
                return gravest(self._read(text, few=len(text.split()) <= _FEW) for text in values.values())
            case None:
                return None

    def warm(self) -> None:
        """Put the reader together, which takes half a second at the first text: nobody's first message waits for it."""
        self._read("warm up")

    def _read(self, text: str, *, few: bool = False) -> Alarm | None:
        """Read one text. What somebody types to be understood by the letter is no sentence to learn anything from."""
        content = self._library.current
        by_the_letter = few or normalise(text) in content.by_letter
        try:
            return Reader(content.lexicons, () if by_the_letter else self._layers).read(text)
        except Exception as error:  # a layer that fails takes no other with it
            log.failure("layer_failed", error, where="desk")
            return Reader(content.lexicons).read(text)

    def _asked(self, arrival: Arrival, made: Made | None) -> str:
        """Return which of the things that need no database is asked for: "help", the lines of a "country", or where
        somebody says they are, as its button says it; "my_plan", as whoever wants that in a hard hour gets help, at
        least, if it cannot be opened; empty for anything else."""
        if isinstance(arrival.event, Said):
            said = plain(arrival.event.text)
            content = self._library.current
            meant = (arrival.command and SLASH.get(said)) or meant_by(said, content.typed(arrival.profile.locale)) or ""
        else:
            meant = made.key if isinstance(made, Standing) else ""
        if meant == "my_plan":
            return "" if arrival.admitted is False else meant
        return meant if meant in {"help", "country"} or meant.startswith(IN) else ""

    def _asks_for_more(self, arrival: Arrival, made: Made | None, sid: bytes) -> bool:
        """Tell whether somebody asks for more help in the crisis conversation that they have open there: what that
        leads to is sealed, so help comes from memory. Whoever hides it, leaves it or meant something else gets none."""
        turn = self._people.in_crisis(sid, arrival.place, self._clock.now())
        if not turn:
            return False
        if isinstance(arrival.event, Said):
            return agrees(arrival.event.text)
        if not isinstance(made, Step) or arrival.event or arrival.closing:
            return False
        exercises = self._library.current.catalog(arrival.profile.locale).calm
        buttons = (*((key, "") for key in MORE_HELP), *(("grounding", each.key) for each in exercises))
        return any(self._turns.tokens.names(made, sid, turn, key, arg) for key, arg in buttons)
