"""What a person sees, in no platform's terms."""

from typing import Final, Literal, Self

from pydantic import Field as Bound
from pydantic import model_validator

from flows.core.base import Value

LOOK_AGAIN: Final = "look_again"
"""The key of the one step of a screen that waits for an errand."""


class Option(Value):
    """One answer of a choice field."""

    key: str
    label: str


class Field(Value):
    """One thing a form asks for. A field with options is a choice, otherwise a line of text.

    `error` says, in words for the person, what is wrong with what was sent: a form that comes back with an error
    is the same form still, its buttons and what was entered stay live. `value` is what was entered before.
    """

    key: str
    label: str
    options: tuple[Option, ...] = ()
    hint: str = ""
    value: str = ""
    error: str = ""
    max_length: int = 200
    optional: bool = False


class Button(Value):
    """Something to tap, or to type: its label is its typed form.

    A *step* button belongs to the screen it stands on and dies with it. A *standing* button (help, stop,
    pause, open) works from old messages too, has no argument, and what it does must be idempotent.
    A button with a `link` opens that address and tells us nothing. `closes` marks the way back to what was there
    before: closing the window means it, too.
    """

    key: str
    label: str
    arg: str = ""
    standing: bool = False
    link: str = Bound(default="", max_length=600, pattern=r"^(https?://[!-~]+)?$")
    style: Literal["plain", "primary", "danger"] = "plain"
    closes: bool = False


class Screen(Value):
    """Lines to read, fields to fill in, buttons to choose from.

    `private` marks a screen that shows or collects anything about a person's health, choices or bookings:
    adapters draw it only where the employer's message archive does not reach. Fields are answered all at
    once; `submit` is the label of the button that sends them. `title` heads a dialog (24 characters).
    A screen with a button that `closes` is a detail: where windows stack, it opens on top of what was there.
    `dials` are numbers in the lines that can be dialled: where a tap can do it, it does; everywhere they are text.
    `file` is the label of what takes the file that goes with this screen: a page of ours hands it out, no chat does.
    """

    lines: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    private: bool = False
    title: str = Bound(default="", max_length=24)
    submit: str = Bound(default="", max_length=24)
    dials: tuple[str, ...] = ()
    file: str = Bound(default="", max_length=40)

    @property
    def waits(self) -> bool:
        """Tell whether there is nothing to do here but to look whether an errand has come back."""
        steps = [button.key for button in self.buttons if not button.standing]
        return self.private and not self.fields and steps == [LOOK_AGAIN]

    @property
    def errors(self) -> dict[str, str]:
        """Return what is wrong, by the key of its field; empty if nothing is."""
        return {field.key: field.error for field in self.fields if field.error}

    @property
    def detail(self) -> bool:
        """Tell whether it leads back to what was there before."""
        return any(button.closes for button in self.buttons)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if bool(self.fields) != bool(self.submit):
            raise ValueError("a screen with fields needs a submit label, and only such a screen")
        if self.fields and not self.private:
            raise ValueError("fields collect answers, so a screen with fields is private")
        if self.file and not self.private:
            raise ValueError("a file is somebody's own, so its screen is private")
        if any(button.standing and button.arg for button in self.buttons):
            raise ValueError("a standing button has no argument: its token carries nothing")
        if any(button.link and (button.standing or button.arg) for button in self.buttons):
            raise ValueError("a button with a link leads there and does nothing else")
        if sum(button.closes for button in self.buttons) > 1 or any(b.closes and b.standing for b in self.buttons):
            raise ValueError("closing means one button, and of this screen only")
        if len({field.key for field in self.fields}) != len(self.fields):
            raise ValueError("two fields of one screen share a key")
        if len({(button.key, button.arg) for button in self.buttons}) != len(self.buttons):
            raise ValueError("two buttons of one screen share key and argument")
        return self
