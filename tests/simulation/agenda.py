"""Virtual time: one heap of (moment, sequence, event), a clock that reads it, and a loop that never waits."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import Clock

START = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)  # a Monday, 07.40 in Kanigaran and 08.40 in Pekutatan

Happening = Callable[[], Awaitable[None]]


@dataclass
class Agenda:
    """What will happen, earliest first; what is due at the same moment happens in the order it was planned."""

    now: datetime = START
    _heap: list[tuple[datetime, int, str, Happening]] = field(default_factory=list)
    _sequence: Any = field(default_factory=itertools.count)
    people: int = 0  # how many planned events are something that people or the provider will do

    def at(self, moment: datetime, name: str, happening: Happening) -> None:
        """Plan an event. `name` begins with "role:" for what the program does by itself."""
        heapq.heappush(self._heap, (max(moment, self.now), next(self._sequence), name, happening))
        self.people += not name.startswith("role:")

    def after(self, seconds: float, name: str, happening: Happening) -> None:
        """Plan an event so many seconds from now."""
        self.at(self.now + timedelta(seconds=seconds), name, happening)

    def take(self) -> tuple[datetime, str, Happening] | None:
        """The next event; time moves on to it. None: nothing is planned any more."""
        if not self._heap:
            return None
        moment, _, name, happening = heapq.heappop(self._heap)
        self.people -= not name.startswith("role:")
        self.now = max(self.now, moment)
        return moment, name, happening

    def moment(self) -> datetime:
        """What time it is."""
        return self.now

    def next_at(self) -> datetime | None:
        """When the next event is due."""
        return self._heap[0][0] if self._heap else None


class VirtualClock(Clock):
    """The agenda's time. Nobody waits on it, unless told how: whoever wants to act later is planned."""

    def __init__(self, agenda: Agenda, wait: Callable[[float], Awaitable[None]] | None = None) -> None:
        super().__init__()
        self._agenda = agenda
        self._wait = wait
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._agenda.now + self.ahead

    def monotonic(self) -> float:
        return (self._agenda.now - START).total_seconds()

    async def wait(self, seconds: float) -> None:
        if self._wait is None:
            raise AssertionError(f"somebody waits {seconds} s in the simulation")
        await self._wait(seconds)


class InlineLoop(asyncio.SelectorEventLoop):
    """An event loop whose threads are this one, so that the same seed always gives the same order."""

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - handed to who awaits it
            future.set_exception(error)
        return future

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **how: Any) -> Any:
        """To a server in this process, if there's one at that port."""
        from tests.simulation.wires import smtp

        if port in smtp.SERVERS:
            return await smtp.connected(protocol_factory, port)
        return await super().create_connection(protocol_factory, host, port, **how)


def run(main: Any) -> Any:
    """Run a coroutine on the inline loop."""
    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        return runner.run(main)
