"""What may leave the house for a provider: a list of what is allowed, so that anything new has to be thought about.

Every path, query, header and value of a request is of a declared place and kind, or it was the provider's own before (a
slot is sent back as it was read). Whatever else there is, is named."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx

from bot.providers.fhir_bundles import REACH

KEY = r"k\d+|[0-9a-f]{32}|[A-Za-z0-9_-]{22,43}"
ID = r"[A-Za-z0-9.-]{1,64}"
SYSTEMS: Final = {f"urn:haven:{each}" for each in ("booking", "voucher", "patient", "claim", "probe", "shared")}
EXTENSIONS: Final = {
    "http://hl7.org/fhir/StructureDefinition/timezone",
    "urn:haven:consented-at",
    "urn:haven:held-until",
}


@dataclass(frozen=True)
class Sent:
    """A request as it left."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Any

    @classmethod
    def of(cls, method: str, url: str, headers: Iterable[tuple[str, str]], content: bytes, base: str = "") -> "Sent":
        """Read a request: what comes after `base`."""
        parts = urlsplit(url)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method, parts.path.removeprefix(base) or "/", query, dict(headers), json.loads(content or b"null"))

    @classmethod
    def by(cls, request: httpx.Request) -> "Sent":
        """Read a request of the client's."""
        return cls.of(request.method, str(request.url), request.headers.items(), request.content)


Kind = Callable[["Known", str], bool]


@dataclass
class Known:
    """What the person chose to give, `shared` being the text that they saw and said yes to; and what the provider said
    itself: `own` are its values, `leaves` these with their places."""

    name: str
    contact: str
    zone: str
    consented: datetime
    vouchers: frozenset[str] = frozenset()
    shared: str = ""
    own: set[str] = field(default_factory=set)
    leaves: set[tuple[str, str, str]] = field(default_factory=set)

    def heard(self, answer: bytes) -> None:
        """Take note of what the provider says."""
        try:
            body = json.loads(answer or b"null")
        except ValueError:
            return
        for kind, place, value in _leaves(body):
            self.leaves.add((kind, place, value))
            self.own.add(value)


def _leaves(value: Any, kind: str = "", place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (type of the resource, place in it, value) of every leaf. Numbers of lists are left out."""
    if isinstance(value, dict):
        if "resourceType" in value:
            kind, place = str(value["resourceType"]), ""
        for name, part in value.items():
            yield from _leaves(part, kind, f"{place}.{name}" if place else name)
        if not value and place:
            yield kind, place, "{}"
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, kind, f"{place}[]")
    elif value is not None or place:
        yield kind, place, str(value)


def one_of(*words: str) -> Kind:
    return lambda _known, value: value in words


def like(pattern: str) -> Kind:
    return lambda _known, value: re.fullmatch(pattern, value) is not None


def theirs(known: Known, value: str) -> bool:
    """A value that the provider has told us, or an instant that it named."""
    return value in known.own or (_instant(value) is not None and _instant(value) in map(_instant, known.own))


def consent(known: Known, value: str) -> bool:
    given = _instant(value)
    return given is not None and abs((given - known.consented).total_seconds()) < 1


def _instant(value: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\dT", value):
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else None


INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+]00:00)"
KEYED: Kind = like(KEY)
IDENTIFIER: Mapping[str, Kind] = {
    "identifier[].system": one_of(*SYSTEMS),
    "identifier[].value": lambda known, value: value in known.vouchers or re.fullmatch(KEY, value) is not None,
}
BODIES: Final[Mapping[str, Mapping[str, Kind]]] = {
    "Bundle": {
        "type": one_of("transaction"),
        "entry[].fullUrl": like(f"urn:uuid:({KEY})"),
        "entry[].request.method": one_of("PUT", "POST"),
        "entry[].request.url": like(f"(Slot|Appointment)/({ID})|Appointment|Patient|Appointment/({KEY})"),
        "entry[].request.ifMatch": lambda known, value: value == 'W/"0"' or value[3:-1] in known.own,
        "entry[].request.ifNoneExist": like(f"identifier=urn:haven:(booking|patient|probe)[|]({KEY})"),
    },
    "Patient": {
        **IDENTIFIER,
        "id": one_of("patient"),
        "extension[].url": one_of(*EXTENSIONS),
        "extension[].valueCode": lambda known, value: value == known.zone,
        "extension[].valueDateTime": consent,
        "name[].text": lambda known, value: value == known.name,
        "telecom[].system": one_of("email", "phone", "other"),
        "telecom[].value": lambda known, value: value == known.contact,
    },
    "Appointment": {
        **IDENTIFIER,
        "id": KEYED,  # of a probe; another one is the provider's own
        "status": one_of("booked", "cancelled", "waitlist"),
        "slot[].reference": lambda known, value: value.removeprefix("Slot/") in known.own,
        "start": theirs,
        "end": theirs,
        "participant[].actor.reference": like(f"#patient|urn:uuid:({KEY})|Patient/({ID})"),
        "participant[].actor.display": one_of("probe"),
        "participant[].status": one_of("accepted", "declined"),
        "comment": one_of(REACH),  # of whoever leaves and wants to be reached otherwise: nothing of why
    },
    "Communication": {
        **IDENTIFIER,
        "status": one_of("completed"),
        "about[].reference": lambda known, value: value.removeprefix("Appointment/") in known.own,
        "payload[].contentString": lambda known, value: value == known.shared,
        "extension[].url": one_of("urn:haven:consented-at"),
        "extension[].valueDateTime": consent,
    },
    "Slot": {
        **IDENTIFIER,
        "status": one_of("busy", "free", "busy-tentative"),
        "extension[].url": one_of(*EXTENSIONS),
        "extension[].valueInstant": like(INSTANT),
    },
    "/v2/slots/reservations": {
        "eventTypeId": like(r"\d+"),
        "slotStart": theirs,
        "reservationDuration": like(r"[1-9]|[12]\d|30"),
    },
    "/v2/bookings": {
        "start": theirs,
        "eventTypeId": like(r"\d+"),
        "attendee.name": lambda known, value: value == known.name,
        "attendee.email": lambda known, value: value == known.contact,
        "attendee.timeZone": lambda known, value: value == known.zone,
        "metadata.haven": KEYED,
        "metadata.consentedAt": consent,
    },
    "/v2/bookings/*/reschedule": {"start": theirs},
    "/v2/bookings/*/cancel": {},
}
QUERIES: Final[Mapping[str, Kind]] = {
    "status": one_of("free"),
    "start": like(f"(ge|lt)?{INSTANT}"),
    "end": like(INSTANT),
    "_include": one_of("Slot:schedule"),
    "_include:iterate": one_of("Schedule:actor"),
    "_sort": one_of("start"),
    "_count": like(r"\d+"),
    "identifier": like(f"urn:haven:(booking|probe|shared)[|]({KEY})"),
    "slot": lambda known, value: value.removeprefix("Slot/") in known.own,
    "eventTypeId": like(r"\d+"),
    "eventTypeIds": like(r"\d+(,\d+)*"),
    "timeZone": one_of("UTC"),
    "format": one_of("range"),
    "sortCreated": one_of("desc"),
    "take": like(r"\d+"),
    "skip": like(r"\d+"),
    "afterStart": like(INSTANT),
    "beforeEnd": like(INSTANT),
}
HEADERS: Final[Mapping[str, Kind]] = {
    "host": like(r"[\w.]+(:\d+)?"),
    "accept": one_of("application/fhir+json", "application/json"),
    "accept-encoding": one_of("identity"),
    "connection": one_of("keep-alive"),
    "user-agent": like(r"python-httpx/[\d.]+"),
    "content-type": one_of("application/fhir+json", "application/json"),
    "content-length": like(r"\d+"),
    "authorization": like(r"Bearer [\w.-]+"),  # ours at this provider: the service's, nobody's
    "if-match": lambda known, value: value[3:-1] in known.own,
    "if-none-exist": like(f"identifier=urn:haven:(booking|patient|probe|shared)[|]({KEY})"),
    "cal-api-version": like(r"\d{4}-\d\d-\d\d"),
}
PATHS: Final = re.compile(
    rf"/|/metadata|/(?:Slot|Appointment|Communication|Practitioner|PractitionerRole|Schedule|Patient)(?:/({ID}))?"
    rf"|/v2/slots|/v2/slots/reservations(?:/({ID}))?|/v2/bookings(?:/({ID})(?:/reschedule|/cancel)?)?"
)
METHODS: Final = ("GET", "POST", "PUT", "DELETE")  # a PATCH may not be held to its If-Match


def strays(sent: Sent, known: Known) -> list[str]:
    """Return what is in a request and on no list."""
    where, path = f"{sent.method} {sent.path}", PATHS.fullmatch(sent.path)
    ids = [each for each in path.groups() if each] if path else ["none"]
    ours = all(each in known.own or KEYED(known, each) for each in ids) or sent.path[1:] in known.own
    found = [] if sent.method in METHODS and ours else [where]
    for name, value in sent.query:  # of a further page, the provider's own link
        paged = any(f"{name}=" in link for link in known.own if "?" in link)
        if not (name in QUERIES and QUERIES[name](known, value)) and not paged:
            found.append(f"{where}?{name}={value}")
    for name, value in sent.headers.items():
        if not (name in HEADERS and HEADERS[name](known, value)):
            found.append(f"{where} [{name}: {value}]")
    route = re.sub(rf"(?<=bookings)/{ID}", "/*", sent.path)
    for kind, place, value in _leaves(sent.body):
        declared = BODIES.get(kind or route, {})
        if place == "resourceType" and value in BODIES:
            continue
        if not (place in declared and declared[place](known, value)) and (kind, place, value) not in known.leaves:
            found.append(f"{where} {kind}: {place} = {value}")
    return found


def leaves(sent: Sent) -> set[str]:
    """Return the values in a request's body."""
    return {value for _, _, value in _leaves(sent.body)}


def recorded(exchanges: Iterable[tuple[Sent, bytes]], known: Known) -> list[str]:
    """Return what was on no list in some exchanges, in their order: what was told before may be sent back."""
    found = []
    for sent, answer in exchanges:
        found += strays(sent, known)
        known.heard(answer)
    return found
