"""A click in the page goes through the service's own doors, signed or with a token, over HTTP."""

from pathlib import Path
from typing import Any

import pytest

from bot.demo import tour
from bot.demo.slack_seat import SlackSeat
from bot.demo.teams_seat import TeamsSeat
from bot.sandbox.slack import views
from tests.bot.demo.conftest import Visitor
from tests.bot.demo.test_tours import check, enter


def slack(visitor: Visitor) -> Any:
    seat = visitor.stage.seats["sam"]
    assert isinstance(seat, SlackSeat)
    return seat._hands


def teams(visitor: Visitor) -> Any:
    seat = visitor.stage.seats["priya"]
    assert isinstance(seat, TeamsSeat)
    return seat._hands


async def test_slack_deliveries_are_signed_and_the_door_looks(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    before = len(visitor.stage.seats["sam"].said())
    slack(visitor).courier._secret = "somebody else's"
    await visitor.press("pane-sam", "Private check")
    assert visitor.stage.seats["sam"].window() is None
    assert len(visitor.stage.seats["sam"].said()) == before
    assert "The service answered Slack with 401" in visitor.text()


async def test_teams_deliveries_have_a_token_and_the_door_looks(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.open()
    await visitor.press("pane-priya", "Add Haven to Priya's chat")
    before = len(visitor.stage.seats["priya"].said())
    monkeypatch.setattr(visitor.stage.teams.identity, "token", lambda *_, **__: "a.b.c")
    await visitor.press("pane-priya", "I agree, let's start")
    assert visitor.stage.seats["priya"].window() is None
    assert len(visitor.stage.seats["priya"].said()) == before
    assert "The service answered Teams with 40" in visitor.text()


async def test_a_form_that_is_not_complete_is_told_and_keeps_what_was_entered(visitor: Visitor) -> None:
    await check(visitor)
    await visitor.press("w-sam", next(label for label in visitor.form("w-sam").buttons if ", " in label))
    name = next(each for each in visitor.form("w-sam").fields if each.startswith("f."))
    await visitor.press("w-sam", "Book this time", {name: ["Canary"]})
    assert "Slack would not do that" in visitor.text()
    assert visitor.page.count('value="Canary"') == 1


async def test_a_window_closes(visitor: Visitor) -> None:
    await check(visitor)
    await visitor.press("w-sam", "Close")
    assert visitor.stage.seats["sam"].window() is None


async def test_a_teams_dialog_is_filled_in_too(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.press("pane-priya", "Add Haven to Priya's chat")
    await visitor.press("pane-priya", "I agree, let's start")
    await visitor.press("w-priya", "Private check")
    questions = visitor.form("w-priya").choices
    assert len(questions) == 4
    await visitor.press("w-priya", "Go on", {name: ["Several days"] for name in questions})
    await visitor.sees("This is not a diagnosis")


async def test_time_passes_and_what_is_due_arrives(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    await visitor.press("pane-sam", "Check-ins")
    await visitor.press("w-sam", "Yes, check in")
    choices = visitor.form("w-sam").choices
    given = {name: [next(each for each in offered if each)] for name, offered in choices.items()}
    zone = next(name for name in visitor.form("w-sam").fields if name.startswith("f."))
    time = next(name for name, offered in choices.items() if "10:00" in offered)  # the first is within quiet hours
    await visitor.press("w-sam", "Save", {**given, time: ["10:00"], zone: ["Europe/London"]})
    await visitor.press("w-sam", "Close")
    before = len(visitor.stage.seats["sam"].said())
    clock = visitor.stage.clock.now()
    await visitor.press("top", "1 week on")
    assert (visitor.stage.clock.now() - clock).days == 7
    assert len(visitor.stage.seats["sam"].said()) == before + 1
    assert "Not now" in visitor.text()


async def test_after_a_week_both_platforms_still_answer(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.press("pane-priya", "Add Haven to Priya's chat")
    await visitor.press("top", "1 week on")
    await visitor.type("priya", "help now")
    await visitor.sees("Samaritans")
    await enter(visitor, "sam")
    assert visitor.stage.seats["sam"].trouble == ""


async def test_start_over_makes_everything_anew(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    old = visitor.stage
    secret, database = old.slack.signing_secret, old.databases[0]
    await visitor.press("top", "Yes, start over")
    assert visitor.stage.slack.signing_secret != secret
    assert visitor.stage.databases[0] != database
    assert not database.exists()
    assert visitor.stage.reached == set()
    assert "Nothing here yet" in visitor.text()
    await enter(visitor, "sam")
    assert "sam.agree" in visitor.stage.reached


async def test_two_visitors_see_the_same(visitor: Visitor) -> None:
    other = Visitor(visitor.client, visitor.director)
    await enter(visitor, "sam")
    await other.open("/?panel=stored")
    assert "What would help today?" in other.text()
    await other.type("sam", "forget me")
    await visitor.open()
    assert "Forget everything about you" in visitor.text() or "Your next step is private" in visitor.text()


async def test_every_mark_of_the_tour_is_on_the_page(visitor: Visitor) -> None:
    await check(visitor)
    marks = {move.mark for step in tour.steps(tour.words_of(visitor.stage)) for move in step.moves}
    assert {each.partition(":")[0] for each in marks} == {"say", "window", "install", "time", "label"}


async def test_the_home_tab_asks_for_the_app_home_and_shows_it(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.press("pane-sam", "Home")
    assert any(call.method == "views.publish" for call in visitor.stage.slack.recorded)
    await visitor.open("/?sam=home")
    assert 'id="home-sam"' in visitor.page
    await visitor.press("pane-sam", "I agree, let's start")
    await visitor.open("/?sam=home")
    assert "Private check" in visitor.text()


async def test_of_a_stack_of_windows_the_top_is_drawn_and_the_rest_is_told(visitor: Visitor) -> None:
    await visitor.open()
    for title in ("First", "Second"):
        block = {"type": "section", "text": {"type": "plain_text", "text": f"This is the {title}"}}
        view = {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [block]}
        views.put_on_top(visitor.stage.slack, "U0SAM", view)
    await visitor.open()
    assert "This is the Second" in visitor.text()
    assert "This is the First" not in visitor.text()
    assert "1 more below it" in visitor.text()
    await visitor.press("w-sam", "Cancel")
    assert "This is the First" in visitor.text()


async def test_nobody_is_led_to_another_site(visitor: Visitor) -> None:
    for to in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = await visitor.client.post("/do/sam/home", data={"to": to})
        assert answer.headers["location"] == "/"


async def test_what_keeps_it_from_starting_over_is_said_and_can_be_mended(visitor: Visitor, tmp_path: Path) -> None:
    await visitor.open()
    settings = visitor.director._settings
    visitor.director._settings = settings.model_copy(update={"content_dir": tmp_path})
    answer = await visitor.client.post("/over", follow_redirects=True)
    assert answer.status_code == 500
    assert "organisation.yaml" in answer.text
    visitor.director._settings = settings
    answer = await visitor.client.post("/over", follow_redirects=True)
    assert answer.status_code == 200
