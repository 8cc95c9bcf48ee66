"""What a booking looks like until there is one. Everything here is private."""

from typing import Literal

from flows.booking import kept
from flows.booking.drawing import about, again, screen
from flows.booking.states import (
    Choosing,
    Confirming,
    Holding,
    Later,
    Searching,
    State,
    Trouble,
    Wishing,
    Working,
)
from flows.booking.words import BookingWords
from flows.core import forms
from flows.core.care import REGULATED, Offer, Wish, Wishes
from flows.core.flow import Moment
from flows.core.retention import INTENT
from flows.core.screen import Button, Option, Screen
from flows.core.screen import Field as FormField


def view(state: State, words: BookingWords, at: Moment) -> Screen:
    """Draw the state. Everything here is private."""
    match state:
        case Searching(taken=taken, moving=moving):
            return screen(words, *_taken(words, taken, moving, at), words.looking, buttons=(again(words),))
        case Choosing(offers=()):
            return _nothing(state, words, at)
        case Choosing():
            return _offers(state, words, at)
        case Wishing():
            return _wishing(state, words, at)
        case Holding():
            return screen(words, words.holding, buttons=(again(words),))
        case Confirming():
            return _form(state, words, at)
        case Later():
            drop = Button(key="drop", label=words.keep_drop)
            lines = (words.kept.fill(days=str(INTENT.days)), words.kept_phone.fill(phone=at.catalog.phone))
            return screen(words, *lines, buttons=(_done(words), drop))
        case Working():
            return screen(words, words.working, buttons=(again(words),))
        case Trouble(what="unlicensed" | "refused"):
            line = words.unlicensed if state.what == "unlicensed" else words.refused
            buttons = (Button(key="find", label=words.find), _done(words))
            return screen(words, line.fill(phone=at.catalog.phone), buttons=buttons)
        case _:
            return kept.view(state, words, at)


def _done(words: BookingWords) -> Button:
    return Button(key="done", label=words.done)


def _taken(words: BookingWords, taken: bool, moving: str, at: Moment) -> tuple[str, ...]:
    """Say that a time is gone; whoever wanted to move to it hears that their own stands."""
    if not taken:
        return ()
    stands = next((each for each in at.person.appointments if each.key == moving), None)
    if stands is None:
        return (words.taken,)
    return (words.taken_move.fill(when=at.catalog.when(stands.slot.start, at.person.zone)),)


def _offers(state: Choosing, words: BookingWords, at: Moment) -> Screen:
    stands = next((each for each in at.person.appointments if each.key == state.moving), None)
    top = (
        words.choose_move.fill(when=at.catalog.when(stands.slot.start, at.person.zone)) if stands else str(words.choose)
    )
    told = tuple(dict.fromkeys(_told(each, state.wishes, words, at) for each in state.offers))
    times = tuple(_time(index, offer, at) for index, offer in enumerate(state.offers))
    others = (
        ()
        if state.moving
        else (
            Button(key="unfit", label=words.unfit),
            Button(key="wishes", label=words.wishes),
            Button(key="ways", label=words.ways),
        )
    )
    away = (words.away,) if any(each.slot.link for each in state.offers) else ()
    lines = (*_taken(words, state.taken, state.moving, at), top, *told, *away)
    return screen(words, *lines, buttons=(*times, *others, _done(words)))


def _time(index: int, offer: Offer, at: Moment) -> Button:
    """Return the button of a time: it books here, or opens their own page and tells us nothing."""
    label = f"{at.catalog.when(offer.slot.start, at.person.zone)}, {offer.slot.who}"[:75]
    style: Literal["primary", "plain"] = "primary" if index == 0 else "plain"
    if offer.slot.link:
        return Button(key=f"away_{index}", label=label, link=offer.slot.link, style=style)
    return Button(key="slot", arg=str(index), label=label, style=style)


def _told(offer: Offer, wishes: Wishes, words: BookingWords, at: Moment) -> str:
    """Say whose time it is and how the two meet, why it fits, in the person's own preferences, and what it costs."""
    how = getattr(words, f"modality_{offer.slot.modality}")
    why = ", ".join(
        _preference(each, wishes, words, at) for each in offer.reasons if each != "modality" and getattr(wishes, each)
    )
    line = words.offer_why.fill(who=offer.slot.who, how=how, why=why) if why else None
    line = line or words.offer.fill(who=offer.slot.who, how=how)
    line = f"{line} {words.offer_price.fill(price=offer.price)}" if offer.price else line
    return f"{line} {words.offer_away}" if offer.slot.link else line


def _preference(wish: Wish, wishes: Wishes, words: BookingWords, at: Moment) -> str:
    """Say a stated preference."""
    match wish:
        case "language":
            return at.catalog.languages.get(wishes.language, wishes.language)
        case "free_only":
            return words.free
        case _:
            return str(getattr(words, f"{wish}_{getattr(wishes, wish)}"))


def _nothing(state: Choosing, words: BookingWords, at: Moment) -> Screen:
    """Say that there is nobody, and what there is besides: asking for less, other ways, a person who calls back."""
    phone, find = at.catalog.phone, Button(key="find", label=words.look_again)
    relax = tuple(Button(key="relax", arg=each, label=getattr(words, f"relax_{each}")) for each in state.relax)
    callback = (Button(key="callback", label=words.callback, style="primary"),) if at.contact else ()
    wait = (Button(key="wait", label=words.wait),) if state.waiting is not None else ()
    keep = Button(key="keep", label=words.keep)
    ways, wishes = Button(key="ways", label=words.ways), Button(key="wishes", label=words.wishes)
    if state.down:
        line, buttons = words.down.fill(phone=phone), (*callback, find, keep, ways)
    elif relax:
        line, buttons = str(words.none_fit), (*relax, *wait, wishes, ways)
    elif state.wishes.without:
        line = words.none_left.fill(phone=phone)
        buttons = (*callback, *wait, Button(key="start_over", label=words.start_over), wishes, ways)
    else:
        line, buttons = words.none_free.fill(phone=phone), (*callback, *wait, find, wishes, ways)
    if state.moving:
        buttons = tuple(each for each in buttons if each.key not in {"wishes", "ways", "wait", "keep"})
    return screen(words, *_taken(words, state.taken, state.moving, at), line, buttons=(*buttons, _done(words)))


def _wishing(state: Wishing, words: BookingWords, at: Moment) -> Screen:
    """Ask what matters: only what can be chosen between, all of it to be left out."""
    there, wishes = state.facets, state.wishes
    named = {key: at.catalog.languages.get(key, key) for key in there.languages}
    asked: list[tuple[Wish, dict[str, str]]] = [
        ("language", named),
        ("topic", {each: getattr(words, f"topic_{each}") for each in there.topics}),
        ("modality", {each: getattr(words, f"modality_{each}") for each in there.modalities}),
        ("gender", {each: getattr(words, f"gender_{each}") for each in there.genders}),
        ("hours", {each: getattr(words, f"hours_{each}") for each in ("early", "day", "evening", "weekend")}),
        ("free_only", {"yes": words.free} if there.priced else {}),
    ]
    fields = tuple(
        FormField(
            key=key,
            label=words.cost if key == "free_only" else getattr(words, key),
            options=(
                Option(key="any", label=words.any),
                *(Option(key=each, label=label) for each, label in options.items()),
            ),
            value=("yes" if wishes.free_only else "any") if key == "free_only" else getattr(wishes, key) or "any",
            optional=True,
        )
        for key, options in asked
        if len(options) > (key in {"language", "modality"})  # one alone is no choice there: everybody has it
    )
    if wishes.profession in REGULATED and at.catalog.places:
        fields = (*fields, forms.place(wishes.place, words.place, words.elsewhere, at))
    back = Button(key="find", label=words.wish_skip)
    return Screen(
        lines=(words.wish,), fields=fields, buttons=(back,), private=True, title=words.title, submit=words.wish_submit
    )


def _form(state: Confirming, words: BookingWords, at: Moment) -> Screen:
    held = (
        (words.held.fill(until=at.catalog.clock(state.until, at.person.zone)),)
        if state.until and state.until > at.now
        else ()
    )
    lines = (*held, words.confirm.fill(**about(state.slot, at)), benefit(words, at), words.shared)
    other = Button(key="find", label=words.other_times)
    return Screen(
        lines=lines,
        fields=forms.appointment(state, state.place, words, at),
        buttons=(other,),
        private=True,
        title=words.title,
        submit=words.submit,
    )


def benefit(words: BookingWords, at: Moment) -> str:
    """Say what the organisation pays for, what a talk costs after that, and what then; or that it is unknown."""
    paid = at.catalog.benefit
    first = (
        words.paid_unknown.fill(phone=at.catalog.phone)
        if paid.sessions is None
        else words.paid.fill(sessions=str(paid.sessions))
    )
    after = words.price_after.fill(price=paid.price_after) if paid.price_after else str(words.price_unknown)
    return " ".join(each for each in (first, after, paid.then) if each)
