"""Days as people at an office type them, read on Monday, 23 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from workflow.desk.duty.typed_dates import read

TODAY = date(2026, 11, 23)  # a Monday

TYPED = [
    ("hari ini", "23-11", "23-11", ""),
    ("Hari ini sakit", "23-11", "23-11", "sakit"),
    ("besok", "24-11", "24-11", ""),
    ("lusa", "25-11", "25-11", ""),
    ("kemarin", "22-11", "22-11", ""),
    ("24-26 nov", "24-11", "26-11", ""),
    ("24 - 26 November 2026, dinas luar ke Surabaya", "24-11", "26-11", "dinas luar ke Surabaya"),
    ("24–26 Nov", "24-11", "26-11", ""),
    ("24 s.d. 26 nov", "24-11", "26-11", ""),
    ("24 s/d 26 nov", "24-11", "26-11", ""),
    ("24 sd 26 nopember", "24-11", "26-11", ""),
    ("24 nov - 2 des", "24-11", "02-12", ""),
    ("24 nov sampai dengan 2 des cuti", "24-11", "02-12", "cuti"),
    ("24-26", "24-11", "26-11", ""),
    ("2 s.d. 5", "02-12", "05-12", ""),
    ("24/11 - 26/11", "24-11", "26-11", ""),
    ("24/11/2026 s.d. 26/11/2026", "24-11", "26-11", ""),
    ("24-11-2026", "24-11", "24-11", ""),
    ("24.11.26", "24-11", "24-11", ""),
    ("2026-11-24", "24-11", "24-11", ""),
    ("s.d. Jumat", "23-11", "27-11", ""),
    ("sd jumat", "23-11", "27-11", ""),
    ("sampai jum'at", "23-11", "27-11", ""),
    ("s/d 4 des", "23-11", "04-12", ""),
    ("sampai tanggal 26", "23-11", "26-11", ""),
    ("sampai 26", "23-11", "26-11", ""),
    ("s.d. 2", "23-11", "02-12", ""),
    ("hingga besok", "23-11", "24-11", ""),
    ("besok s.d. Jumat", "24-11", "27-11", ""),
    ("besok sampai 3/12 dinas luar", "24-11", "03-12", "dinas luar"),
    ("mulai besok sampai jumat", "24-11", "27-11", ""),
    ("Senin", "23-11", "23-11", ""),
    ("rabu-jumat", "25-11", "27-11", ""),
    ("Kamis s.d. Senin", "26-11", "30-11", ""),
    ("hari Rabu", "25-11", "25-11", ""),
    ("tgl 26 rapat", "26-11", "26-11", "rapat"),
    ("tanggal 20", "20-12", "20-12", ""),
    ("20-24 nov", "20-11", "24-11", ""),
    ("3 hari", "23-11", "25-11", ""),
    ("selama 2 minggu umrah", "23-11", "06-12", "umrah"),
    ("seminggu", "23-11", "29-11", ""),
    ("31 des - 2 jan", "31-12", "02-01-2027", ""),
    ("2 jan 2027", "02-01-2027", "02-01-2027", ""),
    ("5 januari", "05-01-2027", "05-01-2027", ""),
]


def day(text: str) -> date:
    d, m, *y = text.split("-")
    return date(int(y[0]) if y else 2026, int(m), int(d))


@pytest.mark.parametrize(("text", "first", "last", "rest"), TYPED)
def test_days_are_read_as_they_are_typed(text, first, last, rest):
    found = read(text, TODAY)
    assert found is not None
    assert (found.first, found.last, found.rest) == (day(first), day(last), rest)


@pytest.mark.parametrize(
    "text",
    ["", "sakit", "kapan-kapan", "31 feb", "26-24 nov", "5-7", "24 nov 2026 - 24 nov 2028", "jam 3", "0", "1000 hari"],
)
def test_what_is_no_day_or_may_be_two_things_is_asked_again(text):
    assert read(text, TODAY) is None
