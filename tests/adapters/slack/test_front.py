"""The Home tab and the greeting of an empty chat: drawn for one person, and never a message that is kept."""

import asyncio

import pytest

from bot.sandbox.slack.look import buttons_of, text_of
from tests.adapters.slack.conftest import SAM, World, front, private, public


def page(world: World, user: str = "U0SAM") -> str:
    view = world.hands.home(user)
    return text_of(view) if view else ""


async def seen_soon(world: World, *texts: str) -> None:
    """Wait for messages, with patience."""
    for _ in range(1500):
        if world.seen() == list(texts):
            return
        await asyncio.sleep(0.01)
    assert world.seen() == list(texts)


async def test_the_home_tab_is_drawn_when_it_is_opened(world: World) -> None:
    world.desk.page = front("Yours <alone>", buttons=("Check", "Help now"))
    delivery = await world.hands.home_opened("U0SAM", "home")
    await world.settle()
    assert delivery.status == 200
    view = world.hands.home("U0SAM")
    assert view is not None
    assert page(world) == "Yours &lt;alone&gt;"
    assert [(each.label, each.value) for each in buttons_of(view)] == [
        ("Check", "token-Check"),
        ("Help now", "token-Help now"),
    ]
    assert world.desk.arrivals == []
    assert world.calls() == []


async def test_it_is_drawn_again_at_every_opening_and_otherwise_only_when_it_says_something_else(world: World) -> None:
    async def published() -> int:
        await world.settle()
        return len([each for each in world.workspace.recorded if each.method == "views.publish"])

    await world.hands.home_opened("U0SAM", "home")
    await world.hands.home_opened("U0SAM", "home")
    assert await published() == 2
    world.will(public("Hello"))
    await world.hands.say("U0SAM", "hello")
    assert await published() == 2
    world.desk.page = front("Check-ins are on", known=True)
    await world.hands.say("U0SAM", "hello")
    assert await published() == 3
    assert page(world) == "Check-ins are on"


async def test_an_errand_draws_it_again_for_who_has_seen_it_only(world: World) -> None:
    await world.platform.post(SAM, public("A check-in").public())
    assert world.desk.looks == []
    await world.hands.home_opened("U0SAM", "home")
    await world.settle()
    world.desk.page = front("Something is coming up", known=True)
    await world.platform.post(SAM, public("News").public())
    await world.settle()
    assert page(world) == "Something is coming up"
    world.desk.page = front("Nothing is", known=True)
    await world.platform.show(SAM, private("Cancelled"))
    await world.settle()
    assert page(world) == "Nothing is"


async def test_a_page_that_cannot_be_drawn_holds_up_nothing(world: World) -> None:
    world.workspace.fail_next("views.publish", "internal_error", times=5)
    world.will(public("Hello", turn="t1"))
    await world.hands.say("U0SAM", "hello")
    await world.settle()
    assert world.seen() == ["Hello"]
    assert world.desk.drawn == ["t1"]


async def test_a_page_that_slack_makes_us_wait_for_holds_up_no_answer(world: World) -> None:
    await world.hands.home_opened("U0SAM", "home")
    await world.settle()
    world.workspace.fail_next("views.publish", status=429, retry_after=2)
    for words in ("Hello", "Help at once"):
        world.will(public(words))
        world.desk.page = front(words, known=True)
        await world.hands.say("U0SAM", words)
    await seen_soon(world, "Hello", "Help at once")
    assert page(world) != "Help at once"  # Slack is waited for, still
    await world.settle()
    assert page(world) == "Help at once"


async def test_opening_the_tab_holds_up_no_answer_either(world: World) -> None:
    world.workspace.fail_next("views.publish", status=429, retry_after=2)
    await world.hands.home_opened("U0SAM", "home")
    world.will(public("Help at once"))
    await world.hands.say("U0SAM", "help")
    await seen_soon(world, "Help at once")
    assert page(world) == ""


async def test_a_page_is_looked_up_again_if_the_service_was_busy(world: World) -> None:
    await world.hands.home_opened("U0SAM", "home")
    await world.settle()
    world.desk.page, world.desk.busy = front("Check-ins are on", known=True), 1
    await world.platform.post(SAM, public("News").public())
    await world.settle()
    assert page(world) == "Check-ins are on"


async def test_what_changes_while_the_first_page_is_on_its_way_is_drawn(world: World) -> None:
    world.workspace.delay("views.publish", 0.2)
    await world.hands.home_opened("U0SAM", "home")
    for _ in range(1500):
        if world.desk.looks:
            break
        await asyncio.sleep(0.01)
    world.desk.page = front("Check-ins are on", known=True)
    await world.platform.post(SAM, public("News").public())
    await world.settle()
    assert page(world) == "Check-ins are on"


async def test_who_never_opened_the_tab_gets_no_page(world: World) -> None:
    world.will(public("Hello"))
    await world.hands.say("U0SAM", "hello")
    await world.settle()
    assert world.seen() == ["Hello"]
    assert world.desk.looks == []


@pytest.mark.parametrize("answer", [public("For you"), private("For you only")])
async def test_a_tap_on_it_opens_a_dialog_and_leaves_no_message(world: World, answer: object) -> None:
    world.desk.page = front("Yours", buttons=("Check",))
    await world.hands.home_opened("U0SAM", "home")
    await world.settle()
    world.will(answer)  # type: ignore[arg-type]
    await world.hands.tap_home("U0SAM", "Check")
    await world.settle()
    assert world.desk.arrivals[0].token == "token-Check"
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert "For you" in text_of(modal)
    assert world.seen() == []


async def test_an_empty_chat_is_greeted_once_in_words_that_are_not_kept(world: World) -> None:
    world.desk.page = front("I am Haven", buttons=("Agree",), private=False)
    for _ in range(3):
        assert (await world.hands.home_opened("U0SAM", "messages")).status == 200
        await world.settle()
    assert world.seen() == ["I am Haven"]
    kept = [each for each in world.workspace.messages[world.workspace.dm("U0SAM").id] if not each.only_for]
    assert kept == []  # what the archive of the workspace holds
    assert world.desk.arrivals == []


@pytest.mark.parametrize("page_", [front("Notice", private=False, known=True), front("Yours", known=False)])
async def test_a_chat_that_is_not_empty_is_not_greeted(world: World, page_: object) -> None:
    world.desk.page = page_  # type: ignore[assignment]
    await world.hands.home_opened("U0SAM", "messages")
    await world.settle()
    assert world.seen() == []


async def test_who_slack_does_not_tell_gets_no_page_and_slack_tries_again(world: World) -> None:
    world.workspace.fail_next("users.info", "internal_error", times=5)
    delivery = await world.hands.home_opened("U0SAM", "home")
    assert delivery.status == 503
    assert world.hands.home("U0SAM") is None


async def test_bots_have_no_page(world: World) -> None:
    event = {"type": "app_home_opened", "user": "U0ROBOT", "tab": "home", "channel": "D0ROBOT"}
    assert (await world.hands.event(event)).status == 200
    await world.settle()
    assert world.desk.looks == []


@pytest.mark.parametrize("event", [{"tab": "home"}, {"user": "U" * 500, "tab": "home"}, {}])
async def test_an_opening_without_a_person_is_acknowledged(world: World, event: dict[str, object]) -> None:
    delivery = await world.hands.event({"type": "app_home_opened", **event})
    assert delivery.status == 200
    assert world.desk.looks == []
