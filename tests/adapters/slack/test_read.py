import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platform import Address, Arrival
from adapters.slack.read import is_trial, plain, read, tenant_of, well_formed, where
from adapters.slack.render import escaped
from flows.core.events import Answered, Said

TEAM = "T0HAVEN"
SAM = Address(platform="slack", tenant=TEAM, user="U0SAM")

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def message(**other: object) -> dict[str, Any]:
    event = {"type": "message", "user": "U0SAM", "text": "hello", "channel": "D0SAM", "channel_type": "im"}
    return {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": {**event, **other}}


def tap(**other: object) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U0SAM"},
        "trigger_id": "1.2.3",
        "container": {"type": "message", "message_ts": "17.1"},
        "actions": [{"type": "button", "action_id": "b0", "block_id": "x", "value": "tok"}],
        **other,
    }


def form(values: object, **other: object) -> dict[str, Any]:
    view = {
        "type": "modal",
        "id": "V1",
        "callback_id": "haven",
        "private_metadata": "form-token",
        "state": {"values": values},
    }
    user = {"id": "U0SAM"}
    return {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": user,
        "trigger_id": "1.2.3",
        "view": {**view, **other},
    }


CHOSEN = {"type": "radio_buttons", "selected_option": {"value": "2", "text": {}}}
SAMPLES = [
    message(),
    tap(),
    form({"f:q1": {"v": CHOSEN}}),
    {"command": "/haven", "team_id": TEAM, "user_id": "U0SAM", "trigger_id": "1.2.3", "text": ""},
    {"type": "shortcut", "callback_id": "open", "user": {"id": "U0SAM"}, "trigger_id": "1.2.3"},
]


def test_a_typed_line() -> None:
    assert read(message(), TEAM) == Arrival(id="Ev1", address=SAM, event=Said(text="hello"))


def test_a_typed_line_is_read_as_it_was_typed() -> None:
    text = "I &lt;3 you &amp; <mailto:a@b.example|a@b.example>, <https://x.example>, &amp;lt; <@U1>"
    arrival = read(message(text=text), TEAM)
    assert arrival is not None
    assert arrival.event == Said(text="I <3 you & a@b.example, https://x.example, &lt; @U1")


@given(st.text())
def test_reading_undoes_slacks_escaping(text: str) -> None:
    assert plain(escaped(text)) == text


def test_words_beside_a_file_are_words() -> None:
    assert read(message(subtype="file_share"), TEAM) is not None


@pytest.mark.parametrize(
    "other",
    [
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"channel_type": "group"},
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": {"a": 1}},
        {"hidden": True},
        {"user": None},
        {"user": "U" * 500},
        {"type": "app_mention"},
        {"type": "app_home_opened", "tab": "messages"},
    ],
)
def test_what_is_no_word_of_a_person_to_the_bot_is_not_read(other: dict[str, object]) -> None:
    assert read(message(**other), TEAM) is None


def test_a_tap_brings_its_token_and_no_event() -> None:
    assert read(tap(), TEAM) == Arrival(id="17.1:1.2.3", address=SAM, token="tok")


def test_a_tap_in_a_dialog_says_where() -> None:
    body = tap(container={"type": "view"}, view={"id": "V1", "type": "modal"})
    arrival = read(body, TEAM)
    assert arrival is not None
    assert arrival.id == "V1:1.2.3"
    assert where(body).view == "V1"
    assert where(tap(view={"id": "V2", "type": "home"})).view == ""


@pytest.mark.parametrize(
    "actions",
    [None, [], {}, [1], [{"type": "button", "action_id": "b0"}], [{"type": "radio_buttons", "value": "x"}]],
)
def test_what_is_no_tap_on_a_button_is_not_read(actions: object) -> None:
    assert read(tap(actions=actions), TEAM) is None


def test_a_form_brings_its_answers_and_token_and_leaves_out_what_is_empty() -> None:
    values = {
        "f:q1": {"v": CHOSEN},
        "f:name": {"v": {"type": "plain_text_input", "value": "Sam"}},
        "f:note": {"v": {"type": "plain_text_input", "value": None}},
        "f:other": {"v": {"type": "radio_buttons", "selected_option": None}},
    }
    expected = Answered(values={"q1": "2", "name": "Sam"})
    arrival = Arrival(id="V1:1.2.3", address=SAM, event=expected, token="form-token", place="window")
    assert read(form(values), TEAM) == arrival


@pytest.mark.parametrize(
    "values",
    [None, [], {}, {"q1": {"v": CHOSEN}}, {"f:q1": None}, {"f:q1": {}}, {"f:q1": {"a": CHOSEN, "b": CHOSEN}}],
)
def test_a_form_without_a_proper_state_is_not_read(values: object) -> None:
    assert read(form(values), TEAM) is None


def test_a_form_of_somebody_elses_is_not_read() -> None:
    assert read(form({"f:q1": {"v": CHOSEN}}, callback_id="theirs"), TEAM) is None


def test_half_a_character_becomes_one_that_can_be_stored() -> None:
    arrival = read(json.loads(json.dumps(message(text="a\ud800b"))), TEAM)
    assert arrival is not None
    assert arrival.event == Said(text="a\ufffdb")


@pytest.mark.parametrize(("typed", "said"), [("", ""), ("  ", ""), (" help me", "help me")])
def test_a_command_is_something_said(typed: str, said: str) -> None:
    arrival = read({**SAMPLES[3], "text": typed}, TEAM)
    assert arrival is not None
    assert (arrival.event, arrival.command) == (Said(text=said), True)


@pytest.mark.parametrize("body", [tap(trigger_id=None), {**SAMPLES[3], "trigger_id": ""}])
def test_without_an_id_nothing_is_read(body: object) -> None:
    assert read(body, TEAM) is None


@given(anything)
def test_any_json_is_answered(body: object) -> None:
    read(body, TEAM)
    where(body)
    well_formed(body)


@given(st.data())
def test_any_spoilt_delivery_is_answered(data: st.DataObject) -> None:
    body = json.loads(json.dumps(data.draw(st.sampled_from(SAMPLES))))
    spot = body
    while isinstance(spot, dict) and spot:
        key = data.draw(st.sampled_from(sorted(spot)))
        if not isinstance(spot[key], dict) or data.draw(st.booleans()):
            spot[key] = data.draw(anything)
            break
        spot = spot[key]
    read(body, TEAM)
    where(body)
    well_formed(body)
    tenant_of(body)
    is_trial(body)


@pytest.mark.parametrize("body", SAMPLES)
def test_the_samples_are_well_formed(body: object) -> None:
    assert well_formed(body)


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        (message(), True),
        ({**message(), "team_id": "T0OTHER"}, False),
        ({**message(), "team_id": None}, False),
        (tap(), True),
        (tap(team={"id": "T0OTHER"}), False),
        (tap(team={"id": "T0OTHER"}, team_id=TEAM), False),
        ({"type": "url_verification", "challenge": "x"}, True),
        ({"ssl_check": "1"}, True),
    ],
)
def test_only_our_workspace_is_ours(body: dict[str, Any], ours: bool) -> None:
    assert (is_trial(body) or tenant_of(body) == TEAM) is ours


ORG: dict[str, Any] = {"enterprise_id": "E0ORG", "team_id": TEAM, "is_enterprise_install": True}


@pytest.mark.parametrize(
    "body",
    [
        {**message(), "enterprise_id": "E0ORG", "authorizations": [ORG]},
        {**message(), "authorizations": [ORG], "is_enterprise_install": False},
        tap(team=None, enterprise={"id": "E0ORG", "name": "Org"}, is_enterprise_install=True),
        tap(enterprise={"id": "E0ORG", "name": "Org"}, is_enterprise_install=True),
        {**SAMPLES[3], "enterprise_id": "E0ORG", "is_enterprise_install": "true"},
    ],
)
def test_an_org_wide_delivery_is_the_organisations(body: dict[str, Any]) -> None:
    assert tenant_of(body) == "E0ORG"


@pytest.mark.parametrize("body", [{**message(), "authorizations": []}, {**message(), "authorizations": "none"}])
def test_without_authorizations_the_workspace_is_whose_it_is(body: dict[str, Any]) -> None:
    assert tenant_of(body) == TEAM
