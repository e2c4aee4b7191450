"""Addresses below our public one, where Twilio fetches a file that goes along: signed, and good for a few hours."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from channels.base import Forged
from workflow.message import Enclosure, SendError

GOOD_FOR_S = 4 * 3600  # a WhatsApp sender's queue is worked off within four hours (docs/twilio.md S6)
_TAG_BYTES = 16
_LONGEST_TOKEN = 600


class Ticket(msgspec.Struct, frozen=True, array_like=True):
    """What a token says, in the open: until when, and which file."""

    until_s: int
    file: str
    shown_as: str
    name: str


_ticket = msgspec.json.Decoder(Ticket)
_SHOWN = ("photo", "document", "voice")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Gives out tokens for one office's files and takes them back. `path` stands below the public URL."""

    public_url: str
    path: str
    secret: bytes
    now: Callable[[], datetime]
    former: tuple[bytes, ...] = ()  # secrets that made tokens before; theirs are good for their few hours

    def url(self, enclosure: Enclosure) -> str:
        """The address of a file. Raises `SendError` for what must not lie at one.

        A file with a stamp is a document that identifies somebody: it's shown to staff alone, in the chat.
        """
        if enclosure.stamp:
            raise SendError("refused", "identity documents are never sent by a link")
        if not self.public_url or not self.secret:
            raise SendError("refused", "without [service] public_url no file can go along")
        until_s = int(self.now().timestamp()) + GOOD_FOR_S
        body = msgspec.json.encode(Ticket(until_s, enclosure.file, enclosure.shown_as, enclosure.name[:100]))
        return f"{self.public_url}/{self.path}/{_text(body)}.{_text(self._tag(body, self.secret))}"

    def opened(self, token: str) -> Enclosure:
        """The file that a token of ours names. Raises `Forged`, also after its time."""
        body, tag = (_bytes(part) for part in token[:_LONGEST_TOKEN].partition(".")[::2])
        secrets = (self.secret, *self.former) if self.secret else ()
        if not any(hmac.compare_digest(tag, self._tag(body, each)) for each in secrets):
            raise Forged
        ticket = _ticket.decode(body)
        if self.now().timestamp() > ticket.until_s or ticket.shown_as not in _SHOWN:
            raise Forged
        return Enclosure(file=ticket.file, shown_as=ticket.shown_as, name=ticket.name)  # type: ignore[arg-type] # looked at above

    def _tag(self, body: bytes, secret: bytes) -> bytes:
        said = b"share\0" + self.path.encode() + b"\0" + body
        return hmac.new(secret, said, hashlib.sha256).digest()[:_TAG_BYTES]


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError):
        raise Forged from None
