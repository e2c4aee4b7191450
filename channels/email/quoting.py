"""Separates what somebody newly wrote from what their mail program quoted and signed: by line, in linear time.

The result is a view: whatever is taken for quoted stays in the whole text beside it. So in doubt a line is theirs.
The clients' forms are facts Q2-Q6 of docs/email.md; Indonesian and English are read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from itertools import islice

MOST_CHARACTERS = 100_000
MOST_LINES = 2_000

_LONG = 600  # of a line, more isn't looked at
_WRAPPED = 4  # lines a client breaks "Pada ... menulis:" into
_HEADS = 14  # lines that an Outlook head takes, broken ones included
_SIGNATURE = 15  # lines

_OPENS = re.compile(r"(?:pada|on)\b", re.IGNORECASE)
_WROTE = re.compile(r"\b(?:menulis|wrote)\s*:", re.IGNORECASE)
_WROTE_AT = re.compile(r"\b(?:menulis|wrote)\b.*:$", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>@\[\]()]+@[^\s<>@\[\]()]+")
_ENDS_IN_ADDRESS = re.compile(r"[<\[(]\s*(?:mailto:)?[^\s<>@\[\]()]+@[^\s<>@\[\]()]+\s*[>\])]\s*,?$")
_DATED = re.compile(r"(?:19|20)\d\d|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_OLD_GMAIL = re.compile(r"\d{4}-\d{2}-\d{2} .{0,60}<[^\s<>@]+@[^\s<>@]+>:$")
_TIME = re.compile(r"\d{1,2}[.:]\d{2}")
_QUOTED = re.compile(r"[ \t]{0,3}>")

_LABEL = re.compile(r"\*?([A-Za-z]{2,9})\s?:\*?(?=\s|$|\*)")
_LABELS = {
    "from": ("dari", "from", "pengirim"),
    "date": ("dikirim", "terkirim", "sent", "tanggal", "tgl", "date"),
    "to": ("kepada", "ke", "untuk", "to"),
    "copy": ("cc", "bcc", "tembusan"),
    "subject": ("perihal", "subjek", "subject", "hal", "judul"),
}
_KIND = {label: kind for kind, labels in _LABELS.items() for label in labels}
_ORIGINAL = re.compile(
    r"-{2,} ?(?:original message|original email|pesan asli|pesan awal|email asli) ?-{2,}", re.IGNORECASE
)
_FORWARD = re.compile(
    r"-{2,} ?(?:forwarded message|original message forwarded|pesan terusan|pesan (?:yang )?diteruskan) ?-{2,}"
    r"|(?:begin forwarded message|(?:awal|mulai) pesan (?:yang )?diteruskan) ?:",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_\-=*]{5,}")
# What a device or a program puts below; a name of one must stand in the line: "Dikirim dari kantor desa" is theirs.
_SENT_FROM = re.compile(r"(?:dikirim|terkirim|sent|dapatkan|get|diunduh|download)\b", re.IGNORECASE)
_DEVICE = re.compile(
    r"\b(?:iphone|ipad|android|galaxy|samsung|yahoo|outlook|gmail|windows|blackberry|k-9|thunderbird|xiaomi|redmi|poco"
    r"|oppo|vivo|realme|huawei|infinix|nokia|smartphone|ponsel|perangkat seluler"
    r"|mobile|aplikasi email|mail\.ru|protonmail|proton mail|aka\.ms)\b",
    re.IGNORECASE,
)
_DEVICE_LONGEST = 160


class _Mark(Enum):
    NEW = "new"
    QUOTED = "quoted"
    SIGNED = "signed"


def new_words(text: str, *, reply: bool) -> str:
    """What was newly written, "" if nothing was; below `MOST_LINES` nothing is looked at.

    Quotations are sought in a `reply` only: what somebody pastes into a first mail is what they want to say.
    """
    lines = text[:MOST_CHARACTERS].split("\n")[:MOST_LINES]
    marks = _marked(lines, reply=reply)
    _take_off_signatures(lines, marks)
    kept = [line.rstrip() for line, mark in zip(lines, marks, strict=True) if mark is _Mark.NEW]
    return _without_gaps(kept)


def _marked(lines: Sequence[str], *, reply: bool) -> list[_Mark]:
    marks = [_Mark.NEW] * len(lines)
    quoted = [_QUOTED.match(line) is not None for line in lines]
    after = _next_words(lines)
    introduced = False
    at = 0
    while at < len(lines):
        line = lines[at][:_LONG].strip()
        if _FORWARD.fullmatch(line) and _labels_below(lines, at) >= 2:
            break  # a forwarded mail is content
        if not reply:
            at += 1
        elif _begins_old_mail(lines, at):
            marks[at:] = [_Mark.QUOTED] * (len(lines) - at)
            break
        elif (length := _introduction(lines, at, quoted, after)) > 0:
            marks[at : at + length] = [_Mark.QUOTED] * length
            at += length
            introduced = True
            following = after[at - 1]
            if following < len(lines) and not quoted[following]:
                marks[at:] = [_Mark.QUOTED] * (len(lines) - at)
                break
        else:
            at += 1
    if reply and (introduced or sum(quoted) > 1):
        marks = [_Mark.QUOTED if quoted[n] and n < at else mark for n, mark in enumerate(marks)]
    return marks


def _next_words(lines: Sequence[str]) -> list[int]:
    """For each line the place of the next one that isn't empty, their number where none is."""
    found = [len(lines)] * len(lines)
    for at in range(len(lines) - 2, -1, -1):
        found[at] = at + 1 if lines[at + 1].strip() else found[at + 1]
    return found


def _introduction(lines: Sequence[str], at: int, quoted: Sequence[bool], after: Sequence[int]) -> int:
    """How many lines here say who wrote what's quoted below: "Pada Sab, 15 Jun 2024 ... <a@b> menulis:"; else 0."""
    line = lines[at][:_LONG].strip()
    if quoted[at] or not line:
        return 0
    if _OPENS.match(line):
        joined = ""
        for length, each in enumerate(lines[at : at + _WRAPPED], 1):
            if not each.strip():
                break
            joined = f"{joined} {each[:_LONG].strip()}".strip()
            if (wrote := _WROTE.search(joined)) is not None:
                return length if _introduces(joined, wrote, below=_quoted_below(at + length - 1, quoted, after)) else 0
        return 0
    if not line.endswith(":") or len(line) >= _LONG:
        return 0
    if _OLD_GMAIL.fullmatch(line):
        return 1
    return 1 if _quoted_below(at, quoted, after) and (_WROTE_AT.search(line) or _ADDRESS.search(line)) else 0


def _introduces(joined: str, wrote: re.Match[str], *, below: bool) -> bool:
    """An address in brackets right before "menulis:", or quoted lines below; and a date in any case."""
    before, behind = joined[: wrote.start()].rstrip(), joined[wrote.end() :].strip()
    if _DATED.search(before) is None:
        return False
    return _ENDS_IN_ADDRESS.search(before[-320:]) is not None or (below and not behind)


def _quoted_below(at: int, quoted: Sequence[bool], after: Sequence[int]) -> bool:
    return after[at] < len(quoted) and quoted[after[at]]


def _begins_old_mail(lines: Sequence[str], at: int) -> bool:
    """Whether the head of an older mail stands here, as Outlook and Samsung copy it above the quoted text.

    "Dari: RT 03" is a citizen's form: three labels, an address and the time of sending must come together.
    """
    line = lines[at][:_LONG].strip()
    if _ORIGINAL.fullmatch(line):
        return _labels_below(lines, at) >= 2
    label = _LABEL.match(line)
    if label is None or _KIND.get(label[1].lower()) != "from":
        return False
    kinds: dict[str, str] = {}
    strange, last = 0, ""
    for each in lines[at : at + _HEADS]:
        text = each[:_LONG].strip()
        label = _LABEL.match(text)
        kind = _KIND.get(label[1].lower(), "") if label is not None else ""
        if kind in kinds:
            break
        if kind:
            kinds[kind], last, strange = text, kind, 0
        elif text:
            strange += 1
            kinds[last] += f" {text}"
        if strange > 3 or kind == "subject":
            break
    timed = _TIME.search(kinds.get("date", "")) is not None
    return len(kinds) >= 3 and timed and _ADDRESS.search(" ".join(kinds.values())) is not None


def _labels_below(lines: Sequence[str], at: int) -> int:
    """How many of the next lines are labelled as a mail's head is."""
    below = (_LABEL.match(each[:_LONG].strip()) for each in lines[at + 1 : at + 9])
    return len({_KIND[label[1].lower()] for label in below if label is not None and label[1].lower() in _KIND})


def _take_off_signatures(lines: Sequence[str], marks: list[_Mark]) -> None:
    """Mark what a program put at the end of each stretch of new words, and what stands below "-- "."""
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and marks[end] is marks[start]:
            end += 1
        if marks[start] is _Mark.NEW:
            _sign(lines, marks, start, end)
        start = end


def _sign(lines: Sequence[str], marks: list[_Mark], start: int, end: int) -> None:
    for at in range(start, end):
        if lines[at] in ("-- ", "--") and _is_short(lines, at + 1, end):
            marks[at:end] = [_Mark.SIGNED] * (end - at)
            end = at
            break
    before_quotation = end < len(lines)
    while end > start:
        line = lines[end - 1][:_LONG].strip()
        rule = _RULE.fullmatch(line) is not None and before_quotation
        if line and not rule and not _is_device(line):
            break
        if line:
            marks[end - 1] = _Mark.SIGNED
        end -= 1


def _is_short(lines: Sequence[str], start: int, end: int) -> bool:
    """Whether few enough lines follow for a signature; more are somebody's words."""
    words = (each for each in lines[start:end] if each.strip())
    return next(islice(words, _SIGNATURE, None), None) is None


def _is_device(line: str) -> bool:
    if len(line) > _DEVICE_LONGEST or "," in line or _SENT_FROM.match(line.lstrip("*_ ")) is None:
        return False
    return _DEVICE.search(line) is not None


def _without_gaps(lines: Sequence[str]) -> str:
    """The lines with at most one empty one between two others."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n").rstrip()
