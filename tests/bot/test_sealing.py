"""What lies on the disk after a run: no identity number in any file of the database, nor in what's logged or measured."""

import re

import pytest
from structlog.testing import capture_logs

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from bot.reading import hidden
from storage.files import Files
from tests.doubles import DESK, MORNING, FakeChannel, a_road, a_seal, citizen, payload, said
from workflow.message import Attachment, Contact, Location, Message, Press, Sender, SendError

NIK = "3574010101900003"
WRITTEN = (NIK, "3574 0101 0190 0003", "3574.0101.0190.0003", "3574-0101-0190-0003")
ANY = re.compile(rb"3574[ .-]{0,3}0101[ .-]{0,3}0190[ .-]{0,3}0003")


def everywhere() -> list:
    """A talk in which the number stands wherever somebody can write one."""
    named = Sender(id="1", name=f"Sari {NIK}")
    talk = [
        f"min lampu jalan di gg mawar rt 3 rw 2 mati sdh 2 minggu gelap bgt, nik saya {WRITTEN[1]}",
        "nanti",
        f"tidak ada, ktp saya {WRITTEN[2]}",
        f"hilang, NIK {WRITTEN[3]}",
        "nanti",
        "nanti",
        "ya",
        f"status {NIK}",
        f"ini tambahan bukti {NIK}",
        "petugas",
    ]
    said_before = [said(text, message=str(n), forwarded=f"Budi {NIK}") for n, text in enumerate(talk, 1)]
    return [
        *said_before,
        said("", message="21", contact=Contact(phone=NIK, name=NIK)),
        said("", message="22", location=Location(latitude=-7.7, longitude=113.2, title=NIK, address=f"jl {NIK}")),
        said(
            f"foto {NIK}",
            message="23",
            forwarded=f"Budi {NIK}",
            attachments=(Attachment(kind="document", ref="f", name=f"{NIK}.jpg"),),
        ),
        said(f"min lampu mati {WRITTEN[1]}", message="1", edited=True),
        said("", message="24", start=NIK),
        Press(chat=citizen(), id="p", sender=named, at=MORNING, data=f"c:{NIK}", message_id="1001"),
        Message(chat=citizen(DESK), id="9", sender=named, at=MORNING, text=f"/cari {NIK}", private=False),
        Message(chat=citizen(DESK), id="10", sender=named, at=MORNING, text=f"NIK {NIK}", private=False, reply_to="1"),
        Message(chat=citizen("8"), id="11", sender=named, at=MORNING, text="assalamualaikum"),
    ]


async def test_no_identity_number_lies_anywhere_in_plain(sqlite, tmp_path):
    channel = FakeChannel()
    road = a_road(sqlite, channel)
    pump, intake = Pump(road), Intake(road)
    deliver = Deliver(road, Enclosures(sqlite, Files("memory:", a_seal().random_bytes), Media()))
    channel.outcomes.append(SendError("refused", "message text is wrong"))
    with capture_logs() as logs:
        await intake.receive(channel, b'{"key": "q", "chat": "7", "nik": "%s"}' % NIK.encode())  # can't be read
        for nth, value in enumerate(everywhere()):
            await intake.receive(channel, payload(f"k{nth}", value, value.chat.chat))
            while await pump.step():
                pass
            for _ in range(60):
                idle_s = await deliver.step()
                road.clock.pass_s(idle_s or 0)
                if idle_s is None:
                    break
    depths = await sqlite.read(lambda unit: unit.inbox.depths())
    assert depths == {"waiting": 0, "parked": 0, "quarantine": 1}
    assert any("KNG-2026-0001" in text for text in channel.texts), "it went as far as the register"
    said_to_us = "\n".join(channel.texts).encode()
    assert not ANY.search(said_to_us)
    assert not ANY.search(repr(logs).encode())
    assert not ANY.search(road.metrics.page())
    on_disk = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"aduan.db", "aduan.db-wal"} <= set(on_disk)
    around = {
        name: content[max(0, found.start() - 90) : found.end() + 30]
        for name, content in on_disk.items()
        if (found := ANY.search(content))
    }
    assert around == {}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_message_is_masked_wherever_its_sender_can_write(written):
    message = Message(
        chat=citizen(),
        id="1",
        sender=Sender(id="1", name=written),
        at=MORNING,
        text=written,
        whole=f"> {written}",
        forwarded=written,
        replied_to=Sender(id="2", name=written),
        attachments=(Attachment(kind="photo", ref="f", name=written),),
        location=Location(latitude=1, longitude=1, title=written, address=written),
        contact=Contact(phone="0812", name=written),
    )
    shown, marks = hidden(message)
    assert written not in repr(shown)
    assert dict(marks) == {"3574**********03": NIK}


def test_of_two_numbers_that_look_the_same_hidden_the_one_in_the_words_counts():
    other = f"{NIK[:4]}990101900003"[:14] + NIK[-2:]
    message = Message(
        chat=citizen(), id="1", sender=Sender(id="1"), at=MORNING, text=f"NIK {NIK}", whole=f"> NIK {other}\nNIK {NIK}"
    )
    _, marks = hidden(message)
    assert dict(marks)["3574**********03"] == NIK
