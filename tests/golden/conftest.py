"""The content that golden dialogues are played with."""

import asyncio
import shutil
from collections.abc import Mapping

import pytest

from bot.sandbox.teams.demo import MORGAN, PEOPLE, SUPPORT
from content import default_root
from tests.golden.stage import Ground

Contents = Mapping[str, Ground]
ODD = {
    "Dr Ada Okafor": "Dr <Ada> & *Okafor* _x_ ~y~ `z`",
    "Erik Lindqvist": "\u062f. \u0644\u064a\u0644\u0649 \u0627\u0644\u062d\u0633\u0646",  # right to left
    "Nadia Rahman": "N\u00e1di\u0430 \U0001f33f O'Ra\u0308hm\u0101n [1](x)",
    "Self-help library": "Self-help <library|link> & **more**",
    "Short guides on sleep": "<!channel> <@U0SAM> @here # Short &amp; guides on sleep",
    "A small pause": "*A* _small_ <https://example.org|pause> & \u202bmore\u202c",
    "A reminder that free": "*A* <!here> reminder & that free",
}
"""What somebody could write into HR's files: nothing of it may become markup, a mention, or another's name."""


@pytest.fixture(scope="session")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """Shipped content in which Teams' people and channels are known, too; and the same with odd characters in it."""
    folder = tmp_path_factory.mktemp("golden")
    usual, odd = folder / "usual", folder / "odd"
    shutil.copytree(default_root(), usual, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    ids = {person.id: person.aad_object_id for person in PEOPLE}
    staff = [*ids.values(), *(f"5a000000-0000-4000-8000-0000000001{number:02}" for number in range(5))]
    path = usual / "org" / "teams.yaml"
    teams = path.read_text()
    teams = teams.replace("slack: [U0MORGAN]", f"slack: [U0MORGAN]\n      teams: [{ids[MORGAN]}]")
    for first, members in (("U0SAM", staff[:6]), ("U0AISHA", staff[3:10]), ("U0HUGO", staff[:3])):
        teams = teams.replace(f"slack: [{first},", f"teams: [{', '.join(members)}]\n      slack: [{first},", 1)
    teams = teams.replace("slack: C0SUPPORT", f'slack: C0SUPPORT\n      teams: "{SUPPORT}"', 1)
    teams = teams.replace('    channel:\n      slack: C0FINANCE\n      console: "#finance"\n', "    channel: {}\n")
    path.write_text(teams)
    shutil.copytree(usual, odd)
    for path in (*(odd / "org").glob("*.yaml"), odd / "en" / "nudges.yaml"):
        text = path.read_text()
        for plain, changed in ODD.items():
            text = text.replace(plain, changed.replace('"', '\\"'))
        path.write_text(text)
    grounds = {each.name: Ground(each, folder / f"{each.name}-started") for each in (usual, odd)}
    for ground in grounds.values():
        asyncio.run(ground.start())
    return grounds
