"""Reads one YAML file so that every value keeps its line and stays the text that was written."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

from content.problems import ContentError, Problem

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 8

Where = tuple[str | int, ...]
Data = str | list["Data"] | dict[str, "Data"]

_LAYOUT: Final = (  # what PyYAML says -> what to do about it; the first that matches counts
    (
        "mapping values are not allowed",
        "if the sentence holds a colon, put the whole sentence in double quotes",
    ),
    ("could not find expected ':'", "write key, colon, space, text; or indent the line below its sentence"),
    ("quoted scalar", "close the quotes, or write the quote inside the sentence twice"),
    ("cannot start any token", "put the whole sentence in double quotes"),
    ("escape", "inside double quotes a backslash is special: leave it out"),
    ("expected the node content", "put the whole sentence in double quotes"),
    (
        "block end",
        "line it up with the line above; a sentence that starts with { [ or a quote goes in quotes",
    ),
    ("flow", "a sentence that starts with { or [ goes in double quotes"),
)


@dataclass(frozen=True)
class Source:
    """A file as read: nested dicts and lists of strings, and the line (from 1) of every key and item."""

    file: str
    data: Data
    lines: Mapping[Where, int]

    def line(self, where: Where) -> int:
        """Return the line of a value; of the closest thing around it if it is missing."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def part(self, names: Collection[str]) -> "Source":
        """Return these keys of the file only, on their lines."""
        data = self.data if isinstance(self.data, dict) else {}
        return replace(self, data={name: value for name, value in data.items() if name in names})

    def problem(self, where: Where, message: str, remedy: str = "") -> Problem:
        """Return a problem at a value of this file."""
        key = ".".join(str(step + 1) if isinstance(step, int) else step for step in where)
        return Problem(self.file, self.line(where), key, message, remedy)


def fetch(path: Path, file: str) -> bytes:
    """Return a file's bytes, 256 KiB at most. `file` is the name that problems show. Raises ContentError."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refuse(file, "the file is missing", "put it back; the content that ships with Haven has one") from None
    except OSError:
        raise _refuse(file, "the file cannot be read", "check that it is a file, and who may read it") from None
    if len(raw) > MAX_BYTES:
        raise _refuse(file, "the file is larger than 256 KiB", "keep words here, not documents")
    return raw


@lru_cache(maxsize=1_000)
def parse(raw: bytes, file: str) -> Source:
    """Read a file's bytes; every scalar stays a string, so `no` and `09:00` mean what was written. What was read once
    is not read again: after an edit most files are as they were. So nobody may change what comes back.

    Refuses, as ContentError: anything but UTF-8 text, tabs, duplicate keys, anchors, aliases, tags, several
    documents, nesting deeper than 8.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        remedy = "save it as plain text with encoding UTF-8"
        raise _refuse(file, "the file is not plain text", remedy, line) from None
    tabs = [number for number, line in enumerate(text.split("\n"), 1) if "\t" in line[: _indent(line)]]
    if tabs:
        raise _refuse(file, "a tab starts this line", "use spaces to indent", tabs[0])
    try:
        return _Builder(file, text).source()
    except yaml.MarkedYAMLError as error:
        raise ContentError([_layout(error, file)]) from None
    except yaml.YAMLError:
        message = "the file holds a character that no text has"
        raise _refuse(file, message, "save it again as plain text with encoding UTF-8") from None


def _refuse(file: str, message: str, remedy: str, line: int = 1) -> ContentError:
    return ContentError([Problem(file, line, "", message, remedy)])


def _line(event: yaml.Event) -> int:
    assert event.start_mark  # absent only where events are made by hand
    return event.start_mark.line + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _layout(error: yaml.MarkedYAMLError, file: str) -> Problem:
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark
    # What never ends is noticed further down, but the mistake is where it starts.
    endless = any(sign in said for sign in ("quoted scalar", "end of stream", "expected ':'"))
    if error.context_mark and (mark is None or endless):
        mark = error.context_mark
    remedy = next((way for sign, way in _LAYOUT if sign in said), "check spaces, colons and quotes around here")
    return Problem(file, mark.line + 1 if mark else 1, "", "the layout of this line cannot be read", remedy)


class _Builder:
    def __init__(self, file: str, text: str) -> None:
        self._text = text.split("\n")
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._lines: dict[Where, int] = {}
        self._source = Source(file, {}, self._lines)
        self._problems: list[Problem] = []

    def source(self) -> Source:
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), yaml.StreamEndEvent):
            remedy = "fill it in; the content that ships with Haven has one"
            raise ContentError([self._source.problem((), "the file is empty", remedy)])
        data = self._value(next(self._events), ())
        next(self._events)  # the end of the document
        if not isinstance(more := next(self._events), yaml.StreamEndEvent):
            self._refuse((), more, "a second document starts here", "keep one document a file: remove the ---")
        if self._problems:
            raise ContentError(self._problems)
        return Source(self._source.file, data, self._lines)

    def _value(self, event: yaml.Event, where: Where) -> Data:
        self._lines.setdefault(where, _line(event))
        if len(where) > MAX_DEPTH:
            raise ContentError([self._source.problem(where[:2], "this is nested too deep", "see the README")])
        if isinstance(event, yaml.AliasEvent):
            return self._refuse(where, event, "a * starts this text", "put the whole sentence in double quotes")
        if getattr(event, "anchor", None):
            self._refuse(where, event, "a & starts this text", "put the whole sentence in double quotes")
        if getattr(event, "tag", None):
            self._refuse(where, event, "a ! starts this text", "put the whole sentence in double quotes")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(where)
        if isinstance(event, yaml.MappingStartEvent):
            return self._dict(where)
        assert isinstance(event, yaml.ScalarEvent)
        self._not_cut(event, where)
        return str(event.value)

    def _list(self, where: Where) -> Data:
        items: list[Data] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*where, len(items))))
        return items

    def _dict(self, where: Where) -> Data:
        pairs: dict[str, Data] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                remedy = "a sentence that starts with { or [ goes in double quotes"
                line = _line(event)
                raise ContentError([Problem(self._source.file, line, "", "this key is not a word", remedy)])
            key = str(event.value)
            if key in pairs:
                message = f"{key} is here twice; the first is on line {self._lines[*where, key]}"
                self._refuse((*where, key), event, message, "keep one of them")
            self._lines.setdefault((*where, key), _line(event))
            pairs[key] = self._value(next(self._events), (*where, key))
        return pairs

    def _not_cut(self, event: yaml.ScalarEvent, where: Where) -> None:
        """Refuse `see channel #help`: YAML would silently drop the last word as a remark."""
        end = event.end_mark
        assert end
        if event.style is None and re.match(r"\s+#[^\s#]", self._text[end.line][end.column :]):
            message = "the words after # would be left out"
            self._refuse(where, event, message, "put the whole sentence in double quotes (a remark: # and a space)")

    def _refuse(self, where: Where, event: yaml.Event, message: str, remedy: str) -> str:
        problem = self._source.problem(where, message, remedy)
        line = _line(event)
        self._problems.append(Problem(problem.file, line, problem.key, message, remedy))
        return ""
