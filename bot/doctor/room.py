"""The private room: whether there is one, and what goes through it."""

from bot.doctor.finding import Finding
from bot.settings import Settings


def look(settings: Settings) -> list[Finding]:
    """Return where private screens are drawn. Whether the address is reached from outside, a server cannot see."""
    if not settings.public_url:
        remedy = "HAVEN_PUBLIC_URL: set it, and private screens can be opened outside of Slack and Teams"
        return [Finding("private room", None, "not offered; private screens are windows of Slack and Teams", remedy)]
    url = settings.public_url.rstrip("/")
    only = "the only place for private screens" if settings.surface == "room" else "offered on every private screen"
    remedy = f"open {url}/room in a browser: it must say that the page is closed; if not, look at the reverse proxy"
    return [Finding("private room", True if settings.surface == "room" else None, f"{only}, at {url}/room", remedy)]
