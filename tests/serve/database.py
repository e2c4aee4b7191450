"""A PostgreSQL that is stopped and started again under the running program, and a wire to it that breaks in a commit."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.clock import Chance, Clock
from storage import schema
from storage.engine import Store
from storage.seal import Seal
from tests import postgres

_SOCKET = ".s.PGSQL.5432"
_PIECE_BYTES = 64 * 1024


@dataclass
class Wire:
    """Relays to a server's socket. `url` is the database by that way."""

    server: postgres.Server
    url: str = ""
    cut_commits: int = 0  # so many of the next commits arrive there, and their answers don't come back
    cut: int = 0  # how many were
    _links: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def direct(self) -> str:
        """The database without this wire, for whoever looks into it."""
        return self.server.url

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client."""
        try:
            from_server, to_server = await asyncio.open_unix_connection(self.server.folder / _SOCKET)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(self, reader, writer, from_server, to_server)
        ways = [asyncio.create_task(link.there()), asyncio.create_task(link.back())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for each in (writer, to_server):
            each.transport.abort()


@dataclass
class _Link:
    wire: Wire
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    from_server: asyncio.StreamReader
    to_server: asyncio.StreamWriter
    doomed: bool = False

    async def there(self) -> None:
        while piece := await self.reader.read(_PIECE_BYTES):
            if b"COMMIT" in piece and self.wire.cut_commits:
                self.wire.cut_commits -= 1
                self.wire.cut += 1
                self.doomed = True
            self.to_server.write(piece)
            await self.to_server.drain()

    async def back(self) -> None:
        while piece := await self.from_server.read(_PIECE_BYTES):
            if self.doomed:  # it's committed there, and nobody here will ever hear of it
                return
            self.writer.write(piece)
            await self.writer.drain()


@contextlib.contextmanager
def a_server(**settings: str) -> Iterator[postgres.Server]:
    """A PostgreSQL of one's own, with an empty database in the program's shape."""
    with postgres.serving(**settings) as server:
        store = Store(server.url, Seal([bytes(range(32))], Chance(Clock()).random_bytes))
        schema.migrate(store)
        store.close()
        yield server


@contextlib.asynccontextmanager
async def wired(server: postgres.Server) -> AsyncIterator[Wire]:
    """A wire to this server."""
    with tempfile.TemporaryDirectory(prefix="aduan-wire-") as folder:
        wire = Wire(server, server.url.replace(str(server.folder), folder))
        listening = await asyncio.start_unix_server(wire.connected, Path(folder) / _SOCKET)
        try:
            yield wire
        finally:
            listening.close()
