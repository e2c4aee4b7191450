"""Reads the days that people type: "24-26 nov", "s.d. Jumat", "hari ini", "besok sampai 3/12 dinas luar"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from workflow.clocks.when import DAYS, MONTHS
from workflow.message import Value

LONGEST_DAYS = 366

_WEEKDAYS = {name.lower(): n for n, name in enumerate(DAYS)} | {"jum'at": 4, "jumaat": 4, "ahad": 6}
_MONTHS = {name.lower(): n for n, name in enumerate(MONTHS, 1)}
_MONTHS |= {name[:3]: n for name, n in list(_MONTHS.items())}
_MONTHS |= {"agt": 8, "ags": 8, "sept": 9, "nop": 11, "nopember": 11, "pebruari": 2, "peb": 2, "agus": 8}
_NEAR = {"kemarin": -1, "hari ini": 0, "hr ini": 0, "skrg": 0, "sekarang": 0, "besok": 1, "bsk": 1, "lusa": 2}

_WORD = "|".join(sorted((re.escape(each) for each in (*_NEAR, *_WEEKDAYS)), key=len, reverse=True))
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = (
    rf"(?:(?:hari |hr |tanggal |tgl\.? )?(?P<word{{n}}>{_WORD})\b"
    r"|(?P<iso{n}>\d{{4}}-\d{{1,2}}-\d{{1,2}})"
    r"|(?P<slashed{n}>\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-](?:\d{{4}}|\d{{2}}))?)(?!\d)"
    rf"(?! ?(?:{_MONTH})\b)"
    r"|(?:tanggal |tgl\.? )?(?P<day{n}>\d{{1,2}})(?!\d)"
    rf"(?: ?(?P<month{{n}}>{_MONTH})\b\.?)?(?: (?P<year{{n}}>\d{{{{4}}}})\b)?)"
)
_UNTIL = r"(?:s\.?/?d\.?|sampai dengan|sampai|smp|hingga|hgg)"
_FROM = r"(?:mulai|dari|sejak|per)"
_END = r"(?=$|[ ,.;:(])"
_RANGE = re.compile(
    rf"^(?:{_FROM} )?{_DAY.format(n=1)}"
    rf"(?: ?(?:-|–| {_UNTIL}(?=[ \d])) ?(?:hari |tanggal |tgl\.? )?{_DAY.format(n=2)})?{_END}"
)
_ONLY_UNTIL = re.compile(rf"^{_UNTIL} ?{_DAY.format(n=2)}{_END}")
_DAYS_LONG = re.compile(r"^(?:selama )?(?P<n>\d{1,3}|se)[ -]?(?P<unit>hari|minggu)\b(?! ini)")


class Days(Value):
    """A stretch of whole days, both included, and what was typed after it."""

    first: date
    last: date
    rest: str = ""


def read(text: str, today: date) -> Days | None:
    """The days that the text begins with, counted from today; None where none can be read, or more than one way.

    A day without a month or year is the next one to come; "s.d. Jumat" begins today. What follows is the reason.
    """
    words = " ".join(text.split())
    low = words.lower()
    if found := _DAYS_LONG.match(low):
        count = 1 if found["n"] == "se" else int(found["n"])
        last = today + timedelta(days=count * (7 if found["unit"] == "minggu" else 1) - 1)
        return _days(today, last, words[found.end() :])
    if found := _ONLY_UNTIL.match(low):
        end = _day(found, 2, today, today)
        return _days(today, end, words[found.end() :]) if end else None
    found = _RANGE.match(low)
    if found is None:
        return None
    return _range(found, today, words[found.end() :])


def written(days: Days) -> str:
    """Days as `read` reads them on whatever later day."""
    return f"{days.first} sampai {days.last} {days.rest}".strip()


def _range(found: re.Match[str], today: date, rest: str) -> Days | None:
    given = found.groupdict()
    if not _is_given(found, 2):
        if pair := _bare_pair(given["slashed1"] or ""):
            return _pair(pair, today, rest)
        first = _day(found, 1, today, today)
        return _days(first, first, rest) if first else None
    if given["day1"] and not given["month1"] and given["month2"]:  # "24-26 nov": the month stands once
        end = _day(found, 2, today, today)
        first = _date(end.year, end.month, int(given["day1"])) if end else None
        return _days(first, end, rest) if first and end else None
    if given["day1"] and not given["month1"] and given["day2"]:
        return _pair((int(given["day1"]), int(given["day2"])), today, rest)
    first = _day(found, 1, today, today)
    end = _day(found, 2, today, first) if first else None
    return _days(first, end, rest) if first and end else None


def _bare_pair(text: str) -> tuple[int, int] | None:
    """Two bare days, where it can be nothing else: "24-26" is no day of a 26th month."""
    left, mark, right = text.partition("-")
    return (int(left), int(right)) if mark and right.isdecimal() and left.isdecimal() and int(right) > 12 else None


def _pair(pair: tuple[int, int], today: date, rest: str) -> Days | None:
    """Two days of a month that isn't named: the one in which the last of them is still to come."""
    year, month = today.year, today.month
    if pair[1] < today.day:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    first, last = _date(year, month, pair[0]), _date(year, month, pair[1])
    return _days(first, last, rest) if first and last else None


def _is_given(found: re.Match[str], n: int) -> bool:
    given = found.groupdict()
    return any(given[f"{name}{n}"] for name in ("word", "iso", "slashed", "day"))


def _day(found: re.Match[str], n: int, today: date, after: date) -> date | None:
    """One day: a weekday is the next one not before `after`, a date without a year the nearest one."""
    given = found.groupdict()
    if word := given[f"word{n}"]:
        if word in _NEAR:
            return today + timedelta(days=_NEAR[word])
        return after + timedelta(days=(_WEEKDAYS[word] - after.weekday()) % 7)
    if iso := given[f"iso{n}"]:
        return _date(*(int(each) for each in iso.split("-")))
    if slashed := given[f"slashed{n}"]:
        parts = [int(each) for each in re.split(r"[/.-]", slashed)]
        if len(parts) == 3:
            return _date(parts[2] + (2000 if parts[2] < 100 else 0), parts[1], parts[0])
        return None if "-" in slashed else _near(parts[1], parts[0], today)
    day = int(given[f"day{n}"])
    if month := given[f"month{n}"]:
        year = given[f"year{n}"]
        return _date(int(year), _MONTHS[month], day) if year else _near(_MONTHS[month], day, today)
    months = (after.replace(day=1), after.replace(day=1) + timedelta(days=32))
    options = (_date(each.year, each.month, day) for each in months)
    return next((each for each in options if each and each >= after), None)


def _near(month: int, day: int, today: date) -> date | None:
    """A day and month of the year in which it's nearest to today."""
    options = [each for year in (today.year - 1, today.year, today.year + 1) if (each := _date(year, month, day))]
    return min(options, key=lambda each: abs((each - today).days), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _days(first: date, last: date, rest: str) -> Days | None:
    if last < first or (last - first).days >= LONGEST_DAYS:
        return None
    return Days(first=first, last=last, rest=rest.strip(" ,.;:()-"))
