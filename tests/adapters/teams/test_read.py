import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.platform import Address, Profile
from adapters.teams.read import Delivery, read
from adapters.teams.reference import MOST
from bot.clock import ShiftedClock
from bot.sandbox.teams import payloads
from bot.sandbox.teams.demo import SAM, SUPPORT, demo_workspace
from flows.core.events import Answered, Said

WORKSPACE = demo_workspace(ShiftedClock())
WORKSPACE.url = "https://smba.trafficmanager.net"
TENANT = WORKSPACE.tenant_id
PERSON = WORKSPACE.person(SAM)
CHAT = WORKSPACE.personal(SAM)


def message(text: str = "hello", **changes: Any) -> dict[str, Any]:
    return {**payloads.message(WORKSPACE, PERSON, CHAT, text), **changes}


def sent_by(account: str, user: str = "") -> dict[str, Any]:
    return {**message(), "from": {"id": account} | ({"aadObjectId": user} if user else {})}


def invoke(name: str = "task/fetch", **data: Any) -> dict[str, Any]:
    return payloads.invoke(WORKSPACE, PERSON, CHAT, name, data)


FETCH = {"type": "task/fetch"}
SAMPLES: list[dict[str, Any]] = [
    message(),
    invoke(t="token", msteams=FETCH),
    invoke("task/submit", t="token"),
    invoke("task/submit", **{"f": "form", "q:a": "1", "q:b": "two"}),
    payloads.installation(WORKSPACE, PERSON, CHAT, "add"),
    payloads.installation(WORKSPACE, PERSON, CHAT, "remove"),
    payloads.members(WORKSPACE, PERSON, CHAT, "membersAdded", [SAM]),
]
anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["\ud800", "task/fetch", "add"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def done(activity: object) -> Delivery:
    delivery = read(activity, TENANT)
    assert delivery is not None
    return delivery


def test_a_typed_line() -> None:
    told = message("I am < fine >")
    delivery = done(told)
    assert delivery.place == "chat"
    assert delivery.arrival.event == Said(text="I am < fine >")
    assert delivery.arrival.token == ""
    assert delivery.arrival.address == Address(platform="teams", tenant=TENANT, user=PERSON.aad_object_id)
    assert delivery.arrival.profile == Profile(locale="en-GB", zone="Europe/London", name="Sam Rivera")
    assert delivery.reference.model_dump() == {
        "service": "https://smba.trafficmanager.net/amer/",
        "conversation": CHAT.id,
        "bot": WORKSPACE.bot_id,
        "user": SAM,
        "tenant": TENANT,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<at>Haven</at> hello", "hello"),
        ("hello <at>Haven</at>", "hello"),
        ("<at>Haven</at>", ""),
        ("<at>Alex</at> hello", "<at>Alex</at> hello"),
    ],
)
def test_a_mention_of_the_bot_is_left_out(text: str, said: str) -> None:
    told = message(text)
    alex = {"type": "mention", "mentioned": {"id": "29:alex"}, "text": "<at>Alex</at>"}
    ours = {"type": "mention", "mentioned": {"id": WORKSPACE.bot_id}, "text": "<at>Haven</at>"}
    told["entities"] += [alex, ours]
    assert done(told).arrival.event == Said(text=said)


def test_what_a_client_has_escaped_is_read_as_it_was_typed() -> None:
    assert done(message("I don&#39;t want to &lt;live&gt;")).arrival.event == Said(text="I don't want to <live>")


@pytest.mark.parametrize("text", [None, 5, ["hello"]])
def test_a_message_without_words_says_nothing(text: object) -> None:
    assert done({**message(), "text": text}).arrival.event == Said(text="")


def test_half_a_character_becomes_a_whole_one() -> None:
    assert done(message("a\ud800b")).arrival.event == Said(text="a\ufffdb")


def test_a_tap_in_the_chat() -> None:
    delivery = done(invoke(t="token", msteams=FETCH))
    assert (delivery.place, delivery.arrival.event, delivery.arrival.token) == ("dialog", None, "token")


def test_a_tap_of_a_client_without_dialogs() -> None:
    told = message(value={"t": "token", "msteams": FETCH})
    del told["text"]
    delivery = done(told)
    assert (delivery.place, delivery.arrival.event, delivery.arrival.token) == ("chat", None, "token")


def test_a_tap_in_a_dialog_leaves_what_was_entered_unread() -> None:
    delivery = done(invoke("task/submit", **{"t": "token", "q:a": "1"}))
    assert (delivery.place, delivery.arrival.event, delivery.arrival.token) == ("dialog", None, "token")


def test_a_sent_form() -> None:
    sent = {"f": "form", "q:a": "1", "q:b": "Sam & <co>", "q:c": "", "q:d": None}
    delivery = done(invoke("task/submit", **sent))
    assert delivery.arrival.event == Answered(values={"a": "1", "b": "Sam & <co>"})
    assert delivery.arrival.token == "form"


def test_an_empty_form_is_still_a_form() -> None:
    assert done(invoke("task/submit", f="form")).arrival.event == Answered(values={})


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"t": ""},
        {"t": 5},
        {"t": "token", "more": "x"},
        {"t": "token", "msteams": {"type": "task/fetch", "more": 1}},
        {"t": "token", "msteams": {"type": "invoke"}},
        {"t": "token", "f": "form"},
        {"f": "form", "more": "x"},
        {"f": "x" * 2001},
        {"t": "x" * 2001},
    ],
)
def test_data_that_no_card_of_ours_sends_is_not_read(data: dict[str, Any]) -> None:
    assert read(invoke("task/submit", **data), TENANT) is None
    assert read(invoke("task/fetch", **data), TENANT) is None
    assert read(message(value=data), TENANT) is None


def test_a_form_is_never_fetched() -> None:
    assert read(invoke("task/fetch", f="form"), TENANT) is None


@pytest.mark.parametrize(("action", "place"), [("add", "added"), ("remove", "removed")])
def test_installing_opens_the_chat(action: str, place: str) -> None:
    delivery = done(payloads.installation(WORKSPACE, PERSON, CHAT, action))
    assert (delivery.place, delivery.arrival.event, delivery.arrival.token) == (place, None, "")


def test_two_people_may_have_messages_of_the_same_number() -> None:
    mine = message(id="1700000000000")
    theirs = {**mine, "conversation": {**mine["conversation"], "id": "a:1other"}}
    assert done(mine).arrival.id != done(theirs).arrival.id


@pytest.mark.parametrize(
    "activity",
    [
        None,
        [],
        "hello",
        {},
        SAMPLES[6],
        message(type="messageUpdate"),
        message(type="installationUpdate", action="remove-upgrade"),
        message(conversation=None),
        message(conversation={"id": "a:1", "conversationType": "groupChat"}),
        message(conversation={"id": "a:1"}),
        message(conversation={"id": "", "conversationType": "personal"}),
        message(conversation={"id": "a" * 181, "conversationType": "personal"}),
        message(conversation={"id": 'a"b', "conversationType": "personal"}),
        sent_by(SAM),
        sent_by("", "x"),
        sent_by(SAM, "\ud800"),
        sent_by(SAM, "x" * 121),
        message(id=None),
        message(id=5),
        message(value=["token"]),
        invoke("task/other", t="token"),
        message(serviceUrl=None),
        message(recipient=None),
    ],
)
def test_what_is_nothing_to_answer(activity: object) -> None:
    assert read(activity, TENANT) is None


def test_a_team_is_not_read() -> None:
    team = WORKSPACE.conversation(SUPPORT)
    for told in (
        payloads.mention(WORKSPACE, PERSON, team, "help"),
        payloads.invoke(WORKSPACE, PERSON, team, "task/fetch", {"t": "token"}),
        payloads.installation(WORKSPACE, PERSON, team, "add"),
        payloads.installation(WORKSPACE, PERSON, team, "remove"),
    ):
        assert read(told, TENANT) is None


def test_the_profile_may_be_missing() -> None:
    told = message()
    for name in ("locale", "localTimezone", "entities"):
        del told[name]
    del told["from"]["name"]
    assert done(told).arrival.profile == Profile()


def test_the_profile_falls_back_to_the_client() -> None:
    told = message(locale=None, localTimezone=5)
    assert done(told).arrival.profile == Profile(locale="en-GB", zone="Europe/London", name="Sam Rivera")


def test_the_longest_reference_fits() -> None:
    told = message(serviceUrl="s" * 100)
    told["conversation"]["id"], told["recipient"]["id"], told["from"]["id"] = "c" * 180, "b" * 60, "u" * 130
    delivery = read(told, "t" * 40)
    assert delivery is not None
    assert len(delivery.reference.model_dump_json().encode()) <= MOST


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_anything_is_answered(data: st.DataObject) -> None:
    body = json.loads(json.dumps(data.draw(st.sampled_from(SAMPLES))))
    spot = body
    while isinstance(spot, dict) and spot:
        key = data.draw(st.sampled_from(sorted(spot)))
        if not isinstance(spot[key], dict) or data.draw(st.booleans()):
            spot[key] = data.draw(anything)
            break
        spot = spot[key]
    delivery = read(body, TENANT)
    if delivery:
        delivery.arrival.model_dump_json().encode()  # nothing that UTF-8 cannot say
        assert len(delivery.reference.model_dump_json().encode()) <= MOST


@given(anything)
def test_any_json_is_answered(body: Any) -> None:
    assert read(body, TENANT) is None
