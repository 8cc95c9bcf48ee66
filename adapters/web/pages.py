"""Draws pages: pure. A Screen as HTML, and what a page says when there is no screen to show."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from adapters.platform import Shown
from adapters.web.language import Language
from adapters.web.sessions import Sent
from flows.core.screen import Button, Field, Screen

FIELD: Final = "q:"  # a field's name is q:<key>: nothing of ours can collide with it
HELP: Final = "help"
OWN: Final = frozenset({"room", HELP})  # buttons that the page draws elsewhere, or is itself
_RADIO: Final = 10  # more options than that are folded
_LONG: Final = 150  # characters from which on a field has several lines: whoever writes sees all of it
_LINK: Final = re.compile(r"https://[^\s<>|]*[^\s<>|.,;:!?)\]}'\"]")
_WEB: Final = Markup('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>')
_DIAL: Final = Markup('<span class="whole"><a class="dial" dir="ltr" href="tel:{1}">{0}</a>{2}</span>')
"""A number's groups keep their order in every language: on a page from right to left "116 123" read "123 116"."""
_STOP: Final = r"(?P<stop>[.,;:!?)]*)"  # none stands alone on the line below a number
_FOLDER: Final = Path(__file__).parent
STYLE: Final = (_FOLDER / "room.css").read_text(encoding="utf-8")
SCRIPT: Final = (_FOLDER / "room.js").read_text(encoding="utf-8")
RIGHTS: Final = ("human", "my_data", "stop", "pause", "forget")


def linked(line: str, dials: Sequence[str] = ()) -> Markup:
    """Return a line as HTML, with web addresses as links, and the numbers of `dials` as what dials them."""
    numbers = "|".join(rf"(?<!\d){re.escape(each)}(?!\d)" for each in sorted(dials, key=len, reverse=True))
    wanted = rf"{_LINK.pattern}|(?P<number>{numbers}){_STOP}" if numbers else _LINK.pattern
    parts, end = [], 0
    for found in re.finditer(wanted, line):
        number = found.groupdict().get("number")
        drawn = _DIAL.format(number, re.sub(r"[^\d+]", "", number), found["stop"]) if number else _WEB.format(found[0])
        parts += [escape(line[end : found.start()]), drawn]
        end = found.end()
    return Markup("").join([*parts, escape(line[end:])])


_PAGES: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters["linked"] = linked


@dataclass(frozen=True)
class Drawn:
    """A field as the page draws it: which control, what is in it, and what is wrong with it."""

    field: Field
    control: str  # "radio" | "check" | "select" | "text" | "lines"
    value: str
    error: str

    @property
    def name(self) -> str:
        """Return the name under which it is sent."""
        return f"{FIELD}{self.field.key}"

    @property
    def anchor(self) -> str:
        """Return the id of its control, to which its error leads."""
        return f"field-{self.field.key}"

    @property
    def described(self) -> str:
        """Return the ids of what describes it, the error first: read out when the field is reached."""
        ids = [("error", self.error), ("hint", self.field.hint)]
        return " ".join(f"{self.anchor}-{what}" for what, said in ids if said)


def room(sent: Sent, language: Language, *, form: str, page: str) -> str:
    """Return the page of a screen. `form` is the session's token, `page` names this very drawing of it."""
    shown, screen = sent.shown, sent.shown.screen
    fields = [_drawn(field, sent, language) for field in screen.fields]
    buttons = [(button, token) for button, token in _pairs(shown) if button.key not in OWN]
    return _render(
        "room.html",
        language,
        screen=screen,
        fields=fields,
        wrong=[each for each in fields if each.error],
        buttons=buttons,
        help=next((pair for pair in _pairs(shown) if pair[0].key == HELP), None),
        send=shown.form,
        form=form,
        page=page,
        turn=shown.turn,
        waits=screen.waits,
        rights=[(getattr(language.words, name), language.phrases[name]) for name in RIGHTS],
    )


def door(language: Language, *, action: str, form: str, wrong: str = "") -> str:
    """Return the page of a link: it asks for the code beside it. `wrong` says what does not fit."""
    return _render("door.html", language, action=action, form=form, wrong=wrong)


def state(language: Language, name: str, minutes: int = 0, again: str = "") -> str:
    """Return a page that says what has become of a link or a page, and what to do next."""
    heading, about = getattr(language.words, name), getattr(language.words, f"{name}_about")
    return _render("state.html", language, heading=heading, about=about.fill(minutes=str(minutes)), again=again)


def crisis(language: Language, screen: Screen) -> str:
    """Return a page with crisis help, for whoever comes by."""
    return _render("crisis.html", language, screen=screen)


def _pairs(shown: Shown) -> list[tuple[Button, str]]:
    return list(zip(shown.screen.buttons, shown.tokens, strict=True))


def _drawn(field: Field, sent: Sent, language: Language) -> Drawn:
    value = sent.values.get(field.key, "" if sent.again else field.value)
    missing = sent.again and not field.optional and not value.strip()
    return Drawn(field, _control(field), value, field.error or (str(language.words.missing) if missing else ""))


def _control(field: Field) -> str:
    if not field.options:
        return "lines" if field.max_length >= _LONG else "text"
    if len(field.options) == 1:
        return "check"
    return "radio" if len(field.options) <= _RADIO else "select"


def _render(template: str, language: Language, **values: Any) -> str:
    given: Mapping[str, Any] = {"words": language.words, "lang": language.tag, "dir": language.direction, **values}
    return _PAGES.get_template(template).render(given)
