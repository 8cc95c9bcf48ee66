"""Seals and names: nothing can be swapped, flipped or mixed, and nobody can try who somebody is."""

import hmac
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platform import Address
from bot.store import queries
from bot.vault import Keys, Sealed, Unsealable, Vault, lp
from tests.fakes import FakeClock
from tests.rig import rig

KEYS = Keys(root=b"r" * 32, epochs={1: b"e" * 32})
SIDS = b"a" * 16, b"b" * 16


def _vault(keys: Keys = KEYS) -> Vault:
    return Vault(keys, FakeClock())


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


def test_a_first_column_is_changed_and_the_second_goes_along_unread() -> None:
    """Both columns and the etag are new, as after any other turn: a copy of the database does not tell which it was."""
    vault = _vault()
    old = vault.seal(SIDS[0], b"ops", b"private")
    ops, seal = vault.open_ops(old)
    new = seal(b"ops2")
    assert ops == b"ops"
    assert vault.open(new) == (b"ops2", b"private")
    assert (new.sid, new.epoch, new.dek) == (old.sid, old.epoch, old.dek)
    assert {len(new.ops), len(new.private)} == {len(old.ops), len(old.private)}
    assert not {new.etag, new.ops, new.private} & {old.etag, old.ops, old.private}
    for mixed in _mixed(old, new):
        with pytest.raises(Unsealable):
            vault.open(mixed)
    with pytest.raises(Unsealable):
        vault.open_ops(replace(old, private=new.private))[1](b"ops2")
    with pytest.raises(Unsealable):
        vault.open_ops(replace(old, epoch=2))


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
