"""Goes from subject to subject, in the order in which to mend what is wrong."""

from bot.clock import Clock
from bot.doctor import care, room, server, slack, teams
from bot.doctor.finding import Finding
from bot.settings import SettingsTrouble, load_settings
from bot.settings_check import check_settings


async def examine(clock: Clock) -> list[Finding]:
    """Return what was found, in the order in which to mend it. Makes no file, and changes none, but for
    migrations of the tables."""
    try:
        settings = load_settings()
        check_settings(settings)
    except SettingsTrouble as error:
        return [Finding("settings", False, "incomplete or wrong", str(error))]
    findings = [Finding("settings", True, f"profile {settings.profile}")]
    findings += await server.look(settings, clock)
    findings += room.look(settings)
    findings += await care.look(settings, clock)
    findings += await slack.look(settings, clock)
    findings += await teams.look(settings, clock)
    return findings
