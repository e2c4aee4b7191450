"""What's wrong is told to every operator once, with the mend, and once more when it's over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.alerts import Alerts
from bot.road import Road
from storage.rows import Arrival
from tests.doubles import MORNING, a_road
from workflow.message import Address

CHAT = Address("kanigaran", "telegram", "777")


@pytest.fixture
async def road(store) -> Road:
    made = a_road(store)
    await store.write(lambda unit: unit.people.add_operator(CHAT.office, CHAT.chat, MORNING))
    return made


async def told(road: Road) -> list[str]:
    rows = await road.store.read(lambda unit: unit.outbox.waiting([CHAT.lane], road.clock.now() + timedelta(days=1)))
    return [await text_of(road, row.id) for row in rows[CHAT.lane]]


async def text_of(road: Road, number: int) -> str:
    row = await road.store.read(lambda unit: unit.outbox.row(number))
    return row.message.text


class Watched:
    """What the watcher is told of channels and disk."""

    def __init__(self, road: Road) -> None:
        self.channels, self.disk = {"kanigaran/telegram": "ready"}, ""
        self.alerts = Alerts(road, lambda: self.channels, lambda: self.disk)


async def test_a_channel_that_stays_down_is_told_once_and_so_is_its_end(road):
    watched = Watched(road)
    watched.channels["kanigaran/telegram"] = "Unauthorized"
    assert await watched.alerts.step() == 0, "what mends itself at once wakes nobody"
    road.clock.shift(timedelta(minutes=3))
    assert await watched.alerts.step() == 1
    assert await watched.alerts.step() == 0
    (first,) = await told(road)
    assert "kanigaran/telegram tidak berjalan (Unauthorized)" in first
    assert "aduan check" in first
    watched.channels["kanigaran/telegram"] = "ok"
    await watched.alerts.step()
    assert (await told(road))[-1].startswith("SUDAH PULIH: Saluran kanigaran/telegram")


async def test_a_full_disk_is_told_at_once(road):
    watched = Watched(road)
    watched.disk = "only 3 MB are free"
    assert await watched.alerts.step() == 1
    assert "only 3 MB" in (await told(road))[0]
    assert "aduan_troubles 1.0" in road.metrics.page().decode()


async def test_a_parked_conversation_is_told_without_its_citizens_number(road):
    lane = Address("kanigaran", "telegram", "628123456789").lane
    await road.store.write(
        lambda unit: unit.inbox.take_in([Arrival("kanigaran", "telegram", "1", lane, b"{}")], MORNING)
    )

    def park(unit):
        unit.inbox.park(unit.inbox.head(lane), MORNING, "KeyError in core.py:1")

    await road.store.write(park)
    await Watched(road).alerts.step()
    (said,) = await told(road)
    assert "1 pesan menunggu (KeyError in core.py:1)" in said
    assert "628123456789" not in said


async def test_each_payload_that_cannot_be_read_is_told_once(road):
    watched = Watched(road)

    async def aside(key: str) -> None:
        lane = Address("kanigaran", "telegram", key).lane

        def put(unit):
            unit.inbox.take_in([Arrival("kanigaran", "telegram", key, lane, b"?")], MORNING)
            unit.inbox.set_aside(unit.inbox.head(lane), MORNING, "unreadable")

        await road.store.write(put)

    for key in ("1", "2"):
        await aside(key)
        assert await watched.alerts.step() == 1
        assert await watched.alerts.step() == 0
    assert [text.split(" pesan")[0][-1] for text in await told(road)] == ["1", "2"]


async def test_another_process_does_not_tell_it_again(road):
    for _ in range(2):
        watched = Watched(road)
        watched.disk = "full"
        await watched.alerts.step()
    assert len(await told(road)) == 1


async def test_mails_that_wait_to_be_taken_in_are_no_trouble(road):
    watched = Watched(road)
    watched.channels["kanigaran/email"] = "ready; 1200 wait to be taken in"
    road.clock.shift(timedelta(minutes=3))
    assert await watched.alerts.step() == 0
