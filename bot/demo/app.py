"""The demo's pages: one page that shows everything, forms that do things, and a pulse when something has changed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from starlette.staticfiles import StaticFiles

from bot import log
from bot.demo.director import STEPS, Director, Resetting
from bot.demo.headers import Strict
from bot.demo.page import Pages
from bot.demo.seats import Seat, attempt
from bot.sandbox.slack.entering import CannotDo as SlackCannot
from bot.sandbox.slack.hands import BadAnswer as SlackBad
from bot.sandbox.slack.workspace import SlackError
from bot.sandbox.teams.entering import CannotDo as TeamsCannot
from bot.sandbox.teams.hands import BadAnswer as TeamsBad
from bot.sandbox.teams.workspace import TeamsError

REFUSALS: Final = (SlackCannot, SlackBad, SlackError, TeamsCannot, TeamsBad, TeamsError)
THEMES: Final = ("light", "dark", "system")
_MOST: Final = 64 * 1024  # bytes of a form
_BREATH: Final = 15.0  # seconds between two signs of life of an event stream

Form = dict[str, list[str]]


def create_demo(director: Director) -> FastAPI:
    """Return the application. `director` must be running."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Strict)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    pages = Pages(director)

    @app.get("/")
    async def page(request: Request) -> Response:
        return HTMLResponse(await pages.whole(request.query_params, request.cookies.get("theme", "system")))

    @app.get("/pulse")
    async def pulse() -> Response:
        return StreamingResponse(_beats(director), media_type="text/event-stream")

    _deeds(app, director)

    @app.exception_handler(Resetting)
    async def resetting(_: Request, why: Exception) -> Response:
        if str(why):
            return HTMLResponse(pages.trouble("Starting over did not work", str(why), again=True), 500)
        return HTMLResponse(pages.trouble("Setting up", "A moment, please: everything is made anew."), 503)

    @app.exception_handler(404)
    async def missing(_: Request, __: Exception) -> Response:
        return HTMLResponse(pages.trouble("Nothing here", "There is no such page in the demo."), 404)

    @app.exception_handler(Exception)
    async def broken(_: Request, error: Exception) -> Response:
        log.failure("demo_failed", error, where="demo")
        said = "The demo made a mistake. Go back and try again; if it happens again, start over."
        return HTMLResponse(pages.trouble("That did not work", said), 500)

    return app


def _deeds(app: FastAPI, director: Director) -> None:
    @app.post("/do/{who}/{deed}")
    async def do(request: Request, who: str, deed: str) -> Response:
        seat, form = director.stage.seats.get(who), await _form(request)
        if seat is None:
            return _back(request)
        await director.done(attempt(seat, lambda: _do(seat, deed, form), REFUSALS))
        return _back(request, _one(form, "to"))

    @app.post("/later")
    async def later(request: Request) -> Response:
        by = STEPS.get(_one(await _form(request), "by"))
        if by:
            await director.later(by)
        return _back(request)

    @app.post("/care")
    async def care(request: Request) -> Response:
        """Somebody at the care desk takes a request up."""
        await director.taken_up(_one(await _form(request), "key"))
        return _back(request)

    @app.post("/over")
    async def over(request: Request) -> Response:
        await director.start_over()
        return _back(request)

    @app.post("/edits")
    async def edits(request: Request) -> Response:
        await director.take_edits()
        return _back(request)

    @app.post("/theme")
    async def theme(request: Request) -> Response:
        chosen, answer = _one(await _form(request), "theme"), _back(request)
        if chosen in THEMES:
            answer.set_cookie("theme", chosen, max_age=365 * 86400, httponly=True, samesite="strict")
        return answer


async def _do(seat: Seat, deed: str, form: Form) -> None:
    place, name = _one(form, "place"), _one(form, "do").removeprefix("tap:")
    match deed:
        case "say" if text := _one(form, "text").strip():
            await seat.say(place, text[:3000])
        case "tap" if name:
            await seat.tap(place, _one(form, "message"), name, form)
        case "window" if name == "close":
            await seat.close()
        case "window":
            await seat.act("" if name == "submit" else name, form)
        case "home" if name:
            await seat.tap_home(name)
        case "home":
            await seat.enter_home()
        case "install":
            await seat.install()


async def _form(request: Request) -> Form:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST:
            return {}
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)


def _one(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _back(request: Request, to: str = "") -> Response:
    """Lead back to the page that the form was on, or to another address of this page (`to`, as "/?view=sam")."""
    query = to[2:] if to.startswith("/?") else urlsplit(request.headers.get("referer", "")).query
    return RedirectResponse(f"/?{query}" if query else "/", 303)


async def _beats(director: Director) -> AsyncIterator[str]:
    beat = director.beat
    yield f"retry: 1000\ndata: {beat}\n\n"
    while not director.closing:
        now = await director.after(beat, _BREATH)
        yield f"data: {now}\n\n" if now != beat else ": still here\n\n"
        beat = now
        await asyncio.sleep(0)
