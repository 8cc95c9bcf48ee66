"""A language that is read from right to left: the page turns round, nothing is left in English, and numbers and names
keep their own order. The language is made up: every letter of the English words becomes an Arabic one."""

import html
import re
from typing import Any, cast

import pytest

from adapters.platform import Shown
from adapters.web import pages
from adapters.web.language import Language
from adapters.web.sessions import Sent
from flows.core.locale import Locale
from flows.core.room import RoomWords
from flows.core.words import Line, Words
from flows.registry import FLOWS
from tests import world
from tests.content.test_screens import CONTENT, DRAWN

LATIN = re.compile(r"[A-Za-z]{2,}")
START, END = "\u2068", "\u2069"
_ARABIC = str.maketrans({chr(letter): chr(0x0627 + letter % 32 % 10) for letter in range(ord("A"), ord("z") + 1)})


def turned(value: Any) -> Any:
    """Return words as they would be in that language; blanks stay."""
    if isinstance(value, dict):
        return {name: turned(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [turned(each) for each in value]
    if not isinstance(value, str):
        return value
    return "".join(part if part.startswith("{") else part.translate(_ARABIC) for part in re.split(r"(\{\w+\})", value))


def words(name: str) -> Words:
    english = CONTENT.words["en"][name]
    return type(english).model_validate(turned(english.model_dump()))


LANGUAGE = Language("ar", cast(RoomWords, words("room")), dict.fromkeys(CONTENT.commands["en"], "ابت"))


def test_every_screen_turns_round_and_leaves_nothing_in_english() -> None:
    english = CONTENT.catalog("en")
    locale = Locale.model_validate(turned(english.locale.model_dump()))
    catalog = english.model_copy(update={"locale": locale})
    held = world.person(
        locale="ar", notice="n", plan=world.plan(), appointments=(world.appointment(),), manages=("support",)
    )
    at, failures = world.moment(held, catalog), []
    given = {text for text in texts_of(catalog.model_dump(exclude={"locale"})) if LATIN.search(text)}
    given |= {"Dr 1", "Dr 2", "Dr 3", world.appointment().link, held.zone}
    for name, frozen in DRAWN:
        flow = FLOWS[name]
        screen = flow.view(flow.thaw(flow.version, frozen), words(name), at)
        shown = Shown(turn="t", screen=screen, tokens=("t",) * len(screen.buttons), form="f" if screen.fields else "")
        page = pages.room(Sent(shown=shown), LANGUAGE, form="form", page="page")
        if '<html lang="ar" dir="rtl">' not in page:
            failures.append(f"{name} {frozen['at']}: not from right to left")
        for text in (*screen.lines, *(button.label for button in screen.buttons), screen.title, screen.submit):
            left = re.sub(f"{START}.*?{END}", "", text)
            made = set(str(frozen.get("text", "")).splitlines())  # a message that was seen, and is not put otherwise
            for said in sorted(given | made, key=len, reverse=True):
                left = left.replace(said, "")
            if LATIN.search(left):
                failures.append(f"{name} {frozen['at']}: left in English: {left!r}")
        if any(f'href="{each.link}"' not in page for each in screen.buttons if each.link):
            failures.append(f"{name} {frozen['at']}: a way out is not on the page")
        for line in catalog.help_for(held.region).lines if name == "safety" else ():
            for text in screen.lines:
                if line.dial in text and f"{START}{line.dial}{END}" not in text:
                    failures.append(f"{name} {frozen['at']}: {line.dial} does not stand alone")
    assert not failures, "\n".join(failures)


def texts_of(data: Any) -> set[str]:
    """Return every text in a catalog: the organisation's own, which no language of ours can turn round."""
    if isinstance(data, dict):
        return {text for each in data.values() for text in texts_of(each)}
    if isinstance(data, list | tuple):
        return {text for each in data for text in texts_of(each)}
    return {data} if isinstance(data, str) else set()


@pytest.mark.parametrize(
    ("template", "value", "said"),
    [
        ("اتصل {x} الآن", "0800 1111", f"اتصل {START}0800 1111{END} الآن"),
        ("התקשר {x}", "+972 1201", f"התקשר {START}+972 1201{END}"),
        ("Call {x} now", "0800 1111", "Call 0800 1111 now"),
        ("A talk with {x}, 9:00", "ليلى", f"A talk with {START}ليلى{END}, 9:00"),
        ("الرابط {x}", "https://rooms.example/1", "الرابط https://rooms.example/1"),
        ("Appelez le {x}", "3114", "Appelez le 3114"),
    ],
)
def test_names_and_numbers_stand_alone_in_a_line_from_right_to_left(template: str, value: str, said: str) -> None:
    assert Line(template).fill(x=value) == said


def test_lines_and_labels_keep_the_order_of_their_own_script() -> None:
    """A line that an organisation left in English reads from left to right on a page that does not."""
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", pages.STYLE)
    plain = " ".join(selector for selector, body in rules if "unicode-bidi: plaintext" in body)
    assert all(part in plain for part in (".lines p", ".button", ".option span", "h1"))


def test_a_link_in_a_line_from_right_to_left_is_the_link_and_no_more() -> None:
    line = Line("الرابط {x}. اتصل {y}").fill(x="https://rooms.example/1", y="112")
    assert '<a href="https://rooms.example/1" ' in html.unescape(str(pages.linked(line)))
