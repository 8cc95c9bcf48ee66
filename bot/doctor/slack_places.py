"""The people and channels of teams.yaml, as Slack knows them: as far as the bot may ask."""

from typing import Any, Final

import httpx

from adapters.slack.people import judged
from bot.clock import Clock
from bot.doctor.address import read
from bot.doctor.finding import Finding
from bot.settings import Settings
from bot.wiring import WORDS, content_root
from content.library import Library
from content.problems import ContentError
from content.schema import TeamEntry

MOST: Final = 200  # people asked about: Slack answers some hundred such questions a minute


async def look(client: httpx.AsyncClient, settings: Settings, clock: Clock, bearer: str) -> list[Finding]:
    """Return a finding a team, and a note about the channels. Without a token nobody is asked about."""
    try:
        library = Library(content_root(settings), WORDS, lambda: clock.now().date())
    except ContentError:
        return []  # the content's own finding says so
    entries = [each for each in library.current.teams if each.channel.slack or each.members.slack]
    if not entries:
        remedy = "org/teams.yaml: add `slack:` to channel, members, managers"
        return [Finding("Slack, step 8: teams", None, "teams.yaml names nobody in Slack", remedy)]
    if not bearer:
        return [Finding("Slack, step 8: teams", None, "not looked at: the token does not work", "mend step 4 first")]
    asked = _Asked(client, settings, bearer)
    planned = (one for each in library.current.campaigns for platform, one in each.places if platform == "slack")
    channels = ", ".join(dict.fromkeys((*(each.channel.slack for each in entries if each.channel.slack), *planned)))
    return [
        *[await _team(asked, each) for each in entries],
        Finding(
            "Slack, step 9: channels",
            None,
            "with the permissions that Haven asks for, a server cannot see who is in a channel without writing there",
            f"in each of {channels} write /invite @haven; a manager is told if a reminder could not be posted",
        ),
    ]


class _Asked:
    """Asks about each person once, and about so many at most."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings, bearer: str) -> None:
        self._client, self._bearer = client, bearer
        self._url = f"{settings.slack.api_url.rstrip('/')}/users.info"
        self._tenant = settings.slack.team_id or ""
        self._known: dict[str, str] = {}

    async def trouble(self, user: str) -> str:
        """Return what is wrong with somebody; empty if nothing is, or nobody can be asked any more."""
        if user not in self._known and len(self._known) < MOST:
            self._known[user] = await self._trouble(user)
        return self._known.get(user, "")

    async def _trouble(self, user: str) -> str:
        headers = {"Authorization": f"Bearer {self._bearer}"}
        try:
            told = read(await self._client.post(self._url, data={"user": user}, headers=headers))
        except httpx.HTTPError:
            return ""
        if told.get("error") in {"user_not_found", "user_not_visible"}:
            return "unknown"
        found: dict[str, Any] = told.get("user") or {}
        if not found:
            return ""
        if found.get("deleted"):
            return "deactivated"
        who = judged(found, self._tenant)
        return "" if who.admitted else "a bot, a guest or of another organisation"


async def _team(asked: _Asked, entry: TeamEntry) -> Finding:
    what, named = f"Slack, step 8: {entry.name}", f"org/teams.yaml, {entry.key}"
    if not entry.channel.slack:
        return Finding(
            what, False, "has no channel in Slack", f"{named}: add the channel's id (C...) under channel, slack"
        )
    if not (entry.members.slack and entry.managers.slack):
        return Finding(what, False, "has no members or managers in Slack", f"{named}: add their member ids (U...)")
    people = dict.fromkeys((*entry.managers.slack, *entry.members.slack))
    wrong = [f"{user} is {trouble}" for user in people if (trouble := await asked.trouble(user))]
    if wrong:
        more = f", and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        remedy = f"{named}: copy the id from the person's profile, the three dots, Copy member ID"
        return Finding(what, False, "; ".join(wrong[:5]) + more, remedy)
    return Finding(what, True, f"Slack knows all {len(people)} people")
