"""What a page makes of a line: addresses lead there, numbers dial, and everything else is just text."""

import html
import re
from types import SimpleNamespace
from typing import cast

from adapters.platform import Shown
from adapters.web.pages import linked, room
from adapters.web.sessions import Sent
from bot.languages import Languages
from bot.routing import RIGHTS, meant_by
from content.library import Library
from flows.core.screen import Screen
from flows.core.typed import plain
from tests.content.test_screens import CONTENT


def test_numbers_that_can_be_dialled_dial_and_stay_text() -> None:
    line = linked("Samaritans: call 116 123, <b>day and night</b>. Not 9999 and not 999.", ("999", "116 123"))
    assert line == (
        'Samaritans: call <span class="whole"><a class="dial" dir="ltr" href="tel:116123">116 123</a>,</span> '
        "&lt;b&gt;day and night&lt;/b&gt;. "
        'Not 9999 and not <span class="whole"><a class="dial" dir="ltr" href="tel:999">999</a>.</span>'
    )


def test_only_the_numbers_of_the_screen_dial_and_addresses_stay_addresses() -> None:
    assert linked("Call 555 1234") == "Call 555 1234"
    led = linked("See https://find.example/999 or call +44 20 7946 0000", ("999", "+44 20 7946 0000"))
    assert led.count("<a ") == 2
    assert 'href="https://find.example/999"' in led
    assert 'href="tel:+442079460000"' in led


def test_each_right_stands_on_every_page_of_the_room_and_says_what_is_understood() -> None:
    """In every language: what its button sends is what anybody may type for it, and help is on the page besides."""
    shown, library = Shown(turn="", screen=Screen(lines=("Here",)), tokens=()), SimpleNamespace(current=CONTENT)
    for locale in CONTENT.words:
        language = Languages(cast(Library, library)).speak(locale)
        page = room(Sent(shown=shown), language, form="f", page="p")
        sent = [html.unescape(each) for each in re.findall(r'name="say" value="([^"]*)"', page)]
        assert {meant_by(plain(each), CONTENT.typed(locale)) for each in sent} == RIGHTS - {"help"}, (locale, sent)
        assert f'href="/room/help">{html.escape(language.words.help)}<' in page, locale
