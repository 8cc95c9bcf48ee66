"""What every answer carries, and what a request must be before it is read."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request, Response
from starlette.requests import ClientDisconnect

MOST: Final = 64 * 1024  # bytes of a sent form
_FIELDS: Final = 64
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}


def guarded(response: Response) -> Response:
    """Return the answer with what keeps a page private: nothing foreign in it, no frame round it, no copy of it."""
    response.headers.update(HEADERS)
    return response


def ours(request: Request, origin: str) -> bool:
    """Tell whether a form was sent by a page of ours, as far as the browser says.

    Sec-Fetch-Site (Fetch Metadata, W3C) settles it. An older browser says Origin; under our own Referrer-Policy that
    is "null" (Fetch, "append a request Origin header"), which says nothing: the form's token has to do then.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("origin", "null") in {"null", origin}


async def form(request: Request) -> dict[str, str] | None:
    """Return the fields of a sent form; None for anything else, or more than 64 KiB of it.

    A field that stands there twice counts once, the first."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST:
                return None
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_FIELDS,
        )
    except (ClientDisconnect, ValueError):
        return None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
