"""Slack's rules for an app manifest, as far as ours can touch them. Names no other key passes.

Source: Slack, "App manifest reference" and the types of its own SDK for Node (`manifest.ts`).
"""

import re
from collections.abc import Iterator
from typing import Any

ALLOWED: dict[str, set[str]] = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "features.slash_commands": {"command", "url", "description", "usage_hint", "should_escape"},
    "oauth_config": {"redirect_urls", "scopes"},
    "oauth_config.scopes": {"bot"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
    "settings.event_subscriptions": {"request_url", "bot_events"},
    "settings.interactivity": {"is_enabled", "request_url"},
}
LENGTHS = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "display_information.long_description": (174, 4000),
    "features.bot_user.display_name": (1, 80),
    "features.shortcuts.name": (1, 24),
    "features.shortcuts.callback_id": (1, 255),
    "features.shortcuts.description": (1, 150),
    "features.slash_commands.command": (2, 32),
    "features.slash_commands.description": (1, 2000),
    "features.slash_commands.usage_hint": (1, 1000),
}
PATTERNS = {
    "display_information.background_color": r"#[0-9a-fA-F]{6}",
    "features.bot_user.display_name": r"[a-z0-9._-]+",
    "features.slash_commands.command": r"/[a-z0-9_-]+",
    "features.slash_commands.url": r"https://\S+",
    "features.shortcuts.type": r"global|message",
    "oauth_config.redirect_urls": r"https://\S+",
    "settings.event_subscriptions.request_url": r"https://\S+",
    "settings.interactivity.request_url": r"https://\S+",
}


def faults(manifest: Any, path: str = "") -> Iterator[str]:
    """Yield what Slack would refuse, in a word each; nothing if it would take the manifest."""
    if isinstance(manifest, list):
        for each in manifest:
            yield from faults(each, path)
    elif isinstance(manifest, dict):
        yield from (f"unknown {path}.{name}" for name in manifest.keys() - ALLOWED.get(path, set()))
        for name, value in manifest.items():
            yield from faults(value, f"{path}.{name}".lstrip("."))
    elif isinstance(manifest, str):
        low, high = LENGTHS.get(path, (0, 4000))
        if not low <= len(manifest) <= high:
            yield f"length {path}"
        if path in PATTERNS and not re.fullmatch(PATTERNS[path], manifest):
            yield f"pattern {path}"
    if not path and isinstance(manifest, dict) and not manifest["settings"]["socket_mode_enabled"]:
        for place in ("event_subscriptions", "interactivity"):
            if "request_url" not in manifest["settings"][place]:
                yield f"missing request_url of {place}"
