"""Letters numbered on the whole road: two processes at once, a reopened complaint, and no statement for citizens."""

import asyncio

import pytest
from msgspec.structs import replace
from sqlalchemy import event as sqlalchemy_event

from bot.intake import Intake
from bot.pump import Pump
from storage.cases import Turn
from storage.engine import Store
from tests.doubles import DESK, MORNING, FakeChannel, HandClock, a_road, a_seal, payload, said
from workflow.message import Address, Press, Sender
from workflow.office import Office, Staff
from workflow.record import Complaint
from workflow.standard import standard as standards
from workflow.world import Sought

OFFICERS = (31, 32)


def an_office(owner="system"):
    text = standards.shipped_text("kedopok")
    text = text.replace('number_owner = "staff"', f'number_owner = "{owner}"')
    text = text.replace('unit = ""', 'unit = "425.501"', 1)
    rules = standards.load(text, place="kedopok.toml")
    staff = tuple(Staff(id=each, name=f"Petugas {each}", roles=("petugas",)) for each in OFFICERS)
    return Office(id="kedopok", standard=rules, staff=staff, desk=DESK)


def to_be_numbered(nth, office):
    return Complaint(
        id=f"id{nth:03}",
        code=f"7K{nth:02}",
        office=office.id,
        standard=office.standard.version,
        received_at=MORNING,
        confirmed_at=MORNING,
        number=f"KDP-2026-{nth:04}",
        statement="lampu jalan mati",
        step="number",
        draft="Lampu sudah diganti.",
        citizen=Address("kedopok", "telegram", f"c{nth}"),
    )


def press(nth, who, act="number"):
    chat = Address("kedopok", "telegram", str(who))
    return Press(
        chat=chat,
        id=f"p{who}-{nth}",
        sender=Sender(id=str(who)),
        at=MORNING,
        data=f"d:{act}:7K{nth:02}:1",
        private=True,
    )


async def prepare(store, office, many):
    def put(unit):
        unit.cases.keep_complaints([(to_be_numbered(nth, office), 0, Turn()) for nth in range(many)], MORNING)
        unit.cases.link("kedopok", [(str(who), str(who)) for who in OFFICERS], MORNING)

    await store.write(put)


async def bring(road, *values):
    intake = Intake(road)
    (channel,) = road.channels.values()
    for value in values:
        await intake.receive(channel, payload(value.id, value, value.chat.chat))


async def numbers(store, many):
    found = await store.read(lambda unit: unit.cases.complaints(ids=[f"id{nth:03}" for nth in range(many)]))
    return [found[f"id{nth:03}"].value.letter_number for nth in range(many)]


@pytest.mark.parametrize("processes", [1, 2])
async def test_two_officers_who_number_at_once_never_make_a_gap_or_a_double(url, store, processes):
    """Each officer presses in their own chat, so that nothing but the numbers keeps their lanes apart."""
    office, many = an_office(), 12
    stores = [store, *([Store(url, a_seal(8))] if processes == 2 and store.postgres else [])]
    await prepare(store, office, many)
    channel = FakeChannel(office="kedopok")
    roads = [a_road(each, channel, offices=[office], clock=HandClock(), seed=seed) for seed, each in enumerate(stores)]
    await bring(roads[0], *(press(nth, OFFICERS[nth % 2]) for nth in range(many)))

    async def work(pump):
        for _ in range(40):
            await pump.step()

    await asyncio.gather(*(work(Pump(roads[nth % len(roads)])) for nth in range(processes)))
    given = await numbers(store, many)
    assert sorted(given) == [f"{nth:03}/425.501/2026" for nth in range(1, many + 1)]
    for each in stores[1:]:
        each.close()


async def test_pressed_twice_it_is_numbered_once(store):
    office = an_office()
    await prepare(store, office, 2)
    road = a_road(store, FakeChannel(office="kedopok"), offices=[office])
    await bring(road, press(0, 31), press(0, 32), press(1, 32))
    pump = Pump(road)
    while await pump.step():
        pass
    assert sorted(await numbers(store, 2)) == ["001/425.501/2026", "002/425.501/2026"]


async def test_a_citizens_message_asks_nothing_about_letters(sqlite):
    office = an_office()
    road = a_road(sqlite, FakeChannel(office="kedopok"), offices=[office])
    statements = []
    sqlalchemy_event.listen(sqlite.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    hello = said("Lampu jalan di depan SD mati sejak kemarin.")
    await bring(road, replace(hello, chat=Address("kedopok", "telegram", "1")))
    pump = Pump(road)
    while await pump.step():
        pass
    assert statements
    assert not [each for each in statements if "letters" in each]


async def test_numbers_of_letters_are_kept_with_the_complaint_or_not_at_all(store):
    """What a batch can't write gives no number away: the next one has it."""
    office = an_office()
    await prepare(store, office, 2)
    road = a_road(store, FakeChannel(office="kedopok"), offices=[office])
    await bring(road, press(0, 31))
    fails = [True]

    def around(moment):
        if fails and moment == "before":
            fails.pop()
            raise RuntimeError("no room on the disk")

    pump = Pump(road)
    store.around_commit = around
    for _ in range(5):
        await pump.step()
        road.clock.pass_s(60)
    store.around_commit = None
    await bring(road, press(1, 32))
    for _ in range(5):
        await pump.step()
        road.clock.pass_s(60)
    assert await numbers(store, 2) == ["001/425.501/2026", "002/425.501/2026"]
    sought = [Sought(series="-", number="001/425.501/2026")]
    (found,) = await store.read(lambda unit: unit.letters.found("kedopok", sought))
    assert (found.complaint, found.name, found.urut) == ("id000", "KDP-2026-0000", 1)
