"""With a control switched off, its rows of the refusal matrix are let in: each can fail, and none is left out here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.sandbox.teams.identity import FORGERIES
from bot.tokens import Step
from tests.deliveries.test_refusals import SLACK, TEAMS, is_refused
from tests.fuzz.served import Ear
from tests.golden.on_slack import OnSlack
from tests.golden.on_teams import OnTeams


def _decoding(**options: bool) -> Callable[[Any], object]:
    """Return a way to read tokens that looks at less than ours."""
    real = jwt.decode

    def off(here: Any) -> object:
        def decode(token: str, key: Any, **given: Any) -> Any:
            return real(token, key, **(given | {"options": given["options"] | options}))

        return decode

    return off


def _always(value: object) -> Callable[[Any], object]:
    return lambda here: lambda *given: value


def _in_async(find: Callable[[Any], object]) -> Callable[[Any], object]:
    def off(here: Any) -> object:
        async def answer(*given: Any) -> object:
            return find(here)

        return answer

    return off


_ANY_STEP: Final = _always(Step(b""))
_TOKEN_ROWS: Final = (*FORGERIES, "no token")
SLACK_OFF: dict[str, tuple[dict[str, Callable[[Any], object]], tuple[str, ...]]] = {
    "who signed": (
        {"adapters.slack.door.verify": _always(True)},
        ("no signature", "no timestamp", "another secret", "another version", "a time that is none"),
    ),
    "when": ({"adapters.slack.verify.FRESH": lambda here: timedelta(days=1)}, ("six minutes old", "six minutes early")),
    "how long": ({"adapters.slack.door.MOST": lambda here: 10**9}, ("too large",)),
    "what Bolt can read": (
        {"adapters.slack.door._bolt_request": _always(AsyncBoltRequest(body='{"type": "url_verification"}'))},
        ("no JSON", "a list"),
    ),
    "what is a delivery": (
        {
            "adapters.slack.deliveries.well_formed": _always(True),
            "adapters.slack.deliveries.is_trial": _always(False),
            "adapters.slack.deliveries.tenant_of": _always("T0HAVEN"),
        },
        ("an event without a type", "a form without a payload"),
    ),
    "whose workspace": ({"adapters.slack.deliveries.tenant_of": _always("T0HAVEN")}, ("another workspace",)),
    "whose button": ({"bot.tokens.Tokens.read": _ANY_STEP}, ("a forged button",)),
}
TEAMS_OFF: dict[str, tuple[dict[str, Callable[[Any], object]], tuple[str, ...]]] = {
    "all of the token": (
        {"adapters.teams.door.TokenGuard.service": _in_async(lambda here: here.workspace.service_url)},
        _TOKEN_ROWS,
    ),
    "the signature": (
        {"adapters.teams.token.jwt.decode": _decoding(verify_signature=False, verify_aud=True, verify_iss=True)},
        ("bad signature", "changed claims", "alg none with a kid", "HS256 with the public key", "HS256 with nothing"),
    ),
    "who may speak for Teams": ({"adapters.teams.token.CHANNEL": lambda here: "webchat"}, ("key not endorsed",)),
    "for whom": ({"adapters.teams.token.jwt.decode": _decoding(verify_aud=False)}, ("wrong audience",)),
    "by whom": (
        {"adapters.teams.token.jwt.decode": _decoding(verify_iss=False)},
        ("wrong issuer", "emulator issuer"),
    ),
    "when": ({"adapters.teams.token.SKEW": lambda here: timedelta(days=1)}, ("expired", "not yet valid")),
    "for which service": (
        {"adapters.teams.door.TokenGuard.service": _in_async(lambda here: None)},
        ("no service url", "another service url"),
    ),
    "which services": (
        {
            "adapters.teams.door.TokenGuard.service": _in_async(lambda here: None),
            "adapters.teams.reference.ServiceHosts.allow": _always(True),
        },
        ("another service",),
    ),
    "how long": ({"adapters.teams.door.MOST": lambda here: 10**9}, ("too large",)),
    "what is an activity": (
        {"adapters.teams.door._activity": _always({"type": "message"})},
        ("no JSON", "a list", "no type"),
    ),
    "which channel": ({"adapters.teams.door.CHANNEL": lambda here: "webchat"}, ("another channel",)),
    "whose tenant": (
        {"adapters.teams.door._tenant": lambda here: lambda activity: here.workspace.tenant_id},
        ("another tenant",),
    ),
    "whose button": ({"bot.tokens.Tokens.read": _ANY_STEP}, ("a forged button",)),
}


def test_every_row_has_its_control() -> None:
    assert {row for _, rows in SLACK_OFF.values() for row in rows} == SLACK.keys()
    assert {row for _, rows in TEAMS_OFF.values() for row in rows} == TEAMS.keys()


async def _goes_red(place: Any, control: Any, matrix: Any, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    switches, rows = control
    for where, off in switches.items():
        monkeypatch.setattr(where, off(place))
    for row in rows:
        make, status, said = matrix[row]
        with pytest.raises(AssertionError):
            await is_refused(place, make(place), status, said, ear)
        place.behind.given.clear()
        ear.heard.clear()


@pytest.mark.parametrize("control", SLACK_OFF)
async def test_slack_lets_in_what_a_control_refuses(
    slack: OnSlack, ear: Ear, control: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _goes_red(slack, SLACK_OFF[control], SLACK, ear, monkeypatch)


@pytest.mark.parametrize("control", TEAMS_OFF)
async def test_teams_lets_in_what_a_control_refuses(
    teams: OnTeams, ear: Ear, control: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _goes_red(teams, TEAMS_OFF[control], TEAMS, ear, monkeypatch)
