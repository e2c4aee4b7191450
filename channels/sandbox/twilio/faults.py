"""What goes wrong on order: faults between us and Twilio's API, and mishaps of its webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

FaultKind = Literal[
    "refuse", "reset", "hang", "500", "502", "503", "429", "html", "garbled", "error",
    "callback_first", "404", "wrong_type", "oversize", "slow", "half",
]  # fmt: skip
MishapKind = Literal["lose", "duplicate", "late", "swap", "forge", "hold"]


@dataclass(slots=True, frozen=True)
class Fault:
    """A call that shall go wrong `count` times.

    method: as in the call log ("messages.create", "media.fetch" for the credentialed hop, "media.file" for the second
            origin, "content.create", ...), or None for the next call whatever it is
    to:     strike only messages to this address
    when:   "before" the call takes effect (nothing happened) or "after" it (it did, and the caller doesn't know)
    kind:   refuse    the connection is closed without a byte;  reset  it's reset
            hang      no answer until the caller gives up
            500, 503  Twilio's JSON error;  502  a proxy's HTML page
            429       code 20429 with Retry-After: `retry_after_s`
            html      the success status with an HTML page;  garbled  with half a JSON text
            error     `code` with `status`
            callback_first  all is well, but the status callbacks are answered before this call is
      and of files:
            404       not there (yet);  wrong_type  an HTML page under the file's media type
            oversize  `size_bytes` come, whatever was announced;  half  the connection breaks in the middle
            slow      16 pieces with `gap_s` between them
    """

    kind: FaultKind
    method: str | None = None
    to: str | None = None
    when: Literal["before", "after"] = "before"
    count: int = 1
    retry_after_s: int = 1
    code: int = 20001
    status: int = 0
    size_bytes: int = 64 * 1024 * 1024
    gap_s: float = 1.0

    def fits(self, method: str, to: str) -> bool:
        """Return whether this call is meant."""
        return self.method in {None, method} and self.to in {None, to}


@dataclass(slots=True, frozen=True)
class Mishap:
    """A webhook that shall go wrong `count` times.

    of:     "message" or "status", or None for both;  status: only callbacks of that status;  sid: only of that message
    kind:   lose       it never comes (a message stays in the REST list)
            duplicate  it comes twice, the second time after the first was answered
            late       it comes `delay_s` later
            swap       it comes after the next webhook was answered
            hold       it comes when `world.release()` is called
            forge      it's signed with a key that isn't the account's
    """

    kind: MishapKind
    of: Literal["message", "status"] | None = None
    status: str | None = None
    sid: str | None = None
    count: int = 1
    delay_s: float = 30.0

    def fits(self, of: str, status: str, sid: str) -> bool:
        """Return whether this webhook is meant."""
        return self.of in {None, of} and self.status in {None, status} and self.sid in {None, sid}


class _Counted(Protocol):
    @property
    def count(self) -> int: ...


_Kind = TypeVar("_Kind", bound=_Counted)


class Orders(Generic[_Kind]):
    """Orders still to come, first ordered first struck."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: list[tuple[_Kind, int]] = []

    def add(self, *orders: _Kind) -> None:
        """Order trouble."""
        self._open.extend((order, order.count) for order in orders)

    def clear(self) -> None:
        """Let everything go well again."""
        self._open.clear()

    def __len__(self) -> int:
        """Return how many orders are open."""
        return len(self._open)

    def _take(self, place: int) -> _Kind:
        order, left = self._open[place]
        if left > 1:
            self._open[place] = (order, left - 1)
        else:
            del self._open[place]
        return order


class Faults(Orders[Fault]):
    """The faults of calls."""

    def strike(self, method: str, to: str = "") -> Fault | None:
        """Return the fault that hits this call, if any, and count it."""
        found = next((place for place, (fault, _) in enumerate(self._open) if fault.fits(method, to)), None)
        return None if found is None else self._take(found)


class Mishaps(Orders[Mishap]):
    """The mishaps of webhooks."""

    def strike(self, of: str, status: str, sid: str) -> Mishap | None:
        """Return the mishap that hits this webhook, if any, and count it."""
        fitting = (place for place, (mishap, _) in enumerate(self._open) if mishap.fits(of, status, sid))
        found = next(fitting, None)
        return None if found is None else self._take(found)
