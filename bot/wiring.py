"""The only place where ports meet adapters: settings in, a running service out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from adapters.platform import Platform
from adapters.slack.app import SlackPlatform
from adapters.slack.installation import OneWorkspace
from adapters.slack.oauth import Offer
from adapters.slack.workspaces import Credentials
from adapters.teams.app import TeamsPlatform
from bot.asking import Asking
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.contact.calling import Calling
from bot.contact.wire import Desk as ContactDesk
from bot.desk import Desk
from bot.engine.embedded import Embedded
from bot.errands import Errands
from bot.gate import Gate
from bot.hooks import Hooks, Known
from bot.installations import SealedInstallations, SignedStates
from bot.letters import Letters
from bot.metrics import exposition
from bot.offering import Offering
from bot.people import People
from bot.practice import clinic_path, practitioners
from bot.progress import look
from bot.providers.base import Provider
from bot.providers.breaker import Breaker
from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.outbox import Subscriber
from bot.providers.fhir import FhirProvider
from bot.providers.several import Providers
from bot.providing import BUILT_IN, OURS, elsewhere, told, vouched
from bot.references import SealedReferences
from bot.safety.shipped import layers
from bot.schedule import Schedule
from bot.sending import Sending
from bot.settings import Settings, SettingsTrouble, is_loopback
from bot.store import queries
from bot.store.engine import Store, connect, upgrade
from bot.vault import Vault, load_keys
from bot.watching import Watch
from content import default_root
from content.library import Library
from content.loaded import Loaded
from flows.core.catalog import Screening
from flows.core.common import CommonWords
from flows.core.room import RoomWords
from flows.core.words import Words
from flows.registry import FLOWS
from flows.safety import Layer

WORDS: Mapping[str, type[Words]] = {
    **{name: flow.words for name, flow in FLOWS.items()},
    "common": CommonWords,
    "room": RoomWords,
}
CLINIC = "/clinic/fhir/R4"
"""Where the built-in clinic speaks FHIR."""


class Door(Platform, Protocol):
    """A platform that people come in by over HTTP."""

    router: APIRouter

    async def start(self) -> None:
        """Open what it needs."""

    async def stop(self) -> None:
        """Finish what is being drawn, and close it."""


@dataclass
class Service:
    """Everything, put together. `platforms` may be added to until `start`."""

    settings: Settings
    clock: Clock
    library: Library
    store: Store
    vault: Vault
    people: People
    desk: Desk
    provider: Provider
    errands: Errands
    schedule: Schedule
    platforms: dict[str, Platform]
    campaigns: Campaigns
    doors: tuple[Door, ...] = ()
    clinic: FastAPI | None = None
    contact: ContactDesk | None = None
    watch: Watch | None = None
    hooks: Hooks | None = None
    _worker: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self) -> None:
        """Take up what a crash left, then work and tick."""
        for door in self.doors:
            await door.start()
        await self.errands.recover()
        await self.schedule.load()
        self._worker.append(asyncio.create_task(self.errands.run()))
        if isinstance(self.provider, Providers):
            self._worker.append(asyncio.create_task(self.provider.probe()))
        if self.clinic:
            self._worker.append(asyncio.create_task(self.clinic.state.practice.run()))
        self.schedule.start()

    async def stop(self) -> None:
        """Stop ticking and working, finish what is being drawn, close the database."""
        self.schedule.stop()
        for task in self._worker:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.errands.finish()
        for door in self.doors:
            await door.stop()
        if self.watch:
            await self.watch.stop()
        await self.close()

    async def close(self) -> None:
        """Close what is open without having been started."""
        await self.provider.aclose()
        if self.contact:
            await self.contact.close()
        if self.clinic:
            self.clinic.state.practice.dispose()
        self.store.close()

    async def metrics(self) -> str:
        """Return what `/metrics` tells."""
        seen = await self.store.transact(lambda conn: look(conn, self.desk.deliveries, 0.0))
        return exposition(seen, self.errands.in_flight, self.errands.slowed)

    def takes_hours(self) -> None:
        """Hand the clinic the weekly hours that HR's files hold now."""
        if self.clinic:
            self.clinic.state.practice.replace(practitioners(self.library.current))


def build(
    settings: Settings,
    clock: Clock,
    *,
    base_url: str,
    listens: bool = True,
    store_of: Callable[[Engine], Store] = Store,
    layers_of: Callable[[], Sequence[Layer]] = layers,
) -> Service:
    """Put a service together. `base_url` is where this process itself can be reached over HTTP; one that does not
    listen only sends, beside a service that does.

    Raises SettingsTrouble, KeyTrouble or ContentError, each naming what is wrong and what to do."""
    settings.check()
    library = Library(
        content_root(settings),
        WORDS,
        lambda: clock.now().date(),
        settings.private,
        bool(settings.care.url),
        Screening(**settings.screening.model_dump()),
    )
    answered_for(settings, library.current)
    engine = connect(settings.database_url)
    upgrade(engine)
    with engine.begin() as connection:
        empty = queries.is_empty(connection)
    vault = Vault(load_keys(settings.keys, database_is_empty=empty, clock=clock), clock)
    store, people = store_of(engine), People(vault)
    desk = Desk(store=store, vault=vault, people=people, library=library, clock=clock, layers=layers_of())
    providers = _providers(settings, vault, library, clock, base_url)
    offering = Offering(
        providers,
        lambda: vouched(library.current.providers) if settings.provider.kind == "clinic" else {},
        lambda: library.current.organisation.region or "",
        clock,
    )
    contact = _contact(settings, clock)
    gate = Gate(settings.public_url, desk, vault, library, clock) if settings.public_url else None
    room = gate.room if gate else None
    if not listens:  # Slack would share what it delivers out among all open sockets
        settings = settings.model_copy(update={"slack": settings.slack.model_copy(update={"app_token": None})})
    chats = _chats(settings, gate or desk, store, vault, SealedReferences(store, vault, people), clock)
    platforms: dict[str, Platform] = {chat.name: gate.before(chat) if gate else chat for chat in chats}
    doors: tuple[Door, ...] = (*chats, room) if room else chats
    worker = Embedded(store, clock, desk.wake)
    campaigns = Campaigns(
        store=store,
        vault=vault,
        library=library,
        clock=clock,
        drawing=desk.drawing,
        tenants=partial(served, settings, store, vault, platforms),
    )
    sending = Sending(
        store=store,
        vault=vault,
        letters=Letters(people, library, clock, desk.drawing, campaigns),
        deliveries=desk.deliveries,
        drawing=desk.drawing,
        platforms=platforms,
        campaigns=campaigns,
        library=library,
        clock=clock,
    )
    errands = Errands(
        store=store,
        vault=vault,
        desk=desk,
        asking=Asking(providers, offering, clock),
        calling=Calling(contact, clock),
        sending=sending,
        platforms=platforms,
        clock=clock,
        engine=worker,
    )
    schedule = Schedule(
        store=store, desk=desk, people=people, library=library, clock=clock, engine=worker, campaigns=campaigns
    )
    clinic = _clinic(settings, vault, library, clock, base_url)
    service = Service(
        settings,
        clock,
        library,
        store,
        vault,
        people,
        desk,
        providers.alone or providers,
        errands,
        schedule,
        platforms,
        campaigns,
        doors,
        clinic,
        contact,
    )
    watch = service.watch = Watch(store, people, desk, providers, library, clock)
    known = dict(told(library.current.providers, settings))
    if clinic:
        known[OURS] = Known("fhir", vault.clinic_hints())
    service.hooks = Hooks(known, partial(_heard, watch), store, vault, clock)
    schedule.on_content = service.takes_hours
    schedule.on_tick = partial(_each, *((room.sweep,) if room else ()), watch.tick)
    return service


def _heard(watch: Watch, key: str, references: frozenset[str]) -> None:
    watch.heard(BUILT_IN if key == OURS else key, references)


def _each(*does: Callable[[], None]) -> None:
    for do in does:
        do()


def _contact(settings: Settings, clock: Clock) -> ContactDesk | None:
    """Return the way to the staffed contact, if there is one."""
    care = settings.care
    return ContactDesk(care.url, care.secret.get_secret_value(), clock) if care.url and care.secret else None


def answered_for(settings: Settings, content: Loaded) -> None:
    """Refuse the PHQ-9, which asks about thoughts of death, where nobody is there for the answer."""
    if settings.screening.phq9 and not (settings.care.url and content.contact):
        raise SettingsTrouble(
            "HAVEN_SCREENING__PHQ9: the PHQ-9 asks about thoughts of being dead or of hurting oneself, so it needs "
            "people who call back. Name them and their hours behind staffed_contact in org/crisis.yaml, and set "
            "HAVEN_CARE__URL and HAVEN_CARE__SECRET. Or unset HAVEN_SCREENING__PHQ9: the PHQ-8 asks the rest."
        )


def content_root(settings: Settings) -> Path:
    """Return the folder of the content in use."""
    return settings.content_dir or default_root()


def _providers(settings: Settings, vault: Vault, library: Library, clock: Clock, base_url: str) -> Providers:
    """Return the providers: our own clinic or the one FHIR server of the settings, and those of HR's file."""
    opened: dict[str, Provider] = {**elsewhere(library.current.providers, settings, clock)}
    given = settings.provider
    if given.kind == "clinic" and not library.current.providers.practitioners:
        return Providers(opened)
    own = FhirProvider(given.base_url or base_url + CLINIC, clock=clock, token=_bearer(settings, vault))
    alone: Provider = own if given.kind == "clinic" else Breaker(BUILT_IN, own, clock)
    return Providers({BUILT_IN: alone, **opened})


def _bearer(settings: Settings, vault: Vault) -> str | None:
    """Return the token between the service and its own clinic; none in the demo, on loopback, to look around."""
    if settings.provider.kind == "fhir":
        return settings.provider.token.get_secret_value() if settings.provider.token else None
    if settings.profile == "demo" and is_loopback(settings.host):
        return None
    return vault.clinic_token()


def _clinic(settings: Settings, vault: Vault, library: Library, clock: Clock, base_url: str) -> FastAPI | None:
    if settings.provider.kind != "clinic" or settings.provider.base_url or not library.current.providers.practitioners:
        return None
    return create_clinic(
        f"sqlite:///{clinic_path(settings)}",
        vault.clinic_key(),
        clock,
        name=library.current.providers.clinic,
        practitioners=practitioners(library.current),
        bearer=_bearer(settings, vault),
        subscriber=Subscriber(f"{base_url}/providers/{OURS}/hook", vault.clinic_hints().encode()),
    )


def _chats(
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
    assert given.team_id, "settings.check() has seen to it"
    assert given.bot_token, "settings.check() has seen to it"
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


async def send_due(settings: Settings, clock: Clock) -> tuple[int, int]:
    """Run one tick and end: return how many check-ins were planned and how many effects carried out. Safe beside a
    running service. Raises what `build` raises."""
    service = build(settings, clock, base_url=f"http://127.0.0.1:{settings.port}", listens=False)
    try:
        for door in service.doors:
            await door.start()
        await service.schedule.load()
        return await service.schedule.tick(), await service.errands.drain()
    finally:
        await service.errands.finish()
        for door in service.doors:
            await door.stop()
        await service.close()


@contextlib.asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """Start a service for the length of the block."""
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


__all__ = ["CLINIC", "Service", "SettingsTrouble", "answered_for", "build", "running", "send_due"]
