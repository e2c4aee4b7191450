"""The program as one process: the real roles of the road, woken by their bells and on time, killed and started anew."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from bot.clock import Chance
from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.intake import Intake
from bot.media import Finding, Unfit
from bot.pump import Pump
from bot.road import Road
from bot.ticks import Ticks
from channels.base import Call, Called, Channel, Forged, NotMine
from storage.columns import Moment
from storage.engine import Store, Unavailable
from storage.files import NotThere
from storage.seal import Seal, box, unbox
from storage.tables import files as files_table
from storage.unit import Conflict, Unit
from tests.doubles import MASTER
from tests.simulation.agenda import START, Agenda, VirtualClock
from tests.simulation.faults import Faults, Life
from tests.simulation.provider import Provider
from tests.simulation.strands import carry, stand_still
from tests.simulation.wires.base import Wire, WireHttp, remembering
from workflow.message import SendError
from workflow.office import Office

_LATENCY_S = {"pump": (0.005, 0.08), "deliver": (0.03, 0.4), "fetch": (0.2, 3.0), "ticks": (0.0, 1.0)}
CLAIMED_AT_ONCE = 16  # messages that are claimed together, as the service does
_SWEEP_EVERY = timedelta(hours=1)


class SealedDisk:
    """Files in memory, sealed as the real ones are. A crash may come before and after each is written."""

    def __init__(self, sealed: dict[str, bytes], life: Life) -> None:
        self._life, self._sealed = life, sealed
        self.random_bytes = life.faults.random.randbytes

    async def write(self, name: str, plain: bytes, key: bytes) -> None:
        self._life.may_crash("before a file")
        self._sealed[name] = box(key, plain, f"file {name}", self.random_bytes)
        self._life.may_crash("after a file")

    async def read(self, name: str, key: bytes) -> bytes:
        if name not in self._sealed:
            raise NotThere(name)
        return unbox(key, self._sealed[name], f"file {name}")

    async def erase(self, name: str) -> None:
        self._sealed.pop(name, None)


class Eyes:
    """Looks into files without a child process: the bytes say what they are ("photo", "dark photo", "voice")."""

    async def inspect(self, data: bytes) -> Finding:
        kind = data.decode().split(":")[0]
        if kind == "voice":
            return Finding("voice", "audio/ogg")
        if "photo" not in kind:
            raise Unfit("not_allowed")
        return Finding("photo", "image/jpeg", 1280, 960, dark=kind.startswith("dark"))

    async def inspect_ours(self, data: bytes) -> Finding:
        return Finding("pdf", "application/pdf")

    async def shown(self, data: bytes, stamp: str = "") -> bytes:
        return data + f"|{stamp}".encode()


class Printer:
    """The press without its typesetting: a paper says of which office it is, what it's called and of which kind."""

    async def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        wanted = json.loads(ref)
        yield f"paper:{wanted['office']}:{wanted.get('name', '')}:{wanted.get('paper', 'book')}".encode()


@dataclass
class Process:
    """One process at a time. `boot` builds everything from storage; a crash leaves nothing of it."""

    store: Store
    disk: dict[str, bytes]
    offices: Mapping[str, Office]
    wires: Sequence[Wire]
    agenda: Agenda
    faults: Faults
    number: int = 1
    slowness: float = 1.0
    failures: list[str] = field(default_factory=list)
    up: bool = False
    life: Life = field(init=False)
    hears: Callable[[str], None] = lambda role: None  # others, who hear no bell of this one, look by themselves
    asleep_until: datetime = START
    slept: list[tuple[datetime, datetime]] = field(default_factory=list)
    fast: list[tuple[datetime, datetime, timedelta]] = field(default_factory=list)  # since, until, by how much
    _due: dict[str, datetime] = field(default_factory=dict)
    _swept: datetime | None = None

    # --- life and death -----------------------------------------------------------------------------------------------

    async def boot(self) -> None:
        """Start as the program does: free what a dead process held, turn `sending` into `uncertain`, begin."""
        random = self.faults.random
        life = self.life = self.faults.life()
        life.died = partial(self._died, life)
        life.stands_still = self._stand_still
        clock = VirtualClock(self.agenda, self._stand_still if self.store.postgres else None)
        if self.faults.strikes("ahead"):
            self._run_ahead(clock)
        chance = Chance(clock, seed=random.getrandbits(48))
        self.store.seal = Seal([MASTER], chance.random_bytes)
        self.store.around_commit = lambda moment: life.may_crash(f"{moment} commit")
        self.channels: dict[tuple[str, str], Channel] = {}
        self._paths: dict[str, list[Channel]] = {}
        for wire in self.wires:
            for channel in wire.adapters(WireHttp(wire), clock.now):
                provider = wire.providers[channel.name]
                self.channels[channel.name, channel.office] = remembering(channel, provider, life)
                for path in channel.paths if isinstance(channel, Called) else ():
                    self._paths.setdefault(path, []).append(channel)
        disk, channels = SealedDisk(self.disk, life), self.channels
        self.road = Road(self.store, self.offices, channels, clock, chance)
        self.intake = Intake(self.road)
        self.pump = Pump(self.road)
        eyes = Eyes()
        self.deliver = Deliver(self.road, Enclosures(self.store, disk, eyes))  # type: ignore[arg-type]
        self.fetcher = Fetcher(self.road, disk, eyes, {"press": Printer()})  # type: ignore[arg-type]
        self.ticks = Ticks(self.road, self.deliver)
        self.holder = chance.id()
        found = await carry(self.deliver.recover(everything=not self.store.postgres), life)
        if found is None:
            return
        self.up = True
        self._due.clear()
        polls = [f"poll {each.channel} {each.office}" for each in self._lines() if each.polled]
        for role in ("pump", "deliver", "fetch", "ticks", *polls):
            self.wake(role)
        self._take_over_later()

    def _lines(self) -> list[Provider]:
        return [provider for wire in self.wires for provider in wire.providers.values()]

    def _died(self, life: Life) -> None:
        """Nothing of the process is left; another one starts soon."""
        if self.life is not life or life.over:
            return
        self.up, life.alive, life.over = False, False, True
        self._due.clear()
        me = asyncio.current_task()
        for task in list(life.tasks):
            if task is not me:
                task.cancel()
        self.agenda.after(self.faults.random.uniform(0.5, 30), f"program {self.number} starts", self.boot)
        self.hears("take-over")

    def _run_ahead(self, clock: VirtualClock) -> None:
        """The machine's clock is fast; some time later it's set right, and time goes back."""
        clock.ahead = timedelta(seconds=self.faults.nature.uniform(1, 50))
        over_s = self.faults.nature.uniform(60, 7200)
        self.fast.append((self.agenda.now, self.agenda.now + timedelta(seconds=over_s), clock.ahead))

        async def set_right() -> None:
            clock.ahead = timedelta()

        self.agenda.after(over_s, "role: a clock is set back", set_right)

    def sleep(self, until: datetime) -> None:
        """The machine does nothing till then, and knows nothing of it; whoever is in the middle of something stays so."""
        self.asleep_until = until
        self.slept.append((self.agenda.now, until))

    async def _stand_still(self, seconds: float) -> None:
        self.hears("take-over")
        await stand_still(self.agenda, seconds)

    def _take_over_later(self) -> None:
        if self.store.postgres:
            self.wake("take-over", self.agenda.now + timedelta(seconds=self.faults.random.uniform(15.1, 20)))

    # --- what comes from outside --------------------------------------------------------------------------------------

    async def receive(self, call: Call) -> bool:
        """A provider's call; False: no 200 came back, it will call again."""
        awake = self.up and self.agenda.now >= self.asleep_until
        return awake and await carry(self._received(call), self.life) is not None

    async def _received(self, call: Call) -> bool:
        for channel in self._paths[call.path]:
            try:
                payload = channel.accept(call)
            except NotMine:
                continue
            await self.intake.receive(channel, payload)
            self._ring()
            return True
        raise AssertionError(f"nobody took a call to {call.path}")

    async def is_fooled(self, call: Call) -> bool:
        """Whether somebody who doesn't know the secret gets a call taken in."""
        wrong = {name: value[::-1] for name, value in call.headers.items() if "secret" in name or "signature" in name}
        forged = dataclasses.replace(call, headers={**call.headers, **wrong})
        for channel in self._paths[call.path] if self.up else ():
            try:
                channel.accept(forged)
            except (Forged, NotMine):
                continue
            return True
        return False

    # --- the roles ----------------------------------------------------------------------------------------------------

    def wake(self, role: str, at: datetime | None = None) -> None:
        """Let a role work at that time, or in a moment; an earlier waking stands."""
        if not self.up:
            return
        low, high = (each * self.slowness for each in _LATENCY_S.get(role, (0.01, 0.2)))
        if self.faults.strikes("slow"):
            low, high = 3.0, 20.0
        moment = at or self.agenda.now + timedelta(seconds=self.faults.random.uniform(low, high))
        moment = max(moment, self.agenda.now)
        planned = self._due.get(role)
        if planned is not None and planned <= moment:
            return
        self._due[role] = moment
        life = self.life

        async def work() -> None:
            if self.up and self.life is life and self._due.get(role) == moment:
                del self._due[role]
                if self.agenda.now < self.asleep_until:
                    self.wake(role, self.asleep_until)
                    return
                await carry(self._work(role), life)

        self.agenda.at(moment, f"role: {role}", work)

    async def _work(self, role: str) -> None:
        try:
            again_at = await self._step(role)
        except (Unavailable, Conflict):  # another was in the way: as `endless` does
            again_at = self.agenda.now + timedelta(seconds=1)
        self._ring()
        if again_at is not None:
            self.wake(role, again_at if again_at > self.agenda.now else None)

    async def _step(self, role: str) -> datetime | None:
        """One step of a role; when it wants to be woken again at the latest."""
        now, store = self.agenda.now, self.store
        if role == "pump":
            if not await self.pump.step():
                return await store.read(lambda unit: unit.inbox.next_at())
            soon, bell = await store.read(lambda unit: (unit.inbox.next_at(), unit.times.next_due()))
            if bell is not None:
                self.wake("ticks", bell)
            return soon
        if role == "deliver":
            idle_s = await self.deliver.step(CLAIMED_AT_ONCE)
            return None if idle_s is None else now + timedelta(seconds=idle_s)
        if role == "fetch":
            return now if await self.fetcher.step() else await store.read(_next_file)
        if role == "ticks":
            await self._sweep()
            more = await self.ticks.step()
            return now if more else await store.read(lambda unit: unit.times.next_due())
        if role == "take-over":
            await self.ticks.take_over()
            return None
        _, name, office = role.split(" ")
        return await self._poll(name, office)

    async def _sweep(self) -> None:
        if self._swept is None or self.agenda.now - self._swept > _SWEEP_EVERY:
            self._swept = self.agenda.now
            if self.store.postgres:
                await self.ticks.take_over()
            if found := await self.ticks.sweep():
                self.failures.append(f"{found} lanes or addresses slept over work")

    async def _poll(self, name: str, office: str) -> datetime | None:
        try:
            idle_s = await self.intake.poll(self.channels[name, office], self.holder)
        except SendError:
            return self.agenda.now + timedelta(seconds=self.faults.random.uniform(1, 5))
        provider = next(each for each in self._lines() if (each.channel, each.office) == (name, office))
        return self.agenda.now + timedelta(seconds=idle_s) if provider.has_news else None

    def _ring(self) -> None:
        """The bells that were rung wake who listens."""
        bells = self.road.bells
        for bell, role in ((bells.inbox, "pump"), (bells.outbox, "deliver"), (bells.files, "fetch")):
            if bell.is_set():
                bell.clear()
                self.wake(role)
                self.hears(role)


def _next_file(unit: Unit) -> datetime | None:
    found: datetime | None = unit.connection.execute(select(func.min(files_table.c.next_at, type_=Moment))).scalar()
    return found


@dataclass
class Crew:
    """All processes that share a database; what comes from outside goes to any that's up."""

    processes: Sequence[Process]
    agenda: Agenda
    faults: Faults

    def __post_init__(self) -> None:
        """Let each look by itself, within a second, for what another one was told of."""
        for each in self.processes:
            each.hears = partial(self._others_look, each)

    def _others_look(self, who: Process, role: str) -> None:
        wait_s = (15.1, 20.0) if role == "take-over" else (0.0, 1.0)
        for each in self.processes:
            if each is not who:
                each.wake(role, self.agenda.now + timedelta(seconds=self.faults.random.uniform(*wait_s)))

    @property
    def up(self) -> list[Process]:
        """Those that live and are awake."""
        return [each for each in self.processes if each.up and self.agenda.now >= each.asleep_until]

    async def receive(self, call: Call) -> bool:
        """A provider's call; False: no 200 came back."""
        up = self.up
        one = up[0] if len(up) == 1 else self.faults.random.choice(up) if up else None
        return one is not None and await one.receive(call)

    async def is_fooled(self, call: Call) -> bool:
        """Whether somebody who doesn't know the secret gets a call taken in."""
        return bool(self.up) and await self.up[0].is_fooled(call)

    def wake(self, role: str) -> None:
        """There may be something to fetch."""
        for each in self.processes:
            each.wake(role)
