"""A stand-in for Cal.com's API v2, to its documented shapes: it answers, and refuses, as the documentation says."""

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.bot.providers.conftest import StillClock

Json = dict[str, Any]
TOKEN = "cal_test_t0ken"
HOSTS = {101: "Jon Reed", 102: "Ines Faro"}
STEP = timedelta(minutes=25)
BUSY = "User either already has booking at this time or is not available"
ATTENDEE = {"name", "email", "timeZone", "phoneNumber", "language"}
BODY = {"start", "eventTypeId", "attendee", "metadata", "guests", "location", "bookingFieldsResponses"}


class Refusal(Exception):
    """An error of Cal.com's, in its envelope."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message


@dataclass
class Calcom:
    """An ASGI application. `conflict` is what a time that is taken is refused with (400 or 409 are both seen),
    `confirms` whether a booking waits for the host, `checks` whether it looks if a time is taken, `keeps` whether a
    booking that was moved keeps its metadata."""

    clock: StillClock
    first: datetime
    count: int = 340
    conflict: int = 409
    confirms: bool = False
    checks: bool = True
    keeps: bool = True
    naive: bool = False
    bookings: dict[str, Json] = field(default_factory=dict)
    reserved: dict[str, tuple[int, str, datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._uids = itertools.count(1)

    def starts(self, event: int) -> list[datetime]:
        """The free times of an event type."""
        every = [self.first + n * STEP for n in range(self.count)] if event in HOSTS else []
        return [one for one in every if not self._taken(event, one)]

    def standing(self, event: int, start: datetime) -> list[str]:
        """The uids of the bookings that stand at a time."""
        wanted = (event, _z(start))
        return [
            one["uid"]
            for one in self.bookings.values()
            if one["status"] in ("accepted", "pending") and (one["eventType"]["id"], one["start"]) == wanted
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.json() if request.method == "POST" else {}
        try:
            answer = self._route(request, body)
        except Refusal as refusal:
            error = {"code": refusal.code, "message": refusal.message, "details": {}}
            answer = JSONResponse({"status": "error", "timestamp": "", "path": "", "error": error}, refusal.status)
        await answer(scope, receive, send)

    def _route(self, request: Request, body: Json) -> Response:
        path, version = request.url.path, request.headers.get("cal-api-version")
        if path.startswith("/v2/slots"):
            if version != "2024-09-04":
                raise Refusal(404, "NotFoundException", f"Cannot {request.method} {path}")
            return self._slots(request, path, body)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            raise Refusal(401, "UnauthorizedException", "Invalid API Key")
        if version != "2026-02-25":  # the quiet one: 200, in another shape
            return JSONResponse({"status": "success", "data": {"bookings": [], "totalCount": 0}})
        match request.method, path.removeprefix("/v2/bookings").strip("/").split("/"):
            case "GET", [""]:
                return self._list(request)
            case "POST", [""]:
                return _ok(self._book(body), 201)
            case "GET", [uid]:
                return _ok(self._known(uid))
            case "POST", [uid, "cancel"]:
                return _ok(self._cancel(uid, body))
            case "POST", [uid, "reschedule"]:
                return _ok(self._move(uid, body), 201)
        raise Refusal(404, "NotFoundException", f"Cannot {request.method} {path}")

    def _slots(self, request: Request, path: str, body: Json) -> Response:
        if path == "/v2/slots":
            asked = request.query_params
            event, start, end = int(asked["eventTypeId"]), _moment(asked["start"]), _moment(asked["end"])
            if event not in HOSTS:
                raise Refusal(404, "NotFoundException", f"Event Type with ID={event} not found")
            days: dict[str, list[Json]] = {}
            for one in self.starts(event):
                if start <= one <= end:
                    times = {"start": self._told(one), "end": self._told(one + STEP)}
                    days.setdefault(f"{one:%Y-%m-%d}", []).append(times)
            return _ok(days)
        if request.method == "DELETE":
            self.reserved.pop(path.rpartition("/")[2], None)
            return _ok(None)
        unknown = set(body) - {"eventTypeId", "slotStart", "slotDuration", "reservationDuration"}
        if unknown or not isinstance(body.get("eventTypeId"), int):
            raise Refusal(400, "BadRequestException", "property is wrong")
        start = _moment(body["slotStart"])
        if self._taken(body["eventTypeId"], start):
            message = "This time slot is already reserved by another user. Please choose a different time."
            raise Refusal(422, "UnprocessableEntityException", message)
        uid, minutes = f"e84be5a3-4696-49e3-acc7-{next(self._uids):012d}", body.get("reservationDuration", 5)
        self.reserved[uid] = (body["eventTypeId"], _z(start), self.clock.now() + timedelta(minutes=minutes))
        data = {"eventTypeId": body["eventTypeId"], "slotStart": _z(start), "slotEnd": _z(start + STEP)}
        return _ok(data | {"reservationUid": uid, "reservationDuration": minutes}, 201)

    def _list(self, request: Request) -> Response:
        asked = request.query_params
        events = {int(one) for one in asked.get("eventTypeIds", "").split(",") if one}
        found = [one for one in self.bookings.values() if not events or one["eventType"]["id"] in events]
        if after := asked.get("afterStart"):
            found = [one for one in found if _moment(one["start"]) >= _moment(after)]
        if before := asked.get("beforeEnd"):
            found = [one for one in found if _moment(one["end"]) <= _moment(before)]
        if asked.get("sortCreated") == "desc":
            found = found[::-1]
        skip, take = int(asked.get("skip", 0)), int(asked.get("take", 100))
        page = found[skip : skip + take]
        paging = {"totalItems": len(found), "hasNextPage": skip + take < len(found)}
        return JSONResponse({"status": "success", "data": page, "pagination": paging})

    def _book(self, body: Json) -> Json:
        if unknown := set(body) - BODY:
            raise Refusal(400, "BadRequestException", f"property {unknown.pop()} should not exist")
        attendee, event = body.get("attendee") or {}, body.get("eventTypeId")
        if set(attendee) - ATTENDEE or not attendee.get("name") or not attendee.get("timeZone"):
            raise Refusal(400, "BadRequestException", "attendee property is wrong")
        if not (attendee.get("email") or re.fullmatch(r"\+\d{7,15}", attendee.get("phoneNumber") or "")):
            raise Refusal(400, "BadRequestException", "At least one contact method must be provided")
        metadata = body.get("metadata") or {}
        if len(metadata) > 50 or any(len(k) > 40 or len(v) > 500 for k, v in metadata.items()):
            raise Refusal(400, "BadRequestException", "Metadata must have at most 50 keys")
        if event not in HOSTS:
            raise Refusal(404, "NotFoundException", f"Event type with id {event} not found.")
        return self._make(event, _moment(body["start"]), attendee, metadata)

    def _make(self, event: int, start: datetime, attendee: Json, metadata: Json, was: str | None = None) -> Json:
        if self.checks and self._taken(event, start):
            code = "ConflictException" if self.conflict == 409 else "BadRequestException"
            raise Refusal(self.conflict, code, BUSY)
        n = next(self._uids)
        made = {
            "id": n,
            "uid": f"uid{n:06d}",
            "title": f"50 minutes between {HOSTS[event]} and {attendee['name']}",
            "status": "pending" if self.confirms else "accepted",
            "start": _z(start),
            "end": _z(start + STEP),
            "duration": 25,
            "eventTypeId": event,
            "eventType": {"id": event, "slug": "talk"},
            "hosts": [{"id": 1, "name": HOSTS[event], "timeZone": "Europe/London"}],
            "attendees": [attendee | {"absent": False}],
            "metadata": metadata,
            "createdAt": f"2025-03-03T07:00:00.{n:06d}Z",
            "meetingUrl": "https://app.cal.com/video/x",
            "location": "integrations:daily",
            **({"rescheduledFromUid": was} if was else {}),
        }
        self.bookings[str(made["uid"])] = made
        return made

    def _cancel(self, uid: str, body: Json) -> Json:
        booking = self._known(uid)
        if set(body) - {"cancellationReason", "cancelSubsequentBookings"}:
            raise Refusal(400, "BadRequestException", "property should not exist")
        if booking["status"] == "cancelled":
            message = f"Can't cancel booking with uid={uid} because it has been cancelled already."
            raise Refusal(400, "BadRequestException", message)
        self.bookings[uid] = booking | {"status": "cancelled"}
        return self.bookings[uid]

    def _move(self, uid: str, body: Json) -> Json:
        booking = self._known(uid)
        if set(body) - {"start", "rescheduledBy", "reschedulingReason"}:
            raise Refusal(400, "BadRequestException", "property should not exist")
        if booking["status"] not in ("accepted", "pending"):
            raise Refusal(400, "BadRequestException", f"Can't reschedule booking with uid={uid}")
        attendee = {name: value for name, value in booking["attendees"][0].items() if name != "absent"}
        metadata = booking["metadata"] if self.keeps else {}
        made = self._make(booking["eventType"]["id"], _moment(body["start"]), attendee, metadata, was=uid)
        self.bookings[uid] = booking | {"status": "cancelled", "rescheduledToUid": made["uid"]}
        return made

    def _known(self, uid: str) -> Json:
        if uid not in self.bookings:
            raise Refusal(404, "NotFoundException", f"Booking with uid={uid} not found")
        return self.bookings[uid]

    def _taken(self, event: int, start: datetime) -> bool:
        now = self.clock.now()
        held = any((one[0], one[1]) == (event, _z(start)) and one[2] > now for one in self.reserved.values())
        return held or bool(self.standing(event, start))

    def _told(self, moment: datetime) -> str:
        return f"{moment:%Y-%m-%dT%H:%M:%S.000}" + ("" if self.naive else "Z")


def _ok(data: object, status: int = 200) -> Response:
    return JSONResponse({"status": "success", "data": data}, status)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _z(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
