"""The private room in a browser: by keyboard, without a script, zoomed in, from the right, judged by axe-core."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from adapters.platform import Shown
from adapters.web.app import NEUTRAL
from content import pins
from flows.core.screen import Button, Screen
from tests.content.rtl import rtl_at
from tests.e2e.browser import DESK, Pages, violations
from tests.e2e.rooms import Rooms, enter, rooms

PHONE = (390, 844)
ZOOMED = (640, 400)  # what is left of 1280 x 800 at 200 %
CODE = "The four digits beside your link"


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    with rooms(tmp_path_factory.mktemp("room")) as one:
        one.enter()
        yield one


def wrong(code: str) -> str:
    return "1111" if code == "0000" else "0000"


def elsewhere(page: Page) -> None:
    """Let the page that "Leave now" leads to be a page of this test's: no test speaks to another machine."""

    def neutral(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<title>Elsewhere</title><h1>Elsewhere</h1>")

    page.route(f"{NEUTRAL}**", neutral)


def answer_check(page: Page) -> None:
    for number in range(4):
        page.get_by_label("Several days").nth(number).check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("not a diagnosis").wait_for()


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (PHONE, True), (DESK, False), (DESK, True)])
def test_every_page_is_accessible(inside: Rooms, pages: Pages, size: tuple[int, int], dark: bool) -> None:
    """Each state of the room, as axe-core 4 sees it: none of its rules is broken."""
    page = pages.open(size=size, dark=dark)
    found: dict[str, list[str]] = {}

    def judge(name: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
        found[name] = violations(page)

    gate = inside.gate()
    page.goto(gate.link)
    judge("door")
    page.get_by_label(CODE).fill(wrong(gate.code))
    page.get_by_role("button", name="Open").click()
    page.get_by_role("alert").wait_for()
    judge("wrong code")
    page.get_by_label(CODE).fill(gate.code)
    page.get_by_role("button", name="Open").click()
    page.get_by_text("Over the last 2 weeks").wait_for()
    judge("form")
    answer_check(page)
    judge("result")
    page.get_by_role("button", name=re.compile("Dr ")).first.click()
    page.get_by_label("How can they reach you?").fill("nowhere")
    page.get_by_role("button", name="Book this time").click()
    page.get_by_role("alert").wait_for()
    judge("booking with errors")
    page.get_by_role("button", name="My data").click()
    page.get_by_role("heading", name="My data").wait_for()
    judge("my data")
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_label("Or type it here").fill("check-ins")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Check-ins").wait_for()
    judge("check-ins")
    page.get_by_role("button", name="Help now").click()
    page.get_by_text("In danger now").wait_for()
    judge("crisis")
    page.goto(gate.link)
    judge("used")
    locked = inside.link("en")
    page.goto(locked.link)
    for _ in range(3):
        page.get_by_label(CODE).fill(wrong(locked.code))
        page.get_by_role("button", name="Open").click()
        page.wait_for_load_state()
    judge("locked")
    old = inside.link("en")
    inside.later(timedelta(minutes=10))
    page.goto(old.link)
    judge("expired")
    page.goto(old.link + "x")
    judge("unknown")
    page.goto(re.sub("/open/.*", "/help", old.link))
    judge("help")
    elsewhere(page)
    page.get_by_role("link", name="Leave now").click()
    page.get_by_role("heading", name="Elsewhere").wait_for()
    page.goto(re.sub("/open/.*", "", old.link))
    judge("closed")
    assert {name: wrongs for name, wrongs in found.items() if wrongs} == {}
    assert len(found) == 14


def test_by_keyboard_alone(inside: Rooms, pages: Pages) -> None:
    """From the link to an answered form with Tab, arrows, Space and Enter; the focus is always seen, never hidden."""
    page = pages.open(size=DESK)
    gate = inside.gate()
    page.goto(gate.link)
    order = tabbed(page, 4)
    assert [each["name"] for each in order] == ["Help now", "Leave now", "code", "Open"]
    page.get_by_label(CODE).focus()
    page.keyboard.type(gate.code)
    page.keyboard.press("Enter")
    page.get_by_text("Over the last 2 weeks").wait_for()
    tabbed(page, 2)
    for _ in range(4):
        tabbed(page, 1)
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
    (send,) = tabbed(page, 1)
    assert send["name"] == "Go on"
    page.keyboard.press("Enter")
    page.get_by_text("not a diagnosis").wait_for()
    seen = tabbed(page, 15)
    assert [each["name"] for each in seen[:2]] == ["Help now", "Leave now"]
    assert [each["name"] for each in seen[-5:]] == [
        "Talk to a person",
        "My data",
        "Stop check-ins",
        "Pause check-ins",
        "Forget me",
    ]


def tabbed(page: Page, count: int) -> list[dict[str, str]]:
    """Press Tab so often; return what had the focus, after checking that it can be seen there."""
    page.wait_for_load_state()  # its look, too
    found = []
    for _ in range(count):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => {
                const it = document.activeElement, box = it.getBoundingClientRect();
                const shown = it.matches('.option input') ? it.closest('.option') : it;
                const style = getComputedStyle(shown);
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return {
                    name: it.id === 'code' ? 'code' : it.innerText || it.name || it.tagName,
                    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
                    clear: top !== null && (it.contains(top) || top.contains(it)),
                    height: shown.getBoundingClientRect().height,
                };
            }"""
        )
        assert at["outline"] >= 2, f"the focus on {at['name']} is not seen"
        assert at["clear"], f"{at['name']} has the focus behind something"
        assert at["height"] >= 44, f"{at['name']} is {at['height']} px high"
        found.append(at)
    return found


def test_without_a_script_everything_works(inside: Rooms, pages: Pages) -> None:
    page = pages.open(size=PHONE, javascript=False)
    enter(page, inside.gate())
    answer_check(page)
    page.get_by_role("button", name=re.compile("Dr ")).first.click()
    page.get_by_label("What shall they call you?").fill("Robin")
    page.get_by_label("How can they reach you?").fill("robin@example.org")
    page.get_by_label("Yes, share it").check()
    page.get_by_role("button", name="Book this time").click()
    page.get_by_text("Booked:").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    page.get_by_text("It is cancelled").wait_for()
    elsewhere(page)
    page.get_by_role("link", name="Leave now").click()
    page.get_by_role("heading", name="Elsewhere").wait_for()
    page.go_back()
    page.get_by_role("heading", name="This page is closed").wait_for()
    assert "cancelled" not in page.content()


@pytest.mark.parametrize("way", ["button", "key"])
def test_leaving_takes_the_page_out_of_the_history(inside: Rooms, pages: Pages, way: str) -> None:
    page = pages.open("about:blank", size=PHONE)
    elsewhere(page)
    enter(page, inside.gate())
    room = page.url
    before = page.evaluate("history.length")
    if way == "button":
        page.get_by_role("link", name="Leave now").click()
    else:
        page.wait_for_load_state("load")  # the script listens from then on
        for _ in range(3):
            page.keyboard.press("Shift")
    page.get_by_role("heading", name="Elsewhere").wait_for()
    assert page.url == NEUTRAL
    assert page.evaluate("history.length") == before, "it took the page's place"
    page.go_back()
    assert page.url != room
    page.goto(room)
    page.get_by_role("heading", name="This page is closed").wait_for()


def test_three_shifts_in_a_sentence_are_no_wish_to_leave(inside: Rooms, pages: Pages) -> None:
    page = pages.open(size=PHONE)
    enter(page, inside.gate())
    page.get_by_label("Or type it here").click()
    for letter in "ABC":
        page.keyboard.press(f"Shift+{letter}")
    expect(page.get_by_label("Or type it here")).to_have_value("ABC")
    assert page.url.endswith("/room")


def test_what_was_ticked_is_there_again_after_a_look_elsewhere(inside: Rooms, pages: Pages) -> None:
    """Typed, tapped, and one of the rights: whoever looks at what is held, or at help, does not begin anew."""
    page = pages.open(size=PHONE)
    enter(page, inside.gate())
    for number, label in enumerate(("Several days", "Leave out", "Nearly every day")):
        page.get_by_label(label).nth(number).check()
    ticked = page.locator("input[type=radio]:checked")
    page.get_by_label("Or type it here").fill("who sees this")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("more than I understand").wait_for()
    expect(ticked).to_have_count(3)
    for there, back in (("My data", "Back"), ("Help now", "Not what I meant"), ("Talk to a person", "Back")):
        page.get_by_role("button", name=there).click()
        page.get_by_role("button", name=back, exact=True).click()
        expect(ticked).to_have_count(3)
    assert [each.get_attribute("value") for each in ticked.all()] == ["1", "skip", "3"]


def test_zoomed_to_twice_the_size_nothing_is_lost(inside: Rooms, pages: Pages) -> None:
    page = pages.open(size=ZOOMED, device_scale_factor=2)
    enter(page, inside.gate())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    answer_check(page)
    for name in ("Help now", "Show all ways to get help", "Send", "Forget me"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.top')).position") == "static"


def test_nothing_moves_for_who_wants_no_motion(inside: Rooms, pages: Pages) -> None:
    for motion, moves in (("reduce", False), ("no-preference", True)):
        page = pages.open(size=PHONE, reduced_motion=motion)
        enter(page, inside.gate())
        page.evaluate("document.querySelector('.lines').innerHTML = '<p class=waiting>…</p>'")
        name = page.evaluate("getComputedStyle(document.querySelector('.waiting'), '::before').animationName")
        assert (name != "none") == moves


def test_a_page_in_a_frame_shows_nothing(inside: Rooms, pages: Pages) -> None:
    gate = inside.gate()
    page = pages.open(re.sub("/room/.*", "/healthz", gate.link))
    page.set_content(f'<iframe src="{gate.link}" name="it"></iframe>')
    page.wait_for_timeout(500)
    frame = page.frame("it")
    assert frame
    assert "Nearly there" not in frame.content()


def test_a_form_on_another_site_does_nothing(inside: Rooms, pages: Pages) -> None:
    page = pages.open(size=PHONE)
    enter(page, inside.gate())
    sent = page.get_by_role("button", name="Not now").evaluate("it => [...new FormData(it.form, it).entries()]")
    other = page.context.new_page()
    other.goto("data:text/html,<title>Another site</title>")
    fields = "".join(f"<input name='{name}' value='{value}'>" for name, value in sent)
    other.set_content(f"<form method=post action='{page.url}'>{fields}<button>Win</button></form>")
    other.get_by_role("button").click()
    other.get_by_role("heading", name="This page is closed").wait_for()  # SameSite: the cookie did not come along
    page.reload()
    page.get_by_text("Over the last 2 weeks").wait_for()


def test_an_old_tab_is_told_that_its_question_is_closed(inside: Rooms, pages: Pages) -> None:
    page = pages.open(size=PHONE)
    enter(page, inside.gate())
    tab = page.context.new_page()
    tab.goto(page.url)
    page.get_by_role("button", name="Not now").click()
    page.get_by_text("What would help today?").wait_for()
    tab.get_by_role("button", name="Not now").click()
    tab.get_by_text("That question is closed. Here is where we are.").wait_for()
    tab.get_by_text("What would help today?").wait_for()


WAITING = Shown(
    turn="waits",
    screen=Screen(lines=("One moment.",), buttons=(Button(key="look_again", label="Look again"),), private=True),
    tokens=("token",),
    locale="en",
)
THERE = Shown(turn="there", screen=Screen(lines=("There it is.",), private=True), tokens=(), locale="en")


def waiting(inside: Rooms, page: Page) -> None:
    """Bring the page to where it waits for an errand."""
    enter(page, inside.gate())
    inside.show(WAITING)
    page.reload()
    page.get_by_text("One moment.").wait_for()


def test_a_waiting_page_looks_again_by_its_script(inside: Rooms, pages: Pages) -> None:
    page = pages.open(size=PHONE)
    waiting(inside, page)
    assert violations(page) == []
    page.get_by_role("button", name="Look again").focus()
    page.wait_for_timeout(2500)
    assert page.evaluate("document.activeElement.innerText") == "Look again", "looking moved the focus"
    inside.show(THERE)
    page.get_by_text("There it is.").wait_for()


def test_a_waiting_page_looks_again_without_a_script(inside: Rooms, pages: Pages) -> None:
    page = pages.open(size=PHONE, javascript=False)
    waiting(inside, page)
    inside.show(THERE)
    page.get_by_text("There it is.").wait_for()


def test_from_right_to_left(tmp_path: Path, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such language ships; sample words show that the page turns round with one."""
    monkeypatch.setattr(pins, "RELEASED", {**pins.RELEASED, **rtl_at(tmp_path / "content")})
    with rooms(tmp_path, content=tmp_path / "content") as inside:
        inside.enter()
        inside.gate("Check-ins")
        gate = inside.link("ar")
        page = pages.open(gate.link, size=PHONE)
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
        assert violations(page) == []
        page.get_by_role("textbox").fill(gate.code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
        page.get_by_role("button", name="افتح").click()
        page.get_by_role("heading", name="رسائل المتابعة").wait_for()
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
        page.get_by_role("button", name="نعم، تابعني").click()
        page.get_by_text("متى يناسبك؟").wait_for()
        assert violations(page) == []
        leave, help_now = page.get_by_role("link", name="غادر الآن"), page.get_by_role("button", name="مساعدة الآن")
        left, right = leave.bounding_box(), help_now.bounding_box()
        assert left
        assert right
        assert left["x"] < right["x"], "the way out is at the end of the line, which is on the left here"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        help_now.click()
        page.locator(".dial").first.wait_for()
        dials = "[...document.querySelectorAll('.dial')].map(each => getComputedStyle(each).direction)"
        assert set(page.evaluate(dials)) == {"ltr"}, "116 123 reads 123 116"
