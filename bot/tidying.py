"""Tidying: what has done its work goes for good after its time, a little at a time. How long it stays stands here.

What people are told and what is recorded of a complaint isn't touched: this is the traffic, not the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.purge import is_purged
from bot.road import Road
from channels.base import Replayable
from storage.files import Files
from storage.pruning import Traffic
from storage.unit import Unit

_log = structlog.get_logger("tidying")

# A payload done stays for two weeks, to be looked into and to know its doublets by: Telegram repeats for a day
# (tdlib/telegram-bot-api, WebhookActor.cpp). Where a call could come again whenever somebody likes, its key stays.
# What was sent stays a month, for questions whether it was.
INBOX_DAYS = 14
OUTBOX_DAYS = 30
BELLS_DAYS = 30
_AT_ONCE = 500

_DAYS: dict[Traffic, int] = {
    "inbox": INBOX_DAYS,
    "quarantine": INBOX_DAYS,  # after it was replayed; what nobody has looked at stays
    "outbox": OUTBOX_DAYS,
}


@dataclass(frozen=True, slots=True)
class Tidying:
    """Removes what may go. Several processes may do it at once."""

    road: Road
    files: Files

    async def step(self) -> int:
        """One round; how much went. Searching holds up no writer, and each removal is short."""
        now, store = self.road.clock.now(), self.road.store
        gone = await self._erased_files()
        lasting = self._lasting()
        before = now - timedelta(days=INBOX_DAYS)
        while ids := await store.read(partial(_full, before, lasting)):
            await store.write(partial(_empty, ids))
        for where, days in _DAYS.items():
            before = now - timedelta(days=days)
            while ids := await store.read(partial(_spent, where, before, lasting)):
                await store.write(partial(_remove, where, ids))
                gone += len(ids)
        await store.write(lambda unit: unit.pruning.remove_bells(now - timedelta(days=BELLS_DAYS)))
        if gone:
            _log.info("tidied up", gone=gone)
        return gone

    def _lasting(self) -> list[tuple[str, str]]:
        """Channels and how their keys begin that are never forgotten, for their calls could be brought again."""
        known = [each for each in self.road.channels.values() if isinstance(each, Replayable)]
        return sorted({(each.name, start) for each in known for start in each.lasting})

    async def _erased_files(self) -> int:
        """Bytes first, then the row that knows of them: whatever dies in between is done again."""
        store, gone = self.road.store, 0
        while ids := await store.read(lambda unit: unit.pruning.erased_files(_AT_ONCE)):
            for each in ids:
                await self.files.erase(each)
            await store.write(partial(self._remove_files, ids))
            gone += len(ids)
        return gone

    def _remove_files(self, ids: list[str], unit: Unit) -> None:
        """What was erased before it was ever fetched may still lie at its provider."""
        rows = [row for each in ids if (row := unit.shelf.file(each)) is not None]
        purged = [row for row in rows if row.ref and is_purged(self.road.channels.get((row.channel, row.office)))]
        unit.shelf.ask_purge(purged, self.road.clock.now())
        unit.pruning.remove_files(ids)


def _spent(where: Traffic, before: datetime, lasting: list[tuple[str, str]], unit: Unit) -> list[int]:
    return unit.pruning.spent(where, before, _AT_ONCE, lasting)


def _full(before: datetime, lasting: list[tuple[str, str]], unit: Unit) -> list[int]:
    return unit.pruning.full(before, _AT_ONCE, lasting) if lasting else []


def _empty(ids: list[int], unit: Unit) -> None:
    unit.pruning.empty(ids)


def _remove(where: Traffic, ids: list[int], unit: Unit) -> None:
    unit.pruning.remove(where, ids)
