"""How many SMS a text is, by the table of the mobile network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.twilio import measure
from channels.sandbox.twilio.segments import smart

TABLE = [
    ("", "GSM-7", 0, 1),
    ("a" * 160, "GSM-7", 160, 1),
    ("a" * 161, "GSM-7", 161, 2),
    ("a" * 306, "GSM-7", 306, 2),
    ("a" * 307, "GSM-7", 307, 3),
    ("€" * 80, "GSM-7", 160, 1),
    ("€" * 81, "GSM-7", 162, 2),
    ("€" * 153, "GSM-7", 306, 3),  # 76 to a part: an escape is never parted from its character
    ("Yth. Bapak/Ibu: [1] {a} ~ ^ | \\ é ñ", "GSM-7", 44 - 1, 1),
    ("’" + "a" * 69, "UCS-2", 70, 1),
    ("–" + "a" * 70, "UCS-2", 71, 2),
    ("😀" * 35, "UCS-2", 70, 1),
    ("😀" * 36, "UCS-2", 72, 2),
    ("😀" * 67, "UCS-2", 134, 3),  # 33 to a part: no half of a pair stays behind
    ("`", "UCS-2", 1, 1),
    ("ç", "UCS-2", 1, 1),  # only the capital is in the alphabet
]


@pytest.mark.parametrize(("text", "encoding", "units", "count"), TABLE)
def test_a_text_is_measured(text, encoding, units, count):
    size = measure(text)
    assert (size.encoding, size.units, size.count) == (encoding, units, count)


@given(st.text(max_size=400))
def test_more_text_is_never_fewer_parts(text):
    size = measure(text)
    assert measure(text + "a").count >= size.count
    assert 0 <= size.room <= 160
    assert size.count * (153 if size.encoding == "GSM-7" else 67) + 7 >= size.units


def test_smart_encoding_keeps_a_text_in_one_part():
    text = "“Jalan – rusak…” kata Ibu’s"
    assert smart(text) == '"Jalan - rusak..." kata Ibu\'s'
    assert (measure(text).encoding, measure(smart(text)).encoding) == ("UCS-2", "GSM-7")
