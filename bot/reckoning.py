"""Whether open deadlines still fall where they did: looked at when a process starts, if the calendar may have changed.

The dates hang on the standard in force (hours, closures) and on the package that knows the holidays. Which of them an
office's open deadlines were last reckoned by is kept; where that's another one now, each complaint whose dates moved
gets a bell, and the core decides what becomes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version

import structlog

from bot.batch import Standards
from bot.road import Road
from storage.columns import micros
from storage.rows import Arrival, encode
from storage.unit import Unit
from workflow.happening import Due
from workflow.message import Address
from workflow.office import DESK_CHANNEL, Office
from workflow.procedure import bells
from workflow.record import Complaint

_log = structlog.get_logger("reckoning")

MARK = "calendar"
"""The cursor that says by which calendar an office's open deadlines were reckoned."""
KIND = "recompute"
PAGE = 500


@dataclass(slots=True)
class Reckoning:
    """Several processes may do it at once: the bells of both are rung, and the second changes nothing."""

    road: Road

    async def step(self) -> int:
        """Every office whose calendar may have changed. How many bells were rung."""
        rung, store = 0, self.road.store
        for office in tuple(self.road.offices.values()):
            mark = f"{office.standard.version} holidays {version('holidays')}"
            before = await store.read(partial(_marked, office=office.id))
            if before == mark:
                continue
            rung += await self._office(office, first=not before)
            await store.write(partial(_mark, office=office.id, mark=mark, now=self.road.clock.now()))
        if rung:
            _log.info("deadlines may have moved with the calendar", bells=rung)
            self.road.bells.inbox.set()
        return rung

    async def _office(self, office: Office, *, first: bool) -> int:
        """Page by page. The first time the core looks at every open complaint, and sets what bells it lacks."""
        rung, after, standards = 0, "", Standards({office.id: office})
        while True:
            now = self.road.clock.now()
            look = partial(_page, office=office, after=after, standards=standards, now=now, first=first)
            arrivals, after = await self.road.store.read(look)
            if arrivals:
                await self.road.store.write(partial(_ring, arrivals=arrivals, now=now))
                rung += len(arrivals)
            if not after:
                return rung


def _marked(unit: Unit, office: str) -> str:
    return unit.times.cursor(office, MARK)


def _mark(unit: Unit, office: str, mark: str, now: datetime) -> None:
    unit.times.move_cursor(office, MARK, mark, now)


def _ring(unit: Unit, arrivals: Sequence[Arrival], now: datetime) -> None:
    unit.inbox.take_in(arrivals, now)


def _page(
    unit: Unit, office: Office, after: str, standards: Standards, now: datetime, *, first: bool
) -> tuple[Sequence[Arrival], str]:
    """The bells of the next open complaints, and the last one's id; "" after the last page."""
    found = unit.cases.running(office.id, after, PAGE)
    known = standards.load({each.standard for each in found}, unit)
    rows = []
    for each in found:
        dates = bells.due_dates(each, known.get(each.standard, office.standard), office.calendar, now)
        if first or (not each.waiting and dates != (each.due_at, each.step_due_at)):
            rows += _bell(each, office, now)
    return rows, found[-1].id if len(found) == PAGE else ""


def _bell(complaint: Complaint, office: Office, now: datetime) -> list[Arrival]:
    lane = Address(office.id, DESK_CHANNEL, office.desk) if office.desk else complaint.citizen
    if lane is None:
        return []
    name = f"{KIND}:{complaint.id}"
    event = Due(chat=lane, at=now, timer=name, kind=KIND, subject=complaint.id)
    key = f"{name}@{micros(now)}"
    return [Arrival(office.id, "timer", key, lane.lane, encode(event), "event")]
