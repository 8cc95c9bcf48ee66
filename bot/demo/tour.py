"""The guided tour: five steps, each of a few moves. What to do, why it matters, where, and how to tell that it is done.

Whether a move is done is seen on the screens, so the tour can be left, taken up again, and taken in any order.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.stage import Stage

Words = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """What stands on everybody's screens now."""

    chats: Mapping[str, str]  # by seat: everything that Haven said in the chat
    windows: Mapping[str, str]  # by seat: the private window; empty if none is open
    channel: str


@dataclass(frozen=True)
class Move:
    """One thing to do. `seat` is whose screen it is on; `mark` says which part of it: "say", "window", "install",
    "time", or "label:" and the words on a button."""

    key: str
    seat: str
    what: str
    mark: str
    done: Callable[[Look], bool]


@dataclass(frozen=True)
class Step:
    """A step of the tour: `why` it matters, and where to look afterwards (`then`, `panel`)."""

    key: str
    title: str
    why: str
    moves: tuple[Move, ...]
    then: str
    panel: str

    def next(self, reached: set[str]) -> Move | None:
        """Return the first move behind the last one that was reached; None if the step is done."""
        last = max((index for index, move in enumerate(self.moves) if move.key in reached), default=-1)
        return self.moves[last + 1] if last + 1 < len(self.moves) else None

    def state(self, move: Move, reached: set[str]) -> str:
        """Return "done", "now" or "later" for a move of this step."""
        upcoming = self.next(reached)
        if upcoming is None or self.moves.index(move) < self.moves.index(upcoming):
            return "done"
        return "now" if move is upcoming else "later"


def steps(words: Words) -> tuple[Step, ...]:
    """Return the tour, in the words that are in use."""
    return (_check(words), _book(words), _crisis(words), _remind(words), _forget(words))


def look(stage: Stage) -> Look:
    """Look at everybody's screens."""
    said = {key: [each.text for each in seat.said() if each.bot] for key, seat in stage.seats.items()}
    shown = {key: seat.window() for key, seat in stage.seats.items()}
    channel = [each.text for each in stage.seats["morgan"].said("C0SUPPORT") if each.bot]
    return Look(
        chats={key: "\n".join(each) for key, each in said.items()},
        windows={key: window.text if window else "" for key, window in shown.items()},
        channel="\n".join(channel),
    )


def observe(stage: Stage) -> None:
    """Note which moves are done."""
    seen = look(stage)
    for step in steps(words_of(stage)):
        stage.reached.update(move.key for move in step.moves if move.key not in stage.reached and move.done(seen))


def words_of(stage: Stage) -> Words:
    """Return the words in use, in English, by conversation."""
    return stage.service.library.current.words["en"]


def _opening(line: str) -> str:
    """Return the longest part of a line without a blank, to recognise it by."""
    return max(re.split(r"\{[^{}]*\}", line), key=len).strip()


def _hello(words: Words, seat: str, name: str) -> tuple[Move, Move]:
    notice, home = words["notice"], words["home"]
    question = _opening(home.question)
    return (
        Move(
            f"{seat}.hello",
            seat,
            f"Type “hello” to Haven in {name}'s messages.",
            "say",
            lambda seen: _opening(notice.hello) in seen.chats[seat],
        ),
        Move(
            f"{seat}.agree",
            seat,
            f"Read the notice, then choose “{notice.agree}”.",
            f"label:{notice.agree}",
            lambda seen: question in seen.chats[seat] + seen.windows[seat],
        ),
    )


def _check(words: Words) -> Step:
    home, screening = words["home"], words["screening"]
    return Step(
        "check",
        "A private check",
        "People speak up when nobody at work can listen in. The questions open in a private window, not in the chat, "
        "and the answers are gone once they were read.",
        (
            *_hello(words, "sam", "Sam"),
            Move(
                "check.open",
                "sam",
                f"Choose “{home.check}”. A private window opens.",
                f"label:{home.check}",
                lambda seen: _opening(screening.intro) in seen.windows["sam"],
            ),
            Move(
                "check.result",
                "sam",
                f"Answer as you like, then “{screening.submit}”. Some answers ask a few questions more.",
                "window",
                lambda seen: _opening(screening.not_a_diagnosis) in seen.windows["sam"],
            ),
        ),
        "Then look at what the employer sees: that Sam wrote to Haven, and not one answer.",
        "employer",
    )


def _book(words: Words) -> Step:
    booking = words["booking"]
    return Step(
        "book",
        "A talk is booked",
        "A check that ends in advice helps few people. This one ends in an appointment, in the same window, "
        "while the courage lasts.",
        (
            Move(
                "book.slot",
                "sam",
                "Choose one of the open times in Sam's window. (Window closed? Type “book”.)",
                "window",
                lambda seen: _opening(booking.shared) in seen.windows["sam"],
            ),
            Move(
                "book.done",
                "sam",
                f"Any name and contact will do, say yes, then “{booking.submit}”.",
                "window",
                lambda seen: _opening(booking.booked) in seen.windows["sam"],
            ),
        ),
        "Then look at the clinic's day: it has the name and contact, and nothing of the check.",
        "clinic",
    )


def _crisis(words: Words) -> Step:
    notice, safety = words["notice"], words["safety"]
    return Step(
        "crisis",
        "Help in a crisis",
        "Somebody in danger does not read a notice first. Help comes at once, before everything else, "
        "with people to call where they are.",
        (
            Move(
                "crisis.install",
                "priya",
                "Add Haven for Priya, who is in Teams.",
                "install",
                lambda seen: _opening(notice.hello) in seen.chats["priya"] or bool(seen.chats["priya"]),
            ),
            Move(
                "crisis.help",
                "priya",
                "Type “I want to die” as Priya. She has not even agreed to the notice.",
                "say",
                lambda seen: _opening(safety.program) in seen.chats["priya"],
            ),
        ),
        "Then try it as Sam, with a window open, or in other words. Whatever you were doing waits for you.",
        "stored",
    )


def _remind(words: Words) -> Step:
    home, team = words["home"], words["team"]
    return Step(
        "remind",
        "A manager's reminder",
        "Managers can open the door and never see who walks through it. The text is approved, it goes to the whole "
        "team at a fixed hour, and nothing comes back.",
        (
            *_hello(words, "morgan", "Morgan"),
            Move(
                "remind.open",
                "morgan",
                f"Choose “{home.team}”.",
                f"label:{home.team}",
                lambda seen: _opening(team.pick) in seen.chats["morgan"],
            ),
            Move(
                "remind.sent",
                "morgan",
                f"Pick Customer Support, pick a text, then “{team.send}”.",
                f"label:{team.send}",
                lambda seen: _opening(team.accepted) in seen.chats["morgan"],
            ),
            Move(
                "remind.arrived",
                "morgan",
                "It goes out on a fixed day. Move the clock: “1 week on”.",
                "time",
                lambda seen: _opening(words["common"].asked_by) in seen.channel,
            ),
        ),
        "Then look into #support: the reminder has arrived, for everybody alike.",
        "employer",
    )


def _forget(words: Words) -> Step:
    privacy, common = words["privacy"], words["common"]
    return Step(
        "forget",
        "Forget me",
        "Trust needs a way out. Whoever leaves takes everything along: their row is deleted, "
        "and with it the key that opened it.",
        (
            Move(
                "forget.ask",
                "sam",
                f"Close Sam's window if one is open and type “forget me”. If it says “{common.open}”, open it.",
                f"label:{common.open}",
                lambda seen: _opening(privacy.sure) in seen.chats["sam"] + seen.windows["sam"],
            ),
            Move(
                "forget.done",
                "sam",
                f"Choose “{privacy.yes}”.",
                f"label:{privacy.yes}",
                lambda seen: _opening(privacy.forgotten) in seen.chats["sam"] + seen.windows["sam"],
            ),
        ),
        "Then look at what is stored: there is one row fewer, and nothing says whose it was.",
        "stored",
    )
