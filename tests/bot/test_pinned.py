"""An office may change its standard at noon: who began in the morning is asked, and served, by the morning's."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from bot.road import Road
from storage import schema
from storage.engine import Store
from storage.files import Files
from tests.doubles import FakeChannel, HandClock, a_road, a_seal, an_office, payload, said
from workflow.office import Office
from workflow.standard import standard

MORNING = standard.shipped_text("kanigaran")
NOON = MORNING.replace(
    '[[requirements]]\nno = "1"\ntext = "Fotocopy Kartu Keluarga (KK)"\ndocuments = ["kk"]\nrequired = true\n', ""
)
NOON = NOON.replace(
    'input = ["statement", "kk", "ktp", "location_photo"]', 'input = ["statement", "ktp", "location_photo"]'
)


def office_by(text: str) -> Office:
    return replace(an_office(), standard=standard.load(text, place="kanigaran.toml"))


class Talk:
    """One store, and a program that's started again with another standard."""

    def __init__(self, tmp_path) -> None:
        self.store = Store("sqlite://", a_seal(), inline=True)
        schema.create(self.store)
        self.channel, self.clock, self.folder, self.count = FakeChannel(), HandClock(), tmp_path, 0

    def start(self, text: str) -> None:
        office = office_by(text)
        self.store.now(
            lambda unit: unit.cases.keep_standard(office.standard.version, office.id, text, self.clock.now())
        )
        self.road: Road = a_road(self.store, self.channel, offices=[office], clock=self.clock, seed=self.count + 1)
        self.pump = Pump(self.road)
        files = Files(str(self.folder), self.road.chance.random_bytes)
        self.deliver = Deliver(self.road, Enclosures(self.store, files, Media()))

    async def hear(self, text: str, chat: str) -> str:
        """What the citizen reads in answer."""
        self.count += 1
        before = len(self.channel.sent)
        message = said(text, chat, f"m{self.count}")
        await Intake(self.road).receive(self.channel, payload(f"k{self.count}", message, chat))
        for _ in range(20):
            self.clock.pass_s(1)
            while await self.pump.step():
                continue
            await self.deliver.step()
        news = [parcel.message for parcel, _ in self.channel.sent[before:]]
        return "\n".join(each.text for each in news if each.to.chat == chat)


@pytest.fixture
def talk(tmp_path):
    talk = Talk(tmp_path)
    yield talk
    talk.store.close()


def test_the_two_texts_are_two_versions():
    assert office_by(MORNING).standard.version != office_by(NOON).standard.version
    assert [asked.id for asked in office_by(NOON).standard.asked()] == ["statement", "ktp", "location_photo"]


async def test_a_report_stays_on_the_standard_it_began_with(talk):
    talk.start(MORNING)
    assert "KK" in await talk.hear("lampu jalan di gang mawar mati", "1")
    talk.start(NOON)
    assert "KTP" in await talk.hear("nanti", "1"), "the KK was still asked for, and is put off"
    await talk.hear("nanti", "1")
    summary = await talk.hear("nanti", "1")
    assert "Menyusul: KK, KTP, dan foto lokasi" in summary
    receipt = await talk.hear("ya", "1")
    assert "belum lengkap: KK, KTP, dan foto lokasi" in receipt
    fresh = await talk.hear("jalan berlubang di depan pasar", "2")
    assert "KTP" in fresh
    assert "KK" not in fresh, "who begins at noon is asked by the noon's standard"
    talk.start(NOON)
    assert "Belum lengkap: KK, KTP, dan foto lokasi" in await talk.hear("status", "1")
