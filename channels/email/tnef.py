"""Takes the files out of a winmail.dat, in which Outlook sends them to people it believes to use Outlook.

The format is Microsoft's TNEF ([MS-OXTNEF]): a signature and a key, then attributes of level, id, length, data and sum.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_SIGNATURE = 0x223E9F78
_ATTACHMENT_LEVEL = 2
_NEW_ATTACHMENT = 0x00069002  # attAttachRenddata
_TITLE = 0x00018010
_DATA = 0x0006800F
_MOST = 50


class Enclosed(NamedTuple):
    """A file in it."""

    name: str
    data: bytes


def enclosed(winmail: bytes) -> tuple[Enclosed, ...]:
    """The files, as far as they can be read; none where it isn't TNEF. Never raises."""
    if len(winmail) < 6 or struct.unpack_from("<I", winmail)[0] != _SIGNATURE:
        return ()
    found: list[Enclosed] = []
    name, data = "", b""
    at = 6
    while at + 9 <= len(winmail) and len(found) < _MOST:
        level, attribute, length = struct.unpack_from("<BII", winmail, at)
        content = winmail[at + 9 : at + 9 + length]
        at += 9 + length + 2
        if len(content) < length:
            break  # cut off
        if level != _ATTACHMENT_LEVEL:
            continue
        if attribute == _NEW_ATTACHMENT:
            found += [Enclosed(name, data)] if data else []
            name, data = "", b""
        elif attribute == _TITLE:
            name = content.split(b"\0")[0].decode("cp1252", "replace")
        elif attribute == _DATA:
            data = content
    return tuple([*found, Enclosed(name, data)] if data else found)
