"""Receipts: a provider's later news of our messages, found to their rows, kept, and told to who waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.consequences import is_news
from bot.reading import Arrived
from bot.settling import NO_NEWS, arrived, news_of, not_delivered
from storage.receipts import Told, Traced
from storage.rows import Arrival
from storage.unit import Unit
from workflow.message import Receipt, address_of

# Whatever we thought of such a message, news of it says that it's there: it isn't sent again.
_THOUGHT_LOST = frozenset({"queued", "later", "uncertain", "held", "refused"})
_MAY_FAIL = frozenset({"sent", "uncertain"})


@dataclass(slots=True)
class Taken:
    """What became of a lot of receipts."""

    counts: list[tuple[str, str]] = field(default_factory=list)  # (channel, its state | known | stranger)
    lanes: set[str] = field(default_factory=set)  # that were told something


def take(unit: Unit, lot: Sequence[Arrived], now: datetime) -> Taken:
    """Keep what these say. They may come in any order, twice, before our own note of the sending, or for strangers.

    What was told is only ever added to; what's known of a message only gets better. One statement for each kind of
    thing, whatever the lot's size, except where a message has to be sent again or given up.
    """
    taken, judging = Taken(), _Judging()
    rows = _found(unit, lot)
    judging.failed_before = _failed_before(unit, rows.values())
    for each in lot:
        row = rows.get(each.row.id)
        word = judging.judge(row, _receipt(each), now) if row is not None else "stranger"
        taken.counts.append((each.row.channel, word))
    unit.receipts.note(judging.notes, now)
    unit.receipts.mark(judging.known)
    for row in judging.there.values():
        arrived(unit, row, now)
    news = list(judging.news.values())
    unit.inbox.take_in(news, now)
    taken.lanes.update(each.lane for each in news)
    for row, told in judging.failures.values():
        not_delivered(unit, row, told, now)
        taken.lanes.add(row.address)
    return taken


@dataclass(slots=True)
class _Judging:
    """What receipts say, one after the other; gathered to be written."""

    failed_before: set[tuple[int, str]] = field(default_factory=set)  # (our number, the provider's id of an attempt)
    notes: list[tuple[Traced, Told]] = field(default_factory=list)
    known: dict[int, str] = field(default_factory=dict)
    news: dict[tuple[int, str], Arrival] = field(default_factory=dict)
    there: dict[int, Traced] = field(default_factory=dict)
    failures: dict[int, tuple[Traced, Told]] = field(default_factory=dict)

    def judge(self, row: Traced, receipt: Receipt, now: datetime) -> str:
        """What one receipt says of its message: its state, or "known" where that's nothing new."""
        told = Told(row.id, receipt.state, receipt.message, receipt.fact, receipt.reason)
        self.notes.append((row, told))
        is_old = (row.id, receipt.message) in self.failed_before and receipt.state in ("sent", "failed")
        if is_old or not is_news(self.known.get(row.id, row.receipt), receipt.state):
            return "known"
        if receipt.state == "failed":
            return self._failed(row, told)
        self.known[row.id] = receipt.state
        self.failures.pop(row.id, None)
        if row.state in _THOUGHT_LOST:
            self.there[row.id] = row
        if row.about and row.kind not in NO_NEWS:
            self.news[row.id, receipt.state] = news_of(row, receipt.state, now, receipt.reason)
        return receipt.state

    def _failed(self, row: Traced, told: Told) -> str:
        """Of a message that's just being sent it's only kept: the sender will find it when it notes the sending."""
        if row.state not in _MAY_FAIL and row.state != "sending":
            return "known"
        self.known[row.id] = told.state
        if row.state in _MAY_FAIL:
            self.failures[row.id] = (row, told)
        return told.state


def _found(unit: Unit, lot: Sequence[Arrived]) -> dict[int, Traced]:
    """The message that each is about, by the receipt's inbox row: only one of the same office, channel and address."""
    receipts = [(each, _receipt(each)) for each in lot]
    by_id = unit.receipts.known_by((told.chat.lane, told.message) for _, told in receipts if not told.ours)
    numbers = {each.row.id: told.ours or by_id.get((told.chat.lane, told.message), 0) for each, told in receipts}
    traced = unit.receipts.traced(number for number in numbers.values() if number)
    found = {}
    for each, told in receipts:
        row = traced.get(numbers[each.row.id])
        if row is not None and _belongs(unit, row, each, told):
            found[each.row.id] = row
    return found


def _belongs(unit: Unit, row: Traced, each: Arrived, told: Receipt) -> bool:
    """Whether it's the same way. A provider may know an address by another name than ours, or not say it at all."""
    to = address_of(row.address)
    if (to.office, to.channel) != (each.row.office, each.row.channel):
        return False
    if told.chat.chat in ("", to.chat):
        return True
    pair = (row.address, told.message)
    return unit.receipts.known_by([pair]).get(pair) == row.id


def _failed_before(unit: Unit, rows: Iterable[Traced]) -> set[tuple[int, str]]:
    """The attempts that failed before these messages were sent anew. A mail's name is the same at each attempt."""
    returned = {row.id: row for row in rows if row.returned}
    if not returned:
        return set()
    failed = {(told.outbox, told.message) for told in unit.receipts.told(sorted(returned)) if told.state == "failed"}
    return failed - unit.receipts.named([row for row in returned.values() if row.state == "sent"])


def _receipt(each: Arrived) -> Receipt:
    assert isinstance(each.event, Receipt)
    return each.event
