"""`/metrics`, in Prometheus' text format: numbers for whoever runs Haven. No label grows with people or tells one.

Source: Prometheus, "Exposition formats", text-based format 0.0.4.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from bot.progress import Look

_Values = Mapping[tuple[tuple[str, str], ...], int]
TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def exposition(seen: Look, in_flight: int, slow: int) -> str:
    """Return the page: what goes out unasked, where it is, and what waits. `slow`: how often a platform
    asked to wait since the start."""
    counts: _Values = {
        (("kind", kind), ("state", state)): count
        for kind, wave in seen.waves.items()
        for state, count in wave.counts().items()
    }
    audience: _Values = {(("kind", kind),): wave.audience for kind, wave in seen.waves.items()}
    blocks = (
        _metric("haven_messages", "gauge", "Messages nobody asked for, of the latest lot, by where they are.", counts),
        _metric("haven_messages_audience", "gauge", "How many the latest lot are in all.", audience),
        _metric("haven_messages_due", "gauge", "Messages nobody asked for that are due.", {(): seen.due}),
        _metric("haven_messages_in_flight", "gauge", "Messages whose answer is waited for.", {(): in_flight}),
        _metric("haven_messages_slowed_total", "counter", "How often a platform asked to wait.", {(): slow}),
        _metric(
            "haven_replies_waiting", "gauge", "Errands that are due and that somebody waits for.", {(): seen.replies}
        ),
    )
    return "".join(line + "\n" for block in blocks for line in block)


def _metric(name: str, kind: str, text: str, values: _Values) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for labels, value in values.items():
        written = ",".join(f'{key}="{each}"' for key, each in labels)
        yield f"{name}{{{written}}} {value}" if written else f"{name} {value}"
