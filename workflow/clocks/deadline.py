"""The two clocks of a complaint: the published total with its readings, and each step's norm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Protocol

import msgspec

from workflow.clocks.office_time import Calendar, NeverOpen, Pause, Unit, calendar_of, merged
from workflow.standard.parts import Step
from workflow.standard.standard import Standard

__all__ = [
    "Calendar",
    "NeverOpen",
    "Pause",
    "Promise",
    "Reading",
    "Spent",
    "Unit",
    "Wait",
    "calendar_of",
    "closed_pauses",
    "days_after",
    "promise",
    "rung_at",
    "spent",
    "step_due",
    "warn_at",
]

WARN_MINUTES = 15
SHORT_MINUTES, LONG_MINUTES = 60, 120
"""A norm between these is warned of a quarter of an hour before; a shorter one by its last quarter, a longer one by its
last eighth."""


class Wait(Protocol):
    """A wait for the citizen as a complaint keeps it; `until` is None while it lasts."""

    @property
    def since(self) -> datetime:
        """When the waiting began."""

    @property
    def until(self) -> datetime | None:
        """When it ended."""


class Reading(msgspec.Struct, frozen=True):
    """One way to read a published total: the day it falls on, and when it's due at the office.

    A calendar day may fall on a closed day; `due_at` is then the next working day's closing.
    """

    unit: Unit
    value: int
    falls_on: date
    due_at: datetime


class Promise(msgspec.Struct, frozen=True):
    """The published total as it binds the office: the earliest of its readings.

    `due_at` (UTC) is what the citizen is told and what the bell goes by; the readings stay for cards and reports, the
    published unit's first.
    """

    due_at: datetime
    readings: tuple[Reading, ...]

    @property
    def told_at(self) -> datetime:
        """What the citizen is told: the same instant the office is held to."""
        return self.due_at


class Spent(msgspec.Struct, frozen=True):
    """How long something took, in its unit: with the office, waiting for the citizen, and in all."""

    service: int
    waiting: int
    total: int
    unit: Unit


def promise(
    standard: Standard, start: datetime, pauses: Sequence[Pause] = (), calendar: Calendar | None = None
) -> Promise:
    """When the published total that began at `start` is over, by every reading of its unit.

    `calendar` is the office's as it is today, where the standard is an older one: the norm stays, hours may change.
    """
    deadline, calendar = standard.deadline, calendar or standard.calendar
    units = [deadline.unit] if deadline.strict_unit is None else [deadline.unit, deadline.strict_unit]
    readings = tuple(
        Reading(
            unit=unit,
            value=deadline.value,
            falls_on=calendar.falls_on(start, deadline.value, unit, pauses),
            due_at=calendar.due(start, deadline.value, unit, pauses),
        )
        for unit in units
    )
    return Promise(due_at=min(reading.due_at for reading in readings), readings=readings)


def closed_pauses(waits: Iterable[Wait], at: datetime) -> list[Pause]:
    """The waits as they stand at an instant: those that still last are taken to end there, later ones are left out."""
    return [
        Pause(wait.since, at if wait.until is None else max(wait.since, min(wait.until, at)))  # a clock may be set back
        for wait in waits
        if wait.since <= at
    ]


def step_due(
    standard: Standard,
    step: Step,
    start: datetime,
    pauses: Sequence[Pause] = (),
    calendar: Calendar | None = None,
) -> datetime | None:
    """When a step that began at `start` is due by its own norm, in UTC; None where the standard publishes no norm."""
    if step.norm is None or step.unit is None:
        return None
    return (calendar or standard.calendar).due(start, step.norm, step.unit, pauses)


def warn_at(calendar: Calendar, due_at: datetime, norm: int, unit: Unit) -> datetime:
    """When the desk is asked for a word, in UTC: 15 minutes before, for a norm in days at the opening of its last day.

    Never before that day's opening, so that nobody is asked overnight.
    """
    opening = calendar.opening(calendar.local_date(due_at))
    if unit != "office_minute":
        return opening
    before = WARN_MINUTES
    if norm < SHORT_MINUTES:
        before = max(1, norm // 4)
    elif norm > LONG_MINUTES:
        before = norm // 8
    return max(opening, due_at - timedelta(minutes=before))


def rung_at(calendar: Calendar, due_at: datetime, norm: int, unit: Unit, *, part: float, nth: int) -> datetime:
    """When the nth one up the ladder (from 1) is told that a norm has passed, in UTC and in working time.

    Each waits so large a part of the norm after the one below; of a norm in days whole days, to that day's opening.
    """
    wait = math.ceil(norm * part * nth)
    if unit == "office_minute":
        return calendar.add_office_minutes(due_at, wait)
    return days_after(calendar, due_at, max(nth, wait))


def days_after(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The opening of the nth working day after the day of an instant, in UTC."""
    later = calendar.working_days_from(calendar.local_date(at) + timedelta(days=1))
    return calendar.opening(next(islice(later, days - 1, None)))


def spent(calendar: Calendar, start: datetime, end: datetime, unit: Unit, pauses: Sequence[Pause] = ()) -> Spent:
    """The service clock, the waiting and the wall clock between two instants, all in one unit.

    Days are counted as they are for deadlines: those after the start's own day. A pause still open at `end` is given
    as one that ends there.
    """
    if unit == "office_minute":
        total = calendar.office_minutes_between(start, end)
        service = calendar.office_minutes_between(start, end, pauses)
        return Spent(service, total - service, total, unit)
    inside = [Pause(max(pause.since, start), min(pause.until, end)) for pause in merged(pauses)]
    stretches = [pause for pause in inside if pause.since < pause.until]
    total = _days(calendar, start, end, unit)
    waiting = sum(_days(calendar, pause.since, pause.until, unit) for pause in stretches)
    return Spent(total - waiting, waiting, total, unit)


def _days(calendar: Calendar, start: datetime, end: datetime, unit: Unit) -> int:
    first, last = calendar.local_date(start), calendar.local_date(end)
    return (last - first).days if unit == "calendar_day" else calendar.working_days_between(first, last)
