"""Spoils real payloads: parts changed, taken away, doubled, nested, blown up, and bytes that are no JSON at all."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from tests.fuzz.served import CANARY

Json = dict[str, Any]
Path = tuple[str | int, ...]


def _nested(depth: int) -> Any:
    value: Any = CANARY
    for _ in range(depth):
        value = [value]
    return value


ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    2**63,
    10**400,
    1e308,
    float("nan"),
    "",
    " ",
    "\x00",
    "\ud800",
    CANARY,
    f"{CANARY}\u202e\ud83d",
    CANARY * 800,
    [],
    {},
    [None],
    {"id": CANARY},
    {CANARY: {CANARY: [CANARY]}},
    _nested(40),
    "<@U0SAM> & <!channel>",
    "../../etc/passwd",
    "modal",
    "workflow_step",
    "block_actions",
    "block_suggestion",
    "view_submission",
    "view_closed",
    "message_action",
    "workflow_step_edit",
    "workflow_step_execute",
    "message_changed",
    "app_home_opened",
    "task/fetch",
)
KINDS: Final = (
    "application/json",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "text/plain",
    "multipart/form-data; boundary=x",
    f"application/{CANARY}",
    "",
)


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Yield where every part of a JSON value stands."""
    yield at
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*at, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, (*at, index))


@st.composite
def spoilt(draw: st.DrawFn, payloads: Sequence[Json]) -> Json:
    """Draw a real payload with up to four parts changed, taken away, or put where they do not belong."""
    told = copy.deepcopy(draw(st.sampled_from(payloads)))
    for _ in range(draw(st.integers(0, 4))):
        here = [path for path in places(told) if path]
        if not here:
            break
        path = draw(st.sampled_from(here))
        parent = told
        for step in path[:-1]:
            parent = parent[step]  # type: ignore[index]
        match draw(st.sampled_from(("change", "take away", "swap", "more"))):
            case "change":
                odd = copy.deepcopy(draw(st.sampled_from(ODD) | st.text(max_size=30) | st.integers()))
                parent[path[-1]] = odd  # type: ignore[index]
            case "take away":
                del parent[path[-1]]  # type: ignore[arg-type]
            case "swap":
                other: Any = told
                for step in draw(st.sampled_from(here)):
                    other = other[step]
                parent[path[-1]] = copy.deepcopy(other)  # type: ignore[index]
            case _:
                if isinstance(parent, dict):
                    parent[draw(st.sampled_from((CANARY, "type", "bot_id", "value", "t", "f")))] = CANARY
    return told


@st.composite
def written(draw: st.DrawFn, value: Json) -> bytes:
    """Draw how a value is written down: mostly as JSON, sometimes as what only looks like it."""
    text = json.dumps(value)
    match draw(st.integers(0, 11)):
        case 0:
            text = text[: draw(st.integers(0, len(text)))]
        case 1:
            text = '{"type": "message", "type": "event_callback", ' + text[1:]  # the same key, more than once
        case 2:
            text = "[" * draw(st.integers(1, 20_000)) + text
        case 3:
            at = draw(st.integers(0, len(text)))
            return text[:at].encode() + draw(st.binary(max_size=9)) + text[at:].encode()
        case 4:
            return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
        case 5:
            return b"\xef\xbb\xbf" + text.encode()
        case 6:
            return draw(st.binary(max_size=300))
    return text.encode()
