"""The clinic as a web application: FHIR R4 routes over the appointment book."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from bot import log
from bot.clock import Clock
from bot.providers.clinic import problem, resources, searching, statement
from bot.providers.clinic.book import Book
from bot.providers.clinic.changes import Change, Changes, Result
from bot.providers.clinic.gate import FHIR_JSON, FhirResponse, Gate, refusal
from bot.providers.clinic.hours import Practitioner
from bot.providers.clinic.messages import CommunicationBody, Messages
from bot.providers.clinic.outbox import SIGNATURE, Outbox, Subscriber
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.reception import Reception
from bot.providers.clinic.resources import AppointmentBody, Resource, SlotBody, TransactionBody
from bot.providers.clinic.seal import Seal
from bot.providers.clinic.tables import Database

BODY_LIMIT = 256 * 1024  # bytes
_EVERY = 2.0  # seconds between two looks at what has run out or is to be told
_BODIES: dict[str, type[SlotBody | AppointmentBody]] = {"Slot": SlotBody, "Appointment": AppointmentBody}

Body = TypeVar("Body", bound=BaseModel)


class Practice:
    """The clinic behind the routes, for whoever mounts it: `app.state.practice`."""

    def __init__(self, database: Database, seal: Seal, clock: Clock, subscriber: Subscriber | None = None) -> None:
        self._database = database
        self.outbox = Outbox(database, clock, subscriber)
        self.book = Book(database, seal, clock)
        self.changes = Changes(database, seal, clock, self.book)
        self.reception = Reception(database, seal, clock, self.book)
        self.messages = Messages(database, seal, clock)

    def replace(self, practitioners: Sequence[Practitioner], *, vouchers: bool = False) -> None:
        """Take these practitioners and their weekly hours from now on; blocks while it writes. `vouchers`: nothing is
        booked without one.

        Busy slots and appointments stay; free slots outside the new hours are no longer offered."""
        self.changes.vouchers = vouchers
        self.book.replace(practitioners)

    async def run(self) -> None:
        """Have offers that ran out go on, and tell the subscriber what is to be told, until cancelled."""
        try:
            while True:
                try:
                    await run_in_threadpool(self.book.settle)
                    await self.outbox.deliver()
                except SQLAlchemyError as error:
                    log.failure("clinic_failed", error)
                await asyncio.sleep(_EVERY)
        finally:
            await self.outbox.aclose()

    def dispose(self) -> None:
        """Close the database."""
        self._database.engine.dispose()


def create_clinic(
    database_url: str,
    seal_key: bytes,
    clock: Clock,
    *,
    name: str,
    practitioners: Sequence[Practitioner],
    bearer: str | None,
    subscriber: Subscriber | None = None,
    vouchers: bool = False,
) -> FastAPI:
    """Return the clinic, its database brought to the newest shape and its slots filled for four weeks.

    `database_url` is a SQLite file of the clinic's own; `seal_key` 32 bytes; `bearer` the token every
    request must bring, None only for a demo on loopback; `subscriber` is told of what the clinic itself changes, while
    `app.state.practice.run()` runs; `vouchers`: nothing is booked without one. Raises ValueError for a wrong key
    or URL.
    """
    seal = Seal(seal_key, clock)
    database = Database(database_url)
    database.upgrade()
    practice = Practice(database, seal, clock, subscriber)
    practice.replace(practitioners, vouchers=vouchers)

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, default_response_class=FhirResponse)
    app.state.practice = practice
    _handle_errors(app)
    told = statement.subscription(subscriber.url, SIGNATURE) if subscriber else None
    _reading(app, practice, statement.capability(name, clock.now(), told is not None), told)
    _changing(app, practice)
    app.add_middleware(Gate, bearer=bearer)
    return app


def _reading(app: FastAPI, practice: Practice, stated: Resource, told: Resource | None) -> None:
    """Add the routes that read."""
    if told:
        _subscription(app, told)

    @app.get("/metadata")
    async def metadata() -> Response:
        return FhirResponse(stated)

    @app.get("/Communication")
    async def shared(request: Request) -> Response:
        params = request.query_params.multi_items()
        found, base = await run_in_threadpool(practice.messages.find, params), _base(request)
        return FhirResponse(resources.searchset(base, found, [], {"self": f"{base}/Communication?{urlencode(params)}"}))

    @app.get("/{kind}/{key}")
    async def read(kind: str, key: str) -> Response:
        return _versioned(Result(200, await run_in_threadpool(practice.book.read, kind, key)))

    @app.get("/{kind}")
    async def search(kind: str, request: Request) -> Response:
        params = request.query_params.multi_items()
        return FhirResponse(await run_in_threadpool(_search, practice.book, kind, params, _base(request)))


def _subscription(app: FastAPI, told: Resource) -> None:
    """Add the routes to the one Subscription."""

    @app.get("/Subscription/service")
    async def read() -> Response:
        return _versioned(Result(200, told))

    @app.get("/Subscription")
    async def search(request: Request) -> Response:
        if request.query_params:
            raise Problem(400, "not-supported", "The subscription is listed whole.")
        base = _base(request)
        return FhirResponse(resources.searchset(base, [told], [], {"self": f"{base}/Subscription"}))


def _changing(app: FastAPI, practice: Practice) -> None:
    """Add the routes that change something."""

    @app.put("/{kind}/{key}")
    async def update(kind: str, key: str, request: Request) -> Response:
        body = await _body(request, _kind(kind))
        change = Change(body, key, if_match=request.headers.get("if-match"))
        (result,) = await run_in_threadpool(practice.changes.apply, [change])
        return _versioned(result)

    @app.post("/")
    async def transaction(request: Request) -> Response:
        bundle = await _body(request, TransactionBody)
        changes = [_change(entry) for entry in bundle.entry]
        results = await run_in_threadpool(practice.changes.apply, changes)
        entries = [{"response": _response(result)} for result in results]
        return FhirResponse({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})

    @app.post("/Communication")
    async def share(request: Request) -> Response:
        body = await _body(request, CommunicationBody)
        done = Result(*await run_in_threadpool(practice.messages.post, body))
        return _versioned(done, f"{_base(request)}/{_history(done.resource)}")

    @app.post("/{kind}")
    async def create(kind: str, request: Request) -> Response:
        if kind != "Appointment":
            raise problem.unknown()
        body = await _body(request, AppointmentBody)
        change = Change(body, if_none_exist=request.headers.get("if-none-exist"))
        (result,) = await run_in_threadpool(practice.changes.apply, [change])
        return _versioned(result, f"{_base(request)}/{_history(result.resource)}")


def _handle_errors(app: FastAPI) -> None:
    """Answer every error with a constant OperationOutcome that never quotes the request."""

    @app.exception_handler(Problem)
    async def refused(_request: Request, error: Problem) -> Response:
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, _error: RequestValidationError) -> Response:
        return refusal(Problem(422, "invalid", "The request is not understood here."))

    @app.exception_handler(HTTPException)
    async def unrouted(_request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            return refusal(Problem(405, "not-supported", "This interaction is not supported here."))
        return refusal(problem.unknown())


def _search(book: Book, kind: str, params: list[tuple[str, str]], base: str) -> Resource:
    """Return the searchset Bundle, with a link to the next page if there is one."""
    match kind:
        case "Slot":
            page = book.slots(searching.slots(params))
        case "Appointment":
            page = book.appointments(searching.appointments(params))
        case "Practitioner" | "Schedule":
            if params:
                raise Problem(400, "not-supported", "Practitioners and schedules are listed whole.")
            return resources.searchset(base, book.people(kind), [], {"self": f"{base}/{kind}"})
        case _:
            raise problem.unknown()
    links = {"self": f"{base}/{kind}?{urlencode(params)}"}
    if page.following:
        kept = [(name, value) for name, value in params if name != "_page"]
        links["next"] = f"{base}/{kind}?{urlencode([*kept, ('_page', page.following)])}"
    return resources.searchset(base, page.matches, page.included, links)


def _change(entry: resources.EntryPart) -> Change:
    """Return the change that an entry of a transaction asks for. Raises Problem."""
    kind, slash, key = entry.request.url.partition("/")
    posts = entry.request.method == "POST"
    if posts is bool(slash) or (posts and kind != "Appointment"):
        raise problem.malformed()
    body = _valid(_kind(kind), entry.resource)
    return Change(body, key or None, entry.request.ifMatch, entry.request.ifNoneExist if posts else None)


def _kind(kind: str) -> type[SlotBody | AppointmentBody]:
    if kind not in _BODIES:
        raise problem.unknown()
    return _BODIES[kind]


async def _body(request: Request, model: type[Body]) -> Body:
    """Read the body, as far as the limit, as this kind of resource. Raises Problem."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in (FHIR_JSON, "application/json"):
        raise Problem(415, "not-supported", "This clinic reads application/fhir+json.")
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BODY_LIMIT:
            raise Problem(413, "too-long", "The body is longer than this clinic reads.")
    try:
        value = json.loads(bytes(raw), parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair could not be sent back
    except (ValueError, RecursionError):
        raise problem.malformed() from None
    return _valid(model, value)


def _valid(model: type[Body], value: Any) -> Body:
    try:
        return model.model_validate(value)
    except ValidationError:
        raise problem.malformed() from None


def _no_constant(_name: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError("not JSON")


def _base(request: Request) -> str:
    """Return the URL below which the clinic was asked, also where it is mounted in another application."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def _history(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}/_history/{resource['meta']['versionId']}"


def _response(result: Result) -> Resource:
    """Return Bundle.entry.response."""
    meta = result.resource["meta"]
    return {
        "status": "201 Created" if result.status == 201 else "200 OK",
        "location": _history(result.resource),
        "etag": resources.etag(meta["versionId"]),
        "lastModified": meta["lastUpdated"],
    }


def _versioned(result: Result, location: str | None = None) -> Response:
    headers = {"ETag": resources.etag(result.resource["meta"]["versionId"])}
    if location is not None:
        headers["Location"] = location
    return FhirResponse(result.resource, result.status, headers=headers)
