"""Slack's mrkdwn as HTML. Source: Slack's "Formatting text for app surfaces"."""

import html
import re
from typing import Final

from bot.demo.html import Html, join, tag

_SPAN: Final = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?<!\w)\*(?P<bold>[^*\s](?:[^*\n]*[^*\s])?)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>[^_\s](?:[^_\n]*[^_\s])?)_(?!\w)"
    r"|(?<!\w)~(?P<strike>[^~\s](?:[^~\n]*[^~\s])?)~(?!\w)"
)
_STYLES: Final = {"bold": "strong", "italic": "em", "strike": "s"}


def mrkdwn(text: str) -> Html:
    """Return a mrkdwn text as HTML: bold, italic, struck, code, links, mentions; new lines as they are."""
    parts: list[Html] = []
    end = 0
    for found in _SPAN.finditer(text):
        parts.append(_plain(text[end : found.start()]))
        end = found.end()
        kind = str(found.lastgroup)
        if kind == "code":
            parts.append(tag("code", _plain(found["code"])))
        elif kind == "angle":
            parts.append(_angle(found["angle"]))
        else:
            parts.append(tag(_STYLES[kind], mrkdwn(found[kind])))
    return join([*parts, _plain(text[end:])])


def _plain(text: str) -> Html:
    # &, < and > arrive escaped already
    return Html(html.escape(html.unescape(text), quote=False).replace("\n", "<br>"))


def _angle(inside: str) -> Html:
    target, _, label = inside.partition("|")
    if target.startswith(("https://", "http://", "mailto:", "tel:")):
        return link(html.unescape(target), html.unescape(label or target))
    if target.startswith("!date^"):
        return _plain(label)
    return tag("span", _plain("@" + (label or target.lstrip("@#!"))), class_="mention")


def link(url: str, label: str) -> Html:
    """Return a link that opens in a tab of its own; anything but a web, mail or phone address stays text."""
    if not url.startswith(("https://", "http://", "mailto:", "tel:")):
        return join(label)
    return tag("a", label, href=url, target="_blank", rel="noopener noreferrer")
