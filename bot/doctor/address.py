"""The address that the platforms deliver to, seen from outside; and answers of servers that may say anything."""

import json
from typing import Any, Final

import httpx

from bot.doctor.finding import Finding

_INSIDE: Final = "/healthz"  # stands for all that a proxy must not pass on: the clinic is on the same port


async def knock(client: httpx.AsyncClient, public_url: str | None, path: str, platform: str) -> Finding:
    """Knock at a platform's door from outside, proving nothing: the right answer is our own refusal."""
    what = f"{platform}, step 1: the address"
    if not public_url:
        return Finding(
            what,
            False,
            "not set",
            f"HAVEN_PUBLIC_URL: where {platform} finds this server, as https://haven.example.org",
        )
    url = public_url + path
    try:
        answer = await client.post(url, content=b"{}", headers={"Content-Type": "application/json"})
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error).upper():
            return Finding(
                what, False, "its certificate is not one that others trust", f"renew the certificate of {public_url}"
            )
        return Finding(
            what, False, "nobody answers there", f"does DNS lead {public_url} here, and is the proxy running?"
        )
    except httpx.HTTPError as error:
        return Finding(
            what, False, type(error).__name__, f"does {public_url} lead to this server, and is the proxy running?"
        )
    if answer.status_code == 401 and answer.text == "not verified":
        if await _answers(client, f"{public_url}{_INSIDE}"):
            remedy = f"let the proxy pass on {path}, with the private room also /room, and nothing else"
            return Finding(what, False, "what is for this machine only can be reached there, too", remedy)
        return Finding(what, True, "Haven answers there, and lets nobody in without a proof")
    return Finding(what, False, *_wrong_door(answer.status_code, url, path, platform))


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


def _wrong_door(status: int, url: str, path: str, platform: str) -> tuple[str, str]:
    match status:
        case 301 | 302 | 307 | 308:
            return f"it leads elsewhere, and {platform} does not follow", f"let the proxy answer {url} itself"
        case 404 | 405:
            return (
                "something else answers there",
                f"let the proxy pass on {path} to Haven, and start Haven with {platform} set",
            )
        case 502 | 503 | 504:
            return (
                "the proxy does not reach Haven",
                "start `haven serve`, and give the proxy its HAVEN_HOST and HAVEN_PORT",
            )
        case 401 | 403:
            return (
                "somebody else refuses before Haven does",
                f"let the proxy pass on {path} without a login or filter of its own",
            )
        case _:
            return (
                f"it answers {status}, which is not Haven's answer",
                f"let the proxy pass on {path} to Haven as it is",
            )


def read(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; empty if it is none."""
    try:
        told = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
