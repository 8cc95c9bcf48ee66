"""Microsoft's rules for a Teams app manifest 1.17, as far as ours can touch them. Names no other key passes."""

import re
from collections.abc import Iterator
from typing import Any

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SCOPES = {"personal", "team", "groupChat"}
REQUIRED = {"manifestVersion", "id", "version", "developer", "name", "description", "icons", "accentColor"}
KEYS = REQUIRED | {"$schema", "bots", "defaultInstallScope", "validDomains"}
LENGTHS = {
    ("version",): 256,
    ("developer", "name"): 32,
    ("developer", "websiteUrl"): 2048,
    ("developer", "privacyUrl"): 2048,
    ("developer", "termsOfUseUrl"): 2048,
    ("name", "short"): 30,
    ("name", "full"): 100,
    ("description", "short"): 80,
    ("description", "full"): 4000,
    ("icons", "color"): 2048,
    ("icons", "outline"): 2048,
}


def faults(manifest: dict[str, Any]) -> list[str]:
    """Return what Teams would refuse, in a word each; none if it would take the manifest."""
    return [*_top(manifest), *_lengths(manifest), *_bots(manifest.get("bots", [])), *_domains(manifest)]


def _top(manifest: dict[str, Any]) -> Iterator[str]:
    yield from (f"missing {name}" for name in sorted(REQUIRED - manifest.keys()))
    yield from (f"unknown {name}" for name in sorted(manifest.keys() - KEYS))
    if manifest.get("manifestVersion") != "1.17" or "/v1.17/" not in manifest.get("$schema", ""):
        yield "manifestVersion"
    if not GUID.fullmatch(str(manifest.get("id"))):
        yield "id"
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", str(manifest.get("version"))):
        yield "version"
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", str(manifest.get("accentColor"))):
        yield "accentColor"
    if manifest.get("defaultInstallScope", "personal") not in SCOPES:
        yield "defaultInstallScope"


def _lengths(manifest: dict[str, Any]) -> Iterator[str]:
    for path, most in LENGTHS.items():
        value: Any = manifest
        for name in path:
            value = value.get(name, "") if isinstance(value, dict) else ""
        if not isinstance(value, str) or not 1 <= len(value) <= most:
            yield f"length {'.'.join(path)}"
        if path[-1].endswith("Url") and not re.match(r"https://\S+$", str(value)):
            yield f"https {'.'.join(path)}"
        if path[0] == "icons" and (str(value).startswith("/") or ".." in str(value)):
            yield f"relative {'.'.join(path)}"


def _bots(bots: list[dict[str, Any]]) -> Iterator[str]:
    if len(bots) > 1:
        yield "bots"
    for bot in bots:
        if bot.keys() - {
            "botId",
            "scopes",
            "needsChannelSelector",
            "isNotificationOnly",
            "supportsFiles",
            "commandLists",
        }:
            yield "bots unknown"
        if not GUID.fullmatch(str(bot.get("botId"))):
            yield "botId"
        if not bot.get("scopes") or not set(bot["scopes"]) <= SCOPES or len(set(bot["scopes"])) != len(bot["scopes"]):
            yield "bots.scopes"
        lists = bot.get("commandLists", [])
        if len(lists) > 3:
            yield "commandLists"
        for each in lists:
            if each.keys() != {"scopes", "commands"} or not set(each["scopes"]) <= set(bot["scopes"]):
                yield "commandLists.scopes"
            if len(each["commands"]) > 10:
                yield "commands"
            for command in each["commands"]:
                if command.keys() != {"title", "description"}:
                    yield "command unknown"
                if not (1 <= len(command["title"]) <= 32 and 1 <= len(command["description"]) <= 128):
                    yield f"command {command['title'][:32]}"


def _domains(manifest: dict[str, Any]) -> Iterator[str]:
    domains = manifest.get("validDomains", [])
    if len(domains) > 16 or len(set(domains)) != len(domains):
        yield "validDomains"
    for domain in domains:
        if not re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", domain) or len(domain) > 2048:
            yield f"domain {domain}"
