"""Complaints through the real program: from the first message to the delivered answer, by webhook and by polling."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.serve import stories
from tests.serve.program import Citizen, Desk, Plan, numbers, sample, town, words

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_complaint_goes_from_the_first_words_to_the_archived_answer(tmp_path, mode):
    plain, topics = Plan(mode=mode), Plan("kanigaran-topik", mode=mode, forum=True)
    bali = Plan("pekutatan", "pekutatan", mode=mode, forum=mode == "webhook")
    async with town(tmp_path, plain, topics, bali) as here:
        sari, rina, luh = await asyncio.gather(
            stories.kanigaran(here.desks[plain.id]),
            stories.kanigaran(here.desks[topics.id], gossip=True),
            stories.pekutatan(here.desks[bali.id]),
        )
        for citizen in (sari, rina):
            was_told_every_step_of_kanigaran(citizen)
        was_told_every_step_of_pekutatan(luh)
        for citizen, prefix in ((sari, "KNG"), (rina, "KNG"), (luh, "PKT")):
            assert [number[-4:] for number in numbers(citizen.received, prefix)] == ["0001"]
        the_desk_shows_every_step(here.desks[plain.id], 7)
        the_desk_shows_every_step(here.desks[bali.id], 5)
        nothing_of_the_staff_leaked(here.desks[topics.id], rina)
        everything_stands_in_the_topic(here.desks[topics.id])
        assert not here.world.calls_of("getUpdates") or mode == "polling"
        assert await here.program.stop() == 0
        assert "error" not in {line.get("level") for line in here.program.lines()}, here.program.log()


def was_told_every_step_of_kanigaran(citizen: Citizen) -> None:
    told = citizen.received
    in_order(
        told,
        "standar kami meminta KK, KTP, dan foto lokasi",
        "Berikut ringkasan laporan",
        "Terima kasih. Laporan Bapak/Ibu sudah kami terima (kode ",
        "Berkas Bapak/Ibu sudah lengkap",
        "sedang ditangani Kasi Pembangunan",
        "Jawaban Kecamatan Kanigaran",
    )
    receipt = next(text for text in told if "Nomor: KNG-" in text)
    assert "Tidak dipungut biaya" in receipt
    assert "Batas waktu menurut standar pelayanan" in receipt
    assert stories.REPORT in told[-2]
    got_both_papers(citizen)
    # What the standard asks for and nothing else.
    assert not [text for text in told if re.search(r"\bNIK\b|nomor (HP|telepon)|alamat|nama lengkap", text)]


def was_told_every_step_of_pekutatan(citizen: Citizen) -> None:
    told = citizen.received
    in_order(told, "Berikut ringkasan laporan", "(kode ", "sedang ditangani", "Jawaban Kecamatan Pekutatan")
    assert stories.SECOND_DRAFT in told[-2]
    got_both_papers(citizen)
    assert not [text for text in told if stories.FIRST_DRAFT in text or stories.CORRECTION in text]
    # Nothing about the person is asked, so the notice about data comes with the receipt at the earliest.
    assert not [text for text in told if re.search(r"\bKTP\b|\bKK\b|\bNIK\b|[Ff]oto|alamat", text)]
    noticed = [n for n, text in enumerate(told) if "PRIVASI" in text]
    assert all("Nomor: PKT-" in told[n] for n in noticed[:1])


def got_both_papers(citizen: Citizen) -> None:
    """The receipt and, after the words of the answer, the letter: as files one can keep and print."""
    (number,) = {text.split()[-1].rstrip(".") for text in citizen.received if text.startswith("Surat jawaban untuk")}
    files = [call.files["document"] for call in citizen.town.arrived(citizen.chat) if "document" in call.files]
    assert [each.name for each in files] == [f"Tanda terima {number}.pdf", f"Surat jawaban {number}.pdf"]
    assert all(each.content.startswith(b"%PDF-") for each in files)


def in_order(texts: list[str], *snippets: str) -> None:
    """Each snippet stands in a text, in one that isn't before the last one's."""
    place = 0
    for snippet in snippets:
        found = [n for n, text in enumerate(texts) if n >= place and snippet in text]
        assert found, (snippet, texts)
        place = found[0]


def the_desk_shows_every_step(desk: Desk, steps: int) -> None:
    shown = stories.at_the_desk(desk)
    for step in range(2, steps + 1):
        assert any(f"Langkah {step} dari {steps}:" in text for text in shown), step
    assert [text for text in shown if "Selesai, diarsipkan" in text]


def nothing_of_the_staff_leaked(desk: Desk, citizen: Citizen) -> None:
    everywhere = [str(call.params) for call in desk.town.world.calls]
    assert not [text for text in everywhere if "cerewet" in text]
    assert not [text for text in citizen.received if "anonim" in text]
    assert [text for text in citizen.received if stories.REPORT in text] == [citizen.received[-2]]


def everything_stands_in_the_topic(desk: Desk) -> None:
    topic = stories.only_topic(desk)
    posted = desk.town.arrived(desk.group)
    assert posted
    # A reply without a thread of its own stands where the message does that it replies to.
    assert [words(call) for call in posted if call.result.get("message_thread_id") != topic.id] == []


async def test_papers_stay_out_of_the_group_and_who_has_only_a_ktp_gets_in(tmp_path):
    first, second = Plan(mode="webhook"), Plan("kanigaran-dua")
    async with town(tmp_path, first, second) as here:
        await asyncio.gather(an_album_first_of_all(here.desks[first.id]), only_a_ktp(here.desks[second.id]))


async def an_album_first_of_all(desk: Desk) -> None:
    rudi = desk.town.citizen("Rudi Hartono", desk.plan.id)
    rudi.sends_album("ktp", "kk", "jalan")
    await rudi.sees("Foto 1-3: mana KK, mana KTP, mana lokasi?")
    rudi.says("1 ktp 2 kk 3 lokasi")
    await rudi.sees("KTP, KK, dan foto lokasi sudah kami terima")
    rudi.says("jalan berlubang di depan pasar kanigaran, kemarin ada ibu-ibu jatuh")
    await rudi.sees("Apakah sudah benar?")
    assert stories.at_the_desk(desk) == []  # nothing before the citizen named and confirmed it
    await rudi.presses("YA, benar")
    siti = desk.who("Siti")
    await siti.sees("KNG-", "foto lokasi", "Dokumen: KTP diterima; KK diterima")
    await siti.presses("Lengkap")
    await desk.who("Budi").sees("Langkah 3 dari 7")
    uploads = [
        upload.content
        for call in desk.town.world.calls
        if str(call.params.get("chat_id")) == str(desk.group.id)
        for upload in call.files.values()
    ]
    assert [resembles(content) for content in uploads] == ["jalan"]


def resembles(content: bytes) -> str:
    """Which sample a picture is, to the eye."""
    names = ("ktp", "kk", "jalan")
    return min(names, key=lambda name: _difference(content, sample(name)))


def _difference(one: bytes, other: bytes) -> float:
    small = [Image.open(io.BytesIO(each)).convert("RGB").resize((24, 24)) for each in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean)


async def only_a_ktp(desk: Desk) -> None:
    dewi = desk.town.citizen("Dewi Anggraini", desk.plan.id)
    dewi.says("lampu jalan di gg mawar rt 3 rw 2 mati sdh 2 minggu gelap bgt")
    assert await dewi.gives(kk="nanti", ktp="ktp", location_photo="nanti") == ["kk", "ktp", "location_photo"]
    dewi.says("ya")
    told = await dewi.sees("sudah kami terima (kode ", "belum lengkap: KK", "foto lokasi")
    assert "Nomor: KNG-" in told  # in all the same, and registered
    siti = desk.who("Siti")
    await siti.sees("Belum lengkap: KK (menyusul)", "foto lokasi (menyusul)")
    await siti.presses("Cukup")
    await siti.replies("KTP cukup untuk laporan lampu jalan.", "dengan alasan berkas dinyatakan cukup")
    await dewi.sees("kami nyatakan cukup")
    await desk.who("Budi").sees("Langkah 3 dari 7")
