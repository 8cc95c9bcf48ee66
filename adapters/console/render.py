"""Draws a Screen as lines of text: what is read, what is asked, what can be chosen."""

from flows.core.screen import Field, Screen

PRIVATE = "(private)"


def render(screen: Screen) -> str:
    """Return the screen as text: fields with their options and what is wrong below them, buttons in brackets."""
    lines = [PRIVATE] if screen.private else []
    lines += screen.lines
    lines += [_field(field) for field in screen.fields]
    if screen.fields:
        lines.append(f"{screen.submit}: type " + ", ".join(f"{field.key}=..." for field in screen.fields))
    if screen.buttons:
        lines.append(
            " ".join(
                f"{button.label}: {button.link}" if button.link else f"[{button.label}]" for button in screen.buttons
            )
        )
    return "\n".join(lines)


def _field(field: Field) -> str:
    options = " | ".join(each.label if each.key == each.label else f"{each.key} {each.label}" for each in field.options)
    hint = f" ({field.hint})" if field.hint else ""
    value = f" [{field.value}]" if field.value else ""
    error = f"\n  ! {field.error}" if field.error else ""
    return f"{field.key}: {field.label}{hint}{value}" + (f"  {options}" if options else "") + error
