"""Promises and norms: what an office owes by when, and how long it took."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from tests.workflow.test_office_time import WITA, at, pause
from workflow.clocks.deadline import Promise, Reading, Spent, closed_pauses, promise, rung_at, spent, step_due, warn_at
from workflow.standard.standard import shipped

KANIGARAN, DPMD, PEGANTENAN = (shipped()[office] for office in ("kanigaran", "dpmd-pasuruan", "pegantenan"))


class Wait(NamedTuple):
    """A wait as a complaint keeps it."""

    reason: str
    since: datetime
    until: datetime | None = None


def test_three_days_are_read_both_ways_and_the_earlier_one_is_promised():
    made = promise(DPMD, at("2026-12-23T10:00"))
    assert made == Promise(
        due_at=at("2026-12-28T16:00"),
        readings=(
            Reading("working_day", 3, date(2026, 12, 30), at("2026-12-30T16:00")),
            Reading("calendar_day", 3, date(2026, 12, 26), at("2026-12-28T16:00")),
        ),
    )
    assert made.told_at == made.due_at


@pytest.mark.parametrize(
    ("office", "start", "due"),
    [
        ("kanigaran", at("2026-12-23T15:50"), at("2026-12-28T08:20")),
        ("pekutatan", at("2026-12-23T15:00", WITA), at("2026-12-28T08:05", WITA)),
        ("kedopok", at("2026-11-23T09:12"), at("2026-11-24T16:00")),
        ("pegantenan", at("2026-12-14T09:00"), at("2027-01-04T16:00")),
    ],
)
def test_one_reading_is_the_promise(office, start, due):
    made = promise(shipped()[office], start)
    assert made.due_at == due
    assert len(made.readings) == 1


def test_a_promise_moves_with_the_waiting():
    waits = [pause("2026-12-23T11:00", "2026-12-28T09:00")]  # one working day, five calendar days
    made = promise(DPMD, at("2026-12-23T10:00"), waits)
    assert [reading.falls_on for reading in made.readings] == [date(2026, 12, 31), date(2026, 12, 31)]
    assert made.due_at == at("2026-12-31T16:00")


def test_a_step_has_its_own_norm_and_none_where_none_is_published():
    start = at("2026-11-23T09:00")
    assert step_due(PEGANTENAN, PEGANTENAN.step("s01"), start) == at("2026-11-23T09:15")
    assert step_due(PEGANTENAN, PEGANTENAN.step("s02"), start) == at("2026-11-26T16:00")
    assert step_due(KANIGARAN, KANIGARAN.step("verify"), start) is None


@pytest.mark.parametrize(
    ("due", "norm", "unit", "warned"),
    [
        ("2026-11-23T11:05", 60, "office_minute", "2026-11-23T10:50"),
        ("2026-11-23T11:05", 95, "office_minute", "2026-11-23T10:50"),
        ("2026-11-23T07:40", 60, "office_minute", "2026-11-23T07:30"),  # never before the opening
        ("2026-11-23T11:05", 15, "office_minute", "2026-11-23T11:02"),  # a short norm: its last quarter
        ("2026-11-23T11:05", 2, "office_minute", "2026-11-23T11:04"),
        ("2026-11-23T11:05", 240, "office_minute", "2026-11-23T10:35"),  # a long one: its last eighth
        ("2026-11-24T16:00", 12, "working_day", "2026-11-24T07:30"),
        ("2026-12-28T16:00", 3, "calendar_day", "2026-12-28T07:30"),
    ],
)
def test_the_desk_is_asked_shortly_before_or_at_that_days_opening(due, norm, unit, warned):
    assert warn_at(KANIGARAN.calendar, at(due), norm, unit) == at(warned)


@pytest.mark.parametrize(
    ("due", "norm", "unit", "nth", "told"),
    [
        ("2026-11-23T10:00", 60, "office_minute", 1, "2026-11-23T10:30"),
        ("2026-11-23T10:00", 60, "office_minute", 2, "2026-11-23T11:00"),
        ("2026-11-23T15:50", 60, "office_minute", 1, "2026-11-24T07:50"),  # in working time
        ("2026-11-24T16:00", 1, "working_day", 1, "2026-11-25T07:30"),
        ("2026-11-24T16:00", 1, "working_day", 2, "2026-11-26T07:30"),
        ("2026-12-14T16:00", 12, "working_day", 1, "2026-12-22T07:30"),
        ("2026-12-23T16:00", 3, "working_day", 1, "2026-12-29T07:30"),
    ],
)
def test_each_rung_waits_half_the_norm_in_working_time(due, norm, unit, nth, told):
    assert rung_at(KANIGARAN.calendar, at(due), norm, unit, part=0.5, nth=nth) == at(told)


def test_service_waiting_and_wall_time_are_shown_apart():
    start, end = at("2026-11-23T09:00"), at("2026-12-01T10:00")
    waits = [pause("2026-11-24T10:00", "2026-11-30T08:00")]
    assert spent(KANIGARAN.calendar, start, end, "working_day", waits) == Spent(2, 4, 6, "working_day")
    assert spent(KANIGARAN.calendar, start, end, "calendar_day", waits) == Spent(2, 6, 8, "calendar_day")
    assert spent(KANIGARAN.calendar, start, at("2026-11-23T10:00"), "office_minute", []) == Spent(
        60, 0, 60, "office_minute"
    )


def test_only_the_part_of_a_wait_between_start_and_end_counts():
    start, end = at("2026-11-23T09:00"), at("2026-11-23T10:00")
    waits = [pause("2026-11-23T08:00", "2026-11-23T09:10"), pause("2026-11-23T09:50", "2026-11-24T09:00")]
    assert spent(KANIGARAN.calendar, start, end, "office_minute", waits) == Spent(40, 20, 60, "office_minute")
    before = [pause("2026-11-19T08:00", "2026-11-20T09:10")]
    assert spent(KANIGARAN.calendar, start, at("2026-11-25T10:00"), "working_day", before) == Spent(
        2, 0, 2, "working_day"
    )


def test_a_wait_that_still_lasts_ends_now_and_a_later_one_is_left_out():
    now = datetime(2026, 11, 23, 3, tzinfo=UTC)
    hour = timedelta(hours=1)
    waits = [
        Wait(reason="KK", since=now - 3 * hour, until=now - 2 * hour),
        Wait(reason="KTP", since=now - hour),
        Wait(reason="foto", since=now + hour, until=now + 2 * hour),
    ]
    assert closed_pauses(waits, now) == [(now - 3 * hour, now - 2 * hour), (now - hour, now)]
    assert closed_pauses(waits, now - 2.5 * hour) == [(now - 3 * hour, now - 2.5 * hour)]
