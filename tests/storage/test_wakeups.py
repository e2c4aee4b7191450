"""No arrival is ever left asleep: the lane's row is locked before the lane is read and let go."""

import threading

from sqlalchemy import create_engine, text

from storage.engine import Store
from storage.rows import Arrival
from storage.unit import Unit
from tests.doubles import MORNING, a_seal

LANE = "telegram:kanigaran:1"


def arrival(key):
    return Arrival("kanigaran", "telegram", key, LANE, b"{}")


def asleep_over_work(store) -> bool:
    def look(unit):
        rows, _ = unit.inbox.waiting([LANE])
        return bool(rows) and unit.inbox.lease(MORNING, 9) == []

    return store.now(look)


def test_an_arrival_during_the_release_of_its_lane_wakes_it(postgres_url):
    """Two real connections: a worker holds the lane and lets it go while an arrival is being committed."""
    store = Store(postgres_url, a_seal())
    store.now(lambda unit: unit.inbox.take_in([arrival("1")], MORNING))
    worker, enqueuer = store.engine.connect(), store.engine.connect()
    worker_transaction, enqueue_transaction = worker.begin(), enqueuer.begin()
    at_work, arriving = Unit(worker, store.seal), Unit(enqueuer, store.seal)
    leased = at_work.inbox.lease(MORNING, 9)
    rows, _ = at_work.inbox.waiting(leased)

    def arrive():
        arriving.inbox.take_in([arrival("2")], MORNING)  # waits for the worker's lock on the lane
        enqueue_transaction.commit()

    thread = threading.Thread(target=arrive)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive(), "the arrival must wait for the lane"
    at_work.inbox.done([row.id for row in rows], MORNING)
    at_work.inbox.release(leased, [], MORNING)
    worker_transaction.commit()
    thread.join(10)
    worker.close()
    enqueuer.close()
    assert not asleep_over_work(store)
    store.close()


def test_the_trap_is_real_when_a_lane_is_let_go_in_one_statement(postgres_url):
    """What this guards against: one UPDATE with a sub-select keeps its old view while it waits for the row."""
    store = Store(postgres_url, a_seal())
    store.now(lambda unit: unit.inbox.take_in([arrival("1")], MORNING))
    store.now(lambda unit: unit.inbox.done([unit.inbox.head(LANE).id], MORNING))
    plain = create_engine(postgres_url)
    enqueuer = store.engine.connect()
    enqueue = enqueuer.begin()
    Unit(enqueuer, store.seal).inbox.take_in([arrival("2")], MORNING)

    def let_go():
        with plain.begin() as connection:
            connection.execute(
                text(
                    "UPDATE lanes SET next_at = (SELECT min(received_at) FROM inbox"
                    " WHERE inbox.lane = lanes.lane AND done_at IS NULL) WHERE lane = :lane"
                ),
                {"lane": LANE},
            )

    thread = threading.Thread(target=let_go)
    thread.start()
    thread.join(0.3)
    enqueue.commit()
    thread.join(10)
    enqueuer.close()
    plain.dispose()
    assert asleep_over_work(store), "PostgreSQL has changed: the lock before the release may not be needed any more"
    store.close()


def test_two_workers_never_hold_the_same_lane(postgres_url):
    store = Store(postgres_url, a_seal())
    other = Arrival("kanigaran", "telegram", "9", "telegram:kanigaran:2", b"{}")
    store.now(lambda unit: unit.inbox.take_in([arrival("1"), other], MORNING))
    one, two = store.engine.connect(), store.engine.connect()
    with one.begin(), two.begin():
        first = Unit(one, store.seal).inbox.lease(MORNING, 1)
        second = Unit(two, store.seal).inbox.lease(MORNING, 9)
    one.close()
    two.close()
    assert len(first) == 1
    assert len(second) == 1
    assert first != second
    store.close()


def test_an_address_keeps_its_next_message_when_it_is_queued_during_an_outcome(postgres_url):
    """The same on the road out: what's queued while an outcome is written is looked at."""
    from tests.doubles import citizen
    from workflow.message import Outbound

    store = Store(postgres_url, a_seal())
    message = Outbound(to=citizen(), kind="question", text="satu")
    store.now(lambda unit: unit.outbox.put_in([(message, 0)], MORNING))
    (row,) = store.now(lambda unit: unit.outbox.start([1], MORNING, MORNING))
    queueing, settling = store.engine.connect(), store.engine.connect()
    queue = queueing.begin()
    Unit(queueing, store.seal).outbox.put_in([(message, 0)], MORNING)

    def settle():
        with settling.begin():
            unit = Unit(settling, store.seal)
            unit.outbox.hold(row.address)
            unit.outbox.settle(row, "sent", MORNING)
            unit.outbox.go_on(row.address, MORNING)

    thread = threading.Thread(target=settle)
    thread.start()
    thread.join(0.3)
    queue.commit()
    thread.join(10)
    queueing.close()
    settling.close()
    assert store.now(lambda unit: unit.outbox.next_at(["telegram:kanigaran"])) == MORNING
    store.close()
