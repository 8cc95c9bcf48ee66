"""Somebody at the private room with a browser: reads its pages, presses what is on them, keeps its cookies.

A page is read with the standard library's parser, so what is not in the HTML is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import httpx

VOID = {"input", "meta", "link", "br"}
Attributes = dict[str, str | None]


@dataclass
class Control:
    """Something to fill in; `options` are (label, value) pairs of a choice."""

    name: str
    label: str
    kind: str
    value: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Press:
    """A button: what it says, where it goes, and what it sends."""

    label: str
    action: str
    sends: dict[str, str]


@dataclass
class Form:
    """A form as it stands there."""

    action: str = ""
    hidden: dict[str, str] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # label, name, value


class Page(HTMLParser):
    """A page, read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.forms, self.links = html, list[Form](), dict[str, str]()
        self.headings, self.paragraphs, self.errors = list[str](), list[str](), list[str]()
        self.lines: list[str] = []  # what the screen says, without what the page says around it
        self.lang = self.dir = self.title = ""
        self._open: list[tuple[str, Attributes, list[str]]] = []
        self._labels: dict[str, str] = {}
        self._legend, self._pending = "", list[tuple[Control, Attributes]]()
        self.feed(html)
        self.close()
        for control, attributes in self._pending:
            control.label = control.label or self._labels.get(attributes.get("id") or "", "")

    # -- reading --------------------------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._open.append((tag, given, []))
        if tag == "html":
            self.lang, self.dir = given.get("lang") or "", given.get("dir") or ""
        elif tag == "form":
            self.forms.append(Form(given.get("action") or ""))
        elif tag == "fieldset":
            self._legend = ""
        elif tag == "input":
            self._input(given)
        elif tag in {"select", "textarea"}:
            control = Control(given.get("name") or "", "", tag)
            self.forms[-1].controls[control.name] = control
            self._pending.append((control, given))

    def _input(self, given: Attributes) -> None:
        kind, name, value = given.get("type") or "text", given.get("name") or "", given.get("value") or ""
        form = self.forms[-1]
        if kind == "hidden":
            form.hidden[name] = value
            return
        control = form.controls.setdefault(name, Control(name, self._legend if kind != "text" else "", kind))
        if kind == "text":
            control.value = value
            self._pending.append((control, given))
            return
        control.options.append(("", value))
        if "checked" in given:
            control.value = value

    def handle_data(self, data: str) -> None:
        for _, _, said in self._open:
            said.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, given, said = self._open.pop()
            self._closed(opened, given, " ".join("".join(said).split()))
            if opened == tag:
                return

    def _closed(self, tag: str, given: Attributes, said: str) -> None:
        if tag == "title":
            self.title = said
        elif tag in {"h1", "h2"}:
            self.headings.append(said)
        elif tag == "p":
            (self.errors if given.get("class") == "error" else self.paragraphs).append(said)
            if not given.get("class") and any(each.get("class") == "lines" for _, each, _ in self._open):
                self.lines.append(said)
        elif tag == "a":
            self.links[said] = given.get("href") or ""
        elif tag == "button":
            self.forms[-1].buttons.append((said, given.get("name") or "", given.get("value") or ""))
        elif tag == "legend":
            self._legend = said.removesuffix(" (optional)")
        elif tag == "label":
            self._label(given, said)
        elif tag == "textarea":
            self.forms[-1].controls[given.get("name") or ""].value = said
        elif tag == "option":
            control = list(self.forms[-1].controls.values())[-1]
            control.options.append((said, given.get("value") or ""))
            if "selected" in given:
                control.value = given.get("value") or ""

    def _label(self, given: Attributes, said: str) -> None:
        if given.get("class") != "option":
            self._labels[given.get("for") or ""] = said.removesuffix(" (optional)")
            return
        control = list(self.forms[-1].controls.values())[-1]
        control.options[-1] = (said, control.options[-1][1])

    # -- what is there --------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """Return its headings and paragraphs."""
        return "\n".join([*self.headings, *self.paragraphs, *self.errors])

    @property
    def controls(self) -> dict[str, Control]:
        """Return what can be filled in, by label."""
        return {each.label: each for form in self.forms for each in form.controls.values()}

    @property
    def buttons(self) -> list[Press]:
        """Return what can be pressed, in order."""
        return [
            Press(label, form.action, {**form.hidden, **({name: value} if name else {})})
            for form in self.forms
            for label, name, value in form.buttons
        ]

    def button(self, label: str) -> Press:
        """Return a button by its label. Raises LookupError."""
        for each in self.buttons:
            if each.label == label:
                return each
        raise LookupError(f"no button {label!r}: {[each.label for each in self.buttons]}")

    def filled(self, label: str, answers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Return where the form with this button goes, and what it sends with these answers by label."""
        form = next(form for form in self.forms if label in [said for said, _, _ in form.buttons])
        sends = dict(self.button(label).sends)
        for control in form.controls.values():
            if control.value and control.label not in answers:
                sends[control.name] = control.value
            elif control.label in answers:
                answer = answers[control.label]
                sends[control.name] = dict(control.options).get(answer, answer) if control.options else answer
        return form.action, sends


class Visitor:
    """A browser with cookies of its own, at one page at a time."""

    page: Page
    status: int

    def __init__(self, base: str, client: httpx.AsyncClient | None = None) -> None:
        self.client = client or httpx.AsyncClient(base_url=base, timeout=10)
        self.answers: list[httpx.Response] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        await self.client.aclose()

    async def get(self, url: str) -> Page:
        """Open an address."""
        return await self._read(await self.client.get(url, headers={"sec-fetch-site": "none"}))

    async def post(self, url: str, sends: Mapping[str, str], **headers: str) -> Page:
        """Send a form, as a page of the same origin does unless `headers` say otherwise."""
        told = {"sec-fetch-site": "same-origin", "origin": "null"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return await self._read(await self.client.post(url, data=dict(sends), headers=told))

    async def _read(self, answer: httpx.Response) -> Page:
        while answer.status_code == 303 and answer.headers["location"].startswith("/"):
            self.answers.append(answer)
            answer = await self.client.get(answer.headers["location"], headers={"sec-fetch-site": "same-origin"})
        self.answers.append(answer)
        self.status, self.page = answer.status_code, Page(answer.text)
        return self.page

    async def enter(self, link: str, code: str) -> Page:
        """Open a link and enter its code."""
        await self.get(link)
        return await self.submit("Open", {"The four digits beside your link": code})

    async def submit(self, label: str, answers: Mapping[str, str]) -> Page:
        """Fill in the form of a button, and press it."""
        action, sends = self.page.filled(label, answers)
        return await self.post(action, sends)

    async def press(self, label: str) -> Page:
        """Press a button."""
        button = self.page.button(label)
        return await self.post(button.action, button.sends)

    async def say(self, text: str) -> Page:
        """Type a line."""
        return await self.submit("Send", {"Or type it here": text})
