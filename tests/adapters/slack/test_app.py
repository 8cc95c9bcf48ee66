import asyncio

import pytest

from adapters.platform import Arrival, Shown
from adapters.slack.draw import SETTLING
from bot.sandbox.slack import views
from bot.sandbox.slack.look import text_of
from flows.core.events import Answered, Said
from flows.core.screen import LOOK_AGAIN, Button
from tests.adapters.slack.conftest import LAUNCHER, SAM, World, private, public


async def test_a_typed_line_is_answered_in_the_chat(world: World) -> None:
    world.will(public("Hello, how can I help?", buttons=("Talk",), turn="t1"))
    delivery = await world.hands.say("U0SAM", "hi & <hello>")
    await world.settle()
    assert delivery.status == 200
    arrival = world.desk.arrivals[0]
    assert arrival.event == Said(text="hi & <hello>")
    assert arrival.address == SAM
    assert arrival.admitted
    assert (arrival.profile.locale, arrival.profile.zone) == ("en-GB", "Europe/London")
    assert world.seen() == ["Hello, how can I help?"]
    assert world.desk.drawn == ["t1"]


async def test_a_typed_line_with_a_private_answer_brings_the_launcher(world: World) -> None:
    world.will(private("CANARY"))
    await world.hands.say("U0SAM", "hello")
    await world.settle()
    assert world.seen() == ["It continues in private."]
    assert world.desk.drawn == ["turn"]


async def test_nothing_to_say_is_nothing_said(world: World) -> None:
    await world.hands.say("U0SAM", "hello")
    await world.settle()
    assert world.seen() == []
    assert world.desk.drawn == []


async def test_a_tap_opens_a_dialog_and_a_form_is_answered_in_it(world: World) -> None:
    await world.open_dialog(private("Two questions", asks=("First?", "Second?"), turn="t1"))
    assert world.desk.arrivals[-1].token == "token-Start"
    assert world.desk.arrivals[-1].event is None
    world.will(private("Thank you", buttons=("Book",), turn="t2"))
    await world.hands.submit("U0SAM", {"First?": "Several days", "Second?": "Not at all"})
    await world.settle()
    sent = world.desk.arrivals[-1]
    assert sent.event == Answered(values={"q0": "1", "q1": "0"})
    assert sent.token == "form-token"
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert "Thank you" in text_of(modal)
    assert world.desk.drawn == ["t1", "t2"]


async def test_a_tap_in_a_dialog_is_answered_in_it(world: World) -> None:
    await world.open_dialog(private("First", buttons=("On",)))
    for answer in (private("Second", buttons=("On",)), public("Third", buttons=("On",))):
        world.will(answer)
        await world.hands.tap_in_view("U0SAM", "On")
        await world.settle()
        modal = world.hands.modal("U0SAM")
        assert modal is not None
        assert answer.screen.lines[0] in text_of(modal)
    assert world.seen() == ["Hello"]
    assert world.desk.arrivals[-1].token == "token-On"


async def test_a_form_with_a_public_answer_leaves_nothing_in_the_chat(world: World) -> None:
    await world.open_dialog(private("Ask", asks=("First?",)))
    before = world.seen()
    world.will(public("CANARY: call this number", buttons=("Back",), turn="t2"))
    await world.hands.submit("U0SAM", {"First?": "Not at all"})
    await world.settle()
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert "CANARY: call this number" in text_of(modal)
    assert world.seen() == before
    assert "CANARY" not in world.chat()
    assert world.desk.drawn[-1] == "t2"
    await world.hands.tap_in_view("U0SAM", "Back")
    assert world.desk.arrivals[-1].token == "token-Back"


async def test_a_form_that_is_out_of_date_closes(world: World) -> None:
    await world.open_dialog(private("Ask", asks=("First?",)))
    world.will(None)
    await world.hands.submit("U0SAM", {"First?": "Not at all"})
    assert world.hands.modal("U0SAM") is None


async def test_a_spoilt_form_reaches_nobody(world: World) -> None:
    await world.open_dialog(private("Ask", asks=("First?",)))
    before = len(world.desk.arrivals)
    payload = world.hands.submit_payload("U0SAM", {"First?": "Not at all"})
    del payload["view"]["state"]
    delivery = await world.hands.interaction(payload)
    assert delivery.json == {"response_action": "clear"}
    assert len(world.desk.arrivals) == before


async def test_a_public_answer_to_a_tap_stands_in_the_chat(world: World) -> None:
    ts = await world.post_buttons("Start")
    world.will(public("Here you are"))
    await world.tap(ts, "Start")
    assert world.seen()[-1] == "Here you are"
    assert world.hands.modal("U0SAM") is None


# --- errands


async def test_an_errand_draws_in_the_open_dialog(world: World) -> None:
    await world.open_dialog(private("One moment", turn="t1"))
    await world.platform.show(SAM, private("Three slots", turn="t2"))
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert "Three slots" in text_of(modal)
    assert world.calls()[-1] == "views.update"
    assert world.desk.drawn == ["t1", "t2"]


async def test_an_errand_finds_the_dialog_that_a_form_was_answered_in(world: World) -> None:
    await world.open_dialog(private("Ask", asks=("First?",)))
    world.will(private("One moment"))
    await world.hands.submit("U0SAM", {"First?": "Not at all"})
    await world.platform.show(SAM, private("Three slots"))
    assert world.calls()[-1] == "views.update"


async def test_an_errand_that_is_quicker_than_the_answer_to_a_form_is_not_drawn_over(world: World) -> None:
    await world.open_dialog(private("Ask", asks=("First?",)))
    errands = []

    def answer(_: Arrival) -> Shown:
        errands.append(asyncio.create_task(world.platform.show(SAM, private("Booked", turn="t3"))))
        waiting = private("One moment", turn="t2")
        again = Button(key=LOOK_AGAIN, label="Look again")
        return waiting.model_copy(
            update={
                "screen": waiting.screen.model_copy(update={"buttons": (again,)}),
                "tokens": ("token-again",),
            }
        )

    world.desk.answer = answer
    sent = views.stack(world.workspace, "U0SAM")[-1]
    delivery = await world.hands.interaction(world.hands.submit_payload("U0SAM", {"First?": "Not at all"}))
    await asyncio.sleep(SETTLING / 2)  # Slack has the answer, and takes its time to draw it
    world.hands.take_answer(sent, delivery)
    await asyncio.gather(*errands)
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert "Booked" in text_of(modal)


@pytest.mark.parametrize("closed", [True, False])
async def test_without_an_open_dialog_an_errand_offers_the_launcher(world: World, closed: bool) -> None:
    if closed:
        await world.open_dialog(private("One moment"))
        await world.hands.close("U0SAM")
    await world.platform.show(SAM, private("CANARY slots", turn="t2"))
    assert world.seen()[-1] == LAUNCHER.screen.lines[0]
    assert world.desk.drawn[-1] == "t2"
    assert "CANARY" not in world.chat()


async def test_an_errand_with_a_public_answer_posts_it(world: World) -> None:
    await world.open_dialog(private("One moment"))
    await world.platform.show(SAM, public("A reminder"))
    assert world.seen()[-1] == "A reminder"


async def test_an_errand_never_overtakes_one_moment(world: World) -> None:
    ts = await world.post_buttons("Start")
    world.workspace.delay("views.open", 0.1)
    errands: list[asyncio.Task[None]] = []

    def answer(_: Arrival) -> Shown:
        errands.append(asyncio.create_task(world.platform.show(SAM, private("Three slots", turn="t2"))))
        return private("One moment", turn="t1")

    world.desk.answer = answer
    await world.tap(ts, "Start")
    await asyncio.gather(*errands)
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert "Three slots" in text_of(modal)
    assert world.desk.drawn == ["t1", "t2"]


async def test_a_trigger_that_is_too_old_brings_the_launcher(world: World) -> None:
    ts = await world.post_buttons("Start")
    world.workspace.fail_next("views.open", "expired_trigger_id")
    world.will(private("CANARY"))
    await world.tap(ts, "Start")
    assert world.hands.modal("U0SAM") is None
    assert world.seen()[-1] == LAUNCHER.screen.lines[0]


async def test_what_could_not_be_drawn_is_not_called_drawn(world: World) -> None:
    world.workspace.fail_next("chat.postMessage", status=500)
    world.will(public("Hello"))
    delivery = await world.hands.say("U0SAM", "hello")
    await world.settle()
    assert delivery.status == 200
    assert world.desk.drawn == []


# --- in channels


async def test_a_tap_in_a_channel_is_answered_privately(world: World) -> None:
    for answer in (public("For you"), private("For you only")):
        ts = await world.platform.announce("T0HAVEN", "C0SUPPORT", public("All", buttons=("Open",)).public())
        world.will(answer)
        await world.hands.tap("U0SAM", "C0SUPPORT", ts, "Open")
        await world.settle()
    in_channel = world.hands.messages("U0SAM", "C0SUPPORT")
    assert [message["text"] for message in in_channel] == ["All", "All"]
    assert world.seen() == []
    assert [text_of(view.payload) for view in world.workspace.modals["U0SAM"]] == [
        "Haven\nFor you",
        "In private\nFor you only",
    ]


async def test_what_is_said_in_a_channel_is_not_read(world: World) -> None:
    delivery = await world.hands.say("U0SAM", "<@U0HAVEN> hello", "C0SUPPORT")
    assert delivery.status == 200
    assert world.desk.arrivals == []


@pytest.mark.parametrize("channel", ["", "C0SUPPORT", "C0FINANCE"])
async def test_a_command_is_answered_privately(world: World, channel: str) -> None:
    world.will(private("Hello"))
    delivery = await world.hands.command("U0SAM", channel, "/haven")
    await world.settle()
    assert (delivery.status, delivery.text) == (200, "")
    arrival = world.desk.arrivals[0]
    assert (arrival.event, arrival.command) == (Said(text=""), True)
    assert world.hands.modal("U0SAM") is not None
    assert world.hands.messages("U0SAM", channel) == []


@pytest.mark.parametrize("channel", ["", "C0SUPPORT", "C0FINANCE"])
async def test_what_belongs_to_no_turn_answers_a_command_to_the_person_only(world: World, channel: str) -> None:
    world.will(public("These are the commands", turn=""))
    await world.hands.command("U0SAM", channel, "/haven", "what")
    await world.settle()
    assert world.desk.arrivals[0].event == Said(text="what")
    assert [each["text"] for each in world.hands.messages("U0SAM", channel)] == ["These are the commands"]
    assert world.calls() == []  # neither a message nor a dialog: the reply to the command says it
    if channel:
        assert world.hands.messages("U0ALEX", channel) == []


async def test_a_shortcut_opens_home_in_a_dialog(world: World) -> None:
    world.will(public("Hello"))
    await world.hands.shortcut("U0SAM", "open")
    await world.settle()
    arrival = world.desk.arrivals[0]
    assert (arrival.event, arrival.command) == (Said(text=""), True)
    modal = world.hands.modal("U0SAM")
    assert modal is not None
    assert "Hello" in text_of(modal)
    assert world.seen() == []


# --- who


@pytest.mark.parametrize("user", ["U0GUEST", "U0STRANGER", "U0GONE"])
async def test_who_is_not_of_the_house_arrives_as_not_admitted(world: World, user: str) -> None:
    world.workspace.members["U0GONE"].deleted = False  # to say something before leaving
    world.workspace.dm(user)
    world.workspace.members["U0GONE"].deleted = True
    event = {"type": "message", "user": user, "text": "help", "channel": "D1", "channel_type": "im"}
    assert (await world.hands.event(event)).status == 200
    assert [arrival.admitted for arrival in world.desk.arrivals] == [False]


async def test_a_guest_is_answered(world: World) -> None:
    world.will(public("This service is for employees."))
    await world.hands.say("U0GUEST", "hello")
    await world.settle()
    assert world.seen("U0GUEST") == ["This service is for employees."]


@pytest.mark.parametrize("user", ["U0ROBOT", "USLACKBOT", "U0HAVEN"])
async def test_bots_are_not_answered_at_all(world: World, user: str) -> None:
    event = {"type": "message", "user": user, "text": "beep", "channel": "D1", "channel_type": "im"}
    assert (await world.hands.event(event)).status == 200
    assert world.desk.arrivals == []
