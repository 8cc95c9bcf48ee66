"""The story with private things in the room: a chat with a link and a code in it, and pages that do the rest."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from adapters.platform import Address, Arrival
from bot.clock import ShiftedClock
from bot.sandbox.serve import serve
from bot.sandbox.slack.api import create_slack
from bot.sandbox.slack.demo import demo_workspace
from bot.sandbox.slack.hands import Hands
from bot.sandbox.slack.look import buttons_of, text_of
from bot.settings import Settings, SlackSettings
from bot.web import create_app
from bot.wiring import build, running
from tests.bot.slack_stage import SAM, Stage
from tests.visitor import Page, Visitor

OPTIONS = ("Not at all", "Several days", "More than half the days", "Nearly every day")
LINK = "Open the private page"


@asynccontextmanager
async def staged(folder: Path, surface: str = "room", content: Path | None = None) -> AsyncIterator[Stage]:
    """Run everything, with Slack, on a folder."""
    clock = ShiftedClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    workspace, shell = demo_workspace(clock), FastAPI()
    async with serve(create_slack(workspace)) as slack, serve(shell) as base:
        settings = Settings.model_validate(
            {
                "database_url": f"sqlite:///{folder / 'haven.db'}",
                "surface": surface,
                "content_dir": content,
                "public_url": base,
                "slack": SlackSettings(
                    signing_secret=workspace.signing_secret,
                    bot_token=workspace.bot_token,
                    team_id=workspace.team_id,
                    api_url=f"{slack}/api/",
                ),
            }
        )
        service = build(settings, clock, base_url=base)
        shell.mount("/", create_app(service))
        async with running(service):
            assert all("_tried" in vars(each) for each in service.library.current.lexicons.values())  # nobody waits
            yield Stage(workspace, Hands(workspace, base, clock), service, clock, base)


@dataclass(frozen=True)
class Gate:
    """What stands in the chat's window for a private screen."""

    link: str
    code: str


def gate_of(view: dict[str, Any]) -> Gate:
    link = next(each.element["url"] for each in buttons_of(view) if each.label == LINK)
    found = re.search(r"this code: (\d{4})", text_of(view))
    assert found
    return Gate(link, found[1])


async def opened(stage: Stage, visitor: Visitor, button: str, user: str = SAM) -> Page:
    """Tap a button of the menu in the chat, and open the room by what stands there then."""
    await stage.tap(user, "What would help today?", button)
    gate = gate_of(await stage.modal(user, "this code"))
    return await visitor.enter(gate.link, gate.code)


async def check_and_book(visitor: Visitor) -> Page:
    """Answer the check in the room, and book the first time of its result."""
    labels = [label for label in visitor.page.controls if label in visitor.page.html and "type it" not in label]
    await visitor.submit("Go on", dict(zip(labels, (OPTIONS[n] for n in (1, 1, 1, 1)), strict=True)))
    assert "not a diagnosis" in visitor.page.text
    time = next(each.label for each in visitor.page.buttons if ", " in each.label)
    await visitor.press(time)
    name, contact, *_, consent = [label for label in visitor.page.controls if "type it" not in label]
    return await visitor.submit(
        "Book this time", {name: "Canary-Name", contact: "canary@example.org", consent: "Yes, share it"}
    )


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as stage:
        yield stage


async def test_from_a_tap_in_slack_to_an_appointment_in_the_room(stage: Stage) -> None:
    await stage.enter(SAM)
    async with Visitor(stage.base) as visitor:
        page = await opened(stage, visitor, "Private check")
        assert page.headings[0] == "Private check"
        tap = await stage.hands.tap_in_view(SAM, LINK)  # Slack tells of a link that was pressed: it means nothing here
        assert (tap.status, tap.text) == (200, "")
        page = await check_and_book(visitor)
        assert "Booked: Mon 23 Nov" in page.text
        assert await stage.appointments("booked") == 1
    before = len(stage.hands.messages(SAM))
    await asyncio.sleep(0.2)
    assert len(stage.hands.messages(SAM)) == before, "the chat is told nothing"


async def test_in_app_every_private_screen_offers_the_room(tmp_path: Path) -> None:
    async with staged(tmp_path, "in_app") as stage, Visitor(stage.base) as visitor:
        await stage.enter(SAM)
        await stage.tap(SAM, "What would help today?", "Private check")
        await stage.modal(SAM, "Over the last 2 weeks")
        await stage.hands.tap_in_view(SAM, "Open on a private page")
        gate = gate_of(await stage.modal(SAM, "this code"))
        page = await visitor.enter(gate.link, gate.code)
        assert page.headings[0] == "Private check"
        assert "Open on a private page" not in page.html
        await stage.hands.tap_in_view(SAM, "Go on here")
        await stage.modal(SAM, "Over the last 2 weeks")


async def test_a_result_comes_to_the_page_before_which_somebody_sits(stage: Stage) -> None:
    """The provider takes its time; the page waits and looks again, and the chat is not told."""
    await stage.enter(SAM)
    async with Visitor(stage.base) as visitor:
        await opened(stage, visitor, "My appointments")
        page = await visitor.press("Find a time")
        for _ in range(600):
            if "These times are open" in page.text:
                break
            await asyncio.sleep(0.05)
            page = await visitor.get("/room")
        assert "These times are open" in page.text


async def test_who_has_gone_is_told_in_the_chat_by_a_neutral_line(stage: Stage) -> None:
    """Nobody sits before the page any more: the chat says that something private is there, and nothing else."""
    await stage.enter(SAM)
    me = Address(platform="slack", tenant=stage.workspace.team_id, user=SAM)
    async with Visitor(stage.base) as visitor:
        await opened(stage, visitor, "My appointments")
        await stage.hands.close(SAM)
        shown = await stage.service.desk.receive(Arrival(id="now", address=me, secluded=True))
        assert shown
        before = len(stage.hands.messages(SAM))
        await stage.service.platforms["slack"].show(me, shown)
        assert len(stage.hands.messages(SAM)) == before
        stage.clock.later(timedelta(seconds=30))
        await stage.service.platforms["slack"].show(me, shown)
        assert len(stage.hands.messages(SAM)) == before + 1
        assert text_of(stage.hands.messages(SAM)[-1]) == "Your next step is private. It opens in a window of its own."
