"""Where a complaint is referred to, in the staff's words, and the tracking id it has there."""

from __future__ import annotations

import re

_TRACKING = re.compile(
    r"(?:#|\b(?:nomor|no\.?|id|pelacakan|tracking)\b[\s:.#]*)+(?P<id>\d{4,12})\s*\.?\s*$", re.IGNORECASE
)
_ALONE = re.compile(r"#?(?P<id>\d{4,12})")


def destination(way: str, words: str) -> tuple[str, str]:
    """Whose matter it is, and its SP4N-LAPOR! tracking id, "" for none.

    The id stands in a line of its own below the name, or at the end after "#", "nomor" or "ID". What the citizen shall
    bring somewhere themselves has none: there the words hold a contact, which may be a number.
    """
    text = words.strip()
    if way != "refer_sent":
        return text, ""
    first, _, rest = text.partition("\n")
    if (alone := _ALONE.fullmatch(rest.strip())) or (alone := _TRACKING.fullmatch(rest.strip())):
        return first.strip(" ,;:."), alone["id"]
    if found := _TRACKING.search(text):
        return text[: found.start()].strip(" ,;:.(\n"), found["id"]
    return text, ""
