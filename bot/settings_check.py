"""What settings have to be before the service starts with them: whole, of the right shape, safe in production."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from bot.settings import CareSettings, ProviderAccess, Settings, SettingsTrouble, SlackSettings

_CHATS = ("slack.com", "office.com", "office365.com", "microsoft.com", "logic.azure.com", "powerplatform.com")
_OPENID_HOST = "login.botframework.com"
_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SLACK_SHAPES = {
    "app_token": r"xapp-.+",
    "bot_token": r"xoxb-.+",
    "team_id": r"T[A-Z0-9]{2,20}",
    "client_id": r"[0-9]+\.[0-9]+",
    "allowed": r"[TE][A-Z0-9]{2,20}( *, *[TE][A-Z0-9]{2,20})*",
}
_HELP = {
    "HAVEN_PUBLIC_URL": "https:// and a host in small letters, without a path, as https://haven.example.org",
    "HAVEN_CARE__URL": "https:// and the address that your staffed contact gave you for requests to be called back",
    "HAVEN_CARE__SECRET": "whsec_ and at least 24 random bytes in base64, agreed with your staffed contact",
    "HAVEN_TEAMS__APP_ID": "the application (client) id of your bot, a GUID in small letters; in Azure, your bot",
    "HAVEN_TEAMS__APP_PASSWORD": "the value of a client secret of that application; in Azure, Certificates & secrets",
    "HAVEN_TEAMS__TENANT_ID": "the directory (tenant) id of your organisation, a GUID in small letters; in Azure",
    "HAVEN_SLACK__SIGNING_SECRET": "32 hex digits from api.slack.com/apps, your app, Basic Information, Signing Secret",
    "HAVEN_SLACK__APP_TOKEN": "starts with xapp-; api.slack.com/apps, your app, Basic Information, App-Level Tokens",
    "HAVEN_SLACK__BOT_TOKEN": "starts with xoxb-; api.slack.com/apps, your app, OAuth & Permissions, Bot Token",
    "HAVEN_SLACK__CLIENT_ID": "two numbers with a dot between; api.slack.com/apps, your app, Basic Information",
    "HAVEN_SLACK__CLIENT_SECRET": "32 hex digits; api.slack.com/apps, your app, Basic Information, Client Secret",
    "HAVEN_SLACK__ALLOWED": "the workspaces (T...) and organisations (E...) that may install Haven, commas between",
    "HAVEN_SLACK__TEAM_ID": "starts with T; the first part of the path when you open Slack in a browser",
}


def check_settings(settings: Settings) -> None:
    """Refuse settings that are incomplete or contradict each other. Raises SettingsTrouble."""
    _slack(settings.slack, settings.public_url)
    needed = ("app_id", "tenant_id") if settings.teams.playground else ("app_id", "app_password", "tenant_id")
    teams = _all_or_none("Microsoft Teams", "HAVEN_TEAMS__", settings.teams, needed)
    _playground(settings)
    _matching(
        "HAVEN_PUBLIC_URL", settings.public_url, r"https://[a-z0-9.-]+\.[a-z]+(:[0-9]+)?|http://127\.0\.0\.1:[0-9]+"
    )
    _matching("HAVEN_TEAMS__APP_ID", settings.teams.app_id, _GUID)
    _matching("HAVEN_TEAMS__TENANT_ID", settings.teams.tenant_id, _GUID)
    if settings.surface == "room" and not settings.public_url:
        raise SettingsTrouble(
            "HAVEN_SURFACE=room needs HAVEN_PUBLIC_URL: where people's browsers reach this service, as "
            "https://haven.example.org. Private screens are pages there. Set it, or HAVEN_SURFACE=in_app."
        )
    if settings.provider.kind == "fhir" and not settings.provider.base_url:
        raise SettingsTrouble(
            "HAVEN_PROVIDER__BASE_URL: the address of the provider's FHIR R4 server, as https://host/fhir/R4. "
            "Ask the provider for it, or set HAVEN_PROVIDER__KIND=clinic to use the built-in clinic."
        )
    for key, access in settings.providers.items():
        _access(key, access)
    _care(settings.care, settings.public_url)
    if settings.profile == "production":
        _production(settings, somebody=settings.slack.connected or teams)


def _slack(slack: SlackSettings, public_url: str | None) -> None:
    """Refuse what is set in part, or contradicts itself. Raises SettingsTrouble."""
    if not slack.connected:
        return
    if slack.signing_secret and slack.app_token:
        raise SettingsTrouble(
            "HAVEN_SLACK__SIGNING_SECRET and HAVEN_SLACK__APP_TOKEN: Slack delivers in one way only. Unset "
            "HAVEN_SLACK__APP_TOKEN if Slack can reach this server over HTTPS, else HAVEN_SLACK__SIGNING_SECRET."
        )
    if slack.several and (slack.bot_token or slack.team_id):
        raise SettingsTrouble(
            "HAVEN_SLACK__CLIENT_ID and HAVEN_SLACK__BOT_TOKEN: one workspace has a token, several install the app "
            "themselves. Unset HAVEN_SLACK__BOT_TOKEN and HAVEN_SLACK__TEAM_ID, or HAVEN_SLACK__CLIENT_ID, "
            "HAVEN_SLACK__CLIENT_SECRET and HAVEN_SLACK__ALLOWED."
        )
    way_in = "app_token" if slack.app_token else "signing_secret"
    rest = ("client_id", "client_secret", "allowed") if slack.several else ("bot_token", "team_id")
    _all_or_none("Slack", "HAVEN_SLACK__", slack, (way_in, *rest))
    if slack.several and not public_url:
        raise SettingsTrouble(
            "HAVEN_PUBLIC_URL: needed where workspaces install the app themselves, because Slack sends their "
            f"browsers back to it: {_HELP['HAVEN_PUBLIC_URL']}"
        )
    for name, pattern in _SLACK_SHAPES.items():
        _matching(f"HAVEN_SLACK__{name.upper()}", getattr(slack, name), pattern)


def _access(key: str, access: ProviderAccess) -> None:
    """Refuse what is set in part, or twice. Raises SettingsTrouble."""
    prefix = f"HAVEN_PROVIDERS__{key.upper()}__"
    if bool(access.client_id) != bool(access.key_file):
        raise SettingsTrouble(
            f"{prefix}CLIENT_ID and {prefix}KEY_FILE belong together: the id that the provider gave you, and the "
            "file of your key for it (haven provider key FILE makes one). Set both, or neither."
        )
    if access.token and access.client_id:
        raise SettingsTrouble(f"{prefix}TOKEN and {prefix}CLIENT_ID: the provider takes one of them. Unset the other.")


def _care(care: CareSettings, public_url: str | None) -> None:
    """Refuse what is set in part, and an address where the employer would read. Raises SettingsTrouble."""
    _all_or_none("The staffed contact", "HAVEN_CARE__", care, ("url", "secret"))
    _matching("HAVEN_CARE__URL", care.url, r"https://[!-~]+|http://127\.0\.0\.1:[0-9]+(/[!-~]*)?")
    _matching("HAVEN_CARE__SECRET", care.secret, r"whsec_[A-Za-z0-9+/]{32,}={0,2}")
    host = (urlsplit(care.url or "").hostname or "").rstrip(".")
    ours = urlsplit(public_url or "").hostname
    if any(f".{host}".endswith(f".{each}") for each in _CHATS) or (host == ours and not is_loopback(host)):
        raise SettingsTrouble(
            "HAVEN_CARE__URL: this address leads into the employer's own chat or to this server, where managers, "
            "HR or colleagues could read who asks for help. It has to be the staffed contact's own: "
            f"{_HELP['HAVEN_CARE__URL']}"
        )


def _production(settings: Settings, *, somebody: bool) -> None:
    """Refuse what is for looking around and for trying only. `somebody` tells whether a platform is set."""
    if settings.key_file is None:
        raise SettingsTrouble(
            "HAVEN_KEY_FILE: in production say where the keys lie, on another disk than the database and its "
            "backups, as /etc/haven/keys.json. The first start makes the file (mode 400): back it up at once."
        )
    if not somebody:
        raise SettingsTrouble(
            "HAVEN_PROFILE=production needs a platform: set HAVEN_SLACK__SIGNING_SECRET, HAVEN_SLACK__BOT_TOKEN "
            "and HAVEN_SLACK__TEAM_ID (or HAVEN_TEAMS__APP_ID, __APP_PASSWORD and __TENANT_ID; "
            "README says where to get them), or use HAVEN_PROFILE=demo to look around."
        )
    for name, address in {
        "HAVEN_PUBLIC_URL": settings.public_url or "https:",
        "HAVEN_CARE__URL": settings.care.url or "https:",
        "HAVEN_SLACK__API_URL": settings.slack.api_url,
        "HAVEN_TEAMS__LOGIN_URL": settings.teams.login_url,
        "HAVEN_TEAMS__OPENID_URL": settings.teams.openid_url,
    }.items():
        if urlsplit(address).scheme != "https":
            raise SettingsTrouble(
                f"{name}: refused in production unless it starts with https://, because what passes there proves "
                "who somebody is, or is private. Set its https:// address, or use HAVEN_PROFILE=demo."
            )
    if urlsplit(settings.teams.openid_url).hostname != _OPENID_HOST:
        raise SettingsTrouble(
            "HAVEN_TEAMS__OPENID_URL: refused in production unless it is Microsoft's, because whoever publishes "
            f"the keys can speak as anybody. Unset it: its host is {_OPENID_HOST}."
        )


def _playground(settings: Settings) -> None:
    """Refuse Microsoft's Agents Playground wherever somebody else could reach it: it proves nobody's identity."""
    teams = settings.teams
    if not teams.playground:
        return
    if settings.profile == "production":
        raise SettingsTrouble(
            "HAVEN_TEAMS__PLAYGROUND: refused in production: it lets anybody in as anybody. Unset it."
        )
    if not is_loopback(settings.host):
        raise SettingsTrouble(
            "HAVEN_TEAMS__PLAYGROUND: only with HAVEN_HOST=127.0.0.1, because whoever reaches the port is let in."
        )
    if teams.app_password:
        raise SettingsTrouble(
            "HAVEN_TEAMS__PLAYGROUND: not beside HAVEN_TEAMS__APP_PASSWORD, so that no real bot runs unguarded. "
            "Unset one of them."
        )
    if settings.public_url and not is_loopback(urlsplit(settings.public_url).hostname or ""):
        raise SettingsTrouble(
            "HAVEN_TEAMS__PLAYGROUND: not beside a HAVEN_PUBLIC_URL that others reach, because whoever comes "
            "through its proxy would be let in. Unset one of them."
        )
    services = [urlsplit(each.strip()).hostname or "" for each in teams.service_hosts.split(",")]
    if not (teams.app_id and all(map(is_loopback, services))):
        raise SettingsTrouble(
            "HAVEN_TEAMS__PLAYGROUND: set HAVEN_TEAMS__APP_ID and HAVEN_TEAMS__TENANT_ID (any GUIDs, those of the "
            "Playground's configuration) and HAVEN_TEAMS__SERVICE_HOSTS=http://localhost:56150, its own address."
        )


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on, or to call, is this machine's alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _all_or_none(platform: str, prefix: str, given: BaseModel, names: tuple[str, ...]) -> bool:
    """Tell whether a platform is set. Raises SettingsTrouble if it is set in part, naming what is missing."""
    missing = [f"{prefix}{name.upper()}" for name in names if not getattr(given, name)]
    if missing and len(missing) < len(names):
        listed = "\n".join(f"  {name}: {_HELP[name]}" for name in missing)
        raise SettingsTrouble(f"{platform} is set only in part. Missing:\n{listed}\nOr unset the others.")
    return not missing


def _matching(name: str, value: str | SecretStr | None, pattern: str) -> None:
    """Refuse a value that is something else, by saying what it should be; the value is not echoed."""
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if plain and not re.fullmatch(pattern, plain):
        raise SettingsTrouble(f"{name}: {_HELP[name]}")
