"""The token matrix without a network: what is good, and every way in which a token is not."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.teams.keys import Key, _read
from adapters.teams.token import presented, service_url
from bot.clock import ShiftedClock
from bot.sandbox.teams.identity import FORGERIES, Identity

APP = "c9e8c047-2a74-40a2-b28a-b162d5f5327c"
URL = "https://smba.trafficmanager.net/amer/"
CLOCK = ShiftedClock()
US = Identity(CLOCK, APP)


def published() -> dict[str, Key]:
    return dict(filter(None, map(_read, US.jwks()["keys"])))


def judge(token: str | bytes, later: timedelta = timedelta()) -> str | None:
    """Return the service URL that a token is good for, as the door finds it out."""
    raw = token if isinstance(token, bytes) else f"Bearer {token}".encode()
    given = presented(raw)
    key = published().get(given.kid) if given else None
    return service_url(given, key, APP, CLOCK.now() + later) if given and key else None


def test_a_good_token_is_good_for_its_service_url() -> None:
    assert judge(US.token(URL)) == URL


# a token for another service URL is a good one: the door compares it with the activity
@pytest.mark.parametrize("kind", [kind for kind in FORGERIES if kind != "another service url"])
def test_a_forged_token_is_refused(kind: str) -> None:
    assert judge(US.forge(kind, URL)) is None


@pytest.mark.parametrize(
    ("later", "good"),
    [
        (timedelta(minutes=64, seconds=50), True),
        (timedelta(minutes=65, seconds=10), False),
        (-timedelta(minutes=5, seconds=50), True),
        (-timedelta(minutes=6, seconds=10), False),
    ],
)
def test_a_token_is_good_for_an_hour_give_or_take_five_minutes(later: timedelta, good: bool) -> None:
    assert (judge(US.token(URL), later) is not None) == good


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": "9999999999"},
        {"nbf": "0"},
        {"nbf": True},
        {"nbf": float("-inf")},
        {"aud": [APP]},
        {"aud": [APP, "other"]},
        {"aud": APP.upper()},
        {"iss": ["https://api.botframework.com"]},
        {"iss": "https://api.botframework.com/"},
        {"iss": "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"},
        {"iss": "https://api.botframework.us"},
        {"serviceurl": ""},
        {"serviceurl": [URL]},
    ],
)
def test_a_claim_of_another_kind_is_refused(claims: dict[str, Any]) -> None:
    assert judge(US.with_claims(URL, **claims)) is None


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256", "rs256", "", None])
def test_rs256_is_the_only_algorithm_that_may_be_named(alg: str | None) -> None:
    assert judge(US.with_header(URL, alg=alg)) is None


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
def test_rs256_is_the_only_algorithm_even_with_the_right_key(alg: str) -> None:
    token = jwt.encode(US.claims(URL), US.key.private, algorithm=alg, headers={"kid": US.key.kid})
    assert judge(token) is None


def test_a_token_without_nbf_is_good() -> None:
    assert judge(US.with_claims(URL, nbf=None)) == URL


@pytest.mark.parametrize("scheme", ["bearer ", "Basic ", "Bearer", "", "Bearer  ", " Bearer "])
def test_the_scheme_is_bearer(scheme: str) -> None:
    assert judge(f"{scheme}{US.token(URL)}".encode()) is None


def test_an_endless_header_is_not_read() -> None:
    assert presented(f"Bearer {US.token(URL)}".encode() + b"A" * 16 * 1024) is None


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.none(), st.binary(), st.binary().map(lambda raw: b"Bearer " + raw), st.text().map(str.encode)))
def test_any_header_is_answered(raw: bytes | None) -> None:
    assert presented(raw) is None


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists), st.sampled_from(["header", "claims"])
)
def test_any_json_in_a_signed_token_is_answered(anything: Any, part: str) -> None:
    header, claims = US.header(), US.claims(URL)
    token = US.key.sign(anything if part == "header" else header, anything if part == "claims" else claims)
    assert judge(token) is None


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_byte_of_a_token_may_change(data: st.DataObject) -> None:
    token = US.token(URL)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCDwxyz0189-_."))
    changed = token[:at] + letter + token[at + 1 :]
    last = at in {part - 1 for part in (len(token), token.index("."), token.rindex("."))}
    if letter != token[at] and not last:  # the last letter of a part has bits that say nothing
        assert judge(changed) is None


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "EC"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"use": "enc"},
        {"kid": None},
        {"n": "AQAB"},
        {"n": "not base64 !"},
        {"e": ""},
        {"e": 65537},
        {"n": None},
    ],
)
def test_a_key_that_cannot_verify_is_not_taken(jwk: dict[str, Any]) -> None:
    assert _read(US.key.jwk() | jwk) is None


def test_a_short_key_is_not_taken() -> None:
    odd = ((1 << 1023) | 1).to_bytes(128, "big")
    short = base64.urlsafe_b64encode(odd).decode().rstrip("=")
    assert _read(US.key.jwk() | {"n": short}) is None


@pytest.mark.parametrize("told", [None, "msteams", {"msteams": 1}, [1], []])
def test_a_key_without_endorsements_speaks_for_nobody(told: Any) -> None:
    read = _read(json.loads(json.dumps(US.key.jwk() | {"endorsements": told})))
    assert read is not None
    given = presented(f"Bearer {US.token(URL)}".encode())
    assert given is not None
    assert service_url(given, read[1], APP, CLOCK.now()) is None
