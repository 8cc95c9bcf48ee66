"""How fast a bot may speak in one conversation, and in one tenant altogether."""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

Windows = tuple[tuple[int, int], ...]
"""Pairs of a length in seconds and the number of operations allowed in it."""

SENDING: Windows = ((1, 7), (2, 8), (30, 60), (3600, 1800))
READING: Windows = ((1, 14), (2, 16), (30, 120), (3600, 3600))
TENANT: Windows = ((1, 50),)


@dataclass
class Pace:
    """Counts the operations of one bot. Source: Teams' "Optimize your bot with rate limiting", the limits per
    bot per thread, and the global one per app per tenant."""

    _done: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)

    def wait(self, kind: str, thread: str, now: datetime) -> int:
        """Count one operation, or return after how many whole seconds (1 at least) to try again; 0 = counted.

        `kind` is "send", "create" or "read"; each is counted by itself in every thread."""
        counted = (
            (self._done.setdefault((kind, thread), deque()), READING if kind == "read" else SENDING),
            (self._done.setdefault(("", ""), deque()), TENANT),
        )
        late = max(_late(done, windows, now) for done, windows in counted)
        if late == 0:
            for done, _ in counted:
                done.append(now)
        return late


def _late(done: deque[datetime], windows: Windows, now: datetime) -> int:
    longest = windows[-1][0]
    while done and (now - done[0]).total_seconds() >= longest:
        done.popleft()
    late = 0
    for seconds, most in windows:
        if len(done) >= most:
            left = seconds - (now - done[-most]).total_seconds()
            if left > 0:
                late = max(late, math.ceil(left), 1)
    return late
