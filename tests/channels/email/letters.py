"""Mails as people's programs write them, made here: heads, bodies, parts, and the payload a mailbox stores."""

from __future__ import annotations

import base64
import struct
import zlib
from datetime import UTC, datetime

from channels.email.payload import Taken, packed
from channels.email.read import attached, read
from channels.email.tokens import Tokens

OFFICE = "kanigaran"
ADDRESS = "kec_kanigaran@contoh.go.id"
SERVER = "mx.contoh.go.id"  # how our own server signs its word
TOKENS = Tokens(OFFICE, ADDRESS, b"rahasia kantor")
SARI = "sari@warga.example"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def letter(body="", subject="", *, sender=f"Sari Dewi <{SARI}>", kind="text/plain; charset=utf-8", **fields):
    """The bytes of a mail. Further fields by name: `in_reply_to="<..>"`; None takes one away."""
    head = {
        "From": sender,
        "To": ADDRESS,
        "Subject": subject or None,
        "Date": "Mon, 23 Nov 2026 09:00:00 +0700",
        "Message-ID": "<a1@warga.example>",
        "MIME-Version": "1.0",
        "Content-Type": kind,
    } | {name.replace("_", "-").title().replace("Id", "ID"): value for name, value in fields.items()}
    raw = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    lines = [f"{name}: {value}".encode() for name, value in head.items() if value is not None]
    return b"\r\n".join([*lines, b"", raw])


def part(content, kind="text/plain; charset=utf-8", **fields):
    """One part of a multipart; bytes are sent in base64."""
    head = {"Content-Type": kind} | {name.replace("_", "-").title(): value for name, value in fields.items()}
    if isinstance(content, bytes):
        head["Content-Transfer-Encoding"] = "base64"
        content = base64.encodebytes(content).decode()
    lines = [f"{name}: {value}" for name, value in head.items() if value is not None]
    return "\n".join([*lines, "", content])


def several(kind, *parts, boundary=""):
    """A multipart of these as (Content-Type, body)."""
    boundary = boundary or f"=_{zlib.crc32(repr(parts).encode()):08x}"
    body = "".join(f"--{boundary}\n{each}\n" for each in parts) + f"--{boundary}--\n"
    return f'multipart/{kind}; boundary="{boundary}"', body


def inside(kind, *parts):
    """A multipart as a part of another."""
    declared, body = several(kind, *parts)
    return part(body, declared)


def stored(raw, *, whole=True, folder="INBOX", uid=7):
    return packed(Taken(folder=folder, validity=1, uid=uid, at=AT, size_bytes=len(raw), whole=whole), raw)


def understood(raw, **taken):
    """What we make of a mail."""
    return read(stored(raw, **taken), OFFICE, TOKENS, SERVER)


def heard(body="", subject="", **fields):
    """What we make of a mail with this text."""
    return understood(letter(body, subject, **fields))


def file_of(raw, message, nth=0):
    return attached(stored(raw), message.attachments[nth].ref)


def jpeg(width=1200, height=800, size_bytes=40_000):
    """A file that begins like a photo of that size."""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"JF" + frame + bytes(size_bytes) + b"\xff\xd9"


def png(width, height, size_bytes=500):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(size_bytes)


def heic(size_bytes=30_000):
    return struct.pack(">I", 24) + b"ftypheic" + bytes(size_bytes)


def winmail(*files):
    """A winmail.dat with these (name, content)."""

    def attribute(level, name, data):
        return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) % 65536)

    out = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, b"\0\0\1\0")
    for name, content in files:
        out += attribute(2, 0x00069002, bytes(14))
        out += attribute(2, 0x00018010, name.encode("cp1252") + b"\0") + attribute(2, 0x0006800F, content)
    return out
