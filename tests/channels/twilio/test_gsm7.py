"""What an SMS costs, and what is folded away so that it costs less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.twilio.gsm7 import Segments, fold, is_gsm, segments

COSTS = {
    "nothing": ("", Segments(0, "GSM-7", 0)),
    "one part, full": ("a" * 160, Segments(1, "GSM-7", 160)),
    "one letter more": ("a" * 161, Segments(2, "GSM-7", 161)),
    "two parts, full": ("a" * 306, Segments(2, "GSM-7", 306)),
    "three parts": ("a" * 307, Segments(3, "GSM-7", 307)),
    "signs that count double": ("€" * 80, Segments(1, "GSM-7", 160)),
    "a double sign that doesn't fit in two halves": ("a" * 152 + "€" * 77, Segments(3, "GSM-7", 306)),
    "a curly quote makes it UCS-2": ("“" + "a" * 69, Segments(1, "UCS-2", 70)),
    "and a letter more two parts": ("“" + "a" * 70, Segments(2, "UCS-2", 71)),
    "an emoji counts two": ("😀" * 35, Segments(1, "UCS-2", 70)),
    "an emoji isn't cut in two": ("a" * 66 + "😀" * 3, Segments(2, "UCS-2", 72)),
    "line breaks and accents of the alphabet": ("é\nÅ §", Segments(1, "GSM-7", 5)),
}


@pytest.mark.parametrize("case", COSTS)
def test_what_a_text_costs(case):
    text, expected = COSTS[case]
    assert segments(text) == expected


FOLDED = {
    "plain Indonesian stays": ("Yth. Bapak/Ibu, laporan 7K3F diterima.", "Yth. Bapak/Ibu, laporan 7K3F diterima."),
    "blanks stay where nothing is folded": ("a  b", "a  b"),
    "quotes": ("“Ya” ‘tidak’ «x» `y`", "\"Ya\" 'tidak' \"x\" 'y'"),
    "dashes and dots": ("Senin–Jumat — libur…", "Senin-Jumat - libur..."),
    "no-break blanks": ("Rp\u00a05.000\u202f000", "Rp 5.000 000"),
    "accents outside the alphabet": ("José Çelik naïve č", "José Çelik naive c"),
    "an emoji between words": ("Terima kasih 🙏 Ibu", "Terima kasih Ibu"),
    "an emoji at a line's end": ("Baik 👍🏽\nSiap ✅", "Baik\nSiap"),
    "a joined emoji": ("x 👨\u200d👩\u200d👧 y\ufe0f", "x y"),
    "bullets and arrows": ("• satu\n→ dua", "- satu\n-> dua"),
    "fractions and small numbers": ("½ m² ①", "1/2 m2 1"),
    "line ends of Windows": ("a\r\nb", "a\nb"),
    "signs without words": ("★★", ""),
    "another script stays": ("ᬒᬁ Om", "ᬒᬁ Om"),
    "wide letters": ("ＡＢＣ", "ABC"),
}


@pytest.mark.parametrize("case", FOLDED)
def test_what_is_folded(case):
    text, expected = FOLDED[case]
    assert fold(text) == expected


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once_and_never_costs_an_alphabet(text):
    once = fold(text)
    assert fold(once) == once
    if is_gsm(text):
        assert once == text.replace("\r\n", "\n")
    if text.isascii():
        assert is_gsm(once)


@given(st.text(max_size=400))
def test_parts_are_never_fewer_than_their_units_need(text):
    parts, alphabet, units = segments(text)
    one, each = (160, 153) if alphabet == "GSM-7" else (70, 67)
    if units <= one:
        assert parts == bool(text)
    else:
        assert units / each <= parts <= units / (each - 1) + 1
