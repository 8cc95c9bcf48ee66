"""From every state of every conversation: each right in one turn, in every language, and "help now" on every screen.

A model check: `tests/walk.py` visits whatever can be reached, with the real routing, stepping and drawing. What does
not hold is listed together.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any, cast, get_args

from adapters.console.render import render
from adapters.platform import Arrival, Front, Profile, Public, Shown
from adapters.platform import Place as Where
from adapters.slack.render import home, message, modal
from adapters.slack.render import note as slack_note
from adapters.teams.render import announcement, dialog, messages
from adapters.teams.render import note as teams_note
from adapters.web import pages
from adapters.web.sessions import Sent
from bot.desk import Desk
from bot.gate import Gate
from bot.languages import Languages
from bot.record import Frame, Record
from bot.routing import COMMANDS, RIGHTS, Enter, Route, Take
from content.library import Library
from flows import booking, caring, checkin, team, waiting
from flows.core.catalog import Screening
from flows.core.common import CommonWords
from flows.core.events import Chose
from flows.core.flow import Carry
from flows.core.screen import Button, Screen
from flows.core.typed import plain
from flows.registry import FLOWS
from flows.safety import PLAN, Reader, normalise
from flows.safety.alarm import Alarm, Kind
from tests import world
from tests.content.test_screens import CONTENT
from tests.fakes import FakeClock
from tests.walk import SAM, Place, Walk

REACHED: Mapping[str, Callable[[Record, Screen], bool]] = {
    "help": lambda record, _: at(record) == ("safety", "helping"),
    "stop": lambda record, _: at(record) == ("checkin", "overview") and record.ops.plan is None,
    "pause": lambda record, _: (
        at(record) == ("checkin", "overview") and (record.ops.plan is None or record.ops.plan.rests(world.NOW))
    ),
    "human": lambda record, screen: at(record)[0] == "options" and CONTENT.organisation.phone in screen.lines[0],
    "my_data": lambda record, screen: at(record) == ("privacy", "data") and screen.private,
    "forget": lambda record, screen: at(record) == ("privacy", "sure") and "yes" in keys(screen),
}
"""Where each right leads, and what it has done by then."""
SITUATIONS: Mapping[str, dict[str, Any]] = {
    "in the chat": {},
    "in the chat, over a private screen": {"hidden": True},
    "behind the command": {"command": True},
    "on a page": {"secluded": True, "place": "page"},
}


@cache
def walk() -> Walk:
    """Walk through what ships, with every way in on screen, all questions there are, and a language without any."""
    asked = {language: there for language, there in CONTENT.instruments.items() if language != "de"}
    screening = Screening(mode="clinical_partner", phq9=True, who5=True)
    return Walk(replace(CONTENT, surface="offered", staffed=True, screening=screening, instruments=asked)).go()


def frame_of(record: Record) -> Frame:
    assert record.private.conversation
    return record.private.conversation.frame


def must(record: Record | None) -> Record:
    """Return where a step led that cannot lead nowhere."""
    assert record
    return record


def at(record: Record) -> tuple[str, str]:
    frame = frame_of(record)
    return frame.flow, str(frame.state["at"])


def keys(screen: Screen) -> list[str]:
    return [button.key for button in screen.buttons]


def test_from_every_state_each_right_reaches_its_place_in_one_turn() -> None:
    """Typed as each language has it first, whatever is on screen, wherever it is typed, whoever they are."""
    assert set(REACHED) == RIGHTS
    walked, failures = walk(), []
    reached: dict[object, bool] = {}

    def reaches(name: str, place: Place, way: Route, told: str) -> bool:
        """What a command leads to depends on what is held, and on the state if the conversation itself is asked."""
        state = walked.state(place.record) if isinstance(way, Take) else held(place.record)
        case = (name, told, state, place.frame.flow)
        if case not in reached:
            after = walked.follow(place.record, way)
            reached[case] = after is not None and REACHED[name](after, walked.screen(after))
        return reached[case]

    @cache
    def ways(*_: object) -> list[tuple[str, str, Route, str]]:
        """All that can be typed, and where it leads, told in words, too; routing looks at the kind of place, and at
        what could be pressed there."""
        return [
            (name, f"{commands[name][0]!r} ({locale}, {where})", way, repr(way))
            for locale, commands in CONTENT.commands.items()
            for where, situation in SITUATIONS.items()
            for name in RIGHTS
            for way in [walked.typed(place, commands[name][0], **situation)]
        ]

    for place in (*walked.places.values(), *in_other_languages(walked)):
        screen, language = place.screen, place.record.ops.locale
        for name, typed, way, told in ways(
            place.name, place.frame.state.get("kind"), screen.buttons, screen.private, language
        ):
            if not reaches(name, place, way, told):
                failures.append(f"{place}: {typed} leads to {told}, not to {name}")
    assert not failures, listed(failures)


def in_other_languages(walked: Walk) -> Iterator[Place]:
    """Yield each state once more for whoever reads a language that the walk does not take."""
    states = {place.name: place for place in walked.places.values()}
    for locale in CONTENT.words.keys() - {place.record.ops.locale for place in walked.places.values()}:
        for place in states.values():
            record = replace(place.record, ops=place.record.ops.model_copy(update={"locale": locale}))
            yield Place(record, walked.screen(record), f"{place.way}, read in {locale}")


def held(record: Record) -> object:
    private = record.private
    return (record.ops.notice, record.ops.plan, len(private.appointments), bool(private.safety_plan), record.ops.locale)


def test_stop_pause_and_human_lead_back_to_where_somebody_was() -> None:
    """From each state of each flow, over a page of somebody's own if it interrupts, for who agreed to the notice and
    who did not: one tap on the page that "stop" and "pause" lead to, typed once or twice. It stands there as it did, in
    the same turn. From "my data", and from help, in between one tap leads to that page, or to the safety plan. So does
    one tap on the page that "human" leads to: nobody loses a check, or a plan, by asking for a person."""
    walked, failures = walk(), []
    over = next(place for place in walked.places.values() if place.name == "screening/result").frame
    for place in {each.name: each for each in walked.places.values() if each.frame.flow != "checkin"}.values():
        beneath = (over,) if FLOWS[place.frame.flow].interrupts else ()
        for notice in ("", walked.stepping.notice(place.record)):
            record = standing(place, "chat", beneath)
            record.set_ops(notice=notice)
            if place.frame.flow != "options":
                person = must(walked.follow(record, COMMANDS["human"]))
                back = must(walked.follow(person, Take(Chose(key="done")))).private.conversation
                if at(person) != ("options", "listing") or back != record.private.conversation:
                    failures.append(f"{place}: human ({notice}) leads on to {back}")
            for typed in ("stop", "pause"):
                page = must(walked.follow(record, COMMANDS[typed]))
                again = must(walked.follow(page, COMMANDS["stop"]))
                data = must(walked.follow(must(walked.follow(page, COMMANDS["my_data"])), Take(Chose(key="back"))))
                for each in (page, again, *(() if place.frame.flow == "privacy" else (data,))):
                    back = must(walked.follow(each, Take(Chose(key="done")))).private.conversation
                    if at(each)[0] != "checkin" or back != record.private.conversation:
                        failures.append(f"{place}: {typed} ({notice}) leads on to {back}")
                helped = must(walked.follow(must(walked.follow(page, COMMANDS["help"])), Take(Chose(key="mistaken"))))
                if at(helped) != at(page) and at(helped)[1] not in PLAN:
                    failures.append(f"{place}: {typed} ({notice}) and help lead on to {at(helped)}")
    assert not failures, listed(failures)


def test_help_asked_for_while_a_crisis_waits_goes_on_with_it() -> None:
    """The direct question is not asked again; but in the chat nothing is told of one that came up on a page."""
    walked = walk()
    asked = {"at": "staying", "kind": "self", "question": "answered", "heard": 3}
    staying = next(place for place in walked.places.values() if place.name == "safety/staying")
    for where, again in itertools.product(get_args(Where), repeat=2):
        record = standing(staying, where, (), asked)
        record.set_ops(notice=walked.stepping.notice(record))
        for between in ("stop", "my_data", "language"):
            away = must(walked.follow(replace(record, place=again), COMMANDS[between]))
            helped = must(walked.follow(replace(away, place=again), COMMANDS["help"]))
            known = again != "chat" or where == "chat"
            told = {name: frame_of(helped).state[name] for name in ("kind", "question")}
            fresh = {"kind": "asked", "question": "suicide"}
            assert told == ({"kind": "self", "question": "answered"} if known else fresh)
            assert at(must(walked.follow(helped, Take(Chose(key="mistaken"))))) == at(away)
            heavy = Enter("safety", Carry(ask="self", text="soft"))  # is listened to there, and asked about elsewhere
            listens = must(walked.follow(replace(away, place=again), heavy))
            assert at(listens) == ("safety", "listening" if known else "checking")
            plan = must(walked.follow(replace(away, place=again), COMMANDS["my_plan"]))
            assert at(plan) == ("safety", "plan" if plan.private.safety_plan else "planning")
            assert frame_of(plan).state["question"] == ("answered" if known else "")


def test_a_crisis_that_is_gone_back_to_stands_where_it_stood() -> None:
    """What came up on a page, or in a window, is not told in the chat by a way back; and what came up in the chat
    stays there when somebody comes back from the window of another page."""
    walked, failures = walk(), []
    helping = next(place for place in walked.places.values() if place.name == "safety/helping")
    for where, again in itertools.product(get_args(Where), repeat=2):
        record = standing(helping, where, ())
        for between, back in (("not_now", "done"), ("stop", "done"), ("language", "back"), ("country", "back")):
            away = must(walked.follow(replace(record, place=again), COMMANDS[between]))
            there = must(walked.follow(replace(away, place=again), Take(Chose(key=back))))
            conversation = there.private.conversation
            assert conversation
            stands = "page" if again == "page" else where
            private = walked.screen(there).private
            if frame_of(there) != helping.frame or conversation.place != stands or private is (stands == "chat"):
                failures.append(f"{where}, then {between} in {again}: {conversation.place}, private: {private}")
    assert not failures, listed(failures)


def standing(place: Place, where: Where, beneath: tuple[Frame, ...], state: Mapping[str, Any] | None = None) -> Record:
    """Return the record of somebody who is at a place, there, over something else."""
    record, conversation = replace(place.record, place=where), place.record.private.conversation
    assert conversation
    frame = conversation.frame.model_copy(update={"state": state} if state else {})
    stood = {"place": where, "suspended": beneath, "frame": frame}
    record.set_private(conversation=conversation.model_copy(update=stood))
    return record


def test_every_phrase_of_every_language_is_understood_in_every_language() -> None:
    """With the one above: all that may be typed means the same everywhere."""
    unknown = [
        f"{phrase!r} ({spoken}) of somebody who reads {read} is not {name}"
        for read in CONTENT.words
        for spoken, commands in CONTENT.commands.items()
        for name, phrases in commands.items()
        for phrase in phrases
        if plain(phrase) not in {plain(each) for each in CONTENT.phrases(read)[name]}
    ]
    assert set(COMMANDS) == set(CONTENT.commands["en"])
    assert not unknown, listed(unknown)
    lexicon, phrases = (
        Reader(CONTENT.lexicons),
        {p for each in CONTENT.commands.values() for ps in each.values() for p in ps},
    )
    assert not [each for each in phrases if lexicon.read(each)], "taken for a cry, it would not reach its place"
    assert {normalise(each) for each in phrases} <= CONTENT.by_letter, "what was learnt from examples reads it"


def test_the_walk_misses_no_state_and_meets_no_dead_end() -> None:
    """A state that cannot be reached is dead code; a button that is not taken, or a screen without a way on, a trap."""
    walked = walk()
    there = {f"{name}/{each}" for name, flow in FLOWS.items() for each in states_of(flow.state)}
    met = {place.name for place in walked.places.values()}
    assert not there - met, f"never reached: {sorted(there - met)}"
    assert not walked.dead, listed(walked.dead)
    stuck = [
        str(place)
        for place in walked.places.values()
        if place.screen.fields == () and all(button.standing for button in place.screen.buttons)
    ]
    assert {each.split(" ")[0] for each in stuck} <= ENDS, listed(stuck)


ENDS = {
    "notice/declined",
    "privacy/forgotten",
}  # where nothing is held any more; help, and every command, go on working


def states_of(state: Any) -> Iterator[str]:
    for each in get_args(get_args(state)[0]) if get_args(state) else (state,):
        yield str(each.model_fields["at"].default)


def test_help_now_stands_on_every_screen_of_every_platform() -> None:
    """Whatever the walk met, in English, and each kind of screen in every language; and what comes from elsewhere."""
    walked, failures, shapes, seen = walk(), [], set(), set()
    for place in walked.places.values():
        shape = (place.name, *keys(place.screen), *(field.key for field in place.screen.fields))
        for locale in CONTENT.words if shape not in shapes else ("en",):
            record = replace(place.record, ops=place.record.ops.model_copy(update={"locale": locale}))
            shown = walked.drawing.shown(record, walked.stepping.moment(record, place.frame.flow))
            assert shown.missing == CONTENT.words[locale]["room"].model_dump()["missing"]
            if (locale, shown.screen) not in seen:
                seen.add((locale, shown.screen))
                failures += [f"{place}: {where} ({locale})" for where in without_help(shown, locale)]
        shapes.add(shape)
    assert len(shapes) > len(FLOWS)
    for locale in CONTENT.words:
        failures += [f"{where} ({locale})" for where in elsewhere(walked, locale)]
    assert not failures, listed(failures)


def without_help(shown: Shown, locale: str) -> Iterator[str]:
    """Yield where a screen is drawn without a live "help now"."""
    label = help_label(locale)
    tokens = [token for button, token in zip(shown.screen.buttons, shown.tokens, strict=True) if button.key == "help"]
    if len(tokens) != 1:
        yield "nowhere" if not tokens else "twice"
        return
    yield from public_without_help(shown.public(), locale)
    if f"[{label}]" not in render(shown.screen).splitlines()[-1]:
        yield "console"
    if not pressed(modal(shown), label, tokens[0]):
        yield "Slack's window"
    if not pressed(dialog(shown), label, tokens[0]):
        yield "Teams' dialog"
    if not linked(room(shown, locale), label, tokens[0]):
        yield "the room"


def public_without_help(public: Public, locale: str) -> Iterator[str]:
    label = help_label(locale)
    token = next(
        (t for button, t in zip(public.screen.buttons, public.tokens, strict=True) if button.key == "help"), ""
    )
    if not token or not pressed(message(public), label, token):
        yield "Slack's message"
    if not token or not pressed(messages(public)[-1], label, token):
        yield "Teams' card"


def elsewhere(walked: Walk, locale: str) -> Iterator[str]:
    """Yield what is drawn outside of the conversations without help: front pages, messages, refusals, from memory."""
    drawing, sid, label = walked.drawing, walked.vault.sid(SAM), help_label(locale)
    for record in walked.holding("home"):
        record.set_ops(locale=locale)
        for agreed in (True, False):
            front = drawing.front(record, walked.stepping.moment(record), agreed, known=True)
            if not pressed(home(front), label, token_of(front)):
                yield f"Slack's home, agreed {agreed}"
    somebody = Arrival(id="1", address=SAM, profile=Profile(locale=locale, zone="Europe/London"))
    words = CONTENT.words[locale]
    public = {
        "a refusal": drawing.refusal(sid, locale),
        "a check-in": drawing.public(sid, checkin.nudge("How are you?", cast(Any, words["checkin"])), locale),
        "the closing note": drawing.public(sid, checkin.closing(cast(Any, words["checkin"])), locale),
        "a caring message": drawing.public(sid, caring.message(1, cast(Any, words["caring"])), locale),
        "news": drawing.public(sid, Screen(lines=("News",), buttons=(Button(key="mine", label="Open"),)), locale),
    }
    catalog, one = CONTENT.catalog(locale), world.appointment()
    coming = booking.reminder(one, cast(Any, words["booking"]), catalog, "Europe/London")
    free = waiting.message(world.NOW, cast(Any, words["waiting"]), catalog, "Europe/London")
    alike = team.letter(("Help is here.",), ["asked"], [cast(Any, words["team"])], to_each=True)
    public |= {"of an appointment": drawing.public(sid, coming, locale), "of a time": drawing.public(sid, free, locale)}
    public |= {"to each alike": drawing.anybody(alike, locale)}
    for name, drawn in public.items():
        yield from (f"{name}: {where}" for where in public_without_help(drawn, locale))
    alarms = (None, *(Alarm(kind=kind, level="strong") for kind in get_args(Kind)))
    loose = {f"from memory, {alarm}": drawing.memory(somebody, alarm, "help", sid, "") for alarm in alarms}
    loose |= {
        "a refusal from memory": drawing.memory(somebody, None, "", sid, ""),
        "the countries from memory": drawing.memory(somebody, None, "country", sid, "FR"),
        "usage": drawing.usage(sid, locale),
    }
    for name, shown in loose.items():
        yield from (f"{name}: {where}" for where in without_help(shown, locale))
    yield from (f"the gate: {where}" for where in without_help(gate(walked, somebody), locale))
    language = Languages(cast(Library, SimpleNamespace(current=CONTENT))).speak(locale)
    beside = {"a link's page": pages.door(language, action="/", form="f")}
    beside |= {f"the page {name}": pages.state(language, name) for name in STATES}
    for name, page in beside.items():
        if 'href="/room/help"' not in page or language.words.help not in page:
            yield name
    notes = drawing.notes(sid, somebody.profile)
    for said in (notes.busy, notes.moment, notes.nothing):
        for payload in (slack_note(said, notes.close), teams_note(said)):
            if not pressed(payload, label, said.tokens[-1] if said.tokens else "-"):
                yield f"the note {said.screen.lines}"
    letter = team.letter(("Help is here.",), ("asked",), (cast(Any, words["team"]),), to_each=False)
    reminder = drawing.anybody(letter, locale)
    posted = announcement(reminder, "https://teams.example/l/chat")
    if label not in [each["title"] for each in posted["attachments"][0]["content"]["actions"]]:
        yield "a reminder in a channel of Teams"
    if not pressed(message(reminder), label, reminder.tokens[-1]):
        yield "a reminder in a channel of Slack"


STATES = ("used", "expired", "locked", "unknown", "closed", "refused", "busy")


def gate(walked: Walk, somebody: Arrival) -> Shown:
    """Return what stands in the chat for a private screen where the room is the surface."""
    place = next(each for each in walked.places.values() if each.screen.private)
    record = replace(place.record, ops=place.record.ops.model_copy(update={"locale": somebody.profile.locale}))
    shown = walked.drawing.shown(record, walked.stepping.moment(record, place.frame.flow))
    desk = cast(Desk, SimpleNamespace(drawing=walked.drawing, drawn=None))
    library = cast(Library, SimpleNamespace(current=replace(CONTENT, surface="room")))
    stands = Gate("https://haven.example", desk, walked.vault, library, FakeClock(world.NOW))
    return stands._gate(somebody.address, somebody.profile, shown)


def help_label(locale: str) -> str:
    words = CONTENT.words[locale]["common"]
    assert isinstance(words, CommonWords)
    return words.help_now


def token_of(front: Front) -> str:
    return next((t for button, t in zip(front.screen.buttons, front.tokens, strict=True) if button.key == "help"), "")


def room(shown: Shown, locale: str) -> str:
    language = Languages(cast(Library, SimpleNamespace(current=CONTENT))).speak(locale)
    return pages.room(Sent(shown=shown), language, form="form", page="page")


def linked(page: str, label: str, token: str) -> bool:
    return bool(re.search(rf'name="token" value="{re.escape(token)}">{re.escape(label)}</button>', page))


def pressed(payload: Any, label: str, token: str) -> bool:
    """Tell whether a payload of Slack or Teams has a button of this label that brings this token."""
    if isinstance(payload, list):
        return any(pressed(each, label, token) for each in payload)
    if not isinstance(payload, dict):
        return False
    if payload.get("type") == "button":
        return bool(payload["text"]["text"] == label and payload.get("value") == token)
    if payload.get("type") == "Action.Submit":
        return bool(payload["title"] == label and payload["data"].get("t") == token)
    return any(pressed(each, label, token) for each in payload.values())


def listed(failures: list[str]) -> str:
    kinds = {re.sub(r"\(.*?\)", "", each) for each in failures}
    return f"{len(failures)} failures of {len(kinds)} kinds:\n" + "\n".join(failures[:40])
