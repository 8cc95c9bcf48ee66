"""SMART Backend Services: what is sent, when, and what becomes of it when the server says no."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.providers.base import ProviderDown
from bot.providers.fhir import FhirProvider
from bot.providers.smart import SCOPE, Backend, Keys, KeyTrouble, load, thumbprint
from tests.bot.providers.authority import TOKEN_URL, Authority
from tests.bot.providers.conftest import StillClock
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import WEEK, request

FIRST, SECOND = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def opened(
    authority: Authority, keys: Keys, *, token_url: str | None = TOKEN_URL, client_id: str = "haven"
) -> FhirProvider:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(authority))
    base = "http://127.0.0.1"
    backend = Backend(token_url, client_id, keys, SCOPE, authority.clock, http, base_url=base)
    return FhirProvider(base, clock=authority.clock, token=backend, client=http)


def behind(*registered: ec.EllipticCurvePrivateKey) -> Authority:
    return Authority(Standin(), StillClock(), Keys(registered).jwks())


@pytest.mark.parametrize("token_url", [TOKEN_URL, None])
async def test_one_token_serves_until_its_end(token_url: str | None) -> None:
    authority = behind(FIRST)
    provider = opened(authority, Keys([FIRST]), token_url=token_url)
    slots = await asyncio.gather(*(provider.find_slots(*WEEK, 1) for _ in range(5)))
    await provider.book(request(slots[0][0]))
    assert (len(authority.asked), authority.refused) == (1, 0)
    authority.clock.later(timedelta(seconds=authority.life - 29))  # not used in its last half minute
    await provider.find_slots(*WEEK, 1)
    assert (len(authority.asked), authority.refused) == (2, 0)


async def test_a_token_that_is_no_longer_taken_is_renewed_once() -> None:
    authority = behind(FIRST)
    provider = opened(authority, Keys([FIRST]))
    (slot,) = await provider.find_slots(*WEEK, 1)
    authority.good.clear()  # revoked
    assert (await provider.book(request(slot))).slot == slot
    assert (len(authority.asked), authority.refused) == (2, 1)
    authority.life = 0  # whatever is given is spent at once: once again each, and then it is the answer
    authority.good.clear()
    before = len(authority.asked)
    with pytest.raises(ProviderDown):
        await provider.find_slots(*WEEK, 1)
    assert len(authority.asked) - before <= 2


@pytest.mark.parametrize(
    ("keys", "client_id"),
    [(Keys([SECOND]), "haven"), (Keys([FIRST]), "somebody-else")],
    ids=["another key", "another client"],
)
async def test_who_is_not_registered_gets_no_token_and_nothing_is_sent(keys: Keys, client_id: str) -> None:
    authority = behind(FIRST)
    provider = opened(authority, keys, client_id=client_id)
    with pytest.raises(ProviderDown):
        await provider.find_slots(*WEEK, 1)
    assert isinstance(authority.server, Standin)
    assert authority.server.asked == []


async def test_a_key_is_changed_without_a_gap() -> None:
    """The new key first in the file: the old key set does not know it yet, then knows both, then only the new one."""
    for registered, works in (((FIRST,), False), ((FIRST, SECOND), True), ((SECOND,), True)):
        authority = behind(*registered)
        provider = opened(authority, Keys([SECOND, FIRST]))
        if works:
            assert await provider.find_slots(*WEEK, 1)
        else:
            with pytest.raises(ProviderDown):
                await provider.find_slots(*WEEK, 1)


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_a_token_endpoint_that_fails_is_a_provider_that_is_down(status: int) -> None:
    authority = behind(FIRST)
    authority.fails = status
    with pytest.raises(ProviderDown) as down:
        await opened(authority, Keys([FIRST])).find_slots(*WEEK, 1)
    assert down.value.again == (7 if status == 429 else None)


def test_a_key_file(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(pem(FIRST) + pem(SECOND))
    keys = load(file)
    assert keys.signing[0] == thumbprint(FIRST)
    assert [one["kid"] for one in keys.jwks()["keys"]] == [thumbprint(FIRST), thumbprint(SECOND)]
    assert not any("d" in one for one in keys.jwks()["keys"])  # nothing private
    other = pem(ec.generate_private_key(ec.SECP256R1()))
    for text, says in (("", "no private key"), (other, "another kind"), (pem(FIRST)[:-60] + "\n", "cannot be read")):
        file.write_text(text)
        with pytest.raises(KeyTrouble, match=says):
            load(file)


def test_tokens_are_got_over_https_only() -> None:
    with pytest.raises(ValueError, match="https"):
        Backend("http://token.example/", "haven", Keys([FIRST]), SCOPE, StillClock(), httpx.AsyncClient())
