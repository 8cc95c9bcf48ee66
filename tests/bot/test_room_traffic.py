"""With private things in the room, Slack and Teams carry nothing of them: all of the story, all of the traffic.

What passes is recorded at the service's own edge, in both directions: every delivery with its answer, every call of
ours. What must not be in it is not a list that somebody keeps: it is whatever stood on any page of the room.
"""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote_plus

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.platform import Shown
from bot.clock import ShiftedClock
from bot.gate import Gate as Gatekeeper
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace as slack_workspace
from bot.sandbox.slack.hands import Hands as SlackHands
from bot.sandbox.teams.connector import create_connector
from bot.sandbox.teams.demo import SAM as TEAMS_SAM
from bot.sandbox.teams.demo import demo_workspace as teams_workspace
from bot.sandbox.teams.hands import Hands as TeamsHands
from bot.sandbox.teams.look import buttons_of as teams_buttons
from bot.sandbox.teams.look import text_of as teams_text
from bot.settings import Settings, SlackSettings, TeamsSettings
from bot.web import create_app
from bot.wiring import Service, build, running
from tests.bot.slack_stage import SAM as SLACK_SAM
from tests.bot.slack_stage import Stage as SlackStage
from tests.bot.teams_stage import Stage as TeamsStage
from tests.bot.test_room_story import LINK, OPTIONS, Gate, gate_of
from tests.visitor import Visitor

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BOOKING = ("United Kingdom", "No", "Yes, share it")  # where, reminders, consent
PUBLIC = ("home", "notice", "common", "room", "team")
"""Words that stand in the chat for everybody alike."""


class Chat(Protocol):
    """Somebody in the employer's chat, and all that passes there."""

    service: Service
    clock: ShiftedClock
    base: str

    async def enter(self) -> None:
        """Agree to the notice."""

    async def gate(self, typed: str) -> Gate:
        """Type something private, open what is offered, and read link and code."""

    async def say(self, text: str, holds: str) -> None:
        """Type something, and wait for an answer that holds some words."""

    def calls(self) -> list[Any]:
        """Return what the service has sent of its own accord."""


class Edge:
    """Stands before the service and writes down what the chat delivers, and what it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self.passed = app, list[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chat = scope["type"] == "http" and scope["path"].startswith(("/slack", "/api/messages"))

        async def reading() -> Message:
            message = await receive()
            if chat:
                self.passed.append(message.get("body", b"").decode())
            return message

        async def writing(message: Message) -> None:
            if chat:
                self.passed.append(message.get("body", b"").decode())
            await send(message)

        await self._app(scope, reading, writing)


class InSlack:
    """Sam, in Slack."""

    def __init__(self, stage: SlackStage) -> None:
        self._stage = stage
        self.service, self.clock, self.base = stage.service, stage.clock, stage.base

    async def enter(self) -> None:
        await self._stage.enter(SLACK_SAM)

    async def gate(self, typed: str) -> Gate:
        if self._stage.hands.modal(SLACK_SAM):
            await self._stage.hands.close(SLACK_SAM)
        await self._stage.say(SLACK_SAM, typed, "")
        await self._stage.tap(SLACK_SAM, "private", "Open")
        return gate_of(await self._stage.modal(SLACK_SAM, "this code"))

    async def say(self, text: str, holds: str) -> None:
        await self._stage.say(SLACK_SAM, text, holds)

    def calls(self) -> list[Any]:
        return [each.payload for each in self._stage.workspace.recorded]


class InTeams:
    """Sam, in Teams."""

    def __init__(self, stage: TeamsStage) -> None:
        self._stage = stage
        self.service, self.clock, self.base = stage.service, stage.clock, stage.base

    async def enter(self) -> None:
        await self._stage.enter(TEAMS_SAM)

    async def gate(self, typed: str) -> Gate:
        hands, said = self._stage.hands, [each["id"] for each in self._stage.said(TEAMS_SAM)][-1:]
        if hands.dialog(TEAMS_SAM):
            await hands.close(TEAMS_SAM)
        await hands.say(TEAMS_SAM, typed)
        # not how many: as one launcher is posted, an earlier one is taken away
        await self._stage.until(lambda: [each["id"] for each in self._stage.said(TEAMS_SAM)][-1:] != said)
        await self._stage.tap(TEAMS_SAM, "private", "Open")
        shown = await self._stage.dialog(TEAMS_SAM, "this code")
        link = next(each.url for each in teams_buttons(shown) if each.label == LINK)
        found = re.search(r"this code: (\d{4})", teams_text(shown))
        assert found
        return Gate(link, found[1])

    async def say(self, text: str, holds: str) -> None:
        await self._stage.hands.say(TEAMS_SAM, text)
        await self._stage.last(TEAMS_SAM, holds)

    def calls(self) -> list[Any]:
        return [each.payload for each in self._stage.workspace.recorded]


@asynccontextmanager
async def in_slack(folder: Path) -> AsyncIterator[tuple[Chat, Edge]]:
    clock = ShiftedClock(MONDAY)
    workspace, shell = slack_workspace(clock), FastAPI()
    async with serve(create_slack(workspace)) as slack, serve(shell) as base:
        given = SlackSettings(
            signing_secret=workspace.signing_secret,
            bot_token=workspace.bot_token,
            team_id=workspace.team_id,
            api_url=f"{slack}/api/",
        )
        async with _running(folder, clock, base, shell, slack=given) as (service, edge):
            yield InSlack(SlackStage(workspace, SlackHands(workspace, base, clock), service, clock, base)), edge


@asynccontextmanager
async def in_teams(folder: Path) -> AsyncIterator[tuple[Chat, Edge]]:
    clock = ShiftedClock(MONDAY)
    workspace, shell = teams_workspace(clock), FastAPI()
    async with serve(create_connector(workspace)) as connector, serve(shell) as base:
        workspace.url = connector
        given = TeamsSettings(
            app_id=workspace.app_id,
            app_password=workspace.app_password,
            tenant_id=workspace.tenant_id,
            openid_url=f"{connector}/v1/.well-known/openidconfiguration",
            login_url=connector,
            service_hosts=connector,
        )
        async with _running(folder, clock, base, shell, teams=given) as (service, edge):
            yield InTeams(TeamsStage(workspace, TeamsHands(workspace, base, clock), service, clock, base)), edge


@asynccontextmanager
async def _running(
    folder: Path, clock: ShiftedClock, base: str, shell: FastAPI, **platform: Any
) -> AsyncIterator[tuple[Service, Edge]]:
    database = f"sqlite:///{folder / 'haven.db'}"
    settings = Settings(database_url=database, surface="room", public_url=base, **platform)
    service = build(settings, clock, base_url=base)
    edge = Edge(create_app(service))
    shell.mount("/", edge)
    async with running(service):
        yield service, edge


class Story:
    """All that can be done privately, done in the room; and what stood on its pages meanwhile."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._room = Visitor(chat.base)
        self.pages: list[str] = []

    async def play(self) -> None:
        async with self._room:
            await self._chat.enter()
            await self._book()
            await self._mine()
            await self._checkins()
            await self._crisis()

    async def _enter(self, typed: str, heading: str) -> None:
        gate = await self._chat.gate(typed)
        self._note((await self._room.enter(gate.link, gate.code)).headings[0] == heading)

    async def _press(self, label: str) -> None:
        await self._room.press(label)
        self._note()

    async def _submit(self, label: str, *answers: str) -> None:
        labels = [each.label for each in self._room.page.controls.values() if each.name != "text"]
        await self._room.submit(label, dict(zip(labels, answers, strict=True)))
        self._note()

    def _note(self, right: bool = True) -> None:
        page = self._room.page
        assert right, page.text
        assert self._room.status == 200, page.text
        self.pages += [*page.lines, *page.headings[:1]]
        self.pages += [each.label for each in page.buttons]
        for control in page.controls.values():
            self.pages += [control.label, *(label for label, _ in control.options)]

    async def _book(self) -> None:
        await self._enter("check", "Private check")
        await self._submit("Go on", *(OPTIONS[points] for points in (1, 1, 0, 2)))
        assert "not a diagnosis" in self._room.page.text, self._room.page.text
        await self._press(next(each.label for each in self._room.page.buttons if ", " in each.label))
        await self._submit("Book this time", "Canary-Name", "not a contact", *BOOKING)
        assert self._room.page.errors
        await self._submit("Book this time", "Canary-Name", "canary@example.org", *BOOKING)
        assert "Booked:" in self._room.page.text, self._room.page.text
        await self._press("Back to start")

    async def _mine(self) -> None:
        await self._press("My appointments")
        await self._press("Cancel")
        await self._press("Yes, cancel it")
        assert "It is cancelled" in self._room.page.text, self._room.page.text
        await self._enter("my data", "My data")
        await self._press("Back")

    async def _checkins(self) -> None:
        await self._enter("check-ins", "Check-ins")
        await self._press("Yes, check in")
        await self._submit("Save", "Wed", "No second day", "16:00", "America/St_Johns", "20:00-08:00", "No")
        assert "every Wed at 16:00" in self._room.page.text, self._room.page.text
        self._chat.clock.later(timedelta(days=2, hours=12))
        assert await self._chat.service.schedule.tick() == 1
        await self._chat.service.errands.drain()

    async def _crisis(self) -> None:
        await self._enter("book", "Appointment")
        await self._room.say("canary words: I want to die")
        assert "In danger now" in self._room.page.text, self._room.page.text
        self.pages += ["canary words"]
        await self._room.press("Yes")
        await self._room.get("/room/leave")
        await self._chat.say("I want to kill myself", "In danger now")

    def secrets(self) -> set[str]:
        """Return what stood on the pages, without what stands in the chat for everybody alike, and what was typed."""
        content = self._chat.service.library.current
        words = [str(each) for name in PUBLIC for each in dict(content.words["en"].get(name, ())).values()]
        words += [str(each) for each in dict(content.words["en"]["checkin"]).values() if len(str(each)) < 16]
        told = "\n".join([*words, *(nudge.text for nudge in content.nudges["en"])])
        people = {each.name for each in content.providers.practitioners}
        typed = {"Canary-Name", "canary@example.org", "not a contact", "canary words", "America/St_Johns", " Nov, "}
        return {each for each in self.pages if len(each) > 7 and each not in told} | people | typed


def leaks(edge: Edge, chat: Chat, story: Story) -> set[str]:
    """Return what of the room's pages is in the chat's traffic, in either direction."""
    traffic = "\n".join([*edge.passed, json.dumps(chat.calls(), ensure_ascii=False)])
    # a form that Slack delivers is percent-encoded JSON; JSON may escape what is not ASCII
    plain = "\n".join([traffic, unquote_plus(traffic)])
    return {each for each in story.secrets() if each in plain or json.dumps(each)[1:-1] in plain}


Open = Callable[[Path], Any]


@pytest.mark.parametrize("opened", [in_slack, in_teams])
async def test_the_chat_carries_nothing_of_the_room(tmp_path: Path, opened: Open) -> None:
    async with opened(tmp_path) as (chat, edge):
        story = Story(chat)
        await story.play()
        assert len(story.secrets()) > 60
        assert edge.passed
        assert leaks(edge, chat, story) == set()


@pytest.mark.parametrize("opened", [in_slack, in_teams])
async def test_one_screen_that_gets_through_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    """The recording would notice: here a single screen, "My data", is let through beside its gate."""
    hidden = Gatekeeper._gate

    def leaking(self: Gatekeeper, address: Any, profile: Any, shown: Shown) -> Shown:
        gated = hidden(self, address, profile, shown)
        if shown.screen.title != "My data":
            return gated
        screen = gated.screen.model_copy(update={"lines": (*gated.screen.lines, *shown.screen.lines)})
        return gated.model_copy(update={"screen": screen})

    monkeypatch.setattr(Gatekeeper, "_gate", leaking)
    async with opened(tmp_path) as (chat, edge):
        story = Story(chat)
        await story.play()
        assert leaks(edge, chat, story)
