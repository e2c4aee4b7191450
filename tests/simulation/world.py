"""One simulated world: five offices, their citizens and staff, their provider, one program; run until all is at rest."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch

import structlog
from sqlalchemy import func, select

from channels.email import Email
from channels.twilio.channel import SMS, WHATSAPP
from storage import schema
from storage.engine import Store
from storage.tables import outbox, timers
from storage.unit import Unit
from tests.doubles import a_seal
from tests.simulation import agenda as virtual
from tests.simulation import blocking, switching
from tests.simulation.agenda import START, Agenda, Happening
from tests.simulation.citizens import REPLY_WITHIN, Citizen
from tests.simulation.confidential import AT, EVERY, ON, Room, Whistleblower
from tests.simulation.crowd import Passer
from tests.simulation.desk import Desk, staff_of
from tests.simulation.faults import Faults, Odds
from tests.simulation.process import Crew, Process
from tests.simulation.provider import Provider, Shown
from tests.simulation.strands import watch_tasks
from tests.simulation.wires.base import Wire
from tests.simulation.wires.mail import MailWire
from tests.simulation.wires.mail import address_of as mail_of
from tests.simulation.wires.telegram import TelegramWire
from tests.simulation.wires.twilio import TwilioWire, number_of
from tests.simulation.writers import WRITERS
from workflow.message import Limits, Outbound
from workflow.office import Office
from workflow.say import say
from workflow.standard.standard import shipped

OFFICES = ("kanigaran", "pekutatan", "kedopok", "pegantenan", "dpmd-pasuruan")
COUNTED = ("pegantenan",)
"""Where the system counts the numbers of letters; elsewhere staff type them from the paper agenda."""
MIX = ("telegram", "whatsapp", "sms", "email")
"""On which channel the people of an office write, one after the other."""
LIMITS = {"telegram": Limits(), "whatsapp": WHATSAPP, "sms": SMS, "email": Email.limits}
ALL = tuple(LIMITS)
LONGEST = timedelta(days=45)
MOST_EVENTS_PER_CITIZEN = 6_000
_EVENING = START.replace(hour=14, minute=30)  # 21.30 and 22.30 where the offices are
_INSTANT = timedelta(milliseconds=40)
_AT_ONCE = 8


@dataclass(frozen=True)
class Town:
    """How many people come for what, and how closely they follow each other."""

    walkers: float  # the share of those who go all the way with a complaint
    apart_s: float  # between two people who begin, on average
    slowness: float  # how much later than on an idle machine the program gets to its work, so that more waits for it
    name: str


QUIET = Town(1.0, 360.0, 1.0, "quiet")
"""Everybody complains, one after the other: each road in every detail."""
BUSY = Town(0.05, 0.5, 8.0, "busy")
"""What an office sees in a rush: most people greet, ask, look, tell half a story; some go through with it."""

PASSING = Town(0.0, 0.5, 8.0, "passing")
"""Nobody has a complaint: an hour of talk, and all is over."""


@dataclass
class Report:
    """What a run showed."""

    seed: int
    citizens: int
    problems: list[str]
    trace: str  # hash
    lines: list[str]
    counts: Counter[str]
    crashes: Counter[str]
    faults: Counter[str]
    odds: str = "usual"
    places: tuple[str, ...] = OFFICES
    town: Town = QUIET
    store: str = "memory"
    threads: bool = False
    mix: tuple[str, ...] = MIX

    @property
    def repeat(self) -> str:
        """The command that runs it again."""
        odds = "" if self.odds == "usual" else f" --odds {self.odds}"
        places = "" if self.places == OFFICES else f" --offices {' '.join(self.places)}"
        town = "" if self.town == QUIET else f" --town {self.town.name}"
        store = "" if self.store == "memory" else f" --store {self.store}"
        threads = " --threads" if self.threads else ""
        mix = "" if self.mix == MIX else f" --channels {' '.join(self.mix)}"
        where = f"{odds}{places}{mix}{town}{store}{threads}"
        return f".venv/bin/python -m tests.simulation --seed {self.seed} --citizens {self.citizens}{where}"

    def __str__(self) -> str:
        """What happened, in a few lines."""
        counted = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        crashed = ", ".join(f"{count} {where}" for where, count in sorted(self.crashes.items())) or "none"
        struck = ", ".join(f"{count} {what}" for what, count in sorted(self.faults.items()) if count) or "none"
        head = f"seed {self.seed}: {counted}\n  crashes: {crashed}\n  faults: {struck}\n  trace {self.trace[:16]}"
        if not self.problems:
            return head
        shown = "\n".join(f"  - {problem}" for problem in self.problems[:12])
        return f"{head}\n{len(self.problems)} problems:\n{shown}\nrepeat it with\n  {self.repeat}"


@dataclass
class Simulation:
    """Everything of one run. The same seed and size give the same run."""

    seed: int
    size: int = 20
    odds: Odds = field(default_factory=Odds)
    keep_trace: bool = False
    places: tuple[str, ...] = OFFICES
    town: Town = QUIET
    store_kind: str = "memory"
    url: str = "sqlite://"
    mix: tuple[str, ...] = MIX
    workers: int = 2  # processes, where several may share the database
    threads: bool = False  # whether they really run at the same time: then no two runs are the same

    def __post_init__(self) -> None:
        """Build the world; the program isn't running yet."""
        self.random = random.Random(self.seed)
        self.agenda = Agenda()
        self.started = self.agenda.now - timedelta(days=1)
        self.faults = Faults(self.odds, self.random, random.Random(self.seed + 1))
        self.problems: list[str] = []
        self.lines: list[str] = []
        self.sayings: dict[str, Citizen] = {}
        self._names = 0
        self._hash = hashlib.sha256()
        standards = shipped()
        offices = {}
        self.providers: dict[str, Provider] = {}  # of each office's bot, where its desk is
        self.wires: list[Wire] = []
        for n, office_id in enumerate(self.places, 1):
            desk = f"-100{n}"
            rules = standards[office_id]
            if office_id in COUNTED:
                rules = rules.model_copy(update={"letter": rules.letter.model_copy(update={"number_owner": "system"})})
            staff = staff_of(office_id, rules, n * 1000)
            offices[office_id] = Office(id=office_id, standard=rules, staff=staff, desk=desk)
            polled = n % 2 == 0
            self._wire(TelegramWire(office_id, 7_000_000 + n, desk, polled=polled), office_id, desk, telegram=polled)
            self._wire(TwilioWire(office_id, n, self.agenda.moment), office_id, desk, whatsapp=False, sms=False)
            self._wire(MailWire(office_id, self.agenda.moment), office_id, desk, email=True)
            self.providers[office_id] = self.wires[-3].providers["telegram"]
        self.offices = offices
        self.store = Store(self.url, a_seal(), inline=True)
        if not self.store.postgres:
            schema.create(self.store)
        self.accounts = {(each.channel, each.office): each for wire in self.wires for each in wire.providers.values()}
        self.processes = self._processes()
        self.crew = Crew(self.processes, self.agenda, self.faults)
        self.desks = {each.id: Desk(self, each, self.providers[each.id], self.random) for each in offices.values()}
        self.rooms = {
            (desk.office.id, str(each.id)): Room(desk, each)
            for desk in self.desks.values()
            for each in desk.office.staff
        }
        for each in self.desks.values():
            each.open_up()
        self.citizens: dict[tuple[str, str], Citizen] = {}
        self.phones: dict[tuple[str, str], Citizen] = {}  # by every chat they read
        self._settle_citizens()

    def _processes(self) -> list[Process]:
        """One, or several where they may share the database; each with its own way into that."""
        disk: dict[str, bytes] = {}
        if not self.store.postgres:
            alone = Process(self.store, disk, self.offices, self.wires, self.agenda, self.faults)
            alone.slowness = self.town.slowness
            return [alone]
        stores = [Store(self.url, a_seal(), inline=not self.threads) for _ in range(self.workers)]
        return [
            Process(store, disk, dict(self.offices), self.wires, self.agenda, self.faults, number)
            for number, store in enumerate(stores, 1)
        ]

    def _wire(self, wire: Wire, office: str, desk: str, **channels: bool) -> None:
        """Connect an account: its channels, and whether each is polled."""
        self.wires.append(wire)
        for channel, polled in channels.items():
            wire.providers[channel] = Provider(
                office,
                desk,
                forum=polled,
                polled=polled,
                agenda=self.agenda,
                faults=self.faults,
                trace=self.trace,
                again_mark="\n" + say("deliver.again"),
                wire=wire,
                channel=channel,
                limits=LIMITS[channel],
                arrived=self.arrived,
                answered=self.answered,
                holds=wire.holds,
            )

    def _settle_citizens(self) -> None:
        places = list(self.offices.values())
        for n in range(self.size):
            office = places[n % len(places)]
            channel = self.mix[n // len(places) % len(self.mix)]
            provider = self.accounts[channel, office.id]
            walks = self.town.walkers == 1 or self.random.random() < self.town.walkers
            person = WRITERS.get(channel, Citizen) if walks else Passer
            if walks and n % EVERY == AT and channel in ON:
                person = Whistleblower
            elif walks and n % EVERY in blocking.AT:
                person = blocking.KINDS.get(channel, person)
            elif walks and channel == switching.FROM and n % EVERY not in switching.STAY:
                person = switching.Switcher
            citizen = person(self, office, provider, _chat(channel, n), self.random)
            self.citizens[office.id, citizen.chat] = citizen
            self.phones |= {(office.id, chat): citizen for _, chat in citizen.lines}
            begins_s = max(10 * self.town.apart_s, self.size * self.town.apart_s)
            at = self.agenda.now + timedelta(seconds=self.random.uniform(0, begins_s))

            async def begin(who: Citizen = citizen) -> None:
                who.begin()

            self.agenda.at(at, f"{office.id}/{citizen.chat} begins", begin)
        for provider in self.accounts.values():
            provider.process = self.crew

    def next_name(self) -> int:
        """A number no name was made of before."""
        self._names += 1
        return self._names

    # --- what is seen -------------------------------------------------------------------------------------------------

    def trace(self, line: str) -> None:
        """One line of what happened."""
        line = f"{self.agenda.now:%m-%d %H:%M:%S.%f} {line}"
        self._hash.update(line.encode() + b"\n")
        if self.keep_trace:
            self.lines.append(line)

    def arrived(self, provider: Provider, shown: Shown) -> None:
        """A message arrived or changed: whoever sits there notices."""
        if shown.chat == provider.desk:
            self.desks[provider.office].notices(shown)
        elif citizen := self.phones.get((provider.office, shown.chat)):
            citizen.notices(shown)
        elif room := self.rooms.get((provider.office, shown.chat)):
            room.notices(shown)
        else:
            self.problems.append(f"{provider.office}: a message to {shown.chat}, where nobody is: {shown.text!r}")

    def answered(self, provider: Provider, message: Outbound) -> None:
        """A press was answered: the staff remember what was refused, a citizen has read why nothing happened."""
        self.desks[provider.office].told(message)
        citizen = self.phones.get((provider.office, message.to.chat))
        if citizen is not None and message.text:
            citizen.since = None

    def unanswered(self, citizen: Citizen) -> None:
        """Somebody got no answer: only chatter that was dropped after an uncertain sending may be missing."""
        asleep = [until for each in self.processes for _, until in each.slept]
        if not self.had_dropped(citizen) and not any(self._is_recent(until, citizen) for until in asleep):
            asked = f"{citizen.questions[-1:]}, last spoke {citizen.last_spoke}"
            self.problems.append(f"{citizen.address.lane} got no answer at all for 20 minutes ({asked})")

    def _is_recent(self, until: datetime, citizen: Citizen) -> bool:
        return citizen.since is not None and citizen.since < until + REPLY_WITHIN

    def had_dropped(self, citizen: Citizen) -> bool:
        """Whether something for them was chatter that isn't repeated."""
        dropped = (
            select(func.count())
            .select_from(outbox)
            .where(outbox.c.address.in_([each.lane for each in citizen.addresses]), outbox.c.state == "dropped")
        )
        with self.unharmed():
            return bool(self.store.now(lambda unit: unit.connection.execute(dropped).scalar_one()))

    @contextmanager
    def _database_time(self):
        """The clock of a shared database goes with the world, whatever those of the processes say."""
        with patch.object(Unit, "clock", lambda unit, now: self.agenda.now if unit.postgres else now):
            yield

    @contextmanager
    def unharmed(self):
        """Look into the store without any crash."""
        self.faults.armed = False
        try:
            yield
        finally:
            self.faults.armed = True

    # --- running ------------------------------------------------------------------------------------------------------

    def run(self) -> Report:
        """Until nothing is left to do, then judge."""
        from tests.simulation.invariants import judge

        with quiet_logs() as logged, self._database_time():
            virtual.run(self._run())
        self.faults.armed = False
        self.problems += [failure for each in self.processes for failure in each.failures]
        self.problems += [problem for provider in self.accounts.values() for problem in provider.wrong]
        self.problems += logged
        counts = Counter(
            citizens=self.size,
            messages=sum(len(each.attempts) for each in self.accounts.values()),
            updates=sum(len(times) for each in self.accounts.values() for times in each.said.values()),
            crashes=sum(self.faults.crashes.values()),
            faults=sum(self.faults.counted.values()),
        )
        self.problems += judge(self, counts)
        for store in {id(each.store): each.store for each in self.processes}.values():
            store.close()
        self.store.close()
        return Report(
            self.seed,
            self.size,
            list(dict.fromkeys(self.problems)),
            self._hash.hexdigest(),
            self.lines,
            counts,
            self.faults.crashes,
            self.faults.counted,
            self.odds.name,
            self.places,
            self.town,
            self.store_kind,
            self.threads,
            self.mix,
        )

    async def _run(self) -> None:
        watch_tasks()
        for each in self.processes:
            await each.boot()
            self._plan_nights(each)
        most = 20_000 + MOST_EVENTS_PER_CITIZEN * self.size
        end = self.agenda.now + LONGEST
        for _ in range(most):
            planned = self.agenda.next_at()
            if planned is None or (not self.agenda.people and self._only_bells(planned)):
                return
            if planned > end:
                self.problems.append(f"after {LONGEST.days} days there's still something to do: {self._next()[1]}")
                return
            if self.threads:
                await asyncio.gather(*(happening() for _, _, happening in self._at_once(planned)))
            else:
                await self._next()[2]()
        self.problems.append(f"after {most} events there's still something to do")

    def _plan_nights(self, process: Process) -> None:
        """Through some nights a machine sleeps, where nobody has switched that off."""
        for day in range(3):
            falls = _EVENING + timedelta(days=day, minutes=self.faults.nature.uniform(0, 60))
            if self.faults.strikes("asleep"):

                async def sleep(until: datetime = falls + timedelta(hours=5)) -> None:
                    process.sleep(until)

                self.agenda.at(falls, "role: a machine falls asleep", sleep)

    def _next(self) -> tuple[datetime, str, Happening]:
        found = self.agenda.take()
        assert found is not None
        return found

    def _at_once(self, planned: datetime) -> Iterator[tuple[datetime, str, Happening]]:
        """What happens in the same instant: on threads it really does."""
        for _ in range(_AT_ONCE):
            yield self._next()
            soon = self.agenda.next_at()
            if soon is None or soon - planned > _INSTANT:
                return

    def _only_bells(self, planned: object) -> bool:
        """Whether all that's still to come are each day's list, each month's recap, and the end of what's kept."""
        if planned - self.agenda.now < timedelta(minutes=30):  # type: ignore[operator]
            return False
        kinds = select(timers.c.kind).where(timers.c.rung_at.is_(None)).distinct()
        with self.unharmed():
            left = set(self.store.now(lambda unit: unit.connection.execute(kinds).scalars().all()))
        return all(kind in ("opening_list", "monthly_recap") or kind.startswith("keep_") for kind in left)


def _chat(channel: str, n: int) -> str:
    """Where the n-th citizen is written to."""
    if channel == "email":
        return mail_of(n)
    return str(50_000 + n) if channel == "telegram" else number_of(n)


@contextmanager
def quiet_logs():
    """What the program logs as going wrong inside itself; everything else is let go."""
    found: list[str] = []
    kept = ("an event failed", "a role failed", "a channel raised what it shouldn't", "a download failed as it shouldn't",
            "work was left asleep", "a batch is redone lane by lane", "carrying a message failed")  # fmt: skip

    def keep(_: object, __: str, event: dict[str, object]) -> dict[str, object]:
        raced = event.get("error") == "Conflict"  # two workers met: one of them does it again
        if event.get("event") in kept and not raced:
            found.append("logged: " + ", ".join(f"{key}={value}" for key, value in event.items() if key != "exc_info"))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep], wrapper_class=structlog.BoundLogger, cache_logger_on_first_use=False)
    try:
        yield found
    finally:
        structlog.configure(**before)
