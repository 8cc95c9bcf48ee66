"""Where a dialogue is played: the terminal, Slack and Teams. Each does what people do there and reads what is drawn."""

from tests.golden.at_terminal import at_terminal
from tests.golden.on_slack import on_slack
from tests.golden.on_teams import on_teams

PLACES = {"terminal": at_terminal, "slack": on_slack, "teams": on_teams}
