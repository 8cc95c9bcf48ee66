"""A small FHIR server that keeps its promises, or breaks exactly one: what the client must survive."""

import asyncio
import copy
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

Json = dict[str, Any]


class Refusal(Exception):
    """The server's own 4xx."""

    def __init__(self, status: int, why: str = "") -> None:
        self.status = status
        self.why = why


KIM: Json = {
    "resourceType": "Practitioner",
    "id": "kim",
    "active": True,
    "name": [{"given": ["Kim"], "family": "Vale"}],
    "gender": "female",
    "communication": [{"coding": [{"code": "en-GB"}]}, {"coding": [{"code": "de"}]}, {"text": "some Welsh"}],
    "qualification": [
        {"code": {"text": "Chartered"}, "issuer": {"display": "Some Board"}},
        {"code": {"text": "Licence"}, "extension": [{"url": "urn:haven:licensed", "valueCode": "GB"}]},
    ],
}
ROLE: Json = {
    "resourceType": "PractitionerRole",
    "id": "r1",
    "active": True,
    "practitioner": {"reference": "Practitioner/kim"},
    "code": [{"text": "Life coach"}],
    "specialty": [{"coding": [{"code": "sleep"}]}, {"text": "work"}],
}


@dataclass
class Standin:
    """An in-memory server, an ASGI application.

    `transactions`: "atomic"; "partial" (HTTP 200 with 412 and 201 inside); "no_rollback" (412, but the rows
    stay); "none" (404). `if_match` and `if_none_exist` tell whether it looks at them. `coarse` stamps whole
    seconds. `fault` is asked at each request (its number, method) for one of: lose_request, lose_reply,
    late (commits after the client has gone), slow, 500, 500_done, garbage, 409, 503, cut.
    """

    transactions: str = "atomic"
    advertised: bool = True
    if_match: bool = True
    if_none_exist: bool = True
    coarse: bool = False
    status: str | None = None  # what it makes of "booked"
    finds: bool | None = None  # whether an identifier matches: by itself, always, or never
    statement: Json | None = None  # instead of its own CapabilityStatement
    slots: int = 3
    keeps_marks: bool = True  # whether Slot.identifier survives
    moves: bool = True  # whether an appointment may change its slot
    holds: bool = False  # whether it keeps a slot for somebody
    people: bool = False  # whether it has a directory
    contained: bool = True  # whether an appointment may carry its patient
    vouchers: tuple[str, ...] = ()  # those that are good, once each
    fault: Callable[[int, str], str | None] = lambda _n, _method: None
    store: dict[str, Json] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    late: set["asyncio.Task[Any]"] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._ids = itertools.count(999, -1)  # whoever comes later has the smaller id
        self._versions = itertools.count(1)
        first = datetime(2025, 3, 4, 10, tzinfo=timezone(timedelta(hours=1)))
        apart = timedelta(hours=1) if self.slots < 100 else timedelta(minutes=25)
        for n in range(self.slots):
            slot = {
                "resourceType": "Slot",
                "id": f"s{n}",
                "status": "free",
                "schedule": {"reference": "Schedule/x", "display": "Kim Vale"},
                "start": (first + n * apart).isoformat(),
                "end": (first + n * apart + apart * 5 / 6).isoformat(),
                "vendorNote": {"kept": True},
            }
            self.save(slot)
        if self.people:
            self.save(KIM)
            self.save({"resourceType": "Practitioner", "id": "gone", "active": True, "name": [{"text": "Lou Gone"}]})
            self.save(ROLE)
            self.save({"resourceType": "Schedule", "id": "x", "actor": [{"reference": "Practitioner/kim"}]})

    def save(self, resource: Json) -> Json:
        """Store a version."""
        now = datetime.now(UTC)  # noqa: TID251  a server elsewhere has a clock of its own
        stamp = now.replace(microsecond=0) if self.coarse else now
        meta = {"versionId": str(next(self._versions)), "lastUpdated": stamp.isoformat().replace("+00:00", "Z")}
        stored = copy.deepcopy(resource) | {"meta": meta}
        if stored["resourceType"] == "Slot" and not self.keeps_marks:
            stored.pop("identifier", None)
        self.store[f"{stored['resourceType']}/{stored['id']}"] = stored
        return stored

    def standing(self, **where: str) -> list[Json]:
        """The appointments that stand, by key or slot."""
        return [
            one
            for one in self.store.values()
            if one["resourceType"] == "Appointment"
            and one["status"] != "cancelled"
            and where.get("key", one["identifier"][0]["value"]) == one["identifier"][0]["value"]
            and where.get("slot", one["slot"][0]["reference"]) == one["slot"][0]["reference"]
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        n = len(self.asked)
        self.asked.append(f"{request.method} {request.url.path}")
        body = await request.json() if request.method in ("PUT", "POST", "PATCH") else {}
        self.bodies.append(body)
        fault = self.fault(n, request.method)
        if fault == "lose_request":
            await asyncio.sleep(30)
        if fault == "slow":
            await asyncio.sleep(0.3)
        if fault is not None and re.fullmatch(r"\d+( \d+)?", fault):
            status, _, after = fault.partition(" ")
            await Response("{}", int(status), {"Retry-After": after} if after else None)(scope, receive, send)
            return
        if fault == "late":
            task = asyncio.create_task(self._later(request, body))
            self.late.add(task)
            await asyncio.sleep(30)
        answer = await self._answer(request, body)
        if fault == "lose_reply":
            await asyncio.sleep(30)
        if fault == "500_done":
            answer = Response("{}", 500)
        if fault == "garbage":
            answer = Response(b"\xff<html>", 200)
        await answer(scope, receive, send)

    async def _later(self, request: Request, body: Json) -> None:
        await asyncio.sleep(1.0)
        await self._answer(request, body)

    async def _answer(self, request: Request, body: Json) -> Response:
        await asyncio.sleep(0)  # others get in between
        path = request.url.path.strip("/")
        try:
            match request.method, path:
                case "GET", "metadata":
                    return JSONResponse(self._statement())
                case "GET", ("Slot" | "Appointment" | "Practitioner" | "PractitionerRole" | "Schedule") as kind:
                    return JSONResponse(self._search(kind, request))
                case "GET", _:
                    return JSONResponse(self._known(path))
                case "POST", "":
                    return await self._transaction(body)
                case "POST", _:
                    created, status = self._create(body, request.headers.get("if-none-exist"))
                    return JSONResponse(created, status)
                case "PUT", _:
                    return JSONResponse(self._put(path, body, request.headers.get("if-match")))
                case "PATCH", _:  # as many servers do: whatever If-Match says
                    return JSONResponse(self.save(self._known(path) | body))
                case _:
                    self.store.pop(path, None)
                    return Response(status_code=204)
        except Refusal as refusal:
            coding = [{"system": "urn:haven:problem", "code": refusal.why}]
            issue = {"severity": "error", "code": "business-rule", "details": {"coding": coding}}
            return JSONResponse({"resourceType": "OperationOutcome", "issue": [issue]}, refusal.status)

    def _statement(self) -> Json:
        if self.statement is not None:
            return self.statement
        offers = [{"code": "transaction"}] if self.advertised else []
        kinds = [{"type": "Slot"}, {"type": "Appointment"}]
        if self.people:
            kinds += [{"type": "Practitioner"}, {"type": "PractitionerRole"}, {"type": "Schedule"}]
        can = [code for code, does in (("hold", self.holds), ("vouchers", bool(self.vouchers))) if does]
        return {
            "resourceType": "CapabilityStatement",
            "fhirVersion": "4.0.1",
            "rest": [
                {
                    "mode": "server",
                    "resource": kinds,
                    "interaction": offers,
                    "extension": [{"url": "urn:haven:capability", "valueCode": code} for code in can],
                }
            ],
        }

    def _known(self, path: str) -> Json:
        if path not in self.store:
            raise Refusal(404)
        return self.store[path]

    def _search(self, kind: str, request: Request) -> Json:
        found = [one for one in self.store.values() if one["resourceType"] == kind]
        if kind == "Slot":
            found = [one for one in found if one["status"] == request.query_params["status"]]
        if wanted := request.query_params.get("identifier"):
            found = [one for one in found if self._has(one, wanted)]
        if (wanted := request.query_params.get("slot")) and self.finds is not True:
            found = [one for one in found if any(wanted == slot["reference"] for slot in one.get("slot", []))]
        asked = request.query_params.getlist("_include")
        also = [self.store[one] for one in ("Schedule/x", "Practitioner/kim") if asked and self.people]
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": one} for one in (*found, *also)],
        }

    def _has(self, resource: Json, token: str) -> bool:
        if self.finds is not None:
            return self.finds
        return any(f"{one['system']}|{one['value']}" == token for one in resource["identifier"])

    def _create(self, body: Json, condition: str | None) -> tuple[Json, int]:
        if condition and self.if_none_exist:
            token = re.sub("^identifier=", "", condition)
            for one in self.store.values():
                if one["resourceType"] == body["resourceType"] and self._has(one, token):
                    return one, 200
        if body.get("contained") and not self.contained:
            raise Refusal(422)
        spent = [one["value"] for one in body.get("identifier", []) if one["system"] == "urn:haven:voucher"]
        if spent and self.vouchers:
            if spent[0] not in self.vouchers:
                raise Refusal(422, "voucher")
            self.vouchers = tuple(one for one in self.vouchers if one != spent[0])
        made = body | {"id": f"a{next(self._ids)}"}
        if self.status and made.get("status") == "booked":
            made["status"] = self.status
        return self.save(made), 201

    def _put(self, path: str, body: Json, if_match: str | None) -> Json:
        known = self.store.get(path, {})
        if self.if_match and if_match != f'W/"{known.get("meta", {}).get("versionId")}"':
            raise Refusal(412)
        if body["resourceType"] == "Appointment" and not self.moves and body["slot"] != known.get("slot"):
            raise Refusal(422)
        return self.save(body)

    async def _transaction(self, bundle: Json) -> Response:
        if self.transactions == "none":
            raise Refusal(404)
        before = dict(self.store)  # what is stored is replaced, never changed
        statuses: list[int] = []
        why = ""
        for entry in bundle["entry"]:
            asked = entry["request"]
            if self.transactions != "atomic":
                await asyncio.sleep(0)  # and here
            try:
                if asked["method"] == "PUT":
                    self._put(asked["url"], entry["resource"], asked.get("ifMatch"))
                    statuses.append(200)
                else:
                    statuses.append(self._create(entry["resource"], asked.get("ifNoneExist"))[1])
            except Refusal as refusal:
                statuses.append(refusal.status)
                why = why or refusal.why
        worst = max(statuses)
        if worst >= 400 and self.transactions == "atomic":
            self.store = before
        if worst >= 400 and self.transactions != "partial":
            raise Refusal(worst, why)
        entries = [{"response": {"status": str(status)}} for status in statuses]
        return JSONResponse({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})
