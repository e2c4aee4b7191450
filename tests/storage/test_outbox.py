"""The outbox on both databases: what gives way, what's taken back, what's known of messages, topics and addresses."""

from datetime import timedelta

import pytest

from tests.doubles import DESK, MORNING, citizen
from workflow.message import Outbound, Refers

LANE = citizen().lane
ROUTES = ["telegram:kanigaran"]


def later(seconds: float):
    return MORNING + timedelta(seconds=seconds)


def message(text="halo", **more) -> Outbound:
    fields = {"to": citizen(), "kind": "question", "text": text} | more
    return Outbound(**fields)


async def put(store, *messages, now=MORNING):
    await store.write(lambda unit: unit.outbox.put_in([(each, 0) for each in messages], now))


async def states(store):
    rows = await store.read(lambda unit: unit.outbox.rows("kanigaran"))
    return [(row.message.text, row.state) for row in rows]


async def sent_as(store, number, message_id):
    def send(unit):
        (row,) = unit.outbox.start([number], MORNING, MORNING)
        unit.outbox.sent_as(row, row.address, message_id, MORNING)
        unit.outbox.settle(row, "sent", MORNING)

    await store.write(send)


async def test_a_message_comes_back_whole(store):
    whole = message(refers=Refers(role="relay"), not_before=later(10), mentions=(), key="k", about="id1")
    await put(store, whole)
    (row,) = await store.read(lambda unit: unit.outbox.rows("kanigaran"))
    assert (row.message, row.state, row.not_before) == (whole, "queued", later(10))


async def test_an_address_is_ready_when_its_first_message_is(store):
    await put(store, message(not_before=later(60)))
    assert await store.write(lambda unit: unit.outbox.lease(later(59), 9, ROUTES)) == []
    await put(store, message(not_before=later(30)))
    assert len(await store.write(lambda unit: unit.outbox.lease(later(30), 9, ROUTES))) == 1
    assert await store.write(lambda unit: unit.outbox.lease(later(30), 9, ["telegram:kedopok"])) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"key": "a"}, {"replaces": "a"}, "cancelled"),
        ({"replaces": "album"}, {"replaces": "album"}, "cancelled"),
        ({"key": "a"}, {"key": "a"}, "queued"),
        ({"key": "a"}, {"replaces": "b"}, "queued"),
        ({"key": "a", "to": citizen("2")}, {"replaces": "a"}, "queued"),
        ({"kind": "edit", "target": "card"}, {"kind": "edit", "target": "card"}, "cancelled"),
        ({"kind": "edit", "target": "card"}, {"kind": "edit", "target": "other"}, "queued"),
        ({"kind": "edit", "target": "card"}, {"kind": "delete", "target": "card"}, "queued"),
    ],
)
@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "in one batch"])
async def test_what_a_later_message_makes_pointless_gives_way(store, first, second, expected, together):
    one, two = message("lama", **first), message("baru", **second)
    if together:
        await put(store, one, two)
    else:
        await put(store, one)
        await put(store, two)
    found = dict(await states(store))
    assert found.get("lama", "cancelled") == expected
    assert found["baru"] == "queued"


async def test_what_is_being_sent_gives_way_to_nobody(store):
    await put(store, message("lama", key="a"))
    await store.write(lambda unit: unit.outbox.start([1], MORNING, later(15)))
    await put(store, message("baru", replaces="a"))
    assert await store.write(lambda unit: unit.outbox.cancel([("kanigaran", "a")], MORNING)) == 0
    assert await states(store) == [("lama", "sending"), ("baru", "queued")]


async def test_a_held_reply_is_known_as_unsent_and_can_be_taken_back(store):
    await put(store, message("balasan", key="hold:1", not_before=later(10)), message("lain", key="hold:2"))
    await store.write(lambda unit: unit.outbox.start([2], MORNING, later(15)))
    asked = [("kanigaran", "hold:1"), ("kanigaran", "hold:2"), ("kanigaran", "hold:3"), ("kedopok", "hold:1")]
    assert await store.write(lambda unit: unit.outbox.unsent(asked)) == {("kanigaran", "hold:1")}
    assert await store.write(lambda unit: unit.outbox.cancel([("kanigaran", "hold:1")], MORNING)) == 1
    assert await store.write(lambda unit: unit.outbox.unsent(asked)) == frozenset()


async def test_the_parts_of_a_message_are_known_in_their_order(store):
    parts = [(message(f"bagian {n}", key="long"), n) for n in (1, 2)]
    await store.write(lambda unit: unit.outbox.put_in(parts, MORNING))
    await sent_as(store, 1, "1001")
    await sent_as(store, 2, "1002")
    await store.write(lambda unit: unit.outbox.deleted(LANE, "1001", MORNING))
    known = await store.read(lambda unit: unit.outbox.known_as([(LANE, "long"), (LANE, "none")]))
    assert [(part.message, part.part, part.deleted) for part in known[LANE, "long"]] == [
        ("1001", 1, True),
        ("1002", 2, False),
    ]
    assert (LANE, "none") not in known


async def test_a_topic_is_adopted_by_its_name_and_the_first_thread_stays(store):
    group = citizen(DESK)
    await put(store, message("KNG-2026-0001 Jalan", to=group, kind="topic", topic="7K3F"))

    def doubt(unit):
        (row,) = unit.outbox.start([1], MORNING, MORNING)
        unit.outbox.again(row, "uncertain", later(60), attempts=1, doubts=1, reason="")

    await store.write(doubt)
    assert not await store.write(lambda unit: unit.outbox.adopt_topic(group, "Ngobrol", "5", MORNING))
    assert await store.write(lambda unit: unit.outbox.adopt_topic(group, "KNG-2026-0001 Jalan", "6", MORNING))
    again = await store.write(lambda unit: unit.outbox.adopt_topic(group, "KNG-2026-0001 Jalan", "7", MORNING))
    assert again is None, "it's known already"
    assert await store.read(lambda unit: unit.outbox.threads([group.lane])) == {(group.lane, "7K3F"): "6"}
    assert await states(store) == [("KNG-2026-0001 Jalan", "sent")]


async def test_an_address_that_is_gone_is_well_again_when_somebody_writes_from_it(store):
    await store.write(lambda unit: unit.outbox.gone(citizen(), MORNING, "blocked"))
    await put(store, message())
    (address,) = await store.write(lambda unit: unit.outbox.lease(MORNING, 9, ROUTES))
    assert address.gone_at == MORNING
    await store.write(lambda unit: unit.outbox.heard_from([LANE]))
    (address,) = await store.write(lambda unit: unit.outbox.lease(MORNING, 9, ROUTES))
    assert address.gone_at is None


async def test_a_message_that_is_deleted_later_has_a_name_to_be_deleted_by(store):
    await put(store, message(delete_after_s=60), message(delete_after_s=60))
    rows = await store.read(lambda unit: unit.outbox.rows("kanigaran"))
    assert all(row.message.key.startswith("auto:") for row in rows)
    assert rows[0].message.key != rows[1].message.key


async def test_the_sweep_finds_an_address_that_sleeps_over_a_message(store):
    await put(store, message())
    await store.write(lambda unit: unit.outbox.next_up({LANE: None}))
    assert await store.write(lambda unit: unit.outbox.sweep(later(30), timedelta(seconds=20))) == 1
    assert await store.read(lambda unit: unit.outbox.next_at(ROUTES)) == later(30)


async def test_depths_count_what_is_unsettled(store):
    await put(store, message(), message(), message(key="x"))
    await store.write(lambda unit: unit.outbox.start([1], MORNING, later(15)))
    await store.write(lambda unit: unit.outbox.cancel([("kanigaran", "x")], MORNING))
    assert await store.read(lambda unit: unit.outbox.depths()) == {"sending": 1, "queued": 1}


async def test_what_is_taken_back_between_choosing_and_starting_is_not_sent(store):
    """The pump may cancel a held reply while another connection is about to send it: whoever commits first wins."""
    await put(store, message("ditahan", key="hold:1"), message("lain", key="x"))
    assert len((await store.read(lambda unit: unit.outbox.waiting([LANE], MORNING)))[LANE]) == 2
    await store.write(lambda unit: unit.outbox.cancel([("kanigaran", "hold:1")], MORNING))
    started = await store.write(lambda unit: unit.outbox.start([1, 2], MORNING, later(15)))
    assert [row.message.text for row in started] == ["lain"]
    assert await states(store) == [("ditahan", "cancelled"), ("lain", "sending")]
