"""Purge: what providers keep of files until it's deleted there is deleted, however long it takes, and on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.road import Road, endless, place_of
from channels.base import Channel, Purging
from storage.shelf import PurgeRow
from storage.unit import Unit
from workflow.message import SendError

_log = structlog.get_logger("purge")

_AT_ONCE = 8
_LEASE_S = 300.0
_IDLE_S = 60.0
_PAUSES_S = (60.0, 600.0, 3600.0, 6 * 3600.0)
_LONGEST_PAUSE_S = 24 * 3600.0
_TRIES = 14  # some ten days; then an operator has to look


def is_purged(channel: Channel | None) -> bool:
    """Whether what's sent there is to be deleted at its provider."""
    return isinstance(channel, Purging) and channel.purges


@dataclass(slots=True)
class Purger:
    """Deletes at the provider what is kept here, or can't be kept."""

    road: Road

    async def run(self) -> None:
        """For ever."""

        async def body() -> float:
            return 0.0 if await self.step() else _IDLE_S

        await endless("purge", body, self.road.clock, self.road.bells.purges)

    async def step(self) -> bool:
        """A few files. True: some were tried, call again at once. False: none is due."""
        now = self.road.clock.now()
        until = now + timedelta(seconds=_LEASE_S)
        rows = await self.road.store.write(lambda unit: unit.shelf.lease_purges(now, until, _AT_ONCE))
        for row in rows:
            await self._one(row)
        return bool(rows)

    async def _one(self, row: PurgeRow) -> None:
        failure = await self._tried(row)
        now = self.road.clock.now()

        def note(unit: Unit) -> str:
            if not failure:
                unit.shelf.settle_purge(row.file, "deleted", "", now)
                return "deleted"
            if row.attempts + 1 >= _TRIES:
                unit.shelf.settle_purge(row.file, "failed", failure, now)
                return "failed"
            pause_s = self.road.chance.jitter((*_PAUSES_S, _LONGEST_PAUSE_S)[min(row.attempts, len(_PAUSES_S))])
            unit.shelf.purge_later(row.file, failure, now + timedelta(seconds=pause_s))
            return "later"

        outcome = await self.road.store.write(note)
        self.road.metrics.purges.labels(row.channel, outcome).inc()
        if outcome == "failed":
            _log.error("a file stays at its provider", channel=row.channel, office=row.office, reason=failure)

    async def _tried(self, row: PurgeRow) -> str:
        """Why it couldn't be deleted; "" if it's gone."""
        channel = self.road.channels.get((row.channel, row.office))
        if not isinstance(channel, Purging):
            return "the channel isn't configured any more"
        if not row.ref:
            return "what names it at the provider can't be opened"
        try:
            await channel.purge(row.ref)
        except SendError as error:
            return f"{error.fact}: {error.reason}"
        except Exception as error:  # noqa: BLE001 - logged; it's tried again
            where = place_of(error)
            _log.error("a channel raised what it shouldn't", channel=row.channel, office=row.office, error=where)
            return where
        return ""
