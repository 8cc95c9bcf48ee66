"""Every view answers, with strict headers, and to nobody but this machine's own pages."""

import asyncio
import html
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.demo.headers import STRICT
from bot.demo.where import PANELS, VIEWS
from tests.bot.demo.conftest import Visitor
from tests.bot.demo.test_tours import enter


async def test_every_view_answers(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    for panel, name in PANELS.items():
        for view in VIEWS:
            page = await visitor.open(f"/?view={view}&panel={panel}&sam=home&morgan=C0SUPPORT")
            assert f'aria-label="{name}"' in html.unescape(page)
            assert "cannot draw this" not in page


async def test_what_an_address_says_wrongly_is_the_beginning(visitor: Visitor) -> None:
    page = await visitor.open("/?view=nobody&panel=%2e%2e%2fetc&sam=nowhere&day=never&file=../../keys.json&of=x/y")
    assert 'data-view="sam" data-panel="tour"' in page


@pytest.mark.parametrize("path", ["/", "/static/demo.js", "/static/look.css", "/nothing", "/pulse"])
async def test_headers_are_strict(visitor: Visitor, path: str) -> None:
    async with visitor.client.stream("GET", path) as answer:
        assert {name: answer.headers.get(name) for name in STRICT} == STRICT
        assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in STRICT["Content-Security-Policy"]


async def test_a_name_that_points_here_is_not_answered(visitor: Visitor) -> None:
    assert (await visitor.client.get("/", headers={"Host": "evil.example"})).status_code == 421


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_site_s_page_can_do_nothing(visitor: Visitor, headers: dict[str, str]) -> None:
    answer = await visitor.client.post("/do/sam/say", data={"text": "hello"}, headers=headers)
    assert answer.status_code == 403
    assert visitor.stage.seats["sam"].said() == []


async def test_no_address_of_another_machine_is_loaded(visitor: Visitor) -> None:
    await enter(visitor, "sam")
    for panel in PANELS:
        page = await visitor.open(f"/?panel={panel}")
        assert 'src="http' not in page
        assert "@import" not in page


async def test_the_colours_stay_as_chosen(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.press("top", "◐")
    assert 'data-theme="dark"' in await visitor.open()


async def test_a_page_that_is_not_there_says_so(visitor: Visitor) -> None:
    answer = await visitor.client.get("/nothing")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


async def test_the_pulse_tells_of_a_change(visitor: Visitor) -> None:
    async with visitor.client.stream("GET", "/pulse") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        first = await anext(lines)
        await visitor.stage.seats["sam"].say("", "hello")
        async with asyncio.timeout(10):
            later = [line async for line in _until_data(lines, first)]
        assert later[-1] != first


async def _until_data(lines: AsyncIterator[str], first: str) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line.startswith("data: ") and line != first:
            return


async def test_while_everything_is_made_anew_the_page_says_so(visitor: Visitor) -> None:
    await visitor.open()
    over = asyncio.create_task(visitor.director.start_over())
    await asyncio.sleep(0)
    answer: httpx.Response = await visitor.client.get("/")
    await over
    assert answer.status_code == 503
    assert "Setting up" in answer.text
    await visitor.open()
