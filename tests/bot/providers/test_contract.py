"""The contract, for each client at each kind of server. A run lists every case that fails."""

import traceback

import pytest

from tests.bot.providers.contract import CASES, EVERY
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
