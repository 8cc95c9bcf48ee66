"""Any sequence of changes: a slot is booked once, and a refused change changes nothing."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.providers.clinic import searching
from bot.providers.clinic.changes import Change, Changes
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.resources import AppointmentBody, Resource, SlotBody
from bot.providers.clinic.tables import ACTIVE
from bot.providers.clinic.tables import appointment as kept
from bot.providers.clinic.tables import slot as slots_kept
from tests.bot.providers.clinic.conftest import appointment
from tests.bot.providers.conftest import StillClock

STATUS = {"book": "busy", "take": "busy", "swap": "busy", "hold": "busy-tentative"}
moves = st.lists(
    st.tuples(
        st.sampled_from(["book", "post", "cancel", "free", "take", "swap", "hold", "hold", "move", "later"]),
        st.integers(0, 2),
        st.integers(1, 4),
    ),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves)
def test_no_sequence_of_changes_books_a_slot_twice(clinic: FastAPI, clock: StillClock, moves: Any) -> None:
    changes: Changes = clinic.state.practice.changes
    book, database = clinic.state.practice.book, clinic.state.practice._database
    slots = [one["id"] for one in book.slots(searching.slots([("schedule", "bo")])).matches[-3:]]

    def everything() -> list[Any]:
        tables = (slots_kept, kept)
        rows: list[Any] = database.read(lambda line: [row for t in tables for row in line.execute(sa.select(t))])
        return rows

    def standing(key: str) -> list[Resource]:
        search = [("slot", key), ("status", ",".join(ACTIVE))]
        found: list[Resource] = book.appointments(searching.appointments(search)).matches
        return found

    for n_th, (move, n, some) in enumerate(moves):
        if move == "later":
            clock.later(timedelta(minutes=some))
            continue
        slot, target = book.read("Slot", slots[n]), book.read("Slot", slots[(n + some) % 3])
        version = int(slot["meta"]["versionId"]) - (some == 4)
        key = f"{clock.now():%d%H%M}-{slot['meta']['versionId']}-{n_th}-{n}"
        claim = {"identifier": [{"system": "urn:haven:claim", "value": key}]} if some % 2 else {}
        wished = slot | claim | {"status": STATUS.get(move, "free")}
        put = Change(SlotBody.model_validate(wished), slots[n], f'W/"{version}"')
        post = Change(AppointmentBody.model_validate(appointment(slot, key)))
        there = standing(slots[n])
        cancel = [Change(AppointmentBody.model_validate(one | {"status": "cancelled"}), one["id"]) for one in there]
        place = {name: target[name] for name in ("start", "end")} | {"slot": [{"reference": f"Slot/{target['id']}"}]}
        wanted = {
            "book": [put, post],
            "post": [post],
            "cancel": cancel,
            "free": [*cancel[: some % 2], put],
            "swap": [*cancel, put, post],
            "move": [Change(AppointmentBody.model_validate(one | place), one["id"]) for one in there],
        }.get(move, [put])
        before = everything()
        held_by = (slot.get("identifier") or [{}])[0].get("value") if slot["status"] == "busy-tentative" else None
        try:
            changes.apply(wanted)
        except Problem:
            assert everything() == before
        else:
            assert not (held_by and move in ("hold", "post")), "what is held was held or taken by another key"
        for one in slots:
            assert len(standing(one)) <= 1
            assert not standing(one) or book.read("Slot", one)["status"] == "busy"
