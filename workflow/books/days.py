"""A calendar that remembers the days it was asked about: a book asks about the same ones ten thousands of times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from workflow.clocks.office_time import Calendar, Pause, Span, Unit


class Remembering(Calendar, frozen=True, kw_only=True):
    """The same calendar with the same answers; each is worked out once."""

    hours_of: dict[date, tuple[Span, ...]] = {}
    spans_of: dict[date, list[tuple[datetime, datetime]]] = {}
    days_of: dict[tuple[date, date], int] = {}
    ends_of: dict[tuple[date, int, Unit], datetime] = {}

    def hours_on(self, day: date) -> tuple[Span, ...]:
        """When the office is open on that day, local time; () on a day off."""
        found = self.hours_of.get(day)
        if found is None:
            found = self.hours_of[day] = Calendar.hours_on(self, day)
        return found

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days come after `first`, up to and including `last`."""
        found = self.days_of.get((first, last))
        if found is None:
            found = self.days_of[first, last] = Calendar.working_days_between(self, first, last)
        return found

    def due(self, start: datetime, value: int, unit: Unit, pauses: Sequence[Pause] = ()) -> datetime:
        """When a norm that began at `start` is over; without a pause a norm in days ends alike for all of a day."""
        if pauses:
            return Calendar.due(self, start, value, unit, pauses)
        day = self.local_date(start)
        if unit != "office_minute":
            found = self.ends_of.get((day, value, unit))
            if found is None:
                found = self.ends_of[day, value, unit] = Calendar.due(self, start, value, unit)
            return found
        end = start + timedelta(minutes=value)
        if self.hours_on(day) and any(opens <= start and end <= closes for opens, closes in self._spans(day)):
            return end
        return Calendar.due(self, start, value, unit)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        found = self.spans_of.get(day)
        if found is None:
            found = self.spans_of[day] = super()._spans(day)
        return found


def remembering(calendar: Calendar) -> Remembering:
    """The calendar, with a memory of its own."""
    return Remembering(**{name: getattr(calendar, name) for name in Calendar.__struct_fields__})
