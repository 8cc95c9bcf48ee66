"""What a start is refused for: every gate, with all 2^n combinations of what it asks.

What is allowed is written out here once more, apart from the code: the few sets that are whole. Anything between is
refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import CareSettings, ProviderAccess, Settings, SettingsTrouble, SlackSettings, TeamsSettings
from bot.settings_check import check_settings
from bot.wiring import build
from tests.fakes import NOW, FakeClock

SITE, GUID = "https://haven.example.org", "00000000-0000-4000-8000-000000000001"
SLACK = {
    "signing_secret": "s" * 32,
    "app_token": "xapp-1",
    "bot_token": "xoxb-1",
    "team_id": "T0HAVEN",
    "client_id": "1.2",
    "client_secret": "c" * 32,
    "allowed": "T0HAVEN",
}
ONE, SEVERAL = {"bot_token", "team_id"}, {"client_id", "client_secret", "allowed"}
TEAMS: Mapping[str, Any] = {"app_id": GUID, "app_password": "p", "tenant_id": GUID}
CARE: Mapping[str, Any] = {"url": "https://care.example.org", "secret": SecretStr("whsec_" + "A" * 32)}
LOCAL = "http://localhost:56150"
UNFIT = (  # as an address of ours that browsers and platforms are sent to
    *(
        "haven.example.org",
        "http://haven.example.org",
        "https://Haven.example.org",
        "https://haven",
        "https://10.0.0.7",
    ),
    *(f"{SITE}{more}" for more in ("/", "/x", "?x", "#x", ":", ":x", "@evil.example", "\n")),
    *("https://h@haven.example.org", " https://haven.example.org", "http://127.0.0.1", "http://localhost:8080"),
)


def refused(settings: Settings) -> bool:
    try:
        check_settings(settings)
    except SettingsTrouble as trouble:
        return "HAVEN_" in str(trouble)  # a refusal that does not name the setting is none
    return False


def subsets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    every = list(names)
    return (frozenset(each) for count in range(len(every) + 1) for each in combinations(every, count))


def picked(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def slack_stands(given: frozenset[str], site: bool) -> bool:
    """One way in, and one workspace or several; those that install it themselves come back to our address."""
    ways_in: tuple[set[str], ...] = ({"signing_secret"}, {"app_token"})
    return not given or any(given == way | ONE or (site and given == way | SEVERAL) for way in ways_in)


def test_every_gate_of_a_platform() -> None:
    """Slack: 2^8. Teams: 2^8, with what keeps the playground on this machine. Nothing of a platform is nothing."""
    wrong = []
    for given in subsets([*SLACK, "site"]):
        slack, site = given - {"site"}, SITE if "site" in given else None
        settings = Settings(public_url=site, slack=SlackSettings(**picked(SLACK, slack)))
        if refused(settings) is slack_stands(slack, bool(site)):
            wrong.append(sorted(given))
    odd = ("playground", "production", "open", "site", "elsewhere")
    for given in subsets([*TEAMS, *odd]):
        teams, playground = given - set(odd), "playground" in given
        hosts = "smba.trafficmanager.net" if "elsewhere" in given else LOCAL
        settings = Settings(
            profile="production" if "production" in given else "demo",
            key_file=Path("/etc/haven/keys.json"),
            host="0.0.0.0" if "open" in given else "127.0.0.1",
            public_url=SITE if "site" in given else None,
            teams=TeamsSettings(**picked(TEAMS, teams), playground=playground, service_hosts=hosts),
        )
        if playground:
            stands = teams == {"app_id", "tenant_id"} and given == {*teams, "playground"}
        else:
            stands = teams == set(TEAMS) or (not teams and "production" not in given)
        if refused(settings) is stands:
            wrong.append(sorted(given))
    assert not wrong, "refused, or let through, for nothing:\n" + "\n".join(map(str, wrong))


def test_every_gate_of_production() -> None:
    """2^9: the keys' own place, a platform, and each address over https. Looking around needs none of it."""
    plain: Mapping[str, dict[str, Any]] = {
        "public_url": {"public_url": "http://127.0.0.1:8080"},
        "care": {"care": CareSettings(url="http://127.0.0.1:9", secret=CARE["secret"])},
        "slack_api": {"api_url": "http://127.0.0.1:9/api/"},
        "login": {"login_url": "http://127.0.0.1:9"},
        "openid": {"openid_url": "http://127.0.0.1:9"},
        "keys published elsewhere": {"openid_url": "https://login.example.org"},
    }
    wrong = []
    for given in subsets(["production", "key_file", "slack", *plain]):
        if {"openid", "keys published elsewhere"} <= given:
            continue  # one address
        asked = {name: value for each in given & set(plain) for name, value in plain[each].items()}
        slack = picked(SLACK, {"signing_secret", *ONE} if "slack" in given else ()) | picked(asked, ["api_url"])
        settings = Settings(
            profile="production" if "production" in given else "demo",
            key_file=Path("/etc/haven/keys.json") if "key_file" in given else None,
            slack=SlackSettings(**slack),
            teams=TeamsSettings(**picked(asked, ["login_url", "openid_url"])),
            **picked(asked, ["public_url", "care"]),
        )
        if refused(settings) is ("production" not in given or given == {"production", "key_file", "slack"}):
            wrong.append(sorted(given))
    assert not wrong, "refused, or let through, for nothing:\n" + "\n".join(map(str, wrong))


def test_every_gate_of_the_rest() -> None:
    """The staffed contact, our own address, the private room, and how a provider knows us: all or nothing, and one of
    two."""
    wrong: list[object] = []
    for given in subsets(CARE):
        if refused(Settings(care=CareSettings(**picked(CARE, given)))) is (given in ({*CARE}, set())):
            wrong.append(sorted(given))
    for host in ("slack", "office", "office365", "microsoft", "logic.azure", "powerplatform"):
        for url in (f"https://{host}.com/x", f"https://a.b.{host}.com/x", f"https://A.{host.upper()}.COM./x"):
            if not refused(Settings(care=CareSettings(url=url, secret=CARE["secret"]))):
                wrong.append(url)
    host = SITE.removeprefix("https://")
    ours = (f"{SITE}/x", f"{SITE}:8443/x", f"https://{host.upper()}./x", f"https://care@{host}/x")
    for url in (*ours, CARE["url"]):
        care = CareSettings(url=url, secret=CARE["secret"])
        if refused(Settings(public_url=SITE, care=care)) is (url == CARE["url"]):
            wrong.append(url)
    for site in (SITE, f"{SITE}:8443", "http://127.0.0.1:8080", *UNFIT):
        if refused(Settings(public_url=site)) is (site not in UNFIT):
            wrong.append(site)
    for given in subsets(["room", "site", "fhir", "base_url"]):
        settings = Settings.model_validate(
            {
                "surface": "room" if "room" in given else "in_app",
                "public_url": SITE if "site" in given else None,
                "provider": {
                    "kind": "fhir" if "fhir" in given else "clinic",
                    "base_url": "https://clinic.example.org" if "base_url" in given else None,
                },
            }
        )
        stands = ("room" not in given or "site" in given) and ("fhir" not in given or "base_url" in given)
        if refused(settings) is stands:
            wrong.append(sorted(given))
    access = {"token": SecretStr("t"), "client_id": "c", "key_file": Path("key.json")}
    for given in subsets(access):
        settings = Settings(providers={"harbour": ProviderAccess(**picked(access, given))})
        if refused(settings) is (given in (set(), {"token"}, {"client_id", "key_file"})):
            wrong.append(sorted(given))
    shapes: tuple[dict[str, Any], ...] = (
        {"slack": SlackSettings(**picked(SLACK, ONE), app_token="xoxb-1")},
        {"slack": SlackSettings(**picked(SLACK, SEVERAL | {"app_token"}) | {"client_id": "12"}), "public_url": SITE},
        {"teams": TeamsSettings(**{**TEAMS, "app_id": GUID.replace("4", "A")})},
        {"teams": TeamsSettings(**{**TEAMS, "tenant_id": "contoso.example"})},
    )
    wrong += [each for each in shapes if not refused(Settings(**each))]
    assert not wrong, "refused, or let through, for nothing:\n" + "\n".join(map(str, wrong))


def test_a_start_looks_at_its_settings_first() -> None:
    """Before anything is opened: no content is read, no database made."""
    with pytest.raises(SettingsTrouble, match="HAVEN_SURFACE=room"):
        build(Settings(surface="room", content_dir=Path("/nowhere")), FakeClock(NOW), base_url="")
