"""Draws Block Kit as HTML: pure, everything that the stand-in Slack lets pass, and visibly what it does not know.

What is drawn lies in a form: a button sends `do` = `tap:<action id>`, a field its value under `f.<block id>`.
Source: Slack's reference "Block Kit" (blocks, block elements).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.demo.html import Html, cannot_draw, join, tag
from bot.demo.mrkdwn import link, mrkdwn

Json = dict[str, Any]
Held = Mapping[str, Mapping[str, Json]]
"""What has been entered: the state of an element, by block id and action id."""

TYPES: Final = {"plain_text_input": "text", "email_text_input": "email", "url_text_input": "url"}
_INITIAL: Final = {"datepicker": "date", "timepicker": "time"}


def blocks(shown: list[Json], place: str, held: Held | None = None, errors: Mapping[str, str] | None = None) -> Html:
    """Return blocks as HTML. `place` makes ids unique in the page; `errors` stand beside their fields, by block id."""
    return join(_block(block, place, held or {}, errors or {}) for block in shown)


def text(part: Json) -> Html:
    """Return a text object: mrkdwn is read, plain text is shown as it is."""
    return mrkdwn(part["text"]) if part["type"] == "mrkdwn" else join(part["text"])


def _block(block: Json, place: str, held: Held, errors: Mapping[str, str]) -> Html:
    kind = block.get("type", "nothing")
    if kind == "input":
        return _input(block, place, held, errors)
    if kind == "section":
        return _section(block, place, held)
    if kind == "actions":
        drawn = [_element(each, block, place, held) for each in block["elements"]]
        return tag("div", drawn, class_="actions")
    draw = _SIMPLE.get(kind)
    return draw(block) if draw else cannot_draw(str(kind))


def _section(block: Json, place: str, held: Held) -> Html:
    said = [tag("p", text(block["text"]))] if "text" in block else []
    fields = [tag("li", text(field)) for field in block.get("fields", [])]
    beside = block.get("accessory")
    return tag(
        "div",
        tag("div", said, tag("ul", fields, class_="fields") if fields else None, class_="words"),
        _beside(beside, block, place, held) if beside else None,
        class_="section",
    )


def _beside(element: Json, block: Json, place: str, held: Held) -> Html:
    return _image(element) if element["type"] == "image" else _element(element, block, place, held)


def _input(block: Json, place: str, held: Held, errors: Mapping[str, str]) -> Html:
    element, key = block["element"], block["block_id"]
    ids = f"{place}-{key}"
    label = block["label"]["text"]
    wrong = errors.get(key)
    told = [f"{ids}-hint"] * ("hint" in block) + [f"{ids}-error"] * bool(wrong)
    more = {
        "aria_describedby": " ".join(told) or None,
        "aria_invalid": "true" if wrong else None,
        "required": not block.get("optional", False),
    }
    state = held.get(key, {}).get(element["action_id"], {})
    optional = tag("span", " (optional)", class_="optional") if block.get("optional") else None
    after = [
        tag("p", block["hint"]["text"], id=f"{ids}-hint", class_="hint") if "hint" in block else None,
        tag("p", wrong, id=f"{ids}-error", class_="wrong") if wrong else None,
    ]
    if element["type"] in {"radio_buttons", "checkboxes"}:
        drawn = _choices(element, state, f"f.{key}", ids, required=bool(more["required"]))
        described = str(more["aria_describedby"]) if more["aria_describedby"] else None
        return tag("fieldset", tag("legend", label, optional), drawn, after, class_="field", aria_describedby=described)
    return tag(
        "div",
        tag("label", label, optional, for_=ids),
        _field(element, state, f"f.{key}", ids, more),
        after,
        class_="field",
    )


def _element(element: Json, block: Json, place: str, held: Held) -> Html:
    kind, action = element.get("type", "nothing"), element.get("action_id", "")
    if kind == "button":
        return _button(element)
    if kind == "overflow":
        taps = [
            tag("button", option["text"]["text"], type="submit", name="do", value=f"tap:{option['text']['text']}")
            for option in element["options"]
        ]
        return tag("details", tag("summary", "More", class_="btn"), tag("div", taps), class_="overflow")
    state = held.get(block["block_id"], {}).get(action, {})
    ids, name = f"{place}-{block['block_id']}-{action}", f"f.{action}"
    label = (block.get("text") or element.get("placeholder") or {}).get("text", "Choose")
    if kind in {"radio_buttons", "checkboxes"}:
        legend = tag("legend", label, class_="hidden")
        return tag("fieldset", legend, _choices(element, state, name, ids, required=False), class_="field")
    return _field(element, state, name, ids, {"aria_label": label})


def _button(element: Json) -> Html:
    label = element["text"]["text"]
    told = element.get("accessibility_label")
    look = f"btn {element.get('style', '')}".rstrip()
    if "url" in element and not element.get("value"):
        return tag("a", label, class_=look, href=_safe(element["url"]), target="_blank", rel="noopener noreferrer")
    return tag(
        "button",
        label,
        class_=look,
        type="submit",
        name="do",
        value=f"tap:{element['action_id']}",
        formnovalidate=True,
        aria_label=told,
        data_label=label,
    )


def _safe(url: str) -> str:
    return url if url.startswith(("https://", "http://", "mailto:", "tel:")) else "#"


def _choices(element: Json, state: Json, name: str, ids: str, *, required: bool) -> list[Html]:
    one = element["type"] == "radio_buttons"
    chosen = [state.get("selected_option")] if one else state.get("selected_options", [])
    values = {each["value"] for each in chosen if each}
    return [
        tag(
            "label",
            tag(
                "input",
                type="radio" if one else "checkbox",
                name=name,
                value=option["text"]["text"],
                id=f"{ids}-{index}",
                checked=option["value"] in values,
                required=required and one,
            ),
            tag("span", text(option["text"]), _described(option)),
            class_="choice",
        )
        for index, option in enumerate(element["options"])
    ]


def _described(option: Json) -> Html | None:
    return tag("small", text(option["description"])) if "description" in option else None


def _field(element: Json, state: Json, name: str, ids: str, more: dict[str, Any]) -> Html:
    kind = element.get("type", "nothing")
    hint = (element.get("placeholder") or {}).get("text")
    if kind in {"static_select", "multi_static_select"}:
        return _select(element, state, name, ids, more)
    if kind in _INITIAL:
        value = state.get(f"selected_{_INITIAL[kind]}")
        return tag("input", type=_INITIAL[kind], name=name, id=ids, value=value, **more)
    if kind == "number_input":
        step = "any" if element["is_decimal_allowed"] else "1"
        limits = {"min": element.get("min_value"), "max": element.get("max_value")}
        return tag("input", type="number", step=step, name=name, id=ids, value=state.get("value"), **limits, **more)
    if kind not in TYPES:
        return cannot_draw(str(kind))
    typed = {"name": name, "id": ids, "placeholder": hint, "maxlength": element.get("max_length"), **more}
    if element.get("multiline"):
        return tag("textarea", state.get("value") or "", rows="3", **typed)
    return tag("input", type=TYPES[kind], value=state.get("value"), autocomplete="off", **typed)


def _select(element: Json, state: Json, name: str, ids: str, more: dict[str, Any]) -> Html:
    several = element["type"] == "multi_static_select"
    chosen = state.get("selected_options", []) if several else [state.get("selected_option")]
    values = {each["value"] for each in chosen if each}

    def options(of: list[Json]) -> list[Html]:
        return [
            tag(
                "option",
                each["text"]["text"],
                value=each["text"]["text"],
                selected=each["value"] in values,
            )
            for each in of
        ]

    groups = [
        tag("optgroup", options(group["options"]), label=group["label"]["text"])
        for group in element.get("option_groups", [])
    ]
    first = tag("option", (element.get("placeholder") or {}).get("text", "Choose one"), value="")
    inside = [None if several else first, groups or options(element.get("options", []))]
    return tag("select", inside, name=name, id=ids, multiple=several, **more)


def _image(element: Json) -> Html:
    # nothing is fetched from elsewhere: a picture is drawn by its words
    return tag("div", element["alt_text"], class_="picture", role="img", aria_label=element["alt_text"])


def _context(block: Json) -> Html:
    drawn = [_image(each) if each["type"] == "image" else tag("span", text(each)) for each in block["elements"]]
    return tag("div", drawn, class_="context")


def _rich(part: Json) -> Html:
    kind = part.get("type", "nothing")
    inside = [_rich(each) for each in part.get("elements", [])]
    match kind:
        case "text":
            return _styled(join(part["text"]), part)
        case "link":
            return _styled(link(part["url"], part.get("text") or part["url"]), part)
        case "emoji":
            return tag("span", f":{part['name']}:")
        case "user" | "channel":
            return tag("span", f"@{part.get('user_id') or part.get('channel_id')}", class_="mention")
        case "rich_text_section":
            return tag("p", inside)
        case "rich_text_preformatted":
            return tag("pre", inside)
        case "rich_text_quote":
            return tag("blockquote", inside)
        case "rich_text_list":
            return tag("ol" if part["style"] == "ordered" else "ul", [tag("li", each) for each in inside])
    return cannot_draw(str(kind))


def _styled(drawn: Html, part: Json) -> Html:
    for style, name in (("bold", "strong"), ("italic", "em"), ("strike", "s"), ("code", "code"), ("underline", "u")):
        if part.get("style", {}).get(style):
            drawn = tag(name, drawn)
    return drawn


_SIMPLE: Final[dict[str, Callable[[Json], Html]]] = {
    "header": lambda block: tag("p", block["text"]["text"], class_="header"),
    "divider": lambda _: tag("hr"),
    "context": _context,
    "image": _image,
    "rich_text": lambda block: tag("div", [_rich(each) for each in block["elements"]], class_="section"),
}
