"""What somebody chose to share before an appointment: a Communication about it, sealed, gone when it is called off."""

from typing import Any, Final, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy import Connection, Row

from bot.clock import Clock, token
from bot.providers.clinic import problem, resources, searching
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.resources import Identifier, Part, Reference, Resource
from bot.providers.clinic.seal import Seal, TooLong
from bot.providers.clinic.tables import ACTIVE, Database, appointment, message

LONGEST: Final = 2000  # characters


class Payload(Part):
    """Communication.payload: a text."""

    contentString: str = Field(min_length=1, max_length=LONGEST)  # noqa: N815  FHIR's name


class CommunicationBody(Part):
    """What a POST of a Communication says: one text, about one appointment."""

    resourceType: Literal["Communication"]  # noqa: N815
    identifier: list[Identifier] = Field(min_length=1, max_length=1)
    status: Literal["completed"]
    about: list[Reference] = Field(min_length=1, max_length=1)
    payload: list[Payload] = Field(min_length=1, max_length=1)


class Messages:
    """Takes messages, and shows them to whoever knows their identifier."""

    def __init__(self, database: Database, seal: Seal, clock: Clock) -> None:
        self._database, self._seal, self._clock = database, seal, clock

    def post(self, body: CommunicationBody) -> tuple[int, Resource]:
        """Store a message, once by its identifier: return 201 and it, or 200 and what the first one made. Raises
        Problem."""

        def work(connection: Connection) -> tuple[int, Resource]:
            there = connection.execute(sa.select(message).where(message.c.value == _key(body.identifier[0]))).first()
            if there is not None:
                return 200, self._drawn(there)
            about = body.about[0].reference.removeprefix("Appointment/")
            stands = sa.select(appointment.c.id).where(appointment.c.id == about, appointment.c.status.in_(ACTIVE))
            if connection.execute(stands).first() is None:
                raise problem.against_the_rules()
            key = token(self._clock)
            try:
                document = self._seal.close(body.model_dump(mode="json"), "message", "document", key)
            except TooLong:
                raise Problem(422, "too-long", "The resource is longer than this clinic keeps.") from None
            values: dict[str, Any] = {
                "id": key,
                "value": _key(body.identifier[0]),
                "appointment": about,
                "document": document,
            }
            values["updated"] = int(self._clock.now().timestamp() * 1000)
            connection.execute(sa.insert(message).values(values))
            return 201, self._drawn(connection.execute(sa.select(message).where(message.c.id == key)).one())

        done: tuple[int, Resource] = self._database.write(work)
        return done

    def find(self, params: list[tuple[str, str]]) -> list[Resource]:
        """Return the message with an identifier. Raises Problem."""
        if [name for name, _ in params] != ["identifier"]:
            raise Problem(400, "not-supported", "Messages are found by their identifier only.")
        system, value = searching.identifier(params[0][1])
        query = sa.select(message).where(message.c.value == f"{system}|{value}")
        return [self._drawn(row) for row in self._database.read(lambda connection: connection.execute(query).all())]

    def about(self, reference: str) -> list[str]:
        """Return the texts about an appointment, in the order in which they came."""
        query = sa.select(message).where(message.c.appointment == reference).order_by(message.c.updated)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return [each["contentString"] for row in rows for each in self._drawn(row)["payload"]]

    def _drawn(self, row: Row[Any]) -> Resource:
        document = self._seal.open(row.document, "message", "document", row.id)
        return {**document, "id": row.id, "meta": {"versionId": "1", "lastUpdated": resources.updated(row.updated)}}


def drop(connection: Connection) -> None:
    """Delete what was shared for an appointment that does not stand any more."""
    standing = sa.select(appointment.c.id).where(appointment.c.status.in_(ACTIVE))
    connection.execute(sa.delete(message).where(message.c.appointment.not_in(standing)))


def _key(identifier: Identifier) -> str:
    return f"{identifier.system}|{identifier.value}"
