"""`haven sends`: how far check-ins, campaigns and reminders have come. Counts only; a screen for whoever runs Haven."""

import time
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from bot.clock import Clock
from bot.deliveries import FEW, OUTCOMES, Deliveries
from bot.progress import LEAST, NAMES, Look, Progress, look, spoken
from bot.settings import Settings
from bot.store.engine import connect, file_of
from bot.vault import Vault, load_keys

EVERY: Final = 1.0  # seconds between looks at a terminal


class NothingThere(Exception):
    """There is no database yet."""


def sends(settings: Settings, clock: Clock, out: Console) -> None:
    """Show progress until all that is due is out; without a terminal print it once, after ten seconds.

    Raises NothingThere, KeyTrouble or ValueError, each naming what to do."""
    path = file_of(settings.database_url)
    if not path.exists():
        raise NothingThere(f"{path} is not there: nothing was ever sent. Start Haven first: haven serve")
    deliveries = Deliveries(Vault(load_keys(settings.keys, database_is_empty=False, clock=clock), clock), clock)
    engine = connect(settings.database_url)
    try:
        progress = Progress()
        progress.add(_look(engine, deliveries))
        if progress.looks[-1].due and out.is_terminal:
            _watch(progress, engine, deliveries, out)
        elif progress.looks[-1].due:
            time.sleep(LEAST)
            progress.add(_look(engine, deliveries))
        out.print(drawn(progress))
    finally:
        engine.dispose()


def _watch(progress: Progress, engine: Engine, deliveries: Deliveries, out: Console) -> None:
    with Live(drawn(progress), console=out, auto_refresh=False, transient=True) as live:
        while progress.looks[-1].due:
            time.sleep(EVERY)
            progress.add(_look(engine, deliveries))
            live.update(drawn(progress), refresh=True)


def _look(engine: Engine, deliveries: Deliveries) -> Look:
    with engine.connect() as connection, connection.begin():
        return look(connection, deliveries, time.monotonic())


def drawn(progress: Progress) -> RenderableType:
    """Return the table and the line below it. Where few people are meant, only how many have ended is told."""
    seen = progress.looks[-1]
    table = Table("", "audience", "", "queued", *OUTCOMES, box=None)
    for kind, wave in seen.waves.items():
        if not wave.audience:
            continue
        told = wave.counts()
        outcomes = [str(told[each]) if each in told else "" for each in OUTCOMES]
        bar = ProgressBar(total=wave.audience, completed=wave.ended, width=20)
        table.add_row(NAMES[kind], str(wave.audience), bar, str(wave.queued), *outcomes)
    if not table.row_count:
        return Text("Nothing has gone out yet that nobody asked for.")
    few = any(0 < wave.audience < FEW for wave in seen.waves.values())
    lines = [f"Due now: {seen.due}."] if seen.due else ["Nothing is due now."]
    if seen.due:
        rate = progress.rate
        pace = "not known yet" if rate is None else f"{rate * 60:.0f} a minute"
        lines.append(f"Rate: {pace}. All out: {spoken(progress.left)}.")
    if few:
        lines.append(f"To fewer than {FEW} people no outcome is told from another.")
    return Group(table, Text(" ".join(lines)))
