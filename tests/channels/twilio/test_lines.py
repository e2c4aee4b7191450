"""One person, many spellings: what is the same number, and what is no number at all."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.twilio.lines import Senders, chat_of, kind_of, line_to, spoken

SAME = [
    "+6281234567890", "6281234567890", "081234567890", "81234567890", "006281234567890", "+62081234567890",
    "62081234567890", "whatsapp:+6281234567890", "whatsapp:081234567890", "WHATSAPP:+6281234567890", "+62 812-3456-7890",
    " 0812 3456 7890 ", "(0812) 3456.7890", "+62\u00a0812\u00a03456\u00a07890",
]  # fmt: skip


@pytest.mark.parametrize("line", SAME)
def test_spellings_of_one_number(line):
    assert chat_of(line) == "+6281234567890"


OTHERS = {
    "a number of another country": ("+60123456789", "+60123456789"),
    "the same with 00": ("0060123456789", "+60123456789"),
    "a landline at home": ("0335421234", "+62335421234"),
    "a business-scoped id": ("whatsapp:ID.1234567890123456", "ID.1234567890123456"),
    "the same in small letters": ("whatsapp:id.1234567890123456", "ID.1234567890123456"),
    "a short code": ("3636", "3636"),
    "a sender's name": ("TELKOMSEL", "TELKOMSEL"),
    "a name with a blank": (" Info Bank ", "Info Bank"),
    "nothing": ("", ""),
    "a channel and nothing": ("whatsapp:", ""),
    "digits of another script": ("٠٨١٢٣٤٥٦٧٨٩٠", "٠٨١٢٣٤٥٦٧٨٩٠"),
    "far too many digits": ("+6281234567890123456", "+6281234567890123456"),
    "far too many letters": ("x" * 999, "x" * 160),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_else_may_write(case):
    line, chat = OTHERS[case]
    assert chat_of(line) == chat


@given(st.integers(10**8, 10**10 - 1))
def test_a_mobile_number_at_home_is_read_as_the_library_of_numbers_reads_it(rest):
    line = f"08{rest}"
    expected = phonenumbers.format_number(phonenumbers.parse(line, "ID"), phonenumbers.PhoneNumberFormat.E164)
    assert chat_of(line) == expected


@given(st.text(max_size=40))
def test_a_chat_is_its_own_spelling(line):
    chat = chat_of(line)
    assert chat_of(chat) == chat or not chat.startswith("+")


def test_a_chat_becomes_a_line_again():
    assert line_to("whatsapp", "+6281") == "whatsapp:+6281"
    assert line_to("whatsapp", "ID.12") == "whatsapp:ID.12"
    assert line_to("sms", "+6281") == "+6281"
    assert (kind_of("whatsapp:+62"), kind_of("+62"), kind_of("")) == ("whatsapp", "sms", "sms")


def test_nobodys_line_is_nobodys():
    nobody = Senders()
    assert nobody.owner("") is None
    assert nobody.owner("whatsapp:") is None
    assert not nobody.is_ours("sms", "")
    assert Senders(sms="+6281").owner("whatsapp:+6281") is None


@pytest.mark.parametrize(
    ("chat", "said"),
    [("+6281100001201", "0811-0000-1201"), ("+62812345678", "0812-3456-78"), ("+15551234567", "+15551234567")],
)
def test_a_number_is_said_as_people_say_it(chat, said):
    assert spoken(chat) == said
    assert chat_of(said) == chat
