"""The published keys and the tokens, judged by PyJWT; every bad token is bad for the reason in its name."""

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.clock import ShiftedClock, SystemClock
from bot.sandbox.teams.identity import FORGERIES, ISSUER, Identity
from bot.sandbox.teams.workspace import Workspace
from tests.bot.sandbox.teams.kit import Client

URL = "https://smba.example/amer/"
APP = "the-app"


@pytest.fixture(scope="module")
def identity() -> Identity:
    """One for all, because its keys take long to make: not to be rotated."""
    return Identity(SystemClock(), APP)


@pytest.fixture
def young(clock: ShiftedClock, rsa_key: RSAPrivateKey) -> Identity:
    """One that may be rotated."""
    young = Identity(clock, APP)
    young.key.private = rsa_key
    return young


def refusal(identity: Identity, token: str, app: str = APP, url: str = URL) -> str:
    """Why a careful bot refuses a token; empty if it does not."""
    published = {key["kid"]: key for key in identity.jwks()["keys"]}
    try:
        header = jwt.get_unverified_header(token)
        if header.get("kid") not in published:
            return "unknown kid"
        jwk = published[header["kid"]]
        if "msteams" not in jwk["endorsements"]:
            return "not endorsed"
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK.from_dict(jwk, algorithm="RS256"),
            algorithms=["RS256"],
            audience=app,
            issuer=ISSUER,
            options={"require": ["exp", "iss", "aud"]},
        )
    except jwt.PyJWTError as error:
        return type(error).__name__
    return "" if claims.get("serviceurl") == url else "service url"


REASONS = {
    "bad signature": "InvalidSignatureError",
    "changed claims": "InvalidSignatureError",
    "no signature": "InvalidSignatureError",
    "alg none": "unknown kid",
    "alg none with a kid": "InvalidAlgorithmError",
    "HS256 with the public key": "InvalidAlgorithmError",
    "HS256 with nothing": "InvalidAlgorithmError",
    "unknown alg": "InvalidAlgorithmError",
    "unknown kid": "unknown kid",
    "no kid": "unknown kid",
    "a kid that is a number": "InvalidTokenError",
    "key not endorsed": "not endorsed",
    "wrong audience": "InvalidAudienceError",
    "no audience": "MissingRequiredClaimError",
    "wrong issuer": "InvalidIssuerError",
    "emulator issuer": "InvalidIssuerError",
    "no issuer": "MissingRequiredClaimError",
    "expired": "ExpiredSignatureError",
    "no expiry": "MissingRequiredClaimError",
    "expiry is a text": "DecodeError",
    "not yet valid": "ImmatureSignatureError",
    "no service url": "service url",
    "another service url": "service url",
    "claims that are a list": "DecodeError",
    "not a token": "DecodeError",
    "empty": "DecodeError",
}


def test_a_good_token_is_good(identity: Identity) -> None:
    assert refusal(identity, identity.token(URL)) == ""
    claims = jwt.decode(identity.token(URL), options={"verify_signature": False})
    assert claims.keys() == {"serviceurl", "nbf", "exp", "iss", "aud"}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_bad_for_its_own_reason(identity: Identity, kind: str) -> None:
    assert refusal(identity, identity.forge(kind, URL)) == REASONS[kind]


def test_a_confused_verifier_would_take_the_public_key_for_a_secret(identity: Identity) -> None:
    token = identity.forge("HS256 with the public key", URL)
    signed, _, signature = token.rpartition(".")
    hs256 = jwt.get_algorithm_by_name("HS256")
    assert hs256.verify(signed.encode(), identity.public_pem(), jwt.utils.base64url_decode(signature))


def test_a_careless_verifier_takes_what_is_signed_well(identity: Identity) -> None:
    public = identity.key.private.public_key()
    careless = {"verify_aud": False, "verify_exp": False, "verify_iss": False, "verify_nbf": False}
    for kind in ("wrong audience", "expired", "no expiry", "wrong issuer", "not yet valid", "no service url"):
        jwt.decode(identity.forge(kind, URL), public, algorithms=["RS256"], options=careless)  # type: ignore[arg-type]


def test_tokens_follow_the_clock(young: Identity, clock: ShiftedClock) -> None:
    old = young.token(URL)
    clock.later(timedelta(days=3))
    assert refusal(young, young.token(URL)) == "ImmatureSignatureError"
    exp = jwt.decode(old, options={"verify_signature": False})["exp"]
    assert clock.now().timestamp() - exp > timedelta(days=2).total_seconds()


def test_a_rotated_key_is_published_beside_the_old_one(young: Identity) -> None:
    old = young.token(URL)
    assert young.rotate() is young.key
    assert refusal(young, young.token(URL)) == ""
    assert refusal(young, old) == ""
    young.rotate(keep=False)
    assert refusal(young, old) == "unknown kid"


def test_the_other_channels_key_is_published_for_the_other_channel(identity: Identity) -> None:
    endorsed = [key["endorsements"] for key in identity.jwks()["keys"]]
    assert endorsed == [["msteams"], ["webchat", "directline"]]


async def test_the_documents_lead_to_the_keys(client: Client, workspace: Workspace) -> None:
    document = (await client.http.get(f"{workspace.url}/v1/.well-known/openidconfiguration")).json()
    assert document["issuer"] == ISSUER
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    assert (await client.http.get(document["jwks_uri"])).json() == workspace.identity.jwks()
    assert [call.method for call in workspace.recorded] == ["token", "openid", "keys"]


async def test_the_documents_can_fail(client: Client, workspace: Workspace) -> None:
    workspace.fail_next("keys", 503)
    answers = [await client.http.get(f"{workspace.url}/v1/.well-known/keys") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 200]
    assert "private" not in json.dumps(answers[1].json())
