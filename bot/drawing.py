"""What a turn shows: the flow's screen, "Help now", a note where one is due, and a live token for each button."""

from adapters.platform import Address, Arrival, Front, Notes, Profile, Public, Shown
from bot.clock import Clock
from bot.places import region_of
from bot.record import Record
from bot.routing import SLASH, bound
from bot.tokens import ANYBODY, Tokens
from content.library import Library
from flows.core.common import CommonWords
from flows.core.flow import Carry, Moment, Person, Turn
from flows.core.room import RoomWords
from flows.core.screen import Button, Screen
from flows.home import HomeWords, front
from flows.notice import version
from flows.registry import FLOWS
from flows.safety import Alarm, SafetyWords, elsewhere

IN_PLACE = frozenset({"safety", "country"})  # flows whose public screens belong where the person is, and nowhere else


class Drawing:
    """Draws screens and makes them live."""

    def __init__(self, tokens: Tokens, library: Library, clock: Clock) -> None:
        self._tokens, self._library, self._clock = tokens, library, clock

    def shown(self, record: Record, at: Moment, note: str = "") -> Shown:
        """Draw the person's open conversation. `note` names a line of the common words to say first."""
        conversation = record.private.conversation
        if conversation is None:
            raise LookupError("nothing to draw: no conversation is open")
        common = self.common(record.ops.locale)
        screen = self.screen(record, at)
        launcher = None
        if screen.private:
            lines = (str(getattr(common, note)) if note == "typed_private" else str(common.launcher),)
            opener = Button(key="open", label=common.open, style="primary", standing=True)
            launcher = self.public(record.sid, Screen(lines=lines, buttons=(opener,)), record.ops.locale)
        if note:
            screen = screen.model_copy(update={"lines": (str(getattr(common, note)), *screen.lines)})
        tokens = tuple(self._token(record.sid, conversation.turn, button) for button in screen.buttons)
        form = self._tokens.step(record.sid, conversation.turn, "form") if screen.fields else ""
        return Shown(
            turn=conversation.turn,
            screen=screen,
            tokens=tokens,
            form=form,
            launcher=launcher,
            locale=record.ops.locale,
            close=common.close,
            missing=self._missing(record.ops.locale),
            more=common.more,
            outdated=common.outdated,
            in_window=conversation.frame.flow in IN_PLACE and conversation.place == "window",
        )

    def screen(self, record: Record, at: Moment) -> Screen:
        """Return what the open conversation looks like, "Help now" included.

        Crisis help stands in the chat if it came up there. What came up in a window or on a page is private to it."""
        conversation = record.private.conversation
        if conversation is None:
            raise LookupError("nothing to draw: no conversation is open")
        flow = FLOWS[conversation.frame.flow]
        state = flow.thaw(conversation.frame.version, dict(conversation.frame.state))
        words = self._library.current.words[self._library.current.locale(record.ops.locale)][flow.name]
        screen, common = flow.view(state, words, at), self.common(record.ops.locale)
        screen = screen.model_copy(update={"dials": at.catalog.dials(at.person.region, screen.lines)})
        if screen.private and self._library.current.surface == "offered":
            elsewhere = Button(key="room", label=common.room, standing=True)
            screen = screen.model_copy(update={"buttons": (*screen.buttons, elsewhere)})
        if flow.name in IN_PLACE and conversation.place != "chat":
            screen = screen.model_copy(update={"private": True})
        return dressed(screen, common)

    def public(self, sid: bytes, screen: Screen, locale: str) -> Public:
        """Return a message that stands for itself: every button works for as long as it stands."""
        screen = dressed(screen, self.common(locale))
        return Public(screen=screen, tokens=tuple(self._standing(sid, each) for each in screen.buttons))

    def anybody(self, screen: Screen, locale: str = "") -> Public:
        """Return a message for a team's channel: its button opens the private chat of whoever presses it."""
        return self.public(ANYBODY, screen, locale)

    def news(self, sid: bytes, about: str, locale: str) -> Public:
        """Return a message that something has an answer, and not what; `about` is the button that opens it."""
        common = self.common(locale)
        opener = Button(key=about, label=common.open, standing=True)
        return self.public(sid, Screen(lines=(common.news,), buttons=(opener,)), locale)

    def front(self, record: Record, at: Moment, agreed: bool, known: bool) -> Front:
        """Draw the front page: the notice as long as it is not agreed to, then the ways in.

        The notice's own buttons are bound to its version, all others stand for as long as the page does."""
        words = self._library.current.words[self._library.current.locale(record.ops.locale)]
        home_words, flow = words["home"], FLOWS["notice"]
        assert isinstance(home_words, HomeWords)
        if agreed:
            screen = front(home_words, at, general=self._library.current.surface == "room")
        else:
            opened = flow.begin(Carry(), at)
            assert isinstance(opened, Turn)
            screen = flow.view(opened.state, words["notice"], at)
        screen = dressed(screen, self.common(record.ops.locale))
        turn = bound(version(at.catalog))
        tokens = tuple(self._token(record.sid, turn, button) for button in screen.buttons)
        return Front(screen=screen, tokens=tokens, known=known)

    def refusal(self, sid: bytes, locale: str) -> Public:
        """Tell somebody whom the service does not serve; crisis help stays."""
        locale = self._library.current.locale(locale)
        return self.public(sid, Screen(lines=(self.common(locale).refused,)), locale)

    def usage(self, sid: bytes, locale: str) -> Shown:
        """Say which commands there are. It belongs to no turn: nothing has changed."""
        listed = self.common(locale).usage.fill(words=", ".join(SLASH))
        return self._loose(self.public(sid, Screen(lines=(listed,)), locale), locale)

    def memory(self, arrival: Arrival, alarm: Alarm | None, asked: str, sid: bytes, country: str) -> Shown:
        """Draw crisis help, the choice of a country if that is `asked` for, or a stranger's refusal, with nothing but
        what is in memory. `country` is where they said they are. A safety plan is sealed in its row: who asks for it
        gets help in its place.

        Without a conversation there is nobody to hear an answer, so no question is asked that a standing button does
        not answer."""
        content = self._library.current
        locale = content.locale(arrival.profile.locale)
        if not alarm and not asked:
            return self._loose(self.refusal(sid, locale), locale)
        zone = arrival.profile.zone or content.organisation.zone
        region = region_of(country, arrival.profile.zone, content.organisation.region)
        person = Person(locale=locale, zone=zone, region=region, country=country, surface=arrival.address.platform)
        at = Moment(person=person, catalog=content.catalog(locale), now=self._clock.now())
        if asked == "country" and not alarm:
            flow, carry = FLOWS["country"], Carry()
        else:
            flow, carry = FLOWS["safety"], Carry(ask=alarm.kind if alarm else "asked")
        opened, words = flow.begin(carry, at), content.words[locale][flow.name]
        assert isinstance(opened, Turn)
        drawn = flow.view(opened.state, words, at)
        buttons = tuple(each for each in drawn.buttons if each.standing)
        if isinstance(words, SafetyWords):
            lines = (words.plan_away, *drawn.lines[1:]) if asked == "my_plan" and not alarm else drawn.lines
            drawn = drawn.model_copy(update={"lines": _unasked(lines, words)})
            buttons = (*buttons, elsewhere(words))
        screen = Screen(lines=drawn.lines, buttons=buttons, dials=at.catalog.dials(region, drawn.lines))
        return self._loose(self.public(sid, screen, locale), locale)

    def _loose(self, message: Public, locale: str) -> Shown:
        """Return a message as a screen that belongs to no turn."""
        close = self.common(locale).close
        return Shown(turn="", screen=message.screen, tokens=message.tokens, locale=locale, close=close)

    def notes(self, sid: bytes, profile: Profile) -> Notes:
        """Return what to say to somebody without a screen, from memory."""
        locale = self._library.current.locale(profile.locale)
        common = self.common(locale)
        busy, moment, nothing = (
            self.public(sid, Screen(lines=(str(line),)), locale)
            for line in (common.busy, common.moment, common.nothing)
        )
        return Notes(busy=busy, moment=moment, nothing=nothing, close=common.close)

    def help_for(self, locale: str) -> Screen:
        """Draw crisis help for whoever comes by: of the organisation's country, in a language."""
        nobody = Arrival(id="", address=Address(platform="", tenant="", user=""), profile=Profile(locale=locale))
        return self.memory(nobody, None, "help", ANYBODY, "").screen

    def _missing(self, locale: str) -> str:
        """Return what stands at a field that was left out: the same as on a page."""
        words = self._library.current.words[self._library.current.locale(locale)]["room"]
        assert isinstance(words, RoomWords)
        return str(words.missing)

    def common(self, locale: str) -> CommonWords:
        """Return the words that stand on every screen."""
        words = self._library.current.words[self._library.current.locale(locale)]["common"]
        assert isinstance(words, CommonWords)
        return words

    def _token(self, sid: bytes, turn: str, button: Button) -> str:
        if button.standing:
            return self._standing(sid, button)
        return self._tokens.step(sid, turn, button.key, button.arg)

    def _standing(self, sid: bytes, button: Button) -> str:
        """Return a button's token; none for a link. "Help now" is anybody's: whoever presses it, wherever it got to,
        is helped."""
        if button.link:
            return ""
        owner = ANYBODY if button.key == "help" else sid
        return self._tokens.standing(owner, button.key, self._clock.now())


def _unasked(lines: tuple[str, ...], words: SafetyWords) -> tuple[str, ...]:
    """Return the lines without a question that nobody would hear the answer to."""
    return tuple(line for line in lines if line not in {words.question, words.safe_here})


def dressed(screen: Screen, common: CommonWords) -> Screen:
    """Return the screen with "Help now" on it, whatever the flow."""
    help_now = Button(key="help", label=common.help_now, standing=True)
    return screen.model_copy(update={"buttons": (*screen.buttons, help_now)})
