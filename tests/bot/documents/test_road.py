"""The whole road on a real database: a citizen's YA, the receipt drawn and sent along, a code checked by a stranger."""

from msgspec.structs import replace

from bot.deliver import Deliver
from bot.documents.press import Press
from bot.documents.sheets import Sheets
from bot.documents.typesetting import Typesetter
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from storage.files import Files
from tests.doubles import MORNING, FakeChannel, a_road, a_seal, citizen, payload, said
from workflow.message import Message, Sender
from workflow.world import PRESS

TALK = ("min lampu jalan di gg mawar rt 3 rw 2 mati sdh 2 minggu gelap bgt", "nanti", "nanti", "nanti", "ya")


async def test_the_receipt_is_drawn_and_sent_along_and_a_letters_code_is_looked_up(sqlite):
    channel = FakeChannel()
    road = a_road(sqlite, channel)
    files, typesetter = Files("memory:", a_seal().random_bytes), Typesetter()
    pump, intake = Pump(road), Intake(road)
    deliver = Deliver(road, Enclosures(sqlite, files, Media()))
    fetcher = Fetcher(road, files, Media(), {PRESS: Press({"paper": Sheets(typesetter).draw})})

    async def hear(key, value):
        await intake.receive(channel, payload(key, value, value.chat.chat))
        for _ in range(40):
            while await pump.step() or await fetcher.step():
                pass
            idle_s = await deliver.step()
            if idle_s is None:
                return
            road.clock.pass_s(idle_s)

    for nth, text in enumerate(TALK, 1):
        await hear(f"k{nth}", said(text, message=str(nth)))
    await typesetter.close()
    (paper,) = [parcel for parcel, _ in channel.sent if parcel.content]
    assert paper.content.startswith(b"%PDF-")
    assert (paper.mime, paper.file_name) == ("application/pdf", "Tanda terima KNG-2026-0001.pdf")
    assert paper.message.to == citizen()

    found = await sqlite.read(lambda unit: unit.cases.complaints("kanigaran", numbers=["KNG-2026-0001"]))
    (kept,) = found.values()
    coded = replace(kept.value, version=kept.value.version + 1, verification="2345679ACD")
    await sqlite.write(lambda unit: unit.cases.keep_complaints([(coded, kept.rev, _turn())], MORNING))
    stranger = citizen("8")
    for key, text, words in (
        ("c1", "CEK 23456 79ACD", "Kode ini milik Kecamatan Kanigaran"),
        ("c2", "cek 22222 33333", "tidak kami kenal"),
    ):
        asks = Message(chat=stranger, id=key, sender=Sender(id="8"), at=MORNING, text=text)
        await hear(key, asks)
        assert words in channel.sent[-1][0].message.text
        assert channel.sent[-1][0].message.to == stranger


def _turn():
    from storage.cases import Turn

    return Turn()
