"""Identity numbers: what a plausible NIK is, and hiding 16-digit runs before a text is stored, logged or shown."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange

from workflow.message import Value

DIGITS = 16
# Blanks of any width, marks nobody sees, and what people put between groups of digits.
_SIGN = r"[ \t._\u00a0\u2000-\u2015\u202f\u205f-\u2064\u20e3\u3000\ufe0f\ufeff-]"
_GAP = rf"{_SIGN}{{1,3}}"
_RUN = re.compile(rf"\d+(?:{_GAP}\d+)*")
_PIECE = re.compile(r"\d+")
# What was hidden before. A star beside a number hides nothing: WhatsApp's bold is "*3574...*".
_HIDDEN = re.compile(r"((?<!\d)\d{4}\*{4,}\d{2}(?!\d))")
# Letters that a hand in a hurry types for 0 and 1.
_ALIKE = {"O": "0", "o": "0", "l": "1", "I": "1"}
_NEARLY = re.compile(
    rf"(?P<hidden>{_HIDDEN.pattern})|(?<![^\W_])(?=(?:\d{_SIGN}{{0,3}}){{0,{DIGITS - 1}}}[OolI])"
    rf"[\dOolI](?:{_SIGN}{{0,3}}[\dOolI]){{{DIGITS - 1}}}(?![^\W_]|\*{{4}})"
)
_LEAST = 8  # so many of the sixteen are digits, or it's no number
# What's called a NIK or KK is hidden with a digit too few or too many as well; a telephone number after it isn't.
_CALLED = re.compile(
    r"\b(?:nik|n\.i\.k\.?|n\si\sk|nomor\s+induk\s+kependudukan|k\.?k\.?|kartu\s+keluarga|e?-?ktp(?:[- ]?el)?)"
    r"(?:\s*(?:saya|sy|kami|nya|no|nomor|nomer|adalah|yaitu|[:=.-]))*\s*"
    rf"(?!(?:\+?62|0)\s?-?8)(?P<number>\d(?:{_SIGN}{{0,3}}\d){{9,18}})(?![\d*])",
    re.IGNORECASE,
)
_FEMALE_DAY = 40  # women's NIK carry the day of birth plus 40


class Masked(Value):
    """A text without its long numbers, and what stood behind each mark: (mark, digits), to be sealed."""

    text: str
    found: tuple[tuple[str, str], ...] = ()


class Nik(Value):
    """A number that may be a NIK: 16 digits, a possible date of birth, a serial that isn't 0000.

    There's no checksum, and the region is that of the first registration, not of the home: neither rejects anybody.
    """

    digits: str
    region: str  # Kemendagri code of the kecamatan of first registration: "35.74.04"


def nik(text: str) -> Nik | None:
    """The NIK a text consists of, blanks, dots and dashes aside; None if it can't be one."""
    digits = _plain(re.sub(rf"{_GAP}", "", text.strip()))
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits) or digits.endswith("0000"):
        return None
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    day -= _FEMALE_DAY if day > _FEMALE_DAY else 0
    if not 1 <= month <= 12 or not any(1 <= day <= monthrange(age + year, month)[1] for age in (1900, 2000)):
        return None
    return Nik(digits=digits, region=f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}")


def shown(digits: str) -> str:
    """A long number as it may be shown: "3574**********03"."""
    return f"{digits[:4]}{'*' * (len(digits) - 6)}{digits[-2:]}"


def mask(text: str) -> Masked:
    """Hide every run of 16 digits (written together, or with blanks, dots or dashes between) and every longer word.

    Numbers that stand beside each other are hidden together only if their digits add up to 16, or if they're called a
    NIK or KK. Two different numbers get different marks. Hiding a text twice changes nothing.
    """
    found: dict[str, str] = {}

    def hide(run: re.Match[str]) -> str:
        pieces = [(match.start(), match.end()) for match in _PIECE.finditer(run[0])]
        said, since, at = "", 0, 0
        while at < len(pieces):
            upto = _sixteen(pieces, at)
            if not upto:
                at += 1
                continue
            digits = _plain("".join(run[0][start:end] for start, end in pieces[at:upto]))
            said += run[0][since : pieces[at][0]] + _mark(digits, found)
            since, at = pieces[upto - 1][1], upto
        return said + run[0][since:]

    def hide_called(said: re.Match[str]) -> str:
        digits = _plain("".join(_PIECE.findall(said["number"])))
        return said[0][: said.start("number") - said.start()] + _mark(digits, found)

    def hide_nearly(run: re.Match[str]) -> str:
        if run["hidden"]:
            return run[0]
        digits = "".join(digit for each in run[0] if (digit := _ALIKE.get(each, each)).isdecimal())
        letters = sum(each in _ALIKE for each in run[0])
        return _mark(_plain(digits), found) if letters <= DIGITS - _LEAST else run[0]

    parts = _HIDDEN.split(_NEARLY.sub(hide_nearly, text))
    parts[::2] = [_RUN.sub(hide, each) for each in parts[::2]]
    return Masked(text=_CALLED.sub(hide_called, "".join(parts)), found=tuple(found.items()))


def _plain(digits: str) -> str:
    """Digits of any script as 0 to 9, so that a number is the same number however it's typed."""
    return "".join(str(unicodedata.digit(each, each)) for each in digits)


def _sixteen(pieces: list[tuple[int, int]], first: int) -> int:
    """Up to which piece, from `first` on, the digits are to be hidden; 0 for none."""
    count = 0
    for upto in range(first, len(pieces)):
        size = pieces[upto][1] - pieces[upto][0]
        if size >= DIGITS:
            return upto + 1 if upto == first else 0
        count += size
        if count >= DIGITS:
            return upto + 1 if count == DIGITS else 0
    return 0


def _mark(digits: str, found: dict[str, str]) -> str:
    mark = shown(digits)
    twin = 1
    while found.get(mark, digits) != digits:
        twin += 1
        mark = f"{shown(digits)}({twin})"
    found[mark] = digits
    return mark
