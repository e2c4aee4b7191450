"""The blind index: a number finds its complaints in its own office, is nowhere to be read, and goes with the number."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from storage.files import Files
from storage.tables import keys
from storage.tables_personal import identities
from tests.doubles import DESK, MORNING, a_road, a_seal, citizen, payload, said
from workflow.message import Message, Sender
from workflow.office import Staff

NIK, OTHER, KK = "3574010101900003", "3574014101900003", "3574012305150007"
SITI = "901"


@pytest.fixture
def road(store, channel):
    """On both databases, with a petugas whose private chat is linked."""
    made = a_road(store, channel)
    office = made.offices["kanigaran"].with_staff([Staff(id=int(SITI), name="Siti", roles=("petugas",))])
    made.offices["kanigaran"] = office
    store.now(lambda unit: unit.cases.link("kanigaran", [(SITI, SITI)], MORNING))
    return made


async def play(road, *messages: Message, start: int = 0) -> None:
    pump, intake = Pump(road), Intake(road)
    for nth, value in enumerate(messages, start):
        await intake.receive(road.channels["telegram", "kanigaran"], payload(f"k{nth}", value, value.chat.chat))
        while await pump.step():
            pass


def told(chat: str, *texts: str, first: int = 1) -> list[Message]:
    return [said(text, chat=chat, message=str(n)) for n, text in enumerate(texts, first)]


def staff(text: str, *, chat: str = SITI, message: str = "900") -> Message:
    return Message(
        chat=citizen(chat), id=message, sender=Sender(id=SITI, name="Siti"), at=MORNING, text=text, private=chat == SITI
    )


async def texts(road, lane: str) -> list[str]:
    rows = await road.store.read(lambda unit: unit.outbox.rows("kanigaran"))
    return [row.message.text for row in rows if row.address == lane]


async def rows(road) -> list:
    every = select(identities).order_by(identities.c.complaint)
    return await road.store.read(lambda unit: list(unit.connection.execute(every)))


async def test_a_number_is_indexed_with_what_holds_it_and_found_in_private_only(road):
    await play(road, *told("7", f"lampu jalan di jl mawar mati, NIK saya {NIK}, KK {KK}", "nanti semua", "ya"))
    await play(road, *told("8", f"sampah menumpuk di jl mawar, nik {NIK}", "nanti semua", "ya"), start=10)
    found = await rows(road)
    assert sorted(row.kind for row in found) == ["kk", "nik", "nik"]
    assert len({row.digest for row in found if row.kind == "nik"}) == 1
    assert all(NIK not in repr(row) and KK not in repr(row) for row in found)
    for n, asked in enumerate((f"/cari {NIK}", f"/cari {KK}", f"/cari {OTHER}"), 20):
        await play(road, staff(asked, message=str(n)), start=n)
    answers = await texts(road, citizen(SITI).lane)
    private = [text for text in answers if text.startswith(("Ditemukan", "Tidak"))]  # cards come here too
    assert [text.splitlines()[0] for text in private] == [
        "Ditemukan 2:",
        "Ditemukan 1:",
        "Tidak ditemukan: 3574**********03",
    ]
    await play(road, staff(f"/cari {NIK}", chat=DESK, message="77"), start=30)
    group = await texts(road, citizen(DESK).lane)
    assert "3574" not in group[-1]


async def test_in_the_same_batch_as_what_holds_it_a_number_is_found_already(road):
    pump, intake = Pump(road), Intake(road)
    channel = road.channels["telegram", "kanigaran"]
    await play(road, *told("7", "lampu jalan di jl mawar mati", "nanti semua"))
    batch = [*told("7", f"nik saya {NIK}", "ya", first=5), staff(f"/cari {NIK}")]
    for nth, value in enumerate(batch, 50):
        await intake.receive(channel, payload(f"k{nth}", value, value.chat.chat))
    while await pump.step():
        pass
    assert len(await rows(road)) == 1


async def test_the_row_goes_when_the_number_does_and_when_a_complaint_is_forgotten(road):
    await play(road, *told("7", f"lampu jalan di jl mawar mati, NIK saya {NIK}", "nanti semua", "ya"))
    (row,) = await rows(road)
    await play(road, *told("7", f"tambahan: NIK saya {OTHER}", first=9), start=40)
    (newer,) = await rows(road)
    assert (newer.complaint, newer.kind) == (row.complaint, "nik")
    assert newer.digest != row.digest
    await road.store.write(lambda unit: unit.identities.forget([row.complaint]))
    assert await rows(road) == []


async def test_another_office_has_other_digests_and_finds_nothing(road):
    write = road.store.write
    for office in ("kanigaran", "kedopok"):
        await write(lambda unit, office=office: unit.identities.keep(office, f"c-{office}", {("nik", NIK)}, MORNING))
    found = await rows(road)
    assert len({row.digest for row in found}) == 2
    assert await write(lambda unit: unit.identities.find("kedopok", NIK, MORNING)) == ("c-kedopok",)
    assert await write(lambda unit: unit.identities.find("kanigaran", NIK, MORNING)) == ("c-kanigaran",)
    assert await write(lambda unit: unit.identities.find("pekutatan", NIK, MORNING)) == ()


async def test_the_index_key_is_wrapped_and_once_destroyed_the_index_is_of_no_use(road):
    await road.store.write(lambda unit: unit.identities.keep("kanigaran", "c1", {("nik", NIK)}, MORNING))
    wrapped = await road.store.read(
        lambda unit: unit.connection.execute(select(keys.c.sealed).where(keys.c.name == "index/kanigaran")).scalar_one()
    )
    assert a_seal().knows(wrapped)
    await road.store.write(lambda unit: unit.shelf.erase_keys(["index/kanigaran"], MORNING))
    assert await road.store.write(lambda unit: unit.identities.find("kanigaran", NIK, MORNING)) == ()


async def test_a_message_of_theirs_is_deleted_by_the_providers_own_id(road, channel):
    await play(road, staff(f"/cari {NIK}", chat=DESK, message="77"))
    deliver = Deliver(road, Enclosures(road.store, Files("memory:", a_seal().random_bytes), Media()))
    for _ in range(10):
        if (idle_s := await deliver.step()) is None:
            break
        road.clock.pass_s(idle_s)
    gone = [parcel for parcel, _ in channel.sent if parcel.message.kind == "delete"]
    assert [(parcel.target, parcel.message.to.chat) for parcel in gone] == [("77", DESK)]
