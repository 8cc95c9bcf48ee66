"""What goes out unasked, and where: looked at once more in the transaction that marks it as on its way."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from adapters.platform import Address, Public
from bot import log, reminding, tasks
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.days_off import off_for
from bot.drawing import Drawing
from bot.people import People
from bot.record import Ops
from content.library import Library
from content.schema import TeamEntry
from flows import booking, caring, waiting
from flows.checkin import CheckinWords, closing, line_of, nudge
from flows.core.effects import CLOSING_NOTE
from flows.core.retention import CARING
from flows.core.screen import Screen
from flows.core.timing import QUIET, WINDOW, civil, in_time, next_due
from flows.team import FLOOR


@dataclass(frozen=True)
class Letter:
    """A message and where it goes: somebody's private chat, or a channel of their tenant."""

    address: Address
    message: Public
    channel: str = ""


class Letters:
    """Writes what is said once only, in the words and by the settings of this moment. Every method runs inside a
    transaction and touches nothing but it."""

    def __init__(self, people: People, library: Library, clock: Clock, drawing: Drawing, campaigns: Campaigns) -> None:
        self._people, self._library, self._clock, self._drawing = people, library, clock, drawing
        self._campaigns = campaigns

    def where(self, conn: Connection, task: tasks.Once) -> tuple[Address, str] | None:
        """Return where a message would go: whose chat, or a channel of whose tenant. None if nobody is there."""
        match task:
            case tasks.Announce():
                return task.asker, self._channel(task)
            case tasks.Tell():
                return task.to, task.channel
            case tasks.Send() | tasks.Caring() | tasks.Upcoming() | tasks.Offered() | tasks.Note():
                person = self._people.outline(conn, task.sid)
                return (person.ops.address, "") if person else None

    def language(self, conn: Connection, sid: bytes) -> str:
        """Return the language of somebody; empty if nothing is held about them any more."""
        person = self._people.outline(conn, sid)
        return person.ops.locale if person else ""

    def write(self, conn: Connection, task: tasks.Once) -> Letter | None:
        """Return what goes out now; None if it is not wanted any more, or late."""
        match task:
            case tasks.Announce():
                return self._announcement(task)
            case tasks.Tell():
                return self._told(task)
            case tasks.Send():
                return self._check_in(conn, task)
            case tasks.Caring():
                return self._care(conn, task)
            case tasks.Upcoming():
                return self._upcoming(conn, task)
            case tasks.Offered():
                return self._offered(conn, task)
            case tasks.Note():
                return self._note(conn, task)

    def _check_in(self, conn: Connection, send: tasks.Send) -> Letter | None:
        """A check-in, unless it is late, or was stopped or paused since: the first column says so."""
        person = self._people.outline(conn, send.sid)
        screen = self._nudge(person.ops, send) if person else None
        return self._to(send.sid, person.ops, screen) if person and screen else None

    def _nudge(self, ops: Ops, send: tasks.Send) -> Screen | None:
        content, now, due = self._library.current, self._clock.now(), datetime.fromtimestamp(send.due, UTC)
        plan, words = ops.plan, content.words[content.locale(ops.locale)]["checkin"]
        assert isinstance(words, CheckinWords)
        if plan is None or plan.rests(now) or not in_time(due, now, plan):
            return None
        if send.nudge == CLOSING_NOTE:
            return closing(words)
        text = line_of(content.catalog(ops.locale), send.nudge)
        return nudge(text, words) if text else None

    def unplan(self, conn: Connection, send: tasks.Send) -> None:
        """Take back what was noted as a check-in was planned: it counts neither for the cap nor as ignored, and its
        line may come next. After the closing note there is another one to come."""
        record = self._people.load(conn, send.sid)
        plan = record.ops.plan if record else None
        if record is None or plan is None:
            return
        ops, due = record.ops, record.ops.due
        if send.nudge == CLOSING_NOTE and due is None:
            due = next_due(plan, self._clock.now(), off_for(plan, self._library.current.organisation.part))
        record.set_ops(
            contacts=ops.contacts[:-1],
            ignored=max(0, ops.ignored - 1),
            nudges=tuple(each for each in ops.nudges if each != send.nudge),
            due=due,
        )
        self._people.save(conn, record)

    def waits(self, conn: Connection, task: tasks.Caring) -> datetime | None:
        """Return until when a message that somebody asked for has to wait, as it is quiet where they are by now: it was
        planned for an hour that was not, but they have travelled, or the service did not run. None if it may go out."""
        person, now = self._people.outline(conn, task.sid), self._clock.now()
        if person is None:
            return None
        plan = person.ops.plan
        at = civil(now, person.ops.zone, (plan.quiet_from, plan.quiet_until) if plan else QUIET)
        return at if at > now else None

    def _care(self, conn: Connection, task: tasks.Caring) -> Letter | None:
        """A message that somebody asked for in a hard hour, unless it is late, was ended, or they are not there any
        more; noted as gone out."""
        record = self._people.load(conn, task.sid)
        if record is None or task.due not in record.private.caring or task.due + CARING <= self._clock.now():
            return None
        if record.ops.left:
            return None
        record.set_private(caring=tuple(each for each in record.private.caring if each > task.due))
        self._people.save(conn, record)
        content = self._library.current
        words = content.words[content.locale(record.ops.locale)]["caring"]
        assert isinstance(words, caring.CaringWords)
        return self._to(record.sid, record.ops, caring.message(task.number, words))

    def _upcoming(self, conn: Connection, task: tasks.Upcoming) -> Letter | None:
        """The reminder of an appointment, unless it was moved or cancelled, is not to be reminded of, or it is late."""
        record = self._people.load(conn, task.sid)
        held = record.private.appointments if record else ()
        meant = next((each for each in held if (each.key, each.slot.start) == (task.key, task.start)), None)
        if record is None or meant is None or not reminding.wanted(meant, task.due, self._clock.now()):
            return None
        content, locale = self._library.current, record.ops.locale
        words = content.words[content.locale(locale)]["booking"]
        assert isinstance(words, booking.BookingWords)
        return self._to(
            record.sid, record.ops, booking.reminder(meant, words, content.catalog(locale), record.ops.zone)
        )

    def _offered(self, conn: Connection, task: tasks.Offered) -> Letter | None:
        """That something came free, unless it is not kept for them any more, or they left the list."""
        record = self._people.load(conn, task.sid)
        held = record.private.waiting if record else None
        if record is None or held is None or (held.key, held.until) != (task.key, task.until):
            return None
        if held.offered(self._clock.now()) is None:
            return None
        content, locale = self._library.current, record.ops.locale
        words = content.words[content.locale(locale)]["waiting"]
        assert isinstance(words, waiting.WaitingWords)
        return self._to(
            record.sid, record.ops, waiting.message(task.until, words, content.catalog(locale), record.ops.zone)
        )

    def _note(self, conn: Connection, task: tasks.Note) -> Letter | None:
        """That there is something new, if there still is: an appointment that nobody came to is told of on "My
        appointments"; booking works again for who has not booked since."""
        record = self._people.load(conn, task.sid)
        if record is None:
            return None
        intent, troubles = record.private.intent, record.private.troubles
        about = {"again": [intent.until.isoformat()] if intent else [], "mine": [each.key for each in troubles]}
        if task.key not in about[task.about]:
            return None
        return Letter(record.ops.address, self._drawing.news(task.sid, task.about, record.ops.locale))

    def _to(self, sid: bytes, ops: Ops, screen: Screen) -> Letter:
        return Letter(ops.address, self._drawing.public(sid, screen, ops.locale))

    def allowed(self, task: tasks.Announce) -> TeamEntry | None:
        """Return the team of a reminder, if that may go out still by what HR's files hold now."""
        content, asker = self._library.current, task.asker
        entry = next((each for each in content.teams if each.key == task.team), None)
        known = task.template in {each.key for each in content.templates}
        if entry is None or entry.size < FLOOR or not known:
            return None
        late = self._clock.now().timestamp() - task.due > WINDOW.total_seconds()
        return None if late or asker.user not in getattr(entry.managers, asker.platform, ()) else entry

    def _announcement(self, task: tasks.Announce) -> Letter | None:
        """A reminder, in the words and to the channel that HR's files hold now."""
        content, entry, channel = self._library.current, self.allowed(task), self._channel(task)
        if entry is None or entry.external or not channel:
            return None
        message = self._campaigns.reminder(content, entry, task, to_each=False)
        return Letter(task.asker, message, channel) if message else None

    def _told(self, task: tasks.Tell) -> Letter | None:
        """What everybody gets alike, to one of them or in one channel."""
        message = self._campaigns.message(task)
        if message is None:
            log.event("campaign_dropped", where="letters", kind=task.kind)
            return None
        return Letter(task.to, message, task.channel)

    def _channel(self, task: tasks.Announce) -> str:
        entry = next((each for each in self._library.current.teams if each.key == task.team), None)
        return getattr(entry.channel, task.asker.platform, None) or "" if entry else ""
