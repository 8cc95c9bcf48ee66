"""The demo in a browser: its five steps by mouse and by keyboard, every view judged by axe-core, what goes wrong."""

import re
from collections.abc import Callable
from typing import Protocol

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import DESK, PHONE, Pages, violations
from tests.e2e.conftest import StartHaven
from tests.e2e.process import Running

WIDE = (1440, 900)
PANELS = ("tour", "clinic", "stored", "employer", "hr", "payload")
QUESTIONS = 4


class Hand(Protocol):
    """How somebody uses the page."""

    def __init__(self, page: Page) -> None: ...

    def press(self, what: Locator) -> None: ...

    def type(self, what: Locator, text: str) -> None: ...

    def choose(self, group: Locator, label: str) -> None: ...


class Mouse:
    """Clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        what.click()

    def type(self, what: Locator, text: str) -> None:
        what.click()
        self.page.keyboard.type(text)

    def choose(self, group: Locator, label: str) -> None:
        group.get_by_label(label, exact=True).check()


class Keyboard:
    """Never touches a mouse: Tab until it is there, then Enter, Space, arrows or letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        self._to(what)
        self.page.keyboard.press("Enter")

    def type(self, what: Locator, text: str) -> None:
        self._to(what)
        self.page.keyboard.type(text)

    def choose(self, group: Locator, label: str) -> None:
        wanted = group.get_by_label(label, exact=True)
        if wanted.get_attribute("type") == "checkbox":
            self._to(wanted)
            self.page.keyboard.press("Space")
            return
        self._to(wanted.locator("xpath=ancestor::fieldset[1]").get_by_role("radio"))
        self.page.keyboard.press("Space")
        for _ in range(10):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} was not reached")

    def _to(self, what: Locator) -> None:
        expect(what.first).to_be_visible()
        for _ in range(150):
            if what.evaluate_all("found => found.includes(document.activeElement)"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {what}")


def started(haven: StartHaven) -> Running:
    return haven("demo", "--at", "2026-11-23T08:00Z", ready="/")


def opened(pages: Pages, demo: Running, said: list[str], path: str = "/", size: tuple[int, int] = WIDE) -> Page:
    """Open a page of the demo, and note what its console says."""
    page = pages.open(size=size)
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(demo.url + path)
    expect(page.locator("html[data-ready]")).to_be_attached()
    return page


def done(page: Page, title: str) -> None:
    expect(page.locator(".steps > li.finished", has_text=title)).to_be_visible()


def enter(page: Page, hand: Hand, who: str) -> Locator:
    pane = page.locator(f"#pane-{who}")
    hand.type(pane.get_by_label("Message as"), "hello")
    hand.press(pane.get_by_role("button", name="Send"))
    hand.press(pane.get_by_role("button", name="I agree, let's start").last)
    return pane


def following(page: Page, hand: Hand) -> None:
    hand.press(page.get_by_role("link", name=re.compile("^Next: ")))


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
def test_the_five_steps(haven: StartHaven, pages: Pages, kind: Callable[[Page], Hand]) -> None:
    said: list[str] = []
    page = opened(pages, started(haven), said)
    hand = kind(page)
    expect(page.locator(".here")).to_have_count(1)

    sam = enter(page, hand, "sam")
    expect(page.locator("#pane-sam .here")).to_have_text("Private check")
    hand.press(sam.get_by_role("button", name="Private check"))
    window = sam.get_by_role("dialog")
    expect(window).to_be_focused()
    expect(window.get_by_role("group", name=re.compile("Feeling|Not being|Little"))).to_have_count(QUESTIONS)
    for group in window.locator("fieldset").all():
        hand.choose(group, "Several days")
    hand.press(window.get_by_role("button", name="Go on").last)
    expect(window).to_contain_text("This is not a diagnosis")
    done(page, "A private check")
    following(page, hand)

    hand.press(window.locator("button[data-label*=', ']").first)
    hand.type(window.get_by_label("What shall they call you?"), "Sam")
    hand.type(window.get_by_label("How can they reach you?"), "sam@home.example")
    hand.choose(window.locator("fieldset"), "Yes, share it")
    hand.press(window.get_by_role("button", name="Book this time").last)
    expect(window).to_contain_text("Booked: Mon 23 Nov")
    done(page, "A talk is booked")
    following(page, hand)

    priya = page.locator("#pane-priya")
    hand.press(priya.get_by_role("button", name="Add Haven"))
    hand.type(priya.get_by_label("Message as"), "I want to die")
    hand.press(priya.get_by_role("button", name="Send"))
    expect(priya.get_by_role("log")).to_contain_text("Samaritans: call 116 123")
    done(page, "Help in a crisis")
    following(page, hand)

    morgan = enter(page, hand, "morgan")
    for label in ("Remind my team", "Customer Support", "A gentle reminder", "Send it"):
        hand.press(morgan.get_by_role("button", name=label).last)
    expect(morgan.get_by_role("log")).to_contain_text("Accepted: it goes to Customer Support")
    hand.press(page.get_by_role("button", name="1 week on"))
    done(page, "A manager's reminder")
    hand.press(morgan.get_by_role("link", name="#support"))
    expect(morgan.get_by_role("log")).to_contain_text("Morgan Lee asked me to send this")
    following(page, hand)

    if kind is Keyboard:
        window.focus()
        page.keyboard.press("Escape")
    else:
        hand.press(window.get_by_role("button", name="Close"))
    expect(window).to_have_count(0)
    hand.type(sam.get_by_label("Message as"), "forget me")
    hand.press(sam.get_by_role("button", name="Send"))
    hand.press(sam.get_by_role("button", name="Open", exact=True).last)  # with an appointment it is a private step
    hand.press(window.get_by_role("button", name="Yes, forget me"))
    done(page, "Forget me")
    assert said == []


def views(page: Page, demo: Running) -> list[str]:
    """Look at every view; return what axe-core finds."""
    found = []
    for panel in PANELS:
        for view in ("sam", "priya", "morgan", "panel"):
            page.goto(f"{demo.url}/?view={view}&panel={panel}&morgan=C0SUPPORT")
            found += [f"{view} {panel}: {each}" for each in violations(page)]
            width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if width > 0:
                found.append(f"{view} {panel}: {width} pixels too wide")
    return found


def test_every_view_is_accessible_light_and_dark_wide_and_narrow(haven: StartHaven, pages: Pages) -> None:
    demo = started(haven)
    said: list[str] = []
    page = opened(pages, demo, said)
    sam = enter(page, Mouse(page), "sam")
    sam.get_by_role("button", name="Private check").click()
    expect(sam.get_by_role("dialog")).to_be_visible()
    page.locator("#pane-priya").get_by_role("button", name="Add Haven").click()
    page.locator("#pane-priya").get_by_role("button", name="I agree, let's start").click()
    expect(page.locator("#pane-priya").get_by_role("dialog")).to_be_visible()
    found = []
    for size in (WIDE, DESK, PHONE):
        for dark in (False, True):
            page = pages.open(demo.url, size=size, dark=dark)
            found += [f"{size} {'dark' if dark else 'light'} {each}" for each in views(page, demo)]
            page.context.close()
    assert found == []
    assert said == []


def test_it_works_without_a_script(haven: StartHaven, pages: Pages) -> None:
    page = pages.open(started(haven).url, javascript=False)
    sam = page.locator("#pane-sam")
    sam.get_by_label("Message as").fill("hello")
    sam.get_by_role("button", name="Send").click()
    sam.get_by_role("button", name="I agree, let's start").click()
    sam.get_by_role("button", name="Private check").click()
    expect(sam.get_by_role("dialog")).to_contain_text("A few questions")


def test_two_tabs_see_the_same_and_keep_what_is_typed(haven: StartHaven, pages: Pages) -> None:
    demo = started(haven)
    said: list[str] = []
    first, second = opened(pages, demo, said), opened(pages, demo, said)
    line = second.locator("#pane-sam").get_by_label("Message as")
    line.fill("half a sen")
    enter(first, Mouse(first), "sam")
    expect(second.locator("#pane-sam").get_by_role("log")).to_contain_text("What would help today?")
    expect(line).to_have_value("half a sen")
    expect(line).to_be_focused()
    second.locator("#over summary").click()
    second.get_by_role("button", name="Yes, start over").click()
    expect(first.locator("#pane-sam")).to_contain_text("Nothing here yet", timeout=30_000)
    assert [each for each in said if "503" not in each] == []


def test_when_the_demo_ends_the_page_says_so(haven: StartHaven, pages: Pages) -> None:
    demo = started(haven)
    said: list[str] = []
    page = opened(pages, demo, said)
    expect(page.get_by_role("alert")).to_have_count(0)
    demo.stop()
    expect(page.get_by_text("The demo does not answer")).to_be_visible()
