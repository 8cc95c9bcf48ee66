import asyncio
from datetime import timedelta

import pytest

from adapters.platform import Arrival, Busy, Shown
from bot.sandbox.teams.demo import GUEST, SAM, STRANGER, SUPPORT
from bot.sandbox.teams.look import text_of
from flows.core.events import Answered, Said
from tests.adapters.teams.conftest import BUSY, NOTHING, World, private, public

# --- what is typed


async def test_a_typed_line_is_answered_in_the_chat(here: World) -> None:
    here.will(public("Hello, how can I help?", buttons=("Talk",), turn="t1"))
    delivery = await here.say("hi & <hello>")
    assert (delivery.status, delivery.text) == (200, "")
    (arrival,) = here.desk.arrivals
    assert arrival.event == Said(text="hi & <hello>")
    assert arrival.address == here.sam
    assert arrival.admitted
    assert arrival.profile.name == "Sam Rivera"
    assert here.texts() == ["Hello, how can I help?"]
    assert here.desk.drawn == ["t1"]


async def test_a_typed_line_with_a_private_answer_brings_the_launcher(here: World) -> None:
    here.will(private("CANARY"))
    await here.say("hello")
    assert here.texts() == ["It continues in private."]
    assert here.desk.drawn == ["turn"]
    assert "CANARY" not in here.chat()


async def test_a_command_of_the_menu_is_a_typed_line(here: World) -> None:
    here.will(public("Here you are"))
    await here.hands.command(SAM, "my data")
    await here.settle()
    assert here.desk.arrivals[0].event == Said(text="my data")


async def test_nothing_to_say_is_nothing_said(here: World) -> None:
    await here.say("hello")
    assert here.texts() == []
    assert here.desk.drawn == []


async def test_the_answer_does_not_wait_for_the_drawing(here: World) -> None:
    here.workspace.delay("send_to_conversation", 0.2)
    here.will(public("Hello"))
    delivery = await here.hands.say(SAM, "hello")
    assert delivery.status == 200
    assert here.desk.drawn == []
    await here.settle()
    assert here.desk.drawn == ["turn"]


async def test_the_answer_waits_for_the_turn(here: World) -> None:
    committed = asyncio.Event()
    receive = here.desk.receive

    async def slow(arrival: Arrival) -> Shown | None:
        await committed.wait()
        return await receive(arrival)

    here.platform._receive = slow
    delivery = asyncio.create_task(here.hands.say(SAM, "hello"))
    await asyncio.sleep(0.1)
    assert not delivery.done()
    committed.set()
    assert (await delivery).status == 200


async def test_answers_stand_in_the_order_of_the_turns(here: World) -> None:
    numbers = iter(range(2))
    here.desk.answer = lambda _: public(f"answer {next(numbers)}")
    here.workspace.delay("send_to_conversation", 0.3)
    await here.hands.say(SAM, "hello")
    await asyncio.sleep(0.1)  # the first is on its way
    here.workspace.delay("send_to_conversation", 0)
    await here.hands.say(SAM, "hello")
    await here.settle()
    assert here.texts() == ["answer 0", "answer 1"]


async def test_what_could_not_be_drawn_is_not_called_drawn(here: World) -> None:
    here.workspace.fail_next("send_to_conversation", 500)
    here.will(public("Hello"))
    assert (await here.say("hello")).status == 200
    assert here.desk.drawn == []


async def test_a_repetition_has_the_same_id(here: World) -> None:
    said = await here.say("hello")
    await here.hands.again(said)
    await here.hands.say(SAM, "hello")
    first, again, other = [arrival.id for arrival in here.desk.arrivals]
    assert first == again != other


async def test_a_turn_that_was_not_committed_is_not_acknowledged(here: World) -> None:
    here.fail(Busy())
    delivery = await here.say("hello")
    assert (delivery.status, delivery.text) == (503, "not now")
    assert here.texts() == []


# --- what is tapped


@pytest.mark.parametrize("answer", [private("Answer", buttons=("On",)), public("Answer", buttons=("On",))])
async def test_a_tap_is_answered_in_a_dialog_whatever_the_answer(here: World, answer: Shown) -> None:
    await here.open_dialog(answer)
    assert (here.desk.arrivals[-1].token, here.desk.arrivals[-1].event) == ("token-Start", None)
    assert "Answer" in here.dialog()
    assert here.texts() == ["Hello"]
    assert here.desk.drawn == ["turn"]
    await here.tap_in_dialog("On")
    assert here.desk.arrivals[-1].token == "token-On"


async def test_a_form_is_answered_in_its_dialog(here: World) -> None:
    await here.open_dialog(private("Two questions", asks=("First?", "Second?"), turn="t1"))
    here.will(private("Thank you", buttons=("Book",), turn="t2"))
    await here.hands.submit(SAM, {"First?": "Several days", "Second?": "Not at all"})
    await here.settle()
    sent = here.desk.arrivals[-1]
    assert sent.event == Answered(values={"q0": "1", "q1": "0"})
    assert sent.token == "form-token"
    assert "Thank you" in here.dialog()
    assert here.desk.drawn == ["t1", "t2"]


async def test_a_button_beside_a_form_works_with_the_form_empty(here: World) -> None:
    await here.open_dialog(private("Ask", asks=("First?",), buttons=("Help now",)))
    here.will(public("Call 999"))
    await here.tap_in_dialog("Help now")
    assert (here.desk.arrivals[-1].token, here.desk.arrivals[-1].event) == ("token-Help now", None)
    assert "Call 999" in here.dialog()


async def test_a_tap_with_nothing_to_show_says_so_and_offers_help(here: World) -> None:
    await here.open_dialog(private("First", buttons=("On",)))
    here.will(None)
    await here.tap_in_dialog("On")
    assert NOTHING in here.dialog()
    here.will(public("Call 999"))
    await here.tap_in_dialog("Help now")
    assert "Call 999" in here.dialog()


async def test_a_spoilt_form_reaches_nobody(here: World) -> None:
    await here.open_dialog(private("Ask", asks=("First?",)))
    before = len(here.desk.arrivals)
    told = here.hands.dialog_activity(SAM, "Send", {"First?": "Not at all"})
    told["value"]["data"]["more"] = "x"
    delivery = await here.hands.deliver(told | {"locale": "pt-BR"})
    assert f"{NOTHING} (pt-BR)" in text_of(delivery.json["task"]["value"])
    assert len(here.desk.arrivals) == before


async def test_busy_is_said_to_whoever_tapped_and_not_in_the_chat(here: World) -> None:
    await here.platform.post(here.sam, public("Hello", buttons=("Start",)).public())
    here.fail(Busy())
    assert (await here.tap("Start")).status == 200
    assert BUSY in here.dialog()
    assert here.texts() == ["Hello"]


# --- teams


async def test_in_a_team_nothing_is_read(here: World) -> None:
    here.will(public("CANARY"))
    here.workspace.conversation(SUPPORT).installed = False
    deliveries = await here.hands.install_in_team(SAM, SUPPORT)
    deliveries.append(await here.hands.say(SAM, "help", SUPPORT))
    deliveries += await here.hands.uninstall_from_team(SAM, SUPPORT)
    await here.settle()
    assert {delivery.status for delivery in deliveries} == {200}
    assert here.desk.arrivals == []
    assert here.said(SAM, SUPPORT) == []
    assert len(here.references.kept) == 1


# --- who


async def test_a_guest_arrives_as_not_admitted_and_is_answered(world: World) -> None:
    world.will(public("This service is for employees."))
    await world.hands.install(GUEST)
    await world.say("hello", GUEST)
    assert [arrival.admitted for arrival in world.desk.arrivals] == [False, False]
    assert world.texts(GUEST)[-1] == "This service is for employees."
    assert world.references.kept == {}


async def test_somebody_of_another_tenant_does_not_arrive(world: World) -> None:
    deliveries = await world.hands.install(STRANGER)
    deliveries.append(await world.hands.say(STRANGER, "hello"))
    assert {delivery.status for delivery in deliveries} == {403}
    assert world.desk.arrivals == []


async def test_if_teams_does_not_say_who_it_is_they_are_not_admitted(here: World) -> None:
    here.clock.later(timedelta(hours=1))
    here.workspace.fail_next("get_conversation_member", 500)
    await here.say("hello")
    await here.say("hello")
    assert [arrival.admitted for arrival in here.desk.arrivals] == [False, True]


async def test_if_teams_takes_long_to_say_nobody_waits(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.teams.people._PATIENCE", 0.05)
    here.clock.later(timedelta(hours=1))
    here.workspace.delay("get_conversation_member", 0.5)
    await here.say("hello")
    assert [arrival.admitted for arrival in here.desk.arrivals] == [False]


async def test_people_are_looked_up_once_an_hour(here: World) -> None:
    before = here.calls("get_conversation_member")
    for _ in range(3):
        await here.say("hello")
    assert here.calls("get_conversation_member") == before
    here.workspace.person(SAM).role = "guest"
    here.clock.later(timedelta(hours=1))
    await here.say("hello")
    assert [arrival.admitted for arrival in here.desk.arrivals] == [True, True, True, False]


async def test_what_is_being_drawn_is_finished_when_the_service_stops(here: World) -> None:
    here.workspace.delay("send_to_conversation", 0.2)
    here.will(public("Hello"))
    await here.hands.say(SAM, "hello")
    await here.platform.stop()
    assert here.texts() == ["Hello"]
