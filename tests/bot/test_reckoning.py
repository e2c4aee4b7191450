"""At a start the program looks, once for each calendar, whether open deadlines still fall where they did."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from bot.ticks import Ticks
from storage.files import Files
from tests.doubles import a_road, a_seal, an_office, payload, said
from workflow.standard import standard
from workflow.world import Search

TEXT = standard.shipped_text("pekutatan")
CLOSED = '[[closures]]\ndate = 2026-11-24\nname = "Libur setempat"\nconfirmed = true\n\n[emergency]'
NEWER = TEXT.replace("[emergency]", CLOSED, 1)


class Program:
    """One store, and a program that's started on it with one standard or another."""

    def __init__(self, store, channel, clock=None) -> None:
        self.store, self.channel, self.clock, self.seed = store, channel, clock, 0
        self.start(TEXT)

    def start(self, text: str) -> None:
        self.seed += 1
        office = replace(an_office(), standard=standard.load(text, place="x.toml"))
        self.road = a_road(self.store, self.channel, offices=[office], clock=self.clock, seed=self.seed)
        self.clock = self.road.clock
        version, now = office.standard.version, self.clock.now()
        self.store.now(lambda unit: unit.cases.keep_standard(version, office.id, text, now))
        self.pump = Pump(self.road)
        files = Files("memory:", a_seal().random_bytes)
        self.ticks = Ticks(self.road, Deliver(self.road, Enclosures(self.store, files, Media())))

    async def say(self, text: str, chat: str = "1") -> None:
        key = f"{chat}{text}"
        await Intake(self.road).receive(self.channel, payload(key, said(text, chat, key), chat))
        await self.decide()

    async def decide(self) -> None:
        while await self.pump.step():
            pass

    def open(self):
        office = next(iter(self.road.offices))
        return self.store.now(lambda unit: unit.cases.find(office, Search(open_only=True)))


async def registered(program: Program, chat: str = "1") -> None:
    await program.say("lampu jalan di banjar pasar mati sudah seminggu", chat)
    program.clock.pass_s(10)
    await program.say("ya", chat)


async def test_a_newer_calendar_rings_for_what_moved_and_only_once(store, channel) -> None:
    program = Program(store, channel)
    program.clock.pass_s(6 * 3600)  # late in the day: the 95 minutes run over into the next one
    await program.ticks.reckon()
    await registered(program)
    (before,) = program.open()
    assert before.due_at is not None
    assert await program.ticks.reckon() == 0  # the same calendar
    program.start(NEWER)
    assert await program.ticks.reckon() == 1
    await program.decide()
    (after,) = program.open()
    assert after.due_at == before.due_at + timedelta(days=1)
    assert after.standard == before.standard  # it stays on the standard it began with
    assert await program.ticks.reckon() == 0
    history = store.now(lambda unit: unit.cases.histories([after.id]))[after.id]
    assert [entry.act for entry in history].count("recomputed") == 1


async def test_where_nothing_moved_nobody_hears_anything(store, channel) -> None:
    program = Program(store, channel)
    await program.ticks.reckon()
    await registered(program)
    (before,) = program.open()
    program.start(NEWER.replace("2026-11-24", "2027-11-24"))
    assert await program.ticks.reckon() == 0
    assert program.open() == (before,)


async def test_the_first_time_every_open_complaint_is_looked_at_page_by_page(store, channel, monkeypatch) -> None:
    from bot import reckoning

    monkeypatch.setattr(reckoning, "PAGE", 2)
    program = Program(store, channel)
    for n in range(5):
        await registered(program, str(n))
    before = program.open()
    assert await program.ticks.reckon() == 5
    await program.decide()
    assert sorted(program.open(), key=lambda each: each.id) == sorted(before, key=lambda each: each.id)
