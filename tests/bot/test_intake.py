"""Intake: durable before it's acknowledged, together where it arrives together, nothing twice, nothing lost."""

import asyncio
import time
from collections import deque

import pytest
from sqlalchemy import event

from bot import intake as intake_module
from bot.clock import Clock
from bot.intake import Intake
from channels.base import Malformed
from storage.engine import Store, Unavailable
from tests.doubles import MORNING, Crash, FakeChannel, a_road, a_seal, payload, said


@pytest.fixture
def road(store, channel):
    """On both databases."""
    return a_road(store, channel)


async def keys(road):
    rows, _ = await road.store.read(
        lambda unit: unit.inbox.waiting(["telegram:kanigaran:1", "telegram:kanigaran:?"], 99)
    )
    return [row.key for row in rows]


async def test_the_same_update_ten_times_in_parallel_is_one_row(road, channel):
    intake = Intake(road)
    await asyncio.gather(*(intake.receive(channel, payload("7", said("halo"))) for _ in range(10)))
    await intake.receive(channel, payload("7", said("halo")))
    assert await keys(road) == ["7"]
    assert road.bells.inbox.is_set()


async def test_what_arrives_together_shares_a_transaction(road, channel):
    commits = []
    event.listen(road.store.engine, "commit", commits.append)
    intake = Intake(road)
    await asyncio.gather(*(intake.receive(channel, payload(str(n), said("halo"))) for n in range(200)))
    assert len(await keys(road)) == 99
    assert len(commits) <= 5


async def test_a_payload_without_a_key_is_malformed_and_harms_nobody(road, channel):
    intake = Intake(road)
    results = await asyncio.gather(
        intake.receive(channel, b"[]"), intake.receive(channel, payload("1", said("halo"))), return_exceptions=True
    )
    assert [type(each) for each in results] == [Malformed, type(None)]
    assert await keys(road) == ["1"]


async def test_nothing_is_acknowledged_that_is_not_stored(road, channel):
    def die(moment):
        if moment == "before":
            raise Crash

    road.store.around_commit = die
    intake = Intake(road)
    task = asyncio.create_task(intake.receive(channel, payload("1", said("halo"))))
    await asyncio.sleep(0.3)
    assert not task.done() or task.exception() is not None
    task.cancel()
    await asyncio.gather(task, intake._writing, return_exceptions=True)
    road.store.around_commit = None
    assert await keys(road) == []


async def test_one_payload_that_the_database_refuses_spares_its_neighbours(road, channel, monkeypatch):
    real = road.store.write

    async def write(work, *, together=False):
        def checked(unit):
            value = work(unit)
            rows, _ = unit.inbox.waiting(["telegram:kanigaran:1"], 99)
            if any(row.key == "poison" for row in rows):
                raise ValueError("as a column that can't hold it")
            return value

        return await real(checked, together=together)

    monkeypatch.setattr(road.store, "write", write)
    intake = Intake(road)
    names = ("a", "poison", "b")
    results = await asyncio.gather(
        *(intake.receive(channel, payload(each, said("halo"))) for each in names), return_exceptions=True
    )
    assert [type(each) for each in results] == [type(None), ValueError, type(None)]
    assert sorted(await keys(road)) == ["a", "b"]


async def test_an_overloaded_intake_says_so(road, channel, monkeypatch):
    monkeypatch.setattr("bot.intake._WAITING", 2)
    intake = Intake(road)
    results = await asyncio.gather(
        *(intake.receive(channel, payload(str(n), said("halo"))) for n in range(5)), return_exceptions=True
    )
    assert [type(each) for each in results].count(Unavailable) == 3
    assert len(await keys(road)) == 2


# --- polling ----------------------------------------------------------------------------------------------------------


async def test_what_is_polled_is_stored_together_with_how_far_it_was_read(road, channel):
    channel.polls = deque(
        [([payload("1", said("a")), payload("2", said("b"))], "3"), ([], "3"), ([payload("3", said("c"))], "4")]
    )
    intake = Intake(road)
    for _ in range(3):
        await intake.poll(channel, "me")
    assert channel.asked_after == ["", "3", "3"]
    assert await keys(road) == ["1", "2", "3"]
    assert await road.store.read(lambda unit: unit.times.cursor("kanigaran", "telegram")) == "4"


async def test_polling_again_after_a_crash_before_the_commit_loses_and_doubles_nothing(road, channel):
    channel.polls = deque([([payload("1", said("a"))], "2")] * 2)
    intake = Intake(road)

    def die(moment):
        if moment == "before":
            raise Crash

    held = road.store.write

    async def write(work, *, together=False):
        road.store.around_commit = die if together else None
        return await held(work, together=together)

    road.store.write = write
    with pytest.raises(Crash):
        await intake.poll(channel, "me")
    road.store.write, road.store.around_commit = held, None
    assert await keys(road) == []
    await intake.poll(channel, "me")
    assert channel.asked_after == ["", ""]
    assert await keys(road) == ["1"]


async def test_what_can_not_even_be_named_is_kept_for_the_operator(road, channel):
    channel.polls = deque([([b"\xff\x00 not json", payload("2", said("b"))], "3")])
    await Intake(road).poll(channel, "me")
    found = await keys(road)
    assert found[0].startswith("malformed:")
    assert found[1:] == ["2"]


async def test_errors_pause_the_polling_longer_each_time_and_it_goes_on(memory):
    channel = FakeChannel(polls=deque([OSError("down")] * 3 + [([payload("1", said("a"))], "2")]))
    road = a_road(memory, channel)
    intake = Intake(road)
    task = asyncio.create_task(intake.run_polling(channel, "me"))
    for _ in range(50):
        await asyncio.sleep(0)
    assert await keys(road) == ["1"]
    assert 5 < road.clock.monotonic() < 10, "1 + 2 + 4 seconds, more or less"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("payloads", "after", "pause_s"),
    [([], "", 600.0), ([], "moved on", 600.0), ([payload("1", said("a"))], "2", 0.0)],
)
async def test_after_a_poll_that_brought_nothing_the_channel_has_its_pause(road, channel, payloads, after, pause_s):
    channel.polls, channel.pause_s = deque([(payloads, after)]), 600.0
    assert await Intake(road).poll(channel, "me") == pause_s
    assert await road.store.read(lambda unit: unit.times.cursor("kanigaran", "telegram")) == after


async def test_who_polls_says_so_again_while_it_waits_for_news_and_is_followed_soon_after_its_death(
    postgres_url, monkeypatch
):
    assert intake_module._POLL_LEASE_S == 15
    monkeypatch.setattr(intake_module, "_POLL_LEASE_S", 0.4)
    asked, answer = asyncio.Event(), asyncio.Event()

    class Patient(FakeChannel):
        async def poll(self, after):
            asked.set()
            await answer.wait()
            return [], "1"

    store, channel = Store(postgres_url, a_seal()), Patient()
    intake = Intake(a_road(store, channel, clock=Clock()))
    alive = asyncio.create_task(intake.poll(channel, "a"))
    await asked.wait()

    async def free():
        return await store.write(lambda unit: unit.times.hold("poll:telegram:kanigaran", "b", unit.clock(MORNING), 9))

    began = time.monotonic()
    while time.monotonic() < began + 1.2:  # three leases
        assert not await free()
        await asyncio.sleep(0.05)
    alive.cancel()
    while not await free():  # noqa: ASYNC110 - the database's clock alone says when
        await asyncio.sleep(0.05)
    store.close()


async def test_only_one_process_polls_a_channel(postgres_url):
    store, channel = Store(postgres_url, a_seal()), FakeChannel(polls=deque([([], "1")] * 3))
    road = a_road(store, channel)
    intake = Intake(road)
    assert await intake.poll(channel, "a") == 0.0
    assert await intake.poll(channel, "b") > 0
    assert await intake.poll(channel, "a") == 0.0
    assert len(channel.asked_after) == 2
    store.close()
