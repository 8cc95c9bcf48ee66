"""The app's manifest for Slack: what to paste into *Create New App*, *From a manifest*.

Scopes and events come from the tables beside the code that needs them, so the manifest asks for no more than that.
Source: Slack, "App manifest reference", `_metadata.major_version` 1.
"""

from typing import Any, Final

from adapters.slack.door import PATH
from adapters.slack.oauth import REDIRECT
from adapters.slack.scopes import EVENTS, SCOPES
from bot.routing import SLASH
from bot.settings import Settings, SettingsTrouble

COMMAND: Final = "/haven"
SHORTCUT: Final = "open_haven"
_SHORT: Final = "Confidential support at work, and a private talk with a therapist."
_LONG: Final = (
    "Haven helps you find support, and books a private talk with a therapist, in a chat of your own. It asks a few "
    "questions if you wish, shows what there is, and books a time. In a crisis it helps at once.\n\n"
    "Before anything else it says who runs it, and what your employer can and cannot see. Private steps open in a "
    "window that is not part of the chat. Managers learn nothing about you.\n\n"
    "It is a program, not a person, and not a crisis service."
)


def manifest(settings: Settings, *, socket: bool = False, several: bool = False) -> dict[str, Any]:
    """Return the manifest.

    `socket` asks for Socket Mode, `several` for an app that several workspaces install by OAuth; settings that say so
    already do, too. Raises SettingsTrouble naming what is missing."""
    site = settings.public_url
    socket, several = socket or bool(settings.slack.app_token), several or settings.slack.several
    if (several or not socket) and not (site or "").startswith("https://"):
        raise SettingsTrouble(
            "The manifest for Slack needs HAVEN_PUBLIC_URL: https:// and the host that Slack reaches, as "
            "https://haven.example.org; or, for one workspace that cannot reach this server, --socket."
        )
    address = {} if socket else {"request_url": f"{site}{PATH}"}
    oauth: dict[str, Any] = {"scopes": {"bot": [*SCOPES]}}
    if several:
        oauth["redirect_urls"] = [f"{site}{REDIRECT}"]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Haven",
            "description": _SHORT,
            "long_description": _LONG,
            "background_color": "#1f4d4f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "haven", "always_online": True},
            "shortcuts": [
                {
                    "name": "Open Haven",
                    "type": "global",
                    "callback_id": SHORTCUT,
                    "description": "Start, privately.",
                }
            ],
            "slash_commands": [
                {
                    "command": COMMAND,
                    **({} if socket else {"url": f"{site}{PATH}"}),
                    "description": "Confidential support. Only you see what you type here.",
                    "usage_hint": " | ".join(SLASH),
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**address, "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": several,
            "socket_mode_enabled": socket,
            # a token that is copied into the settings must not expire; one that we were given by OAuth we renew
            "token_rotation_enabled": several,
        },
    }
