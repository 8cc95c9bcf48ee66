"""Messages and dialogs that are spoilt in one place, and the refusal that names it."""

import copy
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.teams.limits import MESSAGE_BYTES, check_message, check_task
from bot.sandbox.teams.workspace import TeamsError
from tests.bot.sandbox.teams.kit import FORM, Json, card, dialog, fetch, message, refusal, refusals, submit, words

CARD = card(words())
SUGGESTED = message(text="Hello", suggestedActions={"actions": [{"type": "imBack", "title": "Hi", "value": "Hi"}]})
NOTE: Json = {"task": {"type": "message", "value": "Thanks"}}

MESSAGES: dict[str, tuple[Json, Callable[[Json], object], str]] = {
    "nothing": (message(text="Hello"), lambda m: m.update(text=" "), "/: must provide one of: text, attachments"),
    "no attachment": (message(CARD), lambda m: m.update(attachments=[]), "/: must provide one of: text, attachments"),
    "a text beside a card": (
        message(CARD, summary="Hello"),
        lambda m: m.update(text="Hello"),
        "/: text beside attachments is split off, and no id is told: use summary",
    ),
    "a text that is none": (message(text="Hello"), lambda m: m.update(text=1), "/text: must provide a string"),
    "a property too many": (
        message(text="Hello"),
        lambda m: m.update(blocks=[]),
        "/: invalid additional property: blocks",
    ),
    "a format of one's own": (
        message(text="Hello", textFormat="markdown"),
        lambda m: m.update(textFormat="html"),
        "/textFormat: must be one of: plain, markdown, xml",
    ),
    "another kind of card": (
        message(CARD),
        lambda m: m["attachments"][0].update(contentType="application/vnd.microsoft.card.hero"),
        "/attachments/0/contentType: must be one of: application/vnd.microsoft.card.adaptive",
    ),
    "an attachment without content": (
        message(CARD),
        lambda m: m["attachments"][0].pop("content"),
        "/attachments/0: missing required field: content",
    ),
    "the second card": (
        message(CARD, CARD),
        lambda m: m["attachments"][1].update(content={**CARD, "version": "9"}),
        "/attachments/1/content/version: must be one of: 1.0, 1.1, 1.2, 1.3, 1.4, 1.5",
    ),
    "suggestions that do more": (
        SUGGESTED,
        lambda m: m["suggestedActions"]["actions"][0].update(type="openUrl"),
        "/suggestedActions/actions/0/type: must be one of: imBack",
    ),
    "channel data of no kind": (
        message(text="Hello", channelData={"notification": {"alert": True}}),
        lambda m: m["channelData"].update(colour="red"),
        "/channelData: invalid additional property: colour",
    ),
}
DIALOGS: dict[str, tuple[Json, Callable[[Json], object], str]] = {
    "no task": (dialog(CARD), lambda d: d.pop("task"), "/: missing required field: task"),
    "a property too many": (dialog(CARD), lambda d: d.update(status=200), "/: invalid additional property: status"),
    "another type": (dialog(CARD), lambda d: d["task"].update(type="show"), "/task/type: unsupported type: show"),
    "no title": (dialog(CARD), lambda d: d["task"]["value"].pop("title"), "/task/value: missing required field: title"),
    "no card": (dialog(CARD), lambda d: d["task"]["value"].pop("card"), "/task/value: missing required field: card"),
    "a page": (
        dialog(CARD),
        lambda d: d["task"]["value"].update(url="https://example.org"),
        "/task/value: invalid additional property: url",
    ),
    "a bare card": (
        dialog(CARD),
        lambda d: d["task"]["value"].update(card=CARD),
        "/task/value/card: missing required field: contentType",
    ),
    "a size of one's own": (
        dialog(CARD, height="large", width=600),
        lambda d: d["task"]["value"].update(height="huge"),
        "/task/value/height: must be one of: small, medium, large",
    ),
    "too wide": (
        dialog(CARD, height="large", width=600),
        lambda d: d["task"]["value"].update(width=6000),
        "/task/value/width: must be between 200 and 1500",
    ),
    "a dialog in a dialog": (
        dialog(card(words(), actions=[submit()])),
        lambda d: d["task"]["value"]["card"]["content"].update(actions=[fetch()]),
        "/task/value/card/content: an action in a dialog submits it: no msteams in its data",
    ),
    "an empty word": (NOTE, lambda d: d["task"].update(value=""), "/task/value: must be more than 0 characters"),
    "a word that is a card": (NOTE, lambda d: d["task"].update(value=CARD), "/task/value: must provide a string"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_spoilt_message(name: str) -> None:
    good, spoil, why = MESSAGES[name]
    made = copy.deepcopy(good)
    assert refusals(check_message, made) == []
    spoil(made)
    assert why in refusals(check_message, made)


@pytest.mark.parametrize("name", DIALOGS)
def test_a_spoilt_dialog(name: str) -> None:
    good, spoil, why = DIALOGS[name]
    made = copy.deepcopy(good)
    assert refusals(check_task, made) == []
    spoil(made)
    assert why in refusals(check_task, made)


@pytest.mark.parametrize("answer", [None, [], "text", 1, {}, {"task": None}, {"task": []}, {"task": {"type": []}}])
def test_an_answer_that_is_none(answer: object) -> None:
    with pytest.raises(TeamsError, match="BadArgument"):
        check_task(answer)


def padded(size: int, fits: Callable[[str], Json]) -> Json:
    bare = len(json.dumps(fits("")).encode())
    return fits("x" * (size - bare))


def too_large(check: Callable[[Json], object], sent: Json) -> bool:
    refused = refusal(check, sent)
    return refused is not None and (refused.status, refused.code) == (413, "MessageSizeTooBig")


@pytest.mark.parametrize("over", [0, 1])
def test_28_kilobytes_and_not_a_byte_more(over: int) -> None:
    size = MESSAGE_BYTES + over
    assert too_large(check_message, padded(size, lambda x: message(text=f"a{x}"))) == bool(over)
    half = "x" * (MESSAGE_BYTES // 2)
    cards = padded(size, lambda x: message(card(words(half[:14000]), words(f"a{x}"))))
    assert too_large(check_message, cards) == bool(over)
    made = padded(size, lambda x: dialog(card(words(half[:14000]), words(f"a{x}"))))
    assert too_large(check_task, made) == bool(over)


def test_bytes_count_not_letters() -> None:
    assert not too_large(check_message, message(text="x" * 20_000))
    assert too_large(check_message, message(text="é" * 20_000))


NAMES = (
    *("type", "text", "attachments", "content", "contentType", "body", "actions", "data", "msteams", "items", "card"),
    *("task", "value", "title", "label", "id", "choices", "columns", "rows", "cells", "inlines", "selectAction"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), st.sampled_from(["body", "actions", "card", "message"])
)
def test_nothing_that_is_sent_breaks_the_checks(noise: Json, where: str) -> None:
    made = copy.deepcopy(FORM)
    if where in made:
        made[where].append(noise)
    else:
        made |= noise
    sent = {"type": "message", **noise} if where == "message" else message(made)
    for check, value in ((check_message, sent), (check_task, dialog(made)), (check_task, noise)):
        refused = refusal(check, value)
        assert refused is None or refused.status in {400, 413}
