"""The words of waiting for a time."""

from typing import Annotated

from flows.core.forms import FormWords
from flows.core.words import Blanks, Label, Line, Title


class WaitingWords(FormWords):
    """From asking to be told to what came of it."""

    title: Title
    about: Line
    shared: Line
    place_wrong: Line
    submit: Title
    back: Label
    joining: Line
    slow: Line
    look_again: Label
    waiting: Annotated[Line, Blanks("day")]
    waiting_next: Line
    offered: Annotated[Line, Blanks("when", "minutes", "who")]
    offered_until: Annotated[Line, Blanks("until")]
    take: Label
    not_this: Label
    passed: Line
    gone: Line
    taking: Line
    unsure: Annotated[Line, Blanks("phone")]
    down: Annotated[Line, Blanks("phone")]
    refused: Annotated[Line, Blanks("phone")]
    unlicensed: Line
    used: Annotated[Line, Blanks("phone")]
    leave: Label
    sure: Line
    leave_yes: Label
    leave_no: Label
    left: Line
    nowhere: Line
    find: Label
    mine: Label
    done: Label
    message: Annotated[Line, Blanks("until")]
    message_open: Label
