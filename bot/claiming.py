"""Claims what may be sent now: chosen, leased, its names resolved; all in one transaction, without sending anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.choosing import Choice, choose
from bot.road import Road
from bot.settling import Way, hold_back, settle_failed
from storage.held import Thread
from storage.outbox import PER_ADDRESS, AddressRow, SentPart, WaitingRow
from storage.rows import OutboxRow
from storage.unit import Unit
from workflow.message import COPY, THEIRS, Address, Limits, SendError

LEASE_S = 15.0
_WINDOW = timedelta(seconds=60)
_ADDRESSES = 64
_BY_KEY = "key:"
_WINDOW_MARGIN = timedelta(minutes=10)  # so long before its end a window is taken for closed: sending takes a while


@dataclass(slots=True)
class RatePerBot:
    """How many messages a bot may still begin in this second; counted in memory, per process."""

    per_second: float
    began: list[datetime] = field(default_factory=list)

    def left(self, now: datetime) -> int:
        """How many more may begin now."""
        self.began = [at for at in self.began if at > now - timedelta(seconds=1)]
        return max(0, int(self.per_second) - len(self.began))


class Claiming:
    """Takes messages out of the outbox, a few at a time."""

    def __init__(self, road: Road, rates: Mapping[tuple[str, str], float], per_second: float) -> None:
        self._road = road
        self._rates = {
            f"{name}:{office}": RatePerBot(rates.get((name, office), per_second)) for name, office in road.channels
        }
        self.told = False  # whether the last claim put news of messages into lanes

    def claim(self, unit: Unit, now: datetime, routes: Sequence[str], limit: int = _ADDRESSES) -> list[Way]:
        """Up to `limit` addresses' next messages, committed as `sending` when this transaction is."""
        self.told = False
        leased = self._followed(unit, now, limit, routes)
        if not leased:
            return []
        names = [each.address for each in leased]
        waiting = unit.outbox.waiting(names, now)
        started = unit.outbox.started(names, now - _WINDOW)
        held = unit.outbox.held_until(names, now)
        threads = unit.outbox.threads(names) if any(row.topic for rows in waiting.values() for row in rows) else {}
        plan: dict[str, datetime | None] = {}
        ids: list[int] = []
        for each in leased:
            rows = self._without_topics(unit, each.to, waiting[each.address], now)
            if each.gone_at is not None:
                self._refuse(unit, [row.id for row in rows if row.state != "sending"], now, each.reason)
                plan[each.address] = held.get(each.address)
                continue
            full = len(rows) >= PER_ADDRESS
            rows = self._inside(unit, each, rows, now)
            chosen = choose(
                rows,
                started[each.address],
                now,
                group=self.is_desk(each.to),
                threads=frozenset(code for address, code in threads if address == each.address),
                busy_until=each.busy_until,
                held_until=held.get(each.address),
            )
            chosen = self._within_rate(each.to, chosen, now, {row.id for row in rows if row.kind == "press"})
            ids += chosen.ids
            again_at = now if full and not rows else chosen.again_at
            plan[each.address] = now + timedelta(seconds=LEASE_S) if chosen.ids else again_at
        until = unit.clock(now) + timedelta(seconds=LEASE_S)
        started_rows = unit.outbox.start(ids, now, until)
        unit.outbox.next_up(plan)
        return self._resolved(unit, started_rows, {each.address: each for each in leased}, threads, now)

    def _followed(self, unit: Unit, now: datetime, limit: int, routes: Sequence[str]) -> list[AddressRow]:
        """The addresses for which something may leave; what waits for a chat that moved waits for the new one first."""
        leased = unit.outbox.lease(now, limit, routes)
        moved = [each.address for each in leased if each.moved_to]
        if not moved:
            return leased
        for address in moved:
            unit.outbox.go_after(address, now)
            unit.outbox.go_on(address, now)
        return unit.outbox.lease(now, limit, routes)

    def is_desk(self, to: Address) -> bool:
        """Whether that's an office's group."""
        office = self._road.offices.get(to.office)
        return office is not None and office.is_desk(to.chat)

    def _without_topics(self, unit: Unit, to: Address, rows: list[WaitingRow], now: datetime) -> list[WaitingRow]:
        """Where the group is known to have no topics none is asked for, nor counted as a message."""
        channel = self._road.channels[to.channel, to.office]
        if getattr(channel, "topics", None) is not False or getattr(channel, "desk", to.chat) != to.chat:
            return rows
        needless = [row.id for row in rows if row.kind == "topic" and row.state != "sending"]
        if needless:
            unit.outbox.drop(needless, now, "the group has no topics")
        return [row for row in rows if row.id not in needless]

    def _limits(self, to: Address) -> Limits:
        return self._road.channels[to.channel, to.office].limits

    def _inside(self, unit: Unit, each: AddressRow, rows: list[WaitingRow], now: datetime) -> list[WaitingRow]:
        """What may go at this hour: where they haven't written for too long, knocks alone; the rest is held."""
        window_h = self._limits(each.to).window_h
        if not window_h or not rows:
            return rows
        if each.heard_at is not None and now < each.heard_at + timedelta(hours=window_h) - _WINDOW_MARGIN:
            return rows
        late = [row.id for row in rows if row.kind != "knock" and row.state != "sending"]
        if late:
            hold_back(unit, list(unit.receipts.traced(late).values()), now)
            self.told = True
        return [row for row in rows if row.id not in late]

    def _within_rate(self, to: Address, chosen: Choice, now: datetime, presses: set[int]) -> Choice:
        """As much of the choice as the whole bot's limit leaves; answers to presses aren't counted."""
        rate = self._rates[f"{to.channel}:{to.office}"]
        counted = [each for each in chosen.ids if each not in presses]
        if not counted:
            return chosen
        if rate.left(now) < len(counted):
            later = now + timedelta(seconds=1 / max(rate.per_second, 0.1))
            return Choice(tuple(each for each in chosen.ids if each in presses), later)
        rate.began += [now] * len(counted)
        return chosen

    def _refuse(self, unit: Unit, ids: Sequence[int], now: datetime, reason: str) -> None:
        for each in ids:
            row = unit.outbox.row(each)
            if row is not None:
                settle_failed(unit, row, SendError("gone", reason or "gone"), now, 0)

    # --- names --------------------------------------------------------------------------------------------------------

    def _resolved(
        self,
        unit: Unit,
        rows: Sequence[OutboxRow],
        leased: Mapping[str, AddressRow],
        threads: Mapping[tuple[str, str], str],
        now: datetime,
    ) -> list[Way]:
        """The rows with the provider's names; an edit or deletion of what was never sent is dropped here."""
        to = {row.id: _moved(row.message.to, leased[row.address].moved_to) for row in rows}
        wanted = {(to[row.id].lane, key) for row in rows for key in (row.message.target, _own_name(row)) if key}
        known = unit.outbox.known_as(wanted) if wanted else {}
        routes = self._routes(unit, rows, leased, now)
        ways = []
        for row in rows:
            lane, message = to[row.id].lane, row.message
            target = _target(known.get((lane, message.target), []), message.kind) if message.target else ""
            if message.kind == "delete" and message.target.startswith(THEIRS):
                target = message.target.removeprefix(THEIRS)
            if message.kind == "delete" and message.target.startswith(COPY):
                target = _copy(unit, message.target, to[row.id])
            if message.kind in ("edit", "delete") and not target:
                self._drop(unit, row, now)
                continue
            reply_to = message.reply_to
            if name := _own_name(row):
                reply_to = next((part.message for part in known.get((lane, name), []) if part.message), "")
            thread = threads.get((row.address, message.topic), "") if message.kind != "topic" else ""
            recent = leased[row.address].recent
            ways.append(Way(row, to[row.id], target, reply_to, thread, routes.get(row.id, ""), recent, now))
        return ways

    def _routes(
        self, unit: Unit, rows: Sequence[OutboxRow], leased: Mapping[str, AddressRow], now: datetime
    ) -> dict[int, str]:
        """In which thread each message goes on: of what it's about, else the last they wrote in. By its number.

        What was tried before stays in its thread, whatever they wrote since: a repeated mail is the very same.
        """
        threaded = [row for row in rows if self._limits(leased[row.address].to).threads]
        kept = {row.id: row.message.route for row in threaded if row.message.route is not None}
        threaded = [row for row in threaded if row.id not in kept]
        if not threaded:
            return kept
        about = {(row.address, row.message.about) for row in threaded if row.message.about}
        known = unit.outbox.routes(about)
        last = {row.address: unit.outbox.route(leased[row.address].thread) for row in threaded}
        begun = [Thread(lane, each, last[lane]) for lane, each in about - known.keys() if last[lane]]
        if begun:
            unit.outbox.begin_threads(begun, now)
        found = {row.id: known.get((row.address, row.message.about), last[row.address]) for row in threaded}
        unit.outbox.keep_routes({row.id: replace(row.message, route=found[row.id]) for row in threaded})
        return kept | found

    def _drop(self, unit: Unit, row: OutboxRow, now: datetime) -> None:
        unit.outbox.hold(row.address)
        unit.outbox.settle(row, "dropped", now, "what it changes was never sent or is deleted")
        unit.outbox.go_on(row.address, now)


def _moved(to: Address, moved_to: str) -> Address:
    return Address(to.office, to.channel, moved_to) if moved_to else to


def _copy(unit: Unit, target: str, to: Address) -> str:
    """The message that was taken for a copy of ours; "" if it's the one that counts, or stands in a former chat."""
    chat, _, number = target.removeprefix(COPY).rpartition(":")
    return "" if chat != to.chat or unit.receipts.known_by([(to.lane, number)]) else number


def _own_name(row: OutboxRow) -> str:
    """Our name of the message that's replied to."""
    reply_to = row.message.reply_to
    return reply_to.removeprefix(_BY_KEY) if reply_to.startswith(_BY_KEY) else ""


def _target(parts: Sequence[SentPart], kind: str) -> str:
    """The part an edit changes (the last one, which has the buttons), or the first that's still to be deleted."""
    alive = [part.message for part in parts if part.message and not part.deleted]
    if not alive:
        return ""
    return alive[0] if kind == "delete" else alive[-1]
