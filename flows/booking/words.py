"""The words of a booking, from what matters to somebody to a reminder of it."""

from typing import Annotated

from flows.core.forms import FormWords
from flows.core.words import Blanks, Label, Line, Title


class BookingWords(FormWords):
    """From choosing a time to letting it go."""

    title: Title
    looking: Line
    look_again: Label
    choose: Line
    choose_move: Annotated[Line, Blanks("when")]
    offer: Annotated[Line, Blanks("who", "how")]
    offer_why: Annotated[Line, Blanks("who", "how", "why")]
    offer_price: Annotated[Line, Blanks("price")]
    offer_away: Line
    away: Line
    unfit: Label
    wishes: Label
    ways: Label
    callback: Label
    wait: Label
    taken: Line
    taken_move: Annotated[Line, Blanks("when")]
    none_free: Annotated[Line, Blanks("phone")]
    none_fit: Line
    none_left: Annotated[Line, Blanks("phone")]
    start_over: Label
    relax_language: Label
    relax_topic: Label
    relax_modality: Label
    relax_gender: Label
    relax_hours: Label
    relax_free_only: Label
    down: Annotated[Line, Blanks("phone")]
    keep: Label
    keep_drop: Label
    kept: Annotated[Line, Blanks("days")]
    kept_phone: Annotated[Line, Blanks("phone")]
    wish: Line
    wish_submit: Title
    wish_skip: Label
    any: Label
    language: Line
    topic: Line
    topic_stress: Label
    topic_worry: Label
    topic_low_mood: Label
    topic_sleep: Label
    topic_work: Label
    topic_relationships: Label
    topic_grief: Label
    topic_trauma: Label
    topic_substances: Label
    topic_parenting: Label
    modality: Line
    modality_video: Label
    modality_phone: Label
    modality_chat: Label
    modality_in_person: Label
    gender: Line
    gender_female: Label
    gender_male: Label
    gender_other: Label
    hours: Line
    hours_early: Label
    hours_day: Label
    hours_evening: Label
    hours_weekend: Label
    cost: Line
    free: Label
    unlicensed: Annotated[Line, Blanks("phone")]
    holding: Line
    held: Annotated[Line, Blanks("until")]
    confirm: Annotated[Line, Blanks("when", "minutes", "who")]
    shared: Line
    paid: Annotated[Line, Blanks("sessions")]
    paid_unknown: Annotated[Line, Blanks("phone")]
    price_after: Annotated[Line, Blanks("price")]
    price_unknown: Line
    submit: Title
    other_times: Label
    working: Line
    booked: Annotated[Line, Blanks("when", "who")]
    moved: Annotated[Line, Blanks("when", "who")]
    booked_link: Annotated[Line, Blanks("link")]
    booked_link_later: Line
    booked_remind: Line
    booked_next: Line
    unsure: Annotated[Line, Blanks("phone")]
    refused: Annotated[Line, Blanks("phone")]
    mine: Label
    mine_about: Line
    mine_none: Line
    mine_full: Line
    mine_unsure: Annotated[Line, Blanks("when", "phone")]
    mine_failed: Annotated[Line, Blanks("when")]
    mine_uncancelled: Annotated[Line, Blanks("when", "phone")]
    mine_unmoved: Annotated[Line, Blanks("when")]
    mine_withdrawn: Annotated[Line, Blanks("when")]
    mine_missed: Annotated[Line, Blanks("when")]
    mine_unlisted: Annotated[Line, Blanks("when")]
    mine_unshared: Annotated[Line, Blanks("when")]
    mine_waiting: Line
    mine_offered: Line
    waiting: Label
    extras: Label
    extras_back: Label
    reminds: Annotated[Line, Blanks("which")]
    remind_change: Label
    remind_soon: Line
    leaving: Label
    leaving_about: Line
    leaving_learns: Line
    reach: Label
    reach_no: Label
    reach_set: Line
    share: Label
    calendar: Label
    calendar_holds: Line
    calendar_seen: Line
    calendar_make: Label
    calendar_ready: Line
    calendar_later: Line
    calendar_take: Label
    calendar_moved: Line
    calendar_cancelled: Line
    coming_checklist: Line
    coming_place: Annotated[Line, Blanks("place")]
    coming_yes: Label
    coming_no: Label
    placing: Line
    placing_submit: Title
    placed: Line
    unlicensed_then: Annotated[Line, Blanks("when", "phone")]
    cancel: Label
    cancelling: Line
    cancel_confirm: Annotated[Line, Blanks("when", "who")]
    cancel_yes: Label
    cancel_no: Label
    cancelled: Line
    cancel_failed: Annotated[Line, Blanks("phone")]
    move: Label
    moving: Line
    move_confirm: Annotated[Line, Blanks("old", "when", "who")]
    move_yes: Label
    move_failed: Annotated[Line, Blanks("phone")]
    reminder: Annotated[Line, Blanks("when")]
    reminder_open: Label
    reminder_cant: Label
    find: Label
    done: Label
