"""A courier's rounds: what's due is done side by side, and looked for again when the world or the clock says so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, Protocol

import aiohttp

from channels.sandbox.clock import Clock
from channels.sandbox.race import first


class Courier(Protocol):
    """Brings to us what's due."""

    async def run(self) -> None:
        """Deliver until cancelled."""
        ...


async def rounds(
    wakers: set[Callable[[], None]],
    clock: Clock,
    due: Callable[[], Iterable[Coroutine[Any, Any, None]]],
    idle_s: Callable[[], float],
) -> None:
    """Start what's `due`, wait to be woken or for `idle_s` at most, and again, until cancelled; then all is."""
    under_way: set[asyncio.Task[None]] = set()
    changed = asyncio.Event()
    wakers.add(changed.set)
    try:
        while True:
            changed.clear()
            for work in due():
                task = asyncio.ensure_future(work)
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            await first(changed.wait(), clock.wait(idle_s()))
    finally:
        wakers.discard(changed.set)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


@contextlib.asynccontextmanager
async def on_its_rounds(courier: Callable[[aiohttp.ClientSession], Courier]) -> AsyncIterator[None]:
    """Let a courier run while the block lasts, over an HTTP session of its own that keeps no cookies."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        running = asyncio.ensure_future(courier(http).run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
