"""Chooses what leaves next for an address: order, pace, and what must wait for another message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.outbox import WaitingRow

# Telegram's limits as users know them (core.telegram.org/bots/faq): about one message a second in a chat, short bursts
# apart, and 20 a minute in a group. Edits and new topics count; answers to presses don't.
BURST = 3
SECOND = timedelta(seconds=1)
GROUP_MESSAGES = 20
GROUP_WINDOW = timedelta(seconds=60)
GROUP_KEPT = 6  # of these, for citizens' words and acts
CARD_PRIORITY = 5  # what's less urgent than that doesn't get the kept ones
EDIT_GAP = timedelta(seconds=3)  # between edits of one message; what comes meanwhile is one edit

Started = Sequence[tuple[datetime, str]]  # when an attempt began, and the key of the message it edits


@dataclass(frozen=True, slots=True)
class Choice:
    """What may leave now, and when to look again if nothing else happens; None: nothing waits."""

    ids: tuple[int, ...] = ()
    again_at: datetime | None = None


def choose(
    rows: Sequence[WaitingRow],
    started: Started,
    now: datetime,
    *,
    group: bool,
    threads: frozenset[str] = frozenset(),
    busy_until: datetime | None = None,
    held_until: datetime | None = None,
) -> Choice:
    """One message, and every answer to a press, that may go to an address now.

    A talk of two keeps the order of the queue. A group takes the urgent first, but nothing before the topic it stands
    in or the message it changes. `threads` are the codes whose topic exists. A message that failed holds up those
    behind it; one that's held back does not.
    """
    presses = tuple(row.id for row in rows if row.kind == "press" and row.state != "sending" and _due(row, now) <= now)
    look = [held_until] if held_until else []
    look += [_due(row, now) for row in rows if row.kind == "press" and row.id not in presses]
    others = [row for row in rows if row.kind != "press"]
    flying = [row for row in others if row.state == "sending"]
    if flying:
        look += [max(row.lease_until or now, now + SECOND) for row in flying]  # it may take longer than its lease
        return Choice(presses, min(look))
    if busy_until is not None and busy_until > now:
        return Choice(presses, min([*look, busy_until]) if others else _first(look))
    others.sort(key=lambda row: (row.priority if group else 0, row.id))
    for row in others:
        if _waits_for_another(row, others, threads):
            continue
        at = max(_due(row, now), _pace(row, started, now, group=group))
        if at <= now:
            return Choice((*presses, row.id), _first(look))
        look.append(at)
        if row.kind != "topic" and not _is_edit_too_soon(row, started, now):
            break  # whatever is behind it keeps its place
    return Choice(presses, _first(look))


def _due(row: WaitingRow, now: datetime) -> datetime:
    return max(row.not_before or now, row.ready_at or now)


def _first(moments: Sequence[datetime]) -> datetime | None:
    return min(moments) if moments else None


def _waits_for_another(row: WaitingRow, rows: Sequence[WaitingRow], threads: frozenset[str]) -> bool:
    """Whether what it stands in, or what it changes, or an earlier change of that, is itself still on the way."""
    if row.topic and row.kind != "topic" and row.topic not in threads:
        return any(each.kind == "topic" and each.topic == row.topic for each in rows)  # one made again is the younger
    return bool(row.target) and any(row.target in (each.key, each.target) and each.id < row.id for each in rows)


def _pace(row: WaitingRow, started: Started, now: datetime, *, group: bool) -> datetime:
    """When the pace lets the row go: after a burst one a second, in a group so many a minute, edits apart."""
    at = _after_burst([moment for moment, _ in started], now)
    if group:
        recent = [moment for moment, _ in started if moment > now - GROUP_WINDOW]
        allowed = GROUP_MESSAGES - (GROUP_KEPT if row.priority >= CARD_PRIORITY else 0)
        if len(recent) >= allowed:
            at = max(at, recent[len(recent) - allowed] + GROUP_WINDOW)
    if row.kind == "edit":
        at = max([at, *(moment + EDIT_GAP for moment, target in started if target == row.target)])
    return at


def _is_edit_too_soon(row: WaitingRow, started: Started, now: datetime) -> bool:
    return row.kind == "edit" and any(target == row.target and moment + EDIT_GAP > now for moment, target in started)


def _after_burst(moments: Sequence[datetime], now: datetime) -> datetime:
    """A bucket of `BURST` that gets one back each second."""
    left, since = float(BURST), None
    for moment in moments:
        if since is not None:
            left = min(float(BURST), left + (moment - since) / SECOND)
        left, since = left - 1, moment
    if since is None:
        return now
    left = min(float(BURST), left + (now - since) / SECOND)
    return now if left >= 1 else now + (1 - left) * SECOND
