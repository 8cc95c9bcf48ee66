"""The story in Teams' own wire format: the real service, a stand-in Bot Connector, the built-in clinic, over HTTP."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.clock import ShiftedClock
from bot.manifest.teams import manifest
from bot.sandbox.serve import serve
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import MORGAN, SAM, SUPPORT, demo_workspace
from bot.sandbox.teams.hands import Hands
from bot.sandbox.teams.look import actions_of, buttons_of, cards_of, fields_of, text_of
from bot.sandbox.teams.workspace import Workspace
from bot.settings import Settings, TeamsSettings
from bot.store import queries
from bot.web import create_app
from bot.wiring import CLINIC, Service, build, running
from content import default_root
from tests.bot.drawn import found, secrets, texts

CHECKIN = "Open privately. Not now. Stop. Pause 4 weeks. You have something on .. Open it here. I can't make it"
OPTIONS = ("Not at all", "Several days", "More than half the days", "Nearly every day")


@dataclass
class Stage:
    """Everything, running."""

    workspace: Workspace
    hands: Hands
    service: Service
    clock: ShiftedClock
    base: str

    def said(self, user: str, conversation: str = "") -> list[dict[str, Any]]:
        bot = self.workspace.bot_id
        return [each for each in self.hands.messages(user, conversation) if each["from"]["id"] == bot]

    async def until(self, what: Callable[[], Any]) -> Any:
        for _ in range(500):
            try:
                if found := what():
                    return found
            except (IndexError, TypeError, KeyError):
                pass
            await asyncio.sleep(0.02)
        said = {
            place: [text_of(each.activity) for each in it.activities[-2:]]
            for place, it in self.workspace.conversations.items()
        }
        raise AssertionError(f"it did not come; the last: {said}")

    async def last(self, user: str, holds: str) -> dict[str, Any]:
        await self.until(lambda: holds in text_of(self.said(user)[-1]))
        return self.said(user)[-1]

    async def tap(self, user: str, holds: str, label: str) -> None:
        message = await self.last(user, holds)
        assert (await self.hands.tap(user, message["id"], label)).status == 200

    async def dialog(self, user: str, holds: str) -> dict[str, Any]:
        def there() -> dict[str, Any] | None:
            shown = self.hands.dialog(user)
            return shown if shown and holds in text_of(shown) else None

        found: dict[str, Any] = await self.until(there)
        return found

    async def remind(self) -> None:
        """Let time pass until the next effect is due, a day before an appointment, and carry it out."""
        due = await self.service.store.transact(queries.next_due)
        assert due
        self.clock.later(datetime.fromtimestamp(due, UTC) - self.clock.now() + timedelta(seconds=1))
        await self.service.errands.drain()

    async def enter(self, user: str) -> None:
        """Install the bot, agree to the notice, and stand at the menu, in the dialog."""
        await self.hands.install(user)
        await self.tap(user, "I am a program", "I agree, let's start")
        await self.dialog(user, "What would help today?")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = ShiftedClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    workspace = demo_workspace(clock)
    content = tmp_path / "content"
    shutil.copytree(default_root(), content, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    staff = [workspace.person(user).aad_object_id for user in (SAM, MORGAN)]
    staff += [f"5a000000-0000-4000-8000-0000000001{number:02}" for number in range(5)]
    teams = (content / "org" / "teams.yaml").read_text()
    teams = teams.replace("slack: [U0MORGAN]", f"slack: [U0MORGAN]\n      teams: [{staff[1]}]", 1)
    teams = teams.replace("slack: [U0SAM,", f"teams: [{', '.join(staff)}]\n      slack: [U0SAM,", 1)
    teams = teams.replace("slack: C0SUPPORT", f'slack: C0SUPPORT\n      teams: "{SUPPORT}"', 1)
    (content / "org" / "teams.yaml").write_text(teams)
    shell = FastAPI()
    async with serve(create_connector(workspace)) as connector, serve(shell) as base:
        workspace.url = connector
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'haven.db'}",
            content_dir=content,
            teams=TeamsSettings(
                app_id=workspace.app_id,
                app_password=workspace.app_password,
                tenant_id=workspace.tenant_id,
                openid_url=f"{connector}/v1/.well-known/openidconfiguration",
                login_url=connector,
                service_hosts=connector,
            ),
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        async with running(service):
            yield Stage(workspace, Hands(workspace, base, clock), service, clock, base)


async def book(stage: Stage) -> None:
    hands = stage.hands
    await hands.tap_in_dialog(SAM, "Private check")
    form = await stage.dialog(SAM, "Over the last 2 weeks")
    answers = zip([each.label for each in fields_of(form)], (1, 1, 1, 1), strict=True)
    await hands.tap_in_dialog(SAM, "Go on", {label: OPTIONS[points] for label, points in answers})
    result = await stage.dialog(SAM, "not a diagnosis")
    times = [each.label for each in buttons_of(result) if ", " in each.label]
    await hands.tap_in_dialog(SAM, times[-1])
    form = await stage.dialog(SAM, "The provider gets")
    name, contact, *_, asked, consent = [each.label for each in fields_of(form)]
    values = {
        name: "Canary-Name",
        contact: "canary@example.org",
        asked: "A day and an hour before",
        consent: "Yes, share it",
    }
    await hands.tap_in_dialog(SAM, "Book this time", values)
    await stage.dialog(SAM, "Booked:")


async def test_from_install_to_forgotten(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await book(stage)
    async with httpx.AsyncClient() as client:
        booked = (await client.get(f"{stage.base}{CLINIC}/Appointment", params={"status": "booked"})).json()
    assert len(booked["entry"]) == 1

    await hands.tap_in_dialog(SAM, "Back to start")
    await hands.tap_in_dialog(SAM, "Check-ins")
    await hands.tap_in_dialog(SAM, "Yes, check in")
    await stage.dialog(SAM, "When suits you?")
    await hands.tap_in_dialog(SAM, "Save", {"Day": "Mon", "Time": "10:00", "Time zone": "Europe/London"})
    await stage.dialog(SAM, "I check in every Mon at 10:00")
    before = len(stage.said(SAM))
    stage.clock.later(timedelta(hours=2, minutes=5))
    assert await stage.service.schedule.tick() == 1
    await stage.until(lambda: len(stage.said(SAM)) > before)
    nudge = stage.said(SAM)[-1]
    assert {each.label for each in buttons_of(nudge)} >= {"Open privately", "Not now", "Stop", "Help now"}
    await hands.tap(SAM, nudge["id"], "Stop")
    await stage.dialog(SAM, "Stopped.")

    await stage.hands.close(SAM)
    await stage.remind()
    reminder = await stage.last(SAM, "You have something on")
    await hands.tap(SAM, reminder["id"], "I can't make it")
    await stage.dialog(SAM, "Cancel ")
    await hands.tap_in_dialog(SAM, "Yes, cancel it")
    await stage.dialog(SAM, "It is cancelled")

    written = ("send_to_conversation", "reply_to_activity", "update_activity")  # dialogs are answers, not messages
    chat = [call.payload for call in stage.workspace.recorded if call.method in written]
    dialogs = [call.payload for call in stage.workspace.recorded if call.method.startswith("answer.task")]
    hidden = secrets(dialogs, stage.service, "Canary-Name", "canary@example.org")
    assert len(hidden) > 60
    assert found(hidden, chat) == {each for each in hidden if each in CHECKIN}
    assert found(hidden, [*chat, {"text": "With Dr Ada Okafor"}]) > found(hidden, chat)
    assert {text_of(reminder).splitlines()[0]} == {line for line in texts(chat) if " Nov" in line or " Dec" in line}

    await hands.say(SAM, "forget me")
    await stage.tap(SAM, "Your next step is private", "Open")
    await stage.dialog(SAM, "Forget everything")
    await hands.tap_in_dialog(SAM, "Yes, forget me")
    await stage.dialog(SAM, "I deleted what I held about you")
    await hands.say(SAM, "hello again")
    await stage.last(SAM, "I am a program")


async def test_a_manager_reminds_a_team_with_a_link_into_everybodys_own_chat(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(MORGAN)
    for label, then in (
        ("Remind my team", "Which team"),
        ("Customer Support", "Which approved text"),
        ("A gentle reminder", "exactly what arrives"),
        ("Send it", "Accepted: it goes to Customer Support on Tue 24 Nov, 10:00"),
    ):
        await hands.tap_in_dialog(MORGAN, label)
        await stage.dialog(MORGAN, then)
    stage.clock.later(timedelta(hours=27))
    await stage.service.errands.drain()
    await stage.until(lambda: stage.said(MORGAN, SUPPORT))
    (post,) = stage.said(MORGAN, SUPPORT)
    assert "asked me to send this" in text_of(post)
    actions = [each for card in cards_of(post) for each in actions_of(card)]
    assert {each["type"] for each in actions} == {"Action.OpenUrl"}
    assert all(each["url"].startswith("https://teams.microsoft.com/l/chat/") for each in actions)


async def test_every_command_of_the_menu_is_understood(stage: Stage) -> None:
    commands = stage.service.library.current.commands["en"]
    settings = Settings(public_url="https://haven.example.org", teams=TeamsSettings(app_id=stage.workspace.app_id))
    (bot,) = manifest(settings, "Harbour Wellbeing", commands)["bots"]
    titles = [each["title"] for each in bot["commandLists"][0]["commands"]]
    await stage.enter(SAM)
    opened = {
        "private check": "Over the last 2 weeks",
        "book a time": "These times are open",
        "check-ins": "check in",
        "talk to a human": "0808 157 0142",
        "my data": "about you",
        "pause": "check-in",
        "stop": "check-in",
        "forget me": "Forget everything",
    }
    assert titles == ["help now", "home", *opened]
    for title, holds in opened.items():
        await stage.hands.command(SAM, title)
        await stage.tap(SAM, "Your next step is private", "Open")
        await stage.dialog(SAM, holds)
    await stage.hands.command(SAM, "home")
    await stage.last(SAM, "What would help today?")
    await stage.hands.command(SAM, "help now")
    await stage.last(SAM, "Help is here")


async def test_a_form_says_at_its_field_what_is_wrong_and_keeps_what_was_entered(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    await hands.say(SAM, "book a time")
    await stage.tap(SAM, "Your next step is private", "Open")
    times = await stage.dialog(SAM, "These times are open")
    await hands.tap_in_dialog(SAM, next(each.label for each in buttons_of(times) if ", " in each.label))
    name, contact, *_, consent = [each.label for each in fields_of(await stage.dialog(SAM, "The provider gets"))]
    await hands.tap_in_dialog(SAM, "Book this time", {name: "Sam", contact: "sam at home", consent: "Yes, share it"})
    again = await stage.dialog(SAM, "The provider gets")
    kept = {each.label: each.element.get("value") for each in fields_of(again)}
    assert {label: value for label, value in kept.items() if value} == {
        name: "Sam",
        contact: "sam at home",
        "Where will you be at the time?": "GB",
        consent: "yes",
    }
    body = again["card"]["content"]["body"]
    (at,) = [index for index, each in enumerate(body) if each.get("label") == contact]
    assert "does not look like an e-mail address" in body[at - 1]["inlines"][0]["text"]
    await hands.tap_in_dialog(SAM, "Book this time", {contact: "sam@example.org"})
    await stage.dialog(SAM, "Booked:")


async def test_the_chat_holds_no_dead_buttons(stage: Stage) -> None:
    hands = stage.hands
    await stage.enter(SAM)
    (notice,) = await stage.until(lambda: [each for each in stage.said(SAM) if len(buttons_of(each)) == 1])
    assert [each.label for each in buttons_of(notice)] == ["Help now"]
    await hands.say(SAM, "book a time")
    await stage.tap(SAM, "Your next step is private", "Open")
    times = await stage.dialog(SAM, "These times are open")
    assert sum("Your next step is private" in text_of(each) for each in stage.said(SAM)) == 1
    await hands.tap_in_dialog(SAM, next(each.label for each in buttons_of(times) if ", " in each.label))
    await stage.until(lambda: "Your next step is private" not in text_of(stage.said(SAM)[-1]))


async def test_crisis_help_comes_at_once_and_in_place(stage: Stage) -> None:
    await stage.enter(SAM)
    await stage.hands.tap_in_dialog(SAM, "Private check")
    await stage.hands.say(SAM, "I want to kill myself")
    await stage.last(SAM, "In danger now: call 999")


async def test_a_forged_delivery_has_no_effect(stage: Stage) -> None:
    await stage.enter(SAM)
    message = stage.said(SAM)[-1]
    told = stage.hands.tap_activity(SAM, message["id"], "I agree, let's start")
    told["value"]["data"] = {"t": "AQ" + "A" * 32}
    delivery = await stage.hands.deliver(told)
    assert delivery.status == 403


async def test_a_crisis_in_a_dialog_stays_out_of_the_chat(stage: Stage) -> None:
    """A word that is typed meanwhile does not go on with it there; who asks for help in the chat gets it there."""
    await stage.enter(SAM)
    await stage.hands.tap_in_dialog(SAM, "Help now")
    await stage.dialog(SAM, "In danger now")
    await stage.hands.say(SAM, "ok")
    await stage.last(SAM, "I did not use it")
    assert not [each for each in stage.said(SAM) if "In danger now" in text_of(each)]
    await stage.hands.say(SAM, "help now")
    await stage.last(SAM, "In danger now")
