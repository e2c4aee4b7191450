"""An office: its people, their roles, and when it's quiet."""

import pytest

from tests.workflow.test_office_time import WITA, at
from tests.workflow.test_standard import edited
from workflow.office import Office, Staff
from workflow.standard.standard import load, shipped

SITI = Staff(111, "Siti Rahma", "Kasi Pelayanan", ("petugas", "kasi"))
BUDI = Staff(222, "Budi", "", ("kasi",))
OFFICE = Office("kanigaran", shipped()["kanigaran"], (SITI, BUDI), "-100123")


def test_staff_are_found_by_their_account_written_as_number_or_text():
    assert OFFICE.staff_by_id(111) is SITI
    assert OFFICE.staff_by_id("222") is BUDI
    assert OFFICE.staff_by_id(333) is None
    assert OFFICE.staff_by_id("") is None


def test_staff_are_found_by_role_in_their_order():
    assert OFFICE.with_role("kasi") == (SITI, BUDI)
    assert OFFICE.with_role("petugas") == (SITI,)
    assert OFFICE.with_role("camat") == ()
    assert SITI.has_role("petugas")
    assert not BUDI.has_role("petugas")


def test_a_topic_suggests_by_title_and_an_empty_title_nobody():
    assert OFFICE.with_title("kasi", "kasi pelayanan ") == (SITI,)
    assert OFFICE.with_title("kasi", "") == ()


def test_an_office_needs_neither_staff_nor_desk():
    office = Office("pekutatan", shipped()["pekutatan"])
    assert office.staff == ()
    assert office.desk is None
    assert office.calendar.zone == WITA


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23T19:59", None),
        ("2026-11-23T20:00", "2026-11-24T07:00"),
        ("2026-11-24T06:59", "2026-11-24T07:00"),
        ("2026-11-24T07:00", None),
    ],
)
def test_citizens_get_nothing_of_ours_at_night(now, until):
    assert OFFICE.quiet_until(at(now)) == (at(until) if until else None)


def test_quiet_hours_may_lie_within_one_day():
    text = edited("kanigaran", ('citizen = ["20:00", "07:00"]', 'citizen = ["00:00", "05:00"]'))
    office = Office("kanigaran", load(text, place="x.toml"))
    assert office.quiet_until(at("2026-11-23T23:59")) is None
    assert office.quiet_until(at("2026-11-24T00:00")) == at("2026-11-24T05:00")
    assert office.quiet_until(at("2026-11-24T05:00")) is None


def test_cards_are_silent_outside_office_hours_where_the_office_wants_it():
    assert not OFFICE.is_desk_silent(at("2026-11-23T09:00"))
    assert OFFICE.is_desk_silent(at("2026-11-23T17:00"))
    assert OFFICE.is_open(at("2026-11-23T09:00"))
    text = edited("kanigaran", ('desk_silent = "outside_hours"', 'desk_silent = "never"'))
    assert not Office("kanigaran", load(text, place="x.toml")).is_desk_silent(at("2026-11-23T17:00"))
