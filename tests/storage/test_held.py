"""What waits until somebody writes, on both databases: nothing is left asleep, whoever comes first."""

import threading
from datetime import timedelta

import pytest

from storage.engine import Store
from storage.held import Heard, Thread
from storage.receipts import Told
from storage.unit import Unit
from tests.doubles import MORNING, a_seal, citizen
from workflow.message import Outbound

LANE = citizen().lane
ROUTES = ["telegram:kanigaran"]
LATER = MORNING + timedelta(hours=1)


def message(**more) -> Outbound:
    return Outbound(**({"to": citizen(), "kind": "answer", "text": "halo", "key": "a", "about": "id1"} | more))


async def put(store, *messages):
    await store.write(lambda unit: unit.outbox.put_in([(each, 0) for each in messages], MORNING))


async def states(store):
    return [row.state for row in await store.read(lambda unit: unit.outbox.rows("kanigaran"))]


async def test_what_is_on_hold_is_neither_looked_at_nor_swept_nor_waited_for(store):
    await put(store, message(), message(key="b"))
    await store.write(lambda unit: unit.outbox.put_on_hold([1], "63016"))
    waiting = await store.read(lambda unit: unit.outbox.waiting([LANE], MORNING))
    assert [row.id for row in waiting[LANE]] == [2]
    await store.write(lambda unit: unit.outbox.drop([2], MORNING, "test"))
    await store.write(lambda unit: unit.outbox.go_on(LANE, MORNING))
    assert await store.read(lambda unit: unit.outbox.next_at(ROUTES)) is None
    assert await store.write(lambda unit: unit.outbox.sweep(LATER, timedelta(0))) == 0
    assert await store.read(lambda unit: unit.outbox.depths()) == {"held": 1}


async def test_whoever_writes_frees_their_own_and_wakes_their_address_alone(store):
    await put(store, message(), message(to=citizen("2")))
    await store.write(lambda unit: unit.outbox.put_on_hold([1, 2]))
    await store.write(lambda unit: unit.outbox.next_up({LANE: None, citizen("2").lane: None}))
    assert await store.write(lambda unit: unit.outbox.heard([Heard(citizen(), LATER, "m1")], LATER)) == 1
    assert await states(store) == ["queued", "held"]
    (leased,) = await store.write(lambda unit: unit.outbox.lease(LATER, 9, ROUTES))
    assert (leased.address, leased.heard_at, leased.recent) == (LANE, LATER, "m1")


async def test_what_may_have_been_sent_stays_in_doubt_and_can_not_be_taken_back(store):
    await put(store, message())
    (row,) = await store.write(lambda unit: unit.outbox.start([1], MORNING, MORNING))
    await store.write(lambda unit: unit.outbox.again(row, "uncertain", MORNING, attempts=1, doubts=1, reason=""))
    await store.write(lambda unit: unit.outbox.put_on_hold([1]))
    assert await store.write(lambda unit: unit.outbox.unsent([("kanigaran", "a")])) == frozenset()
    assert await store.write(lambda unit: unit.outbox.cancel([("kanigaran", "a")], MORNING)) == 0
    await store.write(lambda unit: unit.outbox.heard([Heard(citizen(), LATER)], LATER))
    assert await states(store) == ["uncertain"]


async def test_the_latest_they_wrote_counts_in_whatever_order_it_comes(store):
    for heard in (
        Heard(citizen(), MORNING, "m1", "r1"),
        Heard(citizen(), LATER, "m2", ""),
        Heard(citizen(), MORNING, "m0", "r0"),
    ):
        await store.write(lambda unit, heard=heard: unit.outbox.heard([heard], LATER))
    await put(store, message())
    (leased,) = await store.write(lambda unit: unit.outbox.lease(LATER, 9, ROUTES))
    route = await store.read(lambda unit: unit.outbox.route(leased.thread))
    assert (leased.heard_at, leased.recent, route) == (LATER, "m2", "r1")


async def test_an_address_that_was_gone_is_there_again(store):
    await store.write(lambda unit: unit.outbox.gone(citizen(), MORNING, "blocked"))
    await store.write(lambda unit: unit.outbox.heard([Heard(citizen(), LATER)], LATER))
    await put(store, message())
    (leased,) = await store.write(lambda unit: unit.outbox.lease(LATER, 9, ROUTES))
    assert (leased.gone_at, leased.reason) == (None, "")


async def test_a_thread_begins_once_and_moves_when_they_move(store):
    async def route():
        found = await store.read(lambda unit: unit.outbox.routes([(LANE, "id1"), (LANE, "id2")]))
        return found.get((LANE, "id1"))

    begin = [Thread(LANE, "id1", "first")]
    await store.write(lambda unit: unit.outbox.begin_threads(begin, MORNING))
    await store.write(lambda unit: unit.outbox.begin_threads([Thread(LANE, "id1", "other")], MORNING))
    assert await route() == "first"
    await store.write(lambda unit: unit.outbox.move_threads([Thread(LANE, "id1", "second")], LATER))
    assert await route() == "second"


async def test_what_is_kept_of_receipts_is_added_to_only_and_goes_with_its_message(store):
    await put(store, message(), message(key="b"))
    told = [Told(1, "sent", "SM1", "", ""), Told(1, "failed", "SM1", "down", "30003")]

    def note(unit):
        row = unit.receipts.traced([1])[1]
        unit.receipts.note([(row, each) for each in told], MORNING)
        unit.receipts.mark({1: "failed"})
        return unit.receipts.told([1]), unit.receipts.traced([1, 99])[1].receipt

    assert await store.write(note) == (told, "failed")
    await store.write(lambda unit: unit.pruning.remove("outbox", [1]))
    assert await store.read(lambda unit: unit.receipts.told([1])) == []


@pytest.mark.parametrize("first", ["whoever holds", "whoever writes"])
def test_nothing_is_left_asleep_where_they_write_while_it_is_put_on_hold(postgres_url, first):
    """Two real connections: the sender finds the window closed while their message is being decided."""
    store = Store(postgres_url, a_seal())
    store.now(lambda unit: unit.outbox.put_in([(message(), 0)], MORNING))
    holder, writer = store.engine.connect(), store.engine.connect()
    holding, writing = holder.begin(), writer.begin()
    at_hold, at_write = Unit(holder, store.seal), Unit(writer, store.seal)

    def write():
        at_write.outbox.heard([Heard(citizen(), LATER)], LATER)
        writing.commit()

    def hold():
        for each in at_hold.outbox.lease(LATER, 9, ROUTES):
            if each.heard_at is None:
                at_hold.outbox.put_on_hold([1])
                at_hold.outbox.next_up({each.address: None})

    if first == "whoever holds":
        hold()
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "whoever writes waits for the address"
        holding.commit()
        thread.join(10)
    else:
        at_write.outbox.heard([Heard(citizen(), LATER)], LATER)
        hold()  # passes the address by
        writing.commit()
        holding.commit()
    holder.close()
    writer.close()
    (row,) = store.now(lambda unit: unit.outbox.rows("kanigaran"))
    assert row.state == "queued"
    assert len(store.now(lambda unit: unit.outbox.lease(LATER, 9, ROUTES))) == 1
    store.close()
