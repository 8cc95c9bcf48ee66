"""Files are read as they were written: every value a string, every place with its line."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from content.problems import ContentError
from content.source import MAX_BYTES, fetch, parse
from tests.content.conftest import SAMPLE, WORDS, reading, sample_at

WORD = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=30)
TREE = st.recursive(
    WORD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("word", ["no", "yes", "on", "null", "~", "09:00", "1e3", "0808", "2026-06-02", "1_000"])
def test_a_word_stays_what_was_written(word: str) -> None:
    assert parse(f"key: {word}\n".encode(), "x.yaml").data == {"key": word}


@given(st.dictionaries(WORD, TREE, min_size=1, max_size=4))
def test_what_yaml_writes_is_read_back_as_strings(data: dict[str, Any]) -> None:
    raw = yaml.safe_dump(data, allow_unicode=True, width=10_000).encode()
    try:
        read = parse(raw, "x.yaml").data
    except ContentError as error:
        assert all("nested too deep" in str(problem) for problem in error.problems)  # noqa: PT017
    else:
        assert read == yaml.load(raw, Loader=yaml.BaseLoader)


def test_every_key_and_item_has_its_line() -> None:
    source = parse(b"# remark\na:\n  - b: x\n    c: y\n  - >-\n    long\n    text\nd: {e: f,\n  g: h}\n", "x.yaml")

    assert source.data == {"a": [{"b": "x", "c": "y"}, "long text"], "d": {"e": "f", "g": "h"}}
    assert source.lines == {
        (): 2,
        ("a",): 2,
        ("a", 0): 3,
        ("a", 0, "b"): 3,
        ("a", 0, "c"): 4,
        ("a", 1): 5,
        ("d",): 8,
        ("d", "e"): 8,
        ("d", "g"): 9,
    }
    assert source.line(("a", 0, "missing", "deeper")) == 3


@pytest.mark.parametrize("raw", [b"a: b\r\nc: d\r\n", b"\xef\xbb\xbfa: b\nc: d\n", b"---\na: b\nc: d\n...\n"])
def test_what_editors_add_is_no_mistake(raw: bytes) -> None:
    assert parse(raw, "x.yaml").data == {"a": "b", "c": "d"}


def test_the_size_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"#" * MAX_BYTES)
    assert len(fetch(path, "x.yaml")) == MAX_BYTES

    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ContentError, match=r"^x.yaml:1: the file is larger than 256 KiB"):
        fetch(path, "x.yaml")


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=["folder", "dead link"])
def test_what_is_no_file_is_a_problem_not_a_crash(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "x.yaml")

    with pytest.raises(ContentError, match=r"^x.yaml:1: the file (cannot be read|is missing)"):
        fetch(tmp_path / "x.yaml", "x.yaml")


@pytest.fixture(scope="module")
def slips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_at(tmp_path_factory.mktemp("slips") / "content")


FILES = sorted(str(path.relative_to(SAMPLE)) for path in SAMPLE.rglob("*.yaml"))
NOISE = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["\t", "{", "}", "[", "- ", ": ", "#", '"', "'", "&a ", "*a", "!!str ", "\n", "---\n", "{x}", "? "]
    ),
)


@settings(max_examples=200)
@given(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 40), NOISE)
def test_any_slip_of_the_hand_is_read_or_explained(slips: Path, file: str, at: float, cut: int, noise: str) -> None:
    """Cut some characters somewhere and type others: there is an answer for everything, with a place and a way out."""
    text = (SAMPLE / file).read_text(encoding="utf-8")
    start = round(at * len(text))
    broken = text[:start] + noise + text[start + cut :]
    (slips / file).write_bytes(broken.encode("utf-8", "surrogatepass"))

    read = reading(slips)

    (slips / file).write_bytes((SAMPLE / file).read_bytes())
    assert (read.loaded is None) == bool(read.problems)
    if read.loaded:
        assert read.loaded.catalog("en").nudges
        assert set(read.loaded.words["en"]) == set(WORDS)
    for problem in read.problems:
        assert problem.file == file
        assert 1 <= problem.line <= len(broken.splitlines()) + 1
        assert problem.message
        assert problem.remedy
