"""Time for the stand-in: what it needs of a clock, and a clock moved by hand for tests."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

_Item = TypeVar("_Item")


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Return the time, aware."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when so many seconds have passed."""
        ...


class HandClock:
    """A clock that stands still until `advance` moves it; whoever waits is woken in order of time."""

    def __init__(self, start: datetime | None = None) -> None:
        """Begin at `start`, else at a fixed Monday morning."""
        self._now = start or datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
        self._waiters: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        """Return the time the clock shows."""
        return self._now

    @property
    def waiters(self) -> int:
        """Return how many wait for the clock to move."""
        return sum(not future.done() for _, _, future in self._waiters)

    async def wait(self, seconds: float) -> None:
        """Return when the clock has been moved that far."""
        if seconds <= 0:
            return
        self._count += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, (self._now + timedelta(seconds=seconds), self._count, future))
        await future

    def advance(self, seconds: float) -> None:
        """Move the clock forward, waking on the way whoever's time has come."""
        target = self._now + timedelta(seconds=seconds)
        while self._waiters and self._waiters[0][0] <= target:
            at, _, future = heapq.heappop(self._waiters)
            self._now = max(self._now, at)
            if not future.done():
                future.set_result(None)
        self._now = target


async def spaced(items: Iterator[_Item], clock: Clock, gap_s: float) -> AsyncIterator[_Item]:
    """Take one item after the other with a gap between them, such as the items of `people.album(...)`."""
    for item in items:
        yield item
        await clock.wait(gap_s)
