"""The inbox on both databases: doublets, order, lanes, failures, quarantine."""

from datetime import timedelta

import pytest

from storage.rows import Arrival
from tests.doubles import MORNING

LANE = "telegram:kanigaran:1"


def arrival(key: str, lane: str = LANE, payload: bytes = b"{}", office: str = "kanigaran") -> Arrival:
    return Arrival(office, "telegram", key, lane, payload)


def later(seconds: float):
    return MORNING + timedelta(seconds=seconds)


async def waiting(store, lanes=(LANE,), per_lane=16):
    rows, more = await store.write(lambda unit: unit.inbox.waiting(list(lanes), per_lane))
    return [row.key for row in rows], more


async def test_a_doublet_changes_nothing(store):
    new = await store.write(lambda unit: unit.inbox.take_in([arrival("1"), arrival("2")], MORNING))
    again = await store.write(lambda unit: unit.inbox.take_in([arrival("2"), arrival("3")], MORNING))
    assert (new, again) == (2, 1)
    assert await waiting(store) == (["1", "2", "3"], set())


async def test_two_offices_may_have_the_same_key(store):
    other = arrival("1", "telegram:kedopok:1", office="kedopok")
    assert await store.write(lambda unit: unit.inbox.take_in([arrival("1"), other], MORNING)) == 2


async def test_a_payload_comes_back_as_it_was_and_lies_sealed(store):
    payload = b'{"text": "NIK 3574010101010001"}'
    await store.write(lambda unit: unit.inbox.take_in([arrival("1", payload=payload)], MORNING))
    rows, _ = await store.write(lambda unit: unit.inbox.waiting([LANE]))
    assert b"3574010101010001" not in rows[0].payload
    assert await store.read(lambda unit: unit.inbox.opened(rows[0])) == payload


async def test_a_lane_is_ready_once_something_came_and_sleeps_when_it_is_done(store):
    assert await store.write(lambda unit: unit.inbox.lease(MORNING, 9)) == []
    await store.write(lambda unit: unit.inbox.take_in([arrival("1")], MORNING))

    def work(unit):
        leased = unit.inbox.lease(MORNING, 9)
        rows, _ = unit.inbox.waiting(leased)
        unit.inbox.done([row.id for row in rows], MORNING)
        unit.inbox.release(leased, [], MORNING)
        return leased

    assert await store.write(work) == [LANE]
    assert await store.write(work) == []
    assert await waiting(store) == ([], set())


async def test_a_flood_in_one_lane_is_cut_off_and_the_lane_stays_awake(store):
    flood = [arrival(str(n)) for n in range(40)]
    await store.write(lambda unit: unit.inbox.take_in([*flood, arrival("x", "telegram:kanigaran:2")], MORNING))
    keys, more = await waiting(store, [LANE, "telegram:kanigaran:2"], 16)
    assert keys == [*(str(n) for n in range(16)), "x"]
    assert more == {LANE}


async def test_a_failure_lets_the_lane_rest_and_news_does_not_wake_it(store):
    await store.write(lambda unit: unit.inbox.take_in([arrival("1")], MORNING))
    await store.write(lambda unit: unit.inbox.rest(unit.inbox.head(LANE), later(8), "ValueError"))
    await store.write(lambda unit: unit.inbox.take_in([arrival("2")], later(1)))
    assert await store.write(lambda unit: unit.inbox.lease(later(7), 9)) == []
    assert await store.write(lambda unit: unit.inbox.lease(later(8), 9)) == [LANE]
    assert (await store.write(lambda unit: unit.inbox.head(LANE))).attempts == 1


async def test_a_parked_lane_stands_still_until_it_is_released(store):
    await store.write(lambda unit: unit.inbox.take_in([arrival("1")], MORNING))
    await store.write(lambda unit: unit.inbox.park(unit.inbox.head(LANE), MORNING, "ValueError in x.py:1"))
    await store.write(lambda unit: unit.inbox.take_in([arrival("2")], later(1)))
    assert await store.write(lambda unit: unit.inbox.lease(later(9999), 9)) == []
    (parked,) = await store.read(lambda unit: unit.inbox.parked())
    assert (parked.lane, parked.waiting, parked.error) == (LANE, 2, "ValueError in x.py:1")
    assert await store.write(lambda unit: unit.inbox.unpark(LANE, later(10)))
    assert await store.write(lambda unit: unit.inbox.lease(later(10), 9)) == [LANE]
    assert (await store.write(lambda unit: unit.inbox.head(LANE))).attempts == 0
    assert not await store.write(lambda unit: unit.inbox.unpark(LANE, later(10)))


async def test_what_is_set_aside_blocks_nobody_and_can_be_replayed_once(store):
    await store.write(lambda unit: unit.inbox.take_in([arrival("1", payload=b"?"), arrival("2")], MORNING))
    await store.write(lambda unit: unit.inbox.set_aside(unit.inbox.head(LANE), MORNING, "no JSON"))
    assert await waiting(store) == (["2"], set())
    (aside,) = await store.read(lambda unit: unit.inbox.aside())
    assert (aside.reason, aside.replayed_at) == ("no JSON", None)
    assert await store.read(lambda unit: unit.inbox.aside_payload(aside.id)) == b"?"
    assert await store.write(lambda unit: unit.inbox.replay(aside.id, later(5)))
    assert not await store.write(lambda unit: unit.inbox.replay(aside.id, later(6)))
    assert await waiting(store) == (["2", f"replay:{aside.id}"], set())


async def test_the_sweep_wakes_a_lane_that_sleeps_over_work_and_no_other(store):
    await store.write(lambda unit: unit.inbox.take_in([arrival("1"), arrival("2", "telegram:kanigaran:2")], MORNING))
    await store.write(lambda unit: unit.inbox.park(unit.inbox.head("telegram:kanigaran:2"), MORNING, "x"))
    await store.write(lambda unit: unit.inbox.release([LANE], [], MORNING))  # as a bug would leave it
    sweep = timedelta(seconds=20)
    assert await store.write(lambda unit: unit.inbox.sweep(later(10), sweep)) == 0
    assert await store.write(lambda unit: unit.inbox.sweep(later(30), sweep)) == 1
    assert await store.write(lambda unit: unit.inbox.lease(later(30), 9)) == [LANE]


async def test_depths_tell_what_waits(store):
    await store.write(lambda unit: unit.inbox.take_in([arrival("1"), arrival("2")], MORNING))
    await store.write(lambda unit: unit.inbox.set_aside(unit.inbox.head(LANE), MORNING, "no JSON"))
    assert await store.read(lambda unit: unit.inbox.depths()) == {"waiting": 1, "parked": 0, "quarantine": 1}


@pytest.mark.parametrize("text", ["dengan \x00 nol", "emoji 😀", "'; DROP TABLE inbox; --"])
async def test_hostile_bytes_in_a_payload_are_only_bytes(store, text):
    await store.write(lambda unit: unit.inbox.take_in([arrival("1", payload=text.encode())], MORNING))
    rows, _ = await store.write(lambda unit: unit.inbox.waiting([LANE]))
    assert await store.read(lambda unit: unit.inbox.opened(rows[0])) == text.encode()
