"""Complaints as whole stories: a citizen and the staff of an office, from the first message to the archive."""

from __future__ import annotations

from typing import TypeVar

from tests.serve.everywhere import Phone
from tests.serve.program import Citizen, Desk, Topic, words

Somebody = TypeVar("Somebody", Citizen, Phone)

REPORT = "Lubang sudah ditambal hari ini oleh tim kecamatan."
CHATTER = "Pelapor ini cerewet sekali ya, nanti saja kita kerjakan."
FIRST_DRAFT = "Akan kami cek."
CORRECTION = "Mohon ditulis apa yang sudah dikerjakan dan kapan."
SECOND_DRAFT = "Lampu jalan di depan balai banjar sudah kami ganti pada hari ini."


async def kanigaran(desk: Desk, *, gossip: bool = False) -> Citizen:
    """Kanigaran's seven steps. With `gossip` the staff chat in the complaint's topic, and one is anonymous at first."""
    sari = desk.town.citizen("Sari Wulandari", desk.plan.id)
    return await kanigaran_by(sari, desk, gossip=gossip)


async def kanigaran_by(sari: Somebody, desk: Desk, *, gossip: bool = False) -> Somebody:
    """The same, by somebody on any channel where one thing is asked at a time."""
    sari.says("assalamualaikum, jalan depan SD rusak parah")
    asked = await sari.gives(kk="kk", ktp="ktp", location_photo="jalan")
    assert asked == ["kk", "ktp", "location_photo"]
    await sari.presses("YA, benar")
    await sari.sees("sudah kami terima (kode ")
    await handled_at_kanigaran(desk, gossip=gossip)
    await sari.sees("Jawaban Kecamatan Kanigaran", REPORT)
    await sari.sees("Surat jawaban untuk pengaduan KNG-")
    await desk.who("Siti").sees("Langkah 7 dari 7", "Selesai, diarsipkan")
    return sari


async def handled_at_kanigaran(desk: Desk, *, gossip: bool = False, until_signed: bool = False) -> None:
    """What the staff do, from the first card until the answer leaves (or, `until_signed`, is ready to)."""
    siti, budi, ratna, eko = (desk.who(name) for name in ("Siti", "Budi", "Ratna", "Eko"))
    await siti.presses("Lengkap", "Langkah 2 dari 7", "Giliran: Petugas", "Batas: ")
    await budi.presses("Teruskan", "Langkah 3 dari 7", "Giliran: Sekretaris Camat (Budi Santoso)")
    if gossip:
        budi.says(CHATTER, thread=only_topic(desk))
    await ratna.presses("Eko Wahyudi", "Langkah 4 dari 7", "Giliran: Camat (Ratna Dewi)")
    if gossip:
        await _speaks_anonymously(eko)
    await eko.replies(REPORT, "Langkah 5 dari 7", "Giliran: Kasi / Kasubbag (Eko Wahyudi)")
    await eko.presses("Kirim laporan", REPORT)
    if not until_signed:
        await sent_at_kanigaran(desk)


async def sent_at_kanigaran(desk: Desk) -> None:
    """The answer leaves the desk."""
    siti = desk.who("Siti")
    await siti.presses("Kirim", "Langkah 6 dari 7", REPORT)
    await siti.presses("Ya, kirim")


async def _speaks_anonymously(eko) -> None:
    """As an anonymous admin one can't be known: refused politely, and nothing is done."""
    eko.people.join(eko.user, eko.chat, anonymous=True)
    await eko.replies(REPORT, "Langkah 5 dari 7")
    await eko.sees("Maaf, admin anonim tidak dapat dilayani")
    assert eko.newest("Hasil tindak lanjut") is None
    eko.people.join(eko.user, eko.chat)


async def pekutatan(desk: Desk) -> Citizen:
    """Pekutatan's five steps, the draft returned once. Nothing about the citizen is asked."""
    luh = desk.town.citizen("Luh Sari", desk.plan.id)
    return await pekutatan_by(luh, desk)


async def pekutatan_by(luh: Somebody, desk: Desk) -> Somebody:
    """The same, by somebody on any channel where one thing is asked at a time."""
    luh.says("Om Swastyastu, lampu jalan di depan balai banjar mati sudah seminggu")
    assert await luh.gives() == []
    luh.says("ya")
    await luh.sees("sudah kami terima (kode ")
    await handled_at_pekutatan(desk)
    await luh.sees("Jawaban Kecamatan Pekutatan", SECOND_DRAFT)
    await luh.sees("Surat jawaban untuk pengaduan PKT-")
    await desk.who("Ayu").sees("Selesai, diarsipkan")
    return luh


async def handled_at_pekutatan(desk: Desk) -> None:
    """What the staff do, until the answer leaves."""
    ayu, made, wayan, ketut = (desk.who(name) for name in ("Ayu", "Made", "Wayan", "Ketut"))
    await made.presses("Ketut Arya", "Langkah 2 dari 5")
    await ketut.replies(FIRST_DRAFT, "Langkah 3 dari 5")
    await ketut.presses("Ajukan ke Camat", FIRST_DRAFT)
    await wayan.presses("Kembalikan", "Langkah 4 dari 5")
    await wayan.replies(CORRECTION, "Mohon balas pesan ini")
    await ketut.replies(SECOND_DRAFT, "Langkah 3 dari 5", CORRECTION)
    await ketut.presses("Ajukan ke Camat", SECOND_DRAFT)
    await wayan.presses("Setujui", "Langkah 4 dari 5", SECOND_DRAFT)
    await ayu.presses("Kirim", "Langkah 5 dari 5", SECOND_DRAFT)
    await ayu.presses("Ya, kirim")


def only_topic(desk: Desk) -> Topic:
    """The one topic of a desk."""
    (topic,) = desk.group.topics.values()
    return topic


def at_the_desk(desk: Desk) -> list[str]:
    """Every text the bot posted or changed at the desk."""
    calls = [call for call in desk.town.world.calls if str(call.params.get("chat_id")) == str(desk.group.id)]
    return [words(call) for call in calls if call.result is not None and call.method.startswith(("send", "edit"))]
