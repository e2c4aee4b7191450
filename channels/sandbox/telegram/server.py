"""The stand-in on a port of its own, inside the running event loop."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from channels.sandbox.clock import Clock
from channels.sandbox.port import Port
from channels.sandbox.rounds import on_its_rounds
from channels.sandbox.telegram.app import BotApi
from channels.sandbox.telegram.courier import Courier
from channels.sandbox.telegram.world import World


class Server:
    """A running stand-in: `url` is what a bot's `api_url` is set to."""

    def __init__(self, world: World, clock: Clock, host: str) -> None:
        """Prepare; `serve` opens the port."""
        self.world = world
        self._port = Port(lambda cut: BotApi(world, clock, cut), host)

    @property
    def url(self) -> str:
        """Return the root: `/bot<token>/` and `/file/bot<token>/` lie below it."""
        return self._port.url

    async def listen(self, port: int) -> None:
        """Open the port, 0 for a free one."""
        await self._port.listen(port)

    async def close(self) -> None:
        """Close the port, cut every connection and wait for what was under way."""
        await self._port.close()

    @contextlib.asynccontextmanager
    async def offline(self) -> AsyncIterator[None]:
        """Be away for a while: open connections break, new ones are refused."""
        await self.close()
        try:
            yield
        finally:
            await self.listen(self._port.port)


@contextlib.asynccontextmanager
async def serve(world: World, clock: Clock, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Server]:
    """Run the stand-in while the block lasts; point the program at `server.url`.

    Updates go to webhooks while it runs. `clock.now` should be the `now` the world was given.
    """
    server = Server(world, clock, host)
    await server.listen(port)
    try:
        async with on_its_rounds(lambda http: Courier(world, clock, http)):
            yield server
    finally:
        await server.close()
