"""The manifest for Slack: one that Slack takes, and that asks for exactly what the code calls and handles."""

import ast
import inspect
import json
import re
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from typer.testing import CliRunner

from adapters.slack import scopes
from bot.cli import main
from bot.manifest.slack import manifest
from bot.sandbox.slack.methods import METHODS
from bot.settings import Settings, SettingsTrouble, SlackSettings
from tests.bot.manifest.slack_schema import faults

ROOT = Path(__file__).parents[3] / "adapters/slack"
TREES = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("*.py"))}
SITE = "https://haven.example.org"
HTTP = Settings(public_url=SITE)
SOCKET = Settings(slack=SlackSettings(app_token="xapp-1"))
SEVERAL = Settings(public_url=SITE, slack=SlackSettings(client_id="1.2"))


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]


def methods_in_source() -> set[str]:
    """Return every Web API method that the adapter names: to `api_call`, or by a method of Slack's own client."""
    found: set[str] = set()
    for call in (each for tree in TREES.values() for each in calls(tree)):
        assert isinstance(call.func, ast.Attribute)
        name, first = call.func.attr, call.args[0] if call.args else None
        if name == "api_call" and isinstance(first, ast.Constant):
            found.add(str(first.value))
        owner = call.func.value
        if getattr(owner, "attr", getattr(owner, "id", "")) == "client" and name != "api_call":
            named = re.search(r'api_call\(\s*"([\w.]+)"', inspect.getsource(getattr(AsyncWebClient, name)))
            assert named, name
            found.add(named[1])
    return found


def events_in_source() -> set[str]:
    """Return every event that the adapter registers a listener for, by its first argument or the loop around it."""
    found: set[str] = set()
    for call in calls(TREES["listeners.py"]):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "event":
            assert isinstance(call.args[0], ast.Constant | ast.Name), "a pattern would take more than is subscribed"
            found |= {str(call.args[0].value)} if isinstance(call.args[0], ast.Constant) else set()
    for loop in (each for each in ast.walk(TREES["listeners.py"]) if isinstance(each, ast.For)):
        if any(isinstance(each, ast.Attribute) and each.attr == "event" for each in ast.walk(loop)):
            found |= {str(each.value) for each in ast.walk(loop.iter) if isinstance(each, ast.Constant)}
    return found


def test_every_method_that_is_called_is_in_the_table_and_no_other() -> None:
    assert methods_in_source() == set(scopes.METHODS)


def test_the_table_says_what_slack_says_of_each_method() -> None:
    # the stand-in refuses by a table of its own, made from Slack's reference
    own = {"apps.connections.open", "oauth.v2.access"}
    assert {name: METHODS[name][1] for name in scopes.METHODS if name not in own} == {
        name: scope for name, scope in scopes.METHODS.items() if name not in own
    }


def test_the_manifest_asks_for_what_is_called_and_no_more() -> None:
    asked = manifest(HTTP)["oauth_config"]["scopes"]["bot"]
    needed = {scopes.METHODS[name] for name in methods_in_source()} | {"commands"}
    needed |= {scope for name, scope in scopes.EVENTS.items() if name.partition(".")[0] in events_in_source()}
    assert set(asked) == needed - {""}
    assert not {each for each in asked if re.fullmatch(r"(channels|groups|mpim|files|assistant):.*", each)}


def test_the_manifest_subscribes_to_what_is_handled_and_no_more() -> None:
    subscribed = manifest(HTTP)["settings"]["event_subscriptions"]["bot_events"]
    assert {each.partition(".")[0] for each in subscribed} == events_in_source()


@pytest.mark.parametrize("settings", [HTTP, SOCKET, SEVERAL])
def test_slack_takes_it(settings: Settings) -> None:
    told = manifest(settings)
    assert [*faults(told)] == []
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ({"name": "x" * 36}, "length display_information.name"),
        ({"long_description": "short"}, "length display_information.long_description"),
        ({"colour": "#fff"}, "unknown display_information.colour"),
        ({"background_color": "teal"}, "pattern display_information.background_color"),
    ],
)
def test_what_slack_would_refuse_is_seen(spoil: dict[str, str], fault: str) -> None:
    told = manifest(HTTP)
    told["display_information"] |= spoil
    assert fault in [*faults(told)]


def test_over_http_everything_leads_to_one_address() -> None:
    told = manifest(HTTP)
    address = f"{SITE}/slack/events"
    assert told["settings"]["event_subscriptions"]["request_url"] == address
    assert told["settings"]["interactivity"]["request_url"] == address
    assert told["features"]["slash_commands"][0]["url"] == address
    assert told["features"]["slash_commands"][0]["usage_hint"] == "help | check | book | pause | remind | privacy"
    assert not told["settings"]["socket_mode_enabled"]
    assert "redirect_urls" not in told["oauth_config"]


def test_over_a_socket_no_address_is_told() -> None:
    told = manifest(SOCKET)
    assert "https://" not in json.dumps(told)
    assert told["settings"]["socket_mode_enabled"]


@pytest.mark.parametrize(("settings", "several"), [(HTTP, False), (SEVERAL, True)])
def test_only_tokens_that_we_can_renew_rotate(settings: Settings, several: bool) -> None:
    told = manifest(settings)
    assert told["settings"]["token_rotation_enabled"] is several
    assert told["settings"]["org_deploy_enabled"] is several
    assert told["oauth_config"].get("redirect_urls", []) == [f"{SITE}/slack/oauth_redirect"] * several


@pytest.mark.parametrize("site", [None, "http://127.0.0.1:8080"])
def test_without_an_address_it_says_which_setting_is_missing(site: str | None) -> None:
    with pytest.raises(SettingsTrouble, match="HAVEN_PUBLIC_URL"):
        manifest(Settings(public_url=site))


def test_before_there_is_an_app_the_options_say_what_it_will_be() -> None:
    assert manifest(Settings(), socket=True) == manifest(SOCKET)
    assert manifest(HTTP, several=True) == manifest(SEVERAL)
    both = manifest(HTTP, socket=True, several=True)
    assert (both["settings"]["socket_mode_enabled"], len(both["oauth_config"]["redirect_urls"])) == (True, 1)
    with pytest.raises(SettingsTrouble, match="HAVEN_PUBLIC_URL"):
        manifest(Settings(), socket=True, several=True)


def test_the_command_prints_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(main, ["manifest", "slack"])
    assert refused.exit_code == 2
    monkeypatch.setenv("HAVEN_PUBLIC_URL", SITE)
    printed = CliRunner().invoke(main, ["manifest", "slack"])
    assert printed.exit_code == 0
    assert [*faults(json.loads(printed.output))] == []
    assert "help | check | book" in printed.output
