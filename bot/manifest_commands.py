"""`haven manifest`: what a platform has to be told before anybody can install Haven."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import SystemClock
from bot.manifest import slack, teams
from bot.settings import SettingsTrouble
from bot.shell import OUT, settings_or_stop, stop
from bot.wiring import WORDS, content_root
from content.library import Library
from content.loaded import DEFAULT_LOCALE
from content.problems import ContentError

manifest = typer.Typer(no_args_is_help=True, help="What a platform has to be told before anybody can install Haven.")


@manifest.command("slack")
def manifest_slack(
    socket: Annotated[bool, typer.Option("--socket", help="Socket Mode: Slack cannot reach this server.")] = False,
    several: Annotated[bool, typer.Option("--several", help="Several workspaces install it, by OAuth.")] = False,
) -> None:
    """Print the app's manifest for Slack (JSON), to paste into *Create New App*, *From a manifest*."""
    settings = settings_or_stop()
    try:
        told = slack.manifest(settings, socket=socket, several=several)
    except SettingsTrouble as error:
        stop(str(error))
    OUT.print(json.dumps(told, indent=2))


@manifest.command("teams")
def manifest_teams(
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("haven-teams.zip"),
) -> None:
    """Write the app package for Microsoft Teams, to upload in the Teams admin centre."""
    settings = settings_or_stop()
    try:
        current = Library(content_root(settings), WORDS, lambda: SystemClock().now().date()).current
        told = teams.manifest(settings, current.organisation.custodian.name, current.commands[DEFAULT_LOCALE])
        out.write_bytes(teams.package(told))
    except (ContentError, SettingsTrouble) as error:
        stop(str(error))
    except OSError as error:
        stop(f"--out: {out} cannot be written ({error.strerror}). Name a file in a folder that is yours.")
    OUT.print(f"{out}: version {told['version']}, for the bot {told['id']}. Upload it in the Teams admin centre.")
