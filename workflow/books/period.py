"""The period of a book: a month, a year or some days at the office, named and asked for as people write it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflow.clocks.when import MONTHS, say_date
from workflow.message import Value
from workflow.say import say

_YEAR = re.compile(r"(\d{4})")
_NUMBERS = re.compile(r"(\d{1,2})[-/. ](\d{4})|(\d{4})[-/.](\d{1,2})")
_NAMED = re.compile(r"([a-z]{3,})\.?(?:\s+(\d{4}))?")
EARLIEST = 2000
MONTH_DAYS = 31


class Period(Value):
    """Whole days at an office, both included."""

    first: date
    last: date

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the first moment of the first day up to, and without, the first after the last; UTC."""
        return _midnight(self.first, zone), _midnight(self.following, zone)

    @property
    def following(self) -> date:
        """The first day after it."""
        return self.last + timedelta(days=1)

    def words(self) -> str:
        """The period as it's written: "November 2026", "Tahun 2026", "3 November 2026 sampai 9 November 2026"."""
        if self == month(self.first.year, self.first.month):
            return say("books.register.month", month=MONTHS[self.first.month - 1], year=self.first.year)
        if self == year(self.first.year):
            return say("books.register.year", year=self.first.year)
        return say("books.register.between", first=say_date(self.first), last=say_date(self.last))

    def slug(self) -> str:
        """A short name for files: "2026-11", "2026", "2026-11-03-2026-11-09"."""
        if self == month(self.first.year, self.first.month):
            return f"{self.first:%Y-%m}"
        if self == year(self.first.year):
            return f"{self.first:%Y}"
        return f"{self.first.isoformat()}-{self.last.isoformat()}"


def month(number_of_year: int, number: int) -> Period:
    """A month. ValueError if there's none such."""
    first = date(number_of_year, number, 1)
    following = date(number_of_year + number // 12, number % 12 + 1, 1)
    return Period(first=first, last=following - timedelta(days=1))


def year(number: int) -> Period:
    """A year."""
    return Period(first=date(number, 1, 1), last=date(number, 12, 31))


def month_before(day: date) -> Period:
    """The month before the one of that day."""
    last = day.replace(day=1) - timedelta(days=1)
    return month(last.year, last.month)


def read(text: str, today: date) -> Period | None:
    """The period somebody writes: "november", "11-2026", "2026-11", "2026"; "" is this month. None: not understood."""
    words = " ".join(text.lower().split())
    if not words:
        return month(today.year, today.month)
    try:
        period = _written(words, today)
    except ValueError:  # month 13, the year 0
        return None
    return period if period is not None and period.first.year >= EARLIEST else None


def _written(words: str, today: date) -> Period | None:
    if found := _YEAR.fullmatch(words):
        return year(int(found[1]))
    if found := _NUMBERS.fullmatch(words):
        return month(int(found[2] or found[3]), int(found[1] or found[4]))
    found = _NAMED.fullmatch(words)
    if found is None:
        return None
    numbers = [n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(found[1])]
    if len(numbers) != 1:
        return None
    if found[2]:
        return month(int(found[2]), numbers[0])
    return month(today.year - (numbers[0] > today.month), numbers[0])


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
