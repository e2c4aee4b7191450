"""Deliver: outbox -> channel. `sending` is committed before the call and what became of it after; facts decide."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from bot.attempt import attempt
from bot.claiming import LEASE_S, Claiming
from bot.consequences import consequence
from bot.enclosures import Enclosures
from bot.road import Road, endless
from bot.settling import Way, settle_failed, settle_sent
from storage.engine import Unavailable
from storage.outcomes import TAKEN_OVER
from storage.unit import Conflict, Unit
from workflow.message import SendError, Sent

T = TypeVar("T")

_log = structlog.get_logger("deliver")

SENDS_PER_SECOND = 30.0
_FLYING = 512  # messages on their way at once
# And of one channel of an office: a provider that hangs keeps each message for a minute, and what the others have to
# send mustn't wait for that.
_FLYING_ON_A_ROUTE = 16
_CLAIMED_AT_ONCE = 16  # a death between the claim and the sending makes so many maybe sent
_LANDING_S = 5.0  # what's on its way at the end may take so long; what takes longer is uncertain
_IDLE_S = 1.0
_RETRY_S = 0.5


@dataclass(slots=True)
class _Route:
    """What's known of a channel of an office, in this process."""

    closed_until: datetime | None = None
    reason: str = ""
    misconfigured: bool = False


@dataclass(slots=True)
class Deliver:
    """Sends what the outbox holds. `rates` are messages a second by (channel, office), where an office sets its own."""

    road: Road
    enclosures: Enclosures
    rates: Mapping[tuple[str, str], float] = field(default_factory=dict)
    _claiming: Claiming = field(init=False)
    _routes: dict[str, _Route] = field(init=False)
    _flying: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _flying_on: Counter[str] = field(default_factory=Counter)  # by channel and office

    def __post_init__(self) -> None:
        """Know the channels there are."""
        self._claiming = Claiming(self.road, self.rates, SENDS_PER_SECOND)
        self._routes = {f"{name}:{office}": _Route() for name, office in self.road.channels}

    async def run(self) -> None:
        """For ever; many addresses at once, one message of each. When it's cancelled, what's on its way may arrive."""

        async def body() -> float:
            now = self.road.clock.now()
            if (room := _FLYING - len(self._flying)) <= 0:
                return _IDLE_S
            claiming = asyncio.ensure_future(self._claim(now, min(room, _CLAIMED_AT_ONCE)))
            try:
                ways = await asyncio.shield(claiming)
            except asyncio.CancelledError:
                with contextlib.suppress(Unavailable, Conflict):
                    self._set_off(await claiming)  # they're `sending` by now, and would be repeated as maybe sent
                raise
            self._set_off(ways)
            return 0.0 if ways else min(_IDLE_S, await self._idle_s(now))

        renewal = asyncio.create_task(self._renew_leases())
        try:
            await endless("deliver", body, self.road.clock, self.road.bells.outbox)
        finally:
            renewal.cancel()
            flying = list(self._flying.values())
            if flying:
                await asyncio.wait(flying, timeout=_LANDING_S)
            for task in flying:
                task.cancel()

    def _set_off(self, ways: list[Way]) -> None:
        for way in ways:
            task = asyncio.create_task(self._carry(way))
            self._flying[way.row.id] = task
            self._flying_on[f"{way.to.channel}:{way.to.office}"] += 1
            task.add_done_callback(partial(self._landed, way))

    async def step(self, addresses: int = 1) -> float | None:
        """Send what may go now to so many addresses. 0: call again at once, there may be more.

        Otherwise the seconds until something may go, or None: nothing waits.
        """
        now = self.road.clock.now()
        ways = await self._claim(now, addresses)
        for way in ways:
            await self._carry(way)
        if ways:
            return 0.0
        idle_s = await self._idle_s(now)
        return None if idle_s == float("inf") else idle_s

    async def recover(self, *, everything: bool) -> int:
        """Turn what a dead process was sending into `uncertain`, with its consequences. How many messages that were.

        `everything` at the start of the only process: all leases are freed, of files too. Else only what's leased out
        and not renewed.
        """
        now = self.road.clock.now()
        why = "the process ended while it was sent" if everything else TAKEN_OVER
        if everything:
            await self.road.store.write(lambda unit: unit.shelf.free_leases(now))

        def mend(unit: Unit) -> int:
            rows = unit.outbox.left_sending(None if everything else unit.clock(now), ours=list(self._flying))
            for row in rows:
                settle_failed(unit, row, SendError("uncertain", why), now, 0)
            return len(rows)

        return await self.road.store.write(mend)

    def channels(self) -> dict[str, str]:
        """How each channel does, for /readyz: "ok", or why nothing is sent there."""
        now = self.road.clock.now()
        return {name: route.reason if _is_closed(route, now) else "ok" for name, route in self._routes.items()}

    # --- claiming -----------------------------------------------------------------------------------------------------

    async def _claim(self, now: datetime, limit: int) -> list[Way]:
        routes = [name for name in self._open_routes(now) if self._has_room(name)]
        if not routes:
            return []
        ways = await self.road.store.write(lambda unit: self._claiming.claim(unit, now, routes, limit))
        if self._claiming.told:
            self.road.bells.inbox.set()
        return ways

    def _open_routes(self, now: datetime) -> list[str]:
        return [name for name, route in self._routes.items() if not _is_closed(route, now)]

    def _has_room(self, route: str) -> bool:
        return self._flying_on[route] < _FLYING_ON_A_ROUTE

    async def _idle_s(self, now: datetime) -> float:
        """Seconds until something may go; infinity: nothing waits."""
        routes = [name for name in self._open_routes(now) if self._has_room(name)]  # the bell rings when others have
        moments = [each.closed_until for each in self._routes.values() if each.closed_until and each.closed_until > now]
        if routes:
            at = await self.road.store.read(lambda unit: unit.outbox.next_at(routes))
            moments += [at] if at else []
        return max(0.001, (min(moments) - now).total_seconds()) if moments else float("inf")

    # --- sending ------------------------------------------------------------------------------------------------------

    async def _carry(self, way: Way) -> None:
        """One attempt, and what became of it."""
        outcome = await attempt(self.road, self.enclosures, way)
        if outcome is None:
            return  # another process has it by now
        now = self.road.clock.now()
        channel = way.to.channel
        if isinstance(outcome, Sent):
            self.road.metrics.attempts.labels(channel, "sent").inc()
            self._routes[f"{channel}:{way.to.office}"] = _Route()
            limits = self.road.channels[channel, way.to.office].limits
            await self._write_down(way, lambda unit: settle_sent(unit, way, outcome, now, limits))
        else:
            self.road.metrics.attempts.labels(channel, outcome.fact).inc()
            await self._failed(way, outcome, now)
        if way.row.message.about or way.row.message.key or not isinstance(outcome, Sent):
            self.road.bells.inbox.set()

    async def _failed(self, way: Way, error: SendError, now: datetime) -> None:
        row = way.row
        if error.fact in ("gone", "barred"):
            error = self._shut_out(way, error)
        told = consequence(error.fact, row.message.kind, row.attempts, row.doubts, error.retry_after_s)
        pause_s = self._spread(told.pause_s, told.mark)
        found = await self._write_down(way, lambda unit: settle_failed(unit, row, error, now, pause_s)) or told
        if found.mark == "closed":
            wrong = error.fact == "misconfigured"
            route = _Route(now + timedelta(seconds=pause_s), error.reason, wrong)
            self._routes[f"{way.to.channel}:{way.to.office}"] = route
            level = _log.error if wrong else _log.warning
            level(
                "a channel is left alone",
                channel=way.to.channel,
                office=way.to.office,
                fact=error.fact,
                pause_s=pause_s,
            )
        # That a paper is still being drawn is every paper's lot, and nothing for an operator.
        level = {"uncertain": _log.warning, "unready": _log.debug}.get(error.fact, _log.info)
        level(
            "not sent",
            channel=way.to.channel,
            office=row.office,
            outbox=row.id,
            kind=row.message.kind,
            fact=error.fact,
            state=found.state,
            reason=error.reason,
        )

    def _shut_out(self, way: Way, error: SendError) -> SendError:
        """At the desk nobody else could be told: cards wait until the bot may write, and the operator learns of it."""
        if not self._claiming.is_desk(way.row.message.to):
            return error if error.fact == "gone" else SendError("refused", error.reason)
        _log.error("the desk can't be written to", channel=way.to.channel, office=way.to.office, reason=error.reason)
        return SendError("barred", error.reason)

    def _spread(self, pause_s: float, mark: str) -> float:
        """The pause with jitter; a pause the provider asked for only ever gets longer."""
        spread = self.road.chance.jitter(pause_s)
        return max(pause_s, spread) if mark == "busy" else spread

    async def _write_down(self, way: Way, work: Callable[[Unit], T]) -> T | None:
        """Store an outcome, however long the database refuses: what was sent must not be sent again.

        A commit may have been carried out though nobody answered to it; then it's not done a second time, and the value
        is None.
        """
        again = False

        def once(unit: Unit) -> T | None:
            return None if again and unit.outbox.is_over(way.row) else work(unit)

        while True:
            try:
                return await self.road.store.write(once, together=True)
            except (Unavailable, Conflict) as error:
                _log.warning("an outcome can't be stored yet", error=str(error))
                await self.road.clock.wait(_RETRY_S)
                again = True

    def _landed(self, way: Way, task: asyncio.Task[None]) -> None:
        """A message isn't on its way any more: there's room, and its address may have the next one."""
        del self._flying[way.row.id]
        self._flying_on[f"{way.to.channel}:{way.to.office}"] -= 1
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("carrying a message failed", error=type(error).__name__)
        self.road.bells.outbox.set()

    async def _renew_leases(self) -> None:
        """While messages are on their way, say that they're still ours."""
        clock, store = self.road.clock, self.road.store
        while True:
            await clock.wait(LEASE_S / 3)
            if self._flying:
                try:
                    await store.write(partial(_renew, list(self._flying), clock.now()))
                except (Unavailable, Conflict):
                    _log.warning("leases can't be renewed")


def _renew(ids: list[int], now: datetime, unit: Unit) -> None:
    unit.outbox.renew(ids, unit.clock(now) + timedelta(seconds=LEASE_S))


def _is_closed(route: _Route, now: datetime) -> bool:
    return route.closed_until is not None and route.closed_until > now
