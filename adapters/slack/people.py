"""Tells whom we talk to: language, clock, the name colleagues see, and whether the service is for them."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.memory import remember
from adapters.pacing import Bucket, Rate
from adapters.platform import Profile
from adapters.slack.log import failure
from adapters.slack.web import Web

KEPT: Final = timedelta(hours=1)
_PATIENCE: Final = 1.5  # seconds: a trigger lives 3, and the turn has yet to be committed
_KNOWN: Final = 10_000
_SLACKBOT: Final = "USLACKBOT"  # the one bot that users.info does not call a bot
_OUTSIDERS: Final = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted")

_UNKNOWN: Final = Profile()
_ASKED: Final = Rate(1.5, 60)  # looks at a status: Slack answers some hundred a minute, and people come first
_AWAY_EMOJI: Final = frozenset({":palm_tree:", ":face_with_thermometer:", ":airplane:", ":desert_island:", ":baby:"})
_AWAY: Final = re.compile(
    r"\b(ooo|out of (the )?office|vacation|holidays?|on leave|leave of absence|(off|out) sick|sick leave|parental leave"
    r"|urlaub|abwesend|nicht im büro|krank|elternzeit"
    r"|vacaciones|fuera de la oficina|de baja|ausente|congés?|vacances|absente?|arrêt maladie"
    r"|férias|licença|de folga)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Who:
    """Somebody, as far as the service needs to know. A bot is not even refused: it is not answered.

    `admitted` is None where Slack did not say: such a person is neither served nor refused.
    """

    profile: Profile = _UNKNOWN
    admitted: bool | None = None
    bot: bool = False


class People:
    """Looks people up and remembers them for an hour; what Slack did not say is asked again."""

    def __init__(self, web: Web, tenant: str, clock_now: Callable[[], datetime]) -> None:
        self._web = web
        self._tenant = tenant
        self._now = clock_now
        self._known: dict[str, tuple[Who, datetime]] = {}
        self._statuses = Bucket(_ASKED, _ASKED.burst, clock_now().timestamp())

    def forget(self, user: str) -> None:
        """Ask Slack again the next time: somebody's language, zone, name or standing has changed."""
        self._known.pop(user, None)

    async def who(self, user: str) -> Who:
        """Return who somebody is. Never raises: if Slack does not say in time, they are not known."""
        now = self._now()
        if user in self._known and now < self._known[user][1]:
            return self._known[user][0]
        try:
            who = judged(await asyncio.wait_for(self._web.user(user), _PATIENCE), self._tenant)
        except Exception as error:
            failure("slack_profile_failed", error)
            return Who(bot=user == _SLACKBOT)
        remember(self._known, user, (who, now + KEPT), _KNOWN)
        return who

    async def away(self, user: str) -> bool:
        """Tell whether somebody's status says that they are away. Asked anew each time, and remembered nowhere. Never
        raises: if Slack does not say in time, or was asked often in this minute, they are not."""
        now = self._now()
        if self._statuses.wait(now.timestamp()):
            return False
        self._statuses.take(now.timestamp())
        try:
            told = await asyncio.wait_for(self._web.user(user), _PATIENCE)
        except Exception as error:
            failure("slack_profile_failed", error)
            return False
        return says_away(told.get("profile") or {}, now)


def says_away(profile: dict[str, Any], now: datetime) -> bool:
    """Tell whether a profile's status means away: one of Slack's own for holidays and illness, or such words. A
    meeting, a commute or work at home does not. Presence is not asked for: a closed laptop is nobody's holiday.

    Source: Slack, "User profiles": `status_expiration` is in seconds since 1970, 0 for none.
    """
    until = profile.get("status_expiration") or 0
    if until and until <= now.timestamp():
        return False
    emoji, text = profile.get("status_emoji") or "", profile.get("status_text") or ""
    return emoji in _AWAY_EMOJI or bool(_AWAY.search(text))


def changed(body: dict[str, Any]) -> str:
    """Return of whom the event user_change tells; empty if it does not say."""
    told = (body.get("event") or {}).get("user")
    return str(told.get("id", "")) if isinstance(told, dict) else ""


def judged(told: dict[str, Any], tenant: str) -> Who:
    """Return what a users.info answer says about somebody of a workspace, or of an organisation (E...).

    Source: Slack, "User object".
    """
    enterprise = told.get("enterprise_user") or {}
    homes = {told.get("team_id"), *enterprise.get("teams", ()), enterprise.get("enterprise_id")}
    outside = any(told.get(flag) for flag in _OUTSIDERS) or tenant not in homes
    shown = told.get("profile") or {}
    profile = Profile(
        locale=told.get("locale") or "",
        zone=told.get("tz") or "",
        name=shown.get("real_name") or told.get("real_name") or shown.get("display_name") or "",
    )
    bot = bool(told.get("is_bot")) or told.get("id") == _SLACKBOT
    return Who(profile=profile, admitted=not outside and not bot, bot=bot)
