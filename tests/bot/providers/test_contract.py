"""The contract, for each client at each kind of server. A run lists every case that fails."""

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from bot.providers import calcom, fhir_bundles
from bot.providers.fhir_wire import Wire
from tests.bot.providers.contract import CASES, EVERY, only_what_may_be_known_leaves_the_house
from tests.bot.providers.kits import KITS

TRIED = ("the built-in clinic", "atomic", "200 with 412 inside", "no checks, no marks", "cal.com")
"""Where every fault is tried in `make test`; `make proofs` tries them everywhere, and at every request."""


def test_the_contract_is_not_short() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize("name", KITS)
async def test_a_client_keeps_the_contract(name: str) -> None:
    kit, failed = KITS[name](), []
    for title, run in CASES.items():
        if "at any request" in title and not (EVERY or name in TRIED):
            continue
        try:
            await run(kit)
        except Exception:
            failed.append(f"{title}:\n{''.join(traceback.format_exc().splitlines(keepends=True)[-8:])}")
    assert not failed, f"{len(failed)} of {len(CASES)} cases\n\n" + "\n".join(failed)


def _more(part: str, value: object) -> Callable[[Any], Any]:
    """Return what makes of a function that returns a dictionary one that says more."""
    return lambda made: lambda *given: made(*given) | {part: value}


PLANTED = {
    "a field too many": ("atomic", fhir_bundles, "appointment", _more("comment", "could not sleep")),
    "a value too many": ("plain POST", fhir_bundles, "patient", _more("name", [{"text": "Sam Doe, U0SAM"}])),
    "an id of ours": ("no contained patient", fhir_bundles, "patient", _more("id", "U0SAM")),
    "a header": (
        "atomic",
        Wire,
        "_once",
        lambda once: lambda wire, *given: once(wire, *given[:3], given[3] | {"x": "y"}),
    ),
    "in the address": ("atomic", Wire, "get", lambda get: lambda wire, path: get(wire, f"{path}?for=U0SAM")),
    "an attendee who says more": ("cal.com", calcom, "_attendee", _more("name", "Sam Doe, U0SAM")),
}


@pytest.mark.parametrize("leak", PLANTED)
async def test_what_leaves_without_being_on_the_list_is_found(leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, where, what, more = PLANTED[leak]
    monkeypatch.setattr(where, what, more(getattr(where, what)))
    with pytest.raises(AssertionError, match=r"U0SAM|could not sleep|x: y"):
        await only_what_may_be_known_leaves_the_house(KITS[name]())
