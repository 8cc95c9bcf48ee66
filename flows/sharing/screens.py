"""What sharing something looks like. All of it is private. The preview is the very text that is sent."""

from datetime import timedelta
from typing import Final

from flows.core.care import Mood
from flows.core.flow import Moment
from flows.core.screen import LOOK_AGAIN, Button, Field, Option, Screen
from flows.sharing.states import Choosing, Previewing, Sending, Sent, SharingWords, State, Unsent
from flows.sharing.steps import OWN, offered

SLOW: Final = timedelta(seconds=20)  # then a provider that has not answered need not be waited for on this screen


def view(state: State, words: SharingWords, at: Moment) -> Screen:
    """Draw the state."""
    mine, done = Button(key="mine", label=words.mine), Button(key="done", label=words.done)
    match state:
        case Choosing():
            return _choosing(state, words, at)
        case Previewing(text=text, choice=choice):
            ways = (
                Button(key="send", label=words.send, style="primary"),
                Button(key="change", label=words.change),
                Button(key="mine", label=words.no),
            )
            lines = (words.preview.fill(who=choice.appointment.slot.who), *text.split("\n"), words.consent)
            return _screen(words, *lines, buttons=ways)
        case Sending(since=since):
            if at.now < since + SLOW:
                return _screen(words, words.sending, buttons=(Button(key=LOOK_AGAIN, label=words.look_again),))
            return _screen(words, words.slow, buttons=(mine, done))
        case Sent(who=who):
            return _screen(words, words.sent.fill(who=who), buttons=(mine, done))
        case Unsent(refused=True, preview=preview):
            line = words.refused.fill(who=preview.choice.appointment.slot.who)
            return _screen(words, line, buttons=(mine, done))
        case Unsent():
            again = Button(key="again", label=words.again)
            return _screen(words, words.down.fill(phone=at.catalog.phone), buttons=(again, mine, done))


def _choosing(state: Choosing, words: SharingWords, at: Moment) -> Screen:
    moods = tuple(_item(number, mood, state, words, at) for number, mood in enumerate(offered(at)))
    wrong = {"nothing": words.nothing_chosen, "long": words.own_wrong}
    own = Field(
        key="own",
        label=words.own,
        hint=words.own_hint,
        max_length=OWN,
        value=state.own,
        optional=True,
        error=str(wrong[state.wrong]) if state.wrong else "",
    )
    return Screen(
        lines=(words.about.fill(who=state.appointment.slot.who), words.kept if moods else words.not_kept),
        fields=(*moods, own),
        buttons=(Button(key="mine", label=words.no),),
        private=True,
        title=words.title,
        submit=words.submit,
    )


def _item(number: int, mood: Mood, state: Choosing, words: SharingWords, at: Moment) -> Field:
    """Offer one kept answer, as the line that would be sent."""
    line = words.mood.fill(day=at.catalog.date(mood.day), mood=getattr(words, f"mood_{mood.mood}"))[:80]
    return Field(
        key=f"mood_{number}",
        label=line,
        options=(Option(key=line, label=words.share_it),),
        value=line if line in state.lines else "",
        optional=True,
    )


def _screen(words: SharingWords, *lines: str, buttons: tuple[Button, ...]) -> Screen:
    return Screen(lines=lines, buttons=buttons, private=True, title=words.title)
