"""What a strict server refuses in a mail. Pure. RFC 5321 and 5322, and what large providers ask beyond them."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

_LONGEST_LINE = 998  # octets without the line's end (RFC 5322, 2.1.1)
_LONGEST_WORD = 75  # of an encoded word (RFC 2047, 2)
_ID = re.compile(rb"<[^<>@\s]+@[^<>@\s]+>")
_WORD = re.compile(rb"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=")
_NEEDED = (b"date", b"from", b"message-id", b"subject", b"to")
_ONCE = frozenset({*_NEEDED, b"reply-to", b"in-reply-to", b"references", b"mime-version", b"content-type"})
_IDS = frozenset({b"message-id", b"in-reply-to", b"references"})


def complaints(content: bytes, *, eight_bit: bool = False) -> list[str]:
    """Everything that's wrong with a mail as it came over the wire; nothing if it's fine."""
    found = []
    bare = content.replace(b"\r\n", b"")
    if b"\n" in bare or b"\r" in bare:
        found.append("a line ends with LF or CR alone")
    if b"\0" in content:
        found.append("there is a NUL")
    lines = content.split(b"\r\n")
    longest = max(map(len, lines))
    if longest > _LONGEST_LINE:
        found.append(f"a line has {longest} octets")
    head, _, body = content.partition(b"\r\n\r\n")
    if not head.isascii():
        found.append("there are 8-bit characters in the head")
    if not eight_bit and not body.isascii():
        found.append("there are 8-bit characters in the body, and BODY=8BITMIME wasn't said")
    return found + _head(head)


def _head(head: bytes) -> list[str]:
    fields: list[tuple[bytes, bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in {b" ", b"\t"} and fields:
            name, value = fields[-1]
            fields[-1] = name, value + b"\n" + line
            continue
        raw_name, colon, value = line.partition(b":")
        if not colon or not re.fullmatch(rb"[!-9;-~]+", raw_name):
            return [f"this is no field of a head: {line[:40]!r}"]
        fields.append((raw_name.lower(), value))
    names = [name for name, _ in fields]
    found = [f"there is no {name.decode()}" for name in _NEEDED if name not in names]
    found += [f"{name.decode()} stands twice" for name in sorted(_ONCE) if names.count(name) > 1]
    if b"bcc" in names:
        found.append("there is a bcc")
    for name, value in fields:
        if name in _IDS and (b"=?" in value or not all(_ID.fullmatch(each) for each in value.split())):
            found.append(f"{name.decode()} holds what is no message id")
        if any(len(word) > _LONGEST_WORD for word in _WORD.findall(value)):
            found.append(f"{name.decode()} has an encoded word that is too long")
    return found + _date(dict(fields).get(b"date"))


def _date(value: bytes | None) -> list[str]:
    if value is None:
        return []
    try:
        if parsedate_to_datetime(value.decode("ascii", "replace").strip()).tzinfo is None:
            return ["the date has no zone"]
    except ValueError:
        return ["the date can't be read"]
    return []
