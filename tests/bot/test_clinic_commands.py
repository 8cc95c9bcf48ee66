"""`haven clinic`, as a counsellor types it, beside a clinic in which people have booked."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from bot import clinic_desk
from bot.cli import main
from bot.practice import clinic_path, practitioners
from bot.providers.clinic import searching
from bot.providers.clinic.app import create_clinic
from bot.providers.clinic.changes import Change
from bot.providers.clinic.resources import AppointmentBody
from bot.settings import load_settings
from bot.vault import Vault, load_keys
from bot.wiring import WORDS
from content import default_root
from content.library import Library
from tests.bot.providers.clinic.conftest import appointment
from tests.bot.providers.conftest import StillClock

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)  # a Thursday; Rahman from 08:00 and 18:00, Lindqvist from 12:00


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StillClock:
    still = StillClock(NOW)
    monkeypatch.setattr(clinic_desk, "CLOCK", lambda: still)
    return still


@pytest.fixture
def clinic(tmp_path: Path, clock: StillClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """The clinic as the service would run it, by HR's shipped files."""
    monkeypatch.setenv("HAVEN_DATABASE_URL", f"sqlite:///{tmp_path}/haven.db")
    settings = load_settings()
    vault = Vault(load_keys(settings.keys, database_is_empty=True, clock=clock), clock)
    current = Library(default_root(), WORDS, NOW.date).current
    url = f"sqlite:///{clinic_path(settings)}"
    app = create_clinic(url, vault.clinic_key(), clock, name="C", practitioners=practitioners(current), bearer=None)
    yield app
    app.state.practice.dispose()


def book(clinic: FastAPI, key: str, n: int = 0, name: str = "Sam", at: str = "rahman") -> str:
    """Book the nth free slot, and return the appointment's id."""
    search = searching.slots([("status", "free"), ("schedule", at)])
    slot = clinic.state.practice.book.slots(search).matches[n]
    body = appointment(slot, key)
    body["contained"][0] |= {"name": [{"text": name}], "telecom": [{"system": "email", "value": f"{key}@home.example"}]}
    (done,) = clinic.state.practice.changes.apply([Change(AppointmentBody.model_validate(body))])
    return str(done.resource["id"])


def free(clinic: FastAPI, key: str) -> list[str]:
    search = searching.slots([("status", "free"), ("schedule", key)])
    return [one["start"] for one in clinic.state.practice.book.slots(search).matches]


def haven(*words: str, code: int = 0, typed: str = "") -> str:
    done = CliRunner().invoke(main, ["clinic", *words], input=typed)
    assert done.exit_code == code, done.output
    return done.output


def test_a_day_is_shown_with_who_comes_and_how_to_reach_them(clinic: FastAPI) -> None:
    empty = haven("day")
    assert "Nobody is booked on Thursday 26 November 2026." in empty
    assert "next appointment" not in empty
    assert "Nadia Rahman, video" in empty  # and the free times all the same
    reference = book(clinic, "k1", n=0, name="Sam \x1b[2J[bold]Doe")
    shown = haven("day", "2026-11-26")
    (line,) = [one for one in shown.splitlines() if "Sam" in one]
    name = ["Sam", "\N{REPLACEMENT CHARACTER}[2J[bold]Doe"]
    assert line.split() == ["08:50-09:40", "booked", *name, "k1@home.example", reference[:8]]
    assert "09:40-10:30" in shown
    assert "not for the employer" in shown
    later = haven("day", "2026-11-25")
    assert "Nobody is booked on Wednesday 25 November 2026." in later
    assert "The next appointment is on Thursday 26 November 2026 at 08:50." in later
    for key in range(7):
        book(clinic, f"long{key}", name=f"{'A very long name ' * 4}{key}")
    assert len(re.findall(r"long\d@home.example", haven("day", "2026-11-27") + haven("day"))) == 7


def test_free_times_are_listed(clinic: FastAPI) -> None:
    assert len([one for one in haven("slots", "--days", "1").splitlines() if "Rahman" in one]) == len(
        [one for one in free(clinic, "rahman") if one < "2026-11-27T08"]
    )
    assert "Lindqvist" not in haven("slots", "--person", "rahman")
    assert "Nothing is free in the next 2 days with nobody." in haven("slots", "--days", "2", "--person", "nobody")


def test_time_off_takes_what_is_free_and_names_what_is_booked(clinic: FastAPI) -> None:
    reference = book(clinic, "k1", at="okafor")  # Friday 27, 09:00
    before = free(clinic, "okafor")
    said = haven("off", "okafor", "2026-11-27", "2026-11-28")
    assert "okafor is off from Fri 27 Nov 2026 00:00 to Sun 29 Nov 2026 00:00." in said
    assert reference[:8] in said
    assert "k1@home.example" in said
    assert "haven clinic cancel" in said
    clinic.state.practice.book.stale()  # the service looks again within the hour
    assert [one for one in free(clinic, "okafor") if one < "2026-11-29"] == []
    assert clinic.state.practice.book.read("Appointment", reference)["status"] == "booked"  # nothing in silence
    listed = haven("off")
    assert "okafor" in listed
    away = re.search(r"haven clinic back (\w+)", said)
    assert away
    assert "okafor is back" in haven("back", away[1])
    clinic.state.practice.book.stale()
    assert free(clinic, "okafor") == before
    assert "Nobody has time off." in haven("off")
    assert "Nobody is booked in that time." in haven("off", "rahman", "2026-12-03T18:00", "2026-12-03T19:00")
    clinic.state.practice.book.stale()
    kept = [one[11:16] for one in free(clinic, "rahman") if one.startswith("2026-12-03")]
    assert kept == ["08:00", "08:50", "09:40", "10:30", "11:20", "12:10"]  # none that lasts into it


def test_an_appointment_is_called_off_once_and_its_time_is_not_offered_again(clinic: FastAPI) -> None:
    first, second = book(clinic, "k1"), book(clinic, "k2")
    was = clinic.state.practice.book.read("Appointment", first)
    assert "It stands as it was." in haven("cancel", first[:8], typed="n\n", code=1)
    assert "Called off." in haven("cancel", first[:8], typed="y\n")
    now = clinic.state.practice.book.read("Appointment", first)
    assert now["status"] == "cancelled"
    assert now["cancelationReason"]["coding"][0]["code"] == "prov"
    assert now["contained"] == was["contained"]
    clinic.state.practice.book.stale()
    assert was["start"] not in free(clinic, "rahman")
    assert "no appointment that stands begins with" in haven("cancel", first[:8], "--yes", code=2).lower()
    there = clinic.state.practice.book.read("Appointment", second)["start"]
    haven("cancel", second, "--yes", "--again")
    clinic.state.practice.book.stale()
    assert there in free(clinic, "rahman")


def test_a_mistake_is_answered_with_what_to_write(clinic: FastAPI) -> None:
    mistakes = [
        (["day", "tomorrow"], "tomorrow is not a day. Write it as 2026-12-01."),
        (["off", "nobody", "2026-12-01"], "There is no nobody here; its people are: lindqvist, okafor, rahman."),
        (["off", "rahman"], "From when? Write the first day off"),
        (["off", "rahman", "2026-12-02", "2026-12-01"], "would end before it begins"),
        (["off", "rahman", "2026-13-02"], "2026-13-02 is not a day"),
        (["off", "rahman", "soon"], "soon is neither a day nor a time"),
        (["back", "zzz"], "There is no time off zzz"),
        (["cancel", "%"], "No appointment that stands begins with %"),
    ]
    answered = [(words, says, haven(*words, code=2)) for words, says in mistakes]
    assert [(words, said) for words, says, said in answered if says not in said] == []


def test_vouchers_are_printed_once_and_counted(clinic: FastAPI) -> None:
    assert "There are no vouchers." in haven("vouchers")
    printed = re.findall(r"^[A-Z0-9-]{19}$", haven("vouchers", "5"), flags=re.MULTILINE)
    assert len(set(printed)) == 5
    listed = haven("vouchers")
    assert re.search(r"\w{8} +5 +0", listed)
    assert not any(code in listed for code in printed)


def test_without_the_key_or_the_book_it_says_what_is_missing(
    clinic: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(clinic, "k1")
    monkeypatch.setenv("HAVEN_KEY_FILE", str(tmp_path / "none.json"))
    said = haven("day", code=2)
    assert "HAVEN_KEY_FILE" in said
    assert "Sam" not in said
    monkeypatch.setenv("HAVEN_PROVIDER__KIND", "fhir")
    assert "its provider has the book" in haven("day", code=2)
    monkeypatch.delenv("HAVEN_PROVIDER__KIND")
    monkeypatch.setenv("HAVEN_DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    assert "There is no clinic's book at" in haven("day", code=2)
    assert not (tmp_path / "other-clinic.db").exists()


def test_that_nobody_came_is_noted_once_it_has_begun(clinic: FastAPI, clock: StillClock) -> None:
    reference = book(clinic, "k1")
    assert "has not begun yet" in haven("noshow", reference[:8], "--yes", code=2)
    clock.later(timedelta(hours=1))
    assert "It stands as it was." in haven("noshow", reference[:8], typed="n\n", code=1)
    assert "told once" in haven("noshow", reference[:8], "--yes")
    assert "nobody came" in haven("day", "2026-11-26")
    assert "No appointment that stands" in haven("noshow", reference[:8], "--yes", code=2)
    assert "No appointment that stands" in haven("cancel", reference[:8], "--yes", code=2)
