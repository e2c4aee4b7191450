# ruff: noqa: RUF001 - characters that look alike are what is folded here
"""SMS text: folded into the GSM alphabet where that loses nothing, and counted in the segments that are paid for.

One character outside the alphabet makes every part of a message UCS-2: 70 characters instead of 160
(https://www.twilio.com/docs/glossary/what-sms-character-limit; the alphabet: 3GPP TS 23.038).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # each takes two

_FOLDED = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"', "‹": "'", "›": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "⁃": "-", "•": "-", "·": "-", "●": "-",
    "▪": "-", "◦": "-", "…": "...", "→": "->", "←": "<-", "⇒": "=>", "≤": "<=", "≥": ">=", "≠": "<>", "×": "x",
    "÷": "/", "⁄": "/", "∕": "/", "±": "+/-", "№": "No", "©": "(c)", "®": "(R)", "™": "(TM)", "ç": "c", "ı": "i",
    "Đ": "D", "đ": "d", "Ł": "L", "ł": "l", "\t": " ", "\u2028": "\n", "\u2029": "\n\n",
}  # fmt: skip
_DROPPED = ("C", "S")  # control characters; symbols, so emoji
# Marks on Latin letters and emoji; other scripts need theirs.
_MARKS = re.compile("[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f]")
_BLANK = "Z"
_BLANKS = re.compile(r" {2,}")
_AT_END = re.compile(r" +(?=\n)")


class Segments(NamedTuple):
    """What a text costs: so many parts, in that alphabet, of so many units in all."""

    parts: int
    alphabet: Literal["GSM-7", "UCS-2"]
    units: int


def is_gsm(text: str) -> bool:
    """Whether a text needs nothing beyond the GSM alphabet."""
    return all(each in BASIC or each in EXTENDED for each in text)


def fold(text: str) -> str:
    """The text without typographic quotes, dashes, accents and emoji, as far as the words stay the same.

    Letters of another script stay as they are: then the whole message is UCS-2.
    """
    text = text.replace("\r\n", "\n")
    if is_gsm(text):
        return text
    folded = "".join(_plain(each) for each in unicodedata.normalize("NFC", text))
    return _AT_END.sub("", _BLANKS.sub(" ", folded)).strip(" ")  # what stood around an emoji


def _plain(character: str) -> str:
    if character in BASIC or character in EXTENDED:
        return character
    if character in _FOLDED:
        return _FOLDED[character]
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        plain = "".join("" if _is_dropped(each) else _FOLDED.get(each, each) for each in parts)
        if plain and is_gsm(plain):
            return plain
    if unicodedata.category(character)[0] == _BLANK:
        return " "
    return "" if _is_dropped(character) else character


def _is_dropped(character: str) -> bool:
    """Whether a character is no part of a word: an emoji, a mark on a Latin letter, what joins or colours an emoji."""
    kind = unicodedata.category(character)[0]
    if kind == "M":
        return _MARKS.match(character) is not None
    return kind in _DROPPED and character not in _FOLDED


def segments(text: str) -> Segments:
    """How many parts an SMS with this text has. It's counted as it stands: `fold` it first, as sending does."""
    if is_gsm(text):
        sizes = [2 if each in EXTENDED else 1 for each in text]
        return Segments(_parts(sizes, 160, 153), "GSM-7", sum(sizes))
    sizes = [2 if each > "\uffff" else 1 for each in text]
    return Segments(_parts(sizes, 70, 67), "UCS-2", sum(sizes))


def _parts(sizes: Iterable[int], alone: int, each: int) -> int:
    """Parts of at most `each` units, none of which cuts a character in two; one part may have `alone`."""
    sizes = list(sizes)
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    parts, left = 1, each
    for size in sizes:
        if size > left:
            parts, left = parts + 1, each
        left -= size
    return parts
