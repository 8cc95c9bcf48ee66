"""When somebody next concerns the clock: times, in memory, and not what they are for; and little else, as `Hint` says.

Everything else about a check-in stays sealed in its row until its minute has come. A time that is too early costs a
look at the row, where it is checked again; so it is no truth, and a crash loses nothing with it.
"""

import heapq
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.platform import Place


@dataclass(frozen=True)
class Crisis:
    """Where somebody's crisis conversation is open, at which turn, and until when; not what it is about."""

    place: Place
    turn: str
    until: datetime


@dataclass(frozen=True)
class Hint:
    """When a check-in is due, and until when something of theirs is kept (aware); None for neither. And the language
    that they chose, for when the database does not answer. Only a hint: it is checked again in the transaction.

    `country` is where they said they are. Said while the database does not answer, it is here alone, and in their row
    from their next turn on (`People.load`)."""

    due: datetime | None
    until: datetime | None
    language: str = ""
    country: str = ""
    booked: bool = False  # whether they hold an appointment
    waits: bool = False  # whether they are on a waiting list
    crisis: Crisis | None = None  # who taps there for more help does not wait for the database


class Agenda(Mapping[bytes, Hint]):
    """Hints by person, and whose time has come without a look at everybody. May be used from any thread."""

    def __init__(self) -> None:
        self._hints: dict[bytes, Hint] = {}
        self._dues, self._untils = _Heap(), _Heap()
        self._waiting: set[bytes] = set()
        self._lock = threading.Lock()

    def note(self, sid: bytes, hint: Hint) -> None:
        """Note somebody's times, in place of earlier ones."""
        with self._lock:
            self._hints[sid] = hint
            (self._waiting.add if hint.waits else self._waiting.discard)(sid)
            self._dues.put(sid, hint.due)
            self._untils.put(sid, hint.until)

    def drop(self, sid: bytes) -> None:
        """Forget somebody."""
        with self._lock:
            self._hints.pop(sid, None)
            self._waiting.discard(sid)
            self._dues.put(sid, None)
            self._untils.put(sid, None)

    def due(self, now: datetime) -> list[bytes]:
        """Return whose check-in is due, the longest first. They stay until other times are noted."""
        with self._lock:
            return self._dues.reached(now)

    def over(self, now: datetime) -> list[bytes]:
        """Return of whom something has had its time."""
        with self._lock:
            return self._untils.reached(now)

    def waiting(self) -> list[bytes]:
        """Return who is on a waiting list."""
        with self._lock:
            return sorted(self._waiting)

    def first_due(self) -> datetime | None:
        """Return when the next check-in is due."""
        with self._lock:
            return self._dues.first()

    def __getitem__(self, sid: bytes) -> Hint:
        return self._hints[sid]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._hints)

    def __len__(self) -> int:
        return len(self._hints)


class _Heap:
    """Times in order. What is replaced stays in the heap, until it comes to the top or is most of it."""

    def __init__(self) -> None:
        self._at: dict[bytes, float] = {}
        self._heap: list[tuple[float, bytes]] = []

    def put(self, sid: bytes, at: datetime | None) -> None:
        if at is None:
            self._at.pop(sid, None)
            return
        moment = at.timestamp()
        if self._at.get(sid) == moment:
            return
        self._at[sid] = moment
        heapq.heappush(self._heap, (moment, sid))
        if len(self._heap) > 2 * len(self._at) + 100:
            self._heap = [(moment, sid) for sid, moment in self._at.items()]
            heapq.heapify(self._heap)

    def reached(self, now: datetime) -> list[bytes]:
        limit, found = now.timestamp(), list[tuple[float, bytes]]()
        while self._heap and self._heap[0][0] <= limit:
            entry = heapq.heappop(self._heap)
            if self._at.get(entry[1]) == entry[0] and found[-1:] != [entry]:  # not moved, nor here twice
                found.append(entry)
        for entry in found:
            heapq.heappush(self._heap, entry)
        return [sid for _, sid in found]

    def first(self) -> datetime | None:
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return datetime.fromtimestamp(self._heap[0][0], UTC) if self._heap else None
