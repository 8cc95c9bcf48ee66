"""What the built-in clinic is told of HR's files: its people, their hours, and the holidays that they keep."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import make_url

from bot.clock import Clock
from bot.days_off import days_off, days_off_of
from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.hours import Hours, Practitioner, Profile
from bot.providers.clinic.outbox import Subscriber
from bot.providing import OURS, token_of
from bot.settings import Settings
from bot.vault import Vault
from content.booking import NO_HOLIDAYS
from content.booking import Practitioner as Booked
from content.booking import Profile as Described
from content.loaded import Loaded
from content.values import Span
from flows.core.timing import working


def opened(settings: Settings, vault: Vault, content: Loaded, clock: Clock, base_url: str) -> FastAPI | None:
    """Return the clinic's server, if this service has a clinic of its own. `base_url` is where this process can be
    reached, for the clinic's hints."""
    if settings.provider.kind != "clinic" or settings.provider.base_url or not content.providers.practitioners:
        return None
    return create_clinic(
        f"sqlite:///{clinic_path(settings)}",
        vault.clinic_key(),
        clock,
        name=content.providers.clinic,
        practitioners=practitioners(content),
        vouchers=bool(content.providers.vouchers),
        bearer=token_of(settings, vault),
        subscriber=Subscriber(f"{base_url}/providers/{OURS}/hook", vault.clinic_hints().encode()),
    )


def clinic_path(settings: Settings) -> Path:
    """Return where the built-in clinic's book lies: beside the service's database."""
    path = Path(make_url(settings.database_url).database or "haven.db")
    return path.with_name(f"{path.stem}-clinic{path.suffix or '.db'}")


def practitioners(content: Loaded) -> tuple[Practitioner, ...]:
    """Return the clinic's people and hours as HR's providers.yaml states them."""
    return tuple(
        Practitioner(
            key=each.key,
            name=each.name,
            modality=each.modality,
            zone=each.zone,
            minutes=each.minutes,
            weekly={day: hours(spans) for day, spans in each.weekly.items()},
            room=each.room or "",
            profile=profile(each, content.organisation.region),
            exceptions={day: hours(spans) for day, spans in each.exceptions.items()},
            closed=closed(each),
        )
        for each in content.providers.practitioners
    )


def hours(spans: Sequence[Span]) -> Hours:
    """Return opening hours of a day as the clinic takes them."""
    return tuple((span.start, span.end) for span in spans)


def closed(one: Booked) -> Callable[[date], bool]:
    """Return what tells whether somebody is closed on a day because it is a public holiday where they work."""
    if one.holidays == NO_HOLIDAYS:
        return working
    return days_off_of(one.holidays) if one.holidays else days_off(one.zone)


def profile(one: Described, region: str | None) -> Profile:
    """Return what people may know of somebody; where no licence is named, it is for the organisation's own country."""
    here = (region,) if region else ()
    return Profile(one.profession, one.languages, one.topics, one.gender, one.licensed or here, one.price)
