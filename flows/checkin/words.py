"""The sentences of check-ins."""

from typing import Annotated

from flows.core.words import Blanks, Label, Line, Title, Words


class CheckinWords(Words):
    """Opting in and out, and the answer to a check-in."""

    title: Title
    none: Line
    every: Annotated[Line, Blanks("day", "time", "zone")]
    twice: Annotated[Line, Blanks("day", "other", "time", "zone")]
    quiet_hours: Annotated[Line, Blanks("start", "end")]
    days_off: Line
    days_off_in: Annotated[Line, Blanks("place")]
    paused: Annotated[Line, Blanks("until")]
    slower: Line
    resting: Line
    promise: Line
    form: Line
    day: Line
    other_day: Line
    once: Label
    time: Line
    zone: Line
    zone_hint: Line
    zone_wrong: Line
    quiet: Line
    quiet_wrong: Line
    holidays: Line
    holidays_no: Label
    holidays_yes: Label
    holidays_in: Annotated[Line, Blanks("place")]
    submit: Title
    start: Label
    change: Label
    pause: Label
    until: Label
    until_form: Line
    until_day: Line
    resume: Label
    again: Label
    stop: Label
    done: Label
    not_now: Label
    open: Label
    later: Line
    stopped: Line
    stopped_none: Line
    paused_none: Line
    caring_ended: Line
    closing: Line
    how: Line
    fine: Label
    so_so: Label
    rough: Label
    fine_reply: Line
    rough_reply: Line
    not_kept: Line
    kept: Line
    keep: Label
    trend: Label
    trend_form: Line
    trend_none: Line
    trend_entry: Annotated[Line, Blanks("day", "mood")]
    trend_forget: Label
    trend_forgotten: Line
    check: Label
    options: Label
