"""Puts the page together: seats, panel and clock into the templates."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.demo import clinic, employer, hr, stored, tour
from bot.demo.director import Director
from bot.demo.seats import Place, Seat
from bot.demo.stage import Stage
from bot.demo.where import PANELS, TABS, Where, where

BUILDER = "https://app.slack.com/block-kit-builder/#"
"""Slack's own page to look at blocks; what stands behind the # stays in the browser."""


class Pages:
    """Draws pages of whatever stands on the stage."""

    def __init__(self, director: Director) -> None:
        self._director = director
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def whole(self, query: Mapping[str, str], theme: str) -> str:
        """Return the page. Raises Resetting."""
        stage, here = self._director.stage, where(query)
        zone = clinic.zone_of(stage)
        mark = self._mark(stage, here)
        views = [await self._seat(seat, here) for seat in stage.seats.values()]
        return self._templates.get_template("page.html").render(
            here=here,
            theme=theme if theme in {"light", "dark"} else "system",
            beat=self._director.beat,
            kept=self._director.kept,
            now=stage.clock.now().astimezone(zone),
            time=lambda at: datetime.fromtimestamp(at, UTC).astimezone(zone),
            views=views,
            panels=PANELS,
            tabs=TABS,
            mark=mark,
            panel=await self._panel(stage, here),
        )

    def trouble(self, title: str, said: str, again: bool = False) -> str:
        """Return a page that says what happened; `again` offers to start over."""
        return self._templates.get_template("trouble.html").render(title=title, said=said, again=again)

    async def _seat(self, seat: Seat, here: Where) -> dict[str, Any]:
        places = seat.places()
        wanted = here.tabs.get(seat.key, "")
        place: Place = next((each for each in places if each.id == wanted), places[0])
        return {"seat": seat, "places": places, "place": place, "window": seat.window()}

    def _mark(self, stage: Stage, here: Where) -> tuple[str, str]:
        """Return the seat and the part of its screen that the tour points to; nothing but on the tour's panel."""
        if here.panel != "tour":
            return "", ""
        upcoming = _step(stage, here).next(stage.reached)
        return (upcoming.seat, upcoming.mark) if upcoming else ("", "")

    async def _panel(self, stage: Stage, here: Where) -> dict[str, Any]:
        match here.panel:
            case "clinic":
                return {"day": await clinic.day_of(stage, here.more.get("day", "")), "base": stage.base}
            case "care":
                return {"cases": sorted(stage.care.cases.items(), key=lambda each: each[1].came, reverse=True)}
            case "stored":
                find = here.more.get("find", "")
                found = await asyncio.to_thread(stored.search, stage.databases, find) if find else None
                return {"tables": await asyncio.to_thread(stored.tables, stage.databases), "found": found}
            case "employer":
                return {"messages": employer.export(stage), "windows": employer.windows(stage)}
            case "hr":
                return {"state": await asyncio.to_thread(hr.state_of, stage, here.more.get("file", ""))}
            case "payload":
                return _payload(stage, here.more.get("of", ""))
        steps = tour.steps(tour.words_of(stage))
        return {"steps": steps, "reached": stage.reached, "open": _step(stage, here)}


def _step(stage: Stage, here: Where) -> tour.Step:
    """Return the step of the tour that is open: the chosen one, else the last that somebody has begun."""
    steps = tour.steps(tour.words_of(stage))
    begun = [step for step in steps if any(move.key in stage.reached for move in step.moves)]
    chosen = [step for step in steps if step.key == here.more.get("step")]
    return [*steps[:1], *begun, *chosen][-1]


def _payload(stage: Stage, of: str) -> dict[str, Any]:
    who, _, what = of.partition("/")
    seat = stage.seats.get(who)
    found = seat.payload(what) if seat else None
    if seat is None or found is None:
        return {"title": "", "json": "", "builder": "", "seat": None}
    title, payload = found
    slack = seat.platform == "Slack"
    builder = BUILDER + quote(json.dumps(payload, ensure_ascii=False)) if slack else ""
    return {"title": title, "json": json.dumps(payload, ensure_ascii=False, indent=2), "builder": builder, "seat": seat}
