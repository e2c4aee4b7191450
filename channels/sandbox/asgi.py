"""Requests over ASGI, as the stand-ins that speak HTTP read them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
#: Closes the connection of a request: gracefully, or by a reset.
Cut = Callable[[Scope, bool], None]


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the headers of a request, names in lower case."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def whole_body(receive: Receive, limit_bytes: int) -> bytes | None:
    """Return the whole body; None when it's larger than that."""
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > limit_bytes:
            return None
        if not event.get("more_body"):
            return bytes(body)


async def gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
