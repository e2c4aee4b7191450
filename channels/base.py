"""What a channel is: limits, one attempt to send, and the optional powers to be called, to poll and to download."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from workflow.message import Enclosure, Fact, Inbound, Limits, Outbound, Sent

if TYPE_CHECKING:
    from channels.http import Http


@dataclass(frozen=True, slots=True)
class Envelope:
    """All that intake reads of a payload: the key that makes it unique on its channel, and the lane it goes into."""

    key: str
    lane: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A further file of a message that holds several."""

    content: bytes
    mime: str
    file_name: str


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
    along: tuple[Piece, ...] = ()  # of `Outbound.along` what could be had, for channels that are `Limits.joined`
    queued_at: datetime | None = None  # when it was decided: the same at every attempt
    number: int = 0  # our own number of it (of the outbox row), the same at every attempt
    route: str = ""  # the `Message.route` of what it goes on from, "" where it begins a thread
    recent: str = ""  # the provider's id of the last message from there, for receipts of reading


@dataclass(frozen=True, slots=True)
class Call:
    """A provider's request to one of our addresses. Header names are lower case."""

    path: str  # below the public URL, without the first slash: "telegram/kanigaran"
    headers: Mapping[str, str]
    body: bytes
    query: str = ""


class Forged(Exception):
    """The secret or signature is missing or wrong: answered with 403 and no detail."""


class NotMine(Exception):
    """The call is the provider's, and for another channel that shares the address."""


class Malformed(Exception):
    """The secret is right and the body is not the provider's: answered with 400 and logged."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a channel from a part of its work, and the way to mend it."""

    what: str
    mend: str
    fact: Fact | None = None  # of the call that failed; None where nothing failed but is set wrong
    blocks: bool = False  # nothing arrives until it's mended
    desk: bool = False  # of the staff group alone: citizens are served all the same


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says about a channel's account, for the operator."""

    problems: tuple[Problem, ...] = ()
    right: tuple[str, ...] = ()  # what was looked at and is well
    notes: tuple[str, ...] = ()  # what nobody can mend or see from here, and the operator should know

    @property
    def ready(self) -> bool:
        """Whether messages can arrive now. Otherwise set-up is worth repeating."""
        return not any(problem.blocks for problem in self.problems)


class FetchError(Exception):
    """A file can't be downloaded now (`again`) or ever; `reason` is one of `FileFailed.reason`."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


def _untold() -> datetime:
    raise RuntimeError("these channels were built without a clock")


@dataclass(frozen=True, slots=True)
class Ground:
    """What channels are built on."""

    http: Http
    public_url: str = ""  # where the outside reaches us; "" where no address is configured
    secret: bytes = b""  # of the office, for tokens that come back to us; derived from the master key
    now: Callable[[], datetime] = _untold  # the present moment, aware: for what comes without a date, and for expiries
    name: str = ""  # of the office, as citizens read it
    former_secrets: tuple[bytes, ...] = ()  # of former master keys: tokens made with them are still known as ours


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
class Called(Channel, Protocol):
    """A channel whose provider calls us. Several channels of an office may share an address."""

    paths: tuple[str, ...]  # below the public URL, without the first slash
    thanks: tuple[str, bytes]  # media type and body of the 200 that tells the provider we have it

    def accept(self, call: Call) -> bytes:
        """The payload to store. Raises `Forged` unless the call is the provider's, `NotMine`, or `Malformed`."""
        ...


@runtime_checkable
class Replayable(Protocol):
    """A channel in whose calls no time stands: whoever has one could bring it again after years, signed as it is."""

    lasting: tuple[str, ...]  # how the keys begin that must be known for ever


@runtime_checkable
class Polled(Protocol):
    """A channel that is asked for news, instead of being called or to find what a call lost."""

    polled: bool  # False where this one is called instead
    pause_s: float  # between two polls that brought nothing; 0 where the provider holds the request

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


@runtime_checkable
class Containing(Protocol):
    """A channel whose payloads hold their files: nothing has to be downloaded."""

    def attached(self, payload: bytes, ref: str) -> bytes:
        """The file's bytes out of the payload that named it. Raises `FetchError`. May take long: not on the loop."""
        ...


@runtime_checkable
class Recalling(Protocol):
    """A channel that can be asked whether a message of ours got there."""

    async def find(self, parcel: Parcel, key: str, since: datetime) -> Sent | None:
        """The message if the provider has it since then; None if surely not. Raises `SendError` if it can't say."""
        ...


@runtime_checkable
class Purging(Protocol):
    """A channel whose provider keeps files until they're deleted there."""

    purges: bool  # whether the operator wants that

    async def purge(self, ref: str) -> None:
        """Delete the file at the provider; one that's gone already is well. Raises `SendError`."""
        ...


@runtime_checkable
class Described(Protocol):
    """A channel with an account that can be looked at: at start, and by `aduan check`."""

    async def describe(self) -> Report:
        """What the provider says about the account; changes nothing there, and raises nothing."""
        ...

    async def set_up(self) -> Report:
        """Prepare the account to bring its news the way the channel was built for. Raises nothing."""
        ...


@runtime_checkable
class Probing(Protocol):
    """A channel that can try, as its provider would, whether calls reach us unchanged."""

    def probe(self) -> Call | None:
        """A call that is signed and says nothing, to be found `Malformed`. None: nobody calls us."""
        ...


@runtime_checkable
class Sharing(Protocol):
    """A channel whose provider fetches what we send along from an address of ours, below the public URL."""

    shares: str  # GET {public_url}/{shares}/{token} is answered with the file; without the first slash

    def shared(self, token: str) -> Enclosure:
        """The file this token was made for, to be shown as it would be sent. Raises `Forged`, also when it expired."""
        ...
