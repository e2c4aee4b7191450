"""The stand-in on two ports of its own, inside the running event loop: the API, and the second origin for files."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from channels.sandbox.clock import Clock
from channels.sandbox.port import Port
from channels.sandbox.rounds import on_its_rounds
from channels.sandbox.twilio import api, cdn
from channels.sandbox.twilio.app import App
from channels.sandbox.twilio.courier import Courier

if TYPE_CHECKING:
    from channels.sandbox.twilio.world import World


class Server:
    """A running stand-in: `url` is what `api_url` is set to, `media_url` the second origin."""

    def __init__(self, world: World, clock: Clock, host: str) -> None:
        """Prepare; `serve` opens the ports."""
        self.world = world
        self._api = Port(lambda cut: App(world, clock, api.handle, cut), host)
        self._cdn = Port(lambda cut: App(world, clock, cdn.handle, cut), host)

    @property
    def url(self) -> str:
        """Return the origin of the API: Messages, Content and the rest lie below it."""
        return self._api.url

    @property
    def media_url(self) -> str:
        """Return the origin where files lie."""
        return self._cdn.url

    async def listen(self, port: int = 0, media_port: int = 0) -> None:
        """Open both ports and tell the world its addresses."""
        await self._api.listen(port)
        try:
            await self._cdn.listen(media_port)
        except OSError:
            await self._api.close()
            raise
        self.world.api_url, self.world.media_url = self.url, self.media_url

    async def close(self) -> None:
        """Close both ports."""
        await self._api.close()
        await self._cdn.close()

    @contextlib.asynccontextmanager
    async def offline(self) -> AsyncIterator[None]:
        """Be away for a while: open connections break, new ones are refused. Webhooks still come."""
        await self.close()
        try:
            yield
        finally:
            await self.listen(self._api.port, self._cdn.port)


@contextlib.asynccontextmanager
async def serve(world: World, clock: Clock, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Server]:
    """Run the stand-in while the block lasts; point the program at `server.url`.

    Webhooks are delivered while it runs. `clock.now` should be the `now` the world was given.
    """
    server = Server(world, clock, host)
    await server.listen(port)
    try:
        async with on_its_rounds(lambda http: Courier(world, clock, http)):
            yield server
    finally:
        await server.close()
