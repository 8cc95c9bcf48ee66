"""The watch sees what is wrong: each of these would pass unseen if its check were off."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import render as slack
from adapters.teams import render as teams
from bot.clock import SystemClock
from bot.sandbox.slack.demo import demo_workspace as slack_workspace
from bot.sandbox.teams.demo import demo_workspace as teams_workspace
from tests.adapters.contract import PRIVATE, PUBLIC
from tests.payloads.check import KINDS, drawn, wrong
from tests.payloads.watch import Watch, watching

SOUND = {
    "message": slack.message(PUBLIC.public()),
    "view": slack.modal(PRIVATE),
    "activity": {"type": "message", **teams.messages(PUBLIC.public())[-1]},
    "dialog": teams.dialog(PRIVATE),
}


@pytest.mark.parametrize("kind", SOUND)
def test_what_we_draw_is_sound(kind: str) -> None:
    assert wrong(kind, SOUND[kind]) == []


def _label(payload: Any) -> None:
    payload["blocks"][-1]["elements"][0]["text"]["text"] = "x" * 76


def _twice(payload: Any) -> None:
    elements = payload["blocks"][-1]["elements"]
    elements[1]["action_id"] = elements[0]["action_id"]


def _unknown(payload: Any) -> None:
    payload["blocks"][0]["text"]["more"] = True


def _blocks(payload: Any) -> None:
    payload["blocks"] = [copy.deepcopy(payload["blocks"][0]) for _ in range(101)]


def _submit(payload: Any) -> None:
    del payload["submit"]


def _style(payload: Any) -> None:
    payload["blocks"][-1]["elements"][0]["style"] = "pretty"


def _image(payload: Any) -> None:
    payload["attachments"][0]["content"]["body"].append({"type": "Image", "url": "https://example.org/a.png"})


def _fallback(payload: Any) -> None:
    del payload["attachments"][0]["content"]["fallbackText"]


def _unlabelled(payload: Any) -> None:
    body = payload["task"]["value"]["card"]["content"]["body"]
    del next(each for each in body if each["type"].startswith("Input"))["label"]


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("message", _label),
        ("message", _twice),
        ("message", _unknown),
        ("message", _blocks),
        ("message", _style),
        ("view", _label),
        ("view", _twice),
        ("view", _unknown),
        ("view", _blocks),
        ("view", _submit),
        ("activity", _image),
        ("activity", _fallback),
        ("dialog", _unlabelled),
    ],
)
def test_what_is_wrong_is_seen(kind: str, spoil: Any) -> None:
    payload = copy.deepcopy(SOUND[kind])
    spoil(payload)
    assert wrong(kind, payload)


def test_a_round_trip_says_where_it_differs() -> None:
    payload = copy.deepcopy(SOUND["view"])
    payload["blocks"][0]["text"] = {"type": "mrkdwn", "text": "Hello", "emoji": True}
    assert any("/blocks/0/text" in each for each in wrong("view", payload))


def test_the_watch_sees_both_stand_ins_and_writes_each_payload_once(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    restore = watching(watch)
    try:
        watch.begin("tests/some.py::test")
        one, other = slack_workspace(SystemClock()), teams_workspace(SystemClock())
        for _ in range(2):
            one.record("chat.postMessage", {"channel": "D1", **SOUND["message"]})
        one.record("views.open", {"view": SOUND["view"], "trigger_id": "1"})
        one.record("answer.view_submission", {"response_action": "clear"})
        other.record("send_to_conversation", SOUND["activity"])
        other.record("answer.task/fetch", SOUND["dialog"])
        assert not watch.troubles
        assert watch.seen == 5
    finally:
        restore()
    written = [json.loads(path.read_text()) for path in tmp_path.glob("*/*/*.json")]
    assert sorted(each["kind"] for each in written) == ["activity", "dialog", "message", "view"]
    assert all(set(each) == {"platform", "method", "kind", "test", "payload"} for each in written)


def test_only_tests_of_the_stand_ins_may_send_what_is_refused() -> None:
    for test, troubles in (("tests/bot/sandbox/slack/test_x.py::test", 0), ("tests/adapters/test_x.py::test", 1)):
        watch = Watch()
        watch.begin(test)
        watch.receive("teams", "answer.task/fetch", {"task": {"type": "sing"}}, "BadArgument")
        assert len(watch.troubles) == troubles


def test_what_draws_nothing_is_no_drawing() -> None:
    assert drawn("slack", "users.info", {"user": "U1"}) is None
    assert drawn("slack", "answer.view_submission", {"response_action": "errors", "errors": {"a": "b"}}) is None
    assert drawn("teams", "send_to_conversation", {"type": "typing"}) is None
    assert {platform for platform, _ in KINDS} == {"slack", "teams"}
