"""What is promised can be kept: within the hours, after as much open time as it takes, in any zone and on any day."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from flows.core.contact import StaffedContact
from tests.world import catalog

OFFICE = StaffedContact(
    name="Care",
    zone="Europe/London",
    hours={day: ((time(9), time(13)), (time(14), time(17))) for day in range(5)},
    minutes=60,
    languages=("en",),
    countries=("GB",),
)
ALWAYS = OFFICE.model_copy(update={"hours": None})
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))


def test_what_is_promised_when() -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    wanted = {
        "09:00": "Mon 10:00",
        "12:30": "Mon 14:30",  # half an hour before lunch, half an hour after it
        "07:00": "Mon 10:00",  # they open at nine
        "16:30": "Tue 09:30",
        "23:00": "Tue 10:00",
    }
    said = {
        asked: f"{OFFICE.promise(monday + timedelta(hours=int(asked[:2]), minutes=int(asked[3:]))):%a %H:%M}"
        for asked in wanted
    }
    assert said == wanted
    assert f"{OFFICE.promise(datetime(2026, 11, 27, 18, tzinfo=UTC)):%a %H:%M}" == "Mon 10:00"
    assert ALWAYS.promise(monday) == monday + timedelta(hours=1)
    assert (ALWAYS.day_and_night, OFFICE.day_and_night) == (True, False)


@given(now=INSTANTS, zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]))
def test_a_promise_is_within_the_hours_and_never_sooner_than_it_takes(now: datetime, zone: str) -> None:
    contact = OFFICE.model_copy(update={"zone": zone})
    opens, by = contact.opens(now), contact.promise(now)
    there = by.astimezone(ZoneInfo(zone))
    assert any(start < there.time() <= end for start, end in OFFICE.hours[there.weekday()])  # type: ignore[index]
    assert now <= opens < by
    assert by - opens >= timedelta(minutes=60)
    assert by - now < timedelta(days=4)


@given(now=INSTANTS, later=st.timedeltas(timedelta(0), timedelta(days=3)))
def test_who_asks_later_is_promised_no_sooner(now: datetime, later: timedelta) -> None:
    assert OFFICE.promise(now) <= OFFICE.promise(now + later)


def test_special_lines_stand_before_the_others_only_where_they_belong() -> None:
    here = catalog().help_for("GB")
    assert [line.name for line in here.lines_for("abuse")] == ["Line V", "Line A", "Line B", "Line C"]
    assert here.lines_for("self") == here.lines_for("eating") == here.lines
    abroad = catalog().help_for("FR")
    assert abroad.lines_for("abuse") == abroad.lines
    assert catalog().dials("GB", ("call 999 or 444, text 222",)) == ("999", "444")  # a text is not dialled
