"""Play all personas through the real service and print what is wrong, by persona and by rule.

python -m tests.safety.personas_run            all of them
python -m tests.safety.personas_run abuse-en   those whose id begins so
python -m tests.safety.personas_run --sum      the counts only
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.rig import rig
from tests.safety.checker import Violation, check
from tests.safety.intents import KEYS
from tests.safety.persona import Persona, personas
from tests.safety.player import play


async def violations(chosen: Iterable[Persona], folder: Path) -> dict[str, tuple[Violation, ...]]:
    """Return the violations of each persona, by id; none for a persona is an empty tuple."""
    async with rig(folder) as service:
        regions = service.service.library.current.catalog("en").regions
        return {each.id: check(await play(service, each, KEYS), regions, KEYS) for each in chosen}


def main(arguments: list[str]) -> int:
    """Print them; return 1 if there are any."""
    prefix = next((each for each in arguments if not each.startswith("-")), "")
    chosen = [each for each in personas() if each.id.startswith(prefix)]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(violations(chosen, Path(folder)))
    if "--sum" not in arguments:
        for name, each in found.items():
            print(f"{name}: {len(each)}")
            for violation in each:
                print(f"  turn {violation.turn}: {violation.rule} {violation.detail}".rstrip())
    rules = Counter(violation.rule for each in found.values() for violation in each)
    for rule, count in rules.most_common():
        print(f"{count:5} {rule}")
    clean = sum(1 for each in found.values() if not each)
    print(f"{sum(rules.values())} violations, {clean} of {len(found)} personas without any")
    return 1 if rules else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
