"""Takes out of a text what nobody wrote: control and direction characters, invisible blanks, lone carriage returns."""

from __future__ import annotations

import re

_GONE = (
    *range(0x20),
    *range(0x7F, 0xA0),  # C1 controls
    0xAD,  # soft hyphen
    0x061C, 0x200B, 0x200C, 0x200E, 0x200F, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xFEFF, 0xFFFE, 0xFFFF,
    *range(0x202A, 0x202F),  # direction: a name that reads backwards hides its ending
    *range(0x2066, 0x2070),
    *range(0xD800, 0xE000),  # halves of characters: no store takes them
    *range(0xE0000, 0xE0080),  # tags: text that isn't shown
)  # fmt: skip
_TABLE: dict[int, str | None] = dict.fromkeys(_GONE, None)
_TABLE |= {0x09: "\t", 0x0A: "\n", 0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_TABLE |= dict.fromkeys((0xA0, 0x2007, 0x202F), " ")
_ENDS = re.compile(r"\r\n?")


def clean(text: str) -> str:
    """The text with line feeds as the only line ends and every blank a blank; nothing visible is changed."""
    return _ENDS.sub("\n", text).translate(_TABLE)


def clean_line(text: str, longest: int) -> str:
    """The text on one line with single blanks, of at most so many characters."""
    return " ".join(clean(text).split())[:longest].rstrip()
