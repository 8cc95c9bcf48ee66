"""The Bot Connector's operations and refusals, as they look on the wire."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.clock import ShiftedClock
from bot.sandbox.teams.demo import ALEX, FINANCE, GONE, GUEST, OTHER_TENANT, SAM, STRANGER, SUPPORT, demo_workspace
from bot.sandbox.teams.pace import Pace
from bot.sandbox.teams.workspace import Person, Workspace
from tests.bot.sandbox.teams.kit import Client, Json, card, error, message, words

HELLO = message(text="Hello")


def personal(workspace: Workspace, user: str, **more: object) -> Json:
    return {"members": [{"id": user}], "tenantId": workspace.person(user).tenant_id, "isGroup": False, **more}


async def test_a_message_is_posted_changed_and_taken_back(client: Client, workspace: Workspace, chat: str) -> None:
    first = await client.post(chat, HELLO)
    told = await client.call("PUT", f"/{chat}/activities/{first}", message(text="Bye"))
    assert (told.status_code, told.json()) == (200, {"id": first})
    (posted,) = workspace.conversation(chat).activities
    assert (posted.activity["text"], posted.edits[0]["text"]) == ("Bye", "Hello")
    assert (await client.call("DELETE", f"/{chat}/activities/{first}")).status_code == 200
    assert posted.deleted
    for method in ("PUT", "DELETE"):
        told = await client.call(method, f"/{chat}/activities/{first}", HELLO)
        assert error(told) == (404, "ActivityNotFoundInConversation")


async def test_a_reply_knows_what_it_answers(client: Client, workspace: Workspace, chat: str) -> None:
    told = await client.call("POST", f"/{chat}/activities/123", HELLO)
    assert told.status_code == 201
    assert workspace.conversation(chat).activities[0].reply_to == "123"


async def test_ids_grow_and_are_unique(client: Client, chat: str) -> None:
    ids = [await client.post(chat, HELLO) for _ in range(5)]
    assert ids == sorted(set(ids), key=int)


async def test_typing_leaves_nothing(client: Client, workspace: Workspace, chat: str) -> None:
    assert (await client.call("POST", f"/{chat}/activities", {"type": "typing"})).status_code == 201
    assert workspace.conversation(chat).activities == []


async def test_somebody_elses_message_stays(client: Client, workspace: Workspace, chat: str) -> None:
    posted = await client.post(chat, HELLO)
    workspace.conversation(chat).activities[0].sender = SAM
    told = await client.call("PUT", f"/{chat}/activities/{posted}", HELLO)
    assert error(told) == (403, "ForbiddenOperationException")


async def test_a_personal_chat_is_always_the_same(client: Client, workspace: Workspace, chat: str) -> None:
    sam = workspace.person(SAM)
    for user in (sam.id, sam.aad_object_id):
        told = await client.call("POST", "", personal(workspace, user))
        assert (told.status_code, told.json()) == (201, {"id": chat})
    by_sdk = {"members": [{"id": SAM}], "tenantID": workspace.tenant_id}
    by_data = {"members": [{"id": SAM}], "channelData": {"tenant": {"id": workspace.tenant_id}}}
    for body in (by_sdk, by_data):
        assert (await client.call("POST", "", body)).json() == {"id": chat}


async def test_a_chat_can_begin_with_a_message(client: Client, workspace: Workspace, chat: str) -> None:
    told = await client.call("POST", "", personal(workspace, SAM, activity=HELLO))
    assert told.json() == {"id": chat, "activityId": workspace.conversation(chat).activities[0].id}


async def test_a_thread_in_a_channel(client: Client, workspace: Workspace) -> None:
    body = {"isGroup": True, "channelData": {"channel": {"id": SUPPORT}}, "activity": HELLO}
    told = (await client.call("POST", "", body)).json()
    assert told["id"] == f"{SUPPORT};messageid={told['activityId']}"
    await client.post(told["id"], message(text="A second one"))
    assert len(workspace.conversation(SUPPORT).activities) == 2


SPOILT: dict[str, tuple[Callable[[Json], object], tuple[int, str]]] = {
    "no members": (lambda b: b.pop("members"), (400, "BadSyntax")),
    "members that are no list": (lambda b: b.update(members="29:1"), (400, "BadSyntax")),
    "two members": (lambda b: b["members"].append({"id": ALEX}), (400, "BadSyntax")),
    "a group": (lambda b: b.update(isGroup=True), (400, "BadSyntax")),
    "no tenant": (lambda b: b.pop("tenantId"), (400, "BadSyntax")),
    "another tenant": (lambda b: b.update(tenantId=OTHER_TENANT), (403, "ForbiddenOperationException")),
    "a stranger to us": (lambda b: b.update(members=[{"id": "29:x"}]), (404, "MemberNotFoundInConversation")),
    "not installed": (lambda b: b.update(members=[{"id": ALEX}]), (403, "ForbiddenOperationException")),
    "a channel without the bot": (
        lambda b: b.update(channelData={"channel": {"id": FINANCE}}, activity=HELLO),
        (403, "BotNotInConversationRoster"),
    ),
    "a channel without a message": (
        lambda b: b.update(channelData={"channel": {"id": SUPPORT}}),
        (400, "BadSyntax"),
    ),
    "no such channel": (
        lambda b: b.update(channelData={"channel": {"id": "19:nowhere"}}, activity=HELLO),
        (404, "ConversationNotFound"),
    ),
}


@pytest.mark.parametrize("name", SPOILT)
async def test_a_spoilt_conversation(client: Client, workspace: Workspace, chat: str, name: str) -> None:
    spoil, refusal = SPOILT[name]
    body = personal(workspace, SAM)
    assert (await client.call("POST", "", body)).status_code == 201
    spoil(body)
    assert error(await client.call("POST", "", body)) == refusal
    assert workspace.recorded[-1].error == refusal[1]


async def test_who_cannot_be_written_to(client: Client, workspace: Workspace, chat: str) -> None:
    async def refused(place: str) -> tuple[int, str]:
        return error(await client.call("POST", f"/{place}/activities", HELLO))

    assert await refused("a:nowhere") == (404, "ConversationNotFound")
    assert await refused(workspace.personal(ALEX).id) == (403, "BotNotInConversationRoster")
    assert await refused(FINANCE) == (403, "BotNotInConversationRoster")
    workspace.personal(GONE).installed = True
    assert await refused(workspace.personal(GONE).id) == (403, "MessageWritesBlocked")
    place = workspace.conversation(chat)
    place.blocked = True
    assert await refused(chat) == (403, "ConversationBlockedByUser")
    workspace.disabled_by_admin = True
    assert await refused(chat) == (403, "BotDisabledByAdmin")
    assert error(await client.call("POST", "", personal(workspace, SAM))) == (403, "BotDisabledByAdmin")
    assert place.activities == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff", b"{}", b'{"type": "poem"}'])
async def test_a_body_that_is_no_activity(client: Client, chat: str, body: bytes) -> None:
    assert error(await client.call("POST", f"/{chat}/activities", body)) == (400, "BadSyntax")
    assert (await client.call("POST", "", body)).status_code == 400


async def test_what_is_refused_is_named(client: Client, chat: str) -> None:
    told = await client.call("POST", f"/{chat}/activities", message(card(words(), version="1.6")))
    assert error(told) == (400, "BadArgument")
    assert "/attachments/0/content/version" in told.json()["error"]["message"]


async def test_too_large(client: Client, chat: str) -> None:
    told = await client.call("POST", f"/{chat}/activities", message(text="x" * 28 * 1024))
    assert error(told) == (413, "MessageSizeTooBig")


async def test_the_roster(client: Client, workspace: Workspace, chat: str) -> None:
    (sam,) = (await client.call("GET", f"/{chat}/members")).json()
    assert sam["id"] == SAM
    assert (sam["givenName"], sam["surname"], sam["userRole"]) == ("Sam", "Rivera", "user")
    team = (await client.call("GET", f"/{SUPPORT}/members")).json()
    assert [one["userRole"] for one in team] == ["user", "user", "user", "guest"]
    guest = (await client.call("GET", f"/{SUPPORT}/members/{workspace.person(GUEST).aad_object_id}")).json()
    assert guest["id"] == GUEST
    for stranger in (STRANGER, "29:nobody"):
        told = await client.call("GET", f"/{SUPPORT}/members/{stranger}")
        assert error(told) == (404, "MemberNotFoundInConversation")
    assert error(await client.call("GET", f"/{FINANCE}/members")) == (403, "BotNotInConversationRoster")


async def test_the_roster_in_pages(client: Client, workspace: Workspace) -> None:
    for number in range(120):
        person = workspace.join(Person(f"29:p{number}", f"aad-{number}", f"Person {number}"))
        workspace.conversation(SUPPORT).members.append(person.id)
    path = f"/{SUPPORT}/pagedmembers"
    first = (await client.call("GET", path, pageSize="60")).json()
    rest = (await client.call("GET", path, pageSize="60", continuationToken=first["continuationToken"])).json()
    last = (await client.call("GET", path, pageSize="60", continuationToken=rest["continuationToken"])).json()
    assert [len(page["members"]) for page in (first, rest, last)] == [60, 60, 4]
    assert "continuationToken" not in last
    assert len((await client.call("GET", path, pageSize="2")).json()["members"]) == 50
    assert len((await client.call("GET", path)).json()["members"]) == 124
    assert error(await client.call("GET", path, pageSize="many")) == (400, "BadSyntax")


async def test_everything_is_recorded(client: Client, workspace: Workspace, chat: str) -> None:
    workspace.recorded.clear()
    posted = await client.post(chat, HELLO)
    await client.call("PUT", f"/{chat}/activities/{posted}", HELLO)
    await client.call("POST", f"/{chat}/activities/{posted}", HELLO)
    await client.call("GET", f"/{chat}/members")
    await client.call("GET", f"/{chat}/members/{SAM}")
    await client.call("GET", f"/{chat}/pagedmembers")
    await client.call("DELETE", f"/{chat}/activities/{posted}")
    await client.call("POST", "", personal(workspace, SAM))
    assert [call.method for call in workspace.recorded] == [
        "send_to_conversation",
        "update_activity",
        "reply_to_activity",
        "get_conversation_members",
        "get_conversation_member",
        "get_conversation_paged_members",
        "delete_activity",
        "create_conversation",
    ]
    first = workspace.recorded[0]
    assert (first.conversation, first.activity, first.payload, first.error) == (chat, posted, HELLO, "")


@pytest.mark.parametrize("status", [412, 429, 502, 504])
async def test_an_ordered_failure_comes_as_often_as_ordered(
    client: Client, workspace: Workspace, chat: str, status: int
) -> None:
    workspace.fail_next("send_to_conversation", status, "PreconditionFailed", retry_after=3, times=2)
    for _ in range(2):
        told = await client.call("POST", f"/{chat}/activities", HELLO)
        assert error(told) == (status, "PreconditionFailed")
        assert told.headers["retry-after"] == "3"
        assert workspace.recorded[-1].error == "PreconditionFailed"
    await client.post(chat, HELLO)


async def test_a_slow_connector(client: Client, workspace: Workspace, chat: str) -> None:
    workspace.delay("send_to_conversation", 0.1)
    begun = asyncio.get_running_loop().time()
    await client.post(chat, HELLO)
    assert asyncio.get_running_loop().time() - begun >= 0.1


async def test_too_fast(client: Client, workspace: Workspace, clock: ShiftedClock, chat: str) -> None:
    for _ in range(9):
        await client.post(chat, HELLO)
    workspace.pace = Pace()
    for _ in range(7):
        await client.post(chat, HELLO)
    told = await client.call("POST", f"/{chat}/activities", HELLO)
    assert error(told) == (429, "Throttled")
    clock.later(timedelta(seconds=int(told.headers["retry-after"])))
    await client.post(chat, HELLO)
    assert len(workspace.conversation(chat).activities) == 17


def test_the_demo_has_limits_only_if_asked(clock: ShiftedClock) -> None:
    assert demo_workspace(clock).pace is None
    assert demo_workspace(clock, pace=Pace()).pace
    assert Workspace(clock).pace
