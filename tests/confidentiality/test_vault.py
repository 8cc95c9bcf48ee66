"""Seals: nothing can be swapped, flipped, mixed or measured, and no key is ever made over data that another sealed."""

import base64
import hmac
import json
import string
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.platform import Address
from bot import tasks
from bot.people import NUDGES, TROUBLES, Conversation, Frame, Ops, People, Private, Record
from bot.store import queries
from bot.store.engine import connect, upgrade
from bot.vault import BODY, OPS, PRIVATE, Keys, KeyTrouble, Sealed, Unsealable, Vault, load_keys, lp, pad, unpad
from flows.core.care import Appointment, Plan, Slot, Trouble
from flows.core.effects import Book, Cancel
from flows.registry import FLOWS
from tests.rig import NOW, FakeClock, rig

KEYS = Keys(root=b"r" * 32, epochs={1: b"e" * 32})
SIDS = b"a" * 16, b"b" * 16


def _vault(keys: Keys = KEYS) -> Vault:
    return Vault(keys, FakeClock())


# -- a row is one piece ---------------------------------------------------------------------------------------


def test_what_was_sealed_opens() -> None:
    vault = _vault()
    first = vault.seal(SIDS[0], b"ops", b"private")
    again = vault.seal(SIDS[0], b"ops2", b"private2", (first.epoch, first.dek))
    assert vault.open(first) == (b"ops", b"private")
    assert vault.open(again) == (b"ops2", b"private2")
    assert (again.dek, first.etag != again.etag) == (first.dek, True)


def test_nothing_of_a_row_can_be_exchanged() -> None:
    vault = _vault()
    old = vault.seal(SIDS[0], b"ops", b"private")
    new = vault.seal(SIDS[0], b"ops2", b"private2", (old.epoch, old.dek))
    other = vault.seal(SIDS[1], b"theirs", b"theirs too")
    for mixed in _mixed(old, new):
        with pytest.raises(Unsealable):
            vault.open(mixed)
    for mixed in _mixed(old, other):
        with pytest.raises(Unsealable):
            vault.open(mixed)
    with pytest.raises(Unsealable):
        vault.open(replace(old, ops=old.private, private=old.ops))
    with pytest.raises(Unsealable):
        vault.open(replace(old, epoch=2))


def test_a_data_key_is_one_persons() -> None:
    vault = _vault()
    row = vault.seal(SIDS[0], b"ops", b"private")
    with pytest.raises(Unsealable):
        vault.seal(SIDS[1], b"ops", b"private", (row.epoch, row.dek))


def _mixed(row: Sealed, other: Sealed) -> Iterator[Sealed]:
    """Yield the row with each of its parts taken from another row, and with everything but that part."""
    for part in (field.name for field in fields(Sealed)):
        mine: Any = getattr(row, part)
        theirs: Any = getattr(other, part)
        if mine != theirs:
            yield replace(row, **{part: theirs})
            yield replace(other, **{part: mine})


@given(
    part=st.sampled_from(("sid", "etag", "dek", "ops", "private")), at=st.integers(min_value=0), bit=st.integers(0, 7)
)
def test_one_bit_is_enough(part: str, at: int, bit: int) -> None:
    vault = _vault()
    row = vault.seal(SIDS[0], b"ops", b"private")
    raw = bytearray(getattr(row, part))
    raw[at % len(raw)] ^= 1 << bit
    flipped: Any = bytes(raw)
    with pytest.raises(Unsealable):
        vault.open(replace(row, **{part: flipped}))


@given(part=st.sampled_from(("dek", "ops", "private")), size=st.integers(0, 59))
def test_a_cut_column_does_not_open(part: str, size: int) -> None:
    vault = _vault()
    row = vault.seal(SIDS[0], b"ops", b"private")
    with pytest.raises(Unsealable):
        vault.open(replace(row, **{part: getattr(row, part)[:size]}))


@pytest.mark.parametrize("keys", [replace(KEYS, epochs={1: b"x" * 32}), replace(KEYS, epochs={2: b"e" * 32})])
def test_another_key_does_not_open(keys: Keys) -> None:
    row = _vault().seal(SIDS[0], b"ops", b"private")
    with pytest.raises(Unsealable):
        _vault(keys).open(row)


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_the_body_of_an_effect_is_bound_to_it(at: int, bit: int) -> None:
    vault = _vault()
    sealed = bytearray(vault.seal_body(b"i" * 16, b"body"))
    assert vault.open_body(b"i" * 16, bytes(sealed)) == b"body"
    with pytest.raises(Unsealable):
        vault.open_body(b"j" * 16, bytes(sealed))
    with pytest.raises(Unsealable):
        _vault(replace(KEYS, root=b"x" * 32)).open_body(b"i" * 16, bytes(sealed))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(Unsealable):
        vault.open_body(b"i" * 16, bytes(sealed))


async def test_a_row_that_somebody_tampered_with_is_not_used(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        for user in ("sam", "kim"):
            await haven.agree(user)
        sam, kim = (haven.service.vault.sid(haven.address(user)) for user in ("sam", "kim"))
        with haven.service.store.engine.begin() as conn:
            theirs = queries.get_subject(conn, kim)
            assert theirs
            queries.put_subject(conn, replace(theirs, sid=sam))
        with pytest.raises(Unsealable):
            await haven.record("sam")
        await haven.tap("kim", "check")


# -- a size tells nothing -------------------------------------------------------------------------------------


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


def _full(size: int, letters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(letters.map(lambda one: one * size), st.text(letters, min_size=size, max_size=size))


INSTANT = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
SLOT = st.builds(
    Slot,
    key=_full(64, PLAIN).map("Slot/{}".format),
    version=_full(36, PLAIN).map('W/"{}"'.format),
    start=INSTANT,
    end=INSTANT,
    who=_full(80, LETTERS),
    modality=st.just("in_person"),
)
APPOINTMENT = st.builds(
    Appointment,
    key=_full(40, PLAIN),
    reference=_full(64, PLAIN).map("Appointment/{}".format),
    slot=SLOT,
    link=_full(192, LINK).map("https://{}".format),
)
ADDRESS = st.builds(Address, platform=_full(16, PLAIN), tenant=_full(80, PLAIN), user=_full(120, PLAIN))


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """The largest state there is, open and suspended, under both flows that interrupt."""
    slots = [draw(SLOT).model_dump(mode="json") for _ in range(3)]
    state = {"at": "choosing", "slots": slots, "taken": True, "down": False}
    choosing = Frame(flow="booking", version=1, state=state, ask="f" * 32)
    FLOWS["booking"].thaw(1, dict(choosing.state))
    return Conversation(
        turn="f" * 16,
        frame=choosing,
        suspended=(choosing, Frame(flow="privacy", version=1, state={"at": "forgotten"})),
        until=draw(INSTANT),
    )


@settings(max_examples=60)
@given(conversation=conversations(), appointments=st.lists(APPOINTMENT, min_size=3, max_size=3), address=ADDRESS)
def test_the_fullest_record_fits(conversation: Conversation, appointments: list[Appointment], address: Address) -> None:
    plan = Plan(day=6, at=time(23, 59), zone="America/Argentina/ComodRivadavia", paused_until=date(2026, 12, 31))
    record = Record(
        sid=SIDS[0],
        ops=Ops(
            address=address,
            locale="x" * 16,
            zone="z" * 64,
            notice="n" * 40,
            reference="r" * 600,
            plan=plan,
            due=NOW + timedelta(microseconds=999_999),
            nudges=tuple("k" * 40 for _ in range(NUDGES)),
        ),
        private=Private(
            conversation=conversation,
            appointments=tuple(appointments),
            troubles=tuple(Trouble(key="f" * 40, what="failed", start=NOW) for _ in range(TROUBLES)),
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
    book = Book(slot=slot, name=name, contact=contact, zone="z" * 64, consented_at=at)
    for task in (
        tasks.Ask(sid=SIDS[0], flow="screening", key=key, what=book),
        tasks.Ask(sid=SIDS[0], flow="screening", key=key, what=Cancel(appointment=appointment)),
        tasks.Announce(asker=address, name=name, team="t" * 40, template="t" * 40, due=2**40),
    ):
        assert tasks.unseal(vault, b"i" * 16, tasks.seal(vault, b"i" * 16, task)) == task


# -- who somebody is ------------------------------------------------------------------------------------------


def test_an_id_is_the_same_for_ever_and_without_the_key_nobody_can_try() -> None:
    address = Address(platform="slack", tenant="T0NORTHWIND", user="U0SAM")
    key = hmac.digest(KEYS.root, b"id", "sha256")
    parts = b"".join(len(part).to_bytes(4, "big") + part for part in (b"v1", b"slack", b"T0NORTHWIND", b"U0SAM"))
    assert _vault().sid(address) == hmac.digest(key, parts, "sha256")[:16]
    assert _vault(replace(KEYS, root=b"x" * 32)).sid(address) != _vault().sid(address)


@given(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4), st.data())
def test_addresses_that_read_alike_are_not(platform: str, tenant: str, user: str, data: st.DataObject) -> None:
    joined = platform + tenant + user
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(joined))] * 2)))
    parts = joined[:first], joined[first:second], joined[second:]
    one, other = (
        Address(platform=each[0][:16], tenant=each[1], user=each[2]) for each in ((platform, tenant, user), parts)
    )
    assert (_vault().sid(one) == _vault().sid(other)) is (one == other)


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_no_two_lists_of_parts_join_alike(some: list[bytes], others: list[bytes]) -> None:
    assert (lp(*some) == lp(*others)) is (some == others)


def test_each_purpose_has_a_key_of_its_own() -> None:
    vault = _vault()
    made = [
        vault.sid(Address(platform="p", tenant="t", user="u")),
        vault.tag("x"),
        vault.effect_id("x"),
        vault.sign("x")[:12],
        vault.clinic_key(),
        bytes.fromhex(vault.clinic_token()),
    ]
    assert len({each[:12] for each in made}) == len(made)


# -- the key file ---------------------------------------------------------------------------------------------


def _load(path: Path, empty: bool = False) -> Keys:
    return load_keys(path, database_is_empty=empty, clock=FakeClock())


def test_the_first_start_makes_the_keys_for_nobody_else_to_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    keys = _load(path, empty=True)
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0
    assert _load(path) == keys
    assert keys.root != keys.epochs[1]


def test_no_keys_are_made_over_data(tmp_path: Path) -> None:
    with pytest.raises(KeyTrouble, match="missing"):
        _load(tmp_path / "keys.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o420, 0o660, 0o644, 0o777])
def test_keys_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    _load(path, empty=True)
    path.chmod(mode)
    with pytest.raises(KeyTrouble, match="chmod 400"):
        _load(path)


KEY, SHORT = (base64.b64encode(each).decode() for each in (b"k" * 32, b"k" * 31))
MALFORMED: list[Any] = [
    {},
    [],
    "text",
    7,
    {"root": KEY},
    {"root": KEY, "epochs": {}},
    {"root": KEY, "epochs": [KEY]},
    {"root": SHORT, "epochs": {"1": KEY}},
    {"root": KEY, "epochs": {"1": SHORT}},
    {"root": KEY, "epochs": {"one": KEY}},
    {"root": KEY[:-1], "epochs": {"1": KEY}},
    {"root": None, "epochs": {"1": KEY}},
    {"root": KEY, "epochs": {"1": 7}},
]


@pytest.mark.parametrize("content", [*map(json.dumps, MALFORMED), "", "{", "\udcff", None])
def test_a_malformed_key_file_is_named_and_never_quoted(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "keys.json"
    if content is None:
        path.mkdir(mode=0o700)
    else:
        path.write_text(content, errors="surrogateescape")
        path.chmod(0o400)
    with pytest.raises(KeyTrouble) as trouble:
        _load(path)
    assert str(path) in str(trouble.value)
    assert KEY not in str(trouble.value)


async def test_a_service_does_not_start_without_the_keys_of_its_data(tmp_path: Path) -> None:
    async with rig(tmp_path) as haven:
        await haven.agree("sam")
        keys = haven.service.settings.keys
    kept = keys.read_bytes()
    keys.chmod(0o600)
    keys.unlink()
    with pytest.raises(KeyTrouble, match="missing"):
        async with rig(tmp_path):
            pass
    keys.write_bytes(kept)
    keys.chmod(0o400)
    async with rig(tmp_path) as haven:
        assert await haven.record("sam")


def test_an_empty_database_is_told_from_one_with_data(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'haven.db'}")
    upgrade(engine)
    with engine.begin() as conn:
        assert queries.is_empty(conn)
        queries.put_effect(conn, b"i" * 16, b"body", 0)
        assert not queries.is_empty(conn)
    engine.dispose()
