"""What happens inside one transaction: load, route, step, save, and say what to draw."""

from collections.abc import Sequence

from sqlalchemy import Connection

from adapters.platform import Address, Arrival, Front, Profile, Public, Shown
from bot.clock import Clock
from bot.drawing import Drawing
from bot.expiry import expire, has_left
from bot.findings import Findings
from bot.keeping import Keeping
from bot.local import Local
from bot.people import People, managed_by, welcome
from bot.record import Private, Record
from bot.results import Results
from bot.routing import Enter, Here, Nothing, Redraw, Take, Usage, bound, route
from bot.stepping import Stepping
from bot.store import queries
from bot.tokens import Made, Tokens
from bot.vault import Vault
from bot.waking import Waking
from content.library import Library
from flows import booking
from flows.core.care import Appointment
from flows.core.events import Answered, Event, Said
from flows.country import IN
from flows.safety import Alarm


class Turns:
    """The turns of the desk. Every method runs inside a transaction and touches nothing but it."""

    def __init__(self, vault: Vault, people: People, library: Library, clock: Clock) -> None:
        self._vault, self._people, self._library, self._clock = vault, people, library, clock
        self.tokens = Tokens(vault, lambda: [f"{IN}{code}" for code in library.current.regions])
        self.drawing = Drawing(self.tokens, library, clock)
        self._local = Local(vault, library, clock)
        self._stepping = Stepping(self._local, library, clock)
        self._keeping = Keeping(people, self._local, self._stepping, self.drawing, clock)
        self.findings = Findings(people, self._local, clock)
        self.results = Results(people, self._local, self._stepping, self._keeping, clock)
        self._waking = Waking(vault, people, self._stepping, library, clock)

    def arrive(
        self, conn: Connection, arrival: Arrival, sid: bytes, alarm: Alarm | None, made: Made | None
    ) -> Shown | None:
        """Take one arrival; None if it is a repetition whose screen is drawn already. Raises Forged."""
        now, content = self._clock.now(), self._library.current
        tag = self._vault.tag(f"{arrival.address.platform}:{arrival.id}")
        if not queries.see(conn, tag, int(now.timestamp()) // 86400):
            return self._repeated(conn, sid)
        record = self._people.load(conn, sid) or self._people.stranger(sid, arrival.address)
        record.place = arrival.place
        self._look_back(conn, record)
        welcome(record, arrival.profile, content)
        if arrival.reference:
            record.set_ops(reference=arrival.reference)
        if record.ops.left:
            record.set_ops(left=None)  # they are there after all
        expired = expire(record, now)
        commands = content.typed(record.ops.locale)
        way = route(arrival, self._here(record), alarm, made, self.tokens, commands)
        if isinstance(way, Nothing):
            return None
        if isinstance(way, Usage):
            return self.drawing.usage(sid, record.ops.locale)
        if expired and isinstance(way, Redraw) and arrival.token:
            way = Redraw("expired")
        return self._take(conn, record, way, arrival)

    def front(self, conn: Connection, sid: bytes, address: Address, profile: Profile) -> Front:
        """Return somebody's front page. Looking is no act: nothing is saved, and nobody's row begins with it."""
        held = self._people.load(conn, sid)
        record = held or self._people.stranger(sid, address)
        welcome(record, profile, self._library.current)
        expire(record, self._clock.now())
        agreed = not self._stepping.gated(record, "home")
        return self.drawing.front(record, self._stepping.moment(record), agreed, held is not None)

    def file(self, conn: Connection, sid: bytes) -> tuple[str, Appointment, bool] | None:
        """Return what the file holds that goes with somebody's screen: the entry's name, the appointment, and whether
        it stands. None if there is no file. Taking it changes nothing."""
        record = self._people.load(conn, sid)
        if record is None or expire(record, self._clock.now()):
            return None
        frame = record.private.conversation.frame if record.private.conversation else None
        if frame is None or frame.flow != booking.FLOW.name or self._stepping.gated(record, frame.flow):
            return None
        given = booking.filed(booking.FLOW.thaw(frame.version, dict(frame.state)))
        if given is None:
            return None
        one, stands = given
        return self._vault.entry(sid, one.origin or one.key), one, stands

    def current(self, conn: Connection, sid: bytes, turn: str) -> tuple[Address, Shown] | None:
        """Return the person's screen and where it belongs, if it is still the one of this turn."""
        record = self._people.load(conn, sid)
        if record is None or expire(record, self._clock.now()):
            return None
        self._look_back(conn, record)
        if self._here(record).turn != turn:
            return None
        return record.ops.address, self._keeping.shown(record)

    def woke(self, conn: Connection, sids: Sequence[bytes]) -> tuple[int, int]:
        """Plan the check-ins of these people that are due. Returns how many go out, and how many do not."""
        return self._waking.woke(conn, sids)

    def purge(self, conn: Connection, sid: bytes) -> bool:
        """Drop what has had its time: a conversation that nobody went on with, an appointment long over, and
        everything about somebody who never agreed to the notice."""
        record = self._people.load(conn, sid)
        if record is None:
            self._people.hints.drop(sid)  # where somebody said they are, of whom nothing is held
            return False
        expire(record, self._clock.now())
        gone = has_left(record, self._clock.now())
        if gone:
            self._local.forget(conn, record)
        if gone or (not record.ops.notice and record.private == Private()):
            self._people.forget(conn, sid)
        else:
            self._people.save(conn, record)
        return True

    def news(self, conn: Connection, sid: bytes, about: str) -> tuple[Address, Public] | None:
        """Return a message that something somebody asked for has an answer."""
        record = self._people.load(conn, sid)
        if record is None:
            return None
        return record.ops.address, self.drawing.news(sid, about, record.ops.locale)

    def _look_back(self, conn: Connection, record: Record) -> None:
        if managed_by(record.ops.address, self._library.current):
            self._local.look_back(conn, record)

    # -- within a turn --------------------------------------------------------------------------------------

    def _take(self, conn: Connection, record: Record, way: Enter | Take | Redraw, arrival: Arrival) -> Shown:
        note, conversation, name = "", record.private.conversation, arrival.profile.name
        if isinstance(way, Redraw):
            note = way.note
            if conversation is None:
                way = Enter("home")
        if isinstance(way, Take) and conversation and self._stepping.withheld(record, way.event):
            way = Enter(conversation.frame.flow)
        forgotten: bool | None = False
        if isinstance(way, Enter):
            forgotten = self._stepping.enter(conn, record, way, name)
        elif isinstance(way, Take):
            forgotten = self._stepping.take(conn, record, way, name)
            if forgotten is None:
                note = _untaken(way.event)
        if note == "typed_open" and self._stepping.gated(record, "home"):
            note = ""  # the notice says it better
        shown = self._keeping.shown(record, note)
        if conversation and isinstance(way, Take) and isinstance(way.event, Answered) and shown.screen.errors:
            shown = self._sent_back(record, conversation.turn)
        if forgotten:
            self._people.forget(conn, record.sid)
            return shown
        return self._keeping.keep(conn, record, shown)

    def _sent_back(self, record: Record, turn: str) -> Shown:
        """A form that comes back with errors is still that form: what is open at somebody's stays live."""
        conversation = record.private.conversation
        assert conversation is not None
        record.set_private(conversation=conversation.model_copy(update={"turn": turn}))
        return self._keeping.shown(record)

    def _repeated(self, conn: Connection, sid: bytes) -> Shown | None:
        """A platform's second try: draw again only what nobody has confirmed to be drawn."""
        record = self._people.load(conn, sid)
        if record is None or record.private.conversation is None:
            return None
        show = self._vault.effect_id("show", sid, record.private.conversation.turn)
        return self._keeping.shown(record) if queries.has_effect(conn, show) else None

    def _here(self, record: Record) -> Here:
        conversation, notice = record.private.conversation, bound(self._stepping.notice(record))
        if conversation is None:
            return Here(sid=record.sid, notice=notice)
        frame = conversation.frame
        screen = self.drawing.screen(record, self._stepping.moment(record, frame.flow))
        at, about = (str(frame.state.get(name, "")) for name in ("at", "kind"))
        gated = self._stepping.gated(record, frame.flow)
        return Here(record.sid, conversation.turn, frame.flow, at, about, screen, notice, gated)


def _untaken(event: Event) -> str:
    """Name the line that says why nothing happened; a tap that leads nowhere just shows the screen again."""
    match event:
        case Said():
            return "not_understood"
        case Answered():
            return "incomplete"
        case _:
            return ""
