"""The sentences of a manager's reminders, and of the guidance beside them."""

from typing import Annotated

from flows.core.words import Blanks, Label, Line, Title, Words


class TeamWords(Words):
    """From picking a team to "goes out Tuesday, 10:00"."""

    pick: Line
    nothing: Line
    template: Line
    preview: Annotated[Line, Blanks("team", "size", "when")]
    preview_each: Annotated[Line, Blanks("team", "size", "when")]
    in_languages: Annotated[Line, Blanks("languages")]
    each: Label
    in_channel: Label
    alike: Line
    asked_by_you: Line
    send: Label
    another: Label
    done: Label
    open: Label
    accepted: Annotated[Line, Blanks("team", "when")]
    nothing_told: Line
    dropped: Annotated[Line, Blanks("team")]
    too_small: Annotated[Line, Blanks("team", "floor")]
    cool_down: Annotated[Line, Blanks("team", "until")]
    no_channel: Annotated[Line, Blanks("team")]
    not_yours: Line
    full: Annotated[Line, Blanks("until")]
    external: Annotated[Line, Blanks("team")]
    history: Label
    history_none: Line
    went_out: Annotated[Line, Blanks("when", "team", "template")]
    goes_out: Annotated[Line, Blanks("when", "team", "template")]
    cancel: Label
    cancelled: Annotated[Line, Blanks("team")]
    too_late: Annotated[Line, Blanks("team")]
    guide: Label
    guide_title: Title
    guide_notice: Line
    guide_listen: Line
    guide_avoid: Line
    guide_adjust: Line
    guide_yourself: Line
    next: Label
    worried: Label
    worried_now: Annotated[Line, Blanks("number")]
    worried_line: Annotated[Line, Blanks("name", "dial")]
    worried_talk: Annotated[Line, Blanks("phone")]
    worried_kept: Line
