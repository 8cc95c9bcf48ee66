"""Each size that Block Kit limits, at its edge: the greatest passes, one more does not."""

from collections.abc import Callable

import pytest

from tests.bot.sandbox.slack.kit import (
    Json,
    actions,
    button,
    choice,
    field,
    image,
    modal,
    option,
    plain,
    refusals,
    rich,
    section,
    typed,
)

# name -> how to build a block of some size, the greatest size that passes, the pointer of the refusal
SIZES: dict[str, tuple[Callable[[int], Json], int, str]] = {
    "section": (section, 3000, "/text/text"),
    "section field": (lambda n: {"type": "section", "fields": [plain(n)]}, 2000, "/fields/0/text"),
    "section fields": (lambda n: {"type": "section", "fields": [plain(2)] * n}, 10, "/fields"),
    "header": (lambda n: {"type": "header", "text": plain(n)}, 150, "/text/text"),
    "context": (lambda n: {"type": "context", "elements": [plain(2)] * n}, 10, "/elements"),
    "context text": (lambda n: {"type": "context", "elements": [plain(n)]}, 3000, "/elements/0/text"),
    "button": (lambda n: actions(button(n)), 75, "/elements/0/text/text"),
    "button value": (lambda n: actions(button(value="v" * n)), 2000, "/elements/0/value"),
    "accessibility label": (
        lambda n: actions(button(accessibility_label="v" * n)),
        75,
        "/elements/0/accessibility_label",
    ),
    "action id": (lambda n: actions(button() | {"action_id": "a" * n}), 255, "/elements/0/action_id"),
    "block id": (lambda n: section(block_id="b" * n), 255, "/block_id"),
    "actions": (lambda n: actions(*(button() | {"action_id": f"a{i}"} for i in range(n))), 25, "/elements"),
    "alt text": (image, 2000, "/alt_text"),
    "label": (lambda n: typed() | {"label": plain(n)}, 2000, "/label/text"),
    "hint": (lambda n: typed() | {"hint": plain(n)}, 2000, "/hint/text"),
    "placeholder": (lambda n: typed(placeholder=plain(n)), 150, "/element/placeholder/text"),
    "max_length": (lambda n: typed(max_length=n), 3000, "/element/max_length"),
    "initial value": (lambda n: typed(initial_value="x" * n), 3000, "/element/initial_value"),
    "radio options": (lambda n: choice("radio_buttons", n), 10, "/element/options"),
    "checkbox options": (lambda n: choice("checkboxes", n), 10, "/element/options"),
    "select options": (lambda n: choice("static_select", n), 100, "/element/options"),
    "option text": (
        lambda n: field({"type": "radio_buttons", "options": [option(n)]}),
        75,
        "/element/options/0/text/text",
    ),
    "option value": (
        lambda n: field({"type": "static_select", "options": [option(2, n)]}),
        150,
        "/element/options/0/value",
    ),
    "group label": (
        lambda n: field({"type": "static_select", "option_groups": [{"label": plain(n), "options": [option()]}]}),
        75,
        "/element/option_groups/0/label/text",
    ),
    "confirm": (
        lambda n: actions(button(confirm={"title": plain(n), "text": plain(9), "confirm": plain(3), "deny": plain(3)})),
        100,
        "/elements/0/confirm/title/text",
    ),
    "rich text": (lambda n: rich("x" * n), 3000, "/elements/0/elements/0/text"),
}


@pytest.mark.parametrize("name", SIZES)
def test_the_greatest_size_passes_and_one_more_does_not(name: str) -> None:
    build, most, pointer = SIZES[name]
    assert refusals(modal(build(most))) == ()
    (message,) = refusals(modal(section(), build(most + 1)))
    assert message.endswith(f"[json-pointer:/view/blocks/1{pointer}]")
    assert str(most) in message or str(most + 1) in message


@pytest.mark.parametrize("name", [name for name in SIZES if name not in {"max_length"}])
def test_nothing_may_be_empty(name: str) -> None:
    build, _, pointer = SIZES[name]
    assert any(f"/view/blocks/0{pointer}]" in message for message in refusals(modal(build(0))))


VIEW_SIZES: dict[str, tuple[Callable[[int], Json], int]] = {
    "title": (lambda n: {"title": plain(n)}, 24),
    "submit": (lambda n: {"submit": plain(n)}, 24),
    "close": (lambda n: {"close": plain(n)}, 24),
    "private_metadata": (lambda n: {"private_metadata": "x" * n}, 3000),
    "callback_id": (lambda n: {"callback_id": "x" * n}, 255),
    "external_id": (lambda n: {"external_id": "x" * n}, 255),
    "blocks": (lambda n: {"blocks": [section()] * n}, 100),
}


@pytest.mark.parametrize("name", VIEW_SIZES)
def test_a_views_own_sizes(name: str) -> None:
    build, most = VIEW_SIZES[name]
    assert refusals(modal() | build(most)) == ()
    (message,) = refusals(modal() | build(most + 1))
    assert f"[json-pointer:/view/{name}" in message
