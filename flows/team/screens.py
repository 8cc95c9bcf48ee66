"""What a manager sees, and what the team does."""

from collections.abc import Iterator, Sequence

from flows.core.catalog import Catalog
from flows.core.flow import Moment
from flows.core.screen import Button, Screen
from flows.team.states import Accepted, Declined, Guide, History, Picking, Preview, State, Wording, Worried
from flows.team.steps import FLOOR, button_of, next_slot
from flows.team.words import TeamWords


def letter(texts: Sequence[str], asked: Sequence[str], words: Sequence[TeamWords], *, to_each: bool) -> Screen:
    """Draw what everybody gets alike, and a private way in. In each of its languages: the approved text, that it is the
    same for all if it comes to each, and who asked, if a manager did."""
    parts = zip(texts, words, asked or [""] * len(texts), strict=True)
    lines = tuple(line for text, own, who in parts for line in (text, own.alike if to_each else "", who) if line)
    return Screen(lines=lines, buttons=(Button(key="open", label=words[0].open, standing=True),))


def view(state: State, words: TeamWords, at: Moment) -> Screen:
    """Draw the state. Nothing here is private: it is the manager's own doing."""
    catalog, done = at.catalog, Button(key="done", label=words.done)
    another = Button(key="another", label=words.another)
    match state:
        case Picking():
            teams = tuple(
                Button(key="team", arg=key, label=catalog.teams[key].name)
                for key in at.person.manages
                if key in catalog.teams
            )
            others = tuple(Button(key=key, label=getattr(words, key)) for key in ("history", "guide", "worried"))
            return Screen(
                lines=(words.pick if teams else words.nothing,), buttons=(*teams, *(others if teams else ()), done)
            )
        case Wording():
            texts = tuple(Button(key="template", arg=each.key, label=each.name) for each in catalog.templates)
            return Screen(lines=(words.template,), buttons=(*texts, another, done))
        case Preview(each=each):
            team = _team(catalog, state.team)
            when = catalog.when(next_slot(catalog, at.now, state.team, each=each), at.person.zone)
            line = (words.preview_each if each else words.preview).fill(
                team=team, size=str(_size(catalog, state.team)), when=when
            )
            send = Button(key="send", label=words.send, style="primary")
            way = Button(key="in_channel", label=words.in_channel) if each else Button(key="each", label=words.each)
            ways = () if each and _external(catalog, state.team) else (way,)
            lines = (line, *_arrives(state, words, at), words.asked_by_you)
            return Screen(lines=lines, buttons=(send, *ways, another, done))
        case Accepted(when=when):
            said = words.accepted.fill(team=_team(catalog, state.team), when=catalog.when(when, at.person.zone))
            return Screen(lines=(said, words.nothing_told), buttons=(another, done))
        case Declined(why=why, until=until):
            team = _team(catalog, state.team)
            if why == "too_small":
                said = words.too_small.fill(team=team, floor=str(FLOOR))
            elif why == "no_channel":
                said = words.no_channel.fill(team=team)
            elif why in {"external", "too_late"}:
                said = getattr(words, why).fill(team=team)
            elif why == "full" and until:
                said = words.full.fill(until=catalog.when(until, at.person.zone))
            elif why == "cool_down" and until:
                said = words.cool_down.fill(team=team, until=catalog.when(until, at.person.zone))
            else:
                said = str(words.not_yours)
            otherwise = (Button(key="each", label=words.each),) if why in {"external", "no_channel"} else ()
            return Screen(lines=(said,), buttons=(*otherwise, another, done))
        case History():
            return _history(state, words, at)
        case Guide(page=page):
            more = Button(key="next", label=words.next, style="primary")
            worried = Button(key="worried", label=words.worried)
            lines = (str(getattr(words, f"guide_{page}")),)
            return Screen(lines=lines, buttons=(more, worried, another), private=True, title=words.guide_title)
        case Worried():
            return _worried(words, at)


def _history(state: History, words: TeamWords, at: Moment) -> Screen:
    """Draw what this manager asked for, the latest first; what has not gone out yet can be cancelled."""
    catalog, entries = at.catalog, list[str]()
    for each in at.person.reminders:
        line = words.goes_out if each.when > at.now else words.went_out
        when, text = catalog.when(each.when, at.person.zone), _called(catalog, each.template)
        entries.append(line.fill(when=when, team=_team(catalog, each.team), template=text))
    said = (words.cancelled.fill(team=_team(catalog, state.cancelled)),) if state.cancelled else ()
    cancels = tuple(
        Button(
            key="cancel",
            arg=button_of(each),
            label=catalog.locale.of.fill(what=words.cancel, which=_team(catalog, each.team))[:75],
        )
        for each in at.person.reminders
        if each.when > at.now
    )
    another, done = Button(key="another", label=words.another), Button(key="done", label=words.done)
    listed = "\n".join(entries) or str(words.history_none)
    return Screen(lines=(*said, listed), buttons=(*cancels, another, done))


def _worried(words: TeamWords, at: Moment) -> Screen:
    """Draw whom to call, right for the country, and whom to talk it through with."""
    help_ = at.catalog.help_for(at.person.region)
    lines = (
        words.worried_now.fill(number=help_.emergency),
        *(words.worried_line.fill(name=each.name, dial=each.dial) for each in help_.lines[:1]),
        words.worried_talk.fill(phone=at.catalog.phone),
        str(words.worried_kept),
    )
    buttons = (Button(key="guide", label=words.guide), Button(key="another", label=words.another))
    return Screen(lines=lines, buttons=buttons, private=True, title=words.guide_title)


def _called(catalog: Catalog, key: str) -> str:
    return next((each.name for each in catalog.templates if each.key == key), key)


# HR may take a team or a text out of the files while somebody looks at it: then its key stands in for it.
def _team(catalog: Catalog, key: str) -> str:
    return catalog.teams[key].name if key in catalog.teams else key


def _size(catalog: Catalog, key: str) -> int:
    return catalog.teams[key].size if key in catalog.teams else 0


def _external(catalog: Catalog, key: str) -> bool:
    return key in catalog.teams and catalog.teams[key].external


def _arrives(state: Preview, words: TeamWords, at: Moment) -> Iterator[str]:
    """Yield what arrives, word for word, then which languages that is, unless it is the manager's own alone."""
    catalog = at.catalog
    template = next((each for each in catalog.templates if each.key == state.template), None)
    if template is None:
        yield state.template
        return
    languages = template.read_in(catalog.teams[state.team].languages if state.team in catalog.teams else ())
    for language in languages:
        yield template.said(language)
        if state.each:
            yield catalog.alike.get(language, words.alike)
    if languages != (at.person.locale[:2],):
        yield words.in_languages.fill(languages=", ".join(catalog.languages.get(each, each) for each in languages))
