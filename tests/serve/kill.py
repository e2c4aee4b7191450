"""Kills the program again and again while citizens and staff go on, and then holds what arrived against what was meant.

On SQLite that's `aduan serve`; on PostgreSQL `aduan web` and `aduan worker` beside each other, of which each is killed.
`python -m tests.serve.kill --times 200 --database postgresql --seed 7` does it for as long as wished, with a progress bar.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.clock import Chance, Clock
from channels.sandbox.telegram import FeedItem
from storage.engine import Store
from storage.rows import OutboxRow
from storage.seal import Seal
from tests.serve.database import a_server
from tests.serve.everywhere import Everywhere, Phone, everywhere
from tests.serve.program import PATIENCE_S, Citizen, Desk, Person, Plan, Program, Town, numbers, words
from workflow.say import say

PLANS = (Plan(), Plan("pekutatan", "pekutatan", mode="webhook", forum=True))
PREFIX = {"kanigaran": "KNG", "pekutatan": "PKT"}
BY_WHATSAPP = "pekutatan"  # where some write by WhatsApp
CHOICES = re.compile(r"\n\n1\. .*\Z", re.DOTALL)
SETTLED_S = 300.0
FIRST_CITIZENS = 4  # and one more for each time the program was killed


@dataclass(frozen=True)
class Pace:
    """How people go on on a database. `patience_s`: who's killed beside others again and again waits longer each time."""

    at_once: int = 3  # citizens of an office who write at the same time
    strike_s: float = 2.0  # so long the next message to a citizen is waited for
    patience_s: float = 300.0
    most_doubts: int = (
        8  # whose message was struck so often is left in peace until it's come; each pause is twice as long
    )


# What a dead worker was sending waits for its lease to run out, so more people keep others busy meanwhile.
SHARED = Pace(at_once=4)


@dataclass
class Outcome:
    """What the killing left behind."""

    kills: int = 0
    struck: int = 0  # of these so many when a message had arrived, and the program hadn't heard so
    citizens: list[Citizen | Phone] = field(default_factory=list)
    acknowledged: int = 0  # messages that a provider was told we have
    complaints: int = 0
    answers: int = 0  # messages to citizens that had to arrive
    left_alone: int = 0  # of these as uncertain, after eight attempts nobody knew the end of
    doubled: int = 0
    marked: int = 0

    def __str__(self) -> str:
        """As lines for people; it's only made where nothing was found wrong."""
        phones = sum(isinstance(each, Phone) for each in self.citizens)
        return (
            f"{self.kills} kills, {self.struck} of them between a message's arrival and its answer; {len(self.citizens)} citizens, {phones} of them on WhatsApp\n"
            f"{self.acknowledged} messages acknowledged, all accounted for\n"
            f"{self.complaints} complaints, each registered once, numbers without a gap\n"
            f"{self.answers} messages meant for citizens, each delivered at least once, {self.left_alone} left as uncertain at last\n"
            f"{self.doubled} of them came twice, {self.marked} with the mark; none twice without it"
        )


@dataclass
class Crew:
    """The processes that share the work. The first one answers HTTP; the last one sends."""

    programs: list[Program]

    @classmethod
    def of(cls, here: Town) -> Crew:
        """`aduan serve` alone on SQLite; `aduan web` and `aduan worker` on PostgreSQL."""
        web = here.program
        if not web.postgres:
            return cls([web])
        web.command = ("web",)
        named = web.environ | {"PGAPPNAME": "worker"}
        worker = Program(web.folder, web.port, named, ("worker",), postgres=web.postgres, log_name="worker.log")
        return cls([web, worker])

    @property
    def sender(self) -> Program:
        """Who has messages on their way."""
        return self.programs[-1]

    async def start(self, *, until_ready: bool = True) -> None:
        """Start those that don't run."""
        for each in self.programs:
            if each.process is None or each.process.returncode is not None:
                await each.spawn()
        if until_ready:
            await self.programs[0].ready()
            async with asyncio.timeout(PATIENCE_S):
                while not self._works():  # noqa: ASYNC110 - it can only be asked
                    await asyncio.sleep(0.1)

    def _works(self) -> bool:
        """Whether the one that sends is at the database; `aduan serve` is as soon as it's ready."""
        if len(self.programs) == 1:
            return True
        there = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = ?"
        return self.sender.rows(there, "worker")[0]["n"] > 0

    async def kill(self, chance: random.Random) -> None:
        """One of them, or all at the same moment, as when the power fails."""
        together = chance.random() < 0.3
        for each in self.programs if together else [chance.choice(self.programs)]:
            await each.kill()

    async def stop(self) -> list[int]:
        """SIGTERM to each, who sends first: what's sent may bring news; their exit codes."""
        return [await each.stop() for each in reversed(self.programs)]

    async def end(self) -> None:
        """Leave none behind, whatever happened."""
        for each in self.programs:
            if each.process and each.process.returncode is None:
                await each.kill()

    def log(self) -> str:
        """The ends of their logs."""
        return "\n".join(each.log()[-1500:] for each in self.programs)


async def run(
    folder: Path,
    *,
    times: int,
    seed: int,
    on_kill: Callable[[int], None] = lambda _: None,
    database: str = "",
    most_doubts: int = 8,
) -> Outcome:
    """Play and kill; raises AssertionError about whatever the design doesn't allow.

    `database` is the address of an empty PostgreSQL database in the program's shape; without one it's SQLite. With
    `most_doubts` below eight nobody waits for minutes at the end.
    """
    chance = random.Random(seed)
    async with everywhere(folder, *PLANS, start=False, postgres=database) as world:
        pace = SHARED if database else Pace()
        patience_s = pace.patience_s + 5 * times  # somebody may be struck again and again
        pace = replace(pace, patience_s=patience_s, most_doubts=most_doubts)
        outcome = Outcome()
        unlucky: set[str] = set()
        crew = Crew.of(world.town)
        try:
            await crew.start()
            async with crowded(world, outcome, pace):
                for kill in range(times):
                    await _let_be(world, pace.most_doubts)
                    if kill == 0:  # everybody waits for a first answer now, so it's no matter of luck
                        outcome.struck += await _killed_while_sending(world, crew, unlucky, PATIENCE_S)
                    elif chance.random() < 0.5:
                        outcome.struck += await _killed_while_sending(world, crew, unlucky, pace.strike_s)
                    else:
                        await asyncio.sleep(chance.uniform(0.05, 1.2))
                        await crew.kill(chance)
                    outcome.kills = kill + 1
                    on_kill(kill + 1)
                    # Now and then it dies again before it's ready.
                    if chance.random() < 0.2:
                        await crew.start(until_ready=False)
                        await asyncio.sleep(chance.uniform(0.2, 1.0))
                        await crew.kill(chance)
                    world.age_messages(timedelta(seconds=20))  # so long we don't wait for calls that are lost
                    await crew.start()
                    telegram_tries_again(world.town)
            assert set(await crew.stop()) == {0}, crew.log()
        finally:
            await crew.end()
        check(world, outcome)
        return outcome


@contextlib.asynccontextmanager
async def crowded(world: Everywhere, outcome: Outcome, pace: Pace) -> AsyncIterator[None]:
    """Meanwhile citizens and staff go on; at the end all of them finish, and everything is sent."""
    here, over = world.town, asyncio.Event()
    here.patience_s = pace.patience_s
    # Who writes by WhatsApp comes first: however few come at all, they're among them.
    crowd = [asyncio.create_task(_citizens(here.desks[BY_WHATSAPP], over, outcome, pace.at_once, world))]
    crowd += [
        asyncio.create_task(_citizens(here.desks[plan.id], over, outcome, turn))
        for plan in PLANS
        for turn in range(pace.at_once)
    ]
    clerks = [asyncio.create_task(_clerk(here.desks[plan.id], over)) for plan in PLANS]
    try:
        yield
        over.set()
        await asyncio.gather(*crowd)
        await asyncio.gather(*clerks)
        await _settled(world)
    finally:
        for task in (*crowd, *clerks):
            task.cancel()


def telegram_tries_again(here: Town) -> None:
    """Telegram brings an update again after 2, 4, 8 ... seconds; so long we don't wait."""
    for desk in here.desks.values():
        for update in desk.bot.updates:
            update.next_at, update.delay_s = here.world.now(), 1
        desk.bot.wake()


async def _let_be(world: Everywhere, doubts: int) -> None:
    """Wait until nothing to a citizen that was struck so often is still to come."""
    left = f"SELECT id FROM outbox WHERE settled_at IS NULL AND doubts >= {doubts:d} AND address NOT LIKE '%:-%'"
    await world.town.until("who was struck often is served", lambda: not world.town.program.rows(left))


async def _killed_while_sending(world: Everywhere, crew: Crew, unlucky: set[str], within_s: float) -> bool:
    """Kill it when a message has reached a citizen and before the answer reached the program: it can't know.

    Each citizen is `unlucky` once: it waits twice as long before each repetition of one message. Whether one was.
    """
    here, struck = world.town, asyncio.Event()

    def strike(item: FeedItem) -> None:
        if item.kind == "message" and _is_to_a_citizen(item) and item.chat not in unlucky and not struck.is_set():
            unlucky.add(item.chat)
            os.kill(crew.sender.pid, signal.SIGKILL)
            struck.set()

    stops = [feed.subscribe(strike) for feed in (here.world.feed, world.phones.feed)]
    try:
        async with asyncio.timeout(within_s):
            await struck.wait()
    except TimeoutError:
        pass  # nothing was sent just now
    finally:
        for stop in stops:
            stop()
    await crew.sender.kill()
    return struck.is_set()


def _is_to_a_citizen(item: FeedItem) -> bool:
    """Whether it's ours: on Telegram in a talk of two, on WhatsApp on somebody's phone."""
    if "mine" in item.data:
        return not item.data["mine"]
    return bool(item.data.get("from", {}).get("is_bot")) and item.data["chat"]["type"] == "private"


# --- who goes on meanwhile --------------------------------------------------------------------------------------------


async def _citizens(
    desk: Desk, over: asyncio.Event, outcome: Outcome, turn: int, world: Everywhere | None = None
) -> None:
    """One citizen after the other writes, confirms, and waits for the receipt; nobody writes twice. With `world` by WhatsApp."""
    made = outcome.citizens
    for number in itertools.count():
        while len(made) >= FIRST_CITIZENS + outcome.kills and not over.is_set():  # noqa: ASYNC110 - two things to wait for
            await asyncio.sleep(0.1)
        if over.is_set():
            return
        name = f"Warga {desk.plan.id} {turn} {number}"
        citizen = world.phone(name, desk.plan.id) if world else desk.town.citizen(name, desk.plan.id)
        citizen.matter = f"lampu jalan nomor {turn}{number:03} di depan balai mati sudah seminggu"
        made.append(citizen)
        citizen.says(citizen.matter)
        if desk.plan.standard == "kanigaran":
            for thing in ("Kartu Keluarga", "foto KTP", "foto lokasi"):
                await citizen.sees(thing)
                citizen.says("nanti")
        await citizen.presses("YA, benar")
        await citizen.sees("sudah kami terima (kode ")


async def _clerk(desk: Desk, over: asyncio.Event) -> None:
    """Takes whatever card can be taken a step further; late presses and doubles are part of it."""
    staff = [desk.who(name) for name in desk.staff]
    button, by = ("Lihat dokumen", staff[0]) if desk.plan.standard == "kanigaran" else ("Ketut Arya", staff[1])
    pressed: set[int] = set()
    while not over.is_set():
        for message in list(desk.group.messages.values()):
            data = [each for row in (message.markup or {}).get("inline_keyboard", []) for each in row]
            if message.id not in pressed and any(each["text"].startswith(button) for each in data):
                pressed.add(message.id)
                label = next(each["text"] for each in data if each["text"].startswith(button))
                _press_twice(by, message, label)
        await asyncio.sleep(0.3)


def _press_twice(by: Person, message, label: str) -> None:
    by.people.press(by.user, message, label)
    by.people.press(by.user, message, label)


async def _settled(world: Everywhere) -> None:
    """Wait until everything was read and nothing waits to be sent."""
    here, left = world.town, [""]

    def quiet() -> bool:
        left[0] = _left(world)
        return not left[0]

    try:
        await here.until("everything is done", quiet, within_s=SETTLED_S)
    except AssertionError as error:
        raise AssertionError(f"{left[0]}\n{error}") from None


def _left(world: Everywhere) -> str:
    """What's still to be done; "" when all is."""
    here = world.town
    if not world.phones.idle:
        return "a call of Twilio's"
    if updates := sum(len(desk.bot.updates) for desk in here.desks.values()):
        return f"{updates} updates of Telegram's"
    if waiting := here.program.rows("SELECT channel, key, lane FROM inbox WHERE done_at IS NULL"):
        return f"in the inbox: {[dict(row) for row in waiting]}"
    # The desk may get twenty messages a minute, so its cards go on coming; a group's number is negative.
    unsent = "SELECT * FROM outbox WHERE settled_at IS NULL AND address NOT LIKE '%:-%'"
    shown = ("address", "kind", "state", "attempts", "doubts", "ready_at", "not_before", "lease_until", "reason")
    rows = [{name: row[name] for name in shown} for row in map(dict, here.program.rows(unsent))]
    return f"in the outbox: {rows}" if rows else ""


# --- what must hold ---------------------------------------------------------------------------------------------------


def check(world: Everywhere, outcome: Outcome) -> None:
    """Nothing lost, nothing twice, no gap, and every message arrived."""
    here = world.town
    written = sorted(sid for sid, message in world.phones.messages.items() if message.direction == "inbound")
    stored = here.program.rows("SELECT key FROM inbox WHERE channel = 'whatsapp' AND key NOT LIKE 'status:%'")
    assert sorted(row["key"] for row in stored) == written
    outcome.acknowledged = everything_came_in(here) + len(written)
    assert not world.phones.breaches
    assert any(isinstance(each, Phone) for each in outcome.citizens)
    for plan in PLANS:
        citizens = [each for each in outcome.citizens if each.desk.plan.id == plan.id]
        _registered_once(here, plan, citizens)
        outcome.complaints += len(citizens)
        rows = _outbox(here, plan.id)
        for citizen in citizens:
            _received(here, citizen, [row for row in rows if row.message.to.chat == _chat(citizen)], outcome)


def everything_came_in(here: Town) -> int:
    """Every update that Telegram was told we have stands in the inbox, once. How many those are."""
    count = 0
    for desk in here.desks.values():
        stored = {
            row["key"]
            for row in here.program.rows(
                "SELECT key FROM inbox WHERE channel = 'telegram' AND office = ?", desk.plan.id
            )
        }
        first = desk.bot.id % 1000 * 1000 + 1  # as the stand-in counts
        waiting = {update.id for update in desk.bot.updates}  # which nobody acknowledged yet
        told = [number for number in range(first, desk.bot.next_update_id) if number not in waiting]
        lost = [number for number in told if str(number) not in stored]
        assert not lost, f"{desk.plan.id}: updates {lost} are lost"
        count += len(told)
    parked = here.program.rows("SELECT lane, error FROM lanes WHERE parked_at IS NOT NULL")
    aside = here.program.rows("SELECT reason FROM quarantine")
    assert not parked, [dict(row) for row in parked]
    assert not aside, [dict(row) for row in aside]
    return count


def _registered_once(here: Town, plan: Plan, citizens: list[Citizen]) -> None:
    """One complaint for each citizen, with a number of their own, and the numbers without a gap."""
    rows = here.program.rows("SELECT number, lane FROM complaints WHERE office = ? ORDER BY number", plan.id)
    assert [int(row["number"][-4:]) for row in rows] == list(range(1, len(citizens) + 1))
    assert sorted(row["lane"].rsplit(":", 1)[1] for row in rows) == sorted(map(_chat, citizens))
    told = [numbers(citizen.received, PREFIX[plan.standard]) for citizen in citizens]
    assert sorted(map(tuple, told)) == [(row["number"],) for row in rows]


def _chat(citizen: Citizen | Phone) -> str:
    return citizen.person.number if isinstance(citizen, Phone) else str(citizen.user.id)


def _arrived(here: Town, citizen: Citizen | Phone) -> list[str]:
    """Every text of ours that stands there, without the choices that WhatsApp shows as numbers."""
    if isinstance(citizen, Phone):
        return [CHOICES.sub("", text) for text in citizen.received]
    return [words(call) for call in here.arrived(citizen.chat)]


def _outbox(here: Town, office: str) -> list[OutboxRow]:
    """Every message that was decided on, opened with the key."""
    store = Store(here.program.database_url, Seal([bytes(range(32))], Chance(Clock()).random_bytes))
    try:
        return store.now(lambda unit: unit.outbox.rows(office))
    finally:
        store.close()


def _received(here: Town, citizen: Citizen | Phone, rows: list[OutboxRow], outcome: Outcome) -> None:
    """All that was meant for them but chatter came, and what came twice says so."""
    mark = "\n" + say("deliver.again")
    plain = Counter(_arrived(here, citizen))
    marked = Counter({text.removesuffix(mark): count for text, count in plain.items() if text.endswith(mark)})
    unmarked = Counter({text: count for text, count in plain.items() if not text.endswith(mark)})
    meant: Counter[str] = Counter()
    for row in rows:
        if row.state in {"cancelled", "dropped"} or row.message.kind in {"press", "edit", "delete"}:
            continue
        meant[row.message.text] += 1
        outcome.answers += 1
        # What was struck eight times is left alone, since it's been there, and the desk is told; it must have been there.
        outcome.left_alone += row.state == "uncertain"
        assert row.state in {"sent", "uncertain"}, (row.state, row.message.kind, row.message.text)
        assert unmarked[row.message.text] + marked[row.message.text] > 0, f"never came: {row.message.text!r}"
    for text, count in unmarked.items():
        assert count <= max(meant[text], 1), f"{count} times without a mark: {text!r}"
    for text in marked:
        assert meant[text], f"marked, and never meant: {text!r}"
    outcome.marked += sum(marked.values())
    outcome.doubled += sum(max(0, unmarked[text] + marked[text] - count) for text, count in meant.items())


# --- by hand ----------------------------------------------------------------------------------------------------------


def main() -> None:
    """Kill as often as asked and say what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--times", type=int, default=200)
    asked.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()

    def show(done: int) -> None:
        print(f"\r[{'#' * (40 * done // given.times):40}] {done}/{given.times}", end="", file=sys.stderr, flush=True)  # noqa: T201 - for people

    with tempfile.TemporaryDirectory(prefix="aduan-kill-") as folder, contextlib.ExitStack() as stack:
        database = stack.enter_context(a_server()).url if given.database == "postgresql" else ""
        found = asyncio.run(run(Path(folder), times=given.times, seed=given.seed, on_kill=show, database=database))
    print(f"\n{given.database}, seed {given.seed}: {found}")  # noqa: T201 - for people


if __name__ == "__main__":
    main()
