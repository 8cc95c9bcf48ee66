"""What is done with a delivery once it is known to be Slack's, whichever way it came in: by HTTP or over the socket."""

from collections.abc import Callable
from typing import Final

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack.read import is_trial, tenant_of, well_formed

MOST: Final = 256 * 1024  # bytes of a delivery


class Deliveries:
    """Checks a delivery and hands it to Bolt. `knows` tells whether the app is installed in a tenant."""

    def __init__(self, app: AsyncApp, knows: Callable[[str], bool]) -> None:
        self._app = app
        self._knows = knows

    async def take(self, request: AsyncBoltRequest) -> BoltResponse | int:
        """Return Bolt's answer, or the status of a refusal: 400 for what is no delivery of Slack's, 403 for a tenant
        that the app is not installed in. What nobody handles is acknowledged with 200."""
        if not well_formed(request.body):
            return 400
        if not is_trial(request.body) and not self._knows(tenant_of(request.body)):
            return 403
        answer = await self._app.async_dispatch(request)
        return BoltResponse(status=200) if answer.status == 404 else answer
