"""Slack: whether what is set can work, as far as a server can see."""

import httpx

from bot.doctor.finding import Finding
from bot.settings import Settings


async def look(settings: Settings) -> list[Finding]:
    """Return what was found about Slack; nothing if it is not set."""
    return [await _slack(settings)] if settings.slack.bot_token else []


async def _slack(settings: Settings) -> Finding:
    token = settings.slack.bot_token
    assert token is not None
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
            answer = (await client.post(settings.slack.api_url.rstrip("/") + "/auth.test", headers=headers)).json()
    except (httpx.HTTPError, ValueError) as error:
        return Finding("Slack", False, type(error).__name__, "Can this machine reach HAVEN_SLACK__API_URL?")
    if not answer.get("ok"):
        return Finding(
            "Slack",
            False,
            f"refuses the token ({answer.get('error')})",
            "HAVEN_SLACK__BOT_TOKEN: copy it again from Slack",
        )
    if answer.get("team_id") != settings.slack.team_id:
        return Finding(
            "Slack",
            False,
            "the token is of another workspace",
            f"HAVEN_SLACK__TEAM_ID: it says {answer.get('team_id')}",
        )
    return Finding("Slack", True, "the token works")
