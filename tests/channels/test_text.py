"""Texts fitted into messages: nothing lost, nothing too long, no character cut."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.text import as_html, chosen, numbered, shorten, split, utf16
from workflow.message import Choice, Mention

NUMBER = re.compile(r"\n\((\d+)/(\d+)\)\Z")
WORDS = st.text(alphabet=st.sampled_from("ab 😀é\n.\u0301👨‍👩‍👧"), max_size=400)


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("é", 1), ("😀", 2), ("a😀b", 4), ("👨‍👩‍👧", 8)])
def test_lengths_are_utf16_units(text, units):
    assert utf16(text) == units == len(text.encode("utf-16-le")) // 2


SPLITS = {
    "it fits": ("abc def", 7, ("abc def",)),
    "a paragraph ends a part": ("satu dua\n\ntiga empat", 19, ("satu dua\n(1/2)", "tiga empat\n(2/2)")),
    "else a line": ("satu dua\ntiga empat", 18, ("satu dua\n(1/2)", "tiga empat\n(2/2)")),
    "else a character": ("abcdefghij", 9, ("abc\n(1/4)", "def\n(2/4)", "ghi\n(3/4)", "j\n(4/4)")),
    "never half of one": ("😀😀😀😀😀", 9, ("😀\n(1/5)", "😀\n(2/5)", "😀\n(3/5)", "😀\n(4/5)", "😀\n(5/5)")),
    "nor a letter from its accent": ("aae\u0301aaaaaa", 9, ("aa\n(1/4)", "e\u0301a\n(2/4)", "aaa\n(3/4)", "aa\n(4/4)")),
}


@pytest.mark.parametrize("case", SPLITS)
def test_texts_are_cut_where_it_reads_well(case):
    text, units, parts = SPLITS[case]
    assert split(text, units) == parts


def test_a_word_ends_a_part():
    parts = split("satu dua tiga empat lima enam tujuh", 20)
    assert [NUMBER.sub("", part) for part in parts] == ["satu dua tiga", "empat lima", "enam tujuh"]


def test_4097_characters_are_two_messages():
    parts = split("a" * 4097, 4096)
    assert [utf16(part) for part in parts] == [4096, 4097 - 4090 + 6]
    assert parts[1].endswith("a\n(2/2)")


def test_numbers_take_the_room_they_need():
    parts = split("a" * 60, 12)
    assert len(parts) >= 10
    assert max(map(utf16, parts)) <= 12
    assert parts[-1].endswith(f"({len(parts)}/{len(parts)})")


def test_too_little_room_is_an_error():
    with pytest.raises(ValueError, match="too few"):
        split("abcdefghijkl", 6)


@given(WORDS, st.integers(14, 90))
def test_nothing_is_lost_or_too_long(text, units):
    parts = split(text, units)
    assert all(utf16(part) <= units for part in parts)
    bodies = parts
    if len(parts) > 1:
        assert [NUMBER.search(part).groups() for part in parts] == [
            (str(n), str(len(parts))) for n in range(1, len(parts) + 1)
        ]
        bodies = [NUMBER.sub("", part) for part in parts]
    assert "".join("".join(bodies).split()) == "".join(text.split())
    for body in bodies:
        body.encode()  # no half characters


@given(WORDS, st.integers(1, 90))
def test_a_shortened_text_fits_and_begins_the_same(text, units):
    short = shorten(text, units)
    assert utf16(short) <= units
    assert text.startswith(short.removesuffix("…"))


def test_another_measure_may_be_given():
    assert split("satu dua tiga", 24, measure=lambda text: 2 * len(text)) == (
        "satu\n(1/3)",
        "dua\n(2/3)",
        "tiga\n(3/3)",
    )


CHOICES = (
    Choice(label="Ya", data="y"),
    Choice(label="Bukan  itu", data="n"),
    Choice(label="Situs", url="https://a.example"),
)


def test_choices_become_numbers():
    assert numbered(CHOICES) == "1. Ya\n2. Bukan  itu\n3. Situs: https://a.example"


@pytest.mark.parametrize(
    ("typed", "index"),
    [("1", 0), (" 2 ", 1), ("2.", 1), ("(2)", 1), ("[1]", 0), ("ya", 0), ("BUKAN ITU", 1), ("0", None), ("3", None), ("4", None), ("1 2", None), ("", None), ("ya pak", None), ("007", None), ("²", None)],
)  # fmt: skip
def test_a_typed_choice_is_found(typed, index):
    assert chosen(typed, CHOICES) == (None if index is None else CHOICES[index])


@given(st.text(), st.text(min_size=1, max_size=3))
def test_html_says_exactly_the_text(text, name):
    shown = as_html(text, [Mention(id="5", name=name)])
    assert html.unescape(re.sub(r"<[^>]*>", "", shown)) == html.unescape(html.escape(text, quote=False))
    assert shown.count("<a ") <= 1
    assert "<" not in re.sub(r'<a href="tg://user\?id=5">|</a>', "", shown)
