import asyncio

import pytest

from adapters.platform import Arrival, Shown
from adapters.teams.draw import HOLD, settled
from bot.sandbox.teams.demo import ALEX, SAM
from bot.sandbox.teams.look import buttons_of
from tests.adapters.teams.conftest import LAUNCHER, World, looking, private, public

# --- errands


async def test_what_an_errand_brings_in_time_is_shown_at_once(here: World) -> None:
    async def errand() -> None:
        await asyncio.sleep(0.1)
        await here.platform.show(here.sam, private("Three slots", turn="t2"))

    errands: list[asyncio.Task[None]] = []

    def answer(_: Arrival) -> Shown:
        errands.append(asyncio.create_task(errand()))
        return looking("t1")

    await here.platform.post(here.sam, public("Hello", buttons=("Start",)).public())
    here.desk.answer = answer
    await here.tap("Start")
    await asyncio.gather(*errands)
    assert "Three slots" in here.dialog()
    assert here.texts() == ["Hello"]
    assert here.desk.drawn == ["t1", "t2"]  # nobody draws later what was passed over


def answer_slowly(here: World) -> list[asyncio.Task[None]]:
    """Let turns be committed, and an errand be back, before the adapter hears of the turn. Returns the errands."""
    receive = here.desk.receive
    errands: list[asyncio.Task[None]] = []

    async def slow(arrival: Arrival) -> Shown | None:
        shown = await receive(arrival)
        errands.append(asyncio.create_task(here.platform.show(here.sam, private("Three slots"))))
        await asyncio.sleep(0.1)
        return shown

    here.platform._receive = slow
    return errands


async def test_an_errand_that_is_back_before_the_turn_is_told_is_shown_too(here: World) -> None:
    await here.platform.post(here.sam, public("Hello", buttons=("Start",)).public())
    errands = answer_slowly(here)
    here.will(looking())
    await here.tap("Start")
    await asyncio.gather(*errands)
    assert "Three slots" in here.dialog()
    assert here.texts() == ["Hello"]


async def test_what_takes_longer_is_looked_at_again(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.teams.draw.HOLD", 0.2)
    began = asyncio.get_running_loop().time()
    await here.open_dialog(looking("t1"))
    assert 0.2 <= asyncio.get_running_loop().time() - began < 1
    assert "One moment." in here.dialog()
    assert here.desk.drawn == ["t1"]
    await here.platform.show(here.sam, private("CANARY slots", turn="t2"))
    assert here.texts() == ["Hello", LAUNCHER.screen.lines[0]]
    here.will(private("Three slots", turn="t2"))
    await here.tap_in_dialog("Look again")
    assert "Three slots" in here.dialog()
    assert "CANARY" not in here.chat()


def test_teams_gets_its_answer_within_five_seconds() -> None:
    assert HOLD + 0.5 < 5  # the turn itself takes milliseconds


async def test_only_a_screen_that_waits_is_held_back(here: World) -> None:
    await here.platform.post(here.sam, public("Hello", buttons=("Start",)).public())
    errands = answer_slowly(here)
    here.will(private("Choose", buttons=("One",)))
    await here.tap("Start")
    await asyncio.gather(*errands)
    assert "Choose" in here.dialog()
    assert here.texts() == ["Hello", LAUNCHER.screen.lines[0]]


async def test_one_persons_errand_is_not_anothers_answer(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.teams.draw.HOLD", 0.3)
    await here.install(ALEX)
    await here.platform.post(here.sam, public("Hello", buttons=("Start",)).public())
    here.will(looking())
    tapped = asyncio.create_task(here.tap("Start"))
    await asyncio.sleep(0.1)
    await here.platform.show(here.address(ALEX), private("Alex's slots"))
    await tapped
    assert "One moment." in here.dialog()
    assert here.texts(ALEX) == [LAUNCHER.screen.lines[0]]


async def test_two_errands_at_once_are_both_shown(here: World) -> None:
    await here.platform.post(here.sam, public("Hello", buttons=("Start",)).public())
    here.will(looking())
    tapped = asyncio.create_task(here.tap("Start"))
    await asyncio.sleep(0.1)
    await asyncio.gather(
        here.platform.show(here.sam, private("First")), here.platform.show(here.sam, private("Second"))
    )
    await tapped
    assert "First" in here.dialog()
    assert here.texts()[1:] == [LAUNCHER.screen.lines[0]]


async def test_without_a_dialog_an_errand_offers_the_launcher(here: World) -> None:
    await here.platform.show(here.sam, private("CANARY slots", turn="t2"))
    assert here.texts() == [LAUNCHER.screen.lines[0]]
    assert here.desk.drawn == ["t2"]
    assert "CANARY" not in here.chat()


async def test_an_errand_with_a_public_answer_posts_it(here: World) -> None:
    await here.platform.show(here.sam, public("A reminder"))
    assert here.texts() == ["A reminder"]


# --- our own cards


async def test_the_card_before_keeps_only_the_buttons_that_still_work(here: World) -> None:
    here.will(public("First", buttons=("Step",), standing=("Help now",)))
    await here.say("hello")
    here.will(public("Second", buttons=("Step",)))
    await here.say("hello")
    first, second = here.said()
    assert [button.label for button in buttons_of(first)] == ["Help now"]
    assert [button.label for button in buttons_of(second)] == ["Step"]
    assert here.texts() == ["First", "Second"]


async def test_an_answered_question_keeps_only_the_buttons_that_still_work(here: World) -> None:
    here.will(public("Do you agree?", buttons=("Yes", "No"), standing=("Help now",), turn="t1"))
    await here.say("hello")
    here.will(public("What would help?", buttons=("Book",), turn="t2"))
    await here.tap("Yes")
    (card,) = here.said()
    assert [button.label for button in buttons_of(card)] == ["Help now"]
    assert here.texts() == ["Do you agree?"]
    await here.tap_in_dialog("Book")
    assert here.calls("update_activity") == 1  # once is enough


async def test_a_question_that_is_still_open_keeps_its_buttons(here: World) -> None:
    here.will(public("Do you agree?", buttons=("Yes",), turn="t1"))
    await here.say("hello")
    await here.tap("Yes")  # answered with the same moment: nothing has moved
    assert here.calls("update_activity") == 0


async def test_a_launcher_can_be_used_again_until_its_dialog_goes_on(here: World) -> None:
    assert settled(LAUNCHER) == LAUNCHER
    here.will(private("First", buttons=("On",), turn="t1"))
    await here.say("hello")
    await here.tap("Open")
    await here.hands.close(SAM)  # by mistake
    await here.tap("Open")
    assert here.texts() == [LAUNCHER.screen.lines[0]]
    await here.tap_in_dialog("On")
    assert here.texts() == []
    assert here.calls("delete_activity") == 1


async def test_a_repetition_takes_nothing_away(here: World) -> None:
    await here.platform.show(here.sam, private("First", buttons=("On",), turn="t1"))
    here.will(private("First", buttons=("On",), turn="t1"))
    await here.tap("Open")
    here.will(None)
    await here.tap_in_dialog("On")  # a repetition, says the desk: there is nothing to draw
    assert here.texts() == [LAUNCHER.screen.lines[0]]
    here.will(public("Do you agree?", buttons=("Yes", "No"), turn="t2"))
    await here.say("hello")
    here.will(None)
    await here.tap("Yes")
    assert [button.label for button in buttons_of(here.said()[-1])] == ["Yes", "No"]


async def test_a_launcher_that_stands_there_is_not_posted_again_by_an_errand(here: World) -> None:
    here.will(private("One moment", turn="t1"))
    await here.say("book")
    await here.platform.show(here.sam, private("These times are open", turn="t2"))
    assert here.texts() == [LAUNCHER.screen.lines[0]]
    assert here.desk.drawn == ["t1", "t2"]


async def test_a_dialog_that_was_closed_before_its_errand_returned_brings_a_launcher(here: World) -> None:
    here.will(private("First", buttons=("On",), turn="t1"))
    await here.say("book")
    await here.tap("Open")
    await here.hands.close(SAM)
    await here.platform.show(here.sam, private("These times are open", turn="t2"))
    assert here.texts() == [LAUNCHER.screen.lines[0]]  # the used one is gone, and a new one says that there is news
    assert here.calls("send_to_conversation") == 2
    await here.tap("Open")
    assert here.desk.arrivals[-1].token == "open-token"


async def test_of_two_launchers_the_last_stays(here: World) -> None:
    here.will(private("First"))
    await here.say("check")
    await here.say("book")
    assert here.texts() == [LAUNCHER.screen.lines[0]]
    assert here.calls("delete_activity") == 1


async def test_a_launcher_that_was_not_used_stays_above_an_answer(here: World) -> None:
    here.will(private("First"))
    await here.say("check")
    here.will(public("Call 999"))
    await here.say("help")
    assert here.texts() == [LAUNCHER.screen.lines[0], "Call 999"]


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_launcher_that_cannot_be_taken_away_is_left(here: World, status: int) -> None:
    here.will(private("First", turn="t1"))
    await here.say("check")
    here.workspace.fail_next("delete_activity", status)
    await here.say("book")
    assert here.calls("delete_activity") == 1
    assert len(here.texts()) == 2
    assert here.desk.drawn == ["t1", "t1"]


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_card_that_cannot_be_updated_is_left(here: World, status: int) -> None:
    await here.platform.show(here.sam, public("First", buttons=("Step",), turn="t1"))
    here.workspace.fail_next("update_activity", status)
    await here.platform.show(here.sam, public("Second", turn="t2"))  # raises nothing: it would be drawn again
    assert here.calls("update_activity") == 1
    assert here.texts() == ["First", "Second"]
    assert here.desk.drawn == ["t1", "t2"]
