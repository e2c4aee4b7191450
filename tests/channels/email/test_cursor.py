"""How far a mailbox was read, as values: what's old, what's new, what is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.email import cursor as cursors
from channels.email.cursor import Cursor, moment
from channels.email.payload import Taken, packed, unpacked

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def begun(**further):
    return cursors.begin("kec INBOX", 7, 100, NOW - DAY, **({"since": ""} | further))


def test_it_comes_back_as_it_was_stored():
    cursor = begun().passed([101, 102], [NOW, NOW], NOW)
    assert cursors.read(cursor.text(), "kec INBOX") == cursor


@pytest.mark.parametrize("stored", ["", "{}", "17", '{"box": 1}', begun().text().replace("kec", "lain")])
def test_what_is_no_cursor_of_this_mailbox_is_none(stored):
    assert cursors.read(stored, "kec INBOX") is None


def test_from_the_first_start_on_only_what_comes_is_taken():
    assert begun().search() == "UID 100:*"
    assert begun().first == 100


def test_from_a_day_on_what_is_there_is_judged_by_its_date_and_what_comes_is_taken():
    cursor = begun(since="2026-11-20")
    assert cursor.search() == "OR (UID 1:99 SINCE 18-Nov-2026) UID 100:*"
    assert cursor.is_old(50, datetime(2026, 11, 19, 23, 59, tzinfo=UTC))
    assert not cursor.is_old(50, datetime(2026, 11, 20, tzinfo=UTC))
    assert not cursor.is_old(100, datetime(2020, 1, 1, tzinfo=UTC))  # somebody moved it here today


def test_after_new_numbers_what_was_before_us_stays_old_and_what_is_long_done_too():
    before = begun().passed([150], [NOW], NOW)
    after = cursors.renewed(before, 8, 30)
    assert (after.validity, after.first, after.last) == (8, 1, 0)
    assert after.is_old(3, NOW - DAY)
    assert not after.is_old(3, NOW - DAY + timedelta(seconds=1))
    assert not after.is_old(30, NOW - 400 * DAY)
    later = cursors.renewed(before.passed([151], [NOW + 30 * DAY], NOW + 30 * DAY), 9, 30)
    assert later.is_old(3, NOW + 19 * DAY)  # its doublet would pass for new
    assert not later.is_old(3, NOW + 21 * DAY)


def test_what_was_handed_over_long_ago_and_never_moved_is_not_offered_again():
    cursor = begun().passed([101, 150], [NOW, NOW + 11 * DAY], NOW + 12 * DAY)
    assert cursor.is_old(101, NOW)
    assert not cursor.is_old(150, NOW + 11 * DAY)


def test_a_mail_from_the_future_moves_nothing():
    cursor = begun().passed([101], [NOW + 4000 * DAY], NOW)
    assert cursor.newest == NOW


def test_no_two_batches_have_the_same_cursor():
    first = begun().passed([100], [NOW], NOW)
    assert first.passed([100], [NOW], NOW).text() != first.text()


MOMENTS = [
    ("22-Nov-2026 15:00:00 +0700", NOW),
    ("22-Nov-2026 08:00:00 +0000", NOW),
    ("22-nov-2026 00:30:00 -0730", NOW),
    (" 2-Nov-2026 08:00:00 +0000".strip(), datetime(2026, 11, 2, 8, tzinfo=UTC)),
    ("22-Nov-2026 08:00:00", NOW),
]


@pytest.mark.parametrize(("text", "wanted"), MOMENTS)
def test_a_time_of_receipt_is_read_with_its_zone(text, wanted):
    assert moment(text) == wanted


def test_a_payload_holds_the_mail_and_its_place():
    taken = Taken(folder="INBOX", validity=7, uid=9, at=NOW, size_bytes=5, whole=False)
    assert unpacked(packed(taken, b"\r\n\0\xffX-Aduan-Taken: {}\r\n")) == (taken, b"\r\n\0\xffX-Aduan-Taken: {}\r\n")


@pytest.mark.parametrize(
    "payload", [b"", b"From: a@b\r\n\r\nx", b"X-Aduan-Taken: {}\r\n", b"X-Aduan-Taken: " + b"x" * 5000 + b"\r\n"]
)
def test_what_is_no_payload_is_told_apart(payload):
    with pytest.raises(ValueError):  # noqa: PT011 - any
        unpacked(payload)


def test_an_empty_cursor_may_still_be_renewed():
    assert cursors.renewed(Cursor(box="x", validity=1, first=1), 2, 5).search() == "UID 1:*"
