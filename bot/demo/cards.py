"""Draws Adaptive Cards as HTML: pure, everything that the stand-in Teams lets pass, and visibly what it does not know.

What is drawn lies in a form: a button sends `do` = `tap:#<its number>`, a field its value under `f.<input id>`.
Source: the Adaptive Cards schema 1.5.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from bot.demo.html import Html, cannot_draw, join, tag
from bot.demo.mrkdwn import link

Json = dict[str, Any]

_TYPES: Final = {"Input.Number": "number", "Input.Date": "date", "Input.Time": "time"}
_STYLES: Final = {"text": "text", "tel": "tel", "url": "url", "email": "email"}


def card(shown: Json, place: str, held: Mapping[str, str] | None = None) -> Html:
    """Return a card as HTML. `place` makes ids unique in the page; `held` is what has been entered, by input id."""
    return _Drawing(place, held or {}).card(shown)


class _Drawing:
    def __init__(self, place: str, held: Mapping[str, str]) -> None:
        self._place = place
        self._held = held
        self._numbers: Iterator[int] = itertools.count()

    def card(self, shown: Json) -> Html:
        body = [self._element(each) for each in shown.get("body", [])]
        return join([*body, self._actions(shown.get("actions", []))])

    def _element(self, part: Json) -> Html:
        kind = str(part.get("type", "nothing"))
        if kind.startswith("Input."):
            return self._input(part, kind)
        match kind:
            case "Container" | "Column" | "TableCell":
                inside = [self._element(each) for each in part.get("items", [])]
                return tag("div", inside, class_=f"box {part.get('style', '')}".rstrip())
            case "ColumnSet":
                return tag("div", [self._element(each) for each in part.get("columns", [])], class_="columns")
            case "Table":
                return tag("table", [self._row(row, part, first) for first, row in _first(part.get("rows", []))])
            case "ActionSet":
                return self._actions(part["actions"])
        draw = _SIMPLE.get(kind)
        return draw(part) if draw else cannot_draw(kind)

    def _row(self, row: Json, table: Json, first: bool) -> Html:
        cell = "th" if first and table.get("firstRowAsHeader", True) else "td"
        return tag("tr", [tag(cell, [self._element(each) for each in one["items"]]) for one in row["cells"]])

    # --- actions

    def _actions(self, actions: list[Json]) -> Html:
        return tag("div", [self._action(each) for each in actions], class_="actions") if actions else Html("")

    def _action(self, action: Json) -> Html:
        number, kind, label = next(self._numbers), action.get("type"), action.get("title", "")
        match kind:
            case "Action.Submit":
                whole = action.get("associatedInputs", "auto") != "none"
                fetches = action.get("data", {}).get("msteams", {}).get("type") == "task/fetch"
                return tag(
                    "button",
                    label,
                    class_="btn primary" if whole and not fetches else "btn",
                    type="submit",
                    name="do",
                    value=f"tap:#{number}",
                    formnovalidate=not whole,
                    data_label=label,
                )
            case "Action.OpenUrl":
                return tag("span", link(action["url"], label), class_="btn link")
            case "Action.ShowCard":
                return tag("details", tag("summary", label, class_="btn"), self.card(action["card"]))
        return cannot_draw(str(kind))

    # --- inputs

    def _input(self, part: Json, kind: str) -> Html:
        ids, name = f"{self._place}-{part['id']}", f"f.{part['id']}"
        value = self._held.get(part["id"])
        required = bool(part.get("isRequired"))
        if kind == "Input.Toggle":
            on = part.get("valueOn", "true")
            box = tag("input", type="checkbox", name=name, value=on, id=ids, checked=value == on, required=required)
            return tag("label", box, tag("span", part["title"]), class_="choice field")
        if kind == "Input.ChoiceSet" and (part.get("style") == "expanded" or part.get("isMultiSelect")):
            return self._expanded(part, ids, name, required)
        return tag(
            "div", tag("label", part["label"], for_=ids), _field(part, kind, ids, name, value, required), class_="field"
        )

    def _expanded(self, part: Json, ids: str, name: str, required: bool) -> Html:
        several = bool(part.get("isMultiSelect"))
        chosen = self._held.get(part["id"], "").split(",")
        drawn = [
            tag(
                "label",
                tag(
                    "input",
                    type="checkbox" if several else "radio",
                    name=name,
                    value=each["title"],
                    id=f"{ids}-{index}",
                    checked=each["value"] in chosen,
                    required=required and not several,
                ),
                tag("span", each["title"]),
                class_="choice",
            )
            for index, each in enumerate(part["choices"])
        ]
        return tag("fieldset", tag("legend", part["label"]), drawn, class_="field")


def _field(part: Json, kind: str, ids: str, name: str, value: str | None, required: bool) -> Html:
    common: dict[str, Any] = {"name": name, "id": ids, "required": required}
    if kind == "Input.ChoiceSet":
        options = [
            tag("option", each["title"], value=each["title"], selected=each["value"] == value)
            for each in part["choices"]
        ]
        return tag("select", tag("option", part.get("placeholder", "Choose one"), value=""), options, **common)
    common |= {"placeholder": part.get("placeholder"), "value": value}
    if kind in _TYPES:
        return tag("input", type=_TYPES[kind], min=part.get("min"), max=part.get("max"), **common)
    if kind != "Input.Text":
        return cannot_draw(kind)
    common |= {"maxlength": part.get("maxLength")}
    if part.get("isMultiline"):
        return tag("textarea", common.pop("value") or "", rows="3", **common)
    return tag("input", type=_STYLES[part.get("style", "text")], autocomplete="off", **common)


def _first(rows: list[Json]) -> Iterator[tuple[bool, Json]]:
    return ((index == 0, row) for index, row in enumerate(rows))


def _run(run: Json | str) -> Html:
    if isinstance(run, str):
        return join(run)
    drawn = join(run["text"])
    if "selectAction" in run:
        drawn = link(run["selectAction"]["url"], run["text"])
    styles = (("italic", "em"), ("strikethrough", "s"), ("underline", "u"), ("highlight", "mark"))
    for style, name in styles:
        if run.get(style):
            drawn = tag(name, drawn)
    return tag("strong", drawn) if run.get("weight") == "bolder" else drawn


def _words(part: Json) -> Html:
    heading = part.get("style") == "heading" or part.get("weight") == "bolder"
    quiet = "quiet" if part.get("isSubtle") else None
    return tag("p", part["text"], class_="header" if heading else quiet)


def _facts(part: Json) -> Html:
    pairs = [tag("div", tag("dt", fact["title"]), tag("dd", fact["value"])) for fact in part["facts"]]
    return tag("dl", pairs, class_="facts")


_SIMPLE: Final[dict[str, Callable[[Json], Html]]] = {
    "TextBlock": _words,
    "RichTextBlock": lambda part: tag("p", [_run(run) for run in part["inlines"]]),
    # nothing is fetched from elsewhere: a picture is drawn by its words
    "Image": lambda part: tag("div", part["altText"], class_="picture", role="img", aria_label=part["altText"]),
    "FactSet": _facts,
}
