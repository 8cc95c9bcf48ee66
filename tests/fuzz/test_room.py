"""Whoever is in the private room sends anything but what its pages hold: forms spoilt, tokens forged, codes guessed."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import strategies as st

from adapters.platform import Address, Profile
from adapters.web.app import Room
from tests.fuzz.served import CANARY, Served, routes
from tests.fuzz.spoiling import KINDS, ODD
from tests.fuzz.test_doors import chunks, fuzz, told
from tests.golden.conftest import Contents
from tests.visitor import Page

Fields = list[tuple[str, str]]
Spoil = tuple[str, int, str]

WORDS = st.sampled_from([each for each in ODD if isinstance(each, str)]) | st.text(max_size=30)
SPOILS = st.tuples(
    st.sampled_from(("change", "take away", "double", "rename", "more", "forge", "old")), st.integers(0, 99), WORDS
)
SITES = ("same-origin", "cross-site", "none", CANARY)
PEOPLE = 20


class Inside:
    """Somebody in the room, who comes back by a new link whenever their page has ended."""

    def __init__(self, haven: Served, http: httpx.Client) -> None:
        assert haven.room
        self.haven, self.http, self.room = haven, http, haven.room
        self.page, self.cookie, self.entered = Page(""), "", 0
        self.old: Fields = []  # what earlier pages held

    def stand_somewhere(self) -> None:
        """See to it that a page with a form is open."""
        if not any(form.action == "/room" for form in self.page.forms):
            self._enter(self.room)

    def _enter(self, room: Room) -> None:
        self.entered += 1
        address = Address(platform="slack", tenant="T0HAVEN", user=f"U{self.entered % PEOPLE}")
        link, code = room.link(address, Profile(locale="en", zone="Europe/London"), "en")
        path = "/" + link.split("/", 3)[3]
        door = self.http.get(path)
        visit = door.headers["set-cookie"].partition(";")[0]
        (form,) = (each for each in Page(door.text).forms if each.action == path)
        sent = {**form.hidden, "code": code}
        opened = self._send(path, list(sent.items()), {"cookie": visit})
        self.cookie = opened.headers["set-cookie"].partition(";")[0]
        self.look()

    def look(self) -> None:
        """Look at the page anew."""
        self.http.cookies.clear()
        answer = self.http.get("/room", headers={"cookie": self.cookie})
        self.haven.judge(answer.status_code, answer.text, repr(answer.headers), busy=True)
        self.page = Page(answer.text)

    def _send(self, path: str, fields: Fields, headers: dict[str, str]) -> httpx.Response:
        self.http.cookies.clear()
        told = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"} | headers
        body = urlencode(fields, errors="surrogatepass").encode()
        return self.http.post(path, content=body, headers=told)

    def fields(self, which: int, answers: Iterable[str]) -> tuple[str, Fields]:
        """Fill in one of the page's forms, and press a button of it; return where it goes and what is sent."""
        pressed = [(form, button) for form in self.page.forms for button in form.buttons]
        form, (_, name, value) = pressed[which % len(pressed)]
        given = list(form.hidden.items()) + ([(name, value)] if name else [])
        self.old = (self.old + given)[-40:]
        for number, (control, answer) in enumerate(zip(form.controls.values(), answers, strict=False)):
            options = [each for _, each in control.options]
            given.append((control.name, options[(which + number) % len(options)] if options else answer))
        return form.action, given

    def spoil(self, fields: Fields, spoils: Iterable[Spoil]) -> Fields:
        """Return what is sent, with parts of it changed, taken away, doubled, forged, or from an earlier page."""
        for what, at, word in spoils:
            if not fields:
                break
            index = at % len(fields)
            name, value = fields[index]
            match what:
                case "change":
                    fields[index] = (name, word)
                case "take away":
                    del fields[index]
                case "double":
                    fields.insert(index, (name, word))
                case "rename":
                    fields[index] = (word, value)
                case "more":
                    fields.append((f"field-{CANARY}", word))
                case "forge":
                    flipped = value[: at % (len(value) + 1)] + "A" + value[at % (len(value) + 1) + 1 :]
                    fields[index] = (name, flipped)
                case _:
                    fields[index] = self.old[at % len(self.old)]
        return fields


def test_the_room(tmp_path: Path, contents: Contents, many: int, capfd: pytest.CaptureFixture[str]) -> None:
    with routes(tmp_path, contents["usual"]) as haven:
        with httpx.Client(base_url=haven.base, trust_env=False, timeout=30) as http:
            inside = Inside(haven, http)
            _forms(inside, many)
        seen = haven.statuses
    assert sum(seen.values()) >= many
    assert {200, 303, 403} <= seen.keys()
    assert inside.entered < many  # most of it happens inside
    assert "canary" not in capfd.readouterr().err
    told(capfd, "/room, inside", seen)


def _forms(inside: Inside, many: int) -> None:
    haven = inside.haven
    kinds = st.sampled_from((*["application/x-www-form-urlencoded"] * 40, *KINDS))
    sites, cookies = st.sampled_from(("same-origin",) * 20 + SITES), st.sampled_from([""] * 30 + ["haven=", CANARY])

    # what is drawn says nothing of the page: that depends on all that was sent before
    @fuzz(many, st.integers(0, 999), st.lists(WORDS, max_size=6), st.lists(SPOILS, max_size=3), sites, cookies, kinds)
    def check(which: int, answers: list[str], spoils: list[Spoil], site: str, cookie: str, kind: str) -> None:
        inside.stand_somewhere()
        path, fields = inside.fields(which, answers)
        own = dict(reversed(fields)).get("form")
        sent = inside.spoil(list(fields), spoils)
        body = urlencode(sent, errors="surrogatepass").encode()
        inside.http.cookies.clear()
        answer = inside.http.post(
            path,
            content=chunks(body) if which % 2 else body,
            headers={"cookie": cookie or inside.cookie, "sec-fetch-site": site, "content-type": kind},
        )
        haven.judge(answer.status_code, answer.text, repr(answer.headers), busy=True)
        if site != "same-origin" or cookie or dict(reversed(sent)).get("form") != own:
            assert answer.status_code == 403  # not from this page, or not from this browser
        inside.look()
