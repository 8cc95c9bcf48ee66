"""The reader of typed texts: what it catches, what it lets pass, and that disguise does not change its mind."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import default_root
from content.source import fetch, parse
from flows.safety import Alarm, Lexicon, Reader
from flows.safety.lexicon import compiled
from flows.safety.normal import normalise, undisguised

FILE = "crisis/lexicon.en.yaml"
LEXICONS = {"en": Lexicon.model_validate(parse(fetch(default_root() / FILE, FILE), FILE).data)}


def read(text: str) -> Alarm | None:
    return Reader(LEXICONS).read(text)


STRONG = {
    "self": [
        "I want to kill myself",
        "I don't want to be alive anymore",
        "thinking about suicide",
        "there's no point in living",
    ],
    "other": ["my brother wants to kill himself", "My colleague keeps saying she wants to die"],
    "abuse": ["my husband hits me", "I'm afraid of my partner"],
    "medical": ["I took too many pills", "he stopped breathing"],
    "harm": ["I'm going to hurt my boss", "I want to kill someone"],
    "psychosis": ["the voices are telling me things", "I hear voices at night"],
}
SOFT = ["I feel hopeless", "everyone would be better if nobody would miss me", "I'm tired of everything"]
SAFE = [
    "this deadline is killing me",
    "kill the process and restart the container",
    "I'm dying to see the new office",
    "we killed it in the demo today",
    "please shoot me an email",
    "suicide prevention training is on Friday",
    "the build is dead again",
    "can you cut off the last part of the slide",
    "I am not suicidal, just stressed",
    "hang on, I'm in a call",
    "what are your opening hours?",
    "I'd like to book an appointment",
    "stop",
    "3",
    "",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in STRONG.items() for text in texts])
def test_strong(kind: str, text: str) -> None:
    alarm = read(text)
    assert alarm is not None
    assert alarm.level == "strong"
    assert alarm.kind == kind or (kind == "medical" and alarm.kind == "self")


@pytest.mark.parametrize("text", SOFT)
def test_soft(text: str) -> None:
    alarm = read(text)
    assert alarm is not None
    assert alarm.level == "soft"


@pytest.mark.parametrize("text", SAFE)
def test_safe(text: str) -> None:
    assert read(text) is None


def test_one_sentence_that_matters_among_many_is_heard() -> None:
    alarm = read("Kill the process please. Great demo. Also, I want to die. Thanks for the coffee!")
    assert alarm is not None
    assert alarm.level == "strong"


MUTATIONS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "curly": lambda text: text.replace("'", "’"),
    "no apostrophe": lambda text: text.replace("'", ""),
    "zero-width": "\u200b".join,
    "soft hyphen": lambda text: text.replace("ll", "l\u00adl"),
    "cyrillic": lambda text: text.replace("a", "а").replace("e", "е").replace("o", "о"),
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "emoji": lambda text: f"😔 {text} 💔💔",
    "spaces": lambda text: text.replace(" ", "   \n "),
    "punctuation": lambda text: text.replace(" ", "... "),
    "accents": lambda text: text.replace("i", "í").replace("e", "è"),
    "leet": lambda text: text.replace("i", "1").replace("e", "3").replace("s", "$"),
    "elongated": lambda text: text.replace("i", "iiii"),
}


@pytest.mark.parametrize("mutation", list(MUTATIONS))
@pytest.mark.parametrize("text", [text for texts in STRONG.values() for text in texts])
def test_disguise_changes_nothing(text: str, mutation: str) -> None:
    assert read(MUTATIONS[mutation](text)) == read(text)


def test_letters_that_are_two_are_read_as_two() -> None:
    assert normalise("Ma sœur, mon cœur, Łukasz") == "ma soeur mon coeur lukasz"


def test_letters_apart_are_one_word() -> None:
    alarm = read("i want to k i l l myself")
    assert alarm is not None
    assert alarm.level == "strong"


@pytest.mark.parametrize(
    "text",
    [
        "I can't do this any more. Can you?",
        "À quoi bon… ça n'a plus de sens 😔",
        "Y a-t-il quelqu'un ? Il y a l'eau. Qu'y a t il, e n é meme",
        "Ich lebe in Straßburg, 3. Stock, seit 10h30! Essstörung",
        "¿Mañana a las 4? No sé, «quizá» el 3º.",
        "see you at 3am or the 4th, a4 paper, covid19, $100, write to @ana",
        "Я хочу умереть",
        "हिन्दी",
        'I? "A',
    ],
)
def test_what_is_not_disguised_stays_as_it_is_written(text: str) -> None:
    assert undisguised(text) == text.replace("…", "...").replace("º", "o")


@pytest.mark.parametrize(
    "mutation", ["upper", "curly", "zero-width", "soft hyphen", "cyrillic", "full width", "spaces"]
)
@pytest.mark.parametrize("text", [text for texts in STRONG.values() for text in texts])
def test_disguise_is_undone(text: str, mutation: str) -> None:
    assert undisguised(MUTATIONS[mutation](text)).lower() == undisguised(text).lower()


@pytest.mark.parametrize(
    "text",
    [
        "I want to k1ll mys3lf",
        "I want t0 k1ll my$elf",
        "I want to K-I-L-L myself",
        "I want to k i l l myself",
        "I want to kіll mysеlf",
        "I want to KILL MYSELF",
        "I want to KiLl MySeLf",
        "I.want.to.kill.myself",
        "I_want_to_kill_myself",
    ],
)
def test_a_hidden_word_is_shown(text: str) -> None:
    assert undisguised(text) == "I want to kill myself"


def test_more_hidden_words_are_shown() -> None:
    assert (
        undisguised("5uicide $uicide s u i c í d i o 'k i l l' 😭😭😭😭😭😭")
        == "suicide suicide suicídio 'kill' 😭😭😭"
    )
    assert undisguised("m3 and d13 and t0") == "me and die and to"
    assert undisguised("a4 and mp3") == "a4 and mp3"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    read(text)
    assert normalise(normalise(text)) == normalise(normalise(normalise(text)))


@given(st.text(max_size=80), st.text(max_size=80))
def test_words_around_it_never_hide_a_plain_sentence(before: str, after: str) -> None:
    alarm = read(f"{before}\nI want to kill myself\n{after}")
    assert alarm is not None
    assert alarm.level == "strong"


def test_patterns_name_lists_of_words() -> None:
    words = {"want": "want wish", "mean": "<want> will", "unused": "x"}
    lexicon = Lexicon.model_validate({"words": words, "safe": ["no <want>"], "rules": []})
    assert lexicon.safe == ("no want|wish",)
    rule = {"kind": "self", "level": "soft", "patterns": ["<mean> * die"]}
    assert Lexicon.model_validate({"words": words, "safe": [], "rules": [rule]}).rules[0].patterns == (
        "want|wish|will * die",
    )
    with pytest.raises(ValueError, match="not a pattern: '<hope> die'"):
        Lexicon.model_validate({"words": words, "safe": ["<hope> die"], "rules": []})


def test_what_is_safe_in_one_language_is_taken_out_for_all() -> None:
    other = Lexicon.model_validate({"safe": ["overdose de reunions"], "rules": []})
    assert Reader(LEXICONS).read("une overdose de réunions") is not None
    assert Reader({**LEXICONS, "xx": other}).read("une overdose de réunions") is None


@pytest.mark.parametrize(
    "pattern", ["Kill", "(a)", "a*b", "?", "ünder", "", "?a b", "a ?b", "* a", "a *", "<want> die"]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="not a pattern"):
        compiled(pattern)
