"""Where a request to be called back stands, and the words of it."""

from typing import Annotated, Literal

from pydantic import Field

from flows.core.base import Value
from flows.core.care import CallRequest
from flows.core.words import Blanks, Label, Line, Title, Words


class CallbackWords(Words):
    """From asking to be called back to what became of it."""

    title: Title
    who: Annotated[Line, Blanks("contact")]
    open: Annotated[Line, Blanks("when")]
    closed: Annotated[Line, Blanks("opens", "when")]
    languages: Annotated[Line, Blanks("languages")]
    name: Line
    name_hint: Line
    name_wrong: Line
    reach: Line
    reach_hint: Line
    reach_wrong: Line
    urgent: Label
    routine: Label
    submit: Title
    preview: Annotated[Line, Blanks("contact")]
    item: Annotated[Line, Blanks("item", "value")]
    item_name: Line
    item_reach: Line
    item_urgency: Line
    consent: Line
    send: Label
    drop_name: Label
    drop_urgency: Label
    change: Label
    nothing: Label
    sending: Line
    look_again: Label
    sent: Annotated[Line, Blanks("contact", "when")]
    sent_next: Line
    late: Annotated[Line, Blanks("contact", "when")]
    taken: Annotated[Line, Blanks("contact")]
    missed: Annotated[Line, Blanks("contact", "when")]
    lost: Annotated[Line, Blanks("contact")]
    refused: Annotated[Line, Blanks("contact")]
    unstaffed: Line
    others: Line
    phone: Annotated[Line, Blanks("phone")]
    line: Annotated[Line, Blanks("name", "dial")]
    again: Label
    withdraw: Label
    withdrawn: Annotated[Line, Blanks("contact")]
    ways: Label
    back: Label


class Asking(Value):
    """The form. What was entered stays in it if something is wrong with it."""

    at: Literal["asking"] = "asking"
    request: CallRequest = CallRequest()
    wrong: tuple[Literal["name", "reach"], ...] = ()


class Previewing(Value):
    """Exactly what would be sent; nothing is, without a yes to it."""

    at: Literal["previewing"] = "previewing"
    request: CallRequest


class Standing(Value):
    """It was asked for: what became of it stands in the person's ticket."""

    at: Literal["standing"] = "standing"


class Withdrawn(Value):
    """They took it back."""

    at: Literal["withdrawn"] = "withdrawn"


class Unstaffed(Value):
    """Nobody calls back here, or not in this country: who answers instead."""

    at: Literal["unstaffed"] = "unstaffed"


State = Annotated[Asking | Previewing | Standing | Withdrawn | Unstaffed, Field(discriminator="at")]
