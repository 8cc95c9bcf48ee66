"""crisis.yaml: the staffed contact that calls people back, if there is one."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from content.values import Country, Hours, Language, Name, Part, Weekday, Zone, distinct, empty_is_none, refuse
from flows.core.contact import StaffedContact

DAY_AND_NIGHT: Final = "day and night"


def _always(value: object) -> object:
    """Read "day and night" as no hours at all: somebody is always there."""
    if value in (None, ""):
        raise refuse("nobody is ever there", f'write hours as "09:00-17:00" by day, or {DAY_AND_NIGHT}')
    return None if value == DAY_AND_NIGHT else value


class ContactEntry(Part):
    """Who calls back: when they are there (local to `zone`), within how many minutes, where and in which languages."""

    name: Name
    zone: Zone
    hours: Annotated[dict[Weekday, Hours] | None, BeforeValidator(_always)]
    minutes: int = Field(ge=5, le=1440)
    languages: Annotated[tuple[Language, ...], AfterValidator(distinct("", "keep one of them"))] = Field(min_length=1)
    countries: Annotated[tuple[Country, ...], AfterValidator(distinct("", "keep one of them"))] = Field(min_length=1)

    @model_validator(mode="after")
    def _kept(self) -> Self:
        if self.hours is None:
            return self
        spans = [span.minutes for day in self.hours.values() for span in day]
        if not spans:
            raise refuse("nobody is ever there", f'write hours as "09:00-17:00" by day, or {DAY_AND_NIGHT}', "hours")
        if self.minutes > min(spans):
            message = f"{self.minutes} minutes are longer than the shortest opening ({min(spans)} minutes)"
            raise refuse(message, "promise what can be kept within one opening", "minutes")
        return self

    def contact(self) -> StaffedContact:
        """Return it as flows know it."""
        hours = None
        if self.hours is not None:
            hours = {day: tuple((span.start, span.end) for span in spans) for day, spans in self.hours.items()}
        return StaffedContact(hours=hours, **self.model_dump(exclude={"hours"}))


class Crisis(Part):
    """crisis.yaml. Without a staffed contact nobody is offered to be called back."""

    staffed_contact: Annotated[ContactEntry | None, BeforeValidator(empty_is_none)]
