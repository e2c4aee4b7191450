"""Office time against worked dates, against itself, and against a slow second reading that counts minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.test_standard import edited
from workflow.clocks import deadline
from workflow.clocks.holidays_id import holidays_of
from workflow.clocks.office_time import Calendar, NeverOpen, Pause, Ramadan, Week, merged
from workflow.record import Pause as Wait
from workflow.standard.standard import load, shipped

WIB, WITA, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura")
KANIGARAN, PEKUTATAN = shipped()["kanigaran"].calendar, shipped()["pekutatan"].calendar


def at(written: str, zone: ZoneInfo = WIB) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=zone)


def calendar_with(*changes: tuple[str, str], office: str = "kanigaran") -> Calendar:
    return load(edited(office, *changes), place="x.toml").calendar


# --- opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-23T07:29:59", False),
        ("2026-11-23T07:30", True),
        ("2026-11-23T12:30", True),  # the break isn't taken off
        ("2026-11-23T15:59:59", True),
        ("2026-11-23T16:00", False),
        ("2026-11-27T16:29", True),  # Friday closes later
        ("2026-11-28T10:00", False),  # Saturday
        ("2026-12-24T10:00", False),  # cuti bersama
        ("2026-12-25T10:00", False),  # Natal
    ],
)
def test_the_office_is_open_in_its_hours_and_not_at_closing(when, is_open):
    assert KANIGARAN.is_open(at(when)) is is_open


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("2026-11-23T09:00", "2026-11-23T09:00"),
        ("2026-11-23T05:00", "2026-11-23T07:30"),
        ("2026-11-23T16:00", "2026-11-24T07:30"),
        ("2026-12-23T16:00", "2026-12-28T07:30"),
    ],
)
def test_the_next_opening_is_now_when_open_else_the_next_working_morning(when, opens):
    assert KANIGARAN.next_opening(at(when)) == at(opens)


@pytest.mark.parametrize(
    ("calendar", "zone", "utc"), [(KANIGARAN, WIB, "00:30"), (PEKUTATAN, WITA, "23:30"), (None, WIT, "22:30")]
)
def test_each_zone_opens_by_its_own_sun_and_instants_are_utc(calendar, zone, utc):
    calendar = calendar or calendar_with(("Asia/Jakarta", "Asia/Jayapura"))
    opening = calendar.opening(date(2026, 11, 24))
    assert opening == at("2026-11-24T07:30", zone)
    assert opening.tzinfo is UTC
    assert f"{opening:%H:%M}" == utc


def test_days_off_keep_their_names():
    assert KANIGARAN.day_off(date(2026, 12, 24)) == "Cuti Bersama Hari Raya Natal"
    assert KANIGARAN.day_off(date(2026, 12, 25)) == "Hari Raya Natal"
    assert KANIGARAN.day_off(date(2026, 12, 28)) == ""


def test_a_year_has_the_decreed_holidays_and_joint_leave():
    public, both = holidays_of(("public",)), holidays_of(("public", "government"))
    assert (len(public(2026)), len(both(2026))) == (17, 25)
    assert [f"{day:%d-%m}" for day in sorted(both(2026).keys() - public(2026).keys())] == [
        *("16-02", "18-03", "20-03", "23-03", "24-03", "15-05", "28-05", "24-12")
    ]
    assert both(2026) is both(2026)  # computed once


def test_without_categories_no_day_is_a_holiday():
    calendar = calendar_with(('holidays = ["public", "government"]', "holidays = []"))
    assert calendar.is_working_day(date(2026, 12, 25))


def test_only_public_holidays_close_an_office_that_ignores_joint_leave():
    calendar = calendar_with(('holidays = ["public", "government"]', 'holidays = ["public"]'))
    assert calendar.is_working_day(date(2026, 12, 24))
    assert not calendar.is_working_day(date(2026, 12, 25))


def test_an_unconfirmed_closure_moves_nothing_and_a_confirmed_one_does():
    galungan = date(2027, 1, 13)
    assert PEKUTATAN.is_working_day(galungan)
    confirmed = calendar_with(('2025"\nconfirmed = false', '2025"\nconfirmed = true'), office="pekutatan")
    assert confirmed.day_off(galungan) == "Hari Raya Galungan"
    start = at("2027-01-12T15:00", WITA)
    assert PEKUTATAN.due(start, 95, "office_minute") == at("2027-01-13T08:05", WITA)
    assert confirmed.due(start, 95, "office_minute") == at("2027-01-14T08:05", WITA)


def test_ramadan_hours_hold_between_their_dates_and_only_when_both_are_set():
    calendar = calendar_with(("[hours.ramadan]", "[hours.ramadan]\nfrom = 2027-02-08\nuntil = 2027-03-09"))
    assert KANIGARAN.ramadan is None
    assert calendar.opening(date(2027, 2, 4)) == at("2027-02-04T07:30")  # before it begins
    assert calendar.opening(date(2027, 2, 8)) == at("2027-02-08T08:00")
    assert calendar.closing(date(2027, 3, 5)) == at("2027-03-05T15:30")  # a Friday
    assert calendar.closing(date(2027, 3, 4)) == at("2027-03-04T15:00")
    assert not calendar.is_working_day(date(2027, 2, 13))  # Saturday isn't given: closed as ever
    assert calendar.due(at("2027-02-08T14:30"), 60, "office_minute") == at("2027-02-09T08:30")


def test_a_split_day_is_closed_in_its_middle():
    calendar = calendar_with(('mon = ["07:30", "16:00"]', 'mon = [["07:30", "12:00"], ["13:00", "16:00"]]'))
    assert not calendar.is_open(at("2026-11-23T12:30"))
    assert calendar.due(at("2026-11-23T11:30"), 60, "office_minute") == at("2026-11-23T13:30")
    assert calendar.due(at("2026-11-23T11:30"), 30, "office_minute") == at("2026-11-23T12:00")
    assert calendar.closing(date(2026, 11, 23)) == at("2026-11-23T16:00")


def test_the_break_is_taken_off_only_where_the_office_says_so():
    calendar = calendar_with(("subtract_break = false", "subtract_break = true"))
    start = at("2026-11-23T11:30")
    assert KANIGARAN.due(start, 60, "office_minute") == at("2026-11-23T12:30")
    assert calendar.due(start, 60, "office_minute") == at("2026-11-23T13:30")
    assert not calendar.is_open(at("2026-11-27T11:45"))  # Friday's is longer: 11.30 to 13.00
    assert not calendar.is_open(at("2026-11-27T12:59"))
    assert calendar.is_open(at("2026-11-27T13:00"))
    assert calendar.week[5] == ()


def test_in_ramadan_the_break_is_the_shorter_one():
    calendar = calendar_with(
        ("subtract_break = false", "subtract_break = true"),
        ("[hours.ramadan]", "[hours.ramadan]\nfrom = 2027-02-08\nuntil = 2027-03-09"),
    )
    assert calendar.hours_on(date(2027, 2, 8)) == ((time(8), time(12)), (time(12, 30), time(15)))
    assert calendar.hours_on(date(2027, 2, 12)) == ((time(8), time(11, 30)), (time(12, 30), time(15, 30)))


def test_a_break_of_no_minutes_or_outside_the_hours_takes_nothing_off():
    none = calendar_with(
        ("subtract_break = false", "subtract_break = true"), ("break_minutes = 60", "break_minutes = 0")
    )
    late = calendar_with(("subtract_break = false", 'subtract_break = true\nbreak_from = "23:30"'))
    assert none.hours_on(date(2026, 11, 23)) == late.hours_on(date(2026, 11, 23)) == ((time(7, 30), time(16)),)


def test_a_closed_day_has_no_opening():
    with pytest.raises(ValueError, match="no working day"):
        KANIGARAN.opening(date(2026, 12, 25))


def test_an_office_that_never_opens_is_an_error_and_no_endless_search():
    calendar = Calendar(zone=WIB, week=((),) * 7)
    with pytest.raises(NeverOpen):
        calendar.next_opening(at("2026-11-23T09:00"))


@pytest.mark.parametrize("ask", [KANIGARAN.is_open, KANIGARAN.next_opening, KANIGARAN.local_date])
def test_a_time_without_a_zone_is_refused(ask):
    with pytest.raises(ValueError, match="no time zone"):
        ask(datetime(2026, 11, 23, 9))  # noqa: DTZ001 - the point of the test


# --- the worked dates of the published standards -----------------------------------------------------------------------

DPMD, PEGANTENAN = shipped()["dpmd-pasuruan"].calendar, shipped()["pegantenan"].calendar

WORKED = [
    # calendar, start, value, unit, due
    (KANIGARAN, at("2026-12-23T15:50"), 60, "office_minute", at("2026-12-28T08:20")),
    (PEKUTATAN, at("2026-12-23T15:00", WITA), 95, "office_minute", at("2026-12-28T08:05", WITA)),
    (PEKUTATAN, at("2026-11-28T22:10", WITA), 95, "office_minute", at("2026-11-30T09:05", WITA)),
    (PEGANTENAN, at("2026-12-14T10:00"), 12, "working_day", at("2027-01-04T16:00")),
    (PEGANTENAN, at("2026-03-12T10:00"), 12, "working_day", at("2026-04-07T16:00")),
    (DPMD, at("2026-12-23T10:00"), 3, "calendar_day", at("2026-12-28T16:00")),  # Saturday 26th, told as Monday
    (DPMD, at("2026-12-23T10:00"), 3, "working_day", at("2026-12-30T16:00")),
    # and around their edges
    (KANIGARAN, at("2026-11-23T15:00"), 60, "office_minute", at("2026-11-23T16:00")),  # by closing, not at reopening
    (KANIGARAN, at("2026-11-23T15:00:30"), 60, "office_minute", at("2026-11-24T07:30:30")),
    (KANIGARAN, at("2026-11-23T16:00"), 60, "office_minute", at("2026-11-24T08:30")),
    (KANIGARAN, at("2026-11-23T23:59"), 1, "working_day", at("2026-11-24T16:00")),
    (KANIGARAN, at("2026-11-24T00:01"), 1, "working_day", at("2026-11-25T16:00")),
    (KANIGARAN, at("2026-11-26T09:00"), 1, "working_day", at("2026-11-27T16:30")),  # Friday's closing
    (KANIGARAN, at("2026-11-23T09:00"), 1, "calendar_day", at("2026-11-24T16:00")),
]


@pytest.mark.parametrize(("calendar", "start", "value", "unit", "due"), WORKED)
def test_worked_dates_are_exact_to_the_minute(calendar, start, value, unit, due):
    assert calendar.due(start, value, unit) == due
    assert calendar.due(start, value, unit).tzinfo is UTC


def test_a_calendar_day_on_a_closed_day_keeps_its_own_date_beside_the_told_one():
    assert DPMD.falls_on(at("2026-12-23T10:00"), 3, "calendar_day") == date(2026, 12, 26)
    assert DPMD.falls_on(at("2026-12-23T10:00"), 3, "working_day") == date(2026, 12, 30)
    assert KANIGARAN.falls_on(at("2026-12-23T15:50"), 60, "office_minute") == date(2026, 12, 28)


# --- pauses -----------------------------------------------------------------------------------------------------------


def pause(since: str, until: str) -> Pause:
    return Pause(at(since), at(until))


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-11-23T10:00"),
        ([pause("2026-11-23T09:30", "2026-11-23T09:45")], "2026-11-23T10:15"),
        ([pause("2026-11-23T09:30", "2026-11-25T09:30")], "2026-11-25T10:00"),
        ([pause("2026-11-23T08:00", "2026-11-23T08:30")], "2026-11-23T10:00"),  # before the start
        ([pause("2026-11-23T10:00", "2026-11-23T11:00")], "2026-11-23T10:00"),  # after the end
        ([pause("2026-11-23T08:30", "2026-11-23T09:10")], "2026-11-23T10:10"),  # across the start
        (
            [pause("2026-11-23T09:10", "2026-11-23T09:20"), pause("2026-11-23T09:15", "2026-11-23T09:30")],
            "2026-11-23T10:20",
        ),
        ([pause("2026-11-23T09:20", "2026-11-23T20:00")], "2026-11-24T08:10"),
        ([pause("2026-11-23T09:20", "2026-11-23T09:20")], "2026-11-23T10:00"),
    ],
)
def test_waiting_for_the_citizen_stops_the_clock_of_minutes(pauses, due):
    assert KANIGARAN.due(at("2026-11-23T09:00"), 60, "office_minute", pauses) == at(due)


@pytest.mark.parametrize(
    ("unit", "pauses", "due"),
    [
        ("working_day", [], "2026-11-26T16:00"),
        (
            "working_day",
            [pause("2026-11-23T10:00", "2026-11-23T15:00")],
            "2026-11-26T16:00",
        ),  # the same day: no day waited
        ("working_day", [pause("2026-11-24T10:00", "2026-11-25T08:00")], "2026-11-27T16:30"),
        ("working_day", [pause("2026-11-24T10:00", "2026-11-30T08:00")], "2026-12-02T16:00"),  # over a weekend: 4
        ("working_day", [pause("2026-11-20T10:00", "2026-11-24T08:00")], "2026-11-27T16:30"),  # counted from the start
        ("working_day", [pause("2026-11-26T17:00", "2026-11-30T08:00")], "2026-11-26T16:00"),  # after it was due
        ("working_day", [pause("2026-11-20T10:00", "2026-11-21T08:00")], "2026-11-26T16:00"),  # over before the start
        (
            "working_day",
            [pause("2026-11-24T10:00", "2026-11-25T10:00"), pause("2026-11-27T10:00", "2026-11-30T10:00")],
            "2026-11-30T16:00",  # the second one begins before the end the first one moved
        ),
        ("calendar_day", [pause("2026-11-24T10:00", "2026-11-26T08:00")], "2026-11-30T16:00"),  # Saturday 28th
    ],
)
def test_waiting_for_the_citizen_moves_a_deadline_in_days_by_the_days_it_crossed(unit, pauses, due):
    assert KANIGARAN.due(at("2026-11-23T09:00"), 3, unit, pauses) == at(due)


def test_pauses_are_put_in_order_and_joined():
    a, b, c = (
        pause("2026-11-23T09:00", "2026-11-23T10:00"),
        pause("2026-11-23T10:00", "2026-11-23T11:00"),
        pause("2026-11-24T09:00", "2026-11-24T09:30"),
    )
    assert merged([c, b, a]) == [pause("2026-11-23T09:00", "2026-11-23T11:00"), c]


def test_a_pause_that_ends_before_it_began_is_refused():
    with pytest.raises(ValueError, match="before it began"):
        merged([pause("2026-11-23T10:00", "2026-11-23T09:00")])


# --- properties -------------------------------------------------------------------------------------------------------

moments = st.integers(min_value=0, max_value=2 * 366 * 24 * 60 * 60).map(
    lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)
minutes = st.integers(min_value=0, max_value=3000)
offices = st.sampled_from([KANIGARAN, PEKUTATAN, calendar_with(("subtract_break = false", "subtract_break = true"))])


@st.composite
def pauses_near(draw, start: datetime) -> list[Pause]:
    made = []
    for _ in range(draw(st.integers(0, 3))):
        since = start + timedelta(minutes=draw(st.integers(-600, 6000)))
        made.append(Pause(since, since + timedelta(minutes=draw(st.integers(0, 4000)))))
    return made


@given(offices, moments, minutes, st.data())
def test_counting_back_what_was_added_gives_the_same_minutes(calendar, start, count, data):
    pauses = data.draw(pauses_near(start))
    due = calendar.add_office_minutes(start, count, pauses)
    assert calendar.office_minutes_between(start, due, pauses) == count


@given(offices, moments, st.integers(1, 3000), st.data())
def test_nothing_is_ever_due_outside_office_hours(calendar, start, count, data):
    pauses = data.draw(pauses_near(start))
    for unit in ("office_minute", "working_day", "calendar_day"):
        due = calendar.due(start, count if unit == "office_minute" else 1 + count % 40, unit, pauses)
        local = due.astimezone(calendar.zone)
        assert any(opens <= local.time() <= closes for opens, closes in calendar.hours_on(local.date()))
        assert due > start


@given(
    offices,
    moments,
    st.integers(0, 100_000),
    st.integers(1, 40),
    st.sampled_from(["office_minute", "working_day", "calendar_day"]),
)
def test_a_later_start_or_a_longer_norm_is_never_due_earlier(calendar, start, later, value, unit):
    due = calendar.due(start, value, unit)
    assert calendar.due(start + timedelta(seconds=later), value, unit) >= due
    assert calendar.due(start, value + 1, unit) >= due


@given(
    offices, moments, st.integers(1, 30), st.sampled_from(["office_minute", "working_day", "calendar_day"]), st.data()
)
def test_a_pause_never_makes_anything_due_earlier(calendar, start, value, unit, data):
    pauses = data.draw(pauses_near(start))
    assert calendar.due(start, value, unit, pauses) >= calendar.due(start, value, unit)


def slow_due(week: Week, days_off: set[date], start: datetime, minutes_left: int, zone: ZoneInfo) -> datetime:
    """A second reading: step through every minute, counting those in which the office is open."""
    now = start
    while minutes_left:
        local = now.astimezone(zone)
        spans = () if local.date() in days_off else week[local.weekday()]
        if any(opens <= local.time() < closes for opens, closes in spans):
            minutes_left -= 1
        now += timedelta(minutes=1)
    return now


@given(
    st.sampled_from([WIB, WITA, WIT]),
    st.integers(0, 60 * 24 * 40).map(lambda m: datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=m)),
    st.integers(1, 900),
    st.sets(st.dates(date(2026, 12, 1), date(2027, 1, 31)), max_size=20),
)
def test_a_slow_second_reading_agrees_minute_by_minute(zone, start, count, days_off):
    split = ((time(7, 30), time(11, 45)), (time(13), time(16)))
    week: Week = (split, *(((time(7, 30), time(16)),),) * 3, ((time(7, 30), time(11)),), (), ())
    calendar = Calendar(zone=zone, week=week, closures=dict.fromkeys(days_off, "tutup"))
    assert calendar.add_office_minutes(start, count) == slow_due(week, days_off, start, count, zone)


@given(moments, moments)
def test_minutes_between_never_run_backwards(one, other):
    first, last = sorted((one, other))
    assert KANIGARAN.office_minutes_between(last, first) == 0
    middle = first + (last - first) / 2
    whole = KANIGARAN.office_minutes_between(first, last)
    parts = KANIGARAN.office_minutes_between(first, middle) + KANIGARAN.office_minutes_between(middle, last)
    assert whole - 1 <= parts <= whole


def test_ramadan_is_one_season_of_the_calendar():
    week: Week = (((time(8), time(15)),),) * 5 + ((), ())
    calendar = Calendar(zone=WIB, week=week, ramadan=Ramadan(date(2027, 2, 8), date(2027, 3, 9), ((),) * 7))
    assert calendar.is_working_day(date(2027, 2, 5))
    assert not calendar.is_working_day(date(2027, 2, 8))
    assert not calendar.is_working_day(date(2027, 3, 9))
    assert calendar.is_working_day(date(2027, 3, 10))


def test_a_pause_that_ends_before_it_began_since_a_clock_was_set_back_took_no_time():
    since = datetime(2026, 11, 23, 3, tzinfo=UTC)
    wait = Wait(reason="foto", since=since)
    assert wait.ended(since - timedelta(seconds=40)).until == since
    assert wait.ended(since + timedelta(seconds=40)).until == since + timedelta(seconds=40)
    stored = Wait(reason="foto", since=since, until=since - timedelta(seconds=40))
    (pause,) = deadline.closed_pauses([stored], since + timedelta(hours=1))
    assert (pause.since, pause.until) == (since, since)
