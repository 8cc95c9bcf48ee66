"""The room over HTTP: whatever somebody does with links, forms, cookies and the back button, it is safe and says so."""

from datetime import timedelta

from adapters.platform import Busy, Forged, Shown
from adapters.web import links, sessions
from adapters.web.answers import PATH
from adapters.web.app import NEUTRAL
from flows.core.events import Answered, Said
from flows.core.screen import LOOK_AGAIN, Button, Field, Screen
from tests.adapters.web.conftest import FORM, ME, STEP, House, says, wrong_for

SECOND = timedelta(seconds=1)


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


async def test_what_leads_nowhere_or_goes_wrong_is_a_page_with_help_on_it(house: House) -> None:
    visitor = await house.entered()
    for address in (f"{PATH}/nowhere", f"{PATH}/open/cut/off"):
        page = await visitor.get(address)
        assert says(page, "unknown")
        assert page.links["Help now"] == f"{PATH}/help"
    for address in (f"{PATH}/nowhere", f"{PATH}/help"):  # where nothing is sent to
        page = await visitor.post(address, {"token": "x"})
        assert says(page, "unknown")
        assert page.links["Help now"] == f"{PATH}/help"
    await visitor.get(PATH)
    house.answer = ConnectionError("what nobody expected")
    for page in (await visitor.say("hello"), await visitor.get(PATH)):
        assert says(page, "busy")
        assert page.links["Help now"] == f"{PATH}/help"
    house.answer = STEP.model_copy(update={"tokens": ()})  # a screen that cannot be drawn
    page = await visitor.get(PATH)
    assert says(page, "busy")
    assert page.links["Help now"] == f"{PATH}/help"


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


async def test_what_may_be_long_has_lines_to_write_in_and_comes_as_one(house: House) -> None:
    long = Field(key="note", label="Anything else?", max_length=150, value="what <b>is</b>", optional=True)
    house.answer = FORM.model_copy(update={"screen": FORM.screen.model_copy(update={"fields": (long,)})})
    visitor = await house.entered()
    control = visitor.page.controls["Anything else?"]
    assert (control.kind, control.value) == ("textarea", "what <b>is</b>")
    await visitor.submit("Send it", {"Anything else?": "one\r\ntwo"})
    assert house.done[-1].event == Answered(values={"note": "one two"})


async def test_what_was_filled_in_is_there_again_on_the_way_back(house: House) -> None:
    """As the script sends it along with whatever is done. Not in another form, and not once that form was sent."""
    house.answer = FORM
    visitor = await house.entered()
    help_now = visitor.page.button("Help now")
    filled = {"kept": "token-form", "q:often": "2", "q:note": "half a <b>line</b>"}
    house.answer = STEP
    await visitor.post(help_now.action, {**help_now.sends, **filled})
    assert (house.done[-1].token, house.done[-1].event) == ("token-help", None)
    await visitor.press("Go on")
    house.answer = FORM.model_copy(update={"form": "token-other"})
    assert [each.value for each in (await visitor.say("further")).controls.values()] == ["", "", ""]
    house.answer = FORM
    back = (await visitor.say("back")).controls
    assert (back["How often?"].value, back["Anything else?"].value) == ("2", "half a <b>line</b>")
    assert not visitor.page.errors
    await visitor.submit("Send it", {"How often?": "1 times"})
    house.answer = STEP
    await visitor.press("Back")
    house.answer = FORM
    assert (await visitor.press("Go on")).controls["How often?"].value == ""


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


async def test_what_an_errand_draws_meanwhile_stands_before_a_screen_that_waits_and_before_no_other(
    house: House,
) -> None:
    """Who waited for times, and then wrote that they want to die, sees help and no times."""
    visitor = await house.entered()
    buttons = (Button(key=LOOK_AGAIN, label="Look again"), *STEP.screen.buttons[1:])
    waiting = STEP.model_copy(update={"screen": STEP.screen.model_copy(update={"buttons": buttons})})
    house.meanwhile = times = Shown(turn="turn-times", screen=Screen(lines=("These times are open.",)), tokens=())
    for house.answer, seen in ((waiting, times), (STEP, STEP)):
        page = await visitor.say("something")
        assert page.lines == list(seen.screen.lines)
        assert (await visitor.client.get(f"{PATH}/turn")).text == seen.turn


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


async def test_a_page_ends_after_two_hours_whatever_is_done_there(house: House) -> None:
    visitor = await house.entered()
    for _ in range(11):
        house.clock.later(timedelta(minutes=10))
        assert (await visitor.press("Go on")).headings[0] == "Here"
    house.clock.later(timedelta(minutes=10))
    assert says(await visitor.get(PATH), "closed")
