"""Days and times as an Indonesian office writes them."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from tests.workflow.test_office_time import WIB, WIT, WITA, at, calendar_with
from workflow.clocks.when import (
    letters,
    part_of_day,
    say_clock,
    say_date,
    say_day,
    say_hours,
    say_moment,
    say_near,
    say_short_date,
    say_time,
)
from workflow.standard.standard import shipped


def test_a_moment_is_said_with_day_date_time_and_zone():
    assert say_moment(at("2026-11-23T09:12"), WIB) == "Senin, 23 November 2026 pukul 09.12 WIB"
    assert say_moment(at("2026-11-23T23:30"), WITA) == "Selasa, 24 November 2026 pukul 00.30 WITA"
    assert say_moment(at("2026-11-23T09:12"), WIT) == "Senin, 23 November 2026 pukul 11.12 WIT"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 1, 1), "Kamis, 1 Januari 2026"),
        (date(2026, 2, 3), "Selasa, 3 Februari 2026"),
        (date(2026, 3, 4), "Rabu, 4 Maret 2026"),
        (date(2026, 4, 3), "Jumat, 3 April 2026"),
        (date(2026, 5, 2), "Sabtu, 2 Mei 2026"),
        (date(2026, 6, 7), "Minggu, 7 Juni 2026"),
        (date(2026, 7, 6), "Senin, 6 Juli 2026"),
        (date(2026, 8, 17), "Senin, 17 Agustus 2026"),
        (date(2026, 9, 1), "Selasa, 1 September 2026"),
        (date(2026, 10, 1), "Kamis, 1 Oktober 2026"),
        (date(2026, 12, 31), "Kamis, 31 Desember 2026"),
    ],
)
def test_days_and_months_have_their_indonesian_names(day, said):
    assert say_day(day) == said


def test_shorter_forms():
    assert say_date(date(2026, 11, 3)) == "3 November 2026"
    assert say_short_date(date(2026, 11, 3)) == "03-11-2026"
    assert say_clock(time(7, 5)) == "07.05"
    assert say_time(at("2026-11-23T09:12"), WITA) == "10.12 WITA"
    assert letters(ZoneInfo("Asia/Pontianak")) == "WIB"


def test_of_today_only_the_time_is_said():
    now = at("2026-11-23T09:00")
    assert say_near(at("2026-11-23T10:05"), now, WIB) == "pukul 10.05 WIB"
    assert say_near(at("2026-11-24T10:05"), now, WIB) == "Selasa, 24 November 2026 pukul 10.05 WIB"


def test_hours_are_said_from_data():
    assert say_hours(shipped()["kanigaran"].calendar) == "Senin-Kamis 07.30-16.00, Jumat 07.30-16.30 WIB"
    split = calendar_with(
        ('mon = ["07:30", "16:00"]', 'mon = [["07:30", "12:00"], ["13:00", "16:00"]]'),
        ('tue = ["07:30", "16:00"]', "tue = []"),
        ("sat = []", 'sat = ["07:30", "16:30"]'),
    )
    assert say_hours(split) == "Senin 07.30-12.00 dan 13.00-16.00, Rabu-Kamis 07.30-16.00, Jumat-Sabtu 07.30-16.30 WIB"


@pytest.mark.parametrize(
    ("now", "part"),
    [
        ("00:00", "pagi"),
        ("10:59", "pagi"),
        ("11:00", "siang"),
        ("14:59", "siang"),
        ("15:00", "sore"),
        ("17:59", "sore"),
        ("18:00", "malam"),
    ],
)
def test_one_is_greeted_by_the_local_hour(now, part):
    assert part_of_day(at(f"2026-11-23T{now}"), WIB) == part
