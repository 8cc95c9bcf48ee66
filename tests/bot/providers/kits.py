"""What the contract is tried with: a client, a server that behaves in its own way, and the truth about both."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

import httpx

from bot.providers.base import Provider, ProviderError
from bot.providers.calcom import CalcomProvider
from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.hours import Practitioner
from bot.providers.clinic.vouchers import issue
from bot.providers.fhir import FhirProvider
from flows.core import care
from flows.core.care import Appointment, Slot
from tests.bot.providers.calcom_standin import HOSTS, TOKEN, Calcom
from tests.bot.providers.conftest import NOW, StillClock
from tests.bot.providers.faults import Wire, sound
from tests.bot.providers.standin import Standin
from tests.bot.providers.test_fhir import request

WEEK = (NOW, NOW + timedelta(days=7))
Truth = Callable[[str], list[str]]


@dataclass
class Kit:
    """One client and one server. Every case takes slots of its own, so that all of them share both.

    `client` opens one more client on the same server; `standing` names the appointments in a slot as the server has
    them; `keys` those that stand with a key; `free` tells whether a slot is free there."""

    name: str
    wire: Wire
    clock: StillClock
    client: Callable[[], Provider]
    standing: Truth
    keys: Truth
    free: Callable[[str], bool]
    exclusive: bool = True  # whether one of many always gets the slot
    vouchers: tuple[str, str] = ("V-1", "V-2")  # that are good, where there are any
    provider: Provider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = self.client()
        self._unused: list[Slot] = []
        self._asked = False
        self._count = 0

    async def slots(self, count: int = 1) -> list[Slot]:
        """Return free slots that no other case has touched."""
        self.wire.set(sound)
        if not self._asked:
            self._unused, self._asked = list(await self.provider.find_slots(*WEEK, 500)), True
        assert len(self._unused) >= count, f"{self.name}: too few slots for so many cases"
        return [self._unused.pop() for _ in range(count)]

    def key(self) -> str:
        """Return a key that no other case has."""
        self._count += 1
        return f"k{self._count}"

    async def said(self, slot: Slot, key: str, provider: Provider | None = None) -> Appointment | ProviderError:
        """Book, and return what was said."""
        try:
            return await (provider or self.provider).book(request(slot, key))
        except ProviderError as error:
            return error


SERVERS: dict[str, dict[str, object]] = {
    "atomic": {"people": True, "holds": True, "vouchers": ("V-1", "V-2")},
    "200 with 412 inside": {"transactions": "partial"},
    "412 without rollback": {"transactions": "no_rollback"},
    "plain POST": {"transactions": "none", "advertised": False},
    "no checks at all": {"transactions": "none", "if_match": False, "if_none_exist": False},
    "no checks, no marks": {"transactions": "none", "if_match": False, "if_none_exist": False, "keeps_marks": False},
    "no contained patient": {"contained": False},
    "moves nothing": {"moves": False},
}


def fhir(name: str) -> Kit:
    """Return a kit of the FHIR client and a stand-in that behaves as `name` says."""
    server, clock = Standin(slots=340, **SERVERS[name]), StillClock()  # type: ignore[arg-type]
    wire = Wire(server)
    patient = "contained" if server.contained else "created"

    def client() -> FhirProvider:
        http = httpx.AsyncClient(transport=wire)
        return FhirProvider("http://127.0.0.1", clock=clock, patient=patient, client=http)  # type: ignore[arg-type]

    def standing(slot: str) -> list[str]:
        return [f"Appointment/{one['id']}" for one in server.standing(slot=slot)]

    def keys(key: str) -> list[str]:
        return [f"Appointment/{one['id']}" for one in server.standing(key=key)]

    def free(slot: str) -> bool:
        return bool(server.store[slot]["status"] == "free")

    return Kit(name, wire, clock, client, standing, keys, free, exclusive=server.if_match)


PEOPLE = tuple(care.Practitioner(key=str(key), name=name, modalities=("video",)) for key, name in HOSTS.items())
CALS: dict[str, dict[str, object]] = {
    "cal.com": {},
    "cal.com, 400 for taken, metadata lost": {"conflict": 400, "keeps": False},
    "cal.com without checks": {"checks": False},
}


def calcom(name: str) -> Kit:
    """Return a kit of the Cal.com client and its stand-in."""
    clock = StillClock()
    server = Calcom(clock, NOW + timedelta(days=1), **CALS[name])  # type: ignore[arg-type]
    wire = Wire(server)

    def client() -> CalcomProvider:
        http = httpx.AsyncClient(transport=wire)
        return CalcomProvider("http://127.0.0.1", people=PEOPLE, clock=clock, token=TOKEN, client=http)

    def standing(slot: str) -> list[str]:
        event, _, start = slot.partition("/")
        return [f"booking/{uid}" for uid in server.standing(int(event), datetime.fromisoformat(start))]

    def keys(key: str) -> list[str]:
        return [
            f"booking/{one['uid']}"
            for one in server.bookings.values()
            if one["status"] in ("accepted", "pending") and one["metadata"].get("haven") == key
        ]

    def free(slot: str) -> bool:
        event, _, start = slot.partition("/")
        return datetime.fromisoformat(start) in server.starts(int(event))

    return Kit(name, wire, clock, client, standing, keys, free, exclusive=server.checks)


def clinic() -> Kit:
    """Return a kit of the FHIR client and the built-in clinic, in memory of its own."""
    clock, bearer = StillClock(), "t0ken"
    minutes = 10 if "HAVEN_PROOF_FAULTS" in os.environ else 25  # the more is tried, the more slots it takes
    always = dict.fromkeys(range(7), ((time(8), time(20)),))
    ana = Practitioner("ana", "Ana Ruiz", "video", "Europe/Madrid", minutes, always)
    folder = tempfile.mkdtemp()
    app = create_clinic(
        f"sqlite:///{folder}/clinic.db", bytes(range(32)), clock, name="C", practitioners=[ana], bearer=bearer
    )
    wire, table = Wire(app), {"slot": "slot", "value": "value"}

    def client() -> FhirProvider:
        http = httpx.AsyncClient(transport=wire)
        return FhirProvider("http://127.0.0.1", clock=clock, token=bearer, client=http)

    def rows(column: str, value: str) -> list[str]:
        query = f"SELECT id FROM appointment WHERE status <> 'cancelled' AND {table[column]} = ?"
        with app.state.practice._database.engine.connect() as connection:
            return [f"Appointment/{one[0]}" for one in connection.exec_driver_sql(query, (value,))]

    def free(slot: str) -> bool:
        with app.state.practice._database.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT status FROM slot WHERE id = ?", (slot.removeprefix("Slot/"),))
            return bool(found.scalar() == "free")

    def standing(slot: str) -> list[str]:
        return rows("slot", slot.removeprefix("Slot/"))

    _, (one, two) = issue(app.state.practice._database, clock, 2)
    keys = partial(rows, "value")
    return Kit("the built-in clinic", wire, clock, client, standing, keys, free, vouchers=(one, two))


KITS: dict[str, Callable[[], Kit]] = {
    "the built-in clinic": clinic,
    **{name: partial(fhir, name) for name in SERVERS},
    **{name: partial(calcom, name) for name in CALS},
}
