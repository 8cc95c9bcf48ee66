"""Where the crisis conversation stands. Nothing that somebody wrote is ever part of a state."""

from typing import Annotated, Final, Literal

from pydantic import Field

from flows.core.base import Value
from flows.safety.alarm import Kind
from flows.safety.conversation.said import Reply

Topic = Kind | Literal["asked"]
Question = Literal["", "suicide", "answered"]
DIRECT: Final = frozenset({"self", "asked"})  # who is asked about suicide: those who may mean themselves
PARTS: Final = ("signs", "helps", "reasons", "people", "places", "professionals")  # of the plan, in their order


class _Place(Value):
    """What every state knows: what it is about, which question waits for an answer, how much was heard.

    `question` tells whether the direct question waits for an answer, or has got one: it is asked once in a visit.
    `heard` counts what the person wrote, so that answers differ.
    """

    kind: Topic = "asked"
    question: Question = ""
    heard: int = Field(default=0, ge=0, le=999)


class Beneath(Value):
    """Where in the safety plan somebody was as help came up over it: what that was about, which part was being
    written (after the last one, the plan as it is), and whether the direct question was open there, or answered."""

    about: Topic
    part: int = Field(ge=0, le=len(PARTS))
    question: Question = ""


class Helping(_Place):
    """Help on screen, and for those who may mean themselves the one question, if it `asks`.

    `reply`: what was written instead of an answer to the gentle question is answered first. `beneath`: where in the
    safety plan it came up, and is left for by who meant something else."""

    at: Literal["helping"] = "helping"
    asks: bool = False
    reply: Reply = "listen"
    beneath: Beneath | None = None


class Staying(_Place):
    """They said yes: people to reach, being with somebody, distance."""

    at: Literal["staying"] = "staying"


class Listening(_Place):
    """They wrote something, or said no: an answer to it, and the number stays on screen."""

    at: Literal["listening"] = "listening"
    reply: Reply = "listen"


class Checking(_Place):
    """It sounded heavy; is it about being safe?"""

    at: Literal["checking"] = "checking"


class More(_Place):
    """More ways: the exercise, the plan, other people and professionals."""

    at: Literal["more"] = "more"


class Choosing(_Place):
    """Which exercise?"""

    at: Literal["choosing"] = "choosing"


class Grounding(_Place):
    """One step of a short exercise, the foremost one if none is named; every step can be the last."""

    at: Literal["grounding"] = "grounding"
    exercise: str = Field(default="", max_length=40)
    step: int = Field(default=0, ge=0, le=99)


class Planning(_Place):
    """One part of the safety plan is being written. `cut`: what was sent did not fit."""

    at: Literal["planning"] = "planning"
    step: int = Field(default=0, ge=0, lt=len(PARTS))
    cut: bool = False


class Plan(_Place):
    """The plan as it is."""

    at: Literal["plan"] = "plan"


class Deleting(_Place):
    """Shall the plan be deleted?"""

    at: Literal["deleting"] = "deleting"


IN_PLAN: Final = (Planning, Plan, Deleting)
PLAN: Final = frozenset(str(each.model_fields["at"].default) for each in IN_PLAN)
"""Where the safety plan is on screen."""

State = Annotated[
    Helping | Staying | Listening | Checking | More | Choosing | Grounding | Planning | Plan | Deleting,
    Field(discriminator="at"),
]
