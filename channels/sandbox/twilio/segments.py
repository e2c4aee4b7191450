"""How many SMS a text is: GSM-7 where every character allows it, else UCS-2.

The sizes are Twilio's (twilio.com/docs/glossary/what-sms-character-limit).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

# The default alphabet of 3GPP TS 23.038 in its order, without the escape; then its extension table.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_SIZES: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

# What Smart Encoding puts in the place of characters that would need UCS-2 (a part of Twilio's own list).
_SMART = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212\u2022", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\t", " "),
        "\u2026": "...",
        "\u200b": "",
    }
)


@dataclass(slots=True, frozen=True)
class Size:
    """A text as the network counts it: units are septets or 16-bit units, `room` what the last part still takes."""

    encoding: Encoding
    units: int
    count: int
    room: int


def measure(text: str) -> Size:
    """Return how a text is encoded and into how many parts it's cut. No text is still one part."""
    fits = all(character in _BASIC or character in _EXTENDED for character in text)
    encoding: Encoding = "GSM-7" if fits else "UCS-2"
    single, joined = _SIZES[encoding]
    units = sum(_widths(text, encoding))
    if units <= single:
        return Size(encoding, units, 1, single - units)
    count, used = 1, 0
    for width in _widths(text, encoding):
        if used + width > joined:  # neither an escape nor half of a surrogate pair is left behind
            count, used = count + 1, 0
        used += width
    return Size(encoding, units, count, joined - used)


def smart(text: str) -> str:
    """Return the text as Smart Encoding sends it."""
    return text.translate(_SMART)


def utf16_length(text: str) -> int:
    """Return the length in 16-bit units, in which Twilio counts its 1,600 (an emoji is several)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _widths(text: str, encoding: Encoding) -> Iterator[int]:
    if encoding == "GSM-7":
        return (2 if character in _EXTENDED else 1 for character in text)
    return (utf16_length(character) for character in text)
