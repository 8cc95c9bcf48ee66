"""Where sharing something before an appointment stands, and the words of it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from flows.core.base import Value
from flows.core.care import Appointment
from flows.core.words import Blanks, Label, Line, Title, Words


class SharingWords(Words):
    """From choosing what to share to its having arrived."""

    title: Title
    about: Annotated[Line, Blanks("who")]
    kept: Line
    not_kept: Line
    mood: Annotated[Line, Blanks("day", "mood")]
    mood_fine: Line
    mood_so_so: Line
    mood_rough: Line
    share_it: Label
    own: Line
    own_hint: Line
    own_wrong: Line
    nothing_chosen: Line
    submit: Title
    preview: Annotated[Line, Blanks("who")]
    consent: Line
    send: Label
    change: Label
    no: Label
    sending: Line
    slow: Line
    look_again: Label
    sent: Annotated[Line, Blanks("who")]
    down: Annotated[Line, Blanks("phone")]
    refused: Annotated[Line, Blanks("who")]
    again: Label
    mine: Label
    done: Label


class Choosing(Value):
    """What there is to share; nothing is chosen. `lines` are kept answers as they were read, `own` are words of their
    own. `wrong`: nothing was chosen, or it was too long."""

    at: Literal["choosing"] = "choosing"
    appointment: Appointment
    lines: tuple[Annotated[str, Field(max_length=80)], ...] = Field(default=(), max_length=6)
    own: str = Field(default="", max_length=300)
    wrong: Literal["", "nothing", "long"] = ""


class Previewing(Value):
    """Exactly what would be sent: `text`, and nothing else."""

    at: Literal["previewing"] = "previewing"
    choice: Choosing
    text: str = Field(max_length=800)


class Sending(Value):
    """It is being sent."""

    at: Literal["sending"] = "sending"
    preview: Previewing
    since: AwareDatetime


class Sent(Value):
    """The provider has it."""

    at: Literal["sent"] = "sent"
    who: str = Field(max_length=80)


class Unsent(Value):
    """The provider does not have it: it did not answer, or would not have it."""

    at: Literal["unsent"] = "unsent"
    preview: Previewing
    refused: bool = False


State = Annotated[Choosing | Previewing | Sending | Sent | Unsent, Field(discriminator="at")]
