"""What all screens of a booking have in common."""

from flows.booking.words import BookingWords
from flows.core.care import Slot
from flows.core.flow import Moment
from flows.core.screen import LOOK_AGAIN, Button, Screen


def screen(words: BookingWords, *lines: str, buttons: tuple[Button, ...]) -> Screen:
    """Return a private screen without fields."""
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)


def again(words: BookingWords) -> Button:
    """Return the one button of a screen that waits."""
    return Button(key=LOOK_AGAIN, label=words.look_again)


def about(slot: Slot, at: Moment) -> dict[str, str]:
    """Return what may be said of a time: when, as it is on the person's wall, how long, with whom."""
    minutes = int((slot.end - slot.start).total_seconds() // 60)
    return {"when": at.catalog.when(slot.start, at.person.zone), "minutes": str(minutes), "who": slot.who}
