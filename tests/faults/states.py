"""Every state that any conversation can come to rest in, taken from the transcripts and the frozen examples."""

import json
from pathlib import Path
from typing import Any, get_args
from unittest import mock

from flows.core.flow import AnyFlow
from flows.registry import FLOWS
from tests import world
from tests.player import play

HERE = Path(__file__).parent.parent


def reached() -> dict[str, list[dict[str, Any]]]:
    """Return, for each flow, the distinct states (frozen) of its transcripts and of `tests/states`."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    thawed = world.thawed

    def note(flow: AnyFlow, state: Any) -> Any:
        frozen = flow.freeze(state)
        found.setdefault(flow.name, {})[json.dumps(frozen)] = frozen
        return thawed(flow, state)

    with mock.patch.object(world, "thawed", note):
        for path in sorted((HERE / "transcripts").glob("*.txt")):
            play(path.read_text())
    for path in sorted((HERE / "states").glob("*.json")):
        name, _, version = path.stem.partition(".v")
        for frozen in json.loads(path.read_text()):
            now = FLOWS[name].freeze(FLOWS[name].thaw(int(version), frozen))
            found.setdefault(name, {})[json.dumps(now)] = now
    return {flow: list(states.values()) for flow, states in found.items()}


def named(flow: AnyFlow) -> set[str]:
    """Return the names of all states that a flow declares."""
    union = get_args(flow.state)[0] if hasattr(flow.state, "__metadata__") else flow.state
    return {kind.model_fields["at"].default for kind in get_args(union) or (union,)}
