"""Modals and the App Home as Slack's own client meets them."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import DividerBlock
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ShiftedClock
from bot.sandbox.slack import views
from bot.sandbox.slack.workspace import Workspace

FIELD: dict[str, Any] = {
    "type": "input",
    "block_id": "name",
    "label": {"type": "plain_text", "text": "Name"},
    "element": {"type": "plain_text_input", "action_id": "a"},
}


def modal(title: str = "One", **more: object) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [FIELD],
        **more,
    }


async def error_of(call: object) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call  # type: ignore[misc]
    return str(refused.value.response["error"])


async def test_a_modal_opens_with_all_that_slack_tells(client: AsyncWebClient, workspace: Workspace) -> None:
    trigger = workspace.issue_trigger("U0SAM")
    view = (await client.views_open(trigger_id=trigger, view=modal(private_metadata="opaque")))["view"]
    assert view["id"] == view["root_view_id"]
    assert view["previous_view_id"] is None
    assert (view["private_metadata"], view["callback_id"], view["close"]) == ("opaque", "", None)
    assert view["app_installed_team_id"] == view["team_id"] == "T0HAVEN"
    assert view["state"]["values"] == {"name": {"a": {"type": "plain_text_input", "value": None}}}


async def test_models_of_slacks_own_client(client: AsyncWebClient, workspace: Workspace) -> None:
    trigger = workspace.issue_trigger("U0SAM")
    shown = View(type="modal", title="One", blocks=[DividerBlock()], callback_id="form")
    view = (await client.views_open(trigger_id=trigger, view=shown))["view"]
    assert (view["title"]["text"], view["callback_id"]) == ("One", "form")
    posted = await client.chat_postMessage(channel="U0SAM", text="x", blocks=[DividerBlock()])
    assert posted["message"]["blocks"][0]["type"] == "divider"


async def test_a_trigger_lives_three_seconds(client: AsyncWebClient, workspace: Workspace, clock: ShiftedClock) -> None:
    trigger = workspace.issue_trigger("U0SAM")
    clock.later(timedelta(seconds=3))
    assert await error_of(client.views_open(trigger_id=trigger, view=modal())) == "expired_trigger_id"
    assert views.stack(workspace, "U0SAM") == []


async def test_a_trigger_is_good_once(client: AsyncWebClient, workspace: Workspace) -> None:
    trigger = workspace.issue_trigger("U0SAM")
    await client.views_open(trigger_id=trigger, view=modal())
    assert await error_of(client.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_three_views_at_most(client: AsyncWebClient, workspace: Workspace) -> None:
    def trigger() -> str:
        return workspace.issue_trigger("U0SAM")

    assert await error_of(client.views_push(trigger_id=trigger(), view=modal())) == "not_found"
    first = (await client.views_open(trigger_id=trigger(), view=modal()))["view"]
    second = (await client.views_push(trigger_id=trigger(), view=modal("Two")))["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])
    await client.views_push(trigger_id=trigger(), view=modal("Three"))
    assert await error_of(client.views_push(trigger_id=trigger(), view=modal())) == "push_limit_reached"


async def test_update_keeps_what_was_entered_and_minds_the_hash(client: AsyncWebClient, workspace: Workspace) -> None:
    view = (await client.views_open(trigger_id=workspace.issue_trigger("U0SAM"), view=modal()))["view"]
    views.stack(workspace, "U0SAM")[0].values["name"]["a"]["value"] = "Sam"
    new = (await client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Two")))["view"]
    assert new["title"]["text"] == "Two"
    assert new["state"]["values"]["name"]["a"]["value"] == "Sam"
    assert new["hash"] != view["hash"]
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await error_of(stale) == "hash_conflict"
    other = {**FIELD, "block_id": "other"}
    new = (await client.views_update(view_id=view["id"], view=modal(blocks=[other])))["view"]
    assert new["state"]["values"] == {"other": {"a": {"type": "plain_text_input", "value": None}}}


async def test_a_field_of_another_kind_starts_empty(client: AsyncWebClient, workspace: Workspace) -> None:
    view = (await client.views_open(trigger_id=workspace.issue_trigger("U0SAM"), view=modal()))["view"]
    views.stack(workspace, "U0SAM")[0].values["name"]["a"]["value"] = "Sam"
    date = {**FIELD, "element": {"type": "datepicker", "action_id": "a", "initial_date": "2026-03-02"}}
    new = (await client.views_update(view_id=view["id"], view=modal(blocks=[date])))["view"]
    assert new["state"]["values"]["name"]["a"] == {"type": "datepicker", "selected_date": "2026-03-02"}


async def test_a_closed_view_cannot_be_updated(client: AsyncWebClient, workspace: Workspace) -> None:
    view = (await client.views_open(trigger_id=workspace.issue_trigger("U0SAM"), view=modal()))["view"]
    views.stack(workspace, "U0SAM").clear()
    assert await error_of(client.views_update(view_id=view["id"], view=modal())) == "not_found"
    assert await error_of(client.api_call("views.update", json={"view": modal()})) == "invalid_arguments"


async def test_an_external_id_is_one_views_own(client: AsyncWebClient, workspace: Workspace) -> None:
    await client.views_open(trigger_id=workspace.issue_trigger("U0SAM"), view=modal(external_id="x"))
    twice = client.views_open(trigger_id=workspace.issue_trigger("U0ALEX"), view=modal(external_id="x"))
    assert await error_of(twice) == "duplicate_external_id"
    home = {"type": "home", "blocks": [], "external_id": "x"}
    assert await error_of(client.views_publish(user_id="U0ALEX", view=home)) == "duplicate_external_id"
    other = (await client.views_open(trigger_id=workspace.issue_trigger("U0ALEX"), view=modal()))["view"]
    steal = client.views_update(view_id=other["id"], view=modal(external_id="x"))
    assert await error_of(steal) == "duplicate_external_id"
    await client.views_update(external_id="x", view=modal("Two", external_id="x"))
    assert views.stack(workspace, "U0SAM")[0].payload["title"]["text"] == "Two"


async def test_a_bad_view_is_refused_with_its_place(client: AsyncWebClient, workspace: Workspace) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=workspace.issue_trigger("U0SAM"), view=modal("x" * 25))
    assert refused.value.response["error"] == "invalid_arguments"
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]


async def test_the_home_of_each_person(client: AsyncWebClient, workspace: Workspace) -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = (await client.views_publish(user_id="U0SAM", view=home))["view"]
    second = (await client.views_publish(user_id="U0SAM", view=home, hash=first["hash"]))["view"]
    assert first["id"] == second["id"]
    assert set(workspace.homes) == {"U0SAM"}
    stale = client.views_publish(user_id="U0SAM", view=home, hash=first["hash"])
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(client.views_publish(user_id="U0NOBODY", view=home)) == "user_not_found"
    assert await error_of(client.views_publish(user_id="U0SAM", view=modal())) == "invalid_arguments"
