"""The command `haven`."""

import asyncio
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.table import Table

from bot import log, wiring
from bot.clinic_commands import clinic
from bot.clock import TZDATA, ShiftedClock, SystemClock, other_zones
from bot.doctor import examine
from bot.manifest_commands import manifest
from bot.preview import opted_in, preview
from bot.provider_commands import provider
from bot.safety_commands import safety
from bot.sends_command import NothingThere, sends
from bot.settings import SettingsTrouble, SlackSettings, TeamsSettings
from bot.settle import settle
from bot.shell import ERR, OUT, settings_or_stop, stop
from bot.simulation import run as simulation
from bot.store.engine import connect, upgrade
from bot.terminal import talk
from bot.vault import KeyTrouble
from bot.web import create_app
from bot.wiring import WORDS, build, content_root
from content.check import check
from content.library import Library
from content.problems import ContentError

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Haven: confidential support, in the chat at work.",
)
content = typer.Typer(no_args_is_help=True, help="The files that HR edits.")
db = typer.Typer(no_args_is_help=True, help="The database.")
campaign = typer.Typer(no_args_is_help=True, help="What HR plans ahead.")
main.add_typer(content, name="content")
main.add_typer(campaign, name="campaign")
main.add_typer(safety, name="safety")
main.add_typer(clinic, name="clinic")
main.add_typer(db, name="db")
main.add_typer(manifest, name="manifest")
main.add_typer(provider, name="provider")

At = Annotated[str | None, typer.Option(help="The time to start at, as 2026-11-23T09:00Z; default: now.")]


@main.callback()
def haven() -> None:
    """Haven: confidential support, in the chat at work."""
    os.umask(0o077)  # whatever is written is its owner's alone


@main.command()
def chat(
    as_: Annotated[str, typer.Option("--as", help="Who you are: sam (an employee), morgan (a manager).")] = "sam",
    script: Annotated[Path | None, typer.Option(help="A file with one line a turn, played instead of typing.")] = None,
    db_url: Annotated[str | None, typer.Option("--db", help="A database to keep, as sqlite:///haven.db.")] = None,
    at: At = None,
) -> None:
    """Talk to Haven in this terminal, with the built-in clinic; no accounts, no keys."""
    # a terminal is nobody's production: of what is set here only the words, the clinic and the keys count
    settings = settings_or_stop(profile="demo").model_copy(
        update={"slack": SlackSettings(), "teams": TeamsSettings(), "surface": "in_app", "public_url": None}
    )
    log.configure(level=logging.WARNING)
    lines = None
    if script:
        try:
            lines = script.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            stop(f"--script: {script} cannot be read. It must be a text file with one line a turn.")
    try:
        code = asyncio.run(talk(settings, db_url, _instant(at), as_.lower(), lines))
    except (KeyTrouble, ContentError, SettingsTrouble, ValueError) as error:
        stop(str(error))
    except KeyboardInterrupt:
        code = 0
    raise typer.Exit(code)


@main.command()
def demo(
    port: Annotated[
        int | None, typer.Option(help="The port on this machine; 0: any; default: 8080.", max=65535)
    ] = None,
    db_url: Annotated[str | None, typer.Option("--db", help="A database to keep, as sqlite:///haven.db.")] = None,
    at: At = None,
) -> None:
    """Show everything in the browser: Slack, Teams, the clinic and what is stored; no accounts, no keys."""
    settings = settings_or_stop()
    if settings.profile == "production":
        stop("HAVEN_PROFILE=production: the demo has stand-ins for Slack and Teams, so it does not start. Unset it.")
    try:
        from bot.demo import run  # noqa: PLC0415  images for production are built without it
    except ModuleNotFoundError:
        stop("The demo is not part of this installation. Run it from a checkout: make run")
    log.configure(level=logging.WARNING)
    where = f"kept in {db_url}" if db_url else "in a temporary folder, gone when it ends; --db keeps it"
    try:
        asyncio.run(
            run.run(
                settings,
                port=settings.port if port is None else port,
                db=db_url,
                at=_instant(at),
                say=lambda url: OUT.print(f"Haven's demo: {url}\nEverything is {where}. Ctrl-C ends it."),
            )
        )
    except run.PortTaken as error:
        ERR.print(str(error))
        raise typer.Exit(3) from None
    except (KeyTrouble, ContentError, SettingsTrouble, ValueError) as error:
        stop(str(error))
    except KeyboardInterrupt:
        pass


@main.command()
def serve() -> None:
    """Run the service: platforms, clinic, /healthz and /readyz. Everything is set by HAVEN_* (see README)."""
    settings, clock = settings_or_stop(), SystemClock()
    log.configure()
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104  compared, not bound
    try:
        service = build(settings, clock, base_url=f"http://{host}:{settings.port}")
    except (KeyTrouble, ContentError, SettingsTrouble, ValueError) as error:
        stop(str(error))
    ERR.print(
        f"Haven listens on http://{settings.host}:{settings.port} ({settings.profile}). Health: /healthz, /readyz"
    )
    if other := other_zones():
        ERR.print(f"tzdata {other} is installed, and {TZDATA} locked: times elsewhere may be off. See haven doctor.")
    app = create_app(service)
    settle()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
    )


@content.command("check")
def content_check(
    folder: Annotated[Path | None, typer.Argument(help="The content folder; default: the one in use.")] = None,
    strict: Annotated[bool, typer.Option(help="Warnings fail, too.")] = False,
) -> None:
    """Check the content files: every mistake with file, line and remedy. Exit status 1 if there is one."""
    root = folder or content_root(settings_or_stop())
    if not root.is_dir():
        stop(f"{root} is not a folder. Name the content folder, the one that holds org/ and en/.")
    report = check(root, WORDS, SystemClock().now().date())
    OUT.print(str(report))
    raise typer.Exit(0 if report.good(strict) else 1)


@campaign.command("preview")
def campaign_preview(
    key: Annotated[str | None, typer.Argument(help="One campaign's key; default: all of them.")] = None,
    at: At = None,
) -> None:
    """Show what campaigns will send: exactly what arrives, to how many, and when. Nothing is sent."""
    settings, clock = settings_or_stop(), ShiftedClock(_instant(at))
    try:
        current = Library(content_root(settings), WORDS, lambda: clock.now().date()).current
        count = opted_in(settings, clock) if any(each.entry.to == "check-ins" for each in current.campaigns) else None
        OUT.print(preview(current, key, clock.now(), count))
    except (ContentError, LookupError, ValueError) as error:
        stop(str(error.args[0]) if isinstance(error, LookupError) else str(error))


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables up to date. `haven serve` and `haven chat` do it by themselves."""
    settings = settings_or_stop()
    try:
        engine = connect(settings.database_url)
        upgrade(engine)
    except ValueError as error:
        stop(str(error))
    engine.dispose()
    OUT.print("The database is up to date.")


@main.command("send-due")
def send_due(at: At = None) -> None:
    """Run the tick once: plan and send what is due at this time, then end. Safe beside a running service."""
    settings = settings_or_stop()
    log.configure()
    try:
        planned = asyncio.run(wiring.send_due(settings, ShiftedClock(_instant(at))))
    except (KeyTrouble, ContentError, SettingsTrouble, ValueError) as error:
        stop(str(error))
    OUT.print(f"Planned {planned[0]} check-ins, carried out {planned[1]} effects.")


@main.command("sends")
def sends_() -> None:
    """Show how far check-ins, campaigns and reminders have come: counts, rate, and when all are out. Of nobody."""
    try:
        sends(settings_or_stop(), SystemClock(), Console(highlight=False))
    except (KeyTrouble, SettingsTrouble, NothingThere, ValueError) as error:
        stop(str(error))
    except KeyboardInterrupt:
        pass


@main.command()
def simulate(
    people: Annotated[int, typer.Option(min=1, max=100_000, help="How many people.")] = 100,
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how many days.")] = 365,
    seed: Annotated[int, typer.Option(help="The same seed gives the same days.")] = 1,
    out: Annotated[Path | None, typer.Option(help="A file for every message and setting, as CSV.")] = None,
) -> None:
    """Let time pass for many people: what would check-ins send, when? Real flows and store, stand-in platforms."""
    log.configure(level=logging.WARNING)
    settle()
    try:
        result = asyncio.run(simulation.simulate(people, days, seed))
        if out:
            out.write_text(result.table, encoding="utf-8")
    except ContentError as error:
        stop(str(error))
    except OSError as error:
        stop(f"--out: {out} cannot be written ({error.strerror}). Name a file in a folder that is yours.")
    table = Table("What", "How often", box=None)
    for kind, count in sorted(result.counts.items()):
        table.add_row(kind, str(count))
    OUT.print(table)
    each = result.counts["checkin"] / people / days * 7
    OUT.print(
        f"{people} people, {days} days: {each:.2f} check-ins a week each." + (f" Written to {out}." if out else "")
    )


@main.command()
def doctor() -> None:
    """Look at settings, keys, database, content, provider and platform; say what is wrong and how to mend it."""
    findings = asyncio.run(examine(SystemClock()))
    table = Table("", "What", "Finding", "Remedy", box=None)
    for each in findings:
        table.add_row(each.mark, each.what, each.finding, each.remedy)
    OUT.print(table)
    raise typer.Exit(1 if any(each.good is False for each in findings) else 0)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        stop(f"--at: {text} is not a time. Write it as 2026-11-23T09:00Z.")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
