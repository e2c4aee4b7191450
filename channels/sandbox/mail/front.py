"""A relay before an IMAP server, where the network and the server misbehave on order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

_PIECE_BYTES = 64 * 1024


@dataclass(slots=True, eq=False)
class _Link:
    """One connection of a client."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    asked: bool = False  # to idle
    idling: bool = False  # the server said "go on"
    held: bytearray | None = None  # what the server said and the client shall get in one piece


@dataclass(slots=True)
class Front:
    """Relays to `port` of loopback. Faults last until they are taken back, except those that say "next"."""

    port: int
    deaf: bool = False  # a black hole: what is sent vanishes, the connections stay
    closed: bool = False  # new connections are ended at once
    coalesce: bool = False  # "+ idling" waits for the news and comes with it in one packet
    bye_to_next_idle: bool = False  # "* BYE" instead of "+"
    # Run once, before the next command of this name is handed on: "IDLE", "UID SEARCH", "UID FETCH", "UID MOVE" ...
    before: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)  # the names of all commands, as they came
    slow: Callable[[], Awaitable[None]] | None = None  # awaited before each piece the server says is handed on
    # What the server says -> whether it comes byte by byte; then this is awaited before each.
    trickles: Callable[[bytes], bool] = lambda _: False
    dripping: Callable[[], Awaitable[None]] | None = None
    _links: set[_Link] = field(default_factory=set)

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._links)

    @property
    def idling(self) -> int:
        """How many of them are in IDLE."""
        return sum(link.idling for link in self._links)

    def cut(self) -> None:
        """End every connection without a word, as a server that's killed does."""
        for link in list(self._links):
            link.client.transport.abort()
            link.server.transport.abort()

    def say_bye(self) -> None:
        """Let the server say goodbye to every client and hang up."""
        for link in list(self._links):
            link.client.write(b"* BYE [UNAVAILABLE] Server shutting down.\r\n")
            link.client.close()
            link.server.transport.abort()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Relay from a port of loopback; the value is the port."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            self.cut()
            while self._links:
                await asyncio.wait([asyncio.ensure_future(link.client.wait_closed()) for link in self._links])

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.transport.abort()
            return
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.port)
        link = _Link(writer, to_server)
        self._links.add(link)
        try:
            inward = asyncio.create_task(self._inward(link, reader))
            outward = asyncio.create_task(self._outward(link, from_server))
            await asyncio.wait({inward, outward}, return_when=asyncio.FIRST_COMPLETED)
            for task in (inward, outward):
                task.cancel()
            await asyncio.gather(inward, outward, return_exceptions=True)
        finally:
            self._links.discard(link)
            to_server.transport.abort()
            writer.close()

    async def _inward(self, link: _Link, reader: asyncio.StreamReader) -> None:
        """From the client, line by line: literals have lines too, and nothing here depends on where they end."""
        while line := await reader.readline():
            name = _name(line)
            if name:
                self.commands.append(name)
            if name in self.before:
                await self.before.pop(name)()
            if name == "IDLE":
                if self.bye_to_next_idle:
                    self.bye_to_next_idle = False
                    link.client.write(b"* BYE [UNAVAILABLE] Not now.\r\n")
                    return
                link.asked = True
                link.held = bytearray() if self.coalesce else None
            if line.strip().upper() == b"DONE":
                link.asked, link.idling, link.held = False, False, None
            if not self.deaf:
                link.server.write(line)
                await link.server.drain()

    async def _outward(self, link: _Link, reader: asyncio.StreamReader) -> None:
        while piece := await reader.read(_PIECE_BYTES):
            if self.slow is not None:
                await self.slow()
            if self.deaf:
                continue
            link.idling = link.idling or (link.asked and piece.startswith(b"+"))
            if link.held is not None:
                link.held += piece
                if b"EXISTS" not in link.held:
                    continue
                piece, link.held = bytes(link.held), None
            whole = self.dripping is None or not self.trickles(piece)
            for part in (piece,) if whole else (piece[at : at + 1] for at in range(len(piece))):
                if not whole and self.dripping is not None:
                    await self.dripping()
                link.client.write(part)
                await link.client.drain()


def _name(line: bytes) -> str:
    """The command of a line: "IDLE", "UID SEARCH"; "" for what continues one."""
    words = line.split()
    if len(words) < 2 or not words[0].isalnum() or not words[1].isalpha():
        return ""
    name = words[1].upper()
    if name == b"UID" and len(words) > 2:
        name += b" " + words[2].upper()
    return name.decode("ascii")
