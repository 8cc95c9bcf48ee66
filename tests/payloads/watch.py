"""Looks at everything that the stand-ins receive, in every test, and writes it down with --record-payloads."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.sandbox.slack.workspace import Workspace as Slack
from bot.sandbox.teams.workspace import Workspace as Teams
from tests.payloads.check import Json, drawn, wrong


class Watch:
    """Stands where both stand-ins keep what they receive. `folder`: where to write payloads, if anywhere.

    In tests of the stand-ins themselves (`spoils` is true) what is wrong is wrong on purpose. Anywhere else nothing
    may be, whatever the stand-in said."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.test = ""
        self.spoils = False
        self.seen = 0
        self.troubles: list[str] = []

    def begin(self, test: str) -> None:
        """Watch for a test, by its id."""
        self.test, self.troubles = test, []
        self.spoils = test.startswith("tests/bot/sandbox/")

    def receive(self, platform: str, method: str, payload: Json, error: str) -> None:
        """Look at one thing that a stand-in received."""
        found = drawn(platform, method, payload)
        if found is None:
            return
        kind, drawing = found
        troubles = wrong(kind, drawing)
        if troubles and self.spoils:
            return
        self.seen += 1
        self.troubles += [f"{platform} {method}: {each}" for each in troubles]
        if self.folder and not error:
            self._write(platform, method, kind, drawing)

    def _write(self, platform: str, method: str, kind: str, drawing: Json) -> None:
        assert self.folder
        body = {"platform": platform, "method": method, "kind": kind, "test": self.test, "payload": drawing}
        text = json.dumps(body, ensure_ascii=False, indent=1)
        digest = hashlib.sha256(json.dumps(drawing, sort_keys=True).encode()).hexdigest()[:24]
        place = self.folder / platform / kind
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{digest}.json").write_text(text, encoding="utf-8", errors="surrogatepass")


def watching(watch: Watch) -> Callable[[], None]:
    """Let the watch see what both kinds of stand-in keep from now on; returns what ends that."""
    slack, teams = Slack.record, Teams.record

    def on_slack(self: Slack, method: str, payload: Json, error: str = "", at: Any = None) -> None:
        watch.receive("slack", method, payload, error)
        slack(self, method, payload, error, at)

    def on_teams(self: Teams, method: str, payload: Json, **more: Any) -> None:
        watch.receive("teams", method, payload, more.get("error", ""))
        teams(self, method, payload, **more)

    def restore() -> None:
        Slack.record = slack  # type: ignore[method-assign]
        Teams.record = teams  # type: ignore[method-assign]

    Slack.record = on_slack  # type: ignore[method-assign]
    Teams.record = on_teams  # type: ignore[method-assign]
    return restore
