"""What each state looks like: what to say first, then numbers, then one thing to do, and always a way back."""

from typing import Final

from flows.core.catalog import INTERNATIONAL, Helpline
from flows.core.exercise import Exercise
from flows.core.flow import Moment
from flows.core.screen import Button, Field, Screen
from flows.safety.conversation.states import (
    DIRECT,
    PARTS,
    Checking,
    Choosing,
    Deleting,
    Grounding,
    Helping,
    Listening,
    More,
    Plan,
    Planning,
    State,
    Staying,
)
from flows.safety.conversation.steps import grounding
from flows.safety.conversation.words import SafetyWords

PART_LENGTH: Final = 150  # characters of one part of a plan
WORDS: Final = 60  # of one screen
LISTENS: Final = 4  # lines that take turns when nothing else is to be said
_HOW: Final = {"call": "call", "text": "text", "call or text": "call_or_text", "visit": "visit"}


def view(state: State, words: SafetyWords, at: Moment) -> Screen:
    """Draw help for the person's country; for an unknown one the international finder. Whose lines they are is said to
    who said where they are, and beside the way to say it."""
    screen = _drawn(state, words, at)
    if state.kind == "abuse" and isinstance(state, More | Choosing | Grounding):  # somebody may come in at any time
        screen = screen.model_copy(update={"buttons": (_button("hide", words.hide), *screen.buttons)})
    said = isinstance(state, Helping | Staying | Listening | Plan) and at.person.country
    return _placed(screen, words, at) if said or isinstance(state, More) else screen


def _drawn(state: State, words: SafetyWords, at: Moment) -> Screen:
    buttons: tuple[Button, ...]
    match state:
        case Checking():
            buttons = (_button("yes", words.heavy_yes), _back(words.heavy_no))
            return Screen(lines=(words.heavy,), buttons=buttons)
        case Helping():
            return _helping(state, words, at)
        case Staying():
            buttons = (
                *_callback(words, at),
                _exercise(at.catalog.calm[0]),
                *_plan(words, at),
                _button("ways", words.ways),
                _back(words.back),
            )
            return Screen(
                lines=(
                    words.staying,
                    *_numbers(words, at, 2, state.kind, (words.staying, words.stay_near)),
                    words.stay_near,
                ),
                buttons=buttons,
            )
        case Listening():
            return _listening(state, words, at)
        case More():
            return _more(state, words, at)
        case Choosing():
            exercises = tuple(_exercise(each) for each in at.catalog.calm)
            buttons = (*exercises, _button("ways", words.ways), _back(words.back))
            return Screen(lines=(words.choose, _emergency(words, at)), buttons=buttons)
        case Grounding():
            return _grounding(state, words, at)
        case Planning():
            return _planning(state, words, at)
        case Plan():
            return _kept(words, at)
        case Deleting():
            buttons = (_button("delete", words.plan_delete_yes), _button("plan", words.plan_keep))
            lines = (words.plan_sure, _emergency(words, at))
            return Screen(lines=lines, buttons=buttons, private=True, title=words.plan_title)


def _more(state: More, words: SafetyWords, at: Moment) -> Screen:
    calm, last = _exercise(at.catalog.calm[0]), (elsewhere(words), _back(words.back))
    if state.kind == "medical":  # the number first, whatever screen it is, and nothing that could wait for tomorrow
        return Screen(lines=(_call_now(words, at), words.listen_medical), buttons=(calm, *last))
    said = words.care_abuse if state.kind == "abuse" else words.more
    buttons = (
        *_open(state, words),
        *_callback(words, at),
        calm,
        *_plan(words, at),
        *_caring(words, at),
        _button("care", words.professionals),
        *last,
    )
    return Screen(lines=(said, *_numbers(words, at, 2, state.kind, (said,))), buttons=buttons)


def _helping(state: Helping, words: SafetyWords, at: Moment) -> Screen:
    kind, ways, mistaken = state.kind, _button("ways", words.ways), _button("mistaken", words.mistaken, closes=True)
    opening, buttons = getattr(words, "self_harm" if kind == "self" else kind), (ways, mistaken)
    answered = state.reply != "listen"
    if kind == "medical":  # the number comes before anything else, and nothing is asked
        return Screen(lines=(_call_now(words, at), opening, words.program), buttons=buttons)
    said = (getattr(words, state.reply) if answered else opening, words.program)
    lines = (*said, *_numbers(words, at, 1, kind, (*said, *((words.safe_here,) if kind == "abuse" else ()))))
    if state.reply == "human":  # which says already that this is a program
        lines = (lines[0], *lines[2:])
    if kind in DIRECT:
        asked = (words.question,) if state.asks else ()
        lines = (*lines, *_room((*lines, *asked), words.near), *asked)
        return Screen(lines=lines, buttons=(*(_question(words) if state.asks else _open(state, words)), *buttons))
    if kind == "abuse":
        safe = (_button("safe", words.safe), _button("hide", words.hide))
        return Screen(lines=(*lines, words.safe_here), buttons=(*safe, *buttons))
    care = _care(state, lines, words) if kind == "eating" or answered else ()
    return Screen(lines=(*lines, *care), buttons=buttons)


def _listening(state: Listening, words: SafetyWords, at: Moment) -> Screen:
    kind, reply = state.kind, _reply(state, words)
    buttons = (*_open(state, words), _button("ways", words.ways), _back(words.back))
    if kind == "abuse":
        buttons = (_button("hide", words.hide), *buttons)
    if kind == "medical":
        return Screen(lines=(_call_now(words, at), reply), buttons=buttons)
    lines = (reply, *_numbers(words, at, 1, kind, (reply,)))
    urged = state.reply == "goodbye" and kind in DIRECT  # then being with somebody, and distance, go before all else
    if not urged and (state.heard % 2 or state.reply == "no"):
        lines = (*lines, *_care(state, lines, words))
    elif kind in DIRECT:
        lines = (*lines, *_room(lines, words.near))
    return Screen(lines=lines, buttons=buttons)


def _placed(screen: Screen, words: SafetyWords, at: Moment) -> Screen:
    """Say above the numbers whose lines they are, if there is room for it: whoever is somewhere else sees that."""
    region = at.person.region or INTERNATIONAL
    if region not in at.catalog.regions or region == INTERNATIONAL:
        return screen  # the finder says so itself
    said = _room(screen.lines, words.place.fill(place=at.catalog.place(region)))
    emergency = _emergency(words, at)
    above = screen.lines.index(emergency) if emergency in screen.lines else 1  # where its number comes first of all
    return screen.model_copy(update={"lines": (*screen.lines[:above], *said, *screen.lines[above:])})


def elsewhere(words: SafetyWords) -> Button:
    """The way to say where one is. It works without a conversation, too: help that comes from memory has none."""
    return Button(key="country", label=words.elsewhere, standing=True)


def _reply(state: Listening, words: SafetyWords) -> str:
    if state.reply != "listen":
        return str(getattr(words, state.reply if state.reply not in {"no", "safe"} else f"said_{state.reply}"))
    if state.kind == "medical":
        return words.listen_medical
    if state.kind in {"other", "abuse", "harm"}:  # what may be said to somebody in pain does not suit them
        return str(getattr(words, f"listen_{state.kind}_{1 if state.heard % 2 else 2}"))
    return str(getattr(words, f"listen_{(state.heard - 1) % LISTENS + 1}"))


def _grounding(state: Grounding, words: SafetyWords, at: Moment) -> Screen:
    exercise = grounding(state, at)
    step, steps = exercise.position(state.step), len(exercise.steps)
    now, last = exercise.steps[step], step + 1 == steps
    said = f"{words.count.fill(step=str(step + 1), steps=str(steps))} {now.text}"
    on = _exercise(exercise, words.again) if last else _button("next", words.next)
    buttons = (on, _button("others", words.others), _button("ways", words.ways), _back(words.back))
    lines = (said, words.pace.fill(seconds=str(now.seconds)), _emergency(words, at))
    return Screen(lines=lines, buttons=buttons)


def _exercise(exercise: Exercise, label: str = "") -> Button:
    """The way into an exercise, under its name if no other is given."""
    return Button(key="grounding", arg=exercise.key, label=label or exercise.name)


def _planning(state: Planning, words: SafetyWords, at: Moment) -> Screen:
    key, plan = PARTS[state.step], at.person.safety_plan
    count = words.count.fill(step=str(state.step + 1), steps=str(len(PARTS)))
    field = Field(
        key=key,
        label=getattr(words, f"plan_{key}"),
        value=getattr(plan, key) if plan else "",
        max_length=PART_LENGTH,
        optional=True,
        error=words.plan_cut if state.cut else "",
    )
    lines = (f"{count} {words.plan_intro}" if state.step == 0 else f"{count} {words.plan_skip}", _emergency(words, at))
    buttons = (_button("done", words.plan_stop, closes=True),)
    return Screen(
        lines=lines, fields=(field,), buttons=buttons, private=True, title=words.plan_title, submit=words.plan_next
    )


def _kept(words: SafetyWords, at: Moment) -> Screen:
    plan, parts = at.person.safety_plan, []
    for key in PARTS:
        if plan and (text := getattr(plan, key)):
            parts.append(words.plan_part.fill(part=getattr(words, f"part_{key}"), text=text))
    lines = (words.plan_yours if plan else words.plan_gone, *parts, *_numbers(words, at, 1))
    change, delete = _button("change", words.plan_change), _button("delete", words.plan_delete)
    buttons = (*((change, delete) if plan else ()), _button("ways", words.ways), _back(words.back))
    return Screen(lines=lines, buttons=buttons, private=True, title=words.plan_title)


def _open(state: State, words: SafetyWords) -> tuple[Button, ...]:
    """The answers to the question, on a later screen while it is open: it is not asked again."""
    if state.question != "suicide":
        return ()
    return (_button("yes", words.yes_later), _button("no", words.no_later))


def _question(words: SafetyWords) -> tuple[Button, ...]:
    return (_button("yes", words.yes), _button("no", words.no))


def _plan(words: SafetyWords, at: Moment) -> tuple[Button, ...]:
    """The plan is kept, so it is offered to those only who were told what is kept."""
    return (_button("plan", words.plan),) if at.person.notice else ()


def _callback(words: SafetyWords, at: Moment) -> tuple[Button, ...]:
    """A person who calls back, where there is somebody to do it; what they get is kept until they have it."""
    return (_button("callback", words.callback),) if at.contact and at.person.notice else ()


def _caring(words: SafetyWords, at: Moment) -> tuple[Button, ...]:
    """Two messages, tomorrow and in three days: when they are due is kept, too."""
    return (_button("caring", words.caring),) if at.person.notice else ()


def _button(key: str, label: str, *, closes: bool = False) -> Button:
    return Button(key=key, label=label, closes=closes)


def _back(label: str) -> Button:
    return _button("back", label, closes=True)


def _room(lines: tuple[str, ...], more: str) -> tuple[str, ...]:
    """Return a further line if there is room for it: nobody in pain reads more than this at once."""
    return (more,) if sum(len(line.split()) for line in (*lines, more)) <= WORDS else ()


def _care(state: Helping | Listening, lines: tuple[str, ...], words: SafetyWords) -> tuple[str, ...]:
    """Return that a professional, friends or family can help: not twice, and the family may be the danger."""
    if state.reply == "diagnosis":  # which says so
        return ()
    return _room(lines, words.care_abuse if state.kind == "abuse" else words.care)


def _call_now(words: SafetyWords, at: Moment) -> str:
    return words.call_now.fill(number=at.catalog.help_for(at.person.region).emergency)


def _emergency(words: SafetyWords, at: Moment) -> str:
    return words.emergency.fill(number=at.catalog.help_for(at.person.region).emergency)


def _numbers(
    words: SafetyWords, at: Moment, lines: int, kind: str = "", beside: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The emergency number and the country's best lines: three ways at most. A line for what it is about goes before
    the best one for everything if both have room `beside` what else is read: one may be dead, or not for them."""
    here, emergency = at.catalog.help_for(at.person.region), _emergency(words, at)
    special = (emergency, *(_line(each, words) for each in here.lines_for(kind)[:2]))
    if here.lines_for(kind)[0] != here.lines[0] and _room((*beside, *special[:2]), special[2]):
        return special
    return (emergency, *(_line(each, words) for each in here.lines[:lines]))


def _line(line: Helpline, words: SafetyWords) -> str:
    """Say how to reach a line; for one that is visited, an address that can be tapped."""
    dial = line.url if line.how == "visit" and line.url else line.dial
    word, to, number = dial.partition(" to ")
    if line.how == "text" and to:  # what is written there is sent as it is, and to is no part of it
        dial = str(words.text_to.fill(word=word, number=number))
    hours = words.day_and_night if line.hours == "day and night" else line.hours
    template = getattr(words, _HOW.get(line.how, "visit"))
    return str(template.fill(name=line.name, dial=dial, hours=hours))
