"""The same story as a person plays it: `haven chat`, a real process, with nothing set and nothing prepared."""

import os
import subprocess
import sys
from pathlib import Path

HAVEN = Path(sys.executable).with_name("haven")
STORY = """
# opens with the notice
[I agree, let's start]
[Private check]
1 1 1 1
{first}
name=Sam, contact=sam@home.example, consent=yes
[Cancel]
[Yes, cancel it]
[Find a time]
home
[Check-ins]
[Yes, check in]
day=Mon, time=10:00, zone=Europe/London
/later 7d
[Not now]
/as morgan
[I agree, let's start]
[Remind my team]
[Customer Support]
[A gentle reminder]
[Send it]
/later 2d
/as sam
forget me
[Yes, forget me]
hello
"""
FIRST = "[Mon 23 Nov, 09:00, Dr Ada Okafor]"


def chat(folder: Path, script: str | None = None, *more: str) -> subprocess.CompletedProcess[str]:
    arguments = [str(HAVEN), "chat", "--at", "2026-11-23T08:00Z", *more]
    if script is not None:
        (folder / "script.txt").write_text(script)
        arguments += ["--script", str(folder / "script.txt")]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("HAVEN_")}
    return subprocess.run(
        arguments,
        cwd=folder,
        env=bare,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_whole_story(tmp_path: Path) -> None:
    done = chat(tmp_path, STORY.format(first=FIRST))
    assert (done.returncode, done.stderr) == (0, "")
    answers = dict(zip(_moves(done.stdout), _answers(done.stdout), strict=True))
    assert FIRST in answers["1 1 1 1"]
    assert "Booked: Mon 23 Nov, 09:00" in answers["name=Sam, contact=sam@home.example, consent=yes"]
    assert FIRST in answers["[Find a time]"]
    assert answers["/later 7d"].count("(message)") == 1
    assert "(in #customer-support)" in answers["/later 2d"]
    assert "Morgan asked me" in answers["/later 2d"]
    assert "I am Haven" in answers["hello"]
    assert list(tmp_path.iterdir()) == [tmp_path / "script.txt"]  # nothing is left behind


def test_a_kept_database_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = ("--db", f"sqlite:///{tmp_path / 'kept.db'}")
    chat(tmp_path, "[I agree, let's start]\n[Private check]\n1 1 1 1\n", *kept)
    again = chat(tmp_path, f"{FIRST}\n", *kept)
    assert again.returncode == 0
    assert again.stdout.index(FIRST) < again.stdout.index("> " + FIRST)


def test_an_unknown_button_ends_the_play_and_lists_those_there_are(tmp_path: Path) -> None:
    done = chat(tmp_path, "\n[No such button]\n[Read all of it]\n")
    assert done.returncode == 1
    assert done.stderr.startswith("line 2: ")
    assert "> [Read all of it]" not in done.stdout
    for button in ("[I agree, let's start]", "[Read all of it]", "[No, thank you]", "[Help now]"):
        assert button in done.stderr


def test_without_a_terminal_it_says_hello_and_ends(tmp_path: Path) -> None:
    done = chat(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "I am Haven" in done.stdout
    assert "[I agree, let's start]" in done.stdout


def _moves(played: str) -> list[str]:
    return [line[2:] for line in played.splitlines() if line.startswith("> ")]


def _answers(played: str) -> list[str]:
    """Return what came of each move."""
    return [part.partition("\n")[2] for part in ("\n" + played).split("\n> ")[1:]]
