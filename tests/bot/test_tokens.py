"""Buttons: only we can make a token, only for one person, and nothing can be read in it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.routing import COMMANDS, STANDING_ROUTES
from bot.tokens import ANYBODY, KEYS, STANDING, Standing, Step, Tokens
from bot.vault import Keys, Vault, decode, encode
from tests.world import NOW

VAULT = Vault(Keys(root=b"r" * 32, epochs={1: b"e" * 32}), SystemClock())
OTHER = Tokens(Vault(Keys(root=b"R" * 32, epochs={1: b"e" * 32}), SystemClock()))
TOKENS = Tokens(VAULT)
SAM, ALEX = b"s" * 16, b"a" * 16


@pytest.mark.parametrize("key", KEYS)
def test_a_standing_token_works_until_it_expires_and_for_its_owner(key: str) -> None:
    token = TOKENS.standing(SAM, key, NOW)
    assert TOKENS.read(SAM, token, NOW + STANDING - timedelta(seconds=1)) == Standing(key)
    assert isinstance(TOKENS.read(SAM, token, NOW + STANDING + timedelta(seconds=1)), Step)
    assert TOKENS.read(ALEX, token, NOW) is None
    assert OTHER.read(SAM, token, NOW) is None


def test_a_button_for_anybody_works_for_anybody() -> None:
    assert TOKENS.read(ALEX, TOKENS.standing(ANYBODY, "help", NOW), NOW) == Standing("help")


def test_a_step_token_names_one_button_at_one_turn() -> None:
    made = TOKENS.read(SAM, TOKENS.step(SAM, "turn-1", "slot", "2"), NOW)
    assert isinstance(made, Step)
    assert TOKENS.names(made, SAM, "turn-1", "slot", "2")
    for turn, key, arg in (("turn-2", "slot", "2"), ("turn-1", "slot", "3"), ("turn-1", "slo", "t2")):
        assert not TOKENS.names(made, SAM, turn, key, arg)
    assert TOKENS.read(ALEX, TOKENS.step(SAM, "turn-1", "slot", "2"), NOW) is None


@pytest.mark.parametrize("key", KEYS)
def test_nothing_can_be_read_in_a_token(key: str) -> None:
    for token in (TOKENS.standing(SAM, key, NOW), TOKENS.step(SAM, "turn", key)):
        assert key.encode() not in (decode(token) or b"")
        assert key not in token


@given(st.text(max_size=60))
def test_what_we_did_not_make_is_nothing(text: str) -> None:
    assert TOKENS.read(SAM, text, NOW) is None


@given(st.integers(0, 24), st.integers(1, 255), st.booleans())
def test_one_changed_byte_is_a_forgery(at: int, change: int, standing: bool) -> None:
    raw = bytearray(decode(TOKENS.standing(SAM, "stop", NOW) if standing else TOKENS.step(SAM, "t", "k")) or b"")
    raw[at % len(raw)] ^= change
    assert TOKENS.read(SAM, encode(bytes(raw)), NOW) is None


def test_everything_a_standing_button_can_do_is_known_to_the_routing() -> None:
    assert set(STANDING_ROUTES) == set(KEYS) - {"open", "room"}  # they show where we are
    assert STANDING_ROUTES["help"] == COMMANDS["help"]
