"""The room over HTTP: whatever somebody does with links, forms, cookies and the back button, it is safe and says so."""

import re
from datetime import timedelta

import pytest

from adapters.platform import Busy, Forged, Shown
from adapters.web import links, sessions
from adapters.web.app import NEUTRAL, PATH
from adapters.web.guard import MOST
from flows.core.events import Answered, Said
from flows.core.screen import Button, Screen
from tests.adapters.web.conftest import ELSE, FORM, ME, STEP, URL, House, says
from tests.visitor import Visitor

SECOND = timedelta(seconds=1)


def wrong_for(code: str) -> dict[str, str]:
    return {"The four digits beside your link": "0000" if code != "0000" else "1111"}


# --- the way in


async def test_a_preview_uses_nothing_up(house: House) -> None:
    link, code = house.link()
    for _ in range(3):
        assert (await house.visitor().get(link)).headings == ["Nearly there"]
    page = await house.visitor().enter(link, code)
    assert page.headings[0] == "Here"
    assert not [each for each in house.arrivals if each.event or each.token]


async def test_a_link_used_twice_says_so(house: House) -> None:
    link, code = house.link()
    await house.visitor().enter(link, code)
    second = house.visitor()
    assert says(await second.get(link), "used")
    assert second.status == 410


async def test_two_who_race_for_a_link_do_not_both_get_in(house: House) -> None:
    link, code = house.link()
    first, second = house.visitor(), house.visitor()
    await first.get(link)
    await second.get(link)
    answers = {"The four digits beside your link": code}
    await first.submit("Open", answers)
    assert says(await second.submit("Open", answers), "used")
    assert says(await second.get(PATH), "closed")


async def test_an_expired_link_says_so(house: House) -> None:
    link, code = house.link()
    visitor = house.visitor()
    await visitor.get(link)
    house.clock.later(links.LIFE)
    assert says(await visitor.submit("Open", {"The four digits beside your link": code}), "expired")
    assert says(await visitor.get(link), "expired")


async def test_another_person_with_the_link_gets_nothing(house: House) -> None:
    """A link that was forwarded, leaked or read in an archive: without the code it opens nothing, and it ends."""
    link, code = house.link()
    stranger = house.visitor()
    await stranger.get(link)
    for left in (2, 1):
        page = await stranger.submit("Open", wrong_for(code))
        assert page.errors == [f"That code does not fit this link. Tries left: {left}."]
    assert says(await stranger.submit("Open", wrong_for(code)), "locked")
    owner = house.visitor()
    assert says(await owner.get(link), "locked")
    assert not house.arrivals


async def test_a_code_that_is_none_costs_no_try(house: House) -> None:
    link, code = house.link()
    visitor = house.visitor()
    await visitor.get(link)
    for typed in ("", "48", "abcd", "12345"):
        assert (await visitor.submit("Open", {"The four digits beside your link": typed})).errors
    assert (await visitor.submit("Open", {"The four digits beside your link": code})).headings[0] == "Here"


async def test_a_link_that_leads_nowhere_says_so(house: House) -> None:
    visitor = house.visitor()
    assert says(await visitor.get(f"{PATH}/open/made-up"), "unknown")
    assert visitor.status == 404


async def test_nothing_about_a_person_is_in_an_address_or_a_page(house: House) -> None:
    link, _ = house.link()
    visitor = await house.entered()
    for text in (link, *(answer.text + str(answer.headers) for answer in visitor.answers)):
        for part in (ME.user, ME.tenant, "slack"):
            assert part not in text.replace("color-scheme", "")


# --- the page


async def test_a_step_is_taken_and_the_chat_told(house: House) -> None:
    visitor = await house.entered()
    await visitor.press("Go on")
    (arrival,) = house.done
    assert (arrival.token, arrival.event, arrival.address, arrival.secluded) == ("token-go", None, ME, True)
    assert arrival.profile.zone == "Europe/London"
    assert house.drawn[-1] == "turn-1"


async def test_what_is_typed_is_secluded_and_rights_can_be_typed_and_tapped(house: House) -> None:
    visitor = await house.entered()
    await visitor.say("my data")
    await visitor.press("Forget me")
    typed, tapped = house.done
    assert (typed.event, typed.secluded) == (Said(text="my data"), True)
    assert tapped.event == Said(text="forget me")


async def test_a_form_that_lacks_something_keeps_the_rest_and_says_where(house: House) -> None:
    house.answer = FORM
    visitor = await house.entered()
    page = await visitor.submit("Send it", {"Anything else?": "typed <b>before</b>"})
    assert house.done[-1].event == Answered(values={"note": "typed <b>before</b>"})
    assert page.errors == ["Please answer this."]
    assert page.controls["Anything else?"].value == "typed <b>before</b>"
    assert page.title.startswith("Please look at this again")
    assert 'href="#field-often"' in page.html
    assert 'id="field-often"' in page.html


async def test_reload_sends_nothing_twice(house: House) -> None:
    visitor = await house.entered()
    await visitor.press("Go on")
    assert visitor.answers[-2].status_code == 303
    await visitor.get(PATH)
    await visitor.get(PATH)
    assert len(house.done) == 1


async def test_two_clicks_are_one_delivery(house: House) -> None:
    visitor = await house.entered()
    button = visitor.page.button("Go on")
    await visitor.post(button.action, button.sends)
    await visitor.post(button.action, button.sends)
    assert len({each.id for each in house.done}) == 1


async def test_two_tabs_are_two_pages(house: House) -> None:
    """The same button in two tabs is pressed twice; the desk then says that the question is closed."""
    visitor = await house.entered()
    first = visitor.page.button("Go on")
    await visitor.get(PATH)
    second = visitor.page.button("Go on")
    await visitor.post(first.action, first.sends)
    await visitor.post(second.action, second.sends)
    assert len({each.id for each in house.done}) == 2


async def test_a_desk_that_is_busy_changes_nothing_and_says_so(house: House) -> None:
    visitor = await house.entered()
    house.answer = Busy()
    assert says(await visitor.press("Go on"), "busy")
    assert visitor.status == 503
    assert visitor.page.links["Try again"] == PATH


async def test_a_button_that_we_did_not_make_is_refused(house: House) -> None:
    visitor = await house.entered()
    house.answer = Forged()
    assert says(await visitor.press("Go on"), "refused")


async def test_the_last_screen_stays_when_it_is_looked_at_again(house: House) -> None:
    """After "forget me" there is nothing to go on with: looking again must not begin anew."""
    visitor = await house.entered()
    gone = Screen(lines=("Done. I deleted it.",), buttons=(Button(key="help", label="Help now", standing=True),))
    house.answer = Shown(turn="turn-gone", screen=gone, tokens=("token-help",))
    await visitor.press("Go on")
    house.arrivals.clear()
    house.answer = STEP
    assert (await visitor.get(PATH)).lines == ["Done. I deleted it."]
    assert not house.arrivals


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


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=" + b"x" * MOST, "application/x-www-form-urlencoded"),
        (b"a=%ff", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(99)), "application/x-www-form-urlencoded"),
        (b'{"a": 1}', "application/json"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"", ""),
    ],
)
async def test_what_is_no_form_of_ours_changes_nothing(house: House, body: bytes, kind: str) -> None:
    visitor = await house.entered()
    answer = await visitor.client.post(
        PATH, content=body, headers={"content-type": kind, "sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 403
    assert not house.done


# --- the end


async def test_leaving_ends_it_on_the_server_and_leads_elsewhere(house: House) -> None:
    visitor = await house.entered()
    cookie = dict(visitor.client.cookies)
    answer = await visitor.client.get(f"{PATH}/leave")
    assert (answer.status_code, answer.headers["location"]) == (303, NEUTRAL)
    assert "haven=" in answer.headers["set-cookie"]
    assert not visitor.client.cookies.get("__Host-haven")
    # "back": the page asks again, and nothing of anybody's is on it; not even for who kept the cookie
    assert says(await visitor.get(PATH), "closed")
    visitor.client.cookies.update(cookie)
    page = await visitor.get(PATH)
    assert says(page, "closed")
    assert "Here" not in page.html


async def test_a_page_ends_half_an_hour_after_the_last_step(house: House) -> None:
    visitor = await house.entered()
    house.clock.later(sessions.LIFE - SECOND)
    await visitor.press("Go on")
    house.clock.later(sessions.LIFE - SECOND)
    assert (await visitor.get(PATH)).headings[0] == "Here"  # looking is no step
    house.clock.later(SECOND)
    assert says(await visitor.get(PATH), "closed")


async def test_a_new_page_closes_the_one_before(house: House) -> None:
    first = await house.entered()
    second = await house.entered()
    assert says(await first.get(PATH), "closed")
    assert (await second.get(PATH)).headings[0] == "Here"


async def test_another_key_opens_nothing(house: House) -> None:
    """After a restart every page is closed: what opened it was in memory."""
    visitor = await house.entered()
    other = House()
    twin = other.visitor()
    twin.client.cookies.update(dict(visitor.client.cookies))
    assert says(await twin.get(PATH), "closed")


# --- what every answer carries


async def everything(house: House) -> list[Visitor]:
    """Return people who between them have seen every kind of answer."""
    visitor = await house.entered()
    await visitor.press("Go on")
    await visitor.post(PATH, {})
    for path in ("/room.css", "/room.js", "/turn", "/help", "/open/nothing", "/leave"):
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
