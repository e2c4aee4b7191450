"""Tidying: traffic that has done its work goes after its time, what waits never does; what's forgotten is destroyed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from bot.ticks import Ticks
from bot.tidying import Tidying
from storage.files import Files, NotThere
from storage.rows import keyring
from storage.seal import Unopenable
from storage.tables import inbox, keys, outbox, timers
from tests.doubles import MORNING, FakeCore, a_road, a_seal, citizen, payload, said
from workflow.message import Attachment
from workflow.world import Decision, Timer

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.fixture
def road(store, channel):
    """On both databases."""
    return a_road(store, channel)


@pytest.fixture
def files():
    return Files("memory:", a_seal().random_bytes)


async def count(road, table):
    statement = select(func.count()).select_from(table)
    return await road.store.read(lambda unit: unit.connection.execute(statement).scalar_one())


async def run(road, *messages, core=None):
    (channel,) = road.channels.values()
    for nth, each in enumerate(messages):
        await Intake(road).receive(channel, payload(f"{road.clock.now()}:{each.id}:{nth}", each, each.chat.chat))
    pump = Pump(road, core)
    while await pump.step():
        pass


async def test_payloads_done_and_messages_sent_go_after_their_time(road, channel, files):
    deliver = Deliver(road, Enclosures(road.store, files, Media()))
    ticks = Ticks(road, deliver)
    await run(road, said("satu"), said("dua", chat="2"), core=FakeCore())
    while await deliver.step() == 0:
        pass
    ring = Timer(key="t", lane=citizen(), due_at=MORNING, kind="remind_draft")
    await road.store.write(lambda unit: unit.times.set([ring]))
    await ticks.step()
    await run(road, core=FakeCore(rule=lambda event, world: Decision()))
    assert await ticks.tidy() == 0, "not yet"
    road.clock.shift(timedelta(days=31))
    await run(road, said("tiga"), core=FakeCore())
    assert await ticks.tidy() > 0
    assert await count(road, inbox) == 1
    assert await count(road, outbox) == 1
    assert await count(road, timers) == 0
    while await deliver.step() == 0:
        pass
    assert channel.texts == ["1: satu", "1: dua", "2: tiga"]


async def test_a_call_that_could_be_brought_again_after_years_leaves_its_name_and_nothing_else(road, channel, files):
    channel.lasting = ("SM",)
    intake, pump = Intake(road), Pump(road, FakeCore())
    for key in ("SM1", "status:SM1:sent"):
        await intake.receive(channel, payload(key, said("satu")))
    while await pump.step():
        pass
    road.clock.shift(timedelta(days=400))
    await run(road, said("dua"), core=FakeCore())
    await Tidying(road, files).step()
    columns = select(inbox.c.key, inbox.c.lane, inbox.c.payload).order_by(inbox.c.id)
    first, _ = await road.store.read(lambda unit: unit.connection.execute(columns).all())
    assert tuple(first) == ("SM1", "", b"")
    await Tidying(road, files).step()
    core = FakeCore()
    await intake.receive(channel, payload("SM1", said("satu")))
    while await Pump(road, core).step():
        pass
    assert core.events == []


async def test_what_waits_and_the_newest_row_never_go(road, files):
    await run(road, said("satu"), core=FakeCore())
    (channel,) = road.channels.values()
    await Intake(road).receive(channel, payload("waits", said("dua")))
    await road.store.write(lambda unit: unit.inbox.set_aside(unit.inbox.head(citizen().lane), MORNING, "unread"))
    await Intake(road).receive(channel, payload("waits too", said("tiga")))
    road.clock.shift(timedelta(days=400))
    await Tidying(road, files).step()
    left = await road.store.read(lambda unit: (unit.inbox.depths(), unit.outbox.depths(), unit.inbox.aside()))
    assert left[0] == {"waiting": 1, "parked": 0, "quarantine": 1}
    assert left[1] == {"queued": 1}
    again = await road.store.write(lambda unit: unit.inbox.replay(left[2][0].id, road.clock.now()))
    assert again, "what nobody looked at can be replayed however old it is"


async def test_a_forgotten_draft_takes_its_key_and_its_files_with_it(road, channel, files):
    """By the real core: a report with a document, given up; even a copy of the database tells nothing then."""
    channel.files = {"f": PDF}
    fetcher = Fetcher(road, files, Media())
    await run(road, said("min lampu jalan di gg mawar rt 3 mati, nik 3574010101900003", message="1"))
    await run(road, said("ktp saya", message="2", attachments=(Attachment(kind="document", ref="f"),)))
    while await fetcher.step():
        pass
    await run(road)
    kept = await road.store.read(lambda unit: unit.cases.conversations([citizen().lane]))
    draft = kept[citizen().lane].value.draft
    (paper,) = draft.papers
    row = await road.store.read(lambda unit: unit.shelf.file(paper.file))
    key = await road.store.read(lambda unit: unit.shelf.file_key(row))
    assert await files.read(row.id, key) == PDF
    await run(road, said("batal", message="3"))
    await run(road, said("ya", message="4"))
    kept = await road.store.read(lambda unit: unit.cases.conversations([citizen().lane]))
    assert kept[citizen().lane].value.draft is None
    name = keyring("kanigaran", draft.code)
    destroyed = select(keys.c.sealed, keys.c.erased_at).where(keys.c.name == name)
    sealed, erased_at = await road.store.read(lambda unit: unit.connection.execute(destroyed).one())
    assert (sealed, erased_at) == (None, road.clock.now())
    with pytest.raises(Unopenable):
        await road.store.read(lambda unit: unit.shelf.file_key(row))
    await Tidying(road, files).step()
    with pytest.raises(NotThere):
        await files.read(row.id, key)
    assert await road.store.read(lambda unit: unit.shelf.file(paper.file)) is None


async def test_a_file_named_and_forgotten_in_one_batch_is_not_fetched(road, channel, files):
    channel.files = {"f": PDF}
    photo = said("ktp", message="2", attachments=(Attachment(kind="document", ref="f"),))
    await run(
        road, said("min lampu jalan di gg mawar rt 3 mati"), photo, said("batal", message="3"), said("ya", message="4")
    )
    assert not await Fetcher(road, files, Media()).step()
    assert channel.downloads == []


async def test_a_complaint_keeps_what_its_draft_had(road, channel, files):
    said_before = ["min lampu jalan di gg mawar rt 3 mati, nik 3574010101900003", "nanti", "nanti", "nanti", "ya"]
    for nth, text in enumerate(said_before):
        await run(road, said(text, message=str(nth)))
    kept = await road.store.read(lambda unit: unit.cases.complaints("kanigaran", numbers=["KNG-2026-0001"]))
    (complaint,) = (each.value for each in kept.values())
    assert "3574010101900003" in complaint.private.values()
