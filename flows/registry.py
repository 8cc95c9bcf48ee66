"""Every conversation there is, by name: the one list that the desk, the content and the tests walk."""

from flows import (
    booking,
    callback,
    caring,
    checkin,
    country,
    home,
    language,
    notice,
    options,
    privacy,
    safety,
    screening,
    selfhelp,
    sharing,
    team,
    waiting,
)
from flows.core.flow import AnyFlow

FLOWS: dict[str, AnyFlow] = {
    flow.name: flow
    for flow in (
        notice.FLOW,
        home.FLOW,
        screening.FLOW,
        options.FLOW,
        selfhelp.FLOW,
        booking.FLOW,
        waiting.FLOW,
        sharing.FLOW,
        checkin.FLOW,
        team.FLOW,
        callback.FLOW,
        caring.FLOW,
        privacy.FLOW,
        language.FLOW,
        country.FLOW,
        safety.FLOW,
    )
}
