"""The words of the private page itself, and of the gate that leads there from a chat."""

from typing import Annotated

from flows.core.words import Blanks, Label, Line, Title, Words


class RoomWords(Words):
    """What the page says around a screen, what it says when it is closed, and what the chat says before it."""

    # the gate, in a private window of the chat's
    gate_title: Title
    gate: Line
    gate_code: Annotated[Line, Blanks("code")]
    gate_once: Annotated[Line, Blanks("minutes")]
    gate_open: Label
    gate_again: Label
    gate_here: Label
    # on every page
    title: Title
    leave: Label
    leave_key: Line
    help: Label
    # the door: a link, before its code
    door: Line
    door_about: Line
    code: Line
    code_hint: Line
    code_missing: Line
    code_wrong: Annotated[Line, Blanks("left")]
    enter: Label
    # the room
    errors: Line
    missing: Line
    optional: Line
    waiting: Line
    say: Line
    say_hint: Line
    send: Label
    rights: Line
    human: Label
    my_data: Label
    stop: Label
    pause: Label
    forget: Label
    privately: Line
    # what else a page may be: a heading, and what to do next
    used: Line
    used_about: Line
    expired: Line
    expired_about: Annotated[Line, Blanks("minutes")]
    locked: Line
    locked_about: Line
    unknown: Line
    unknown_about: Line
    closed: Line
    closed_about: Line
    refused: Line
    refused_about: Line
    busy: Line
    busy_about: Line
    again: Label
    back: Label
