"""Puts the providers together: those that HR's providers.yaml names, with the secrets of whoever runs the service."""

from collections.abc import Mapping

import httpx

from bot.clock import Clock
from bot.hooks import Known
from bot.providers.base import Provider
from bot.providers.breaker import Breaker
from bot.providers.calcom import CalcomProvider
from bot.providers.fhir import FhirProvider
from bot.providers.fhir_wire import Bearer, Fixed, Wire
from bot.providers.links import LinksProvider
from bot.providers.listed import Listed
from bot.providers.several import Providers
from bot.providers.smart import CREATED, SCOPE, Backend, KeyTrouble, load
from bot.settings import ProviderAccess, Settings, SettingsTrouble
from bot.settings_check import is_loopback
from bot.tls import trusted
from bot.vault import Vault
from content.booking import ProviderEntry
from content.booking import Providers as File
from flows.core.care import Practitioner

OURS = "-"
"""The built-in clinic in an address: no provider of HR's file has such a key."""
CLINIC = "/clinic/fhir/R4"
"""Where the built-in clinic speaks FHIR."""
BUILT_IN = ""
"""The key of the built-in clinic, or of the one FHIR server that the settings name."""


def every(settings: Settings, vault: Vault, file: File, clock: Clock, base_url: str) -> Providers:
    """Return the providers: our own clinic or the one FHIR server of the settings, and those of HR's file. `base_url`
    is where this process can be reached. Raises SettingsTrouble."""
    opened: dict[str, Provider] = {**elsewhere(file, settings, clock)}
    given = settings.provider
    if given.kind == "clinic" and not file.practitioners:
        return Providers(opened)
    own = FhirProvider(given.base_url or base_url + CLINIC, clock=clock, token=token_of(settings, vault))
    alone: Provider = own if given.kind == "clinic" else Breaker(BUILT_IN, own, clock)
    return Providers({BUILT_IN: alone, **opened})


def token_of(settings: Settings, vault: Vault) -> str | None:
    """Return the token between the service and its own clinic; none in the demo, on loopback, to look around."""
    if settings.provider.kind == "fhir":
        return settings.provider.token.get_secret_value() if settings.provider.token else None
    if settings.profile == "demo" and is_loopback(settings.host):
        return None
    return vault.clinic_token()


def elsewhere(file: File, settings: Settings, clock: Clock) -> Mapping[str, Provider]:
    """Return the providers elsewhere, by their keys. Raises SettingsTrouble, naming the setting that is missing or that
    nobody reads."""
    known = {one.key.replace("-", "_"): one for one in file.providers}
    for key in settings.providers:
        if key not in known:
            raise SettingsTrouble(
                f"HAVEN_PROVIDERS__{key.upper()}__...: there is no provider {key} in org/providers.yaml. "
                f"Its providers: {', '.join(known) or 'none'}. Correct the name, or unset it."
            )
    return {
        entry.key: Breaker(entry.key, opened(entry, settings.providers.get(name, ProviderAccess()), clock), clock)
        for name, entry in known.items()
    }


def opened(entry: ProviderEntry, access: ProviderAccess, clock: Clock) -> Provider:
    """Return the client of one provider. Raises SettingsTrouble."""
    if entry.kind == "calcom":
        if not access.token:
            raise SettingsTrouble(
                f"{_prefix(entry)}TOKEN: the API key of {entry.name} at Cal.com (Settings, Developer, API keys). "
                "Ask the provider for one, or take it out of org/providers.yaml."
            )
        token = access.token.get_secret_value()
        return CalcomProvider(entry.url, people=people(entry), clock=clock, token=token)
    if entry.kind == "links":
        return LinksProvider(entry.url, people=people(entry), clock=clock)
    client = httpx.AsyncClient(verify=trusted(), trust_env=False, timeout=4.0)
    bearer = _bearer(entry, access, clock, client)
    provider = FhirProvider(entry.url, clock=clock, token=bearer, patient=entry.patient, client=client)
    return Listed(provider, people(entry)) if entry.people else provider


def wire_of(entry: ProviderEntry, access: ProviderAccess, clock: Clock) -> Wire:
    """Return the wire to a FHIR server alone, to look at it. Raises SettingsTrouble."""
    client = httpx.AsyncClient(verify=trusted(), trust_env=False, timeout=4.0)
    return Wire(entry.url, _bearer(entry, access, clock, client), 4.0, client)


def told(file: File, settings: Settings) -> Mapping[str, Known]:
    """Return the providers that may tell us something of their own accord: those whose secret is set."""
    secrets = {one.key: settings.providers.get(one.key.replace("-", "_")) for one in file.providers}
    return {
        one.key: Known(one.kind, access.webhook_secret.get_secret_value())
        for one in file.providers
        if one.kind != "links" and (access := secrets[one.key]) and access.webhook_secret
    }


def people(entry: ProviderEntry) -> tuple[Practitioner, ...]:
    """Return the people whom HR's file describes at a provider."""
    return tuple(Practitioner(provider=entry.key, **one.model_dump()) for one in entry.people)


def vouched(file: File) -> Mapping[tuple[str, str], Practitioner]:
    """Return what HR's file says of the people of the built-in clinic, by provider and key."""
    fields = ("name", "profession", "languages", "topics", "gender", "licensed", "price")
    known = (
        Practitioner(
            key=f"Practitioner/{one.key}", modalities=(one.modality,), **{name: getattr(one, name) for name in fields}
        )
        for one in file.practitioners
    )
    return {(BUILT_IN, one.key): one for one in known}


def _bearer(entry: ProviderEntry, access: ProviderAccess, clock: Clock, client: httpx.AsyncClient) -> Bearer | None:
    if access.token:
        return Fixed(access.token.get_secret_value())
    if not (access.client_id and access.key_file):
        return None
    try:
        keys = load(access.key_file)
        scope = SCOPE + (CREATED if entry.patient == "created" else "")
        return Backend(access.token_url, access.client_id, keys, scope, clock, client, base_url=entry.url)
    except KeyTrouble as trouble:
        raise SettingsTrouble(f"{_prefix(entry)}KEY_FILE: {trouble}") from None
    except ValueError as trouble:
        raise SettingsTrouble(f"{_prefix(entry)}TOKEN_URL: {trouble}.") from None


def _prefix(entry: ProviderEntry) -> str:
    return f"HAVEN_PROVIDERS__{entry.key.upper().replace('-', '_')}__"
