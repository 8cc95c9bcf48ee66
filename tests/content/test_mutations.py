"""Every way in which we have seen a file break: the problem names the file, the line and the way out."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from content.problems import Problem
from tests.content.conftest import Edit, reading

ORG, TEAMS, PROVIDERS = "org/organisation.yaml", "org/teams.yaml", "org/providers.yaml"
CRISIS, EXERCISES = "org/crisis.yaml", "en/exercises.yaml"
NUDGES, TEMPLATES, SERVICES = "en/nudges.yaml", "org/templates.yaml", "org/services.yaml"
REGIONS, COMMANDS, WORDS = "crisis/regions.yaml", "en/commands.yaml", "en/booking.yaml"
LONG = "word " * 61


@dataclass(frozen=True)
class Broken:
    """`old` becomes `new` in a file. `line`: a text on the line that is named, if not the first changed line."""

    name: str
    file: str
    old: str
    new: str
    says: str
    line: str = ""


BROKEN = [
    Broken("exercise too long", EXERCISES, "{seconds: 60, text: \"Drink", "{seconds: 90, text: \"Eat\"}\n      - "
           "{seconds: 90, text: \"Drink", "this takes 240 seconds; 180 at most", "steps:"),
    Broken("step without time", EXERCISES, "seconds: 60, text: \"Drink", "text: \"Drink", "this key is missing"),
    Broken("step in a blink", EXERCISES, "seconds: 60, text: \"Drink", "seconds: 1, text: \"Drink", "use 5 or more"),
    Broken("step too wordy", EXERCISES, "Drink a glass of water.", LONG, "this has 61 words"),
    Broken("exercise of one step", EXERCISES, "\n      - {seconds: 60, text: \"Drink a glass of water.\"}", "",
           "at least 2", "steps:"),
    Broken("exercise named as one for a crisis", EXERCISES, "name: A short pause", "name: Slow breathing",
           "is in calm.yaml; give it a key and a name of its own", "- key: pause"),
    Broken("misspelt key", ORG, "zone:", "zoen:", "unknown key; did you mean zone?"),
    Broken("key in another case", ORG, "phone:", "Phone:", "did you mean phone?"),
    Broken("nested misspelt key", ORG, "  tier:", "  teir:", "did you mean tier? allowed keys: name, tier"),
    Broken("unheard-of key", ORG, "region: GB", "region: GB\ncolour: red", "allowed keys: benefit, cancelling"),
    Broken("key deleted", ORG, "zone: Europe/London\n", "", "this key is missing; add a line", "name: Sample"),
    Broken("nested key deleted", ORG, "  tier: custodian\n", "", "this key is missing", "custodian:"),
    Broken("empty name", ORG, "name: Sample Works", "name:", "this is empty"),
    Broken("unknown tier", ORG, "tier: custodian", "tier: vendor", "choose 'employer' or 'custodian'"),
    Broken("unknown zone", ORG, "Europe/London", "Europe/Lodnon", "did you mean Europe/London?"),
    Broken("abbreviated zone", ORG, "Europe/London", "GMT summer", "is not a time zone"),
    Broken("zone that is a path", ORG, "Europe/London", "../../etc/passwd", "is not a time zone"),
    Broken("zone that is a folder", ORG, "Europe/London", "Europe", "is not a time zone"),
    Broken("country by habit", ORG, "region: GB", "region: UK", "did you mean GB?"),
    Broken("country in words", ORG, "region: GB", "region: Britain", "is not a country code"),
    Broken("part of another country", ORG, "region: GB", "region: GB\nsubdivision: BY", "GB has no such part",
           "subdivision"),
    Broken("phone in words", ORG, "0808 157 0000", "see intranet", "not a number to dial"),
    Broken("unknown weekday", ORG, "[Tue, Thu]", "[Tue, Thr]", "did you mean Thu?"),
    Broken("no weekday", ORG, "[Tue, Thu]", "[]", "at least 1"),
    Broken("weekday twice", ORG, "[Tue, Thu]", "[Tue, Tue]", "this is here twice"),
    Broken("one weekday, no list", ORG, "[Tue, Thu]", "Tue", "this has to be a list"),
    Broken("bad time", ORG, '"10:00"', '"25:00"', "25:00 is not a time"),
    Broken("time in words", ORG, '"10:00"', "10 am", "10 am is not a time"),
    Broken(
        "group flattened", ORG,
        "custodian:\n  name: Sample Care\n  tier: custodian",
        "custodian: Us",
        "group of keys",
    ),
    Broken(
        "key twice", ORG,
        "region: GB",
        "region: GB\nname: Other",
        "name is here twice; the first is on line 1",
        "name: Other",
    ),
    Broken("tab", ORG, "  tier:", "\ttier:", "a tab starts this line; use spaces"),
    Broken("indent lost", ORG, "  tier: custodian", " tier: custodian", "layout of this line"),
    Broken("colon in a sentence", ORG, "Sample Works", "Sample: Works", "in double quotes"),
    Broken("quote left open", ORG, '"10:00"', '"10:00', "close the quotes"),
    Broken("anchor", ORG, "Sample Works", "&us Sample Works", "a & starts this text"),
    Broken("alias", ORG, "Sample Works", "*us", "a * starts this text"),
    Broken("tag", ORG, "Sample Works", "!!python/name:os.system x", "a ! starts this text"),
    Broken("second document", ORG, "phone:", "---\nphone:", "a second document", "---"),
    Broken("remark swallows a word", ORG, "Sample Works", "Sample Works #one", "the words after #"),
    Broken("list instead of keys", ORG, "name: Sample Works", "- Sample Works", "layout of this line", "custodian:"),
    Broken("merge key", ORG, "region: GB", "<<: {region: GB}", "unknown key"),
    Broken("hours in words", CRISIS, "Sat: [\"09:00-13:00\"]", "Sat: mornings", "this has to be a list"),
    Broken("promise longer than an opening", CRISIS, "minutes: 60", "minutes: 300", "shortest opening (240 minutes)"),
    Broken("promise of no time", CRISIS, "minutes: 60", "minutes: 0", "5"),
    Broken("contact in no country", CRISIS, "[GB, IE]", "[]", "at least 1"),
    Broken("contact in a country by habit", CRISIS, "[GB, IE]", "[UK]", "did you mean GB?"),
    Broken("team key twice", TEAMS, "key: design", "key: support", "this is here twice; give each entry a key"),
    Broken("team key with a space", TEAMS, "key: design", "key: the design team", "small letters"),
    Broken("member twice", TEAMS, "U0ALEX", "U0SAM", "this is here twice"),
    Broken("name for a Slack ID", TEAMS, "[U0HUGO, U0INES]", "[hugo, U0INES]", "Copy member ID"),
    Broken("channel name for an ID", TEAMS, "slack: C0SUPPORT", 'slack: "#support"', "not a Slack channel ID"),
    Broken(
        "managers left out", TEAMS,
        "    managers:\n      slack: [U0MORGAN]\n    members:\n      slack: [U0HUGO",
        "    members:\n      slack: [U0HUGO",
        "managers:",
        "- key: design",
    ),
    Broken("unknown platform", TEAMS, "      console: [morgan]", "      irc: [morgan]", "allowed keys: console, slack"),
    Broken("unknown modality", PROVIDERS, "modality: video", "modality: zoom", "choose 'video', 'phone'"),
    Broken("minutes in words", PROVIDERS, "minutes: 50", "minutes: fifty", "whole number"),
    Broken("minutes too few", PROVIDERS, "minutes: 50", "minutes: 5", "use 10 or more"),
    Broken("weekday in full", PROVIDERS, "Mon:", "Monday:", "did you mean Mon?"),
    Broken("weekday twice in a week", PROVIDERS, "Sat:", "Mon:", "Mon is here twice"),
    Broken("hours backwards", PROVIDERS, "09:00-12:00", "12:00-09:00", "ends before it starts"),
    Broken("hours overlap", PROVIDERS, "13:00-17:00", "11:00-17:00", "overlap"),
    Broken("hours without an end", PROVIDERS, "13:00-17:00", "13:00", "is not a span of time"),
    Broken("hours with a bad time", PROVIDERS, "13:00-17:00", "13:00-17:60", "17:60 is not a time"),
    Broken("hours too short", PROVIDERS, "09:00-10:00", "09:00-09:40", "shorter than one appointment"),
    Broken("hours as numbers", PROVIDERS, '["18:00-20:30"]', '"18:00-20:30"', "this has to be a list"),
    Broken("practitioner twice", PROVIDERS, "key: rahman", "key: okafor", "this is here twice"),
    Broken("nobody to book", PROVIDERS, "clinic: Sample Clinic", "clinic:", "this is empty"),
    Broken("nudge too long", NUDGES, "A small pause, just for you.", LONG, "this has 61 words; say it in at most 60"),
    Broken("nudge with a blank", NUDGES, "just for you", "just for {you}", "no blanks to fill"),
    Broken("nudge key twice", NUDGES, "key: pause", "key: hello", "this is here twice"),
    Broken(
        "nudge without text", NUDGES,
        '    text: "A small pause, just for you."\n',
        "",
        "add a line that starts with text:",
        "- key: pause",
    ),
    Broken("hyphen lost", NUDGES, "  - key: pause", "    key: pause", "key is here twice"),
    Broken("template too long", TEMPLATES, "Support is here", LONG, "at most 60"),
    Broken("template name too long", TEMPLATES, "A gentle reminder", "A " * 30, "at most 40 characters"),
    Broken(
        "service without a way", SERVICES,
        "    reach: Call 0808 157 0000\n",
        "",
        "add a line that starts with reach:",
        "- name:",
    ),
    Broken("XX deleted", REGIONS, "  XX:", "  FR:", "add XX", "regions:"),
    Broken("a US number for everybody", REGIONS, '"112"', '"911"', "one country's number", "XX:"),
    Broken(
        "a line of one country for everybody", REGIONS,
        "how: visit\n        dial: finder.example",
        'how: call\n        dial: "988"',
        "one country's line",
        "lines:",
    ),
    Broken("unknown region", REGIONS, "  GB:", "  UK:", "did you mean GB?"),
    Broken("date of another order", REGIONS, "2026-06-02", "02/06/2026", "year-month-day"),
    Broken("date that is not", REGIONS, "2026-06-02", "2026-02-30", "not in the calendar"),
    Broken("date to come", REGIONS, "2026-06-02", "2027-06-02", "yet to come"),
    Broken("words to dial", REGIONS, '"116 123"', "call us", "not a number to dial"),
    Broken("address without https", REGIONS, "https://line.example", "line.example", "https://"),
    Broken("unknown way to reach", REGIONS, "how: call", "how: fax", "choose 'call', 'text'"),
    Broken("one phrase, two meanings", COMMANDS, "pause: [pause]", "pause: [Stop]", "Stop already means stop"),
    Broken("command without phrases", COMMANDS, "[forget me]", "[]", "at least 1"),
    Broken("command deleted", COMMANDS, "human: [human]\n", "", "add a line that starts with human:", "help:"),
    Broken("wrong blank", WORDS, "{when}", "{whn}", "unknown blank {whn}; this line may use {when}, {who}"),
    Broken("blank where none is", WORDS, "Good to see you.", "Good to see you, {who}.", "this line may use no blanks"),
    Broken("empty blank", WORDS, "{when}", "{}", "unknown blank {}"),
    Broken("brace left open", WORDS, "{when} with", "{when with", "has no partner"),
    Broken("blank in a button", WORDS, "take: Book it", 'take: "Book {when}"', "takes no blanks"),
    Broken("button too long", WORDS, "take: Book it", "take: " + "B" * 41, "at most 40 characters"),
    Broken("line too long", WORDS, "Good to see you.", "Good. " * 120, "at most 600 characters"),
    Broken("sentence that starts with a brace", WORDS, '"{when} with {who}"', "{when}", "this has to be one text"),
    Broken("words deleted", WORDS, "hello: Good to see you.\n", "", "add a line that starts with hello:", "title:"),
    Broken(
        "text became a list", WORDS,
        "hello: Good to see you.",
        "hello:\n  - Good to see you.",
        "this has to be one text",
    ),
    Broken("fold lost its indent", WORDS, "  there is no rush.", "there is no rush.", "layout of this line"),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_file_says_where_and_what_to_do(root: Path, edit: Edit, broken: Broken) -> None:
    before = (root / broken.file).read_text(encoding="utf-8")
    after = edit(broken.file, broken.old, broken.new).read_text(encoding="utf-8")

    read = reading(root)

    assert read.loaded is None
    assert {problem.file for problem in read.problems} == {broken.file}
    (problem,) = [each for each in read.problems if broken.says in str(each)] or read.problems
    assert broken.says in str(problem)
    assert problem.line == _expected(broken, before, after)
    assert problem.remedy


def _expected(broken: Broken, before: str, after: str) -> int:
    lines = after.split("\n")
    if broken.line:
        return next(n for n, line in enumerate(lines, 1) if broken.line in line)
    return next(n for n, (old, new) in enumerate(zip(before.split("\n"), lines, strict=False), 1) if old != new)


RAW = {
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe", 1, "not plain text"),
    "latin-1 on line 2": ("name: A\nphone: Café\n".encode("latin-1"), 2, "encoding UTF-8"),
    "empty": (b"", 1, "the file is empty"),
    "remarks only": (b"# nothing here\n", 1, "the file is empty"),
    "a NUL": (b"name: A\x00\n", 1, "a character that no text has"),
    "too large": (b"# " + b"x" * 256 * 1024, 1, "larger than 256 KiB"),
    "a thousand brackets": (b"name: " + b"[" * 1000, 1, "nested too deep"),
    "a bracket bomb": (b"[" * 200_000, 1, "nested too deep"),
    "a sentence": (b"Hello there\n", 1, "group of keys"),
    "a list": (b"- name\n- zone\n", 1, "group of keys"),
    "a key that is a group": (b"? {a: b}\n: c\n", 1, "this key is not a word"),
    "a percent sign": (b"%name: A\n", 1, "layout"),
}


@pytest.mark.parametrize(("raw", "line", "says"), RAW.values(), ids=RAW)
def test_a_file_that_is_no_file_of_ours_is_refused(root: Path, raw: bytes, line: int, says: str) -> None:
    (root / ORG).write_bytes(raw)

    (problem,) = reading(root).problems

    assert (problem.file, problem.line) == (ORG, line)
    assert says in str(problem)
    assert problem.remedy


def test_every_mistake_is_told_at_once(root: Path, edit: Edit) -> None:
    edit(WORDS, "{when} with {who}", "{whn} with {hwo}")
    edit(WORDS, "Good to see you.", "Hello {name}.")
    edit(ORG, "Europe/London", "Europe/Lodnon")
    edit(NUDGES, "key: pause", "key: hello")

    problems = reading(root).problems

    assert [(each.file, each.key) for each in problems] == [
        (WORDS, "hello"),
        (WORDS, "slot"),
        (WORDS, "slot"),
        (NUDGES, "nudges.2.key"),
        (ORG, "zone"),
    ]


def test_a_problem_reads_as_the_guide_says() -> None:
    problem = Problem("en/booking.yaml", 12, "slot", "unknown blank {whn}", "this line may use {when}, {who}")

    assert str(problem) == "en/booking.yaml:12: slot: unknown blank {whn}; this line may use {when}, {who}"
