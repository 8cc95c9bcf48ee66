"""What somebody in pain reads, typed. Short, plain, and never a question too many."""

from typing import Annotated

from flows.core.words import Blanks, Label, Line, Title, Words

_LINE = Blanks("name", "dial", "hours")


class SafetyWords(Words):
    """All of the crisis conversation. Pinned: a change of any word is a release."""

    # The first message, by what it is about
    asked: Line
    self_harm: Line
    other: Line
    abuse: Line
    medical: Line
    harm: Line
    psychosis: Line
    eating: Line
    program: Line
    emergency: Annotated[Line, Blanks("number")]
    call_now: Annotated[Line, Blanks("number")]
    call: Annotated[Line, _LINE]
    text: Annotated[Line, _LINE]
    text_to: Annotated[Line, Blanks("word", "number")]
    call_or_text: Annotated[Line, _LINE]
    visit: Annotated[Line, _LINE]
    day_and_night: Line
    place: Annotated[Line, Blanks("place")]
    elsewhere: Label
    near: Line
    care: Line
    care_abuse: Line
    question: Line
    yes: Label
    no: Label
    yes_later: Label
    no_later: Label
    safe_here: Line
    safe: Label
    hide: Label
    mistaken: Label
    # It sounded heavy
    heavy: Line
    heavy_yes: Label
    heavy_no: Label
    # What comes next
    staying: Line
    stay_near: Line
    said_no: Line
    said_safe: Line
    human: Line
    work: Line
    diagnosis: Line
    method: Line
    nobody: Line
    goodbye: Line
    refuse: Line
    calls: Line
    listen_1: Line
    listen_2: Line
    listen_3: Line
    listen_4: Line
    listen_other_1: Line
    listen_other_2: Line
    listen_abuse_1: Line
    listen_abuse_2: Line
    listen_harm_1: Line
    listen_harm_2: Line
    listen_medical: Line
    # More ways
    ways: Label
    back: Label
    more: Line
    professionals: Label
    callback: Label
    caring: Label
    count: Annotated[Line, Blanks("step", "steps")]
    next: Label
    # The exercises
    pace: Annotated[Line, Blanks("seconds")]
    again: Label
    others: Label
    choose: Line
    # The plan
    plan: Label
    plan_title: Title
    plan_intro: Line
    plan_skip: Line
    plan_signs: Line
    plan_helps: Line
    plan_reasons: Line
    plan_people: Line
    plan_places: Line
    plan_professionals: Line
    plan_cut: Line
    plan_next: Title
    plan_stop: Label
    plan_yours: Line
    plan_away: Line
    plan_part: Annotated[Line, Blanks("part", "text")]
    part_signs: Line
    part_helps: Line
    part_reasons: Line
    part_people: Line
    part_places: Line
    part_professionals: Line
    plan_change: Label
    plan_delete: Label
    plan_sure: Line
    plan_delete_yes: Label
    plan_keep: Label
    plan_gone: Line
