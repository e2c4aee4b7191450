"""The pump: inbox -> core -> effects, lane by lane in order, many lanes to a batch, one transaction a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot import receipts
from bot.batch import Batch, Core, Standards
from bot.reading import Arrived, Reading
from bot.road import Road, endless, place_of
from storage.engine import Unavailable
from storage.inbox import PER_LANE
from storage.rows import InboxRow
from storage.unit import Conflict, Unit
from workflow.message import BadPayload, Receipt
from workflow.office import Office

_log = structlog.get_logger("pump")

LANES = 64  # at most so many in one batch
_TRIES = 5  # an event that failed so often parks its lane
_FIRST_REST_S = 2.0
_LONGEST_REST_S = 3600.0
_IDLE_S = 1.0  # how long to sleep when no bell rings; another process may have filled the inbox
_CONFLICTS = 5


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a batch did."""

    lanes: int = 0
    handled: tuple[str, ...] = ()  # the office of each event
    quarantined: tuple[str, ...] = ()
    sends: bool = False  # or what was held may go
    fetches: bool = False
    receipts: tuple[tuple[str, str], ...] = ()  # (channel, what it said)
    offices: Mapping[str, Office] = field(default_factory=dict)  # that it changed
    ignored: tuple[tuple[str, str], ...] = ()  # office and reason
    large: tuple[InboxRow, ...] = ()  # that take long to read, and are still to be
    stood: bool = False  # what we are in a group changed, or a desk moved


class Pump:
    """Moves what came in through the core. Several may run, in one process or in many."""

    def __init__(self, road: Road, core: Core | None = None) -> None:
        self._road, self._core = road, core or _the_core()
        self._standards = Standards(road.offices)
        self._reading = Reading(road)

    async def run(self) -> None:
        """For ever."""

        async def body() -> float:
            return 0.0 if await self.step() else _IDLE_S

        await endless("pump", body, self._road.clock, self._road.bells.inbox)

    async def step(self) -> bool:
        """One batch. True: lanes were worked off, there may be more, call again at once. False: none is ready.

        Raises `Unavailable` when the database refuses; nothing is lost or done then.
        """
        now = self._road.clock.now()
        began = self._road.clock.monotonic()
        try:
            outcome = await self._batch(now, LANES, "", PER_LANE)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the core raised harms its own lane only
            _log.info("a batch is redone lane by lane", error=type(error).__name__)
            return await self._lane_by_lane(now)
        if outcome.lanes:
            self._road.metrics.batch.observe(self._road.clock.monotonic() - began)
        return outcome.lanes > 0

    async def _batch(self, now: datetime, lanes: int, only: str, per_lane: int) -> _Outcome:
        outcome = await self._road.store.write(lambda unit: self._move(unit, now, lanes, only, per_lane))
        self._tell(outcome)
        await self._reading.ahead(outcome.large)
        return outcome

    def _move(self, unit: Unit, now: datetime, lanes: int, only: str, per_lane: int) -> _Outcome:
        """One transaction: lease, load, decide, write, release."""
        leased = unit.inbox.lease(now, lanes, only)
        if not leased:
            return _Outcome()
        rows, more = unit.inbox.waiting(leased, per_lane)
        arrived, unreadable, large = self._read(unit, rows, now)
        more.update(row.lane for row in large)
        batch = Batch(unit, self._road, self._core, self._standards, now)
        news = [each for each in arrived if isinstance(each.event, Receipt)]
        events = [each for each in arrived if not isinstance(each.event, Receipt)] if news else arrived
        if events:
            batch.load(events)
            for each in events:
                batch.decide(each)
            batch.write()
        taken = receipts.take(unit, news, now) if news else receipts.Taken()
        unit.inbox.done([each.row.id for each in arrived], now)
        awake = more | ({each.lane for each in batch.changes.posts} | taken.lanes).intersection(leased)
        unit.inbox.release([lane for lane in leased if lane not in awake], awake, now)
        return _Outcome(
            len(leased),
            tuple(each.row.office for each in arrived),
            tuple(unreadable),
            bool(batch.changes.sends or batch.changes.noticed.freed or taken.lanes),
            bool(batch.changes.fetches),
            tuple(taken.counts),
            batch.offices,
            tuple(batch.ignored),
            tuple(large),
            batch.changes.noticed.stood or any(office.former for office in batch.offices.values()),
        )

    def _read(
        self, unit: Unit, rows: Sequence[InboxRow], now: datetime
    ) -> tuple[list[Arrived], list[str], list[InboxRow]]:
        """What the rows say, the offices of those that can't be read, and those that must be read beforehand."""
        arrived: list[Arrived] = []
        unreadable: list[str] = []
        large: dict[str, InboxRow] = {}
        for row in rows:
            if row.lane in large:  # what's behind it waits with it
                continue
            try:
                event = self._reading.of(row)
            except BadPayload as error:
                unit.inbox.set_aside(row, now, str(error))
                unreadable.append(row.office)
                continue
            if event is None:
                large[row.lane] = row
            else:
                arrived.append(event)
        return arrived, unreadable, list(large.values())

    def _tell(self, outcome: _Outcome) -> None:
        """Ring for those who go on, after the commit."""
        bells, metrics = self._road.bells, self._road.metrics
        self._road.offices.update(outcome.offices)
        if outcome.sends:
            bells.outbox.set()
        if outcome.fetches:
            bells.files.set()
        if outcome.stood:
            bells.desks.set()
            bells.outbox.set()
        for channel, what in outcome.receipts:
            metrics.receipts.labels(channel, what).inc()
        for office, reason in outcome.ignored:
            _log.info("nothing was done", office=office, reason=reason)
        for office in outcome.handled:
            metrics.handled.labels(office).inc()
        for office in outcome.quarantined:
            metrics.set_aside.labels(office).inc()
            _log.error("a payload can't be read and lies in quarantine", office=office)

    # --- when something fails -----------------------------------------------------------------------------------------

    async def _lane_by_lane(self, now: datetime) -> bool:
        """Redo a batch one event at a time, so that what fails harms its own lane only.

        True: something was done or put to rest. False: nothing was ready after all.
        """
        ready = await self._road.store.read(lambda unit: unit.inbox.ready(now, LANES))
        for lane in ready:
            try:
                await self._one(now, lane)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - counted, stored and logged
                await self._failed(lane, now, error)
        return bool(ready)

    async def _one(self, now: datetime, lane: str) -> None:
        """The head of one lane; tried again where only another writer was in the way."""
        for _ in range(_CONFLICTS - 1):
            try:
                await self._batch(now, 1, lane, 1)
            except Conflict:
                continue
            return
        await self._batch(now, 1, lane, 1)

    async def _failed(self, lane: str, now: datetime, error: Exception) -> None:
        said = place_of(error)
        chance = self._road.chance

        def put_to_rest(unit: Unit) -> tuple[str, str]:
            row = unit.inbox.head(lane)
            if row is None:  # another worker was luckier
                return "", ""
            if row.attempts + 1 < _TRIES:
                rest_s = min(_FIRST_REST_S * 2**row.attempts, _LONGEST_REST_S)
                unit.inbox.rest(row, now + timedelta(seconds=chance.jitter(rest_s)), said)
                return row.office, "rests"
            office = self._road.offices.get(row.office)
            if office is not None and office.is_desk(row.lane.rpartition(":")[2]):
                # At the desk many people speak of many things: one event is set aside, the others go on.
                unit.inbox.set_aside(row, now, said)
                unit.inbox.release([], [lane], now)
                return row.office, "set aside"
            unit.inbox.park(row, now, said)
            return row.office, "parked"

        office, what = await self._road.store.write(put_to_rest)
        if office:
            self._road.metrics.failed.labels(office).inc()
            level = _log.warning if what == "rests" else _log.error
            level("an event failed", office=office, lane_is=what, error=said)


def _the_core() -> Core:
    from workflow import decide

    return decide
