"""Ticks ring for timers that are due; being late, doubled or many changes nothing."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.media import Media
from bot.pump import Pump
from bot.ticks import Ticks
from storage.files import Files
from tests.doubles import MORNING, FakeCore, a_road, a_seal, citizen, said
from tests.stores import until
from workflow.happening import Due
from workflow.message import Outbound
from workflow.world import Decision, Timer


@pytest.fixture
def road(store, channel):
    """On both databases."""
    return a_road(store, channel)


@pytest.fixture
def ticks(road):
    files = Files("memory:", a_seal().random_bytes)
    return Ticks(road, Deliver(road, Enclosures(road.store, files, Media())))


def a_timer(key="t1", seconds: float = 60, chat="1") -> Timer:
    return Timer(
        key=key, lane=citizen(chat), due_at=MORNING + timedelta(seconds=seconds), kind="remind_draft", subject="7K3F"
    )


async def rung(road):
    core = FakeCore(rule=lambda event, world: Decision())
    pump = Pump(road, core)
    while await pump.step():
        pass
    return core.events


async def test_a_timer_becomes_an_event_in_its_lane_when_its_time_has_come(road, ticks):
    await road.store.write(lambda unit: unit.times.set([a_timer(), a_timer("t2", 90)]))
    assert not await ticks.step()
    assert await rung(road) == []
    road.clock.pass_s(61)
    await ticks.step()
    assert road.bells.inbox.is_set()
    assert await rung(road) == [
        Due(chat=citizen(), at=MORNING + timedelta(seconds=61), timer="t1", kind="remind_draft", subject="7K3F")
    ]
    await ticks.step()
    assert await rung(road) == []


async def test_many_ticks_at_once_ring_each_timer_once(road, ticks):
    await road.store.write(lambda unit: unit.times.set([a_timer(f"t{n}", n, chat=str(n)) for n in range(40)]))
    road.clock.pass_s(60)
    await asyncio.gather(*(ticks.step() for _ in range(8)))
    assert sorted(each.timer for each in await rung(road)) == sorted(f"t{n}" for n in range(40))


async def test_a_timer_set_again_for_another_time_rings_again(road, ticks):
    for seconds in (10, 20):
        await road.store.write(lambda unit, seconds=seconds: unit.times.set([a_timer(seconds=seconds)]))
        road.clock.pass_s(10)
        await ticks.step()
    assert len(await rung(road)) == 2


async def test_a_thousand_timers_of_one_moment_are_rung_in_several_steps(road, ticks):
    await road.store.write(lambda unit: unit.times.set([a_timer(f"t{n}", 1, chat=str(n)) for n in range(300)]))
    road.clock.pass_s(2)
    assert await ticks.step()
    assert not await ticks.step()
    assert len(await rung(road)) == 300


async def test_the_sweep_finds_nothing_when_all_is_well(road, ticks):
    await road.store.write(lambda unit: unit.outbox.put_in([(Outbound(to=citizen(), kind="ack"), 0)], MORNING))
    road.clock.pass_s(60)
    assert await ticks.sweep() == 0


async def test_the_sweep_wakes_what_sleeps_over_work(road, ticks):
    def put_to_sleep(unit):
        unit.outbox.put_in([(Outbound(to=citizen(), kind="ack"), 0)], MORNING)
        unit.outbox.next_up({citizen().lane: None})

    await road.store.write(put_to_sleep)
    road.clock.pass_s(60)
    assert await ticks.sweep() == 1
    assert road.bells.outbox.is_set()
    assert await ticks.sweep() == 0


async def test_the_scheduler_rings_on_the_running_loop(sqlite, channel):
    """With real time, once: the bell is a job of APScheduler in memory."""
    road = a_road(sqlite, channel, clock=Clock())
    files = Files("memory:", a_seal().random_bytes)
    ticks = Ticks(road, Deliver(road, Enclosures(sqlite, files, Media())))
    due = Timer(key="t", lane=said("x").chat, due_at=road.clock.now(), kind="remind_draft")
    await sqlite.write(lambda unit: unit.times.set([due]))
    ticks.start()
    await until(road.bells.inbox.is_set)
    ticks.stop()
    assert [each.timer for each in await rung(road)] == ["t"]


async def test_who_stops_in_the_middle_of_a_tick_is_shown_no_trace(sqlite, channel, monkeypatch, caplog):
    road = a_road(sqlite, channel, clock=Clock())
    ticks = Ticks(road, Deliver(road, Enclosures(sqlite, Files("memory:", a_seal().random_bytes), Media())))
    begun, ended = asyncio.Event(), []

    async def retain(_self) -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("retain")
        return 0

    monkeypatch.setattr(Ticks, "retain", retain)
    ticks.start()
    await begun.wait()
    ticks.stop()
    await until(lambda: bool(ended))
    await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_job_is_done_however_late_a_busy_machine_comes_to_it(sqlite, channel):
    """The one at the start too: by itself APScheduler leaves out what it comes to a second late."""
    files = Files("memory:", a_seal().random_bytes)
    ticks = Ticks(a_road(sqlite, channel), Deliver(a_road(sqlite, channel), Enclosures(sqlite, files, Media())))
    ticks.start()
    jobs = ticks._scheduler.get_jobs()
    ticks.stop()
    assert len(jobs) == 5
    assert {each.misfire_grace_time for each in jobs} == {None}
