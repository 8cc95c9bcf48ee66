"""Plays a script on one platform: moves stand behind `>`, everything else is what the person sees then.

    # person: sam               the head: who (sam, morgan, guest), which content, where it can be played
    > words                     a typed line
    > [Label]                   a tap on what is before them: the open dialog, else the last message
    > key=value; key=value      the form before them
    > keep [Label]              a tap that is held back on the line ...
    > late                      ... and arrives now
    > * 31 minutes pass         what happens without them; see DEEDS

What is written is read back from what was drawn, and each drawing is held against the very screen that the desk gave.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from adapters.platform import Public, Shown
from flows.core.screen import Screen
from tests.golden.look import TERMINAL, Look, Medium, differences, expected, seen
from tests.golden.place import Drawn, Place
from tests.golden.rules import everywhere_private, heard, notes_about_typing
from tests.golden.stage import Backstage, Given

_PASS: Final = re.compile(r"(\d+) (minute|hour|day)s? pass(?:es)?")
_PAIRS: Final = re.compile(r"; (?=\w+=)")
DEEDS: Final[dict[str, Callable[[Backstage], Awaitable[None] | None]]] = {
    "the provider is down": Backstage.provider_is_down,
    "the provider does what it is asked and its answer is lost": Backstage.provider_loses_its_answer,
    "the provider answers again": Backstage.provider_answers_again,
    "the provider refuses bookings": Backstage.provider_refuses,
    "the provider has no time left": Backstage.provider_is_full,
    "somebody else books the first free time": Backstage.provider_gives_first_time_away,
}


class Differs(AssertionError):
    """What was drawn is not what the desk gave."""


@dataclass
class Move:
    """One move and what came of it: the screens that the desk gave, as the rules hear them, and the transcript."""

    text: str
    screens: list[Screen] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


class Player:
    """Plays on one place."""

    def __init__(self, place: Place) -> None:
        self.place, self.behind = place, place.behind
        self._shown: Shown | None = None

    async def play(self, moves: list[str]) -> list[Move]:
        """Play all moves. Raises Differs, or whatever a person could not do."""
        await self.place.enter()
        self._take(Move("(enter)"))  # a welcome, where there is one, is read back and not part of the dialogue
        return [await self._move(text) for text in moves]

    async def _move(self, text: str) -> Move:
        move = Move(text)
        private = self._shown is not None and self._shown.screen.private
        typed = await self._do(text)
        offered = self._take(move)
        if offered and self._shown and self._shown.launcher:
            # what is answered in private where no dialog is open is offered by a launcher: open it. Where an errand
            # came late, Teams has both: a dialog that says "One moment", and the launcher below it
            await self.place.close()
            await self.place.tap(self._shown.launcher.screen.buttons[0].label)
            opened = Move("(open)")
            self._take(opened)
            if opened.screens != [self._heard(self._shown)]:
                raise Differs(f"{text}: behind the launcher is another screen: {opened.screens}")
            move.written = opened.written
        if typed:
            notes = notes_about_typing(self.behind, private=private)
            move.screens = [
                screen.model_copy(update={"lines": tuple(line for line in screen.lines if line not in notes)})
                for screen in move.screens
            ]
            move.written = [
                "\n".join(line for line in block.split("\n") if line not in notes) for block in move.written
            ]
        return move

    async def _do(self, text: str) -> bool:
        """Carry out a move; returns whether it was typed into the chat."""
        if text.startswith("* "):
            await self._happen(text[2:])
        elif text == "late":
            await self.place.release()
        elif text.startswith("keep ["):
            self.place.keep(text[6:-1])
        elif text.startswith("["):
            await self.place.tap(text[1:-1])
        elif self._shown and self._shown.screen.fields and re.match(r"\w+=", text):
            await self.place.fill(self._shown, dict(pair.split("=", 1) for pair in _PAIRS.split(text)))
        else:
            await self.place.say(text)
            return True
        return False

    async def _happen(self, what: str) -> None:
        if passed := _PASS.fullmatch(what):
            await self.behind.later(timedelta(**{f"{passed[2]}s": int(passed[1])}))
        elif what == "the window is closed":
            await self.place.close()
        elif (done := DEEDS[what](self.behind)) is not None:
            await done

    def _take(self, move: Move) -> bool:
        """Hold what was drawn against what the desk gave, in order. Returns whether a private screen was offered."""
        given, drawings = self.behind.given[:], self.place.drawn()
        self.behind.given.clear()
        pairs = matched(move.text, given, drawings, self.place.name)
        for index, (each, drawing) in enumerate(pairs):
            move.screens.append(self._heard(each.shown))
            overtaken = each.shown.screen.waits and index + 1 < len(pairs)
            if drawing is not None and not overtaken:
                move.written.append(written(each, drawing.look))
        for each in given:
            if isinstance(each.shown, Shown):
                self._shown = each.shown
        last = [(each, drawing) for each, drawing in pairs if isinstance(each.shown, Shown) and drawing][-1:]
        return any(each.shown.screen.private and is_chat(drawing.medium) for each, drawing in last if drawing)

    def _heard(self, shown: Shown | Public) -> Screen:
        return heard(shown)


def matched(at: str, given: list[Given], drawings: list[Drawn], platform: str) -> list[tuple[Given, Drawn | None]]:
    """Pair what the desk gave with what was drawn of it. Raises Differs, saying where and how.

    A drawing is of the first screen left that has its buttons; one without such a screen is held against the first
    that is left. Only a waiting screen that an errand's took the place of need not be drawn, in Teams."""
    pairs: list[tuple[Given, Drawn | None]] = [(each, None) for each in given]
    for drawing in drawings:
        left = [index for index, (_, there) in enumerate(pairs) if there is None]
        if not left:
            raise Differs(f"{platform}, > {at}: drawn, and nobody gave it: {drawing.look}")
        fits = [index for index in left if _fits(pairs[index][0], drawing)]
        # all launchers look alike: in Teams one stands for a screen that an errand brought, not for "One moment"
        index = min(fits or left, key=lambda each: platform == "teams" and pairs[each][0].shown.screen.waits)
        want = _wanted(pairs[index][0].shown, drawing.medium)
        if found := list(differences(want, seen(drawing.look, drawing.medium))):
            raise Differs(f"{platform}, > {at}: {drawing.medium.name}:\n  " + "\n  ".join(found))
        pairs[index] = (pairs[index][0], drawing)
    for index, (each, there) in enumerate(pairs):
        held_back = platform == "teams" and each.shown.screen.waits and index + 1 < len(pairs)
        if there is None and not held_back:
            raise Differs(f"{platform}, > {at}: given, and not drawn: {each.shown.screen}")
    return pairs


def _fits(given: Given, drawing: Drawn) -> bool:
    want = _wanted(given.shown, drawing.medium)
    if not drawing.medium.tokens:
        return want == seen(drawing.look, drawing.medium)
    return want.tokens == drawing.look.tokens


def _wanted(shown: Shown | Public, medium: Medium) -> Look:
    """Return what must be drawn: in a chat message the launcher stands for a private screen."""
    return expected(shown.public() if is_chat(medium) and isinstance(shown, Shown) else shown, medium)


def is_chat(medium: Medium) -> bool:
    """Tell whether something stands in a chat, which the employer keeps."""
    return not medium.dialog and medium is not TERMINAL


def written(given: Given, look: Look) -> str:
    """Write a drawing down, as it was read back."""
    heads = {"post": "(message)", "announce": "(in the team's channel)"}
    lines = [heads[given.how]] if given.how in heads else ["(private)"] if everywhere_private(given.shown) else []
    lines += look.lines
    for each in look.fields:
        said = [each.label, f"({each.hint})" if each.hint else "", f"[{each.value}]" if each.value else ""]
        options = " | ".join(key if key == label else f"{key} {label}" for key, label in each.options)
        lines.append(f"{each.key}: {' '.join(part for part in said if part)}" + (f"  {options}" if options else ""))
        lines += [f"  ! {each.error}"] if each.error else []
    buttons = [f"[{button.label}]" for button in look.buttons]
    row = ([f"<{look.submit}>"] if look.submit else []) + buttons
    return "\n".join([*lines, " ".join(row)] if row else lines)


def script(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the head and the moves of a script."""
    head = dict(line[1:].strip().split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
    return head, [line[2:] for line in text.splitlines() if line.startswith("> ")]


def transcript(text: str, moves: list[Move]) -> str:
    """Return the script with what the moves brought."""
    out = [line for line in text.splitlines() if line.startswith("#")]
    for move in moves:
        out += ["", f"> {move.text}", *(line for block in move.written for line in block.splitlines())]
    return "\n".join(out) + "\n"


__all__ = ["Differs", "Move", "Player", "matched", "script", "transcript"]
