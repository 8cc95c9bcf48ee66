"""Behind the scenes: what is shown there is what there is."""

import re

import httpx

from tests.bot.demo.conftest import Visitor
from tests.bot.demo.test_tours import book, check, enter


async def test_what_is_stored_is_sealed_and_nothing_that_was_typed_is_in_it(visitor: Visitor) -> None:
    await check(visitor)
    await book(visitor)
    page = await visitor.open("/?panel=stored")
    assert "<code>subject</code> <small>1 row" in page
    assert "sealed, " in page
    for word in ("Canary", "canary@home.example", "nervous"):
        assert f"“{word}” is nowhere in " in await visitor.open(f"/?panel=stored&find={word}")
    # the search can find: names of the clinic's people lie there readable
    assert "lies readable in the files" in await visitor.open("/?panel=stored&find=okafor")


async def test_an_export_holds_the_chat_and_nothing_private(visitor: Visitor) -> None:
    await check(visitor)
    await book(visitor)
    await visitor.press("pane-priya", "Add Haven to Priya's chat")
    await visitor.type("priya", "what I type here stays here")
    page = await visitor.open("/?panel=employer")
    export = page[page.index('id="panel-employer"') :]
    assert "what I type here stays here" in export
    assert "direct messages with Sam Rivera" in export
    assert "chat with Priya Nair" in export
    for private in ("nervous", "not a diagnosis", "Canary", "Okafor", "Booked:"):
        assert private not in export
    drawn = re.search(r"none of them a message</dt><dd>(\d+)</dd>", export)
    assert drawn
    assert int(drawn[1]) >= 4, "check, result, form, booked"
    assert "There is none yet" in export


async def test_hr_sees_a_mistake_with_its_line_and_people_the_last_good_words(visitor: Visitor) -> None:
    await visitor.open("/?panel=hr")
    assert "files are good and in use" in visitor.text()
    file = visitor.stage.content / "en" / "home.yaml"
    good = file.read_text()
    file.write_text(good.replace("question: What would help today?", "question: Where is {nobody}?"))
    await visitor.press("panel", "Take over edits now")
    assert "People still see the last good version" in visitor.text()
    await visitor.open("/?panel=hr&file=en/home.yaml")
    assert re.search(r'class="wrong"><code>question: Where is \{nobody\}\?</code>', visitor.page)
    await enter(visitor, "sam")
    assert "What would help today?" in visitor.text()
    await visitor.open("/?panel=hr")
    file.write_text(good.replace("What would help today?", "How can I help?"))
    await visitor.press("panel", "Take over edits now")
    assert "files are good and in use" in visitor.text()
    await visitor.type("sam", "menu")
    await visitor.sees("How can I help?")


async def test_the_clinic_s_day_has_free_and_booked_times(visitor: Visitor) -> None:
    page = await visitor.open("/?panel=clinic")
    assert page.count('<li class="free">') > 5
    assert "Nothing is booked yet" in page
    await check(visitor)
    await book(visitor)
    page = await visitor.open("/?panel=clinic")
    assert page.count('<li class="booked">') == 1
    assert "<b>Canary</b>" in page
    assert "Nobody sees anybody on this day" in await visitor.open("/?panel=clinic&day=2026-11-29")


async def test_the_care_desk_has_what_the_person_saw_and_can_take_it_up(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    assert "Nobody has asked to be called back yet" in await visitor.open("/?panel=care")
    await visitor.press("pane-sam", "A person contacts me")
    form = visitor.form("w-sam")
    _, reach = [each for each in form.fields if each.startswith("f.")]
    await visitor.press("w-sam", "Show what is sent", {reach: ["07700 900123"]})
    assert not visitor.stage.care.cases
    await visitor.press("w-sam", "Yes, send this")
    await visitor.sees("has your request and will be in touch by")
    page = await visitor.open("/?panel=care")
    assert "{&#34;reach&#34;:&#34;07700 900123&#34;,&#34;urgency&#34;:&#34;routine&#34;}" in page
    await visitor.press("panel", "Take it up")
    assert [case.status for case in visitor.stage.care.cases.values()] == ["taken"]


async def test_when_the_clinic_is_down_the_panel_says_so(visitor: Visitor) -> None:
    visitor.stage.base = "http://127.0.0.1:9"
    assert "The clinic does not answer" in await visitor.open("/?panel=clinic")


async def test_a_payload_is_the_very_json_with_a_link_to_the_builder(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    message = visitor.stage.seats["sam"].said()[-1]
    page = await visitor.open(f"/?panel=payload&of=sam/{message.id}")
    assert "&#34;blocks&#34;" in page
    assert "https://app.slack.com/block-kit-builder/#%7B%22" in page
    await visitor.press("pane-priya", "Add Haven to Priya's chat")
    card = visitor.stage.seats["priya"].said()[-1]
    page = await visitor.open(f"/?panel=payload&of=priya/{card.id}")
    assert "AdaptiveCard" in page
    assert "block-kit-builder" not in page
    assert "may be closed by now" in await visitor.open("/?panel=payload&of=sam/window")


async def test_the_private_room_opens_from_a_window(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    await visitor.press("pane-sam", "Private check")
    await visitor.press("w-sam", visitor.stage.service.library.current.words["en"]["common"].model_dump()["room"])
    link = re.search(rf'href="({re.escape(visitor.stage.base)}/room/open/[^"]+)"', visitor.page)
    assert link
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(link[1])).status_code == 200
