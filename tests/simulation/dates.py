"""When a complaint is due, read a second time: slowly, from the printed standards, with nothing of the program's own.

The program's calendar is compared with this; where they differ one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone

from workflow.record import Pause

AHEAD_H = {"kanigaran": 7, "kedopok": 7, "pegantenan": 7, "dpmd-pasuruan": 7, "pekutatan": 8}
"""Java keeps WIB, Bali WITA (Keppres 41/1987)."""
LETTERS = {7: "WIB", 8: "WITA"}
TOTALS = {
    "kanigaran": (60, "minutes"),
    "pekutatan": (95, "minutes"),
    "kedopok": (1, "working days"),
    "pegantenan": (12, "working days"),
    "dpmd-pasuruan": (3, "days, the stricter"),
}
"""What the five standards publish as their total."""
OPENS = time(7, 30)
CLOSES, CLOSES_ON_FRIDAY = time(16, 0), time(16, 30)
FRIDAY, SATURDAY = 4, 5
OFF = (date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 5))
"""Christmas with its joint leave, New Year, Isra Mikraj: the days off while the simulation runs."""
SLEEP, WAKE = time(20, 0), time(7, 0)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = {11: "November", 12: "Desember", 1: "Januari"}


def local(office: str, at: datetime) -> datetime:
    """An instant as the clock on the office's wall shows it."""
    return at.astimezone(timezone(timedelta(hours=AHEAD_H[office])))


def said(office: str, at: datetime) -> str:
    """As the office writes it."""
    here = local(office, at)
    day = f"{DAYS[here.weekday()]}, {here.day} {MONTHS[here.month]} {here.year}"
    return f"{day} pukul {here:%H.%M} {LETTERS[AHEAD_H[office]]}"


def said_shortly(office: str, at: datetime) -> tuple[str, str]:
    """As it's written where every letter costs: with the day, or without it on that day."""
    here = local(office, at)
    return f"{here:%d-%m-%Y %H.%M} {LETTERS[AHEAD_H[office]]}", f"pukul {here:%H.%M} {LETTERS[AHEAD_H[office]]}"


def works(day: date) -> bool:
    """Whether the offices open on that day."""
    return day.weekday() < SATURDAY and day not in OFF


def closing(office: str, day: date) -> datetime:
    """When the office closes on that day."""
    return _at(office, day, CLOSES_ON_FRIDAY if day.weekday() == FRIDAY else CLOSES)


def opening(office: str, day: date) -> datetime:
    """When it opens."""
    return _at(office, day, OPENS)


def awake(office: str, at: datetime) -> datetime:
    """That moment, or the end of the night it falls into."""
    here = local(office, at)
    if WAKE <= here.time() < SLEEP:
        return at
    return _at(office, here.date() + timedelta(days=int(here.time() >= SLEEP)), WAKE)


def due(office: str, start: datetime, pauses: Sequence[Pause] = ()) -> datetime:
    """The end of the published total that began at `start`, not counting what was waited for the citizen."""
    count, unit = TOTALS[office]
    if unit == "minutes":
        return _after_minutes(office, start, count, pauses)
    ends = [_after_days(office, start, count, pauses, only_working=True)]
    if unit != "working days":
        ends.append(_after_days(office, start, count, pauses, only_working=False))
    return min(ends)


def asked_at(office: str, due_at: datetime) -> datetime:
    """When the desk is asked for a word before it: a quarter of an hour, or as its last day opens."""
    first = opening(office, local(office, due_at).date())
    return max(first, due_at - timedelta(minutes=15)) if TOTALS[office][1] == "minutes" else first


def _at(office: str, day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, timezone(timedelta(hours=AHEAD_H[office]))).astimezone(UTC)


def _after_minutes(office: str, at: datetime, minutes: int, pauses: Sequence[Pause]) -> datetime:
    """Walk from minute to minute, and count those in which the office was open and had no one to wait for."""
    left = timedelta(minutes=minutes)
    while True:
        day = local(office, at).date()
        if not works(day) or at >= closing(office, day):
            at = opening(office, day + timedelta(days=1))
        elif at < opening(office, day):
            at = opening(office, day)
        elif waited := [each.until for each in pauses if each.until and each.since <= at < each.until]:
            at = max(waited)
        else:
            stops = [closing(office, day), *(each.since for each in pauses if each.since > at)]
            step = min(left, timedelta(minutes=1), min(stops) - at)
            at, left = at + step, left - step
            if not left:
                return at


def _after_days(office: str, start: datetime, count: int, pauses: Sequence[Pause], *, only_working: bool) -> datetime:
    """Walk from day to day after the first, and count those whose end didn't find the office waiting."""
    day = local(office, start).date()
    crossed = [(local(office, each.since).date(), local(office, each.until).date()) for each in pauses if each.until]
    while count:
        day += timedelta(days=1)
        waited = any(first < day <= last for first, last in crossed)
        count -= (works(day) or not only_working) and not waited
    while not works(day) or any(each.until and each.since < closing(office, day) <= each.until for each in pauses):
        day += timedelta(days=1)
    return closing(office, day)
