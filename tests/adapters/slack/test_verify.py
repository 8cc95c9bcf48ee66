import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.verify import verify

SECRET = b"8f742231b10e8888abcd99yyyzzz85a5"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp())).encode()


def sign(stamp: bytes, body: bytes, secret: bytes = SECRET) -> bytes:
    return b"v0=" + hmac.new(secret, b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest().encode()


def test_slacks_own_example() -> None:
    # "Verifying requests from Slack": the worked example of the documentation
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGl"
        b"gcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    at = datetime.fromtimestamp(1531420618, UTC)
    assert verify(SECRET, b"1531420618", signature, body, at)


@given(body=st.binary(), skew=st.integers(-300, 300))
def test_what_slack_signed_within_five_minutes_is_let_in(body: bytes, skew: int) -> None:
    assert verify(SECRET, STAMP, sign(STAMP, body), body, NOW + timedelta(seconds=skew))


@given(body=st.binary(), late=st.integers(301, 10**6), early=st.booleans())
def test_a_stale_or_future_stamp_is_refused(body: bytes, late: int, early: bool) -> None:
    now = NOW + timedelta(seconds=-late if early else late)
    assert not verify(SECRET, STAMP, sign(STAMP, body), body, now)


@given(body=st.binary(), other=st.binary())
def test_another_body_is_refused(body: bytes, other: bytes) -> None:
    assert verify(SECRET, STAMP, sign(STAMP, body), other, NOW) == (body == other)


@given(secret=st.binary(), body=st.binary())
def test_another_secret_is_refused(secret: bytes, body: bytes) -> None:
    assert verify(SECRET, STAMP, sign(STAMP, body, secret), body, NOW) == (secret == SECRET)


@given(stamp=st.none() | st.binary(), signature=st.none() | st.binary(), body=st.binary())
def test_any_bytes_are_answered(stamp: bytes | None, signature: bytes | None, body: bytes) -> None:
    assert not verify(SECRET, stamp, signature, body, NOW)


@pytest.mark.parametrize("stamp", [b"", b"now", b"-5", b"+5", b"1_0", b" 5", "١٢".encode(), b"9" * 5000])
def test_a_signed_stamp_that_is_no_number_is_refused(stamp: bytes) -> None:
    assert not verify(SECRET, stamp, sign(stamp, b"x"), b"x", NOW)


def test_the_stamp_is_signed_too() -> None:
    later = str(int(STAMP) + 1).encode()
    assert not verify(SECRET, later, sign(STAMP, b"x"), b"x", NOW)
