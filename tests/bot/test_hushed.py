"""What somebody tells of violence isn't kept: with its effect the payload that brought it goes, its key stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.intake import Intake
from bot.pump import Pump
from storage.tables import inbox
from tests.doubles import a_road, payload, said

TOLD = "suami saya memukul saya tadi malam"


@pytest.fixture
def road(store, channel):
    """On both databases."""
    return a_road(store, channel)


async def bring(road, *messages):
    (channel,) = road.channels.values()
    for each in messages:
        await Intake(road).receive(channel, payload(f"k{each.id}", each, each.chat.chat))
    pump = Pump(road)
    while await pump.step():
        pass


async def kept(road):
    """The payloads of the inbox by key."""
    rows = await road.store.read(
        lambda unit: unit.connection.execute(select(inbox.c.key, inbox.c.payload, inbox.c.done_at)).all()
    )
    assert all(done is not None for _, _, done in rows)
    return {key: payload for key, payload, _ in rows}


async def test_of_violence_only_the_key_stays_and_a_doublet_is_known_by_it(road):
    first, second = said("lampu jalan di jl mawar mati", message="1"), said(TOLD, message="2")
    await bring(road, first, second)
    rows = await kept(road)
    assert rows["k2"] == b""
    assert rows["k1"] != b""
    before = await road.store.read(lambda unit: unit.outbox.depths())
    await bring(road, second)
    assert await kept(road) == rows
    assert await road.store.read(lambda unit: unit.outbox.depths()) == before


async def test_after_a_report_about_the_head_what_follows_is_not_kept_either(road):
    texts = ("pak camat minta uang 500 ribu di loket", "ya", "uangnya diminta pak camat lewat stafnya")
    await bring(road, *(said(text, message=str(nth)) for nth, text in enumerate(texts)))
    rows = await kept(road)
    assert (rows["k0"] != b"", rows["k2"]) == (True, b"")
