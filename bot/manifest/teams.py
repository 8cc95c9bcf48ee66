"""The app package for Microsoft Teams: a manifest and two icons in a zip, byte for byte the same every time.

Source: Microsoft, "Public developer app manifest schema for Microsoft Teams", version 1.17.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.manifest import icon
from bot.settings import Settings, SettingsTrouble

VERSION: Final = "1.0.0"
"""Of the package. It rises with every change of what is below, or Teams keeps the package that it has."""

SCHEMA: Final = "https://developer.microsoft.com/en-us/json-schemas/teams/v1.17/MicrosoftTeams.schema.json"
COLOUR: Final = "color.png"
OUTLINE: Final = "outline.png"
_LONGEST_TITLE: Final = 32
_LONGEST_DEVELOPER: Final = 32
_COMMANDS: Final = {
    "help": ("help now", "Crisis help, at once"),
    "home": ("home", "Start, with everything that there is"),
    "check": ("private check", "Four questions, about a minute"),
    "book": ("book a time", "A private talk with a therapist"),
    "checkins": ("check-ins", "When, how often, or not at all"),
    "human": ("talk to a human", "How to reach a person"),
    "my_data": ("my data", "Everything that is held about you"),
    "pause": ("pause", "No check-ins for a while"),
    "stop": ("stop", "No check-ins any more"),
    "forget": ("forget me", "Delete what is held about you"),
}
"""What stands in the menu of the box where people type: by command the phrase, if HR's files have it, and what it does.

What is chosen there is typed into the chat, so it is what people could type anyway."""

_SHORT: Final = "Confidential support at work, and a private talk with a therapist."
_FULL: Final = (
    "Haven helps you find support, and books a private talk with a therapist, in a chat of your own. "
    "It asks a few questions if you wish, shows what there is, and books a time. In a crisis it helps at once.\n\n"
    "Before anything else it says who runs it, and what your employer can and cannot see. "
    "Private steps open in a window that is not part of the chat. Managers learn nothing about you.\n\n"
    "It is a program, not a person, and not a crisis service."
)


def manifest(settings: Settings, developer: str, commands: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return manifest.json. `developer` is who runs the service, by name; `commands` the phrases of each command.

    Raises SettingsTrouble naming what is missing."""
    missing = [f"  {name}: {what}" for name, what, given in _needed(settings) if not given]
    if missing:
        raise SettingsTrouble("The app package for Teams needs:\n" + "\n".join(missing))
    site = settings.public_url
    return {
        "$schema": SCHEMA,
        "manifestVersion": "1.17",
        "version": VERSION,
        "id": settings.teams.app_id,
        "developer": {
            "name": developer[:_LONGEST_DEVELOPER].rstrip(),
            "websiteUrl": site,
            "privacyUrl": site,
            "termsOfUseUrl": site,
        },
        "name": {"short": "Haven", "full": "Haven: confidential support at work"},
        "description": {"short": _SHORT, "full": _FULL},
        "icons": {"color": COLOUR, "outline": OUTLINE},
        "accentColor": "#" + "".join(f"{each:02X}" for each in icon.COLOUR),
        "bots": [
            {
                "botId": settings.teams.app_id,
                "scopes": ["personal", "team"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "commandLists": [{"scopes": ["personal"], "commands": _listed(commands)}],
            }
        ],
        "defaultInstallScope": "personal",
        "validDomains": [],  # nothing of a page is ever shown inside of Teams
    }


def package(told: Mapping[str, Any]) -> bytes:
    """Return the zip to upload, with this manifest and the icons."""
    files = {
        "manifest.json": json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n",
        COLOUR: icon.colour(),
        OUTLINE: icon.outline(),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the first day that a zip can name
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    return made.getvalue()


def _needed(settings: Settings) -> tuple[tuple[str, str, str | None], ...]:
    app = "the application (client) id of your bot, a GUID in small letters; in Azure, your bot"
    site = "where people's browsers and Teams find this server, as https://haven.example.org"
    public = settings.public_url if (settings.public_url or "").startswith("https://") else None
    return (("HAVEN_TEAMS__APP_ID", app, settings.teams.app_id), ("HAVEN_PUBLIC_URL", site, public))


def _listed(commands: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return the menu, in words that work here: a command without a phrase that Teams has room for is left out."""
    listed = []
    for name, (liked, does) in _COMMANDS.items():
        fitting = [phrase for phrase in commands.get(name, ()) if len(phrase) <= _LONGEST_TITLE]
        if fitting:
            listed.append({"title": liked if liked in fitting else fitting[0], "description": does})
    return listed
