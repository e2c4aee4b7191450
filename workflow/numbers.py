"""Identity numbers in what people write: which are a NIK or a KK, what is doubtful about them, and where they're kept.

In any text a number stands masked; its digits come beside it, see `World.marks`. What is doubtful is told to staff and
refuses nobody: there's no checksum, and a region is that of the first registration, not of the home.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, get_args

from workflow.identity import DIGITS, shown
from workflow.message import Value

Kind = Literal["nik", "kk"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Doubt = Literal["length", "serial", "date", "future", "region"]

SAID = "_said"
"""After a kind, in `Complaint.private`: what the citizen said, where the kind alone is the best that's known."""
SEALED_KEYS = tuple(f"{kind}{end}" for kind in KINDS for end in ("", SAID))
"""Where numbers stand in `Complaint.private`."""

OLDEST_YEARS = 110
_FEMALE_DAY = 40  # women's NIK carry the day of birth plus 40
# The codes of the 38 provinces (Kemendagri, 2026). A number keeps the code of a region that was split.
_PROVINCES = frozenset(
    {11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63, 64, 65}
    | {71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96}
)
_MARK = re.compile(r"\d{4}\*{4,}\d{2}(?:\(\d+\))?")
_NUMBER = r"(?:(?:no|nmr|nomor|nomer)\b\.?\s*)?"
_NAMED = re.compile(
    rf"{_NUMBER}\b(?:(?P<kk>k\.?k\.?|kartu\s+keluarga)|nik|n\.i\.k\.?|n\si\sk|nomor\s+induk\s+kependudukan|"
    r"ktp(?:[- ]?el)?|e-?ktp|kartu\s+tanda\s+penduduk)"
    r"(?:\s*(?:saya|sy|kami|nya|pelapor|warga|el|no|nomor|nomer|adalah|yaitu|[:=.,;/()-]))*\s*$",
    re.IGNORECASE,
)
# Named together before either is given: "NIK/KK: 3574.../3574...".
_BOTH = re.compile(r"\b(?P<first>nik|ktp|kk)\s*(?:/|&|\+|,|dan|serta)\s*(?:(?:no|nomor)\.?\s*)?$", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:rek|rekening|bank|va|virtual|account|token|meter|meteran|pln|pdam|pelanggan|resi|imei|bpjs|npwp|kartu|atm|"
    r"kredit|debit|nop|sppt|transaksi|invoice|pesanan|order|tiket|seri|kode)\b[^\d*\n]{0,20}$",
    re.IGNORECASE,
)


class Told(Value):
    """A number somebody gave, and the piece of the text that gives it, with what it's called there."""

    kind: Kind
    digits: str
    begins: int
    ends: int


def told(text: str, marks: Mapping[str, str]) -> tuple[Told, ...]:
    """The numbers in a masked text that are said to be a NIK or a KK, or look like one and are called nothing else.

    Of two that are called nothing the first is the NIK, as on a form.
    """
    found: list[Told] = []
    since = 0
    every = tuple(_MARK.finditer(text))
    for n, mark in enumerate(every):
        digits = marks.get(mark[0], "")
        before = text[since : mark.start()]
        name = _NAMED.search(before)
        if digits and (name is not None or _looks_like_one(digits, before)):
            both = _BOTH.search(before[: name.start()]) if name is not None else None
            follows = text[mark.end() : every[n + 1].start()] if n + 1 < len(every) else None
            if both is not None and follows is not None and _NAMED.search(follows) is None:
                kind: Kind = "kk" if both["first"].lower() == "kk" else "nik"
            else:
                kind = _kind(name, found)
            begins = since + name.start() if name is not None else mark.start()
            found.append(Told(kind=kind, digits=digits, begins=begins, ends=mark.end()))
        since = mark.end()
    return tuple(found)


def _kind(name: re.Match[str] | None, found: Iterable[Told]) -> Kind:
    if name is not None:
        return "kk" if name["kk"] else "nik"
    kinds = {each.kind for each in found}
    return "kk" if kinds == {"nik"} else "nik"


def _looks_like_one(digits: str, before: str) -> bool:
    """Whether a number that's called nothing is one: with a possible date, in a province that there is."""
    plausible = not {"length", "date", "region", "serial"} & set(doubts("nik", digits, date.max))
    return plausible and _OTHER.search(before) is None


def left(text: str, numbers: Iterable[Told]) -> str:
    """The text without them."""
    for each in sorted(numbers, key=lambda one: -one.begins):
        text = text[: each.begins].rstrip(" ,;:/") + "\n" + text[each.ends :].lstrip(" ,;:/.")
    return "\n".join(line for line in map(str.strip, text.splitlines()) if line.strip(" ,;:/."))


# --- what's doubtful --------------------------------------------------------------------------------------------------


def doubts(kind: Kind, digits: str, today: date) -> tuple[Doubt, ...]:
    """What is doubtful about a number, the worst first; () for a plausible one."""
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdecimal():
        return ("length",)
    found: list[Doubt] = ["serial"] if digits.endswith("0000") else []
    days = _days(kind, digits)
    if not days:
        found.append("date")
    elif all(each > today or (kind == "nik" and today.year - each.year > OLDEST_YEARS) for each in days):
        found.append("future")
    if int(digits[:2]) not in _PROVINCES or "00" in (digits[2:4], digits[4:6]):
        found.append("region")
    return tuple(found)


def _days(kind: Kind, digits: str) -> list[date]:
    """The days that the six digits after the region may mean: of birth, or of a card's issue (this century)."""
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    if kind == "nik" and day > _FEMALE_DAY:
        day -= _FEMALE_DAY
    found = []
    for century in (1900, 2000) if kind == "nik" else (2000,):
        try:
            found.append(date(century + year, month, day))
        except ValueError:
            continue
    return found


# --- where they're kept -----------------------------------------------------------------------------------------------


def said(private: Mapping[str, str], numbers: Iterable[Told]) -> dict[str, str]:
    """What is sealed of the numbers a citizen gave; what staff typed from the card stays beside it."""
    sealed: dict[str, str] = {}
    for each in numbers:
        before = {**private, **sealed}
        from_card = each.kind in before and before[each.kind] != before.get(f"{each.kind}{SAID}")
        sealed[f"{each.kind}{SAID}"] = each.digits
        if not from_card:
            sealed[each.kind] = each.digits
    return sealed


def typed(numbers: Iterable[Told]) -> dict[str, str]:
    """What is sealed of the numbers that staff typed from the card."""
    return {each.kind: each.digits for each in numbers}


def kept(private: Mapping[str, str]) -> frozenset[tuple[Kind, str]]:
    """The numbers a complaint holds, by kind: what it's found by."""
    return frozenset((kind, private[name]) for kind in KINDS for name in (kind, f"{kind}{SAID}") if private.get(name))


def differing(private: Mapping[str, str]) -> dict[Kind, str]:
    """What the citizen said where the card has another number, as it may be shown."""
    return {
        kind: shown(private[f"{kind}{SAID}"])
        for kind in KINDS
        if private.get(kind) and private.get(f"{kind}{SAID}", private[kind]) != private[kind]
    }


def marks_in(text: str) -> tuple[str, ...]:
    """The marks of hidden numbers in a text."""
    return tuple(dict.fromkeys(_MARK.findall(text)))
