"""Office time: when an office is open, and how its minutes and days add up.

Instants are aware datetimes; results are in UTC. A stretch of opening runs from its first moment up to its last: at the
last the office is closed, yet something due by then may still be due at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from workflow.clocks.holidays_id import HolidaysIn, holidays_of, none_in

if TYPE_CHECKING:
    from workflow.standard.own import Hours, RamadanHours
    from workflow.standard.standard import Standard

Unit = Literal["office_minute", "working_day", "calendar_day"]
Span = tuple[time, time]
Week = tuple[tuple[Span, ...], ...]
"""Monday to Sunday, each day's opening in local time; () is closed."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FRIDAY = 4
SEARCH_DAYS = 400


class NeverOpen(ValueError):
    """An office that doesn't open for more than a year: its hours or closures are wrong."""


class Pause(NamedTuple):
    """A closed stretch in which the office waited for the citizen; its service clock stood still."""

    since: datetime
    until: datetime


class Ramadan(msgspec.Struct, frozen=True):
    """Other hours from `first` to `last`, both included."""

    first: date
    last: date
    week: Week


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """One office's hours, with its days off; every question about office time is asked here."""

    zone: ZoneInfo
    week: Week
    ramadan: Ramadan | None = None
    holidays_in: HolidaysIn = none_in
    closures: Mapping[date, str] = {}  # confirmed ones only

    # --- days ---------------------------------------------------------------------------------------------------------

    def local_date(self, at: datetime) -> date:
        """The day at the office."""
        return _aware(at).astimezone(self.zone).date()

    def day_off(self, day: date) -> str:
        """The name of the holiday or closure on that day, or ""."""
        return self.closures.get(day) or self.holidays_in(day.year).get(day, "")

    def hours_on(self, day: date) -> tuple[Span, ...]:
        """When the office is open on that day, local time; () on a day off."""
        season = self.ramadan
        week = season.week if season is not None and season.first <= day <= season.last else self.week
        spans = week[day.weekday()]
        return spans if spans and not self.day_off(day) else ()

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens at all on that day."""
        return bool(self.hours_on(day))

    def working_days_from(self, day: date) -> Iterator[date]:
        """The working days from this one on, itself included if it is one. Raises `NeverOpen`."""
        idle = 0
        while idle < SEARCH_DAYS:
            if self.is_working_day(day):
                yield day
                idle = 0
            idle += 1
            day += timedelta(days=1)
        raise NeverOpen(f"the office doesn't open in the {SEARCH_DAYS} days before {day}")

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days come after `first`, up to and including `last`."""
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def opening(self, day: date) -> datetime:
        """When the office opens on a working day."""
        return self._spans(day)[0][0]

    def closing(self, day: date) -> datetime:
        """When the office closes on a working day."""
        return self._spans(day)[-1][1]

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        spans = [(self._instant(day, opens), self._instant(day, closes)) for opens, closes in self.hours_on(day)]
        if not spans:
            raise ValueError(f"{day} is no working day")
        return spans

    def _instant(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, self.zone).astimezone(UTC)

    # --- instants -----------------------------------------------------------------------------------------------------

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at that instant."""
        day = self.local_date(at)
        return self.is_working_day(day) and any(opens <= at < closes for opens, closes in self._spans(day))

    def next_opening(self, at: datetime) -> datetime:
        """That instant if the office is open, else when it opens next. Raises `NeverOpen`."""
        return next(self._running(at, ()))[0]

    def add_office_minutes(self, start: datetime, minutes: int, pauses: Sequence[Pause] = ()) -> datetime:
        """When so many minutes of open office have passed, pauses not counted; by closing rather than at reopening."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._running(start, pauses):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("the stretches of opening never end")  # pragma: no cover

    def office_minutes_between(self, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> int:
        """The whole minutes of open office from one instant to another, pauses not counted; 0 if `end` isn't later."""
        last = _aware(end).astimezone(UTC)
        passed = takewhile(lambda stretch: stretch[0] < last, self._running(start, pauses))
        return sum((min(closes, last) - opens for opens, closes in passed), timedelta()) // timedelta(minutes=1)

    def _running(self, start: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
        """The stretches in which the service clock runs: open, not paused, from `start` on."""
        begin = _aware(start).astimezone(UTC)
        standing = merged(pauses)
        for day in self.working_days_from(self.local_date(start)):
            for opens, closes in self._spans(day):
                since = max(opens, begin)
                for pause in standing:
                    if since < pause.since < closes:
                        yield since, pause.since
                    if pause.since < closes:
                        since = max(since, pause.until)
                if since < closes:
                    yield since, closes

    # --- deadlines ----------------------------------------------------------------------------------------------------

    def falls_on(self, start: datetime, value: int, unit: Unit, pauses: Sequence[Pause] = ()) -> date:
        """The day on which a norm ends, by its own count; a calendar day may be one on which the office is closed.

        Days are counted after the start's own day. A pause moves the end by as many days of that unit as it crossed:
        from the day it began to the day it ended. While the clock stands nothing falls due: an end that would come
        before the pause is over moves on to the first working day whose closing the clock sees running again.
        """
        if unit == "office_minute":
            return self.local_date(self.add_office_minutes(start, value, pauses))
        day = self._day_after(self.local_date(start), value, unit)
        for pause in merged(pauses):
            begin = max(pause.since, _aware(start))
            if begin < pause.until and begin < self._end_of(day):
                waited = self._days_between(self.local_date(begin), self.local_date(pause.until), unit)
                day = self._day_after(day, waited, unit)
                if self._end_of(day) <= pause.until:
                    day = self._first_closing_after(pause.until)
        return day

    def due(self, start: datetime, value: int, unit: Unit, pauses: Sequence[Pause] = ()) -> datetime:
        """When a norm that began at `start` is over, in UTC; always within or at the end of opening.

        `office_minute` runs while the office is open. `working_day` is the n-th working day after the start's day, at
        closing. `calendar_day` is the n-th day after it, at closing; on a closed day, the next working day's closing.
        """
        if unit == "office_minute":
            return self.add_office_minutes(start, value, pauses)
        return self._end_of(self.falls_on(start, value, unit, pauses))

    def _end_of(self, day: date) -> datetime:
        return self.closing(next(self.working_days_from(day)))

    def _first_closing_after(self, at: datetime) -> date:
        return next(day for day in self.working_days_from(self.local_date(at)) if self.closing(day) > at)

    def _day_after(self, day: date, count: int, unit: Unit) -> date:
        if unit == "calendar_day" or count == 0:
            return day + timedelta(days=count)
        return next(islice(self.working_days_from(day + timedelta(days=1)), count - 1, None))

    def _days_between(self, first: date, last: date, unit: Unit) -> int:
        return (last - first).days if unit == "calendar_day" else self.working_days_between(first, last)


def merged(pauses: Sequence[Pause]) -> list[Pause]:
    """The pauses in UTC and in order, touching ones as one. Raises ValueError if one ends before it began."""
    joined: list[Pause] = []
    for since, until in sorted((_aware(p.since).astimezone(UTC), _aware(p.until).astimezone(UTC)) for p in pauses):
        if until < since:
            raise ValueError(f"a pause ends at {until}, before it began at {since}")
        if joined and since <= joined[-1].until:
            joined[-1] = Pause(joined[-1].since, max(until, joined[-1].until))
        else:
            joined.append(Pause(since, until))
    return joined


def calendar_of(standard: Standard) -> Calendar:
    """The calendar of a standard: unconfirmed closures and a Ramadan without dates don't count."""
    hours, season = standard.hours, standard.hours.ramadan
    ramadan = None
    if season is not None and season.from_ is not None and season.until is not None:
        ramadan = Ramadan(season.from_, season.until, _ramadan_week(hours, season))
    return Calendar(
        zone=ZoneInfo(standard.office.timezone),
        week=_ordinary_week(hours),
        ramadan=ramadan,
        holidays_in=holidays_of(hours.holidays),
        closures={closure.date: closure.name for closure in standard.closures if closure.confirmed},
    )


def minutes_in_working_day(hours: Hours) -> float:
    """The average length of a working day in an ordinary week, less the break whatever the clock does with it."""
    lengths = []
    for index, name in enumerate(WEEKDAYS):
        if spans := getattr(hours, name):
            gross = sum((_minutes(closes) - _minutes(opens) for opens, closes in spans), 0)
            pause = hours.break_minutes_fri if index == FRIDAY else hours.break_minutes
            lengths.append(gross - (pause if len(spans) == 1 else 0))
    return sum(lengths) / len(lengths)


def _ordinary_week(hours: Hours) -> Week:
    days = (getattr(hours, name) for name in WEEKDAYS)
    return tuple(
        _less_break(spans, hours, hours.break_minutes_fri if index == FRIDAY else hours.break_minutes, index)
        for index, spans in enumerate(days)
    )


def _ramadan_week(hours: Hours, season: RamadanHours) -> Week:
    days = (getattr(season, name) for name in WEEKDAYS)
    given = (getattr(hours, name) if spans is None else spans for name, spans in zip(WEEKDAYS, days, strict=True))
    return tuple(
        _less_break(spans, hours, season.break_minutes_fri if index == FRIDAY else season.break_minutes, index)
        for index, spans in enumerate(given)
    )


def _less_break(spans: tuple[Span, ...], hours: Hours, minutes: int, weekday: int) -> tuple[Span, ...]:
    """The day without its break, where the office takes it off the clock."""
    if not hours.subtract_break or not minutes:
        return spans
    begins = hours.break_from_fri if weekday == FRIDAY else hours.break_from
    ends = _clock(_minutes(begins) + minutes)
    parts = [part for opens, closes in spans for part in ((opens, min(closes, begins)), (max(opens, ends), closes))]
    return tuple((opens, closes) for opens, closes in parts if opens < closes)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _clock(minutes: int) -> time:
    return time(min(minutes // 60, 23), minutes % 60 if minutes < 24 * 60 else 59)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at} names no time zone")
    return at
