"""A stand-in for a publisher of SMART Scheduling Links: a manifest, and files of one resource a line, on any web server
Beside what is right there is what publishers may do and people must not be shown."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

Json = dict[str, Any]
BASE = "http://127.0.0.1"
PAGE = "https://book.practice.example/slots"
CLASSIC = "http://fhir-registry.smarthealthit.org/StructureDefinition/booking-deep-link"
HL7 = "http://hl7.org/fhir/uv/smart-scheduling-links/StructureDefinition/booking-deep-link"


@dataclass
class Publisher:
    """An ASGI application. `elsewhere` puts a file on another host; `fault` answers a request by a status instead."""

    first: datetime
    count: int = 60
    elsewhere: bool = False
    fault: Callable[[str], int | None] = lambda _path: None
    asked: list[Request] = field(default_factory=list)

    def slot(self, n: int, schedule: str = "kim", **more: Any) -> Json:
        """A free slot of 50 minutes."""
        start = self.first + timedelta(hours=n)
        link = {"url": HL7 if n % 2 else CLASSIC, "valueUrl": f"{PAGE}/{n}?source=portal"}
        slot = {
            "resourceType": "Slot",
            "id": f"s{n}",
            "schedule": {"reference": f"Schedule/{schedule}"},
            "status": "free",
            "start": start.isoformat(),
            "end": (start + timedelta(minutes=50)).isoformat(),
            "extension": [{"url": "http://example.org/other"}, link],
        }
        return slot | more

    def odd(self) -> list[str]:
        """What may be published, and must not be shown."""
        late = (self.first + timedelta(hours=14)).isoformat()
        pages = (
            "http://book.practice.example/",
            "https://me@book.example/",
            "javascript:alert(1)",
            f"{PAGE}/{'x' * 200}",
        )
        odd: list[Json] = [
            self.slot(5, id="s900", status="busy"),
            self.slot(5, id="s901", end=late),  # the opening hours of a day
            self.slot(5, id="s902", start="2025-03-04T10:00:00"),  # no offset
            self.slot(5, id="s903", extension=[]),
            self.slot(5, id="s904", schedule="nobodys"),
            *(
                self.slot(5, id=f"s{905 + n}", extension=[{"url": CLASSIC, "valueUrl": page}])
                for n, page in enumerate(pages)
            ),
        ]
        return [*map(json.dumps, odd), "{not json", "[]", ""]

    def files(self) -> dict[str, list[str]]:
        """The files, by their paths."""
        schedules = [
            {
                "resourceType": "Schedule",
                "id": "kim",
                "serviceType": [{"text": "Telehealth by video"}],
                "actor": [{"reference": "Location/1"}, {"reference": "PractitionerRole/7"}],
            },
            {"resourceType": "Schedule", "id": "walk-in", "actor": [{"reference": "Location/1", "display": "Harbour"}]},
        ]
        role = {"resourceType": "PractitionerRole", "id": "7", "practitioner": {"display": "Kim Vale"}}
        place = {"resourceType": "Location", "id": "1", "name": "Harbour Practice"}
        half = self.count // 2
        return {
            "/pub/locations.ndjson": [json.dumps(place)],
            "/pub/roles.ndjson": [json.dumps(role)],
            "/pub/schedules.ndjson": [json.dumps(one) for one in schedules],
            "/pub/slots-1.ndjson": [json.dumps(self.slot(n)) for n in reversed(range(half))],
            "/pub/slots-2.ndjson": [json.dumps(self.slot(n, "walk-in")) for n in range(half, self.count)] + self.odd(),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append(request)
        await self._answer(request.url.path)(scope, receive, send)

    def _answer(self, path: str) -> Response:
        files = self.files()
        if status := self.fault(path):
            return Response("{}", status)
        if path == "/pub/$bulk-publish":
            kinds = ("Location", "PractitionerRole", "Schedule", "Slot", "Slot")
            output = [{"type": kind, "url": f"{BASE}{file}"} for kind, file in zip(kinds, files, strict=True)]
            output.append({"type": "HealthcareService", "url": "https://other.example/services.ndjson"})
            if self.elsewhere:
                output[-2]["url"] = "http://169.254.169.254/slots.ndjson"
            return JSONResponse(
                {"transactionTime": "2025-03-03T00:00:00Z", "request": "", "output": output, "error": []}
            )
        if path in files:
            return Response("\n".join(files[path]), media_type="application/fhir+ndjson")
        return Response("{}", 404)
