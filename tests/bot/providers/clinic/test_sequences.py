"""Any sequence of changes: a slot is booked once, and a refused change changes nothing."""

from typing import Any

from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.providers.clinic.changes import Change, Changes
from bot.providers.clinic.problem import Problem
from bot.providers.clinic.resources import AppointmentBody, SlotBody
from tests.bot.providers.clinic.conftest import Visitor, appointment

moves = st.lists(
    st.tuples(
        st.sampled_from(["book", "post", "cancel", "free", "hold", "swap"]), st.integers(0, 2), st.integers(1, 4)
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves)
async def test_no_sequence_of_changes_books_a_slot_twice(clinic: FastAPI, visitor: Visitor, moves: Any) -> None:
    changes: Changes = clinic.state.practice.changes
    read = clinic.state.practice.book.read
    slots = [one["id"] for one in await visitor.search("/Slot", schedule="bo")][:3]
    for move, n, version in moves:
        slot = read("Slot", slots[n])
        body = appointment(slot, f"{slots[n]}-{version}")
        status = {"book": "busy", "hold": "busy", "swap": "busy"}.get(move, "free")
        put = Change(SlotBody.model_validate(slot | {"status": status}), slots[n], f'W/"{version}"')
        post = Change(AppointmentBody.model_validate(body))
        standing = await visitor.search("/Appointment", slot=slots[n], status="booked")
        cancel = [Change(AppointmentBody.model_validate(one | {"status": "cancelled"}), one["id"]) for one in standing]
        wanted = {
            "book": [put, post],
            "post": [post],
            "cancel": cancel,
            "free": [*cancel[: version % 2], put],
            "hold": [put],
            "swap": [*cancel, put, post],
        }[move]
        before = await visitor.everything()
        try:
            changes.apply(wanted)
        except Problem:
            assert await visitor.everything() == before
        for key in slots:
            booked = await visitor.search("/Appointment", slot=key, status="booked")
            assert len(booked) <= 1
            assert not booked or read("Slot", key)["status"] == "busy"
