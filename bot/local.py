"""Effects that take place inside the turn's own transaction, and the planning of those that do not."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from adapters.platform import Address
from bot import listing, reminding, tasks
from bot.alike import in_the_way, with_days_off
from bot.clock import Clock, token
from bot.contact import tickets
from bot.days_off import off_for
from bot.deliveries import Deliveries
from bot.record import MOODS, Record
from bot.store import queries, reminders
from bot.vault import Unsealable, Vault
from content.library import Library
from flows import team
from flows.core.asks import (
    Book,
    Cancel,
    FindSlots,
    Hold,
    PassOffer,
    Placed,
    Release,
    Reschedule,
    Share,
    TakeOffer,
    Unwait,
    Wait,
)
from flows.core.care import Appointment, Intent, Reminder, Slot
from flows.core.effects import (
    Agree,
    CallBack,
    CancelReminder,
    Checked,
    Effect,
    Forget,
    ForgetMoods,
    KeepIntent,
    KeepMood,
    KeepSafetyPlan,
    Reacted,
    Remind,
    SetCaring,
    SetCountry,
    SetFiled,
    SetLanguage,
    SetPlan,
    SetReach,
    SetRemind,
    TakeBack,
)
from flows.core.events import Changed, Event, Failed
from flows.core.timing import HALF, QUIET, civil, next_due

LOOK_AGAIN = timedelta(minutes=1)  # whether a provider answers that did not


class Local:
    """Carries out one effect on an opened record; may answer with an event at once."""

    def __init__(self, vault: Vault, library: Library, clock: Clock) -> None:
        self._vault, self._library, self._clock = vault, library, clock
        self._deliveries = Deliveries(vault, clock)

    def apply(self, conn: Connection, record: Record, effect: Effect, flow: str, name: str) -> Event | None:
        """Carry out an effect of `flow`. `name` is what colleagues call the person: a reminder says who asked."""
        now = self._clock.now()
        match effect:
            case Agree(version=version):
                record.set_ops(notice=version)
            case SetPlan(plan=plan):
                due = next_due(plan, now, off_for(plan, self._library.current.organisation.part)) if plan else None
                record.set_ops(plan=plan, due=due, ignored=0)
            case Reacted():
                self._reacted(record, now)
            case KeepMood(mood=mood):
                record.set_private(moods=(*record.private.moods, mood)[-MOODS:])
            case ForgetMoods():
                record.set_private(moods=())
            case KeepSafetyPlan(plan=safety_plan):
                record.set_private(safety_plan=safety_plan)
            case Checked(day=day):
                record.set_private(checked=day)
            case SetLanguage(locale=locale):
                record.set_ops(language=locale, locale=locale)
            case SetCountry(country=country):
                record.set_ops(country=country)
            case SetRemind(appointment=key, remind=remind):
                self.set_appointments(conn, record, reminding.changed(record.private.appointments, key, remind=remind))
            case SetFiled(appointment=key):
                self.set_appointments(conn, record, reminding.changed(record.private.appointments, key, filed=True))
            case SetReach(appointment=key, reach=reach):
                self.set_appointments(conn, record, reminding.changed(record.private.appointments, key, reach=reach))
            case KeepIntent(intent=intent):
                self._keep_intent(conn, record, intent)
            case FindSlots() | Hold() | Book() | Reschedule() | Cancel() | Placed() | Share():
                held = effect.hold if isinstance(effect, Book) else ""  # a hold is kept under the booking's own key
                key = record.asked = held or token(self._clock)
                self.plan(conn, tasks.Ask(sid=record.sid, flow=flow, key=key, what=effect), now, key)
            case Release(slot=slot, hold=hold):
                self.release(conn, slot, hold)
            case Wait() | TakeOffer() | Unwait() | PassOffer():
                self._listed(conn, record, effect, flow)
            case CallBack():
                record.asked = tickets.ask(conn, self.plan, record, effect, token(self._clock), now)
            case TakeBack():
                tickets.take_back(conn, self.plan, self._vault, record, now)
            case SetCaring(at=times):
                self._caring(conn, record, times)
            case Remind():
                return self._remind(conn, record, effect, name)
            case CancelReminder():
                return self._call_off(conn, record, effect)
            case Forget():
                self.forget(conn, record)
        return None

    def plan(
        self, conn: Connection, task: tasks.Task, due: datetime, *unique: bytes | str, to: Address | None = None
    ) -> bytes:
        """Plan a task for a time. `unique` names it: the same name again replaces the task. `to` says at whose
        workspace's pace it goes out, if nobody waits for it. Returns its id."""
        planned = tasks.planned(self._vault, task, due, *unique, to=to)
        queries.put_effects(conn, [planned])
        return planned[0]

    def _listed(
        self, conn: Connection, record: Record, effect: Wait | TakeOffer | Unwait | PassOffer, flow: str
    ) -> None:
        """Carry out what somebody does about a place on a waiting list."""
        now = self._clock.now()
        match effect:
            case Wait():
                record.asked = listing.ask(conn, self.plan, record, flow, effect, token(self._clock), now)
            case TakeOffer():
                record.asked = listing.take(conn, self.plan, record, flow, effect, now)
            case Unwait():
                listing.leave(conn, self.plan, self._vault, record, now)
            case PassOffer():
                listing.let_pass(conn, self.plan, record, now)

    def release(self, conn: Connection, slot: Slot, hold: str) -> None:
        """Plan to give a slot back that is held and that nobody wants any more."""
        self.plan(conn, tasks.Release(slot=slot, hold=hold), self._clock.now(), hold)

    def set_appointments(self, conn: Connection, record: Record, held: tuple[Appointment, ...]) -> None:
        """Keep these appointments, and remind as their person wants, but not of those that are gone or moved."""
        reminding.replan(conn, self.plan, self._vault, record, held, self._clock.now())
        if record.private.intent and len(held) > len(record.private.appointments):  # booked meanwhile
            self._keep_intent(conn, record, None)
        record.set_private(appointments=held)

    def note(self, conn: Connection, record: Record, task: tasks.Note, *, at_once: bool = False) -> None:
        """Plan to tell somebody that there is something new, when they may be written to."""
        now, plan = self._clock.now(), record.ops.plan
        quiet = (plan.quiet_from, plan.quiet_until) if plan else QUIET
        due = now if at_once else civil(now, record.ops.zone, quiet)
        self.plan(conn, task, due, record.sid, task.key, to=record.ops.address)

    def _keep_intent(self, conn: Connection, record: Record, intent: Intent | None) -> None:
        """Keep what somebody looks for, and look from now on whether booking works again; or let go of it."""
        record.set_private(intent=intent)
        if intent:
            self.plan(conn, tasks.Retry(sid=record.sid), self._clock.now() + LOOK_AGAIN, record.sid)
        else:
            queries.drop_effect(conn, self._vault.effect_id("retry", record.sid))

    def _reacted(self, record: Record, now: datetime) -> None:
        """Somebody reacts to check-ins, so they come as often as they were asked for."""
        plan, slowed = record.ops.plan, record.ops.ignored >= HALF
        record.set_ops(ignored=0)
        if plan and slowed:
            record.set_ops(due=next_due(plan, now, off_for(plan, self._library.current.organisation.part)))

    def _caring(self, conn: Connection, record: Record, times: tuple[datetime, ...]) -> None:
        """Plan the messages that somebody asked for, in place of any from before."""
        for due in record.private.caring:
            queries.drop_effect(conn, self._vault.effect_id("caring", record.sid, due.isoformat()))
        record.set_private(caring=times)
        for number, due in enumerate(times, start=1):
            task = tasks.Caring(sid=record.sid, number=number, due=due)
            self.plan(conn, task, due, record.sid, due.isoformat(), to=record.ops.address)

    def _remind(self, conn: Connection, record: Record, effect: Remind, name: str) -> Event:
        """Accept or refuse by the team's size, the files and earlier reminders; by nothing else."""
        content, address, now = self._library.current, record.ops.address, self._clock.now()
        entry = next((each for each in content.teams if each.key == effect.team), None)
        known = effect.template in {each.key for each in content.templates}
        if entry is None or not known or address.user not in getattr(entry.managers, address.platform, ()):
            return Failed(why="not_yours")
        if entry.size < team.FLOOR:
            return Failed(why="too_small")
        if entry.external and not effect.each:
            return Failed(why="external")
        if not effect.each and not getattr(entry.channel, address.platform, None):
            return Failed(why="no_channel")
        catalog = with_days_off(content, record.ops.locale, (effect.team,), now)
        slot = team.next_slot(catalog, now, effect.team, each=effect.each)
        last = reminders.last(conn, effect.team)
        if last is not None and slot.timestamp() < last + team.COOL_DOWN.total_seconds():
            until = datetime.fromtimestamp(last, now.tzinfo) + team.COOL_DOWN
            return Failed(why="cool_down", until=until)
        if (until_ := in_the_way(content, entry, slot, each=effect.each)) is not None:
            return Failed(why="cool_down", until=until_)
        asked, due = int(now.timestamp()), int(slot.timestamp())
        if reminders.at(conn, due) >= team.AT_ONCE:
            return Failed(why="full", until=slot)
        reminders.put(conn, record.sid, effect.team, effect.template, asked, due, effect.each)
        announce = tasks.Announce(
            asker=address,
            name=(name or address.user)[:80],
            team=effect.team,
            template=effect.template,
            due=due,
            each=effect.each,
        )
        self.plan(conn, announce, slot, effect.team, str(due), to=address)
        self._deliveries.planned(conn, "reminder", 1)
        self.look_back(conn, record)
        return Changed(what="reminder", when=slot)

    def _call_off(self, conn: Connection, record: Record, effect: CancelReminder) -> Event:
        """Call a manager's own reminder off, unless it is on its way: then the team counts as reminded."""
        due = int(effect.when.timestamp())
        own = any((each.team, each.when) == (effect.team, effect.when) for each in record.reminders)
        if not own or not queries.drop_unsent(conn, self._vault.effect_id("announce", effect.team, str(due))):
            return Failed(why="too_late", team=effect.team)
        self._deliveries.ended(conn, "reminder", "held")
        reminders.drop(conn, effect.team, due)
        self.look_back(conn, record)
        return Changed(what="reminder_cancelled", team=effect.team)

    def look_back(self, conn: Connection, record: Record) -> None:
        """Put what a manager asked for into their record, for as long as it is open."""
        rows = reminders.of(conn, record.sid)
        record.reminders = tuple(
            Reminder(team=key, template=text, when=datetime.fromtimestamp(due, UTC)) for key, text, due in rows
        )

    def forget(self, conn: Connection, record: Record) -> None:
        """Destroy every planned effect that concerns somebody, and who asked for reminders."""
        sid, now = record.sid, self._clock.now()
        reminders.disown(conn, sid)
        listing.leave(conn, self.plan, self._vault, record, now, gone=True)
        for id_, body in queries.effects(conn):
            try:
                task = tasks.unseal(self._vault, id_, body)
            except Unsealable:
                continue  # the worker drops it
            if sid != (self._vault.sid(task.asker) if isinstance(task, tasks.Announce) else getattr(task, "sid", b"")):
                continue
            queries.drop_effect(conn, id_)
            if isinstance(task, tasks.Once) and task.audience:
                self._deliveries.ended(conn, task.audience, "held")
            match task:  # what the provider may hold, or was asked to let go, must not stay there for nobody
                case (
                    tasks.Settle(key=key, provider=provider)
                    | tasks.Ask(what=Book(slot=Slot(provider=provider)), key=key)
                    | tasks.Ask(what=Cancel(appointment=Appointment(key=key, slot=Slot(provider=provider))))
                ):
                    undo = tasks.Undo(key=key, since=int(now.timestamp()), provider=provider)
                    self.plan(conn, undo, now, key)
                case tasks.Ticket(key=key) | tasks.Follow(key=key):
                    tickets.withdraw(conn, self.plan, key, now)
