"""What's wrong is told to every operator once, with the mend, and once more when it's over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot import people
from bot.alerts import Alerts
from bot.intake import Intake
from bot.pump import Pump
from bot.road import Road
from storage.rows import Arrival
from tests.doubles import DESK, MORNING, a_road, payload, said
from workflow.message import Address, Outbound
from workflow.office import Staff

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


# --- the staff group ----------------------------------------------------------------------------------------------------


async def test_a_group_that_lets_nobody_write_is_told_once_however_it_is_learned_and_so_is_its_end(road):
    watched = Watched(road)
    lane = Address("kanigaran", "telegram", DESK).lane
    until = road.clock.now() + timedelta(seconds=60)
    card = Outbound(to=Address("kanigaran", "telegram", DESK), kind="card", text="kartu")

    def shut(unit):
        unit.outbox.put_in([(card, 0)], road.clock.now())
        unit.outbox.mark(lane, busy_until=until, reason="Forbidden: bot was kicked")

    await road.store.write(shut)
    watched.channels["kanigaran/desk"] = "the bot isn't a member of the desk"
    assert await watched.alerts.step() == 0, "a group may be away for a moment"
    road.clock.shift(timedelta(seconds=61))
    assert await watched.alerts.step() == 1
    assert await watched.alerts.step() == 0
    (first,) = await told(road)
    assert "tidak dapat bekerja penuh di grup meja kantor kanigaran" in first
    assert "jadikan admin" in first
    watched.channels["kanigaran/desk"] = "ready"
    await road.store.write(lambda unit: unit.outbox.let_in(lane, road.clock.now()))
    await watched.alerts.step()
    assert (await told(road))[-1].startswith("SUDAH PULIH: Bot tidak dapat bekerja penuh")


async def test_the_number_to_be_written_in_the_configuration_is_told(road):
    office = road.offices["kanigaran"]
    await road.store.write(lambda unit: unit.people.move_desk("kanigaran", DESK, "-100999", road.clock.now()))
    road.offices["kanigaran"] = people.merged(replace(office, desk_fixed=True), None, [], (), {DESK: "-100999"})
    watched = Watched(road)
    assert await watched.alerts.step() == 1
    (first,) = await told(road)
    assert "Tulis desk = -100999" in first
    assert f"sebagai ganti {DESK}" in first
    road.offices["kanigaran"] = people.merged(
        replace(office, desk="-100999", desk_fixed=True), None, [], (), {DESK: "-100999"}
    )
    await watched.alerts.step()
    assert (await told(road))[-1].startswith("SUDAH PULIH: Grup meja")
    assert road.offices["kanigaran"].former == (DESK,), "what refers to the old one still counts"


async def test_a_role_whose_last_holder_left_is_told(road):
    office = road.offices["kanigaran"]
    road.offices["kanigaran"] = replace(office, staff=tuple(replace(each, roles=()) for each in office.staff))
    watched = Watched(road)
    assert await watched.alerts.step() == 0
    road.clock.shift(timedelta(minutes=11))
    assert await watched.alerts.step() > 0
    assert any("tidak ada lagi yang memegang peran Petugas" in text for text in await told(road))


async def test_confidential_reports_that_nobody_can_open_are_told_without_a_word_of_them(store, channel):
    road = a_road(store, channel)
    await store.write(lambda unit: unit.people.add_operator(CHAT.office, CHAT.chat, MORNING))
    watched = Watched(road)
    for nth, text in enumerate(("saya diminta uang 150 ribu di loket 2", "cukup", "ya")):
        await Intake(road).receive(channel, payload(f"k{nth}", said(text, message=str(nth)), "1"))
    pump = Pump(road)
    while await pump.step():
        pass
    assert await watched.alerts.step() == 0, "whoever may open it has just been asked to link"
    road.clock.shift(timedelta(minutes=16))
    assert await watched.alerts.step() == 1
    (first,) = await told(road)
    assert "1 laporan rahasia yang belum dapat dibuka: Camat belum menghubungkan chat pribadi" in first
    assert "Hubungkan chat pribadi" in first
    assert "loket" not in first
    camat = Staff(id=901, name="Agus Wijaya", roles=("camat",))
    road.offices["kanigaran"] = road.offices["kanigaran"].with_staff([camat])
    await store.write(lambda unit: unit.cases.link("kanigaran", [("901", "901")], MORNING))
    await watched.alerts.step()
    assert (await told(road))[-1].startswith("SUDAH PULIH")
