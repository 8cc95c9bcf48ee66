"""Small OpenAPI descriptions of every address that the service answers at, for schemathesis to grow requests from."""

from typing import Any, Final

from bot.wiring import CLINIC
from tests.fuzz.served import CANARY

Json = dict[str, Any]
_TEXT: Final = {"type": "string"}
_ANY: Final = {"200": {"description": "whatever it is"}}


def _query(**names: Json) -> list[Json]:
    return [{"in": "query", "name": name, "schema": schema} for name, schema in names.items()]


def _key(name: str = "key") -> Json:
    return {"in": "path", "name": name, "required": True, "schema": {"type": "string", "minLength": 1}}


def _get(*parameters: Json) -> Json:
    return {"get": {"parameters": [*parameters], "responses": _ANY}}


def _sends(method: str, schema: Json, *parameters: Json, kind: str = "application/json") -> Json:
    body = {"required": True, "content": {kind: {"schema": schema}}}
    return {method: {"parameters": [*parameters], "requestBody": body, "responses": _ANY}}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "additionalProperties": True}


_OWN: Final = {"anyOf": [_TEXT, {"const": CANARY}]}
_WHEN: Final = {"anyOf": [_TEXT, {"const": "ge2026-11-23T00:00:00Z"}, {"const": "lt9999-12-31T23:59:59+14:00"}]}
_STATUS: Final = {"anyOf": [{"enum": ["free", "busy", "booked", "cancelled", "proposed"]}, _TEXT]}
_SLOT: Final = _object(resourceType={"const": "Slot"}, id=_OWN, status=_STATUS, start=_WHEN, end=_WHEN, schedule={})
_APPOINTMENT: Final = _object(
    resourceType={"const": "Appointment"},
    status=_STATUS,
    start=_WHEN,
    end=_WHEN,
    slot={"type": "array", "items": _object(reference=_OWN)},
    identifier={"type": "array", "items": _object(system=_OWN, value=_OWN)},
    participant={"type": "array", "items": _object(status=_OWN, actor={})},
    contained={"type": "array", "items": _object(resourceType=_OWN, id=_OWN)},
    comment=_OWN,
)
_ENTRY: Final = _object(
    resource={"anyOf": [_SLOT, _APPOINTMENT]},
    request=_object(method={"enum": ["PUT", "POST", "DELETE"]}, url=_OWN, ifMatch=_OWN, ifNoneExist=_OWN),
)
_BUNDLE: Final = _object(
    resourceType={"const": "Bundle"}, type={"const": "transaction"}, entry={"type": "array", "items": _ENTRY}
)
_DELIVERY: Final = _object(type=_OWN, team_id=_OWN, event=_object(type=_OWN, user=_OWN, text=_OWN), value={})
_FORM: Final = _object(form=_OWN, page=_OWN, token=_OWN, text=_OWN, code=_OWN, send=_OWN)
_FHIR: Final = "application/fhir+json"

PATHS: Final[dict[str, Json]] = {
    "/healthz": _get(),
    "/readyz": _get(),
    "/metrics": _get(),
    "/slack/events": _sends("post", _DELIVERY),
    "/api/messages": _sends("post", _DELIVERY, {"in": "header", "name": "Authorization", "schema": _TEXT}),
    "/slack/install": _get(),
    "/slack/oauth_redirect": _get(*_query(code=_OWN, state=_OWN, error=_OWN)),
    "/room": _get() | _sends("post", _FORM, kind="application/x-www-form-urlencoded"),
    "/room/turn": _get(),
    "/room/file": _get(),
    "/room/leave": _get(),
    "/room/help": _get({"in": "header", "name": "Accept-Language", "schema": _TEXT}),
    "/room/open/{token}": _get(_key("token"))
    | _sends("post", _FORM, _key("token"), kind="application/x-www-form-urlencoded"),
    "/room/{nowhere}": _get(_key("nowhere")),
    f"{CLINIC}/metadata": _get(),
    f"{CLINIC}/Slot": _get(
        *_query(status=_STATUS, start=_WHEN, schedule=_OWN, _count=_TEXT, _sort=_OWN, _include=_OWN)
    ),
    f"{CLINIC}/Appointment": _get(*_query(status=_STATUS, identifier=_OWN, slot=_OWN, _count=_TEXT))
    | _sends("post", _APPOINTMENT, {"in": "header", "name": "If-None-Exist", "schema": _TEXT}, kind=_FHIR),
    f"{CLINIC}/Slot/{{key}}": _get(_key())
    | _sends("put", _SLOT, _key(), {"in": "header", "name": "If-Match", "schema": _TEXT}, kind=_FHIR),
    f"{CLINIC}/Practitioner/{{key}}": _get(_key()),
    f"{CLINIC}/": _sends("post", _BUNDLE, kind=_FHIR),
}
"""By path, in the order in which they are tried."""

OPENAPI: Final[Json] = {"openapi": "3.1.0", "info": {"title": "Haven", "version": "1"}, "paths": PATHS}
