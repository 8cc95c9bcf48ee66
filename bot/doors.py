"""The platforms that people come in by over HTTP: those whose settings are complete."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fastapi import APIRouter

from adapters.platform import Platform
from adapters.slack.app import SlackPlatform
from adapters.slack.installation import OneWorkspace
from adapters.slack.oauth import Offer
from adapters.slack.workspaces import Credentials
from adapters.teams.app import TeamsPlatform
from bot.clock import Clock
from bot.desk import Desk
from bot.gate import Gate
from bot.installations import SealedInstallations, SignedStates
from bot.references import SealedReferences
from bot.settings import Settings
from bot.store.engine import Store
from bot.vault import Vault


class Door(Platform, Protocol):
    """A platform that people come in by over HTTP."""

    router: APIRouter

    async def start(self) -> None:
        """Open what it needs."""

    async def stop(self) -> None:
        """Finish what is being drawn, and close it."""


def chats(
    settings: Settings, front: Desk | Gate, store: Store, vault: Vault, references: SealedReferences, clock: Clock
) -> tuple[Door, ...]:
    """Return the platforms whose settings are complete."""
    doors = (_slack(settings, front, store, vault, clock), _teams(settings, front, references, clock))
    return tuple(door for door in doors if door)


def _slack(settings: Settings, front: Desk | Gate, store: Store, vault: Vault, clock: Clock) -> SlackPlatform | None:
    given = settings.slack
    if not given.connected:
        return None
    offer = _offer(settings, SignedStates(store, vault, clock))
    return SlackPlatform(
        installations=SealedInstallations(store, vault) if offer else _one(settings),
        offer=offer,
        signing_secret=given.signing_secret.get_secret_value() if given.signing_secret else None,
        app_token=given.app_token.get_secret_value() if given.app_token else None,
        chance=clock.chance,
        api_url=given.api_url,
        receive=front.receive,
        drawn=front.drawn,
        look=front.front,
        say=front.notes,
        clock_now=clock.now,
    )


def _one(settings: Settings) -> OneWorkspace:
    given = settings.slack
    assert given.team_id, "check_settings has seen to it"
    assert given.bot_token, "check_settings has seen to it"
    return OneWorkspace(given.team_id, given.bot_token.get_secret_value())


def _offer(settings: Settings, states: SignedStates) -> Offer | None:
    given = settings.slack
    if not (given.client_id and given.client_secret and given.allowed and settings.public_url):
        return None
    return Offer(
        credentials=Credentials(given.client_id, given.client_secret.get_secret_value()),
        public_url=settings.public_url,
        allowed=frozenset(each.strip() for each in given.allowed.split(",")),
        states=states,
    )


async def served(
    settings: Settings, store: Store, vault: Vault, platforms: Mapping[str, Platform]
) -> Mapping[str, Sequence[str]]:
    """Return the workspaces and organisations that campaigns reach, by platform; of the terminal's there is one."""
    slack, teams = settings.slack, settings.teams
    installed = [] if slack.team_id else [each.tenant for each in await SealedInstallations(store, vault).all()]
    tenants = {
        "slack": [slack.team_id] if slack.team_id else installed,
        "teams": [teams.tenant_id] if teams.tenant_id else [],
        "console": ["demo"] if settings.profile == "demo" else [],
    }
    return {name: each for name, each in tenants.items() if name in platforms}


def _teams(settings: Settings, front: Desk | Gate, references: SealedReferences, clock: Clock) -> TeamsPlatform | None:
    given = settings.teams
    if not (given.app_id and given.tenant_id and (given.app_password or given.playground)):
        return None
    return TeamsPlatform(
        app_id=given.app_id,
        app_password=given.app_password.get_secret_value() if given.app_password else "",
        tenant_id=given.tenant_id,
        receive=front.receive,
        drawn=front.drawn,
        references=references.of("teams", given.tenant_id),
        say=front.notes,
        clock_now=clock.now,
        chance=clock.chance,
        openid_url=given.openid_url,
        login_url=given.login_url,
        service_hosts=given.service_hosts.split(","),
        playground=given.playground,
    )
