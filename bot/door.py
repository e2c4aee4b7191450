"""The HTTP protocol below the site: whoever is slow, silent or endless keeps no room from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

HEAD_S = 10.0  # a request's head, from the connection or its first byte on
BODY_S = 30.0  # its body; the site answers 408 before that
OUT_S = 60.0  # the rest of an answer, once all of it is written
MOST_HEAD_BYTES = 64 * 1024  # uvicorn's parser has no limit of its own
MOST_CONNECTIONS = 512  # beyond these the one that has waited longest without asking anything makes room

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)  # fmt: skip
_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)  # fmt: skip


class Door(HttpToolsProtocol):
    """One connection. uvicorn bounds what's kept alive between requests; this bounds the requests themselves."""

    head_s, body_s, out_s = HEAD_S, BODY_S, OUT_S
    most_head_bytes, most_connections = MOST_HEAD_BYTES, MOST_CONNECTIONS

    _due: asyncio.TimerHandle | None = None
    _in_head = True
    _whole = True  # nothing of a request is outstanding
    _head_bytes = 0
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Somebody is there: they have a moment to say what they want."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._bound(self.head_s)
        if len(self.connections) > self.most_connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """They're gone."""
        self._unbound()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of a request."""
        self._head_bytes += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._head_bytes > self.most_head_bytes and not self.transport.is_closing():
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._whole, self._since = True, False, self.loop.time()
        self._bound(self.head_s)

    def on_headers_complete(self) -> None:
        """What they want is known."""
        self._in_head, self._head_bytes = False, 0
        self._bound(self.body_s)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of the request is there."""
        self._whole = True
        self._unbound()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """All of the answer is written, though perhaps not taken yet."""
        self._since = self.loop.time()
        if self._whole and self.transport.get_write_buffer_size():
            self._bound(self.out_s)
        super().on_response_complete()

    def _bound(self, seconds: float) -> None:
        self._unbound()
        self._due = self.loop.call_later(seconds, self._end)

    def _unbound(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _end(self) -> None:
        self._due = None
        if not self.transport.is_closing() or self.transport.get_write_buffer_size():
            self.transport.abort()

    def _make_room(self) -> None:
        """End the connection that has said nothing whole for the longest time, be it this one."""
        silent = [each for each in self.connections if isinstance(each, Door) and each.is_silent]
        oldest = min(silent, key=lambda each: each._since)  # noqa: SLF001 - one of us; this one is among them
        if oldest is self:
            self.transport.write(_BUSY)
            self.transport.close()
        else:
            oldest.transport.abort()

    @property
    def is_silent(self) -> bool:
        """Whether no whole request of theirs is being answered."""
        return self.cycle is None or self._in_head or (self.cycle.response_complete and self._whole)
