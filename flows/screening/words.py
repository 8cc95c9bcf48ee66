"""The sentences around the instrument, typed."""

from typing import Annotated

from flows.core.words import Blanks, Label, Line, Title, Words


class ScreeningWords(Words):
    """Around the instrument; its own text is a standard and comes from the instrument's file."""

    title: Title
    intro: Line
    more: Line
    part: Annotated[Line, Blanks("step", "steps")]
    mood: Line
    worry: Line
    difficulty: Line
    skip: Label
    submit: Title
    finish: Title
    leave: Label
    unavailable: Line
    too_soon: Annotated[Line, Blanks("last", "next")]
    looking: Line
    look_again: Label
    raised: Line
    some: Line
    low: Line
    open: Line
    steady: Line
    left_out: Line
    hard: Line
    not_a_diagnosis: Line
    show_numbers: Label
    hide_numbers: Label
    number: Annotated[Line, Blanks("scale", "total", "most", "band")]
    index: Annotated[Line, Blanks("scale", "total", "most", "cut", "low")]
    minimal: Line
    mild: Line
    moderate: Line
    moderately_severe: Line
    severe: Line
    free: Line
    away: Label
    away_about: Line
    none_free: Annotated[Line, Blanks("phone")]
    down: Annotated[Line, Blanks("phone")]
    exercise: Label
    callback: Label
    other: Label
    done: Label
