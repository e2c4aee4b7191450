"""Writes down what became of an attempt to send: its state, its names, the news of it. Inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from bot import topics
from bot.consequences import Consequence, consequence, outside, undelivered
from storage.columns import micros
from storage.receipts import Told, Traced
from storage.rows import Arrival, OutboxRow, encode
from storage.unit import Unit
from workflow.happening import Delivery
from workflow.message import THEIRS, Address, Fact, Limits, Moved, Outbound, SendError, Sent, address_of

State = Literal["accepted", "held", "sent", "delivered", "read", "failed", "uncertain", "cancelled"]
NO_NEWS = frozenset({"edit", "delete", "press", "topic"})  # changes of something else: nobody waits for them
_OF_TOPICS = frozenset({"lost_topic", "closed_topic"})
_MENDED = {"lost_topic": topics.lost, "closed_topic": topics.closed, "vanished": topics.vanished}
_NOT_KEPT = frozenset({"edit", "delete", "press", "topic"})


@dataclass(frozen=True, slots=True)
class Way:
    """A message about to be sent, with the provider's names for everything it refers to."""

    row: OutboxRow
    to: Address  # where it really goes: the address, or what it moved to
    target: str = ""
    reply_to: str = ""
    thread: str = ""
    route: str = ""  # the thread of mails it goes on in
    recent: str = ""  # what they wrote last
    claimed_at: datetime | None = None  # from then on its lease ran


def settle_sent(unit: Unit, way: Way, sent: Sent, now: datetime, limits: Limits) -> None:
    """The provider took it. Where it says later what became of it, that's no more than `accepted`.

    Whoever slept for longer than their lease may come too late to say so: then only the copy's name is kept.
    """
    row, message, lane = way.row, way.row.message, way.to.lane
    unit.outbox.hold(row.address)
    if (state := unit.outbox.taken_over(row)) not in ("", "uncertain"):
        _came_late(unit, way, sent, state, now)
        return
    if message.kind == "delete":
        unit.outbox.deleted(lane, way.target, now)
        if _more_to_delete(unit, lane, message.target):
            unit.outbox.again(row, "queued", now, attempts=row.attempts, doubts=row.doubts, reason="")
            unit.outbox.go_on(row.address, now)
            return
    if message.kind == "topic" and sent.thread:
        unit.outbox.made_topic(message.to, message.topic, sent.thread, now)
        unit.inbox.take_in(topics.begun_again(unit, message, now), now)
    if message.kind == "edit" and message.refers is not None:
        unit.outbox.refer_anew(lane, way.target, message.refers)
    followed = message.about and (limits.receipts or limits.threads)
    if message.kind not in _NOT_KEPT and (message.key or message.refers or followed):
        unit.outbox.sent_as(row, lane, sent.id, now)
    unit.outbox.settle(row, "sent", now)
    if message.delete_after_s:
        unit.outbox.put_in([(_deletion(message, now), 0)], now)
    if limits.receipts:
        _accepted(unit, row, now)
    elif message.about:
        tell(unit, row, "sent", now)
    unit.outbox.go_on(row.address, now)


def _came_late(unit: Unit, way: Way, sent: Sent, state: str, now: datetime) -> None:
    """Another has sent it meanwhile, and perhaps changed it since: what people see must be what it says now.

    A card's copy goes again, and no edit is meant for it: it may stand below the other one, with buttons that are over.
    """
    row, message = way.row, way.row.message
    if message.kind == "edit":
        _edit_again(unit, row, now)
    if message.kind in _NOT_KEPT or not (message.key or message.refers) or not sent.id:
        return
    if message.kind != "card" or state != "sent":
        unit.outbox.sent_as(row, way.to.lane, sent.id, now)
        return
    unit.outbox.sent_as(changed(row, message=replace(message, key="")), way.to.lane, sent.id, now)
    gone = Outbound(to=message.to, kind="delete", target=f"{THEIRS}{sent.id}", priority=message.priority)
    unit.outbox.put_in([(gone, 0)], now)


def _edit_again(unit: Unit, row: OutboxRow, now: datetime) -> None:
    """An edit that came late may have undone a newer one: that goes once more."""
    if newer := unit.outbox.newest_edit(row):
        unit.outbox.put_in([(newer, 0)], now)


def settle_failed(unit: Unit, row: OutboxRow, error: SendError, now: datetime, pause_s: float) -> Consequence:
    """The attempt failed: what the table says. `pause_s` is the table's pause, spread a little."""
    if error.fact in _OF_TOPICS and not row.message.topic:
        error = SendError("refused", error.reason)
    found = consequence(error.fact, row.message.kind, row.attempts, row.doubts, error.retry_after_s)
    unit.outbox.hold(row.address)
    if unit.outbox.taken_over(row):  # our lease ran out, and what became of it since is others' to say
        if row.message.kind == "edit" and error.fact == "uncertain":
            _edit_again(unit, row, now)
        return found
    if found.mark == "aside":  # nothing was tried: there's nothing to record
        unit.outbox.step_aside(row, now + timedelta(seconds=pause_s))
        unit.outbox.go_on(row.address, now)
        return found
    unit.outbox.note(row, error.fact, now, error.reason)
    doubts = row.doubts + found.doubt
    if found.doubt and (better := _known_better(unit, row, now)):
        found = better
    elif found.state == "held":
        _stays_out(unit, unit.receipts.traced([row.id])[row.id], error.reason, now)
    elif found.settled:
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
    elif found.mark == "barred":
        until = now + timedelta(seconds=max(found.pause_s, pause_s))
        unit.outbox.mark(row.address, busy_until=until, reason=error.reason[:300])
    elif found.mark == "moved":
        unit.outbox.mark(row.address, moved_to=error.moved_to)
        _tell_of_move(unit, row, error.moved_to, now)
    elif act := _MENDED.get(found.mark):
        act(unit, row, now)
    waited_for = row.message.kind not in NO_NEWS and (row.message.about or row.message.key)
    if found.news and found.state != "held" and waited_for:
        tell(unit, row, found.news, now, error.reason, error.fact)
    unit.outbox.go_on(row.address, now)
    return found


def _tell_of_move(unit: Unit, row: OutboxRow, to: str, now: datetime) -> None:
    """The chat is another one now, as the provider answered: the core learns it as if it had been told in the chat."""
    former = address_of(row.address)
    event = Moved(chat=former, at=now, former=former.chat, to=to)
    key = f"moved:{former.chat}:{to}"
    unit.inbox.take_in([Arrival(row.office, "post", key, former.lane, encode(event), "event")], now)


def hold_back(unit: Unit, rows: Sequence[Traced], now: datetime, reason: str = "") -> None:
    """Their addressee hasn't written for so long: these wait until they do, and each is told of once; chatter goes."""
    waits = [row for row in rows if outside(row.kind).state == "held"]
    unit.outbox.put_on_hold([row.id for row in waits], reason)
    if goes := [row.id for row in rows if outside(row.kind).state == "dropped"]:
        unit.outbox.drop(goes, now, "they haven't written for too long")
    heard = {address: unit.outbox.heard_at(address) for address in {row.address for row in waits}}
    news = [news_of(row, "held", now, reason, nth=_stretch(heard[row.address], row.started_at)) for row in waits]
    unit.inbox.take_in(news, now)


def _stretch(*moments: datetime | None) -> str:
    """Tells apart the times that a message is held: when they wrote last, and when it was last tried."""
    return "".join(f":{micros(each) if each else 0}" for each in moments)


def not_delivered(unit: Unit, row: Traced, told: Told, now: datetime) -> Consequence:
    """The provider took it and says now that it didn't arrive. The row's address is held by this transaction."""
    found = undelivered(told.fact, row.kind, row.returned)
    reason = told.reason or told.fact
    if found.state == "held":
        unit.receipts.forget_receipt(row.id)
        _stays_out(unit, row, reason, now)
    elif found.state == "later":
        unit.receipts.forget_receipt(row.id)
        unit.receipts.put_back(row.id, now + timedelta(seconds=found.pause_s), reason)
    else:
        unit.receipts.give_up(row.id, now, reason)
    if found.mark == "gone":
        unit.outbox.mark(row.address, gone_at=now, reason=reason[:300])
    about = unit.receipts.about(row)
    if found.news == "failed" and row.kind not in NO_NEWS and (about or row.key):
        unit.inbox.take_in([news_of(row, "failed", now, reason, about=about, fact=told.fact)], now)
    unit.outbox.go_on(row.address, now)
    return found


def tell(
    unit: Unit, row: OutboxRow, state: State, now: datetime, reason: str = "", fact: Fact | Literal[""] = ""
) -> None:
    """Put the news of a message into the lane of its address."""
    message, chat = row.message, address_of(row.address)
    news = Delivery(chat=chat, at=now, key=message.key, state=state, about=message.about, kind=message.kind)
    unit.inbox.take_in([_arrival(row, replace(news, reason=reason, fact=fact))], now)


def news_of(
    row: Traced,
    state: State,
    now: datetime,
    reason: str = "",
    *,
    about: str = "",
    fact: Fact | Literal[""] = "",
    nth: str = "",
) -> Arrival:
    """The news of a message, for the lane of its address. `nth` tells apart what may happen to it more than once."""
    chat = address_of(row.address)
    news = Delivery(chat=chat, at=now, key=row.key, state=state, about=about or row.about, kind=row.kind)
    return _arrival(row, replace(news, reason=reason, fact=fact), nth)


def _arrival(row: OutboxRow | Traced, news: Delivery, nth: str = "") -> Arrival:
    return Arrival(row.office, "delivery", f"{row.id}:{news.state}{nth}", row.address, encode(news), "event")


def _accepted(unit: Unit, row: OutboxRow, now: datetime) -> None:
    """The provider's word that it has the message; its later news may have come before that."""
    traced = unit.receipts.traced([row.id])[row.id]
    if traced.receipt == "failed":
        not_delivered(unit, traced, _failure(unit, row.id), now)
    elif not traced.receipt and row.message.about:
        tell(unit, row, "accepted", now)


def _known_better(unit: Unit, row: OutboxRow, now: datetime) -> Consequence | None:
    """What became of an uncertain attempt, where the provider's news of it came in all the same."""
    traced = unit.receipts.traced([row.id]).get(row.id)
    if traced is None or not traced.receipt:
        return None
    if traced.receipt == "failed":
        return not_delivered(unit, traced, _failure(unit, row.id), now)
    arrived(unit, traced, now)
    return Consequence("sent", settled=True)


def arrived(unit: Unit, row: Traced, now: datetime) -> None:
    """It did reach the provider, though we had given it up or meant to send it again."""
    good = [each for each in unit.receipts.told([row.id]) if each.message and each.state != "failed"]
    whole = unit.outbox.row(row.id)
    if whole is not None and row.kind not in _NOT_KEPT and good:
        unit.outbox.sent_as(whole, row.address, good[-1].message, now)
    unit.receipts.got_there([row.id], now)
    unit.outbox.go_on(row.address, now)


def _failure(unit: Unit, number: int) -> Told:
    return next(each for each in reversed(unit.receipts.told([number])) if each.state == "failed")


def _stays_out(unit: Unit, row: Traced, reason: str, now: datetime) -> None:
    """The provider says that the window is closed; unless they wrote since the attempt, it's held."""
    heard = unit.outbox.heard_at(row.address)
    if heard is not None and row.started_at is not None and heard > row.started_at:
        unit.receipts.put_back(row.id, now, reason)
        return
    unit.outbox.shut(row.address)
    hold_back(unit, [row], now, reason)


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
