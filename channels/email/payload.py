"""What is stored of a mail: its bytes as the server gave them, under one line that says where and when they lay."""

from __future__ import annotations

from datetime import datetime

import msgspec

# The line stands first and is ours; whatever a mail says of the same name stands below it and means nothing. With it a
# payload is still a mail that any mail program opens.
_NAME = b"X-Aduan-Taken: "
_LONGEST_LINE_BYTES = 2_000


class Taken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a mail lay in the mailbox, and what of it was taken."""

    folder: str
    validity: int  # UIDVALIDITY: with another one every UID means another mail (RFC 3501, 2.3.1.1)
    uid: int
    at: datetime  # INTERNALDATE: when the server received it, aware; the mail's own Date is only a claim
    size_bytes: int  # of the whole mail
    whole: bool = True  # False: longer than is taken, and cut off there, wherever that is


def packed(taken: Taken, raw: bytes) -> bytes:
    """The payload of a mail."""
    return b"".join((_NAME, msgspec.json.encode(taken), b"\r\n", raw))


def unpacked(payload: bytes) -> tuple[Taken, bytes]:
    """The mail out of its payload. Raises `ValueError` if it isn't one."""
    end = payload.find(b"\r\n", 0, _LONGEST_LINE_BYTES)
    if end < 0 or not payload.startswith(_NAME):
        raise ValueError("a mail's payload begins with the line that says where it was taken")
    taken = msgspec.json.decode(payload[len(_NAME) : end], type=Taken)  # raises a ValueError
    if taken.at.tzinfo is None:
        raise ValueError("the time of receipt has no zone")
    return taken, payload[end + 2 :]
