"""What somebody chose to share before an appointment: a Communication about it, once, and read back byte for byte."""

from datetime import UTC, datetime
from typing import Final

from bot.providers import fhir_bundles as bundles
from bot.providers.base import ProviderDown, Refused, Uncertain
from bot.providers.fhir_changes import twice
from bot.providers.fhir_models import Resource
from bot.providers.fhir_records import Outcome
from bot.providers.fhir_wire import Lost, Unsent, Wire

SHARED: Final = "urn:haven:shared"


class Sharing:
    """Sends a text. It is looked for by its key before it is sent, so every call can be made again."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def share(self, reference: str, key: str, text: str, consented_at: datetime) -> None:
        """See Provider.share."""
        try:
            if await self._there(key, text):
                return
            sent = await twice(
                lambda: self._wire.create(message(reference, key, text, consented_at), bundles.unless(SHARED, key))
            )
        except Unsent as unsent:
            raise ProviderDown("the provider could not be reached", unsent.again) from None
        except Lost:
            raise ProviderDown("the provider could not be asked what it has been sent") from None
        try:
            if await self._there(key, text):
                return
        except (Unsent, Lost):
            raise Uncertain("the message was sent and could not be read back") from None
        if sent in (Outcome.REFUSED, Outcome.TAKEN, Outcome.VOUCHER):
            raise Refused("the provider does not take this message")
        raise Uncertain("the message was sent and is not to be seen")

    async def _there(self, key: str, text: str) -> bool:
        """Tell whether the provider has exactly this text under this key. Raises Unsent or Lost."""
        async for bundle in self._wire.pages("Communication", [("identifier", f"{SHARED}|{key}")]):
            for raw in bundle.resources():
                marks = [(one.get("system"), one.get("value")) for one in raw.get("identifier") or []]
                said = [one.get("contentString") for one in raw.get("payload") or []]
                if (SHARED, key) in marks and said == [text]:
                    return True
        return False


def message(reference: str, key: str, text: str, consented_at: datetime) -> Resource:
    """Return the Communication: the text, which appointment it is about, and when its person said yes to it."""
    return {
        "resourceType": "Communication",
        "identifier": [{"system": SHARED, "value": key}],
        "status": "completed",
        "about": [{"reference": reference}],
        "payload": [{"contentString": text}],
        "extension": [{"url": bundles.CONSENT, "valueDateTime": consented_at.astimezone(UTC).isoformat()}],
    }
