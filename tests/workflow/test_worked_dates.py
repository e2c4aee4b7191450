"""Worked dates to the minute in three zones, and ten thousand made-up ones against a slow and obvious second reading.

The second reading knows nothing of the first: it walks through the calendar, minute by minute for norms in minutes
and day by day for norms in days, and asks of each only what a clerk with a wall calendar would ask.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.workflow.test_office_time import WIB, WIT, WITA, at, calendar_with
from tests.workflow.test_standard import edited
from workflow.clocks.deadline import promise
from workflow.clocks.holidays_id import holidays_of
from workflow.clocks.office_time import Calendar, Pause, Ramadan, Span, Unit
from workflow.standard.standard import load, shipped

ZONES = {"Asia/Jakarta": WIB, "Asia/Makassar": WITA, "Asia/Jayapura": WIT}
SPLIT = ('mon = ["07:30", "16:00"]', 'mon = [["07:30", "12:00"], ["13:00", "16:00"]]')
RAMADAN = ("[hours.ramadan]", "[hours.ramadan]\nfrom = 2026-02-19\nuntil = 2026-03-17")

# What differs from the ordinary hours, from (local time), value, unit, due (local time).
WORKED: list[tuple[tuple[tuple[str, str], ...], str, int, Unit, str]] = [
    # the table of the domain page
    ((), "2026-12-23T15:50", 60, "office_minute", "2026-12-28T08:20"),  # 24 cuti bersama, 25 Natal
    ((), "2026-12-23T15:00", 95, "office_minute", "2026-12-28T08:05"),
    ((), "2026-11-28T22:10", 95, "office_minute", "2026-11-30T09:05"),  # Saturday night
    ((), "2026-12-14T00:00", 12, "working_day", "2027-01-04T16:00"),  # Natal and New Year
    ((), "2026-12-14T23:59", 12, "working_day", "2027-01-04T16:00"),
    ((), "2026-03-12T09:00", 12, "working_day", "2026-04-07T16:00"),  # Nyepi, Lebaran, Paskah
    ((), "2026-12-23T09:00", 3, "calendar_day", "2026-12-28T16:00"),  # Saturday 26th, told as Monday
    ((), "2026-12-23T09:00", 3, "working_day", "2026-12-30T16:00"),
    # Lebaran 2026: 18, 20, 23, 24 March cuti bersama, 19 Nyepi, 21 and 22 Idul Fitri
    ((), "2026-03-17T15:30", 60, "office_minute", "2026-03-25T08:00"),
    ((), "2026-03-17T16:00", 95, "office_minute", "2026-03-25T09:05"),
    ((), "2026-03-17T09:00", 1, "working_day", "2026-03-25T16:00"),
    ((), "2026-03-17T09:00", 3, "calendar_day", "2026-03-25T16:00"),  # Friday 20th is cuti bersama
    ((), "2026-03-20T10:00", 60, "office_minute", "2026-03-25T08:30"),  # written on a day off
    # Fridays close later, and a Friday afternoon runs over into Monday
    ((), "2026-11-27T15:45", 60, "office_minute", "2026-11-30T07:45"),
    ((), "2026-11-27T15:30", 60, "office_minute", "2026-11-27T16:30"),
    ((), "2026-11-26T10:00", 1, "working_day", "2026-11-27T16:30"),
    ((), "2026-11-27T10:00", 1, "working_day", "2026-11-30T16:00"),
    # Ramadan hours, by dates set by hand: 08.00-15.00, Friday to 15.30
    ((RAMADAN,), "2026-02-18T15:30", 60, "office_minute", "2026-02-19T08:30"),
    ((RAMADAN,), "2026-02-19T14:30", 60, "office_minute", "2026-02-20T08:30"),
    ((RAMADAN,), "2026-02-26T10:00", 1, "working_day", "2026-02-27T15:30"),
    ((RAMADAN,), "2026-03-17T14:30", 60, "office_minute", "2026-03-25T08:00"),  # Lebaran between two kinds of hours
    # a split day
    ((SPLIT,), "2026-11-23T11:30", 60, "office_minute", "2026-11-23T13:30"),
    ((SPLIT,), "2026-11-23T12:15", 60, "office_minute", "2026-11-23T14:00"),
    ((SPLIT,), "2026-11-20T16:20", 95, "office_minute", "2026-11-23T08:55"),
    # the break taken off, where an office says so
    ((("subtract_break = false", "subtract_break = true"),), "2026-11-27T11:00", 60, "office_minute",
     "2026-11-27T13:30"),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("changes", "start", "value", "unit", "due"), WORKED)
def test_worked_dates_hold_to_the_minute_in_every_zone(zone, changes, start, value, unit, due):
    calendar = calendar_with(("Asia/Jakarta", zone), *changes)
    assert calendar.due(at(start, ZONES[zone]), value, unit) == at(due, ZONES[zone])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("office", "start", "due"),
    [
        ("kanigaran", "2026-12-23T15:50", "2026-12-28T08:20"),
        ("pekutatan", "2026-12-23T15:00", "2026-12-28T08:05"),
        ("pekutatan", "2026-11-28T22:10", "2026-11-30T09:05"),
        ("pegantenan", "2026-12-14T10:00", "2027-01-04T16:00"),
        ("pegantenan", "2026-03-12T10:00", "2026-04-07T16:00"),
        ("dpmd-pasuruan", "2026-12-23T10:00", "2026-12-28T16:00"),  # the earlier of both readings
        ("kedopok", "2026-11-23T09:12", "2026-11-24T16:00"),
        ("kedopok", "2026-12-23T09:12", "2026-12-28T16:00"),
    ],
)
def test_each_office_promises_its_published_total_in_every_zone(zone, office, start, due):
    own = shipped()[office].office.timezone
    standard = load(edited(office, (own, zone)), place="x.toml")
    assert promise(standard, at(start, ZONES[zone])).due_at == at(due, ZONES[zone])


def test_a_confirmed_closure_moves_and_an_unconfirmed_one_does_not():
    galungan = ('2025"\nconfirmed = false', '2025"\nconfirmed = true')
    start = at("2027-01-12T15:00", WITA)
    assert calendar_with(office="pekutatan").due(start, 95, "office_minute") == at("2027-01-13T08:05", WITA)
    assert calendar_with(galungan, office="pekutatan").due(start, 95, "office_minute") == at("2027-01-14T08:05", WITA)


@pytest.mark.parametrize(
    ("pause", "due"),
    [
        (("2026-11-26T10:00", "2026-11-26T15:00"), "2026-11-26T16:00"),  # answered in time on the very day
        (("2026-11-26T10:00", "2026-11-26T16:00"), "2026-11-27T16:30"),  # answered at closing: there's no minute left
        (("2026-11-26T10:00", "2026-11-28T10:00"), "2026-11-30T16:00"),  # answered on a Saturday
        (("2026-11-26T16:00", "2026-11-30T10:00"), "2026-11-26T16:00"),  # asked after it was due
    ],
)
def test_nothing_falls_due_while_the_office_waits_for_the_citizen(pause, due):
    waits = [Pause(at(pause[0]), at(pause[1]))]
    assert shipped()["kanigaran"].calendar.due(at("2026-11-23T09:00"), 3, "working_day", waits) == at(due)


# --- the slow second reading ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wall:
    """An office as its wall calendar shows it."""

    zone: ZoneInfo
    week: list[list[Span]]
    ramadan: tuple[date, date, list[list[Span]]] | None
    days_off: frozenset[date]

    def spans(self, day: date) -> list[Span]:
        """When it's open that day."""
        if day in self.days_off:
            return []
        if self.ramadan and self.ramadan[0] <= day <= self.ramadan[1]:
            return self.ramadan[2][day.weekday()]
        return self.week[day.weekday()]

    def closes(self, day: date) -> datetime:
        """The last moment of a day on which it's open."""
        return datetime.combine(day, max(end for _, end in self.spans(day)), self.zone)

    def calendar(self) -> Calendar:
        """The same office for the engine."""
        ramadan = None
        if self.ramadan:
            ramadan = Ramadan(self.ramadan[0], self.ramadan[1], tuple(tuple(day) for day in self.ramadan[2]))
        return Calendar(
            zone=self.zone,
            week=tuple(tuple(day) for day in self.week),
            ramadan=ramadan,
            closures=dict.fromkeys(self.days_off, "libur"),
        )


def slow_due(wall: Wall, start: datetime, value: int, unit: Unit, pauses: list[Pause]) -> datetime:
    """Walk until the norm is over."""
    return (
        _by_minutes(wall, start, value, pauses)
        if unit == "office_minute"
        else _by_days(wall, start, value, unit, pauses)
    )


def _by_minutes(wall: Wall, start: datetime, value: int, pauses: list[Pause]) -> datetime:
    """Tick off every minute in which the door is open and nobody waits for the citizen."""
    now = start.astimezone(wall.zone)
    while True:
        for opens, closes in wall.spans(now.date()):
            minute = datetime.combine(now.date(), opens, wall.zone)
            while minute < datetime.combine(now.date(), closes, wall.zone):
                if minute >= now and not any(pause.since <= minute < pause.until for pause in pauses):
                    value -= 1
                minute += timedelta(minutes=1)
                if value == 0:
                    return minute
        now = datetime.combine(now.date() + timedelta(days=1), time(0), wall.zone)


def _by_days(wall: Wall, start: datetime, value: int, unit: Unit, pauses: list[Pause]) -> datetime:
    """Turn page after page: a day counts when it begins, unless the office is waiting for the citizen then.

    When enough days are counted, it's due at the next closing at which nobody waits for the citizen.
    """
    day = start.astimezone(wall.zone).date()
    while True:
        if value == 0 and wall.spans(day):
            end = wall.closes(day)
            if not any(max(pause.since, start) < end <= pause.until for pause in pauses):
                return end
        day += timedelta(days=1)
        midnight = datetime.combine(day, time(0), wall.zone)
        waits = any(max(pause.since, start) < midnight <= pause.until for pause in pauses)
        if value and not waits and (unit == "calendar_day" or wall.spans(day)):
            value -= 1


HOLIDAYS = frozenset(day for year in (2026, 2027) for day in holidays_of(("public", "government"))(year))


def made_up(chance: random.Random) -> tuple[Wall, datetime, int, Unit, list[Pause]]:
    """An office, a start, a norm and some waits, as they might be."""
    zone = chance.choice([WIB, WITA, WIT])
    week = [_day(chance) for _ in range(5)] + [_day(chance) if chance.random() < 0.15 else [], []]
    if not any(week):
        week[0] = [(time(8), time(15))]
    begins = date(2026, 1, 1) + timedelta(days=chance.randrange(600))
    ramadan = None
    if chance.random() < 0.3:
        first = begins + timedelta(days=chance.randrange(-20, 20))
        ramadan = (first, first + timedelta(days=29), [[(time(8), time(15))]] * 5 + [[], []])
    days_off = HOLIDAYS if chance.random() < 0.7 else frozenset()
    closed = frozenset(begins + timedelta(days=chance.randrange(30)) for _ in range(chance.randrange(6)))
    start = datetime.combine(begins, time(0), zone) + timedelta(minutes=chance.randrange(24 * 60))
    unit: Unit = chance.choice(["office_minute", "working_day", "calendar_day"])
    value = chance.randrange(1, 400) if unit == "office_minute" else chance.randrange(1, 15)
    pauses = []
    for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
        since = start + timedelta(minutes=chance.randrange(-600, 9000))
        pauses.append(Pause(since, since + timedelta(minutes=chance.randrange(0, chance.choice([300, 9000])))))
    return Wall(zone, week, ramadan, days_off | closed), start.astimezone(UTC), value, unit, pauses


def _day(chance: random.Random) -> list[Span]:
    if chance.random() < 0.08:
        return []
    opens, closes = (
        chance.choice([7 * 60, 7 * 60 + 30, 8 * 60]),
        chance.choice([11 * 60, 14 * 60, 15 * 60 + 30, 16 * 60]),
    )
    if closes < 14 * 60 or chance.random() < 0.6:
        return [(_clock(opens), _clock(closes))]
    noon = chance.choice([11 * 60 + 30, 12 * 60])
    return [(_clock(opens), _clock(noon)), (_clock(noon + chance.choice([30, 60, 90])), _clock(closes))]


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_made_up_deadlines_agree_with_the_slow_reading(seed):
    chance = random.Random(seed)
    for n in range(1000):
        wall, start, value, unit, pauses = made_up(chance)
        quick, slow = wall.calendar().due(start, value, unit, pauses), slow_due(wall, start, value, unit, pauses)
        assert quick == slow, f"{seed}/{n}: {value} {unit} from {start.astimezone(wall.zone)}, waits {pauses}"


@pytest.mark.parametrize("seed", range(4))
def test_what_must_hold_of_every_deadline_holds_of_made_up_ones(seed):
    chance = random.Random(1000 + seed)
    for _ in range(400):
        wall, start, value, unit, pauses = made_up(chance)
        calendar = wall.calendar()
        due = calendar.due(start, value, unit, pauses)
        local = due.astimezone(wall.zone)
        assert any(opens <= local.time() <= closes for opens, closes in wall.spans(local.date())), "due while closed"
        assert due > start
        assert calendar.due(start, value, unit) <= due, "a wait made it due earlier"
        assert calendar.due(start, value + 1, unit, pauses) >= due, "a longer norm is due earlier"
        assert calendar.due(start + timedelta(minutes=37), value, unit) >= calendar.due(start, value, unit)
        asked = [pause for pause in pauses if start <= pause.since < due]
        assert all(due > pause.until or pause.since == pause.until for pause in asked), "due while the clock stood"
        longer = [Pause(pause.since, pause.until + timedelta(hours=9)) for pause in pauses]
        assert calendar.due(start, value, unit, longer) >= due, "a longer wait made it due earlier"
