"""Modals in a person's hands: what is delivered, and what answers do to the screen."""

import pytest
from fastapi.responses import JSONResponse

from bot.sandbox.slack import views
from bot.sandbox.slack.entering import CannotDo
from bot.sandbox.slack.hands import BadAnswer, Hands
from bot.sandbox.slack.look import buttons_of, fields_of, text_of
from bot.sandbox.slack.workspace import Workspace
from tests.bot.sandbox.slack.forms import BUTTONS, FILLED, Bot, Json, answer, modal, sent


async def test_a_submission_holds_every_field(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    view = views.put_on_top(workspace, "U0SAM", modal(callback_id="form", private_metadata="opaque"))
    await hands.submit("U0SAM", {"Name": "Sam", "mood": "Bad", "Days": ["Mon", "Tue"], "When": "09:30"})
    payload = sent(bot)
    assert (payload["type"], payload["user"]["team_id"]) == ("view_submission", "T0HAVEN")
    assert (payload["view"]["id"], payload["view"]["callback_id"]) == (view.id, "form")
    text = {"type": "plain_text", "emoji": True}
    chosen = [{"text": {**text, "text": day}, "value": day.lower()} for day in ("Mon", "Tue")]
    assert payload["view"]["state"]["values"] == {
        "name": {"v": {"type": "plain_text_input", "value": "Sam"}},
        "mood": {"v": {"type": "radio_buttons", "selected_option": {"text": {**text, "text": "Bad"}, "value": "bad"}}},
        "zone": {"v": {"type": "static_select", "selected_option": None}},
        "days": {"v": {"type": "checkboxes", "selected_options": chosen}},
        "when": {"v": {"type": "timepicker", "selected_time": "09:30"}},
        "mail": {"v": {"type": "email_text_input", "value": None}},
    }
    assert payload["response_urls"] == []
    assert hands.modal("U0SAM") is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"Name": "Sam"}, "'Mood' is required"),
        ({"Name": "x" * 11}, "11 characters"),
        ({"Mood": "Fine"}, "no option 'Fine'"),
        ({"Mail": "sam"}, "does not take"),
        ({"When": "half past nine"}, "does not take"),
        ({"Name": ["a"]}, "one value"),
        ({"Colour": "red"}, "0 fields"),
    ],
)
async def test_what_slacks_client_would_not_send(
    hands: Hands, bot: Bot, workspace: Workspace, values: Json, why: str
) -> None:
    views.put_on_top(workspace, "U0SAM", modal())
    with pytest.raises(CannotDo, match=why):
        await hands.submit("U0SAM", values)
    assert bot.got == []


async def test_no_modal_or_no_submit(hands: Hands, workspace: Workspace) -> None:
    with pytest.raises(CannotDo, match="no modal"):
        await hands.submit("U0SAM")
    view = modal(blocks=[BUTTONS])
    del view["submit"]
    views.put_on_top(workspace, "U0SAM", view)
    with pytest.raises(CannotDo, match="no submit"):
        await hands.submit("U0SAM")


async def test_answers_change_the_stack(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    first = views.put_on_top(workspace, "U0SAM", modal())
    hash_ = first.hash
    await answer(hands, bot, {"response_action": "update", "view": modal("Again")})
    shown = hands.modal("U0SAM")
    assert shown
    assert (shown["id"], shown["title"]["text"]) == (first.id, "Again")
    assert shown["hash"] != hash_

    await answer(hands, bot, {"response_action": "push", "view": modal("Top")})
    shown = hands.modal("U0SAM")
    assert shown
    assert (shown["title"]["text"], shown["previous_view_id"]) == ("Top", first.id)

    await answer(hands, bot, {"response_action": "errors", "errors": {"name": "too short"}})
    assert hands.errors("U0SAM") == {"name": "too short"}
    assert len(views.stack(workspace, "U0SAM")) == 2

    await answer(hands, bot, {"response_action": "update", "view": modal("Mended")})
    assert hands.errors("U0SAM") == {}

    await answer(hands, bot, {})
    shown = hands.modal("U0SAM")
    assert shown
    assert shown["id"] == first.id

    views.put_on_top(workspace, "U0SAM", modal())
    await answer(hands, bot, {"response_action": "clear"})
    assert hands.modal("U0SAM") is None


async def test_a_failed_submission_leaves_the_modal(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    views.put_on_top(workspace, "U0SAM", modal())
    assert (await answer(hands, bot, {}, 500)).status == 500
    shown = hands.modal("U0SAM")
    assert shown
    assert shown["state"]["values"]["name"]["v"]["value"] == "Sam"


@pytest.mark.parametrize(
    "body",
    [
        {"response_action": "update", "view": modal("x" * 25)},
        {"response_action": "update"},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"nowhere": "bad"}},
        {"response_action": "errors", "errors": {"row": "no input block"}},
        {"response_action": "errors", "errors": {"name": ""}},
        {"response_action": "dance"},
        {"text": "not an action"},
        [1],
    ],
)
async def test_an_answer_that_slack_would_not_take(hands: Hands, bot: Bot, workspace: Workspace, body: object) -> None:
    views.put_on_top(workspace, "U0SAM", modal())
    with pytest.raises(BadAnswer):
        await answer(hands, bot, body)
    assert len(views.stack(workspace, "U0SAM")) == 1


async def test_a_tap_in_a_modal_tells_what_was_entered(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    view = views.put_on_top(workspace, "U0SAM", modal())
    await hands.enter("U0SAM", {"Name": "Sam"})
    await hands.tap_in_view("U0SAM", "stop")
    payload = sent(bot)
    assert payload["container"] == {"type": "view", "view_id": view.id}
    assert payload["view"]["state"]["values"]["name"]["v"]["value"] == "Sam"
    assert "value" not in payload["actions"][0]
    assert not {"message", "channel", "response_url"} & payload.keys()


async def test_closing(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    views.put_on_top(workspace, "U0SAM", modal())
    assert await hands.close("U0SAM") is None
    assert bot.got == []
    first = views.put_on_top(workspace, "U0SAM", modal(notify_on_close=True))
    second = views.put_on_top(workspace, "U0SAM", modal(notify_on_close=True))
    await hands.close("U0SAM")
    assert (sent(bot)["type"], sent(bot)["view"]["id"], sent(bot)["is_cleared"]) == (
        "view_closed",
        second.id,
        False,
    )
    await hands.close("U0SAM", everything=True)
    assert (sent(bot)["view"]["id"], sent(bot)["is_cleared"]) == (first.id, True)
    assert hands.modal("U0SAM") is None


async def test_a_modal_that_clears_the_stack_when_closed(hands: Hands, workspace: Workspace) -> None:
    views.put_on_top(workspace, "U0SAM", modal())
    views.put_on_top(workspace, "U0SAM", modal(clear_on_close=True))
    await hands.close("U0SAM")
    assert hands.modal("U0SAM") is None


async def test_an_answer_comes_too_late_for_a_closed_modal(hands: Hands, bot: Bot, workspace: Workspace) -> None:
    view = views.put_on_top(workspace, "U0SAM", modal())
    bot.script = [JSONResponse({"response_action": "update", "view": modal("Again")})]
    delivery = await hands.interaction(hands.submit_payload("U0SAM", FILLED))
    await hands.close("U0SAM")
    hands.take_answer(view, delivery)
    assert hands.modal("U0SAM") is None
    assert view.payload["title"]["text"] == "Form"


async def test_what_is_seen(workspace: Workspace) -> None:
    views.put_on_top(workspace, "U0SAM", modal())
    shown = views.wire(workspace, views.stack(workspace, "U0SAM")[0])
    assert text_of(shown).splitlines() == ["Form", "Name", "Mood", "Zone", "Days", "When", "Mail"]
    assert [(button.label, button.value) for button in buttons_of(shown)] == [("Open", "opaque"), ("Stop", "")]
    assert [(one.label, one.options, one.optional) for one in fields_of(shown)][:3] == [
        ("Name", (), False),
        ("Mood", ("Good", "Bad"), False),
        ("Zone", ("Here",), True),
    ]
