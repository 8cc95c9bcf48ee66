"""Every language that ships is whole: each line, each blank, the promise, what can be typed, and how it reads."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.routing import COMMANDS, SLASH
from bot.wiring import WORDS
from content import default_root
from content.loader import load
from flows.core.events import Chose
from flows.core.flow import Carry, Goto, Turn
from flows.core.locale import Locale
from flows.core.screen import Screen
from flows.core.typed import plain
from flows.registry import FLOWS
from tests import world
from tests.content.conftest import TODAY, Edit, reading
from tests.content.conftest import WORDS as SAMPLE_WORDS
from tests.content.test_screens import CONTENT, DRAWN, words_on

SHIPPED = ("de", "en", "es", "fr", "pt")
OTHERS = tuple(locale for locale in SHIPPED if locale != "en")
SAME = {  # lines that are rightly the same as in English
    ("booking", "offer"): {"de", "es", "pt"},
    ("booking", "remind_none"): {"es"},
    ("waiting", "remind_none"): {"es"},
    ("sharing", "mood"): {"de", "es", "pt"},
    ("booking", "topic_stress"): {"de", "fr"},
    ("checkin", "holidays_no"): {"es"},
    ("checkin", "holidays_in"): {"es"},
    ("checkin", "trend_entry"): {"de", "es", "pt"},
    ("team", "worried_line"): {"de", "es", "pt"},
    ("options", "service"): set(OTHERS),
    ("options", "brief"): {"de", "es", "pt"},
    ("privacy", "item"): set(OTHERS),
    ("callback", "item"): {"de", "es", "pt"},
    ("callback", "item_name"): {"de"},
    ("callback", "line"): {"de", "es", "pt"},
    ("safety", "no"): {"es"},
    ("selfhelp", "minutes"): {"fr"},
    ("screening", "minimal"): {"de"},
    ("safety", "plan_part"): {"de", "es", "pt"},
}
_WORD = re.compile(r"[^\W\d_]+")


def lines(locale: str) -> dict[tuple[str, str], str]:
    """Return every line of a language by its file and name."""
    words = CONTENT.words[locale]
    return {(stem, name): str(text) for stem in WORDS for name, text in words[stem].model_dump().items()}


def sentences(text: str) -> list[str]:
    """Return the sentences of a line. What stands in blanks is one word."""
    return [each for each in re.split(r"(?<=[.?!])\s+", re.sub(r"\{\w+\}", "x", text)) if each]


def test_the_languages_that_ship() -> None:
    assert tuple(sorted(CONTENT.words)) == SHIPPED
    assert CONTENT.catalog("en").languages == {
        "de": "Deutsch",
        "en": "English",
        "es": "Español",
        "fr": "Français",
        "pt": "Português",
    }
    wanted = {"es-MX": "es", "es-419": "es", "fr_CA": "fr", "de-AT": "de", "pt-BR": "pt", "pt-PT": "pt", "it": "en"}
    assert {each: CONTENT.locale(each) for each in wanted} == wanted


@pytest.mark.parametrize("locale", OTHERS)
def test_every_line_has_its_blanks_and_is_not_left_in_english(locale: str) -> None:
    english, translated = lines("en"), lines(locale)
    assert set(translated) == set(english)
    for at, text in english.items():
        blanks = [sorted(re.findall(r"\{(\w+)\}", each)) for each in (text, translated[at])]
        assert set(blanks[0]) == set(blanks[1]), at
        same = translated[at].casefold() == text.casefold()
        assert not same or locale in SAME.get(at, ()), f"{at} is still English: {text}"


@pytest.mark.parametrize("locale", SHIPPED)
def test_sentences_are_short(locale: str) -> None:
    """At most 20 words, but for lists of what is kept; nothing on screen is longer than the English by half."""
    long = {
        at: sentence
        for at, text in lines(locale).items()
        for sentence in sentences(text)
        if len(_WORD.findall(sentence)) > 24
    }
    assert not long
    every = [sentence for text in lines(locale).values() for sentence in sentences(text)]
    assert sum(len(_WORD.findall(each)) > 20 for each in every) <= len(every) // 25


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize(("name", "frozen"), DRAWN, ids=[f"{name}-{frozen['at']}" for name, frozen in DRAWN])
def test_every_screen_reads_whole_in_every_language(name: str, frozen: dict[str, Any], locale: str) -> None:
    flow, catalog = FLOWS[name], CONTENT.catalog(locale)
    person = world.person(
        locale=locale, appointments=(world.appointment(),), plan=world.plan(), manages=("support",), held=()
    )
    screen: Screen = flow.view(
        flow.thaw(flow.version, frozen), CONTENT.words[locale][name], world.moment(person, catalog)
    )
    texts = [*screen.lines, *[each.label for each in screen.buttons], *[each.label for each in screen.fields]]
    assert all(text.strip() for text in texts)
    assert not [text for text in texts if re.search(r"\{\w*\}", text)], "a blank was left open"
    labels = [plain(button.label) for button in screen.buttons]
    labels.append(plain(CONTENT.words[locale]["common"].model_dump()["help_now"]))
    assert len(set(labels)) == len(labels), "two buttons read alike"
    if name in {"safety", "notice"} and frozen["at"] != "full":
        assert words_on(screen) <= 70
        assert sum(line.count("?") for line in screen.lines) <= 1


@pytest.mark.parametrize("locale", SHIPPED)
def test_days_and_dates_are_those_of_the_language(locale: str) -> None:
    said = {
        "de": "Di. 24. November, 09:00 Uhr",
        "en": "Tue 24 Nov, 09:00",
        "es": "mar. 24 nov., 09:00",
        "fr": "mar. 24 nov., 09:00",
        "pt": "ter. 24 nov., 09:00",
    }
    catalog = CONTENT.catalog(locale)
    assert catalog.when(world.slot(1).start, "UTC") == said[locale]
    own = CONTENT.locales[locale]
    assert isinstance(own, Locale)
    for names in (own.weekdays, own.days, own.months):
        assert len({each.casefold() for each in names}) == len(names)


@pytest.mark.parametrize("locale", SHIPPED)
def test_what_the_words_tell_to_type_can_be_typed(locale: str) -> None:
    """The notice and the private page name rights: each named word reaches one."""
    told = {
        "de": ("stopp", "meine Daten", "vergessen Sie mich", "mensch", "hilfe"),
        "en": ("stop", "my data", "forget me", "human", "help"),
        "es": ("parar", "mis datos", "olvídame", "persona", "ayuda"),
        "fr": ("arrêter", "mes données", "oubliez-moi", "humain", "aide"),
        "pt": ("parar", "meus dados", "esqueça-me", "pessoa", "ajuda"),
    }[locale]
    words = lines(locale)
    for name, phrase in zip(("stop", "my_data", "forget", "human", "help"), told, strict=True):
        where = ("notice", "full_leave") if name in {"stop", "my_data", "forget"} else ("room", "say_hint")
        assert phrase in words[where]
        assert plain(phrase) in {plain(each) for each in CONTENT.commands[locale][name]}


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_labels_of_rights_can_be_typed_too(locale: str) -> None:
    """Whoever reads "Forget me" on a button and types it elsewhere is understood."""
    words = lines(locale)
    for at, name in {
        ("common", "help_now"): "help",
        ("privacy", "forget"): "forget",
        ("home", "my_data"): "my_data",
        ("home", "language"): "language",
        ("home", "country"): "country",
        ("privacy", "country"): "country",
        ("safety", "elsewhere"): "country",
        ("checkin", "not_now"): "not_now",
    }.items():
        assert plain(words[at]) in {plain(each) for each in CONTENT.commands[locale][name]}, at


def test_no_phrase_means_two_things_in_two_languages() -> None:
    meant: dict[str, str] = {plain(word): name for word, name in SLASH.items()}
    for locale, commands in CONTENT.commands.items():
        for name, phrases in commands.items():
            for phrase in phrases:
                assert meant.setdefault(plain(phrase), name) == name, (locale, phrase)
    assert set(meant.values()) == set(COMMANDS)


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_language_understands_every_other(locale: str) -> None:
    for commands in CONTENT.commands.values():
        for name, phrases in commands.items():
            assert set(phrases) <= set(CONTENT.phrases(locale)[name])
    own = CONTENT.commands[locale]
    assert {name: phrases[0] for name, phrases in CONTENT.phrases(locale).items()} == {
        name: phrases[0] for name, phrases in own.items()
    }


FACTS = {
    "hello": {"de": "Therapie", "en": "therapist", "es": "terapeuta", "fr": "thérapeute", "pt": "terapeuta"},
    "what": {"de": "kein Krisendienst", "en": "not a crisis service", "es": "ni un servicio de crisis",
             "fr": "ni un service de crise", "pt": "nem um serviço de crise"},
    "chat": {"de": "kann diesen Chat lesen", "en": "may read this chat", "es": "puede leer este chat",
             "fr": "peut lire cette conversation", "pt": "pode ler este chat"},
    "full_kept": {"de": "{minutes} Minuten", "en": "{minutes} minutes", "es": "{minutes} minutos",
                  "fr": "{minutes} minutes", "pt": "{minutes} minutos"},
    "full_employer": {"de": "Schlüssel", "en": "key", "es": "clave", "fr": "clé", "pt": "chave"},
    "full_custodian": {"de": "dennoch", "en": "could still", "es": "sí podría", "fr": "tout de même", "pt": "ainda"},
    "full_in_app": {"de": "Ich kann nicht versprechen", "en": "I cannot promise", "es": "No puedo prometer",
                    "fr": "Je ne peux pas promettre", "pt": "Não posso prometer"},
    "full_provider": {"de": "Sonst nichts", "en": "Nothing else", "es": "Nada más", "fr": "Rien d'autre",
                      "pt": "Nada mais"},
}  # fmt: skip


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_notice_says_the_same_facts(locale: str) -> None:
    """As many sentences as the English promise but for two, and each fact by its word."""
    words, english = CONTENT.words[locale]["notice"].model_dump(), CONTENT.words["en"]["notice"].model_dump()
    for name, said in FACTS.items():
        assert said[locale] in words[name], name
    for name, text in english.items():
        if name.startswith("full"):
            assert abs(len(sentences(words[name])) - len(sentences(text))) <= 2, name


@pytest.mark.parametrize("locale", OTHERS)
def test_the_check_says_that_it_is_not_there_and_what_is(locale: str) -> None:
    flow = FLOWS["screening"]
    at = world.moment(world.person(locale=locale), CONTENT.catalog(locale).model_copy(update={"instruments": {}}))
    opened = flow.begin(Carry(), at)
    assert isinstance(opened, Turn)
    assert flow.update(opened.state, Chose(key="other"), at) == Goto("options", Carry(ask="all"))
    screen = flow.view(opened.state, CONTENT.words[locale]["screening"], at)
    assert screen.lines == (lines(locale)["screening", "unavailable"],)
    assert [button.key for button in screen.buttons] == ["exercise", "other", "done"]


def test_the_organisations_texts_come_in_the_language_of_whoever_reads_them(root: Path, edit: Edit) -> None:
    """The lines are HR's: a translation is used where there is one, the text itself where there is none."""
    service = (
        "{name: Talk, text: A talk., reach: Call, translations: {es: {name: Charla, text: Una charla., reach: Llama}}}"
    )
    edit("org/services.yaml", "services:", f"services:\n  - {service}")
    for locale in ("es", "fr"):
        (root / locale).mkdir()
        for path in (root / "en").iterdir():
            if path.name != "nudges.yaml":
                (root / locale / path.name).write_bytes(path.read_bytes())
        (root / locale / "calm.yaml").write_bytes((default_root() / locale / "calm.yaml").read_bytes())
    (root / "es" / "nudges.yaml").write_text("nudges:\n  - {key: one, theme: sleep, text: Hola}")
    loaded = load(root, SAMPLE_WORDS, TODAY)
    assert [loaded.catalog(each).services[0].name for each in ("en", "es")] == ["Talk", "Charla"]
    assert [each.text for each in loaded.catalog("es").nudges] == ["Hola"]
    assert loaded.catalog("fr").nudges == loaded.catalog("en").nudges


def test_the_reminders_that_ship_are_there_in_every_language() -> None:
    for each in CONTENT.templates:
        assert (each.language, set(each.translations)) == ("en", set(OTHERS)), each.key
        assert len({each.said(locale) for locale in SHIPPED}) == len(SHIPPED)
        assert each.read_in(("fr", "it", "de")) == ("fr", "en", "de")


def test_nothing_that_ships_falls_back_to_english() -> None:
    """Where a translation is missing the English text stands in for it, silently: so none may be."""
    organisation, english = CONTENT.organisation, CONTENT.locales["en"].places
    assert organisation.cancelling
    translated = [set(each.translations) for each in CONTENT.services]
    translated += [set(organisation.benefit.translations), set(organisation.cancelling.translations)]
    assert all(each == set(OTHERS) for each in translated), translated
    for locale in SHIPPED:
        assert CONTENT.nudges.get(locale), locale
        assert [each.key for each in CONTENT.exercises[locale]] == [each.key for each in CONTENT.exercises["en"]], (
            locale
        )
        assert set(CONTENT.locales[locale].places) == set(english) >= set(CONTENT.regions) - {"XX"}, locale


def test_a_team_that_does_not_read_a_reminder_is_told_of(edit: Edit, root: Path) -> None:
    edit("org/teams.yaml", "name: Support\n", "name: Support\n    languages: [de, en, fr]\n")
    edit(
        "org/templates.yaml",
        "name: A gentle reminder\n",
        "name: A gentle reminder\n    translations: {fr: Le voici.}\n",
    )
    read = reading(root)
    said = "support reads de, and gets this in en; add translations: {de: ...} to gentle"
    assert [str(each) for each in read.warnings] == [f"org/templates.yaml:2: templates.1: {said}"]
    assert read.loaded is not None
    assert read.loaded.catalog("en").teams["support"].languages == ("de", "en", "fr")


def test_a_translation_into_no_language_is_refused(root: Path, edit: Edit) -> None:
    service = "{name: Talk, text: A talk., reach: Call, translations: {Spanish: {name: C, text: C., reach: L}}}"
    edit("org/services.yaml", "services:", f"services:\n  - {service}")
    assert any("not a language code" in problem.message for problem in reading(root).problems)
