"""What Slack refuses in a message or a view, in Slack's own words."""

import json
from collections.abc import Iterator

from bot.sandbox.slack.blockkit import BLOCKS, INTERACTIVE, anything, plain
from bot.sandbox.slack.checks import Check, Refusal, boolean, by_type, items, shape, string
from bot.sandbox.slack.workspace import Json, SlackError

TEXT_MOST = 40_000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
STACK_MOST = 3


def elements(block: Json) -> list[tuple[str, Json]]:
    """Return the interactive elements of a block, each with its JSON pointer below the block."""
    found: list[tuple[str, object]] = [
        ("/accessory", block.get("accessory")),
        ("/element", block.get("element")),
    ]
    if block.get("type") == "actions" and isinstance(block.get("elements"), list):
        found += [(f"/elements/{index}", part) for index, part in enumerate(block["elements"])]
    return [
        (pointer, part) for pointer, part in found if isinstance(part, dict) and str(part.get("type")) in INTERACTIVE
    ]


def _unique_ids(value: object, at: str) -> Iterator[Refusal]:
    if not isinstance(value, list):
        return
    blocks: set[str] = set()
    focused = False
    for index, block in enumerate(value):
        if not isinstance(block, dict):
            continue
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            if block_id in blocks:
                yield Refusal(f"`block_id` {block_id} already exists", f"{at}/{index}/block_id")
            blocks.add(block_id)
        actions: set[str] = set()
        for pointer, element in elements(block):
            action_id = element.get("action_id")
            if isinstance(action_id, str):
                if action_id in actions:
                    yield Refusal(
                        f"`action_id` {action_id} already exists for block with ID {block_id}",
                        f"{at}/{index}{pointer}/action_id",
                    )
                actions.add(action_id)
            if element.get("focus_on_load") is True:
                if focused:
                    yield Refusal("only one element can have focus_on_load", f"{at}/{index}{pointer}/focus_on_load")
                focused = True


def _all(*checks: Check) -> Check:
    def check(value: object, at: str) -> Iterator[Refusal]:
        for each in checks:
            yield from each(value, at)

    return check


def _blocks(most: int) -> Check:
    return _all(items(by_type(BLOCKS), most, 0), _unique_ids)


def _inputs_need_submit(value: object, at: str) -> Iterator[Refusal]:
    if not isinstance(value, dict) or "submit" in value:
        return
    if any(block["type"] == "input" for block in value["blocks"]):
        yield Refusal("missing required field: submit (the view has input blocks)", at)


_VIEW = {
    "blocks": _blocks(VIEW_BLOCKS),
    "type": anything,
}
_VIEW_OPTIONAL = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEWS = {
    "modal": shape(
        {**_VIEW, "title": plain(24)},
        {
            **_VIEW_OPTIONAL,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
        _inputs_need_submit,
    ),
    "home": shape(_VIEW, _VIEW_OPTIONAL),
}


def check_message(text: object, blocks: object) -> None:
    """Refuse a message that Slack would refuse.

    Stricter than Slack in one thing: blocks without a `text` are refused as no_text, because then the
    notification and a screen reader have nothing to say. Raises SlackError no_text, msg_too_long,
    invalid_blocks_format or invalid_blocks."""
    if text is not None and not isinstance(text, str):
        raise SlackError("invalid_arguments", ("[ERROR] must provide a string [json-pointer:/text]",))
    if not text or not text.strip():
        raise SlackError("no_text")
    if len(text) > TEXT_MOST:
        raise SlackError("msg_too_long")
    if blocks is None:
        return
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if refusals := tuple(map(str, _blocks(MESSAGE_BLOCKS)(blocks, "/blocks"))):
        raise SlackError("invalid_blocks", refusals)


def check_view(view: object, kind: str) -> Json:
    """Return a view if Slack would take it for this kind of surface ("modal" or "home").

    Raises SlackError invalid_arguments or view_too_large."""
    if refusals := tuple(map(str, by_type({kind: _VIEWS[kind]})(view, "/view"))):
        raise SlackError("invalid_arguments", refusals)
    assert isinstance(view, dict)
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    return view
