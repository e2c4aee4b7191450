"""The store: who waits together shares a commit, one failure spares its neighbours, a refusing database says so."""

import asyncio
import sqlite3
import threading

import pytest
from sqlalchemy import event, text

from storage import schema
from storage.engine import Store, Unavailable
from storage.rows import Arrival
from storage.unit import Conflict
from tests.doubles import MORNING, Crash, a_seal

LANE = "telegram:kanigaran:1"


def take_in(key):
    return lambda unit: unit.inbox.take_in([Arrival("kanigaran", "telegram", key, LANE, b"{}")], MORNING)


def counted(store):
    commits = []
    event.listen(store.engine, "commit", commits.append)
    return commits


async def waiting(store):
    return (await store.read(lambda unit: unit.inbox.depths()))["waiting"]


async def test_what_waits_at_the_same_moment_shares_a_commit(store):
    commits = counted(store)
    await asyncio.gather(*(store.write(take_in(str(n)), together=True) for n in range(40)))
    assert await waiting(store) == 40
    assert len(commits) < 20


async def test_one_failure_spares_its_neighbours(store):
    def fail(unit):
        take_in("x")(unit)
        raise ValueError("mine alone")

    block = threading.Event()
    first = asyncio.create_task(store.write(lambda unit: block.wait(5), together=True))  # so that the rest waits
    await asyncio.sleep(0.05)
    rest = [asyncio.create_task(store.write(each, together=True)) for each in (take_in("1"), fail, take_in("2"))]
    await asyncio.sleep(0.05)
    block.set()
    await first
    results = await asyncio.gather(*rest, return_exceptions=True)
    assert [type(each) for each in results] == [int, ValueError, int]
    assert await waiting(store) == 2


async def test_a_commit_that_fails_is_everybodys_failure(store):
    def die(moment):
        if moment == "before":
            raise Crash

    store.around_commit = die
    results = await asyncio.gather(
        *(store.write(take_in(str(n)), together=True) for n in range(3)), return_exceptions=True
    )
    assert [type(each) for each in results] == [Crash] * 3
    store.around_commit = None
    assert await waiting(store) == 0


async def test_a_full_disk_tells_nobody_that_something_was_stored(sqlite):
    """SQLite takes the whole transaction back by itself then, and its driver's commit says nothing of it."""

    def fill_the_disk(unit):
        pages = unit.connection.exec_driver_sql("PRAGMA page_count").scalar()
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}").close()
        unit.inbox.take_in([Arrival("kanigaran", "telegram", "big", LANE, b"x" * 200_000)], MORNING)

    block = threading.Event()
    first = asyncio.create_task(sqlite.write(lambda unit: block.wait(5)))
    await asyncio.sleep(0.05)
    rest = [asyncio.create_task(sqlite.write(each)) for each in (take_in("1"), fill_the_disk, take_in("2"))]
    await asyncio.sleep(0.05)
    block.set()
    await first
    results = await asyncio.gather(*rest, return_exceptions=True)
    assert [type(each) for each in results] == [Unavailable] * 3
    assert await waiting(sqlite) == 0


async def test_a_crash_after_the_commit_leaves_the_work_done(store):
    def die(moment):
        if moment == "after":
            raise Crash

    store.around_commit = die
    with pytest.raises(Crash):
        await store.write(take_in("1"))
    store.around_commit = None
    assert await waiting(store) == 1


async def test_a_caller_that_went_away_does_not_harm_the_others(store):
    gone = asyncio.create_task(store.write(take_in("1"), together=True))
    stays = asyncio.create_task(store.write(take_in("2"), together=True))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert await waiting(store) >= 1


async def test_a_locked_database_is_unavailable(sqlite, tmp_path):
    await sqlite.write(take_in("1"))
    holder = sqlite3.connect(tmp_path / "aduan.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        await sqlite.write(take_in("2"))
    holder.execute("ROLLBACK")
    holder.close()
    assert await sqlite.write(take_in("2")) == 1


async def test_a_full_disk_is_unavailable_and_nothing_of_the_work_is_kept(sqlite):
    await sqlite.write(take_in("1"))

    def fill(unit):
        pages = unit.connection.execute(text("PRAGMA page_count")).scalar_one()
        unit.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        big = [Arrival("kanigaran", "telegram", f"big{n}", LANE, bytes(60_000)) for n in range(20)]
        unit.inbox.take_in(big, MORNING)

    with pytest.raises(Unavailable, match="full"):
        await sqlite.write(fill)
    assert await waiting(sqlite) == 1


async def test_an_unreachable_database_is_unavailable(tmp_path):
    store = Store(f"postgresql+psycopg://aduan@/x?host={tmp_path}", a_seal())
    with pytest.raises(Unavailable):
        await store.write(take_in("1"))
    store.close()


def test_two_that_wait_for_each_other_are_told_of_a_conflict(postgres_url):
    store = Store(postgres_url, a_seal())
    for lane in ("a", "b"):
        store.now(lambda unit, lane=lane: unit.inbox.wake({lane: "kanigaran"}, MORNING))
    meet = threading.Barrier(2, timeout=5)
    outcomes = []

    def cross(first, second):
        def work(unit):
            unit.inbox.wake({first: "kanigaran"}, MORNING)
            meet.wait()
            unit.inbox.wake({second: "kanigaran"}, MORNING)

        try:
            store.now(work)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=cross, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    store.close()
    assert sorted(outcomes) == ["conflict", "done"]


async def test_sqlite_writes_at_once_exclusively_and_fully(sqlite):
    def settings(unit):
        return [
            unit.connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await sqlite.write(settings) == ["wal", 2, 1]


async def test_two_writers_never_lose_an_update(tmp_path):
    """Read, then write, from two stores at once: BEGIN IMMEDIATE lets one wait for the other."""
    stores = [Store(f"sqlite:///{tmp_path}/aduan.db", a_seal()) for _ in range(2)]
    schema.create(stores[0])

    def count_up(unit):
        last = unit.cases.numbers(["kanigaran"])["kanigaran"].get(2026, 0)
        unit.cases.count_up("kanigaran", 2026, last, last + 1)

    await asyncio.gather(*(each.write(count_up) for each in stores for _ in range(20)))
    assert await stores[0].read(lambda unit: unit.cases.numbers(["kanigaran"])) == {"kanigaran": {2026: 40}}
    for each in stores:
        each.close()


async def test_an_inline_store_works_without_threads(tmp_path):
    store = Store("sqlite://", a_seal(), inline=True)
    schema.create(store)
    before = threading.active_count()
    await store.write(take_in("1"))
    assert await waiting(store) == 1
    assert threading.active_count() == before
    store.close()


async def test_a_closed_store_stays_closed(store):
    await store.write(take_in("1"))
    store.close()
    for work in (store.write(take_in("2")), store.write(take_in("3"), together=True), store.read(lambda unit: None)):
        with pytest.raises(Unavailable, match="closed"):
            await work
    store.close()
