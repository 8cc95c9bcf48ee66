"""The story in emulate's Slack, with Haven as a process: typed words by emulate's signed events, taps signed by us."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.slack.look import buttons_of, fields_of, text_of
from bot.wiring import CLINIC
from tests.e2e.conftest import StartHaven
from tests.e2e.process import listening
from tests.e2e.slack import Emulate, emulating, settings

OPTIONS = ("Not at all", "Several days", "More than half the days", "Nearly every day")


@pytest.fixture
def emulate(tmp_path: Path, haven: StartHaven) -> Iterator[Emulate]:
    with emulating(tmp_path) as emulate:
        haven(**settings(emulate))
        yield emulate
        assert emulate.refused() == []


def test_all_that_can_be_typed(emulate: Emulate) -> None:
    emulate.say("hello")
    emulate.last("I am a program")
    emulate.say("I agree, let's start")
    emulate.last("What would help today?")
    for typed in ("Private check", "my data", "book"):
        emulate.say(typed)
        launcher = emulate.last("Your next step is private")
        assert "Help now" in [each.label for each in buttons_of(launcher)]
    emulate.say("menu")
    emulate.last("What would help today?")
    emulate.say("I want to kill myself")
    emulate.last("In danger now: call")
    emulate.say("forget me")
    emulate.last("Your next step is private")
    assert "Over the last 2 weeks" not in "".join(text_of(each) for each in emulate.messages())


def test_from_hello_to_forgotten(emulate: Emulate) -> None:
    emulate.say("hello")
    emulate.tap(emulate.last("I am a program"), "I agree, let's start")
    emulate.tap(emulate.last("What would help today?"), "Private check")
    form = emulate.modal("Over the last 2 weeks")
    answers = zip([each.label for each in fields_of(form)], (1, 1, 1, 1), strict=True)
    emulate.submit(form, {label: OPTIONS[points] for label, points in answers})
    result = emulate.modal("not a diagnosis")
    times = [each.label for each in buttons_of(result) if ", " in each.label]
    emulate.choose(result, times[0])
    form = emulate.modal("The provider gets")
    name, contact, *_, consent = [each.label for each in fields_of(form)]
    emulate.submit(form, {name: "Canary-Name", contact: "canary@example.org", consent: "Yes, share it"})
    emulate.modal("Booked:")
    booked = httpx.get(f"{emulate.haven}{CLINIC}/Appointment", params={"status": "booked"}).json()
    assert len(booked["entry"]) == 1

    emulate.say("forget me")
    emulate.tap(emulate.last("Your next step is private"), "Open")
    emulate.choose(emulate.modal("Forget everything"), "Yes, forget me")
    emulate.modal("I deleted what I held about you")
    emulate.say("hello again")
    emulate.last("I am a program")

    chat = str(emulate.messages())
    for secret in ("Canary-Name", "canary@example.org", "More than half", "Booked", "diagnosis", *times):
        assert secret not in chat, secret


def test_a_tap_that_is_not_signed_has_no_effect(emulate: Emulate) -> None:
    told = httpx.post(f"{emulate.haven}/slack/events", data={"payload": "{}"})
    assert told.status_code == 401


def test_emulate_listens_on_this_machine_only(emulate: Emulate) -> None:
    assert listening(emulate.running.port) == {"127.0.0.1"}
