"""How fast a bot may post: about one message a second a channel, and a few hundred a minute a workspace."""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Pace:
    """Counts the messages of one bot. Source: Slack's reference, "Rate limits", posting messages.

    `per_second` messages a second a channel after a burst of `burst`; `per_minute` for the workspace.
    """

    per_second: float = 1.0
    burst: int = 5
    per_minute: int = 300
    _channels: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    _minute: deque[datetime] = field(default_factory=deque)

    def wait(self, channel: str, now: datetime) -> int:
        """Count one message, or return after how many whole seconds (1 at least) to try again; 0 = posted."""
        while self._minute and now - self._minute[0] >= timedelta(minutes=1):
            self._minute.popleft()
        if len(self._minute) >= self.per_minute:
            return max(1, math.ceil(60 - (now - self._minute[0]).total_seconds()))
        left, since = self._channels.get(channel, (float(self.burst), now))
        left = min(float(self.burst), left + (now - since).total_seconds() * self.per_second)
        if left < 1:
            self._channels[channel] = (left, now)
            return max(1, math.ceil((1 - left) / self.per_second))
        self._channels[channel] = (left - 1, now)
        self._minute.append(now)
        return 0
