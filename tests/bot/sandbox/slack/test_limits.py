"""What a message or a view as a whole may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.limits import check_message, check_view
from bot.sandbox.slack.workspace import SlackError
from tests.bot.sandbox.slack.kit import Json, actions, button, modal, plain, refusals, section, typed


def test_blocks_of_a_message() -> None:
    check_message("hello", [section()] * 50)
    with pytest.raises(SlackError) as refused:
        check_message("hello", [section()] * 51)
    assert refused.value.messages == ("[ERROR] no more than 50 items allowed [json-pointer:/blocks]",)


def test_one_block_id_twice() -> None:
    check_message("hello", [section(block_id="a"), section(block_id="b")])
    with pytest.raises(SlackError) as refused:
        check_message("hello", [section(block_id="a"), section(block_id="a")])
    assert refused.value.messages == ("[ERROR] `block_id` a already exists [json-pointer:/blocks/1/block_id]",)


def test_one_action_id_in_two_blocks_is_fine() -> None:
    check_message("hello", [actions(button()), actions(button())])


def test_only_one_field_takes_the_focus() -> None:
    one = typed(focus_on_load=True)
    assert refusals(modal(one)) == ()
    assert "focus_on_load" in refusals(modal(one, one))[0]


@pytest.mark.parametrize(
    ("text", "blocks", "error"),
    [
        ("x" * 40_000, None, None),
        ("x" * 40_001, None, "msg_too_long"),
        ("", None, "no_text"),
        (" ", None, "no_text"),
        (None, [section()], "no_text"),
        (5, None, "invalid_arguments"),
        ("hello", {"type": "section"}, "invalid_blocks_format"),
        ("hello", [], None),
    ],
)
def test_text_of_a_message(text: object, blocks: object, error: str | None) -> None:
    if error is None:
        check_message(text, blocks)
        return
    with pytest.raises(SlackError, match=f"^{error}$"):
        check_message(text, blocks)


def test_a_modal_with_fields_needs_submit() -> None:
    view = modal(section(), typed())
    assert refusals(view) == ()
    del view["submit"]
    assert "submit" in refusals(view)[0]
    view["blocks"].pop()
    assert refusals(view) == ()


def test_a_modal_needs_a_title_and_is_no_home() -> None:
    view = modal(section())
    assert refusals(view, "home") == ("[ERROR] unsupported type: modal [json-pointer:/view/type]",)
    del view["title"]
    assert refusals(view) == ("[ERROR] missing required field: title [json-pointer:/view]",)


def test_a_home_has_blocks_and_no_buttons_of_a_modal() -> None:
    home = {"type": "home", "blocks": [section(), typed()], "callback_id": "home"}
    assert refusals(home, "home") == ()
    assert "invalid additional property: submit" in refusals(home | {"submit": plain(3)}, "home")[0]


def test_a_view_of_too_many_bytes() -> None:
    wide = [section() | {"text": plain(2600)}] * 90
    check_view(modal(*wide), "modal")
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(modal(*([section() | {"text": plain(2900)}] * 90)), "modal")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "element", "options", "accessory", "block_id"]),
            inner,
        )
    ),
    max_leaves=8,
)
KNOWN = st.sampled_from(["section", "actions", "input", "header", "rich_text", "plain_text", "button", "modal"])


@given(
    JSON,
    st.lists(
        st.fixed_dictionaries(
            {"type": KNOWN}, optional={"text": JSON, "elements": JSON, "element": JSON, "accessory": JSON}
        )
    ),
)
def test_whatever_is_sent_it_is_taken_or_refused(anything: object, blocks: list[Json]) -> None:
    messages: list[str] = []
    for what in (anything, blocks):
        view = {"type": "modal", "title": plain(1), "blocks": what}
        for check, of in (
            (check_message, ("hello", what)),
            (check_view, (what, "modal")),
            (check_view, (view, "modal")),
        ):
            try:
                check(*of)
            except SlackError as refused:
                messages.extend(refused.messages)
    assert all("json-pointer:" in message for message in messages)
