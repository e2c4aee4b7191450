"""Identity numbers are hidden before anybody sees a text, and a NIK is judged without rejecting anybody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import identity

CONTOH = "3574010101900001"  # nobody's: the date and serial of an example


@pytest.mark.parametrize(
    ("text", "masked", "values"),
    [
        (f"NIK saya {CONTOH} ya", "NIK saya 3574**********01 ya", [CONTOH]),
        ("3574 0101 0190 0001", "3574**********01", [CONTOH]),
        ("3574.0101.0190.0001", "3574**********01", [CONTOH]),
        ("3574-0101-0190-0001", "3574**********01", [CONTOH]),
        ("35 74 01 010190 0001", "3574**********01", [CONTOH]),
        ("3574 - 0101 - 0190 - 0001", "3574**********01", [CONTOH]),
        ("NIK:3574010101900001,KK:3574012345670002", "NIK:3574**********01,KK:3574**********02", [CONTOH, "3574012345670002"]),
        ("3574010101900001 3574019999900001", "3574**********01 3574**********01(2)", [CONTOH, "3574019999900001"]),
        ("hp 081234567890 NIK 3574010101900001", "hp 081234567890 NIK 3574**********01", [CONTOH]),
        ("081234567890 3574010101900001", "081234567890 3574**********01", [CONTOH]),
        ("hp 081234567890", "hp 081234567890", []),
        ("rekening 1234567890 lunas 2026", "rekening 1234567890 lunas 2026", []),
        ("tanggal 23-11-2026 pukul 09.10", "tanggal 23-11-2026 pukul 09.10", []),
        ("35740101019000013574010101900001", f"3574{'*' * 26}01", ["35740101019000013574010101900001"]),
        ("3574\u200b0101\u200b0190\u200b0001", "3574**********01", [CONTOH]),
        ("*3574010101900001*", "*3574**********01*", [CONTOH]),  # bold on WhatsApp
        ("NIK **3574010101900001**", "NIK **3574**********01**", [CONTOH]),
        ("3574010101900001* benar", "3574**********01* benar", [CONTOH]),
        ("3574\u20090101\u20090190\u20090001", "3574**********01", [CONTOH]),
        ("3574\t0101_0190\u200e0001", "3574**********01", [CONTOH]),
        ("３５７４０１０１０１９００００１", "3574**********01", [CONTOH]),
        ("٣٥٧٤٠١٠١٠١٩٠٠٠٠١", "3574**********01", [CONTOH]),
        ("NIK 3574O1O1O19OOOO1", "NIK 3574**********01", [CONTOH]),
        ("3574 0l0l 0l90 000I", "3574**********01", [CONTOH]),
        ("KK 357401010190001", "KK 3574*********01", ["357401010190001"]),
        ("kartu keluarga saya 35740101019000017", "kartu keluarga saya 3574***********17", ["35740101019000017"]),
        ("nomor induk kependudukan 357401010190001", "nomor induk kependudukan 3574*********01", ["357401010190001"]),
        ("KTP 081234567890", "KTP 081234567890", []),
        ("kk, hp saya 081234567890", "kk, hp saya 081234567890", []),
        ("oli 5 l dan solar 10 l, total 35 ribu", "oli 5 l dan solar 10 l, total 35 ribu", []),
        ("", "", []),
    ],
)  # fmt: skip
def test_long_numbers_become_marks(text, masked, values):
    found = identity.mask(text)
    assert found.text == masked
    assert [value for _, value in found.found] == values


@pytest.mark.parametrize(
    "text",
    ["0009.00357401500I351.0101.0001.1.0101", "0009.00357401500I3510**********01", "l23456789012 3574**********03"],
)
def test_what_stands_beside_a_mark_is_read_as_it_was_before_the_mark_stood_there(text):
    once = identity.mask(text).text
    assert identity.mask(once).text == once


@given(st.text(alphabet="0123456789 .-abOIl*\n", max_size=80))
def test_hiding_twice_changes_nothing_and_leaves_no_long_run(text):
    once = identity.mask(text).text
    assert identity.mask(once).text == once
    assert not re.search(r"\d{16}", once)


@given(
    st.integers(min_value=0, max_value=10**16 - 1),
    st.sampled_from(["", " ", ".", "-", " - "]),
    st.sampled_from([4, 2, 8, 6]),
)
def test_every_sixteen_digits_are_hidden_however_they_are_grouped(number, gap, size):
    digits = f"{number:016}"
    text = gap.join(digits[at : at + size] for at in range(0, 16, size))
    masked = identity.mask(f"ini {text}.")
    assert masked.text.startswith("ini ")
    assert [value for _, value in masked.found] == [digits]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (CONTOH, True),
        ("3574 0141 0190 0001", True),  # a woman's: day plus 40
        ("3574013112900001", True),
        ("3574010001900001", False),  # no such day
        ("3574013113900001", False),  # no such month
        ("3574013102900001", False),  # 31 February
        ("3574012902000001", True),  # 29 February of a leap year
        ("3574010101900000", False),  # serial 0000
        ("357401010190000", False),
        ("9999010101900001", True),  # an unknown region rejects nobody
        ("abc", False),
    ],
)
def test_a_nik_is_plausible_or_not(text, holds):
    assert (identity.nik(text) is not None) is holds


def test_the_region_is_told_as_a_code():
    found = identity.nik(CONTOH)
    assert found is not None
    assert found.region == "35.74.01"
    assert identity.shown(CONTOH) == "3574**********01"
