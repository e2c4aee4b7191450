"""Writes down what became of an attempt to send: its state, its names, the news of it. Inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.consequences import Consequence, consequence
from storage.rows import Arrival, OutboxRow, encode
from storage.unit import Unit
from workflow.happening import Delivery
from workflow.message import Address, Outbound, SendError, Sent

_NO_NEWS = frozenset({"edit", "delete", "press", "topic"})
_NOT_KEPT = frozenset({"edit", "delete", "press", "topic"})


@dataclass(frozen=True, slots=True)
class Way:
    """A message about to be sent, with the provider's names for everything it refers to."""

    row: OutboxRow
    to: Address  # where it really goes: the address, or what it moved to
    target: str = ""
    reply_to: str = ""
    thread: str = ""


def settle_sent(unit: Unit, way: Way, sent: Sent, now: datetime) -> None:
    """The provider took it."""
    row, message, lane = way.row, way.row.message, way.to.lane
    unit.outbox.hold(row.address)
    if message.kind == "delete":
        unit.outbox.deleted(lane, way.target, now)
        if _more_to_delete(unit, lane, message.target):
            unit.outbox.again(row, "queued", now, attempts=row.attempts, doubts=row.doubts, reason="")
            unit.outbox.go_on(row.address, now)
            return
    if message.kind == "topic" and sent.thread:
        unit.outbox.made_topic(message.to, message.topic, sent.thread, now)
    if message.kind == "edit" and message.refers is not None:
        unit.outbox.refer_anew(lane, way.target, message.refers)
    if message.kind not in _NOT_KEPT and (message.key or message.refers):
        unit.outbox.sent_as(row, lane, sent.id, now)
    unit.outbox.settle(row, "sent", now)
    if message.delete_after_s:
        unit.outbox.put_in([(_deletion(message, now), 0)], now)
    if message.about:
        tell(unit, row, "sent", now)
    unit.outbox.go_on(row.address, now)


def settle_failed(unit: Unit, row: OutboxRow, error: SendError, now: datetime, pause_s: float) -> Consequence:
    """The attempt failed: what the table says. `pause_s` is the table's pause, spread a little."""
    found = consequence(error.fact, row.message.kind, row.attempts, row.doubts, error.retry_after_s)
    unit.outbox.hold(row.address)
    unit.outbox.note(row, error.fact, now, error.reason)
    doubts = row.doubts + found.doubt
    if found.settled:
        unit.outbox.settle(row, found.state, now, error.reason)
    else:
        unit.outbox.again(
            row,
            found.state,
            now + timedelta(seconds=max(found.pause_s, pause_s) if found.pause_s else 0),
            attempts=row.attempts + found.attempt,
            doubts=doubts,
            reason=error.reason,
        )
    if found.mark == "busy":
        unit.outbox.mark(row.address, busy_until=now + timedelta(seconds=max(found.pause_s, pause_s)))
    elif found.mark == "gone":
        unit.outbox.mark(row.address, gone_at=now, reason=error.reason[:300])
    elif found.mark == "moved":
        unit.outbox.mark(row.address, moved_to=error.moved_to)
    if found.news and row.message.kind not in _NO_NEWS and (row.message.about or row.message.key):
        tell(unit, row, found.news, now, error.reason)
    unit.outbox.go_on(row.address, now)
    return found


def tell(unit: Unit, row: OutboxRow, state: str, now: datetime, reason: str = "") -> None:
    """Put the news of a message into the lane of its address."""
    message = row.message
    news = Delivery(
        chat=message.to,
        at=now,
        key=message.key,
        state=state,  # type: ignore[arg-type]  # the caller's literal
        about=message.about,
        kind=message.kind,
        reason=reason,
    )
    key = f"{row.id}:{state}"
    unit.inbox.take_in([Arrival(row.office, "delivery", key, message.to.lane, encode(news), "event")], now)


def _more_to_delete(unit: Unit, lane: str, key: str) -> bool:
    parts = unit.outbox.known_as([(lane, key)]).get((lane, key), [])
    return any(part.message and not part.deleted for part in parts)


def _deletion(message: Outbound, now: datetime) -> Outbound:
    """The later message that deletes this one."""
    return Outbound(
        to=message.to,
        kind="delete",
        target=message.key,
        not_before=now + timedelta(seconds=message.delete_after_s),
        priority=message.priority,
    )
