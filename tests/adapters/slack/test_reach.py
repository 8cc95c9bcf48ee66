import asyncio

import pytest

from adapters.platform import Address, Arrival, Busy, Shown, Unreachable
from bot.sandbox.slack.look import text_of
from tests.adapters.slack.conftest import BUSY, SAM, World, private, public

# --- repetitions, and too much at once


async def test_a_repetition_has_the_same_id(world: World) -> None:
    ts = await world.post_buttons("Start")
    channel = world.workspace.dm("U0SAM").id
    said = await world.hands.say("U0SAM", "hello")
    tapped = await world.hands.tap("U0SAM", channel, ts, "Start")
    again = await world.hands.tap("U0SAM", channel, ts, "Start")
    await world.hands.again(said)
    await world.hands.again(tapped)
    first, second, third, *repeated = [arrival.id for arrival in world.desk.arrivals]
    assert repeated == [first, second]
    assert len({first, second, third}) == 3
    assert again.status == 200


async def test_a_turn_that_was_not_committed_is_not_acknowledged(world: World) -> None:
    world.fail(Busy())
    world.hands.courier.retries = 1
    delivery = await world.hands.say("U0SAM", "hello")
    assert [answer.status for answer in delivery.answers] == [503, 503]
    assert len({arrival.id for arrival in world.desk.arrivals}) == 1


async def test_the_answer_waits_for_the_turn(world: World) -> None:
    committed = asyncio.Event()
    receive = world.desk.receive

    async def slow(arrival: Arrival) -> Shown | None:
        await committed.wait()
        return await receive(arrival)

    world.platform.listeners._receive = slow
    delivery = asyncio.create_task(world.hands.say("U0SAM", "hello"))
    await asyncio.sleep(0.1)
    assert not delivery.done()
    committed.set()
    assert (await delivery).status == 200


async def test_the_answer_does_not_wait_for_the_drawing(world: World) -> None:
    world.workspace.delay("chat.postMessage", 0.2)
    world.will(public("Hello"))
    delivery = await world.hands.say("U0SAM", "hello")
    assert delivery.status == 200
    assert world.desk.drawn == []
    await world.settle()
    assert world.desk.drawn == ["turn"]


async def test_busy_is_said_to_whoever_tapped_and_not_in_the_chat(world: World) -> None:
    ts = await world.post_buttons("Start")
    world.fail(Busy())
    await world.tap(ts, "Start")
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert BUSY in text_of(modal)
    assert world.seen() == ["Hello"]


async def test_busy_in_a_dialog_keeps_the_dialog(world: World) -> None:
    await world.open_dialog(private("Ask", asks=("First?",), buttons=("On",)))
    world.fail(Busy())
    await world.hands.tap_in_view("U0SAM", "On")
    await world.settle()
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert BUSY in text_of(modal)
    await world.hands.close("U0SAM")
    await world.hands.submit("U0SAM", {"First?": "Several days"})
    assert world.hands.errors("U0SAM") == {"f:q0": BUSY}


async def test_busy_after_a_command_is_said_to_the_person_only(world: World) -> None:
    world.fail(Busy())
    delivery = await world.hands.command("U0SAM", "C0SUPPORT", "/haven", "hello")
    assert (delivery.status, text_of(delivery.json)) == (200, BUSY)
    assert "help-token" in delivery.text
    assert world.hands.messages("U0ALEX", "C0SUPPORT") == []
    delivery = await world.hands.command("U0ALEX", "C0SUPPORT", "/haven", "hello")
    assert text_of(delivery.json) == f"{BUSY} (es-ES)"


# --- out of reach


@pytest.mark.parametrize(
    "code", ["channel_not_found", "account_inactive", "is_archived", "token_revoked", "org_login_required"]
)
async def test_what_can_never_work_is_said_for_good_and_without_details(world: World, code: str) -> None:
    world.workspace.fail_next("chat.postMessage", code)
    with pytest.raises(Unreachable) as raised:
        await world.platform.post(SAM, public("CANARY").public())
    assert "CANARY" not in repr(raised.value)
    assert raised.value.__context__ is None


async def test_who_left_cannot_be_reached(world: World) -> None:
    for user in ("U0GONE", "U0NOBODY"):
        with pytest.raises(Unreachable):
            await world.platform.post(SAM.model_copy(update={"user": user}), public("Hello").public())


async def test_a_channel_without_the_bot_cannot_be_reached(world: World) -> None:
    with pytest.raises(Unreachable):
        await world.platform.announce("T0HAVEN", "C0FINANCE", public("Hello").public())


async def test_another_workspace_cannot_be_reached(world: World) -> None:
    elsewhere = Address(platform="slack", tenant="T0OTHER", user="U0SAM")
    with pytest.raises(Unreachable):
        await world.platform.post(elsewhere, public("Hello").public())
    with pytest.raises(Unreachable):
        await world.platform.show(elsewhere, public("Hello"))
    with pytest.raises(Unreachable):
        await world.platform.announce("T0OTHER", "C0SUPPORT", public("Hello").public())
    assert world.calls() == []


async def test_what_may_work_later_is_not_for_good(world: World) -> None:
    world.workspace.fail_next("chat.postMessage", "internal_error")
    with pytest.raises(Exception, match="Slack refused the call") as raised:
        await world.platform.post(SAM, public("CANARY").public())
    assert not isinstance(raised.value, Unreachable)
    assert raised.value.__context__ is None


async def test_a_rate_limit_is_waited_for(world: World) -> None:
    world.workspace.fail_next("chat.postMessage", status=429, retry_after=0)
    assert await world.platform.post(SAM, public("Hello").public())
    assert world.calls() == ["chat.postMessage"] * 2


async def test_links_are_not_unfurled(world: World) -> None:
    await world.platform.post(SAM, public("https://example.org").public())
    sent = world.workspace.recorded[-1].payload
    assert str(sent["unfurl_links"]).lower() in {"false", "0"}
    assert str(sent["unfurl_media"]).lower() in {"false", "0"}


async def test_stopping_finishes_what_is_being_drawn(world: World) -> None:
    world.workspace.delay("chat.postMessage", 0.1)
    world.will(public("Hello", turn="t1"))
    await world.hands.say("U0SAM", "hello")
    await world.platform.stop()
    assert world.desk.drawn == ["t1"]
