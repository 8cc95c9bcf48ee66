"""What may differ between platforms, all of it, and why. Everything else is a difference.

1. Where a dialogue begins. Opening the terminal and installing the app in Teams show the notice before anything is
   said; Slack stays silent. Every script begins with a typed "hello", which brings the notice on all three.
2. The launcher. What is answered in private where no dialog is open (to a typed line, or when an errand comes back) is
   offered by a launcher, because a dialog needs a tap; at the terminal it is there at once. The player opens it, and
   finds the same screen.
3. Notes about typing. A chat is kept by the employer, so what is typed there on a private screen, or without a
   conversation, is not used, and a note says so. A terminal keeps nothing: there the line is taken, and not understood.
   In both nothing changes; the note's own line is left out.
4. Waiting. Slack and the terminal show "One moment" and then what the errand brought; a Teams dialog cannot be changed
   from outside, so its answer is held back, and only the second screen is drawn. The desk gave both; the second one is
   written down.
5. Whose address and name. "My data" names the platform, the address there, and where a Teams chat is; a reminder says
   who asked for it by the name that the platform knows; bookings have random keys.
6. Crisis help. It stands where it came up: in the chat if it was asked for there, and private to a window if it came up
   in one. A terminal has no windows, and Slack and Teams open them at different taps; the words are the same.
7. Guests. Nobody is a guest at a terminal: such scripts say `# without: terminal`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from adapters.platform import Public, Shown
from flows.core.screen import Button, Screen
from tests.content.test_screens import CONTENT

if TYPE_CHECKING:
    from tests.golden.stage import Backstage


def _held(name: str) -> str:
    """Return what "my data" calls something, in every language, as a pattern."""
    return "|".join(re.escape(getattr(words["common"], f"held_{name}")) for words in CONTENT.words.values())


_OWN: Final = (  # rule 5
    (re.compile(rf"^((?:{_held('address')}) ?: ).*", re.DOTALL), r"\1(here)"),
    (re.compile(rf"(?:{_held('reference')}); "), ""),  # named among what is not held, but in Teams
    (re.compile(r"^\w+( \w+)*( asked me to send this)"), r"(Somebody)\2"),
    (re.compile(r"\(Appointment/[\w-]+, \w+\)"), "(its keys)"),
)
_REFERENCE: Final = re.compile(rf"(?:{_held('reference')}) ?: ")


def own(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines without what is this platform's, or this booking's, own."""
    for line in lines:
        if not _REFERENCE.match(line):
            yield _without_own(line)


def _without_own(line: str) -> str:
    for pattern, plain in _OWN:
        line = pattern.sub(plain, line)
    return line


def heard(shown: Shown | Public) -> Screen:
    """Return a screen as it must be on every platform."""
    return shown.screen.model_copy(
        update={
            "lines": tuple(own(shown.screen.lines)),
            "buttons": tuple(map(_keyless, shown.screen.buttons)),
            "private": everywhere_private(shown),
        }
    )


def everywhere_private(shown: Shown | Public) -> bool:
    """Tell whether a screen is private wherever it came up (rule 6)."""
    return shown.screen.private and not (isinstance(shown, Shown) and shown.in_window)


def _keyless(button: Button) -> Button:
    return (
        button.model_copy(update={"arg": "(its key)"})
        if button.key in {"cancel", "move", "extras"} and button.arg
        else button
    )


def notes_about_typing(behind: "Backstage", *, private: bool) -> set[str]:
    """Return the notes that may answer a typed line, on a private screen or without one."""
    common = behind.service.desk.drawing.common("en")
    return {str(common.typed_open)} | ({str(common.typed_private), str(common.not_understood)} if private else set())


def without(head: Mapping[str, str]) -> set[str]:
    """Return the platforms on which a script cannot be played."""
    return {each.strip() for each in head.get("without", "").partition("(")[0].split(",") if each.strip()}
