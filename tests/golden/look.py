"""What somebody has before them, in no platform's terms: as a Screen says it, and as a payload is read back.

Nothing here or in `parse.py` uses a renderer: a renderer's mistake must not be made twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from adapters.platform import Public, Shown
from flows.core.screen import Button, Field

NAME: Final = "Haven"  # what a dialog without a title, and a screen without a line, say


@dataclass(frozen=True)
class ButtonLook:
    """A button: its label, its style, and the token that it sends."""

    label: str
    style: str = "plain"
    token: str = ""


@dataclass(frozen=True)
class FieldLook:
    """A field of a form. `options` are (key, label); `value` is what stands in it already, `error` what is wrong."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    value: str = ""
    error: str = ""
    required: bool = True
    max_length: int = 0  # of typed fields


@dataclass(frozen=True)
class Look:
    """All that is drawn. `said` is what a notification and a screen reader say of a message."""

    lines: tuple[str, ...]
    buttons: tuple[ButtonLook, ...] = ()
    fields: tuple[FieldLook, ...] = ()
    title: str = ""
    submit: str = ""
    form: str = ""
    said: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """What tells one drawing from another: the tokens of its buttons and of its form."""
        return (*(button.token for button in self.buttons), self.form)


@dataclass(frozen=True)
class Medium:
    """Where something is drawn, and what such a place cannot say; `why` gives the reason."""

    name: str
    dialog: bool
    styles: bool = True
    tokens: bool = True
    bounds: bool = True  # whether a field says that it is required, and how much fits in
    said: bool = True
    marks: bool = True  # whether what is wrong with the first field is told from a line above it
    why: str = ""


SLACK_MESSAGE: Final = Medium("a Slack message", dialog=False)
SLACK_DIALOG: Final = Medium(
    "a Slack modal", dialog=True, said=False, marks=False, why="in a modal opened anew, what is wrong is one more line"
)
TEAMS_MESSAGE: Final = Medium("a Teams card", dialog=False, styles=False, why="Teams shows no styled actions")
TEAMS_DIALOG: Final = Medium(
    "a Teams dialog", dialog=True, styles=False, said=False, why="Teams shows no styled actions"
)
TEAMS_CHANNEL: Final = Medium(
    "a card in a Teams channel",
    dialog=False,
    styles=False,
    tokens=False,
    why="its buttons are links into everybody's own chat and tell us nothing",
)
TERMINAL: Final = Medium(
    "the terminal",
    dialog=False,
    styles=False,
    tokens=False,
    bounds=False,
    said=False,
    why="lines of text: what is on screen is pressed by its label, and nothing is coloured or cut",
)


def expected(given: Shown | Public, medium: Medium) -> Look:
    """Return what must be drawn of a screen in a medium."""
    screen = given.screen
    fielded = medium.dialog or medium is TERMINAL
    lines = tuple(line for line in screen.lines if line.strip())
    if not lines and not screen.fields and not (screen.buttons and medium.dialog):
        lines = (NAME,)
    return unmarked(
        medium,
        Look(
            lines=lines,
            buttons=tuple(_button(*each, medium) for each in zip(screen.buttons, given.tokens, strict=True)),
            fields=tuple(_field(each, medium) for each in screen.fields) if fielded else (),
            title=(screen.title or NAME) if medium.dialog else "",
            submit=screen.submit if fielded else "",
            form=given.form if isinstance(given, Shown) and medium.dialog else "",
            said="\n".join(lines) if medium.said else "",
        ),
    )


def unmarked(medium: Medium, look: Look) -> Look:
    """Return a look in which what is wrong with the first field is a line, where a medium cannot tell the two apart."""
    if medium.marks or not look.fields or not look.fields[0].error:
        return look
    first = replace(look.fields[0], error="")
    return replace(look, lines=(*look.lines, look.fields[0].error), fields=(first, *look.fields[1:]))


def _button(button: Button, token: str, medium: Medium) -> ButtonLook:
    return ButtonLook(button.label, button.style if medium.styles else "plain", token if medium.tokens else "")


def _field(field: Field, medium: Medium) -> FieldLook:
    return FieldLook(
        key=field.key,
        label=field.label,
        options=tuple((option.key, option.label) for option in field.options),
        hint=field.hint,
        value=field.value,
        error=field.error,
        required=not field.optional if medium.bounds else True,
        max_length=field.max_length if medium.bounds and not field.options else 0,
    )


def seen(look: Look, medium: Medium) -> Look:
    """Return what was read back, without what the medium cannot say."""
    buttons = tuple(
        replace(button, style=button.style if medium.styles else "plain", token=button.token if medium.tokens else "")
        for button in look.buttons
    )
    return replace(unmarked(medium, look), buttons=buttons, said=look.said if medium.said else "")


def differences(want: object, got: object, at: str = "") -> Iterator[str]:
    """Yield where two looks differ, one line a place: what was drawn, and what the screen says."""
    if isinstance(want, tuple) and isinstance(got, tuple):
        if len(want) != len(got):
            yield f"{at}: {len(got)} drawn, {len(want)} on the screen: {_names(got)} instead of {_names(want)}"
        for index, (one, other) in enumerate(zip(want, got, strict=False)):
            yield from differences(one, other, f"{at}[{index}]")
    elif isinstance(want, Look | ButtonLook | FieldLook) and type(want) is type(got):
        for each in fields(want):
            yield from differences(getattr(want, each.name), getattr(got, each.name), f"{at}.{each.name}".strip("."))
    elif want != got:
        yield f"{at}: {got!r} drawn, {want!r} on the screen"


def _names(parts: tuple[object, ...]) -> list[object]:
    return [getattr(part, "label", part) for part in parts]
