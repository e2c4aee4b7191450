"""One origin of a stand-in: an application on a port of its own, inside the running event loop."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from channels.sandbox.asgi import App, Cut, Scope

_BACKLOG = 512


class Port:
    """An application on a port, that can cut single connections."""

    def __init__(self, app: Callable[[Cut], App], host: str) -> None:
        """Prepare the application, given what cuts its connections; `listen` opens the port."""
        self.host = host
        self.port = 0
        self._state = ServerState()
        self._listener: asyncio.Server | None = None
        # No logging set-up: the program that uses the stand-in keeps its own.
        self._config = uvicorn.Config(
            app(self._cut),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            interface="asgi3",
            proxy_headers=False,
        )
        self._config.load()

    @property
    def url(self) -> str:
        """Return the origin."""
        return f"http://{self.host}:{self.port}"

    async def listen(self, port: int) -> None:
        """Open the port, 0 for a free one."""
        # IPPROTO_TCP spelt out: else asyncio leaves TCP_NODELAY off and every exchange takes 40 ms (measured).
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((self.host, port))
        except OSError:
            sock.close()
            raise
        self.port = sock.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._protocol, sock=sock, backlog=_BACKLOG)

    async def close(self) -> None:
        """Close the port, cut every connection and wait for what was under way."""
        if self._listener:
            self._listener.close()
            self._listener = None
        for connection in tuple(self._state.connections):
            _transport(connection).abort()
        if self._state.tasks:
            await asyncio.wait(tuple(self._state.tasks))

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self._config.http_protocol_class(  # type: ignore[call-arg]
            config=self._config, server_state=self._state, app_state={}
        )
        return made

    def _cut(self, scope: Scope, reset: bool) -> None:  # noqa: FBT001 - the callback of one caller
        for connection in tuple(self._state.connections):
            transport = _transport(connection)
            if transport.get_extra_info("peername")[:2] == tuple(scope["client"]):
                if reset:
                    linger = struct.pack("ii", 1, 0)  # on, 0 s: closing sends RST
                    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                transport.abort()


def _transport(connection: Any) -> asyncio.Transport:  # noqa: ANN401 - one of uvicorn's protocol classes
    transport: asyncio.Transport = connection.transport
    return transport
