"""The five steps of the tour, played through the page's own forms."""

from bot.demo import tour
from tests.bot.demo.conftest import Visitor

OPTIONS = ["Not at all", "Several days", "More than half the days", "Nearly every day"]


def finished(visitor: Visitor) -> list[str]:
    """Return the keys of the steps that the tour takes to be done."""
    stage = visitor.stage
    return [step.key for step in tour.steps(tour.words_of(stage)) if step.next(stage.reached) is None]


async def enter(visitor: Visitor, who: str) -> None:
    await visitor.open()
    await visitor.type(who, "hello")
    await visitor.press(f"pane-{who}", "I agree, let's start")


async def check(visitor: Visitor) -> None:
    """Take the private check as Sam."""
    await enter(visitor, "sam")
    await visitor.press("pane-sam", "Private check")
    questions = [name for name, offered in visitor.form("w-sam").choices.items() if offered[:4] == OPTIONS]
    assert len(questions) == 4
    await visitor.press("w-sam", "Go on", {name: [OPTIONS[1]] for name in questions})
    await visitor.sees("These times are open:")


async def book(visitor: Visitor) -> None:
    """Book the first time of the result."""
    time = next(label for label in visitor.form("w-sam").buttons if ", " in label)
    await visitor.press("w-sam", time)
    form = visitor.form("w-sam")
    name, contact = [each for each in form.fields if each.startswith("f.")]
    (consent,) = [each for each in form.choices if form.choices[each] == ["Yes, share it"]]
    given = {name: ["Canary"], contact: ["canary@home.example"], consent: ["Yes, share it"]}
    await visitor.press("w-sam", "Book this time", given)


async def test_a_private_check(visitor: Visitor) -> None:
    await visitor.open()
    assert "Now: Type “hello”" in visitor.text()
    await check(visitor)
    await visitor.sees("This is not a diagnosis")
    assert finished(visitor) == ["check"]
    assert "Then look at what the employer sees" in visitor.text()


async def test_a_talk_is_booked(visitor: Visitor) -> None:
    await check(visitor)
    await book(visitor)
    await visitor.sees("Booked: Mon 23 Nov")
    assert finished(visitor) == ["check", "book"]
    page = await visitor.open("/?panel=clinic")
    assert "canary@home.example" in page


async def test_help_in_a_crisis(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.press("pane-priya", "Add Haven to Priya's chat")
    await visitor.type("priya", "I want to die")
    await visitor.sees("Samaritans: call 116 123")
    assert finished(visitor) == ["crisis"]


async def test_a_manager_s_reminder(visitor: Visitor) -> None:
    await enter(visitor, "morgan")
    await visitor.press("pane-morgan", "Remind my team")
    await visitor.press("pane-morgan", "Customer Support")
    await visitor.press("pane-morgan", "A gentle reminder")
    await visitor.press("pane-morgan", "Send it")
    await visitor.sees("Accepted: it goes to Customer Support")
    assert finished(visitor) == []
    await visitor.press("top", "1 week on")
    assert finished(visitor) == ["remind"]
    assert "Morgan Lee asked me to send this" in await visitor.open("/?sam=C0SUPPORT")


async def test_forget_me(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    assert "<code>subject</code> <small>1 row" in await visitor.open("/?panel=stored")
    await visitor.type("sam", "forget me")
    where = "w-sam" if visitor.stage.seats["sam"].window() else "pane-sam"
    if where == "pane-sam" and "Yes, forget me" not in visitor.page:
        await visitor.press("pane-sam", "Open")
        where = "w-sam"
    await visitor.press(where, "Yes, forget me")
    assert finished(visitor) == ["forget"]
    assert "<code>subject</code> <small>" not in await visitor.open("/?panel=stored")


async def test_the_tour_goes_on_where_it_was_left(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    await visitor.open("/?panel=clinic")
    assert 'data-mark=""' in visitor.page, "away from the tour nothing is pointed at"
    await visitor.open("/?panel=tour")
    assert "Done: Type “hello”" in visitor.text()
    assert "Now: Choose “Private check”" in visitor.text()
    assert 'data-mark="label:Private check"' in visitor.page
