"""Intake: what a provider hands us is durable before it's acknowledged; what arrives together shares a commit."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence

import structlog

from bot.lots import lots, together
from bot.road import Road, place_of
from channels.base import Channel, Malformed, Polled
from storage.engine import Unavailable
from storage.inbox import LARGE_BYTES
from storage.rows import Arrival
from storage.unit import Conflict, Unit
from workflow.message import SendError

_log = structlog.get_logger("intake")

_WAITING = 5_000  # with more than these waiting, we're overloaded and say so
_CONFLICTS = 5
_POLL_LEASE_S = 15.0  # renewed while it's ours: whoever follows a process that died waits no longer
_LONGEST_PAUSE_S = 60.0
# A backlog is taken in as fast as it's decided: behind more lanes than these a word that comes in just now would wait.
_AHEAD_LANES = 32
_BREATH_S = 0.05
_LONGEST_BREATH_S = 5.0  # then it goes on all the same: nobody may be deciding


class Intake:
    """Takes payloads in. `receive` returns only once the payload is safe."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._waiting: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self.trouble: dict[tuple[str, str], str] = {}  # (channel, office) -> why it can't be polled now

    async def receive(self, channel: Channel, payload: bytes) -> None:
        """Store a payload whose origin is verified; a doublet, known by its key, changes nothing.

        Raises `Malformed` if not even a key is in it, and `Unavailable` if nothing was stored.
        """
        arrival = arrived(channel, payload)
        if self._road.store.inline:
            await self._write([arrival])
            return
        if len(self._waiting) >= _WAITING:
            raise Unavailable(f"{len(self._waiting)} payloads wait to be stored")
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_what_waits())
        await stored

    async def _write_what_waits(self) -> None:
        while self._waiting:
            count = together(self._waiting)
            lot, self._waiting = self._waiting[:count], self._waiting[count:]
            try:
                await self._write([arrival for arrival, _ in lot])
            except Exception as error:  # noqa: BLE001 - handed to who waits for it
                await self._one_by_one(lot, error)
                continue
            for _, stored in lot:
                if not stored.done():
                    stored.set_result(None)

    async def _one_by_one(self, lot: list[tuple[Arrival, asyncio.Future[None]]], error: Exception) -> None:
        """A lot failed: where one payload may be at fault, its neighbours are stored without it."""
        for arrival, stored in lot:
            told: Exception | None = error
            if not isinstance(error, Unavailable) and len(lot) > 1:
                try:
                    await self._write([arrival])
                    told = None
                except Exception as own:  # noqa: BLE001 - handed to who waits for it
                    told = own
            if stored.done():
                continue
            if told is None:
                stored.set_result(None)
            else:
                stored.set_exception(told)

    async def _write(self, arrivals: list[Arrival], cursor: tuple[str, str, str] | None = None) -> None:
        """Payloads, and with them how far a channel was polled (office, channel, cursor)."""
        now = self._road.clock.now()

        def write(unit: Unit) -> int:
            new = unit.inbox.take_in(arrivals, now)
            if cursor is not None:
                unit.times.move_cursor(*cursor, now)
            return new

        for attempt in range(_CONFLICTS):
            try:
                new = await self._road.store.write(write, together=True)
                break
            except Conflict:
                if attempt == _CONFLICTS - 1:
                    raise
        else:  # pragma: no cover - the loop breaks or raises
            return
        if arrivals:
            self._road.bells.inbox.set()
            received = self._road.metrics.received
            received.labels(arrivals[0].channel, "new").inc(max(new, 0))
            received.labels(arrivals[0].channel, "doublet").inc(max(len(arrivals) - new, 0))

    async def poll(self, channel: Channel, holder: str) -> float:
        """Ask a channel once, and store what it says together with how far it was read. How long to pause then.

        Where several processes share the database only one polls a channel; the others look again later.
        """
        assert isinstance(channel, Polled)
        if self._road.store.postgres and not await self._hold(channel, holder):
            return _POLL_LEASE_S / 3
        async with self._kept(channel, holder):
            return await self._ask(channel)

    async def _ask(self, channel: Channel) -> float:
        assert isinstance(channel, Polled)
        name, office, store = channel.name, channel.office, self._road.store
        cursor = await store.read(lambda unit: unit.times.cursor(office, name))
        payloads, after = await channel.poll(cursor)
        if not payloads and after == cursor:
            return channel.pause_s
        *earlier, last = lots(payloads)
        for lot in earlier:
            await self._write(await _arrivals(channel, lot))
        await self._write(await _arrivals(channel, last), (office, name, after))
        return 0.0 if payloads else channel.pause_s

    async def _hold(self, channel: Channel, holder: str) -> bool:
        role, now = f"poll:{channel.name}:{channel.office}", self._road.clock.now()
        return await self._road.store.write(lambda unit: unit.times.hold(role, holder, unit.clock(now), _POLL_LEASE_S))

    @contextlib.asynccontextmanager
    async def _kept(self, channel: Channel, holder: str) -> AsyncIterator[None]:
        """Meanwhile the other processes that share the database are told that the channel is still ours."""

        async def keep() -> None:
            while True:
                await self._road.clock.wait(_POLL_LEASE_S / 3)
                with contextlib.suppress(Unavailable, Conflict):
                    await self._hold(channel, holder)

        renewal = asyncio.create_task(keep()) if self._road.store.postgres else None
        try:
            yield
        finally:
            if renewal is not None:
                renewal.cancel()

    async def _let_others(self, channel: Channel) -> None:
        """While what was polled waits to be decided, others come first."""
        store, clock = self._road.store, self._road.clock
        prefix = f"{channel.name}:{channel.office}:"
        for _ in range(int(_LONGEST_BREATH_S / _BREATH_S)):
            if await store.read(lambda unit: unit.inbox.ready_lanes(prefix, clock.now())) <= _AHEAD_LANES:
                return
            await clock.wait(_BREATH_S)

    async def run_polling(self, channel: Channel, holder: str) -> None:
        """Poll a channel for ever; errors pause it, each one longer than the last, and lose nothing."""
        clock, pause_s = self._road.clock, 1.0
        while True:
            try:
                idle_s = await self.poll(channel, holder)
                pause_s = 1.0
                self.trouble.pop((channel.name, channel.office), None)
                async with self._kept(channel, holder):
                    await clock.wait(idle_s)
                    if not idle_s:
                        await self._let_others(channel)
            except Exception as error:  # noqa: BLE001 - whatever the provider or the database says, we ask again
                level = _log.info if pause_s == 1.0 else _log.warning  # once is nothing: a connection that broke
                why = error.reason if isinstance(error, SendError) else place_of(error)
                level("polling failed", channel=channel.name, office=channel.office, error=why)
                self.trouble[channel.name, channel.office] = f"it can't be asked for news: {why}"
                await clock.wait(self._road.chance.jitter(pause_s))
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def _arrivals(channel: Channel, lot: Sequence[bytes]) -> list[Arrival]:
    """What's long is looked through beside the loop."""
    if sum(map(len, lot)) > LARGE_BYTES:
        return await asyncio.to_thread(lambda: [arrived_somehow(channel, payload) for payload in lot])
    return [arrived_somehow(channel, payload) for payload in lot]


def arrived(channel: Channel, payload: bytes) -> Arrival:
    """The payload with its key and lane. Raises `Malformed`."""
    envelope = channel.envelope(payload)
    return Arrival(channel.office, channel.name, envelope.key, envelope.lane, payload)


def arrived_somehow(channel: Channel, payload: bytes) -> Arrival:
    """As `arrived`; what can't even be named goes in under its digest, to end in quarantine: polling never drops."""
    try:
        return arrived(channel, payload)
    except Malformed:
        digest = hashlib.sha256(payload).hexdigest()
        return Arrival(
            channel.office, channel.name, f"malformed:{digest}", f"{channel.name}:{channel.office}:?", payload
        )
