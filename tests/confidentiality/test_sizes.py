"""A size tells nothing: all contents are sealed at the same one, and the largest there is fits."""

import string
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.platform import Address
from bot import tasks
from bot.people import People
from bot.record import MOODS, NUDGES, TROUBLES, Conversation, Frame, Ops, Private, Record
from bot.stepping import MOST_WAIT, _suspend
from bot.vault import BODY, OPS, PRIVATE, Keys, Vault, pad, unpad
from flows.checkin.steps import ZONE_BYTES
from flows.core.asks import Book, Cancel, FindSlots, Hold, Placed, Reschedule, TakeOffer, Wait
from flows.core.care import (
    TOPICS,
    WISHES,
    Appointment,
    CallRequest,
    Intent,
    Mood,
    Plan,
    SafetyPlan,
    Slot,
    Ticket,
    Trouble,
    Waiting,
    Wishes,
)
from flows.registry import FLOWS
from flows.safety.conversation.states import PARTS
from flows.safety.conversation.steps import fitting
from tests.fakes import NOW, FakeClock

KEYS = Keys(root=b"r" * 32, epochs={1: b"e" * 32})
SIDS = b"a" * 16, b"b" * 16


def _vault(keys: Keys = KEYS) -> Vault:
    return Vault(keys, FakeClock())


@given(ops=st.binary(max_size=OPS - 4), private=st.binary(max_size=PRIVATE - 4), body=st.binary(max_size=BODY - 4))
def test_every_content_has_the_same_size(ops: bytes, private: bytes, body: bytes) -> None:
    vault = _vault()
    row = vault.seal(SIDS[0], ops, private)
    assert [len(row.ops), len(row.private)] == [OPS + 28, PRIVATE + 28]  # nonce and tag
    assert len(vault.seal_body(b"i" * 16, body)) == BODY + 28
    assert vault.open(row) == (ops, private)


@given(data=st.binary(max_size=200), size=st.integers(0, 220))
def test_padding_is_exact_or_refused(data: bytes, size: int) -> None:
    if len(data) + 4 > size:
        with pytest.raises(ValueError, match="holds"):
            pad(data, size)
    else:
        assert len(pad(data, size)) == size
        assert unpad(pad(data, size)) == data


# Whatever people and providers may enter: the longest, in the characters that take the most room. Control
# characters are left out: nobody can type them.
LETTERS = st.characters(exclude_categories=("Cs", "Cc"))
PLAIN = st.sampled_from(string.ascii_letters + string.digits + "-.")
LINK = st.sampled_from([chr(code) for code in range(33, 127) if chr(code) not in '<>"|'])


WIDEST = {id(LETTERS): "\N{GRINNING FACE}", id(PLAIN): "x", id(LINK): "\\"}  # four bytes; two, as JSON writes it
ALL_WIDE = st.shared(st.booleans(), key="all wide")  # every text of an example at once: by chance they never all are


def _full(size: int, letters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.one_of(letters.map(lambda one: one * size), st.text(letters, min_size=size, max_size=size))
    return ALL_WIDE.flatmap(lambda wide: st.just(WIDEST[id(letters)] * size) if wide else some)


INSTANT = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
SLOT = st.builds(
    Slot,
    key=_full(64, PLAIN).map("Slot/{}".format),
    version=_full(36, PLAIN).map('W/"{}"'.format),
    start=INSTANT,
    end=INSTANT,
    who=_full(80, LETTERS),
    modality=st.just("in_person"),
    provider=_full(40, PLAIN),
    practitioner=_full(64, PLAIN).map("Practitioner/{}".format),
    link=_full(192, PLAIN).map("https://{}".format),
)
FULLEST = Wishes(
    profession="psychiatry",
    place="US-CA",
    language="l" * 8,
    topic="relationships",
    modality="in_person",
    gender="female",
    hours="weekend",
    free_only=True,
    without=tuple("Practitioner/" + "p" * 64 for _ in range(9)),
    only="Practitioner/" + "p" * 64,
)
APPOINTMENT = st.builds(
    Appointment,
    key=_full(40, PLAIN),
    reference=_full(64, PLAIN).map("Appointment/{}".format),
    slot=SLOT,
    link=_full(192, LINK).map("https://{}".format),
    place=st.just("US-CA"),
    remind=st.just("both"),
    filed=st.just(True),
    origin=_full(40, PLAIN),
)
ADDRESS = st.builds(Address, platform=_full(16, PLAIN), tenant=_full(80, PLAIN), user=_full(120, PLAIN))


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """The most that can be open at once: a choice of offers at the bottom, and above it the crisis conversation
    and the largest of the flows that interrupt, once each: those that wait, and the open one. An ordinary flow lets go
    of all that was open, so there is one, and at the bottom; none is suspended twice (`bot/stepping.py`: _suspend)."""
    offer = {"slot": draw(SLOT).model_dump(mode="json"), "reasons": WISHES, "price": draw(_full(40, LETTERS))}
    choosing = {
        "at": "choosing",
        "offers": [offer] * 3,
        "wishes": FULLEST.model_dump(mode="json"),
        "relax": WISHES,
        "facets": {
            "languages": ["zh-Hant"] * 16,
            "topics": TOPICS,
            "modalities": ["video", "phone", "chat", "in_person"],
            "genders": ["female", "male", "other"],
            "places": ["US-CA"] * 16,
            "priced": True,
        },
        "moving": "f" * 40,
    }
    reach = draw(_full(60, LETTERS))
    above: dict[str, dict[str, Any]] = {
        "safety": {
            **{"at": "helping", "kind": "psychosis", "question": "answered", "heard": 999, "reply": "diagnosis"},
            "beneath": {"about": "psychosis", "part": 5},
        },
        "selfhelp": {"at": "doing", "exercise": "e" * 40, "step": 99},
        "callback": {"at": "previewing", "request": {"name": reach[:40], "reach": reach, "urgency": "routine"}},
        "caring": {"at": "offering"},
        "privacy": {"at": "forgotten"},
        "language": {"at": "choosing"},
        "country": {"at": "choosing"},
        "options": {"at": "everything", "need": "steady"},
        # a day, another, a time, hours and holidays that stand to choose; a zone that is typed
        "checkin": {
            **{"at": "choosing", "zone": "z" * ZONE_BYTES, "day": "6", "other": "5", "time": "21:00"},
            **{"quiet": "20:00-08:00", "holidays": "US-CA"},
        },
    }
    assert set(above) == {name for name, flow in FLOWS.items() if flow.interrupts}
    frames = []
    for name, state in {"booking": choosing, **above}.items():
        flow = FLOWS[name]
        frozen = flow.freeze(flow.thaw(flow.version, state))
        ask = "f" * 32 if name == "booking" else ""  # the one of them that asks a provider
        frames.append(Frame(flow=name, version=flow.version, state=frozen, turn="f" * 16, ask=ask, place="window"))
    frames[2:] = sorted(frames[2:], key=lambda each: len(each.model_dump_json()))[-MOST_WAIT - 1 :]
    return Conversation(
        turn="f" * 16,
        frame=frames[-1].resting(),
        suspended=tuple(frames[:-1]),
        until=draw(INSTANT),
    )


@given(st.lists(st.sampled_from(sorted(FLOWS)), max_size=12))
def test_what_is_open_at_once_is_bounded(path: list[str]) -> None:
    """Wherever somebody goes: one ordinary conversation, at the bottom, and each that interrupts once at most. One that
    interrupts keeps all that was open."""
    frame: Frame | None = None
    suspended: tuple[Frame, ...] = ()
    for name in path:
        before = {each.flow for each in (*suspended, *((frame,) if frame else ()))}
        suspended, frame = _suspend(frame, suspended, name), Frame(flow=name, version=1, state={})
        lost = before - {name} - {each.flow for each in suspended}
        if not FLOWS[name].interrupts:
            assert not suspended
        else:
            assert "safety" not in lost
            assert all(FLOWS[each].interrupts for each in lost)
            assert not lost or len(suspended) >= MOST_WAIT
        names = [each.flow for each in (*suspended, frame)]
        assert len(set(names)) == len(names)
        assert all(FLOWS[each].interrupts for each in names[1:])
        assert len(names) <= MOST_WAIT + 3


@settings(max_examples=60)
@given(
    conversation=conversations(),
    appointments=st.lists(APPOINTMENT, min_size=3, max_size=3),
    address=ADDRESS,
    text=_full(400, LETTERS),
)
def test_the_fullest_record_fits(
    conversation: Conversation, appointments: list[Appointment], address: Address, text: str
) -> None:
    plan = Plan(
        days=(5, 6),
        at=time(23, 59),
        zone="America/Argentina/ComodRivadavia",
        quiet_from=time(22, 0),
        quiet_until=time(6, 0),
        on_holidays=False,
        paused_until=date(2026, 12, 31),
    )
    record = Record(
        sid=SIDS[0],
        ops=Ops(
            address=address,
            locale="x" * 16,
            language="x" * 16,
            country="XX",
            zone="z" * 64,
            notice="n" * 40,
            reference="r" * 600,
            plan=plan,
            due=NOW + timedelta(microseconds=999_999),
            nudges=tuple("k" * 24 for _ in range(NUDGES)),
            contacts=tuple(NOW.astimezone(timezone(timedelta(hours=-11))).replace(microsecond=999_999) for _ in "12"),
            ignored=99,
            left=NOW + timedelta(microseconds=999_999),
        ),
        private=Private(
            conversation=conversation,
            appointments=tuple(appointments),
            troubles=tuple(Trouble(key="f" * 40, what="failed", start=NOW) for _ in range(TROUBLES)),
            waiting=Waiting(
                key="f" * 40,
                provider="p" * 40,
                reference=appointments[0].reference,
                since=NOW,
                wishes=FULLEST,
                remind="both",
                offer=appointments[0].slot,
                until=NOW,
                passed=NOW,
            ),
            ticket=Ticket(
                key="f" * 40,
                promised=NOW,
                request=CallRequest(name=text[:40], reach=text[:60], urgency="routine"),
            ),
            caring=(NOW, NOW),
            safety_plan=SafetyPlan.model_validate({part: fitting(text) for part in PARTS}),
            moods=tuple(Mood(day=date(2026, 11, 23), mood="so_so") for _ in range(MOODS)),
            checked=date(2026, 12, 31),
            intent=Intent(
                wishes=Wishes(
                    profession="psychiatry",
                    place="US-CA",
                    language="l" * 8,
                    topic="relationships",
                    modality="in_person",
                    gender="female",
                    hours="weekend",
                    free_only=True,
                ),
                until=NOW.replace(microsecond=999_999),
            ),
        ),
    )
    vault = _vault()
    assert not set(Private.model_fields) - record.private.model_fields_set
    assert not set(Ops.model_fields) - record.ops.model_fields_set
    row = vault.seal(record.sid, record.ops.model_dump_json().encode(), record.private.model_dump_json().encode())
    assert People(vault)._open(row).private == record.private


@settings(max_examples=60)
@given(
    slot=SLOT,
    name=_full(80, LETTERS),
    contact=_full(120, LETTERS),
    at=INSTANT,
    appointment=APPOINTMENT,
    address=ADDRESS,
)
def test_the_fullest_effect_fits(
    slot: Slot, name: str, contact: str, at: datetime, appointment: Appointment, address: Address
) -> None:
    vault, key = _vault(), "f" * 32
    book = Book(
        slot=slot,
        name=name,
        contact=contact,
        zone="z" * 64,
        consented_at=at,
        hold=key,
        voucher="v" * 40,
        place="US-CA",
        remind="both",
    )
    find = FindSlots(wishes=FULLEST, zone="z" * 64, slot=slot, hold=key)
    settle = tasks.Settle(
        sid=SIDS[0], flow="screening", key="f" * 40, since=2**40, start=at, ask="f" * 40, provider=slot.provider
    )
    asked = (
        find,
        Hold(slot=slot),
        book,
        Reschedule(appointment=appointment, slot=slot),
        Cancel(appointment=appointment),
        Wait(
            provider=slot.provider,
            wishes=FULLEST,
            name=name,
            contact=contact,
            zone="z" * 64,
            consented_at=at,
            voucher="v" * 40,
            remind="both",
        ),
        TakeOffer(slot=slot, key=key, place="US-CA", remind="both"),
    )
    every: tuple[tasks.Task, ...] = (
        *(tasks.Ask(sid=SIDS[0], flow="screening", key=key, what=each) for each in asked),
        tasks.Ask(sid=SIDS[0], flow="screening", key=key, what=Placed(appointment=appointment, place="US-CA")),
        settle,
        tasks.Retry(sid=SIDS[0]),
        tasks.Note(sid=SIDS[0], about="again", key="f" * 40),
        tasks.Undo(key="f" * 40, since=2**40, provider=slot.provider),
        tasks.Unlist(key="f" * 40, provider=slot.provider, since=2**40, gone=True),
        tasks.Release(slot=slot, hold="f" * 40),
        tasks.Decline(key="f" * 40, slot=slot, until=2**40),
        tasks.Offered(sid=SIDS[0], key="f" * 40, until=at),
        tasks.Announce(asker=address, name=name, team="t" * 40, template="t" * 40, due=2**40, each=True),
        tasks.Tell(
            to=address,
            channel="c" * 120,
            source="s" * 40,
            template="t" * 40,
            asker=address,
            name=name,
            due=2**40,
            until=2**40,
        ),
    )
    for task in every:
        assert tasks.unseal(vault, b"i" * 16, tasks.seal(vault, b"i" * 16, task)) == task
