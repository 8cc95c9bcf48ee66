"""HTML that is put together in Python: every text is escaped, every attribute quoted."""

import html
from collections.abc import Iterable
from typing import Final

VOID: Final = frozenset({"br", "hr", "img", "input"})


class Html(str):
    """Text that is HTML already; templates take it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return itself, which is how a template knows that it needs no escaping."""
        return self


Child = str | None | Iterable["Child"]


def tag(kind: str, /, *children: Child, **attributes: str | bool | int | None) -> Html:
    """Return an element. `aria_label` becomes `aria-label`, `class_` becomes `class`; None and False are left out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{html.escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Html(f"<{kind}{written}>" if kind in VOID else f"<{kind}{written}>{join(children)}</{kind}>")


def join(children: Child) -> Html:
    """Return children one after another: texts escaped, HTML as it is."""
    if children is None:
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, str):
        return Html(html.escape(children))
    return Html("".join(join(child) for child in children))


def cannot_draw(what: str) -> Html:
    """Return what stands for something that a renderer does not know: it is never left out in silence."""
    return tag("p", f"cannot draw this: {what}", class_="undrawn", role="note")
