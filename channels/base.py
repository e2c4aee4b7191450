"""What a channel is: limits, one attempt to send, and the optional powers to be called, to poll and to download."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from workflow.message import Inbound, Limits, Outbound, Sent


@dataclass(frozen=True, slots=True)
class Envelope:
    """All that intake reads of a payload: the key that makes it unique on its channel, and the lane it goes into."""

    key: str
    lane: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """An `Outbound` with its names resolved to the provider's ids, and the bytes of its enclosure."""

    message: Outbound
    target: str = ""  # the provider's id of the message to edit or delete
    reply_to: str = ""
    thread: str = ""
    content: bytes = b""
    mime: str = ""
    file_name: str = ""


class Forged(Exception):
    """The secret or signature is missing or wrong: answered with 403 and no detail."""


class Malformed(Exception):
    """The secret is right and the body is not the provider's: answered with 400 and logged."""


class FetchError(Exception):
    """A file can't be downloaded now (`again`) or ever; `reason` is one of `FileFailed.reason`."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class Channel(Protocol):
    """An adapter for one office. `send` makes one attempt and raises `SendError`; it never waits for a limit."""

    name: str
    office: str
    limits: Limits

    def envelope(self, payload: bytes) -> Envelope:
        """Key and lane of a payload, read at once and cheaply. Raises `Malformed` where not even a key is in it."""
        ...

    def read(self, payload: bytes) -> Inbound:
        """The payload as a value. Pure. Raises `BadPayload` when it can't be read (it's then quarantined)."""
        ...

    async def send(self, parcel: Parcel, key: str) -> Sent:
        """One attempt. `key` is the same for every attempt of a message, for providers that deduplicate."""
        ...


@runtime_checkable
class Called(Protocol):
    """A channel whose provider calls us."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Forged` unless the request is the provider's. Header names are lower case."""
        ...


@runtime_checkable
class Polled(Protocol):
    """A channel that is asked for news."""

    async def poll(self, after: str) -> tuple[Sequence[bytes], str]:
        """Wait for payloads after the cursor `after` ("" at first); the second value is the cursor that confirms them.

        The caller stores the payloads and the cursor before it polls again.
        """
        ...


@runtime_checkable
class Downloading(Protocol):
    """A channel that names files which must be fetched."""

    def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """The file's bytes in pieces. Raises `FetchError` above the limit, or when it's gone."""
        ...
