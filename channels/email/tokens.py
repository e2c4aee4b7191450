"""Signs what comes back to us: our Message-IDs and reply addresses carry a message's number and a tag only we can make.

`<aduan.kanigaran.17.TAG@example.go.id>` is the Message-ID of our 17th message, `kec+17.TAG@example.go.id` the address
it may be answered to. A tag has two halves of 65 bits. The first says that the message is ours. The second says to whom
it was written: who got a mail of ours can't use its tag in somebody else's name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_HALF = 13  # characters of base32: 65 bits
_LONGEST_LOCAL = 64  # octets before the @ (RFC 5321, 4.5.3.1.1)
_TAIL = rf"(?P<number>[0-9]{{1,18}})\.(?P<tag>[a-z2-7]{{{2 * _HALF}}})"

# Every mail of ours carries it with the office's address, so that what comes back to us isn't taken for a citizen's.
LOOP_HEADER = "X-Loop"


@dataclass(frozen=True, slots=True)
class Ours:
    """A message of ours that somebody names."""

    number: int  # `Parcel.number`
    message_id: str
    tag: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and recognises the tags of one office's mailbox. Pure: the same number gives the same words."""

    office: str
    address: str  # the mailbox's own
    secret: bytes = field(repr=False)
    former: tuple[bytes, ...] = field(default=(), repr=False)  # secrets that made tags before; still known as ours

    def message_id(self, number: int, to: str) -> str:
        """The Message-ID, brackets included, of our message with this number to that address."""
        return self._spelled(number, self._tag(number, to))

    def reply_address(self, number: int, to: str) -> str:
        """Where its answer may go, if the server takes `local+anything@`; the plain address where it gets too long."""
        local, _, domain = self.address.rpartition("@")
        signed = f"{local}+{number}.{self._tag(number, to)}"
        return f"{signed}@{domain}" if len(signed.encode()) <= _LONGEST_LOCAL else self.address

    def in_ids(self, text: str) -> Iterator[Ours]:
        """Our own Message-IDs wherever they stand in a text: a header in order, or what a bounce sends back."""
        pattern = rf"(?<![\w.-])aduan\.{re.escape(self.office)}\.{_TAIL}@"
        return self._proven(re.finditer(pattern, text, re.IGNORECASE))

    def in_addresses(self, addresses: Iterable[str]) -> Iterator[Ours]:
        """Our own reply addresses among these."""
        local, _, domain = self.address.rpartition("@")
        pattern = re.compile(rf"{re.escape(local)}\+{_TAIL}@{re.escape(domain)}", re.IGNORECASE)
        return self._proven(found for each in addresses if (found := pattern.fullmatch(each)) is not None)

    def was_sent_to(self, ours: Ours, address: str) -> bool:
        """Whether it was written to this address; nobody else could have read it there."""
        return any(hmac.compare_digest(ours.tag, self._tag(ours.number, address, each)) for each in self._secrets)

    def _proven(self, matches: Iterable[re.Match[str]]) -> Iterator[Ours]:
        for match in matches:
            number, tag = int(match["number"]), match["tag"].lower()
            if any(hmac.compare_digest(tag[:_HALF], self._half(str(number), each)) for each in self._secrets):
                yield Ours(number, self._spelled(number, tag), tag)

    def _spelled(self, number: int, tag: str) -> str:
        return f"<aduan.{self.office}.{number}.{tag}@{self.address.rpartition('@')[2]}>"

    @property
    def _secrets(self) -> tuple[bytes, ...]:
        return self.secret, *self.former

    def _tag(self, number: int, to: str, secret: bytes = b"") -> str:
        return self._half(str(number), secret) + self._half(f"{number} {to.casefold()}", secret)

    def _half(self, what: str, secret: bytes = b"") -> str:
        made = hmac.new(secret or self.secret, f"mail {self.office} {what}".encode(), hashlib.sha256).digest()
        return base64.b32encode(made).decode("ascii").lower()[:_HALF]
