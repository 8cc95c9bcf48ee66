"""What a flow may ask for. Effects are data, never a call; the desk and the errands carry them out.

What is asked of a provider stands in `asks.py`."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from flows.core.asks import Asked, PassOffer, Release, Unwait
from flows.core.base import Value
from flows.core.care import (
    CallRequest,
    Intent,
    Mood,
    Plan,
    Reminding,
    SafetyPlan,
)

CLOSING_NOTE: Final = "-closing"
"""In place of a line's key (which no line can have): that there will be no more check-ins for now."""


class Agree(Value):
    """Remember that this version of the notice was agreed to."""

    kind: Literal["agree"] = "agree"
    version: str = Field(max_length=40)


class SetPlan(Value):
    """Start, change, pause or (None) stop the person's check-ins."""

    kind: Literal["set_plan"] = "set_plan"
    plan: Plan | None


class SetLanguage(Value):
    """Speak this language with the person from now on, whatever their profile says."""

    kind: Literal["set_language"] = "set_language"
    locale: str = Field(max_length=16)


class SetCountry(Value):
    """The person is in this country now, by its two letters; "XX" for one that we have no lines for. It holds, whatever
    their time zone, until they say another."""

    kind: Literal["set_country"] = "set_country"
    country: str = Field(pattern=r"^[A-Z]{2}$")


class KeepSafetyPlan(Value):
    """Keep the person's safety plan as it is now, sealed; None if there is nothing in it."""

    kind: Literal["keep_safety_plan"] = "keep_safety_plan"
    plan: SafetyPlan | None


class Checked(Value):
    """Remember the day of a private check, and nothing else of it, until another makes sense."""

    kind: Literal["checked"] = "checked"
    day: date


class SetRemind(Value):
    """Remind of an appointment at these times from now on."""

    kind: Literal["set_remind"] = "set_remind"
    appointment: str = Field(max_length=40)  # its key
    remind: Reminding


class SetFiled(Value):
    """Remember that a calendar file of an appointment was taken: who moves or cancels it hears of the new one."""

    kind: Literal["set_filed"] = "set_filed"
    appointment: str = Field(max_length=40)  # its key


class SetReach(Value):
    """Tell the provider, or not, if the chat no longer reaches the person: they may use the contact given to them."""

    kind: Literal["set_reach"] = "set_reach"
    appointment: str = Field(max_length=40)  # its key
    reach: bool


class KeepIntent(Value):
    """Keep what somebody is looking for, and tell them once when booking works again; None: let go of it."""

    kind: Literal["keep_intent"] = "keep_intent"
    intent: Intent | None


class CallBack(Value):
    """Ask the staffed contact to be in touch by the promised time. Answered by Changed("ticket"), as often as there is
    something new about it."""

    kind: Literal["call_back"] = "call_back"
    request: CallRequest
    promised: AwareDatetime


class TakeBack(Value):
    """Take the request to be called back away from the staffed contact again."""

    kind: Literal["take_back"] = "take_back"


class SetCaring(Value):
    """Write to the person, neutrally, at these times and at no others; never again if there are none."""

    kind: Literal["set_caring"] = "set_caring"
    at: tuple[AwareDatetime, ...] = Field(max_length=2)


class Remind(Value):
    """Send an approved template to a whole team at a fixed time: in its channel, or to `each` member alike. Answered by
    Changed or Failed."""

    kind: Literal["remind"] = "remind"
    team: str = Field(max_length=40)
    template: str = Field(max_length=40)
    each: bool = False


class CancelReminder(Value):
    """Call a reminder off that has not gone out. Answered by Changed or Failed."""

    kind: Literal["cancel_reminder"] = "cancel_reminder"
    team: str = Field(max_length=40)
    when: AwareDatetime


class Nudge(Value):
    """Send the person one check-in line, by its content key; or CLOSING_NOTE. At most once."""

    kind: Literal["nudge"] = "nudge"
    key: str = Field(max_length=40)


class Reacted(Value):
    """The person did something with a check-in: they are wanted, so they come as often as they were asked for."""

    kind: Literal["reacted"] = "reacted"


class KeepMood(Value):
    """Keep how somebody said that things were, because they want it kept."""

    kind: Literal["keep_mood"] = "keep_mood"
    mood: Mood


class ForgetMoods(Value):
    """Delete every such answer, and keep no more of them."""

    kind: Literal["forget_moods"] = "forget_moods"


class Forget(Value):
    """Destroy everything held about the person, at once."""

    kind: Literal["forget"] = "forget"


Effect = Annotated[
    Asked
    | Release
    | Unwait
    | PassOffer
    | Agree
    | SetPlan
    | KeepSafetyPlan
    | SetLanguage
    | SetCountry
    | Checked
    | SetRemind
    | SetFiled
    | SetReach
    | KeepIntent
    | CallBack
    | TakeBack
    | SetCaring
    | Remind
    | CancelReminder
    | Nudge
    | Reacted
    | KeepMood
    | ForgetMoods
    | Forget,
    Field(discriminator="kind"),
]
