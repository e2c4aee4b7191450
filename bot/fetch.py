"""Fetch: files named in messages -> sealed files, outside any transaction; the lane learns what became of each."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.contents import LIMIT_BYTES, Failure, Reason, content_of
from bot.media import Finding, Media, Unfit
from bot.purge import is_purged
from bot.road import Road, endless, place_of
from channels.base import Channel, Downloading, FetchError
from storage.engine import Unavailable
from storage.files import Files
from storage.rows import Arrival, FileRow, encode
from storage.seal import Unopenable
from storage.unit import Conflict, Unit
from workflow.happening import FileFailed, FileReady
from workflow.message import address_of

_log = structlog.get_logger("fetch")

_TRIES = 3
_PAUSES_S = (5.0, 30.0)
_LONGEST_S = 60.0
_LONGEST_QUEUE_S = 170.0  # of a source that does one thing after the other, with a time limit of its own for each
_LEASE_S = 20.0  # renewed while it's being fetched: whoever follows a process that died waits no longer
_AT_ONCE = 16
# And of one channel of an office: a provider that hangs keeps each file for a minute, and the others' mustn't wait.
_FROM_A_SOURCE = 2
_IDLE_S = 5.0
_NO_ROOM_S = 30.0
_REASONS: tuple[Reason, ...] = ("too_big", "not_allowed", "broken", "gone", "timeout")


class _NotKept(Exception):
    """Our own disk doesn't take it: the file isn't to blame, so it's tried until there's room again."""


@dataclass(slots=True)
class Fetcher:
    """Downloads, inspects and seals."""

    road: Road
    files: Files
    media: Media
    sources: Mapping[str, Downloading] = field(default_factory=dict)  # by name, beside the channels: the press
    _fetching: dict[str, asyncio.Task[None]] = field(default_factory=dict)  # by the file's id
    _busy: Counter[str] = field(default_factory=Counter)  # how many those are by channel and office

    async def run(self) -> None:
        """For ever; one that hangs holds up no others."""

        async def body() -> float:
            rows = await self._leased(1) if len(self._fetching) < _AT_ONCE else []
            for row in rows:
                self._begin(row)
            return 0.0 if rows else _IDLE_S

        renewal = asyncio.create_task(self._renew_leases())
        try:
            await endless("fetch", body, self.road.clock, self.road.bells.files)
        finally:
            for task in (renewal, *self._fetching.values()):
                task.cancel()

    async def step(self) -> bool:
        """A few files at once. True: some were tried, call again at once. False: none is due."""
        rows = await self._leased(4)
        await asyncio.gather(*(self._one(row) for row in rows))
        return bool(rows)

    async def _leased(self, limit: int) -> list[FileRow]:
        now = self.road.clock.now()
        until = now + timedelta(seconds=_LEASE_S)
        full = [name for name, count in self._busy.items() if count >= _FROM_A_SOURCE]
        return await self.road.store.write(lambda unit: unit.shelf.lease_files(now, until, limit, full))

    def _begin(self, row: FileRow) -> None:
        source = f"{row.channel}:{row.office}"
        task = self._fetching[row.id] = asyncio.create_task(self._one(row))
        self._busy[source] += 1

        def end(task: asyncio.Task[None]) -> None:
            del self._fetching[row.id]
            self._busy[source] -= 1
            error = None if task.cancelled() else task.exception()
            if error is not None:  # it's leased for a while yet, and then tried again
                level = _log.warning if isinstance(error, Unavailable | Conflict) else _log.error
                level("a file can't be taken in yet", channel=row.channel, office=row.office, error=place_of(error))
            self.road.bells.files.set()

        task.add_done_callback(end)

    async def _renew_leases(self) -> None:
        clock, store = self.road.clock, self.road.store
        while True:
            await clock.wait(_LEASE_S / 4)
            names, until = list(self._fetching), clock.now() + timedelta(seconds=_LEASE_S)
            if names:
                with contextlib.suppress(Unavailable, Conflict):
                    await store.write(partial(_renew, names, until))

    async def _one(self, row: FileRow) -> None:
        try:
            content = await self._downloaded(row)
            finding = await self._inspected(row, content)
            await self._keep(row, content, finding)
        except _NotKept:
            at = self.road.clock.now() + timedelta(seconds=self.road.chance.jitter(_NO_ROOM_S))
            await self.road.store.write(lambda unit: unit.shelf.fetch_later(row.id, row.attempts, at))
        except Failure as failure:
            await self._failed(row, failure)

    async def _downloaded(self, row: FileRow) -> bytes:
        """The bytes, at most `LIMIT_BYTES` of them."""
        if row.size_bytes > LIMIT_BYTES:
            raise Failure("too_big")
        source = self.sources.get(row.channel) or self._channel(row)
        if source is None or not row.ref:
            raise Failure("gone")
        try:
            async with asyncio.timeout(_LONGEST_QUEUE_S if row.channel in self.sources else _LONGEST_S):
                content = await content_of(self.road, source, row)
        except Failure:
            raise
        except FetchError as error:
            reason: Reason = next((each for each in _REASONS if each == error.reason), "gone")
            raise Failure(reason, again=error.again) from error
        except TimeoutError:
            raise Failure("timeout", again=True) from None
        except Exception as error:
            where = place_of(error)
            _log.error("a download failed as it shouldn't", channel=row.channel, office=row.office, error=where)
            raise Failure("timeout", again=True) from error
        if len(content) > LIMIT_BYTES:
            raise Failure("too_big")
        return content

    def _channel(self, row: FileRow) -> Channel | None:
        return self.road.channels.get((row.channel, row.office))

    async def _inspected(self, row: FileRow, content: bytes) -> Finding:
        try:
            if row.channel in self.sources:
                return await self.media.inspect_ours(content)
            return await self.media.inspect(content)
        except Unfit as error:
            raise Failure(error.reason) from error

    async def _keep(self, row: FileRow, content: bytes, finding: Finding) -> None:
        """Seal the bytes first, then say in one transaction that they are there."""
        store, now = self.road.store, self.road.clock.now()
        key = await store.write(partial(self._key, row, now))
        if key is None:
            self.road.bells.purges.set()
            return
        try:
            await self.files.write(row.id, content, key)
        except OSError as error:
            _log.error("a file can't be kept", office=row.office, error=str(error))
            raise _NotKept from error
        digest = await asyncio.to_thread(_sha256, content)

        def keep(unit: Unit) -> bool:
            try:
                unit.shelf.file_key(unit.shelf.file(row.id) or row)
            except Unopenable:  # erased meanwhile, alone or with its draft
                self._purge(unit, row, now)
                return False
            kept = unit.shelf.settle_file(
                row.id,
                state="ready",
                type=finding.type,
                mime=finding.mime,
                sha256=digest,
                size_bytes=len(content),
                **self._spent(row),
            )
            if kept:
                self._tell(unit, row, _ready(row, finding, digest, len(content), now))
            self._purge(unit, row, now)
            return kept

        if await store.write(keep):
            self.road.metrics.files.labels("ready").inc()
            self.road.bells.inbox.set()
        else:
            await self._forget_if_erased(row)
        self.road.bells.purges.set()

    def _key(self, row: FileRow, now: datetime, unit: Unit) -> bytes | None:
        """What its bytes are sealed with; None: it's kept or given up already, or isn't to be kept at all."""
        try:
            return unit.shelf.key_to_fetch_with(row, now)
        except Unopenable:
            self._purge(unit, row, now)
            return None

    def _spent(self, row: FileRow) -> dict[str, bytes]:
        """What was to be drawn needn't be known any more: it names people, and another drawing gets its own words."""
        return {"ref": b""} if row.channel in self.sources else {}

    def _purge(self, unit: Unit, row: FileRow, now: datetime) -> None:
        """It's kept here, or never will be: its provider needn't keep it any longer."""
        if row.ref and is_purged(self._channel(row)):
            unit.shelf.ask_purge([row], now)

    async def _forget_if_erased(self, row: FileRow) -> None:
        found = await self.road.store.read(lambda unit: unit.shelf.file(row.id))
        if found is not None and found.state != "ready":
            await self.files.erase(row.id)

    async def _failed(self, row: FileRow, failure: Failure) -> None:
        now = self.road.clock.now()
        if failure.again and row.attempts + 1 < _TRIES:
            at = now + timedelta(seconds=self.road.chance.jitter(_PAUSES_S[row.attempts]))
            await self.road.store.write(lambda unit: unit.shelf.fetch_later(row.id, row.attempts + 1, at))
            return

        def give_up(unit: Unit) -> None:
            if unit.shelf.settle_file(row.id, state="failed", reason=failure.reason, sealed=None, **self._spent(row)):
                event = FileFailed(chat=address_of(row.lane), at=now, file=row.id, reason=failure.reason)
                self._tell(unit, row, event)
            self._purge(unit, row, now)

        await self.road.store.write(give_up)
        self.road.bells.purges.set()
        self.road.metrics.files.labels(failure.reason).inc()
        self.road.bells.inbox.set()

    def _tell(self, unit: Unit, row: FileRow, event: FileReady | FileFailed) -> None:
        unit.inbox.take_in([Arrival(row.office, "file", row.id, row.lane, encode(event), "event")], event.at)


def _renew(names: list[str], until: datetime, unit: Unit) -> None:
    unit.shelf.renew_files(names, until)


def _ready(row: FileRow, finding: Finding, digest: str, size_bytes: int, now: datetime) -> FileReady:
    return FileReady(
        chat=address_of(row.lane),
        at=now,
        file=row.id,
        type=finding.type,
        mime=finding.mime,
        size_bytes=size_bytes,
        sha256=digest,
        width_px=finding.width_px,
        height_px=finding.height_px,
        position=finding.position,
        dark=finding.dark,
        blurred=finding.blurred,
        plain=finding.plain,
        look=finding.look,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
