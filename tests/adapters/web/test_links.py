"""Links: once, ten minutes, with their code; and not to be guessed, counted in tries and in bits."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platform import Profile
from adapters.web.links import DIGITS, LIFE, MOST, SIZE, TRIES, Guest, Links, Wrong, digits
from adapters.web.secret import Secret
from bot.clock import SystemClock
from bot.vault import decode
from tests.adapters.web.conftest import ELSE, ME
from tests.fakes import FakeClock

GUEST = Guest(ME, Profile(), "en")
CODES = [str(number).zfill(DIGITS) for number in range(10**DIGITS)]


def links(clock: FakeClock | None = None) -> Links:
    clock = clock or FakeClock()
    return Links(Secret(clock.chance), clock.now)


def other(code: str) -> str:
    """Return a code that is not this one."""
    return CODES[(int(code) + 1) % len(CODES)]


def test_a_link_opens_once() -> None:
    held = links()
    token, code = held.make(GUEST)
    assert held.look(token) == ("open", "en")
    assert held.open(token, code) == GUEST
    assert held.look(token) == ("used", "en")
    assert held.open(token, code) == "used"


def test_looking_uses_nothing_up() -> None:
    held = links()
    token, code = held.make(GUEST)
    for _ in range(100):
        held.look(token)
    assert held.open(token, code) == GUEST


def test_a_link_lives_ten_minutes() -> None:
    clock = FakeClock()
    held = links(clock)
    (early, code), (late, other_code) = held.make(GUEST), held.make(GUEST)
    clock.later(LIFE - timedelta(seconds=1))
    assert held.open(early, code) == GUEST
    clock.later(timedelta(seconds=1))
    assert held.open(late, other_code) == "expired"
    assert timedelta(minutes=10) == LIFE


def test_three_wrong_codes_end_it_for_the_right_one_too() -> None:
    held = links()
    token, code = held.make(GUEST)
    assert [held.open(token, other(code)) for _ in range(TRIES)] == [Wrong(2), Wrong(1), "locked"]
    assert held.open(token, code) == "locked"


def test_a_link_has_no_use_for_somebody_elses_code() -> None:
    held = links()
    mine, code = held.make(GUEST)
    for _ in range(50):  # until the codes differ
        theirs, other_code = held.make(Guest(ELSE, Profile(), "en"))
        if code != other_code:
            break
    assert isinstance(held.open(theirs, code), Wrong)
    assert isinstance(held.open(mine, other_code), Wrong)


def test_at_most_three_are_open_and_the_newest_stay() -> None:
    held = links()
    made = [held.make(GUEST) for _ in range(MOST + 2)]
    theirs, _ = held.make(Guest(ELSE, Profile(), "en"))
    assert [held.look(token)[0] for token, _ in made] == ["expired"] * 2 + ["open"] * MOST
    assert held.look(theirs)[0] == "open"


def test_who_it_was_for_is_forgotten_when_it_opens_nothing_any_more() -> None:
    clock = FakeClock()
    held = links(clock)
    used, code = held.make(GUEST)
    held.open(used, code)
    locked, code = held.make(GUEST)
    for _ in range(TRIES):
        held.open(locked, other(code))
    expired, _ = held.make(GUEST)
    clock.later(LIFE)
    held.look(expired)
    assert "U1" not in repr(vars(held))
    clock.later(timedelta(hours=2))
    held.make(Guest(ELSE, Profile(), "en"))
    assert len(held._links) == 1


def test_what_is_held_opens_nothing_by_itself() -> None:
    """Somebody who reads the memory of links finds hashes, not links or codes."""
    held = links()
    token, code = held.make(GUEST)
    assert token not in repr(vars(held))
    assert f"'{code}'" not in repr(vars(held))


# --- guessing


def test_a_link_of_the_real_generator_has_128_bits() -> None:
    """What is drawn is what is in the address: 16 bytes of the machine's own generator, every bit of them loose."""
    held = Links(Secret(SystemClock().chance), SystemClock().now)
    tokens = [decode(held.make(GUEST)[0]) or b"" for _ in range(2000)]
    assert {len(token) for token in tokens} == {SIZE}
    assert SIZE * 8 == 128
    assert len(set(tokens)) == len(tokens)
    ones = [sum(int.from_bytes(token, "big") >> bit & 1 for token in tokens) for bit in range(SIZE * 8)]
    spread = math.sqrt(len(tokens)) / 2  # of a fair coin, thrown so often
    assert all(abs(count - len(tokens) / 2) < 6 * spread for count in ones)
    # a million tries at ten thousand open links hit one with a chance of about 3e-29
    assert 1e6 * 1e4 / 2**128 < 1e-28


def test_a_million_guessed_links_open_nothing() -> None:
    clock = SystemClock()
    held = Links(Secret(clock.chance), clock.now)
    for number in range(300):
        held.make(Guest(ME.model_copy(update={"user": f"U{number}"}), Profile(), "en"))
    drawn = clock.chance(SIZE * 1000)
    stems = [drawn[at * SIZE : (at + 1) * SIZE].hex() for at in range(1000)]
    opened = 0
    for stem in stems:
        for number in range(1000):
            opened += held.look(f"{stem}{number}")[0] != "unknown"
    assert opened == 0


def test_a_million_guessed_codes_get_three_tries_a_link() -> None:
    """Somebody who knows every link, but no code: they open as many as three tries in ten thousand open, no more."""
    clock = FakeClock(seed="guess")
    held = links(clock)
    opened = tried = links_tried = 0
    while tried < 1_000_000:
        token, _ = held.make(Guest(ME.model_copy(update={"user": f"U{links_tried}"}), Profile(), "en"))
        links_tried += 1
        before = tried
        for code in CODES[:100]:  # a hundred tries each: all but the first three are in vain
            tried += 1
            opened += isinstance(held.open(token, code), Guest)
        assert tried - before == 100
        if links_tried % 500 == 0:
            clock.later(timedelta(hours=2))  # the old ones are forgotten
    expected = links_tried * TRIES / 10**DIGITS
    assert links_tried == 10_000
    assert opened < expected + 5 * math.sqrt(expected)


def test_every_code_is_as_likely_as_any_other() -> None:
    secret = Secret(SystemClock().chance)
    counts = [0] * 10
    for _ in range(5000):
        for digit in secret.digits(DIGITS):
            counts[int(digit)] += 1
    assert all(abs(count - 2000) < 6 * math.sqrt(2000) for count in counts)


# --- what is typed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("4821", "4821"),
        (" 48 21 ", "4821"),
        ("48-21", "4821"),
        ("٤٨٢١", "4821"),
        ("４８２１", "4821"),
        ("482", ""),
        ("48211", ""),
        ("abcd", ""),
        ("48²1", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_in_any_script_and_nothing_else_is_a_try(typed: str, code: str) -> None:
    assert digits(typed) == code


@given(st.text())
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    assert digits(typed) == "" or digits(typed) in CODES
