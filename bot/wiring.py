"""The only place where ports meet adapters: settings in, a running service out."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from adapters.platform import Platform
from bot import practice
from bot.asking import Asking
from bot.campaigns import Campaigns
from bot.clock import Clock
from bot.contact.calling import Calling
from bot.contact.wire import Desk as ContactDesk
from bot.desk import Desk
from bot.doors import Door, chats, served
from bot.engine.embedded import Embedded
from bot.errands import Errands
from bot.gate import Gate
from bot.hooks import Hooks, Known
from bot.letters import Letters
from bot.offering import Offering
from bot.offers import Offers
from bot.people import People
from bot.providing import BUILT_IN, CLINIC, OURS, every, told, vouched
from bot.references import SealedReferences
from bot.safety.shipped import layers
from bot.schedule import Schedule
from bot.sending import Sending
from bot.service import Service
from bot.settings import Settings, SettingsTrouble
from bot.settings_check import check_settings
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
    check_settings(settings)
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
    providers = every(settings, vault, library.current.providers, clock, base_url)
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
    opened = chats(settings, gate or desk, store, vault, SealedReferences(store, vault, people), clock)
    platforms: dict[str, Platform] = {chat.name: gate.before(chat) if gate else chat for chat in opened}
    doors: tuple[Door, ...] = (*opened, room) if room else opened
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
        left=desk.left,
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
    clinic = practice.opened(settings, vault, library.current, clock, base_url)
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
    watch = service.watch = Watch(
        store,
        people,
        desk,
        providers,
        library,
        clock,
        Offers(store, people, desk, providers, offering, clock),
    )
    known = dict(told(library.current.providers, settings))
    if clinic:
        known[OURS] = Known("fhir", vault.clinic_hints())
    service.hooks = Hooks(known, partial(_heard, watch), store, vault, clock)
    schedule.on_content = service.takes_content
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
