"""What comes from elsewhere changes nothing, and every answer carries what keeps it private."""

import re
from urllib.parse import urlencode

import pytest

from adapters.platform import Busy
from adapters.web.answers import PATH
from adapters.web.guard import MOST
from tests.adapters.web.conftest import ELSE, FORM, URL, House, says, wrong_for
from tests.visitor import Visitor

# --- who may send a form


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ],
)
async def test_a_form_from_elsewhere_changes_nothing(house: House, headers: dict[str, str]) -> None:
    visitor = await house.entered()
    button = visitor.page.button("Go on")
    assert says(await visitor.post(button.action, button.sends, **headers), "refused")
    assert not house.done


async def test_an_older_browser_is_judged_by_origin_and_token(house: House) -> None:
    visitor = await house.entered()
    button = visitor.page.button("Go on")
    for origin, taken in (("https://evil.example", 0), ("null", 1), (URL, 2)):
        visitor.client.headers.pop("sec-fetch-site", None)
        page = visitor.page
        await visitor.client.post(button.action, data=button.sends | {"page": origin}, headers={"origin": origin})
        assert page
        assert len(house.done) == taken, origin


@pytest.mark.parametrize("form", ["", "x" * 22, None])
async def test_a_form_without_the_pages_token_changes_nothing(house: House, form: str | None) -> None:
    visitor = await house.entered()
    button = visitor.page.button("Go on")
    sends = {name: value for name, value in button.sends.items() if name != "form"}
    assert says(await visitor.post(button.action, sends if form is None else sends | {"form": form}), "refused")
    assert not house.done


async def test_somebody_elses_form_does_not_open_the_door(house: House) -> None:
    """Nobody can be led into another's conversation by a form that the other has prepared: it lacks the cookie."""
    link, code = house.link(ELSE)
    attacker, victim = house.visitor(), house.visitor()
    await attacker.get(link)
    action, sends = attacker.page.filled("Open", {"The four digits beside your link": code})
    assert says(await victim.post(action, sends), "refused")
    await victim.get(link)  # even with a cookie of their own
    assert says(await victim.post(action, sends), "refused")
    assert says(await victim.get(PATH), "closed")


FORM_TYPE = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("more", "kind", "taken"),
    [
        (b"", FORM_TYPE, 1),
        (b"&a=" + b"x" * MOST, FORM_TYPE, 0),
        (b"&a=%ff", FORM_TYPE, 0),
        (b"&a=\xff", FORM_TYPE, 0),
        (b"".join(b"&a%d=1" % n for n in range(99)), FORM_TYPE, 0),
        (b"", "text/plain", 0),
        (b"", "application/json", 0),
        (b"", "multipart/form-data; boundary=x", 0),
        (b"", "", 0),
    ],
)
async def test_what_is_no_form_of_ours_changes_nothing(house: House, more: bytes, kind: str, taken: int) -> None:
    """Even with everything in it that a form of ours has."""
    visitor = await house.entered()
    body = urlencode(visitor.page.button("Go on").sends).encode() + more
    headers = {"content-type": kind, "sec-fetch-site": "same-origin"}
    answer = await visitor.client.post(PATH, content=body, headers=headers)
    assert answer.status_code == (303 if taken else 403)
    assert len(house.done) == taken


# --- what every answer carries


async def everything(house: House) -> list[Visitor]:
    """Return people who between them have seen every kind of answer."""
    visitor = await house.entered()
    await visitor.press("Go on")
    await visitor.post(PATH, {})
    for path in ("/room.css", "/room.js", "/turn", "/help", "/file", "/open/nothing", "/leave"):
        visitor.answers.append(await visitor.client.get(PATH + path))
    await visitor.get(PATH)
    stranger = house.visitor()
    link, code = house.link()
    await stranger.get(link)
    for _ in range(3):
        await stranger.submit("Open", wrong_for(code))
    house.answer = Busy()
    busy = await house.entered()
    return [visitor, stranger, busy]


async def test_every_answer_keeps_itself_private(house: House) -> None:
    answers = [answer for each in await everything(house) for answer in each.answers]
    assert {answer.status_code for answer in answers} >= {200, 303, 403, 404, 410, 503}
    for answer in answers:
        policy = dict(each.strip().partition(" ")[::2] for each in answer.headers["content-security-policy"].split(";"))
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "script-src": "'self'",
            "connect-src": "'self'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_page_with_everything_is_small_and_asks_nobody_else(house: House) -> None:
    house.answer = FORM
    visitor = await house.entered()
    whole = len(visitor.answers[-1].content)
    for path in ("/room.css", "/room.js"):
        answer = await visitor.client.get(PATH + path)
        assert not re.search(r"https?://|url\(|@import", answer.text)
        whole += len(answer.content)
    assert whole < 100 * 1024
    assert "<style" not in visitor.page.html
    assert " style=" not in visitor.page.html
    assert "<script>" not in visitor.page.html


@pytest.mark.parametrize(("url", "prefix"), [(URL, "__Host-"), ("http://127.0.0.1:8080", "")])
async def test_cookies_stay_with_the_page(url: str, prefix: str) -> None:
    house = House(url=url)
    visitor = await house.entered()
    cookies = [answer.headers.get_list("set-cookie") for answer in visitor.answers]
    kept = [each for several in cookies for each in several if "Max-Age=0" not in each]
    assert {each.partition("=")[0] for each in kept} == {f"{prefix}haven", f"{prefix}haven-visit"}
    for cookie in kept:
        parts = {each.strip().lower() for each in cookie.split(";")[1:]}
        assert parts == {"httponly", "path=/", "samesite=strict", *(["secure"] if prefix else [])}


async def test_help_is_there_for_anybody(house: House) -> None:
    visitor = house.visitor()
    page = await visitor.get(f"{PATH}/open/nothing")
    assert page.links["Help now"] == f"{PATH}/help"
    assert "In danger now: call 999." in (await visitor.get(f"{PATH}/help")).text
