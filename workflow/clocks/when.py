"""Days and times as an Indonesian office writes them: "Senin, 23 November 2026 pukul 09.12 WIB"."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from workflow.clocks.office_time import Calendar, Span

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
# Keppres 41/1987 divides Indonesia into three zones; Pontianak shares Jakarta's letters.
LETTERS = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}

PartOfDay = Literal["pagi", "siang", "sore", "malam"]


def letters(zone: ZoneInfo) -> str:
    """The letters of a zone, such as "WIB"; KeyError for a zone outside Indonesia."""
    return LETTERS[zone.key]


def say_date(day: date) -> str:
    """A day: "23 November 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def say_day(day: date) -> str:
    """A day with its name: "Senin, 23 November 2026"."""
    return f"{DAYS[day.weekday()]}, {say_date(day)}"


def say_short_date(day: date) -> str:
    """A day for tables and watermarks: "23-11-2026"."""
    return f"{day:%d-%m-%Y}"


def say_clock(moment: time) -> str:
    """A time of day: "09.12"."""
    return f"{moment:%H.%M}"


def say_time(at: datetime, zone: ZoneInfo) -> str:
    """An instant's time at the office: "09.12 WIB"."""
    return f"{say_clock(at.astimezone(zone).time())} {letters(zone)}"


def say_moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant at the office: "Senin, 23 November 2026 pukul 09.12 WIB"."""
    return f"{say_day(at.astimezone(zone).date())} pukul {say_time(at, zone)}"


def say_brief(at: datetime, zone: ZoneInfo) -> str:
    """An instant where every sign costs: "23-11-2026 09.12 WIB"."""
    return f"{say_short_date(at.astimezone(zone).date())} {say_time(at, zone)}"


def say_near(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """As `say_moment`, and of today only the time: "pukul 09.12 WIB"."""
    same_day = at.astimezone(zone).date() == now.astimezone(zone).date()
    return f"pukul {say_time(at, zone)}" if same_day else say_moment(at, zone)


def say_hours(calendar: Calendar) -> str:
    """The ordinary week: "Senin-Kamis 07.30-16.00, Jumat 07.30-16.30 WIB"; neighbouring days alike are said as one."""
    groups: list[tuple[int, int]] = []
    for index, spans in enumerate(calendar.week):
        if groups and groups[-1][1] == index - 1 and calendar.week[groups[-1][0]] == spans:
            groups[-1] = (groups[-1][0], index)
        elif spans:
            groups.append((index, index))
    said = [f"{_days(first, last)} {_spans(calendar.week[first])}" for first, last in groups]
    return f"{', '.join(said)} {letters(calendar.zone)}"


def part_of_day(at: datetime, zone: ZoneInfo) -> PartOfDay:
    """What one wishes at that hour: pagi from midnight, siang from 11, sore from 15, malam from 18."""
    hour = at.astimezone(zone).hour
    if hour < 11:
        return "pagi"
    if hour < 15:
        return "siang"
    return "sore" if hour < 18 else "malam"


def _days(first: int, last: int) -> str:
    return DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"


def _spans(spans: tuple[Span, ...]) -> str:
    return " dan ".join(f"{say_clock(opens)}-{say_clock(closes)}" for opens, closes in spans)
