"""What every door does with a request before anything of it is believed."""

from fastapi import Request


async def bounded(request: Request, most: int) -> bytes | None:
    """Return the body, or None if it says or turns out that it is longer than `most` bytes; no more than that is read.

    Raises ClientDisconnect."""
    said = request.headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit() or len(said) > len(str(most)) or int(said) > most:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)


def only(request: Request, name: bytes) -> bytes | None:
    """Return a header's raw value; None if it is absent or stands there twice."""
    values = [value for key, value in request.headers.raw if key == name]
    return values[0] if len(values) == 1 else None
