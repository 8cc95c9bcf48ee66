"""The sentences around the instrument, typed."""

from typing import Annotated

from flows.core.words import Blanks, Label, Line, Title, Words


class ScreeningWords(Words):
    """Around the instrument; its own text is a standard and comes from the instrument's file."""

    title: Title
    intro: Line
    submit: Title
    leave: Label
    unavailable: Line
    looking: Line
    look_again: Label
    raised: Line
    steady: Line
    not_a_diagnosis: Line
    free: Line
    none_free: Annotated[Line, Blanks("phone")]
    down: Annotated[Line, Blanks("phone")]
    other: Label
    done: Label
