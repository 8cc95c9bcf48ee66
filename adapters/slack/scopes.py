"""What the app may do in a workspace, and why: from what the code calls and handles, and from nothing else.

The manifest, the installation and the doctor all read these tables; a test compares them with what is really called.
Source: Slack's reference of each method ("Scopes", for a bot token) and of each event ("Required scopes").
"""

from collections.abc import Mapping
from typing import Final

METHODS: Final[Mapping[str, str]] = {
    # method: the scope that it needs; empty where Slack says "No scopes required"
    "apps.connections.open": "",  # an app-level token with connections:write
    "auth.revoke": "",
    "auth.test": "",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "conversations.history": "im:history",  # of private chats: whether a message of ours arrived before a crash
    "conversations.open": "im:write",  # with one person
    "oauth.v2.access": "",
    "users.info": "users:read",
    "views.open": "",
    "views.publish": "",
    "views.push": "",
    "views.update": "",
}
EVENTS: Final[Mapping[str, str]] = {
    # event: the scope that a subscription needs
    "app_home_opened": "",
    "app_uninstalled": "",
    "message.im": "im:history",
    "tokens_revoked": "",
    "user_change": "users:read",
}
COMMANDS: Final = "commands"  # slash commands and shortcuts
SCOPES: Final[tuple[str, ...]] = tuple(sorted({*METHODS.values(), *EVENTS.values(), COMMANDS} - {""}))
