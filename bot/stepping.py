"""One step of a conversation, through as many flows as it takes: Goto, Back, Turn, and the notice's gate."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from adapters.platform import Place
from bot.alike import with_days_off
from bot.clock import Clock, token
from bot.local import Local
from bot.my_data import held_by
from bot.people import person_of
from bot.record import Conversation, Frame, Record
from bot.routing import Enter, Take
from content.library import Library
from flows.core.common import CommonWords
from flows.core.effects import Agree, Effect, Forget
from flows.core.events import Chose, Event, Said
from flows.core.flow import Back, Carry, Goto, Moment, Step, Turn
from flows.core.retention import CONVERSATION
from flows.notice import version
from flows.registry import FLOWS

HOPS = 8  # flows that one turn may pass through
UNGATED = frozenset({"notice", "safety", "privacy", "language", "country"})  # reachable before the notice is agreed to
RIGHTS = frozenset(
    {"stop", "pause", "not_now", "human", "end"}
)  # what anybody may ask of the other flows before it, too
MOST_WAIT = 3  # conversations that wait beneath the open one, beside the ordinary one and that about a crisis


class Stepping:
    """Runs flows on an opened record, and leaves the conversation at rest in it."""

    def __init__(self, local: Local, library: Library, clock: Clock) -> None:
        self._local, self._library, self._clock = local, library, clock

    def moment(self, record: Record, flow: str = "") -> Moment:
        """Return the world as a flow may see it. Only "my data" gets everything held, only the crisis
        conversation the safety plan."""
        content = self._library.current
        catalog, person = content.catalog(record.ops.locale), person_of(record, content)
        if flow == "privacy":
            common = content.words[content.locale(record.ops.locale)]["common"]
            assert isinstance(common, CommonWords)
            person = person.model_copy(update={"held": held_by(record, common, catalog)})
        if flow == "safety":
            person = person.model_copy(update={"safety_plan": record.private.safety_plan})
        if flow in {"callback", "privacy"}:
            person = person.model_copy(update={"ticket": record.private.ticket})
        if flow in {"caring", "checkin"}:
            person = person.model_copy(update={"caring": record.private.caring})
        if flow == "team":
            catalog = with_days_off(content, record.ops.locale, person.manages, self._clock.now())
        return Moment(person=person, catalog=catalog, now=self._clock.now())

    def gated(self, record: Record, flow: str, ask: str = "") -> bool:
        """Tell whether the notice must be agreed to (again) before this flow, for what is asked of it."""
        if flow in UNGATED or ask in RIGHTS:
            return False
        return record.ops.notice != self.notice(record)

    def withheld(self, record: Record, event: Event) -> bool:
        """Tell whether the notice must be agreed to (again) before the open conversation gets what its person did.
        Nobody is kept from going back to where they were."""
        frame, _ = _frames(record)
        if frame is None or not self.gated(record, frame.flow):
            return False
        flow = FLOWS[frame.flow]
        return flow.update(flow.thaw(frame.version, dict(frame.state)), event, self.moment(record, flow.name)) != Back()

    def notice(self, record: Record) -> str:
        """Return the version of the notice that holds now."""
        return version(self._library.current.catalog(record.ops.locale))

    def enter(self, conn: Connection, record: Record, way: Enter, name: str = "") -> bool:
        """Begin a flow. Returns whether the person asked to be forgotten."""
        frame, suspended = _frames(record)
        return self._settle(conn, record, Goto(way.flow, way.carry), (frame, suspended), name)

    def take(self, conn: Connection, record: Record, way: Take, name: str = "") -> bool | None:
        """Give the open conversation an event. None if it is not taken now; else as `enter`."""
        frame, suspended = _frames(record)
        if frame is None:
            raise LookupError("an event for a conversation that is not there")
        flow = FLOWS[frame.flow]
        step = flow.update(flow.thaw(frame.version, dict(frame.state)), way.event, self.moment(record, flow.name))
        return None if step is None else self._settle(conn, record, step, (frame, suspended), name)

    def take_suspended(self, conn: Connection, record: Record, key: str, event: Event) -> bool:
        """Give the suspended conversation that asked for it an event: it moves on unseen, until they come back. False
        if nobody takes it."""
        conversation = record.private.conversation
        if conversation is None:
            return False
        taken, frames = False, list(conversation.suspended)
        for index, frame in enumerate(frames):
            flow, name = FLOWS[frame.flow], frame.flow
            state = flow.thaw(frame.version, dict(frame.state))
            step = flow.update(state, event, self.moment(record, name)) if frame.ask == key else None
            if isinstance(step, Turn):
                taken = True
                self.apply(conn, record, step.effects, name)
                ask = record.asked or frame.ask
                frames[index] = Frame(flow=name, version=flow.version, state=flow.freeze(step.state), ask=ask)
        record.set_private(conversation=conversation.model_copy(update={"suspended": tuple(frames)}))
        return taken

    def apply(
        self, conn: Connection, record: Record, effects: tuple[Effect, ...], flow: str, name: str = ""
    ) -> list[Event]:
        """Carry out effects; return the events that answer at once."""
        answers = [self._local.apply(conn, record, effect, flow, name) for effect in effects]
        return [answer for answer in answers if answer]

    def _settle(
        self,
        conn: Connection,
        record: Record,
        step: Turn[Any] | Goto | Back,
        frames: tuple[Frame | None, tuple[Frame, ...]],
        name: str,
    ) -> bool:
        (frame, suspended), forgotten = frames, False
        for _ in range(HOPS):
            answers = self.apply(conn, record, step.effects, frame.flow if frame else "", name)
            forgotten = forgotten or any(isinstance(each, Forget) for each in step.effects)
            following: Step[Any] = None
            match step:
                case Goto():
                    target, carry = step.flow, step.carry
                    if self.gated(record, target, carry.ask):
                        target, carry = "notice", carry.model_copy(update={"then": target})
                    if frame and step.leaving is not None:
                        frame, record.asked = _left(frame, step.leaving, record.asked), ""
                    if any(isinstance(each, Agree) for each in step.effects):
                        frame = None  # the notice is agreed to, so there is no way back to it
                    unkept = carry.ask == "plan" and not record.ops.notice  # there is none, nor may there be one yet
                    waits = _crisis(suspended, record.place) if target == "safety" and not unkept else None
                    suspended = tuple(each for each in suspended if each is not waits)
                    before, suspended = (*suspended, *((frame,) if frame else ())), _suspend(frame, suspended, target)
                    self._let_go(conn, record, [each for each in before if each not in suspended])
                    flow, moment = FLOWS[target], self.moment(record, target)
                    if waits:  # it is gone on with: it knows what it has asked
                        frame = waits
                        following = flow.update(flow.thaw(waits.version, dict(waits.state)), _again(carry), moment)
                    else:
                        frame = Frame(flow=target, version=flow.version, state={})
                        following = flow.begin(carry, moment)
                case Back():
                    frame, suspended = (suspended[-1], suspended[:-1]) if suspended else (None, ())
                    following = Goto("home") if frame is None else None
                case Turn(state=state) if frame:
                    flow = FLOWS[frame.flow]
                    ask = record.asked or frame.ask
                    frame = Frame(flow=flow.name, version=flow.version, state=flow.freeze(state), ask=ask)
                    for answer in answers:
                        following = flow.update(state, answer, self.moment(record, flow.name))
            if following is None:
                break
            step = following
        else:
            raise RecursionError("flows hand over in circles")
        if forgotten:
            self._let_go(conn, record, suspended)
        self._rest(record, frame, suspended)
        return forgotten

    def _let_go(self, conn: Connection, record: Record, frames: Iterable[Frame]) -> None:
        """Let go of what conversations hold that are left for good."""
        for frame in frames:
            if frame.state:  # else it was only passed through
                flow = FLOWS[frame.flow]
                self.apply(conn, record, flow.leave(flow.thaw(frame.version, dict(frame.state))), frame.flow)

    def _rest(self, record: Record, frame: Frame | None, suspended: tuple[Frame, ...]) -> None:
        if frame is None:
            raise LookupError("a step that leads nowhere")
        until = self._clock.now() + CONVERSATION
        turn = frame.turn or token(self._clock, 8)  # back where nothing has moved: what was entered there is live still
        before = record.private.conversation
        place = record.place or (before.place if before else "chat")
        if frame.place and place != "page":  # gone back to: it stands where it stood, and not in the chat if it did not
            place = frame.place
        conversation = Conversation(turn=turn, frame=frame.resting(), suspended=suspended, until=until, place=place)
        record.set_private(conversation=conversation)


def _left(frame: Frame, leaving: Any, asked: str) -> Frame:
    """A conversation that moves on while it is left: what it asked for comes to it, and `Back` finds it there."""
    flow = FLOWS[frame.flow]
    return Frame(flow=flow.name, version=flow.version, state=flow.freeze(leaving), ask=asked or frame.ask)


def _suspend(frame: Frame | None, suspended: tuple[Frame, ...], target: str) -> tuple[Frame, ...]:
    """Keep what is open when an interrupting flow comes; an ordinary one leaves all of it for good. A row has one size:
    of what interrupted before, the crisis conversation waits and the last few others."""
    if frame is None or not FLOWS[target].interrupts:
        return ()
    waiting = tuple(each for each in (*suspended, frame) if each.flow != target)
    others = [each.flow for each in waiting if FLOWS[each.flow].interrupts and each.flow != "safety"]
    return tuple(each for each in waiting if each.flow not in others[:-MOST_WAIT])


def _crisis(suspended: tuple[Frame, ...], place: Place | None) -> Frame | None:
    """Return the crisis conversation that waits, for somebody who wants help again. In the chat none that came up
    on a page or in a window: it is not told there what that one is about, and has asked."""
    waiting = (each for each in suspended if each.flow == "safety")
    return next((each for each in waiting if place != "chat" or each.place == "chat"), None)


def _again(carry: Carry) -> Event:
    """Return what somebody comes back to the crisis conversation with. What sounds heavy is listened to in it."""
    if carry.ask == "plan":
        return Chose(key="plan")
    return Said(text="") if carry.text == "soft" else Chose(key="help", arg=carry.ask if carry.text else "")


def _frames(record: Record) -> tuple[Frame | None, tuple[Frame, ...]]:
    conversation = record.private.conversation
    if conversation is None:
        return None, ()
    stood = {"turn": conversation.turn, "place": conversation.place}
    return conversation.frame.model_copy(update=stood), conversation.suspended
