"""`haven provider`: looks at a provider before going live, and makes our key for it."""

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.table import Table

from bot import wiring
from bot.clock import Clock, SystemClock
from bot.providers.base import ProviderDown
from bot.providers.fhir_trial import Tried, trial
from bot.providers.links import MANIFEST, LinksProvider
from bot.providers.links_trial import links_trial
from bot.providers.smart import KeyTrouble, load
from bot.providing import opened, wire_of
from bot.settings import ProviderAccess, Settings, SettingsTrouble, load_settings
from bot.shell import OUT, stop
from content.booking import QUESTIONS, ProviderEntry
from content.library import Library
from content.problems import ContentError

provider = typer.Typer(no_args_is_help=True, help="The systems of providers.")


@provider.command("check")
def check(
    which: Annotated[str, typer.Argument(metavar="URL", help="Its key in org/providers.yaml, or the address of one.")],
) -> None:
    """Connect, try out what it can do with records that are nobody's, and print that with what is to be settled."""
    try:
        settings = load_settings()
        entry, access = _asked_for(which, settings)
        tried = asyncio.run(_tried(entry, access, SystemClock()))
    except (SettingsTrouble, ContentError, ValueError) as error:
        stop(str(error))
    table = Table("", "What", "Seen", "What that means", box=None)
    for one in tried:
        table.add_row({True: "ok", False: "no", None: "--"}[one.good], one.what, one.seen, one.means)
    OUT.print(table)
    OUT.print("\nok: as it should be. --: done without, as said beside it. no: to be put right first.")
    still = [key for key in QUESTIONS if key not in entry.settled]
    told = (
        f"{len(still)} of {len(QUESTIONS)} open; HR adds the word of what is settled to settled: in org/providers.yaml"
    )
    OUT.print(f"\nTo be settled with them before going live ({told if still else 'all of it is'}):")
    for key, question in QUESTIONS.items():
        OUT.print(f"  [{' ' if key in still else 'x'}] {key}: {question}")
    wrong = sum(one.good is False for one in tried)
    OUT.print(f"\nNot ready: {wrong} to be put right." if wrong else "\nIts system can be used.")
    raise typer.Exit(1 if wrong else 0)


@provider.command("key")
def key(file: Annotated[Path, typer.Argument(help="A file of P-384 keys in PEM; made if it is not there.")]) -> None:
    """Print the public keys of a file as the key set that a provider is given; make the file first if there is none."""
    try:
        if not file.exists():
            made = ec.generate_private_key(ec.SECP384R1())
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as target:
                target.write(pem)
        typer.echo(json.dumps(load(file).jwks(), indent=2))
    except KeyTrouble as trouble:
        stop(str(trouble))
    except OSError as error:
        stop(f"{file} cannot be written ({error.strerror}). Name a file in a folder that is yours.")


def _asked_for(which: str, settings: Settings) -> tuple[ProviderEntry, ProviderAccess]:
    """Return a provider of the file, or one at an address, asked with HAVEN_PROVIDER__TOKEN if there is one."""
    if "://" in which:
        kind = "links" if which.endswith(MANIFEST) else "fhir"
        entry = ProviderEntry.model_validate({"key": "asked", "name": which[:80], "kind": kind, "url": which})
        return entry, ProviderAccess(token=settings.provider.token)
    content = Library(wiring.content_root(settings), wiring.WORDS, lambda: SystemClock().now().date()).current
    known = {one.key: one for one in content.providers.providers}
    if which not in known:
        stop(f"{which}: no address, and no provider of org/providers.yaml. There: {', '.join(known) or 'none'}.")
    return known[which], settings.providers.get(which.replace("-", "_"), ProviderAccess())


async def _tried(entry: ProviderEntry, access: ProviderAccess, clock: Clock) -> list[Tried]:
    if entry.kind == "fhir":
        wire = wire_of(entry, access, clock)
        try:
            return await trial(wire, clock)
        finally:
            await wire.close()
    client, now = opened(entry, access, clock), clock.now()
    if isinstance(client, LinksProvider):
        try:
            return await links_trial(client, now)
        finally:
            await client.aclose()
    try:
        alive = await client.alive()
        slots = await client.find_slots(now, now + timedelta(days=14), 500) if alive else ()
        return [
            Tried("answers", alive, "yes" if alive else "no", "" if alive else "address, API key, event types?"),
            Tried("free times in 14 days", bool(slots) or None, str(len(slots)), "" if slots else "is its book open?"),
            Tried("books", None, "not tried", "Cal.com has no records that are nobody's: book once with yourself"),
        ]
    except ProviderDown:
        return [Tried("answers", False, "not any more", "try again")]
    finally:
        await client.aclose()
