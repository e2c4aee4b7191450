"""Complaints by WhatsApp, SMS and mail through the real program, from the first words to the delivered answer."""

from __future__ import annotations

import asyncio
import re

import pytest

from channels.sandbox.mail.seen import seen, threads
from channels.sandbox.twilio import Mishap
from tests.serve import stories
from tests.serve.everywhere import Everywhere, Writer, everywhere
from tests.serve.program import Desk, Plan, numbers
from tests.serve.test_complaints import in_order, the_desk_shows_every_step
from workflow.dialogue.letting_in import READING

pytestmark = pytest.mark.slow

PLANS = (
    Plan(), Plan("kanigaran-surel"), Plan("kanigaran-lanjut"),
    Plan("pekutatan", "pekutatan"), Plan("pekutatan-surel", "pekutatan"), Plan("pekutatan-sms", "pekutatan"),
)  # fmt: skip


async def test_a_complaint_goes_from_the_first_words_to_the_delivered_answer_on_every_channel(tmp_path):
    async with everywhere(tmp_path, *PLANS) as here:
        desks = here.town.desks
        sari, luh, nyoman = (
            here.phone("Sari Wulandari"),
            here.phone("Luh Sari", "pekutatan"),
            here.phone("Nyoman Rai", "pekutatan-sms", "sms"),
        )
        dewi, komang = (
            here.writer("Dewi Anggraini", "kanigaran-surel"),
            here.writer("Komang", "pekutatan-surel", "outlook"),
        )
        await asyncio.gather(
            stories.kanigaran_by(sari, desks["kanigaran"]),
            kanigaran_by_mail(dewi, desks["kanigaran-surel"]),
            begun_by_sms_gone_on_elsewhere(here, desks["kanigaran-lanjut"]),
            stories.pekutatan_by(luh, desks["pekutatan"]),
            pekutatan_by_mail(komang, desks["pekutatan-surel"]),
            pekutatan_by_sms(nyoman, desks["pekutatan-sms"]),
        )
        in_order(
            sari.received,
            "standar kami meminta KK, KTP, dan foto lokasi",
            "Berikut ringkasan laporan",
            "Terima kasih. Laporan Bapak/Ibu sudah kami terima (kode ",
            "Berkas Bapak/Ibu sudah lengkap",
            "sedang ditangani Kasi Pembangunan",
            "Jawaban Kecamatan Kanigaran",
        )
        for somebody, prefix in ((sari, "KNG"), (dewi, "KNG"), (luh, "PKT"), (komang, "PKT"), (nyoman, "PKT")):
            assert [number[-4:] for number in numbers(somebody.received, prefix)] == ["0001"]
            assert sum(stories.REPORT in text or stories.SECOND_DRAFT in text for text in somebody.received) == 1
        for name, steps in (("kanigaran", 7), ("kanigaran-surel", 7), ("pekutatan", 5), ("pekutatan-surel", 5)):
            the_desk_shows_every_step(desks[name], steps)
        await the_desk_saw_it_delivered(desks["kanigaran"], "dibaca|sampai")
        await the_desk_saw_it_delivered(desks["pekutatan"], "dibaca|sampai")
        await the_desk_saw_it_delivered(desks["pekutatan-surel"], "terkirim")
        await nothing_is_left_at_twilio(here)
        assert not here.phones.breaches
        assert not here.phones.alerts
        assert await here.town.program.stop() == 0
        assert "error" not in {line.get("level") for line in here.town.program.lines()}, here.town.program.log()


async def kanigaran_by_mail(dewi: Writer, desk: Desk) -> None:
    """Everything that lacks is asked for in one mail, and comes in one; all of it is one thread."""
    begun = await dewi.writes(
        "Selamat pagi,\njalan di depan SDN Kanigaran 1 berlubang, banyak yang jatuh.", "Jalan berlubang"
    )
    asked = await dewi.sees("Mohon lampirkan pada balasan", "Kartu Keluarga", "KTP", "foto lokasi")
    assert re.fullmatch(r"Re: Jalan berlubang \[\w{4}\]", asked.subject)
    await dewi.writes("Berikut lampirannya.\n1 KTP\n2 KK\n3 lokasi", photos=("ktp", "kk", "jalan"))
    await dewi.sees("Berikut ringkasan laporan")
    await dewi.writes("YA")
    receipt = await dewi.sees("sudah kami terima (kode ", "Nomor: KNG-")
    assert re.fullmatch(r"Re: Jalan berlubang \[KNG-\d{4}-0001\]", receipt.subject)
    await stories.handled_at_kanigaran(desk)
    answer = await dewi.sees("Jawaban Kecamatan Kanigaran", stories.REPORT)
    (thread,) = threads([answer, receipt, asked, seen(begun, desk.town.world.now())])
    assert len(thread) == 4
    # The papers stand in the very mails whose words they belong to, and none comes by itself.
    for mail, paper in ((receipt, "Tanda terima"), (answer, "Surat jawaban")):
        (file,) = mail.attached
        assert re.fullmatch(paper + r" KNG-\d{4}-0001\.pdf", file.name)
        assert file.content.startswith(b"%PDF-")
    assert sum(len(mail.attached) for mail in dewi.mails) == 2
    await desk.who("Siti").sees("Langkah 7 dari 7", "Selesai, diarsipkan")


async def pekutatan_by_mail(komang: Writer, desk: Desk) -> None:
    await komang.writes("Om Swastyastu,\nlampu jalan di depan balai banjar mati sudah seminggu.", "Lampu jalan mati")
    await komang.sees("Berikut ringkasan laporan")
    await komang.writes("Ya, benar.")
    await komang.sees("sudah kami terima (kode ")
    await stories.handled_at_pekutatan(desk)
    await komang.sees("Jawaban Kecamatan Pekutatan", stories.SECOND_DRAFT)
    await desk.who("Ayu").sees("Selesai, diarsipkan")


async def pekutatan_by_sms(nyoman, desk: Desk) -> None:
    nyoman.says("lampu jalan di depan balai banjar mati sudah seminggu")
    assert await nyoman.gives() == []
    nyoman.says("ya")
    await nyoman.sees("Diterima: PKT-")
    await stories.handled_at_pekutatan(desk)
    await nyoman.sees(stories.SECOND_DRAFT)


async def begun_by_sms_gone_on_elsewhere(here: Everywhere, desk: Desk) -> None:
    """Begun by SMS, KK and KTP from the neighbour's WhatsApp, the place by Telegram, the answer by SMS."""
    by_sms = here.phone("Rudi Hartono", desk.plan.id, "sms")
    by_sms.says("lapor, jalan di depan SDN Kanigaran 1 rusak parah dan berlubang")
    code = re.search(r"LANJUT (\w{4})", await by_sms.sees("LANJUT "))[1]
    by_whatsapp = here.phone("Tetangga Rudi", desk.plan.id)
    by_whatsapp.says(f"LANJUT {code}")
    await by_sms.sees("Ada permintaan melanjutkan", "WhatsApp")
    await asyncio.sleep(READING.total_seconds() + 0.2)  # who answers sooner can't have read it
    by_sms.says("YA")
    await by_whatsapp.sees("sekarang tersambung")
    assert not here.town.arrived(desk.group)
    by_whatsapp.sends("kk", "ini kk nya")
    await by_whatsapp.sees("KK sudah kami terima")
    by_whatsapp.sends("ktp", "ktp")
    await by_whatsapp.sees("KTP sudah kami terima")
    on_telegram = here.town.citizen("Rudi Hartono", desk.plan.id)
    on_telegram.says(f"LANJUT {code}")
    await by_sms.sees("Ada permintaan melanjutkan", "Telegram")
    by_sms.says(f"ya {code}")
    await on_telegram.sees("sekarang tersambung")
    on_telegram.people.send_location(on_telegram.user, on_telegram.chat, -7.7712, 113.2178)
    await on_telegram.sees("titik lokasi sudah kami terima")
    on_telegram.sends("jalan", "lokasi depan SDN Kanigaran 1")
    await on_telegram.presses("YA, benar")
    await by_sms.sees("Diterima: KNG-")
    await stories.handled_at_kanigaran(desk)
    await by_sms.sees(stories.REPORT)
    others = [*by_whatsapp.received, *on_telegram.received]
    assert not [text for text in others if stories.REPORT in text]
    card = next(text for text in stories.at_the_desk(desk) if "Langkah 2 dari 7" in text)
    assert "Masuk: SMS" in card
    assert "Dokumen: KK diterima; KTP diterima; foto lokasi diterima; lokasi diterima" in card


async def the_desk_saw_it_delivered(desk: Desk, how: str) -> None:
    await desk.town.until(
        f"{desk.plan.id} sees the answer is {how}",
        lambda: any(re.search(f"Jawaban: ({how})", text) for text in stories.at_the_desk(desk)),
    )


async def nothing_is_left_at_twilio(here: Everywhere) -> None:
    """Photos and files are deleted there once they're kept here, and each deletion is on record."""
    sent = [
        media for media in here.phones.media.values() if here.phones.messages[media.message_sid].direction == "inbound"
    ]
    await here.town.until("media are deleted at Twilio", lambda: not here.phones.media_kept())
    assert len(sent) >= 5
    await here.town.until(
        "each deletion is on record",
        lambda: len(here.town.program.rows("SELECT file FROM purges WHERE outcome = 'deleted'")) == len(sent),
    )
    assert {each.sid for each in here.phones.deletions if each.kind == "media"} == {each.sid for each in sent}


async def test_a_message_whose_call_is_lost_is_found_in_twilios_list_and_taken_once(tmp_path):
    async with everywhere(tmp_path, Plan("pekutatan", "pekutatan")) as here:
        luh, made, ayu = (here.phone(name, "pekutatan") for name in ("Luh Sari", "Made", "Ayu"))
        luh.says("Om Swastyastu, lampu jalan di depan balai banjar mati sudah seminggu")
        await luh.sees("Apakah sudah benar?")
        here.phones.mishaps.add(Mishap("lose", of="message"))
        luh.says("ya")  # nobody calls us
        await here.town.program.stop()
        made.says("sampah menumpuk di pantai sudah seminggu")  # and here nobody is there
        await here.town.until("Twilio gave up", lambda: here.phones.idle)
        ayu.says("jalan di depan pura rusak parah dan berlubang")
        await here.town.until("Twilio gave up", lambda: here.phones.idle)
        here.age_messages()
        await here.town.program.start()
        await luh.sees("sudah kami terima (kode ")
        await made.sees("Apakah sudah benar?")
        await ayu.sees("Apakah sudah benar?")
        for somebody in (luh, made, ayu):
            sids = [each.sid for each in somebody.chat.bubbles if each.mine]
            for sid in sids:
                assert len(here.town.program.rows("SELECT id FROM inbox WHERE key = ?", sid)) == 1
        for somebody in (made, ayu):
            assert sum("Apakah sudah benar?" in text for text in somebody.received) == 1
        assert len(here.town.program.rows("SELECT id FROM complaints")) == 1
