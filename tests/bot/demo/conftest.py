"""The demo, running, and somebody who visits it without a browser."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser

import httpx
import pytest

from bot.demo.app import create_demo
from bot.demo.director import Director
from bot.demo.stage import Stage
from bot.sandbox.serve import serve
from bot.settings import load_settings

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # an hour before the clinic opens


@dataclass
class Form:
    """A form of the page: where it leads, its fields' first values, its buttons by label."""

    action: str
    around: str  # the id of the part of the page that it is in
    fields: dict[str, list[str]]
    choices: dict[str, list[str]]  # what each radio or select offers
    buttons: dict[str, tuple[str, str]]


class Reader(HTMLParser):
    """Reads what a visitor needs: forms, text, ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self.text: list[str] = []
        self._ids: list[str] = []
        self._form: Form | None = None
        self._button: tuple[str, str] | None = None
        self._skip = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"section", "header"}:
            self._ids.append(given.get("id") or self._ids[-1])
        if tag == "form":
            self._form = Form(given.get("action", ""), self._ids[-1] if self._ids else "", {}, {}, {})
            self.forms.append(self._form)
        name = given.get("name", "")
        if self._form and name:
            if tag == "input" and given.get("type") in {"radio", "checkbox"}:
                self._form.choices.setdefault(name, []).append(given["value"])
            elif tag in {"input", "textarea"}:
                self._form.fields[name] = [given.get("value", "")]
            elif tag == "select":
                self._form.choices.setdefault(name, [])
                self._select = name
            elif tag == "button":
                self._button = (name, given.get("value", ""))
        elif tag == "option" and self._form:
            self._form.choices[self._select].append(given["value"])
        elif tag == "button":
            self._button = ("", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"section", "header"}:
            self._ids.pop()
        elif tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._button and self._form and data.strip():
            self._form.buttons[data.strip()] = self._button
        self.text.append(data)


class Visitor:
    """Looks at the page and sends its forms, as a browser without scripts does."""

    def __init__(self, client: httpx.AsyncClient, director: Director) -> None:
        self.client, self.director = client, director
        self.at = "/"
        self.page = ""

    @property
    def stage(self) -> Stage:
        return self.director.stage

    async def open(self, url: str = "/") -> str:
        """Go to an address; return the page."""
        self.at = url
        answer = await self.client.get(url)
        assert answer.status_code == 200, answer.text
        self.page = answer.text
        return self.page

    async def type(self, who: str, text: str) -> str:
        """Type a line in somebody's chat."""
        form = next(each for each in Reader(self.page).forms if each.action == f"/do/{who}/say")
        return await self.send(form, ("", ""), {"text": [text]})

    async def press(self, where: str, label: str, given: dict[str, list[str]] | None = None) -> str:
        """Press the last button of this name in a part of the page ("pane-sam"), with a filled in form."""
        parts = [each for each in Reader(self.page).forms if re.match(where, each.around) and label in each.buttons]
        assert parts, f"no button {label!r} in {where}: {[list(each.buttons) for each in Reader(self.page).forms]}"
        return await self.send(parts[-1], parts[-1].buttons[label], given or {})

    async def send(self, form: Form, button: tuple[str, str], given: dict[str, list[str]]) -> str:
        """Send a form, and look at the page that it leads to."""
        data = {**form.fields, **given, **({button[0]: [button[1]]} if button[0] else {})}
        referer = str(self.client.base_url).rstrip("/") + self.at
        answer = await self.client.post(form.action, data=data, headers={"Referer": referer}, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        self.page = answer.text
        return self.page

    async def sees(self, words: str) -> None:
        """Look again until the page says something, ten seconds at most."""
        for _ in range(50):
            if words in self.text():
                return
            await asyncio.sleep(0.2)
            await self.open(self.at)
        raise AssertionError(f"the page does not say {words!r}: {self.text()}")

    def form(self, where: str) -> Form:
        """Return the form with something to choose or fill in, in a part of the page."""
        return [each for each in Reader(self.page).forms if re.match(where, each.around)][-1]

    def text(self) -> str:
        """Return the page's words."""
        return " ".join(" ".join(Reader(self.page).text).split())


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    async with (
        Director(load_settings(profile="demo"), None, MONDAY).running() as director,
        serve(create_demo(director)) as base,
        httpx.AsyncClient(base_url=base, timeout=20) as client,
    ):
        yield Visitor(client, director)
        await director.close()
