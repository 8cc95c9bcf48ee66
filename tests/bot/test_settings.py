"""Settings that are incomplete or wrong stop the start: with the setting's name, what it is, where to get it."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import CareSettings, Settings, SettingsTrouble, SlackSettings, TeamsSettings, load_settings
from bot.settings_check import check_settings

SECRET = "whsec_" + "c2VjcmV0" * 4
WHOLE = {"signing_secret": "s" * 32, "bot_token": "xoxb-1", "team_id": "T0HAVEN"}


@pytest.mark.parametrize("left_out", list(WHOLE))
def test_slack_in_part_is_refused_naming_what_is_missing(left_out: str) -> None:
    given = {key: value for key, value in WHOLE.items() if key != left_out}
    with pytest.raises(SettingsTrouble, match=f"HAVEN_SLACK__{left_out.upper()}: ") as refused:
        check_settings(Settings(slack=SlackSettings(**given)))
    assert "xoxb-1" not in str(refused.value)
    assert "ssss" not in str(refused.value)


@pytest.mark.parametrize(("name", "value"), [("team_id", "haven"), ("bot_token", "xoxp-1")])
def test_slack_with_the_wrong_thing_is_refused_without_echoing_it(name: str, value: str) -> None:
    with pytest.raises(SettingsTrouble, match=f"HAVEN_SLACK__{name.upper()}: ") as refused:
        check_settings(Settings(slack=SlackSettings(**{**WHOLE, name: value})))
    assert value not in str(refused.value)


def test_production_needs_a_platform_and_a_place_for_the_keys() -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_KEY_FILE"):
        check_settings(Settings(profile="production", slack=SlackSettings(**WHOLE)))
    with pytest.raises(SettingsTrouble, match="needs a platform"):
        check_settings(Settings(profile="production", key_file=Path("/etc/haven/keys.json")))
    check_settings(Settings(profile="production", key_file=Path("/etc/haven/keys.json"), slack=SlackSettings(**WHOLE)))


PRODUCTION = {
    "HAVEN_PROFILE": "production",
    "HAVEN_KEY_FILE": "/etc/haven/keys.json",
    "HAVEN_PUBLIC_URL": "https://haven.example.org",
    "HAVEN_CARE__URL": "https://care.example.org/tickets",
    "HAVEN_CARE__SECRET": SECRET,
    **{f"HAVEN_SLACK__{name.upper()}": value for name, value in WHOLE.items()},
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HAVEN_PUBLIC_URL", "http://127.0.0.1:8080"),
        ("HAVEN_CARE__URL", "http://127.0.0.1:9/tickets"),
        ("HAVEN_SLACK__API_URL", "http://127.0.0.1:9/api/"),
        ("HAVEN_SLACK__API_URL", "slack.com/api/"),
        ("HAVEN_TEAMS__LOGIN_URL", "http://login.microsoftonline.com"),
        ("HAVEN_TEAMS__OPENID_URL", "http://login.botframework.com/v1/.well-known/openidconfiguration"),
        ("HAVEN_TEAMS__OPENID_URL", "https://login.botframework.com.evil.example/openidconfiguration"),
        ("HAVEN_TEAMS__OPENID_URL", "https://login.botframework.com@evil.example/openidconfiguration"),
    ],
)
def test_production_takes_no_stand_in_and_no_plain_http(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for each, given in PRODUCTION.items():
        monkeypatch.setenv(each, given)
    check_settings(load_settings())
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsTrouble, match=f"{name}: refused in production"):
        check_settings(load_settings())
    monkeypatch.setenv("HAVEN_PROFILE", "demo")
    check_settings(load_settings())


def test_a_fhir_provider_needs_its_address() -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_PROVIDER__BASE_URL"):
        check_settings(Settings.model_validate({"provider": {"kind": "fhir"}}))


@pytest.mark.parametrize(
    "url", ["haven.example.org", "http://haven.example.org", "https://h.example.org/x", "https://h"]
)
def test_a_public_address_is_https_and_a_host(url: str) -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_PUBLIC_URL: https://"):
        check_settings(Settings(public_url=url))
    check_settings(Settings(public_url="https://haven.example.org"))


def test_nothing_set_is_a_demo() -> None:
    check_settings(Settings())


@pytest.mark.parametrize(
    ("name", "value"),
    [("HAVEN_PORT", "secret-port"), ("HAVEN_PROFILE", "secret-profile"), ("HAVEN_SLACK__NONSENSE", "secret-value")],
)
def test_what_cannot_be_read_is_named_and_not_echoed(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsTrouble, match=name) as refused:
        load_settings()
    assert value not in str(refused.value)


def test_secrets_are_not_shown() -> None:
    shown = repr(Settings(slack=SlackSettings(**WHOLE), teams=TeamsSettings(app_password="hidden-password")))
    assert "xoxb-1" not in shown
    assert "hidden-password" not in shown


def test_keys_lie_beside_the_database_unless_told_otherwise() -> None:
    assert Settings(database_url="sqlite:////var/lib/haven/haven.db").keys == Path("/var/lib/haven/haven.keys.json")
    assert Settings(key_file=Path("/etc/haven/keys.json")).keys == Path("/etc/haven/keys.json")


GUID = "00000000-0000-4000-8000-000000000001"
PLAYGROUND = {
    "HAVEN_TEAMS__PLAYGROUND": "true",
    "HAVEN_TEAMS__APP_ID": GUID,
    "HAVEN_TEAMS__TENANT_ID": GUID,
    "HAVEN_TEAMS__SERVICE_HOSTS": "http://localhost:56150",
}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        ({"HAVEN_HOST": "::1"}, ""),
        ({"HAVEN_PROFILE": "production", "HAVEN_KEY_FILE": "/etc/haven/keys.json"}, "refused in production"),
        ({"HAVEN_PUBLIC_URL": "http://127.0.0.1:8080"}, ""),
        ({"HAVEN_PUBLIC_URL": "https://haven.example.org"}, "not beside a HAVEN_PUBLIC_URL"),
        ({"HAVEN_HOST": "0.0.0.0"}, "only with HAVEN_HOST=127.0.0.1"),
        ({"HAVEN_HOST": "10.0.0.7"}, "only with HAVEN_HOST=127.0.0.1"),
        ({"HAVEN_TEAMS__APP_PASSWORD": "hidden-password"}, "not beside HAVEN_TEAMS__APP_PASSWORD"),
        ({"HAVEN_TEAMS__SERVICE_HOSTS": "smba.trafficmanager.net"}, "HAVEN_TEAMS__SERVICE_HOSTS=http://localhost"),
        ({"HAVEN_TEAMS__SERVICE_HOSTS": "http://localhost:1,https://example.org"}, "HAVEN_TEAMS__SERVICE_HOSTS=http"),
    ],
)
def test_the_playground_is_for_this_machine_and_never_for_production(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], says: str
) -> None:
    for name, value in {**PLAYGROUND, **changes}.items():
        monkeypatch.setenv(name, value)
    if not says:
        check_settings(load_settings())
        return
    with pytest.raises(SettingsTrouble, match=f"HAVEN_TEAMS__PLAYGROUND: .*{says}") as refused:
        check_settings(load_settings())
    assert "hidden-password" not in str(refused.value)


def test_the_room_alone_needs_its_address() -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_SURFACE=room needs HAVEN_PUBLIC_URL"):
        check_settings(Settings(surface="room"))
    check_settings(Settings(surface="room", public_url="https://haven.example.org"))


@pytest.mark.parametrize(
    "url", ["haven.example.org", "http://haven.example.org", "https://haven.example.org/path", "https://h@evil.example"]
)
def test_an_address_that_a_browser_should_not_be_sent_to_is_refused(url: str) -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_PUBLIC_URL: "):
        check_settings(Settings(public_url=url))


SEVERAL = {"signing_secret": "s" * 32, "client_id": "1.2", "client_secret": "c" * 32, "allowed": "T0HAVEN, E0ORG"}
SITE = "https://haven.example.org"


@pytest.mark.parametrize("left_out", list(SEVERAL))
def test_slack_by_oauth_in_part_is_refused_naming_what_is_missing(left_out: str) -> None:
    given = {key: value for key, value in SEVERAL.items() if key != left_out}
    with pytest.raises(SettingsTrouble, match=f"HAVEN_SLACK__{left_out.upper()}: ") as refused:
        check_settings(Settings(public_url=SITE, slack=SlackSettings(**given)))
    assert "cccc" not in str(refused.value)


def test_slack_by_oauth_needs_the_address_that_browsers_come_back_to() -> None:
    check_settings(Settings(public_url=SITE, slack=SlackSettings(**SEVERAL)))
    with pytest.raises(SettingsTrouble, match="HAVEN_PUBLIC_URL"):
        check_settings(Settings(slack=SlackSettings(**SEVERAL)))


def test_slack_over_a_socket_needs_no_signing_secret() -> None:
    check_settings(Settings(slack=SlackSettings(app_token="xapp-1", bot_token="xoxb-1", team_id="T0HAVEN")))


@pytest.mark.parametrize(
    "given",
    [
        {**WHOLE, "app_token": "xapp-1"},
        {**SEVERAL, "app_token": "xapp-1"},
        {**WHOLE, "client_id": "1.2"},
        {**SEVERAL, "bot_token": "xoxb-1"},
        {**WHOLE, "allowed": "T0HAVEN"},
    ],
)
def test_slack_in_two_ways_at_once_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(SettingsTrouble, match="Unset "):
        check_settings(Settings(public_url=SITE, slack=SlackSettings(**given)))


@pytest.mark.parametrize("allowed", ["*", "haven", "T0HAVEN;T0OTHER", "U0SAM"])
def test_who_may_install_is_a_list_of_ids(allowed: str) -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_SLACK__ALLOWED"):
        check_settings(Settings(public_url=SITE, slack=SlackSettings(**{**SEVERAL, "allowed": allowed})))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"url": "https://care.example.org"}, "HAVEN_CARE__SECRET: whsec_"),
        ({"secret": SECRET}, "HAVEN_CARE__URL: https"),
        ({"url": "http://care.example.org", "secret": SECRET}, "HAVEN_CARE__URL: https"),
        ({"url": "https://care.example.org", "secret": "open sesame"}, "HAVEN_CARE__SECRET: whsec_"),
        ({"url": "https://hooks.slack.com/services/T0/B0/x", "secret": SECRET}, "own chat or to this server"),
        ({"url": "https://acme.webhook.office.com/webhookb2/x", "secret": SECRET}, "own chat or to this server"),
        ({"url": "https://Haven.example.org/requests", "secret": SECRET}, "own chat or to this server"),
    ],
)
def test_the_staffed_contact_is_set_whole_or_not_at_all(given: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsTrouble, match=says) as refused:
        check_settings(Settings(public_url="https://haven.example.org", care=CareSettings.model_validate(given)))
    assert "sesame" not in str(refused.value)
    for fine in ("http://127.0.0.1:9", "https://notslack.com/requests"):
        check_settings(Settings(care=CareSettings(url=fine, secret=SecretStr(SECRET))))
