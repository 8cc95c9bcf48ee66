"""The words that stand on every conversation's screens, whatever the flow."""

from typing import Annotated

from flows.core.words import Blanks, Label, Line, Title, Words


class CommonWords(Words):
    """Words of the desk itself: what it adds to screens, and what it says when a turn is not taken."""

    help_now: Label
    open: Label
    close: Title
    room: Label
    launcher: Line
    news: Line
    not_understood: Line
    incomplete: Line
    typed_private: Line
    typed_open: Line
    expired: Line
    refused: Line
    busy: Line
    moment: Line
    nothing: Line
    more: Line
    outdated: Line
    held_address: Line
    held_locale: Line
    held_language: Line
    held_country: Line
    held_elsewhere: Line
    held_zone: Line
    held_notice: Line
    held_reference: Line
    held_plan: Line
    held_nudges: Line
    held_due: Line
    held_contacts: Line
    held_ignored: Line
    held_left: Line
    held_moods: Line
    held_appointments: Line
    held_troubles: Line
    held_waiting: Line
    held_safety_plan: Line
    held_ticket: Line
    held_caring: Line
    held_checked: Line
    held_intent: Line
    held_conversation: Line
    usage: Annotated[Line, Blanks("words")]
    asked_by: Annotated[Line, Blanks("who")]
