"""Retention from outside: bells for what was closed before, silent lanes, what nobody brought back, the monthly word.

What a bell does is decided in `workflow/privacy/retention.py`. Everything here may be done twice or by several
processes at once: bells are set again to the same moment, and what's put into a lane has a name of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.batch import Standards
from bot.road import Road
from storage.rows import Arrival, encode
from storage.unit import Unit
from workflow.books import period as periods
from workflow.happening import Due
from workflow.message import Address, address_of
from workflow.office import DESK_CHANNEL, Office
from workflow.privacy import report, retention
from workflow.world import Timer

_log = structlog.get_logger("retaining")

RULES, DAY = "retention rules", "retention day"
"""The cursors: by which days an office's bells were set, and the day on which its silent lanes were looked through."""
PAGE = 500
UNREAD_DAYS = 90
"""What lies in quarantine and is never brought back goes after so long; see `ALERT_DAYS`."""
ALERT_DAYS = 76
"""From then on an operator reads that it will."""


@dataclass(slots=True)
class Retaining:
    """One look at all of it; cheap when nothing is to be done."""

    road: Road

    async def step(self) -> int:
        """How many bells were set and events put into lanes."""
        count, store = 0, self.road.store
        for office in tuple(self.road.offices.values()):
            count += await self._rules(office)
            count += await self._day(office)
        now = self.road.clock.now()
        gone = await store.write(lambda unit: unit.privacy.let_go_unread(now - timedelta(days=UNREAD_DAYS), now))
        if gone:
            _log.warning("let go what lay in quarantine and was never brought back", payloads=gone, days=UNREAD_DAYS)
        if count:
            self.road.bells.inbox.set()
        return count

    async def _rules(self, office: Office) -> int:
        """Where the office's days are others than those its bells were set by: every closed complaint, page by page."""
        mark = " ".join(f"{kind}={retention.days(kind, office)}" for kind in retention.KINDS)
        mark += f" reopen={office.standard.after.reopen_days}"
        store = self.road.store
        if await store.read(partial(_cursor, office=office.id, name=RULES)) == mark:
            return 0
        count, after, standards = 0, "", Standards({office.id: office})
        while True:
            now = self.road.clock.now()
            look = partial(_bells, office=office, after=after, standards=standards, now=now)
            timers, after = await store.read(look)
            if timers:
                await store.write(partial(_set, timers=timers))
                count += len(timers)
            if not after:
                break
        await store.write(partial(_move, office=office.id, name=RULES, mark=mark, now=self.road.clock.now()))
        _log.info("bells of retention set", office=office.id, bells=count, days=mark)
        return count

    async def _day(self, office: Office) -> int:
        """Once a day: lanes that have been silent for the days of the talk; once a month what was erased."""
        now, store = self.road.clock.now(), self.road.store
        today = office.calendar.local_date(now).isoformat()
        if await store.read(partial(_cursor, office=office.id, name=DAY)) == today:
            return 0
        before = now - timedelta(days=retention.days(retention.MESSAGES, office))
        count, after = 0, ""
        while True:
            lanes = await store.read(partial(_silent, office=office.id, before=before, after=after))
            rows = [_lane_event(office.id, lane, today, now) for lane in lanes]
            await store.write(partial(_take_in, rows=rows, now=now))
            count += len(rows)
            if len(lanes) < PAGE:
                break
            after = lanes[-1]
        while ids := await store.read(partial(_old_refers, office=office.id, before=before)):
            await store.write(partial(_forget_refers, ids=ids))
        count += await store.write(partial(_report, office=office, now=now))
        await store.write(partial(_move, office=office.id, name=DAY, mark=today, now=now))
        return count


def _cursor(unit: Unit, office: str, name: str) -> str:
    return unit.times.cursor(office, name)


def _move(unit: Unit, office: str, name: str, mark: str, now: datetime) -> None:
    unit.times.move_cursor(office, name, mark, now)


def _set(unit: Unit, timers: Sequence[Timer]) -> None:
    unit.times.set(timers)


def _bells(unit: Unit, office: Office, after: str, standards: Standards, now: datetime) -> tuple[Sequence[Timer], str]:
    """The bells of the next closed complaints, and the last one's id; "" after the last page."""
    found = unit.privacy.closed(office.id, after, PAGE)
    known = standards.load({each.standard for each in found}, unit)
    timers = [
        timer
        for each in found
        for timer in retention.bells(each, office, known.get(each.standard, office.standard), now)
    ]
    return timers, found[-1].id if len(found) == PAGE else ""


def _silent(unit: Unit, office: str, before: datetime, after: str) -> list[str]:
    return unit.privacy.silent_lanes(office, before, after, PAGE)


def _take_in(unit: Unit, rows: Sequence[Arrival], now: datetime) -> None:
    unit.inbox.take_in(rows, now)


def _old_refers(unit: Unit, office: str, before: datetime) -> list[int]:
    return unit.privacy.old_refers(office, before, PAGE)


def _forget_refers(unit: Unit, ids: Sequence[int]) -> None:
    unit.privacy.forget_refers(ids)


def _lane_event(office: str, lane: str, today: str, now: datetime) -> Arrival:
    event = Due(chat=address_of(lane), at=now, timer=retention.LANE, kind=retention.LANE)
    return Arrival(office, "timer", f"{retention.LANE}:{lane}@{today}", lane, encode(event), "event")


def _report(unit: Unit, office: Office, now: datetime) -> int:
    """What was erased in the month that's over, once, into the lane of the desk; nothing where nothing was."""
    month = periods.month_before(office.calendar.local_date(now))
    since, until = month.span(office.calendar.zone)
    erased = unit.privacy.erased(office.id, since, until)
    if not erased or not office.desk:
        return 0
    lane = Address(office.id, DESK_CHANNEL, office.desk)
    lines, files = Counter(each.kind for each in erased), Counter[str]()
    for each in erased:
        files[each.kind] += each.files
    subject = report.packed(month.slug(), {kind: (lines[kind], files[kind]) for kind in retention.KINDS})
    event = Due(chat=lane, at=now, timer=report.KIND, kind=report.KIND, subject=subject)
    key = f"{report.KIND}:{month.slug()}"
    unit.inbox.take_in([Arrival(office.id, "timer", key, lane.lane, encode(event), "event")], now)
    return 1
