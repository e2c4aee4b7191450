"""Takes a mail apart into its parts with the standard library's tolerant parser, after asking whether that is safe.

The parser recurses, holds every line and asks each open boundary about each line (docs/email.md P1). So what would take
it long is refused by counting before it runs, and mails inside a mail are not taken apart: they stay documents.
"""

from __future__ import annotations

import binascii
import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from channels.email.cleaning import clean
from channels.email.headers import FIELDS, HEAD_BYTES, Head, parameters, split_head, unbase64
from workflow.message import BadPayload

DEPTH = 20
PARTS = 200

_LINES = 700_000  # 25 MB of base64 are 340,000
_DELIMITERS = 5_000  # lines that begin with "--"
_QUESTIONS = 5_000_000  # lines times boundaries
_LONGEST_TYPE_BYTES = 8_000
_TYPE_FIELD = re.compile(rb"content-type:[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


class _Shallow(Message):
    """What the parser makes parts of: one in which another mail is no container."""

    @property
    def held(self) -> object:
        """Its parts or its undecoded text: `get_payload` would replace bytes that fit no character set."""
        return vars(self).get("_payload")

    def get_content_type(self) -> str:
        kind = super().get_content_type()
        return "application/octet-stream" if kind.startswith("message/") else kind


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail. `number` counts the parts from the top in the order they stand there."""

    number: int
    type: str  # lower case, "text/plain" where it says nothing that can be read
    head: Head = field(repr=False)
    children: tuple[Part, ...] = ()
    payload: str = field(default="", repr=False)  # undecoded, bytes above 127 as surrogates
    after: str = field(default="", repr=False)  # what stands behind the last boundary

    @property
    def parameters(self) -> dict[str, str]:
        """Of Content-Type."""
        return parameters(self.head.first("content-type"))

    @property
    def is_attachment(self) -> bool:
        """Whether its sender set it apart from the text."""
        return self.head.first("content-disposition").strip().lower().startswith("attachment")

    @property
    def name(self) -> str:
        """The file name its sender gave it, as written; "" without one."""
        disposed = parameters(self.head.first("content-disposition"))
        return disposed.get("filename") or self.parameters.get("name") or ""

    @property
    def content_id(self) -> str:
        """The word by which HTML may show it."""
        return self.head.first("content-id").strip().strip("<>").strip()

    def data(self) -> bytes:
        """The bytes it carries, its transfer encoding taken off; what is broken in it is passed over."""
        raw = self.payload.encode("utf-8", "surrogateescape")
        encoding = self.head.first("content-transfer-encoding").strip().strip("\"'").lower()
        match encoding.split(";")[0].strip():
            case "base64":
                return unbase64(raw)
            case "quoted-printable":
                return unquoted(raw)
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return _unuuencoded(raw)
            case _:
                return raw

    def walk(self) -> Iterator[Part]:
        """The part itself and everything below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def taken_apart(mail: bytes) -> Part:
    """The mail as a tree of parts. Raises `BadPayload` for one that's built to take long, or that breaks the parser."""
    _refuse_poison(mail)
    try:
        message = email.message_from_bytes(mail, _class=_Shallow)
        return _tree(message, iter(range(PARTS)), DEPTH)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise BadPayload(f"not readable as a mail: {type(error).__name__}") from None


def _refuse_poison(mail: bytes) -> None:
    lines = mail.count(b"\n") + mail.count(b"\r") - mail.count(b"\r\n") + 1
    if lines > _LINES:
        raise BadPayload(f"a mail of {lines} lines")
    if mail.count(b"\n--") + mail.count(b"\r--") > _DELIMITERS:
        raise BadPayload("a mail of too many parts")
    fields, end = split_head(mail)
    if end >= HEAD_BYTES or len(fields) >= FIELDS:
        raise BadPayload("a mail whose head has no end")
    lower = mail.lower()
    boundaries = lower.count(b"multipart/")
    if boundaries > 10 * DEPTH or boundaries * lines > _QUESTIONS:
        raise BadPayload(f"a mail of {boundaries} containers")
    at = lower.find(b"content-type:")
    while at >= 0:
        long = _TYPE_FIELD.match(lower, at, at + 2 * _LONGEST_TYPE_BYTES)
        if long is not None and len(long[0]) > _LONGEST_TYPE_BYTES:
            raise BadPayload("a mail with an endless Content-Type")
        at = lower.find(b"content-type:", at + 13)


def _tree(message: _Shallow, counter: Iterator[int], depth: int) -> Part:
    if depth == 0:
        raise BadPayload(f"a mail of more than {DEPTH} levels")
    head = Head((name, str(value)) for name, value in message.raw_items())
    number, kind = next(counter, None), _type(head, message.get_default_type())
    if number is None:
        raise BadPayload(f"a mail of more than {PARTS} parts")
    held = message.held
    if isinstance(held, list):
        children = tuple(_tree(each, counter, depth - 1) for each in held if isinstance(each, _Shallow))
        return Part(number, kind, head, children, after=message.epilogue or "")
    text = held if isinstance(held, str) else ""
    if kind.startswith("multipart/"):  # without a boundary that occurs
        kind = "text/plain"
    return Part(number, kind, head, payload=text)


def _type(head: Head, default: str) -> str:
    said = clean(head.first("content-type").partition(";")[0]).strip().strip("\"'").lower()
    if _TYPE.fullmatch(said):
        return said
    if said.startswith("text"):
        return "text/html" if "html" in said else "text/plain"
    return "text/plain" if said else default


def unquoted(data: bytes) -> bytes:
    """What quoted-printable says; an equals sign that means nothing stays."""
    stripped = b"\n".join(line.rstrip(b" \t\r") for line in data.split(b"\n"))  # blanks at an end were added on the way
    joined = stripped.replace(b"=\n", b"").removesuffix(b"=")
    return _HEX.sub(lambda found: bytes.fromhex(found[1].decode("ascii")), joined)


def _unuuencoded(data: bytes) -> bytes:
    found = []
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders add a checksum or lose blanks
            try:
                found.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(found)
