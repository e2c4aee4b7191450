"""Ticks: rings for timers that are due and for what sleeps too long. It holds no deadline itself: those are rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.deliver import Deliver
from bot.reckoning import Reckoning
from bot.retaining import Retaining
from bot.road import Road
from bot.tidying import Tidying
from storage.columns import micros
from storage.engine import Unavailable
from storage.rows import Arrival, encode
from storage.unit import Conflict, Unit
from workflow.happening import Due

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

_log = structlog.get_logger("ticks")

_AT_ONCE = 256
_EVERY_S = 1
_SWEEP_EVERY_S = 30
_TAKE_OVER_EVERY_S = (
    5  # where several processes share the database: what one left behind waits for its lease, no longer
)
_TIDY_EVERY_S = 3600
_ASLEEP = timedelta(seconds=20)


@dataclass(slots=True)
class Ticks:
    """Rings bells. Each tick may be late, doubled or in several processes at once: it changes nothing."""

    road: Road
    deliver: Deliver
    _scheduler: AsyncIOScheduler | None = field(default=None)

    async def step(self) -> bool:
        """Put a `Due` into the lane of each timer that's due. True: there may be more. False: none is due."""
        now = self.road.clock.now()

        def ring(unit: Unit) -> int:
            due = unit.times.due(now, _AT_ONCE)
            arrivals = [
                Arrival(
                    timer.lane.office,
                    "timer",
                    f"{timer.key}@{micros(timer.due_at)}",
                    timer.lane.lane,
                    encode(Due(chat=timer.lane, at=now, timer=timer.key, kind=timer.kind, subject=timer.subject)),
                    "event",
                )
                for timer in due
            ]
            unit.inbox.take_in(arrivals, now)
            return len(due)

        count = await self.road.store.write(ring)
        if count:
            self.road.bells.inbox.set()
        return count == _AT_ONCE

    async def sweep(self) -> int:
        """Wake what sleeps over work, and take over from processes that died. How much that was; it should be 0."""
        now = self.road.clock.now()
        found = await self.road.store.write(
            lambda unit: unit.inbox.sweep(now, _ASLEEP) + unit.outbox.sweep(now, _ASLEEP)
        )
        if found:
            _log.warning("work was left asleep", lanes=found)
        found += await self.take_over()
        bells = self.road.bells
        for bell in (bells.inbox, bells.outbox, bells.files) if found else ():
            bell.set()
        return found

    async def take_over(self) -> int:
        """Look after messages whose sender died and whose lease has run out. How many that were."""
        found = await self.deliver.recover(everything=False)
        if found:
            self.road.bells.outbox.set()
        return found

    async def tidy(self) -> int:
        """Let go for good what has done its work; how much that was. Whose time may have come is looked at before."""
        await self.retain()
        return await Tidying(self.road, self.deliver.enclosures.files).step()

    async def reckon(self) -> int:
        """Look whether the calendar moved open deadlines; how many of them have to be looked at."""
        return await Reckoning(self.road).step()

    async def retain(self) -> int:
        """See that everything closed has its bells of retention; how many bells and events that made."""
        return await Retaining(self.road).step()

    def start(self) -> None:
        """Begin to tick on the running loop."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        # However late a busy machine comes to a job, it's done: it would be left out after a second.
        late_too = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=late_too)
        self._scheduler.add_job(self._safely, "interval", seconds=_EVERY_S, args=["step"])
        self._scheduler.add_job(self._safely, "interval", seconds=_SWEEP_EVERY_S, args=["sweep"])
        if self.road.store.postgres:
            self._scheduler.add_job(self._safely, "interval", seconds=_TAKE_OVER_EVERY_S, args=["take over"])
        self._scheduler.add_job(self._safely, "interval", seconds=_TIDY_EVERY_S, args=["tidy"])
        self._scheduler.add_job(self._safely, args=["reckon"])  # once, at the start
        self._scheduler.add_job(self._safely, args=["retain"])
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    async def _safely(self, what: str) -> None:
        try:
            if what == "sweep":
                await self.sweep()
                return
            if what == "take over":
                await self.take_over()
                return
            if what == "reckon":
                await self.reckon()
                return
            if what == "retain":
                await self.retain()
                return
            if what == "tidy":
                await self.tidy()
                return
            while await self.step():
                continue
        except (Unavailable, Conflict) as error:
            _log.warning("the database refuses", tick=what, error=str(error))
        except asyncio.CancelledError:  # by `stop`; the scheduler would print it as an error, with its trace
            return
