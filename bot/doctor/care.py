"""The staffed contact: whether their desk answers, lets nobody in without our proof, and when somebody is there.

Nothing is handed over: the desk is only asked about requests that nobody made.
"""

from datetime import datetime, timedelta

from bot.clock import Clock, token
from bot.contact.wire import Desk, DeskDown
from bot.doctor.finding import Finding
from bot.settings import CareSettings, Settings
from bot.wiring import WORDS, content_root
from content.loaded import Loaded
from content.loader import read_all
from flows.core.contact import StaffedContact

_WHAT = "staffed contact"
_STRANGERS = "whsec_" + "c3RyYW5nZXIn" * 3  # a well-formed secret that is nobody's
_OLD = timedelta(minutes=10)  # a desk must refuse what was signed more than five minutes ago


async def look(settings: Settings, clock: Clock) -> list[Finding]:
    """Return what was found about calling people back."""
    care, content = settings.care, read_all(content_root(settings), WORDS, clock.now().date()).loaded
    contact = content.contact if content else None
    if not care.url:
        remedy = "name them in org/crisis.yaml, and set HAVEN_CARE__URL and HAVEN_CARE__SECRET: docs/callback.md"
        return [Finding(_WHAT, None, "nobody is offered to be called back", remedy)]
    found = [await _desk(care, clock)]
    if content and contact:
        return [*found, _hours(contact, content, clock.now())]
    nobody = "nobody is named, so nobody is offered to be called back"
    remedy = "org/crisis.yaml, staffed_contact: name them and their hours, or unset HAVEN_CARE__URL"
    return [*found, Finding(f"{_WHAT}: hours", False, nobody, remedy)]


async def _desk(care: CareSettings, clock: Clock) -> Finding:
    """Ask the desk as ourselves, as a stranger, and with a proof of ten minutes ago."""
    secret = care.secret.get_secret_value() if care.secret else ""
    what = f"{_WHAT}: their desk"
    try:
        ours = await _asked(care, secret, clock)
        stranger = await _asked(care, _STRANGERS, clock)
        old = await _asked(care, secret, _Earlier(clock))
    except DeskDown:
        remedy = "HAVEN_CARE__URL: does it lead straight to their desk? Can this machine reach it? Ask them if it is up"
        return Finding(what, False, "does not answer, or says that it is down", remedy)
    if ours in {401, 403}:
        remedy = "HAVEN_CARE__SECRET: the same at both ends, whsec_ included? Are both clocks right to five minutes?"
        return Finding(what, False, "refuses our signature", remedy)
    if stranger not in {401, 403}:
        remedy = "tell them: what is not signed with the secret must be refused (401), or anybody could look people up"
        return Finding(what, False, f"answers a stranger, who has another secret, with {stranger}", remedy)
    if old not in {401, 403}:
        remedy = "tell them: what was signed more than five minutes ago must be refused (401)"
        return Finding(what, False, f"answers what was signed ten minutes ago with {old}", remedy)
    if ours not in {200, 404}:
        remedy = f"HAVEN_CARE__URL: requests are looked up below it, at /KEY: does {ours} come from their desk?"
        return Finding(what, False, f"answers {ours} about a request that nobody made; it should be 404", remedy)
    return Finding(what, True, "answers, and refuses a wrong secret and an old signature")


async def _asked(care: CareSettings, secret: str, clock: Clock) -> int:
    """Return how the desk answers who asks for a request that nobody made. Raises DeskDown."""
    desk = Desk(care.url or "", secret, clock)
    try:
        return await desk.knock(token(clock))
    finally:
        await desk.close()


class _Earlier:
    """A clock that is ten minutes slow."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now() - _OLD

    def chance(self, size: int) -> bytes:
        return self._clock.chance(size)


def _hours(contact: StaffedContact, content: Loaded, now: datetime) -> Finding:
    """Say when nobody is there, and whom they cannot help."""
    what, region = f"{_WHAT}: hours", content.organisation.region
    if region and region not in contact.countries:
        remedy = f"org/crisis.yaml, countries: add {region} if they can reach people there"
        return Finding(what, False, f"{contact.name} does not serve {region}, where the organisation is", remedy)
    mute = sorted({locale[:2] for locale in content.words} - set(contact.languages))
    others = f"; they do not speak {', '.join(mute)}, and say so" if mute else ""
    away = contact.away(now)
    if away is None:
        return Finding(what, True, f"{contact.name}, day and night{others}")
    hours = round((away[1] - away[0]) / timedelta(hours=1))
    remedy = "org/crisis.yaml, hours: are they right? Who asks meanwhile is told when somebody is back"
    return Finding(what, None, f"{contact.name}: nobody for {hours} hours from {away[0]:%A %H:%M}{others}", remedy)
