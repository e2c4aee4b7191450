"""/catat to its end: how it came, when, for whom, whose it is; documents and names in private; answers by SMS or print."""

from __future__ import annotations

import pytest

from tests.workflow.desk_people import moment
from tests.workflow.desk_scene import DESK, Scene
from workflow.message import Address
from workflow.procedure.taken_acts import phone

NAME = "baris kedua alamat"


def noted(name: str = "kanigaran", **more) -> Scene:
    """A complaint that a petugas wrote down; everybody has linked their private chat."""
    scene = Scene(name, changes={"empty": True, "linked": True}, **more)
    scene.say("Petugas Satu", "/catat Pohon tumbang di Jalan Melati.")
    return scene


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("81234567890", "+6281234567890"),
        ("(0335) 427550", "+62335427550"),
        ("67231", ""),
        ("Jalan Melati 12", ""),
        ("3574010101900001", ""),
    ],
)
def test_a_telephone_number_is_read_however_it_is_typed(text: str, expected: str) -> None:
    assert phone(text) == expected


@pytest.mark.parametrize(
    ("label", "source"),
    [("Telepon", "phone"), ("Surat", "letter"), ("Kotak pengaduan", "box"), ("Media sosial", "social")],
)
def test_how_it_came_is_one_press(label: str, source: str) -> None:
    scene = noted()
    scene.press("Petugas Satu", label)
    assert scene.complaint.source == source
    assert f"Masuk: {label.lower()}, Senin, 23 November 2026 pukul 09.12 WIB" in scene.card()


def test_an_item_of_lapor_has_its_tracking_id() -> None:
    scene = noted()
    scene.press("Petugas Satu", "SP4N-LAPOR!")
    scene.reply("Petugas Satu", "nomor pelacakan SP4N", "belum tahu")
    assert scene.in_group() == ["Maaf, ini bukan nomor pelacakan. Mohon ditulis angkanya saja."]
    scene.reply("Petugas Satu", "nomor pelacakan SP4N", "#5123456")
    assert (scene.complaint.source, scene.complaint.tracking) == ("lapor", "5123456")
    assert "Masuk: SP4N-LAPOR! nomor 5123456" in scene.card()
    (entry,) = [each for each in scene.bench.entries if each.act == "tracking"]
    assert entry.data["tracking"] == "5123456"


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("kemarin", "2026-11-22 12:00"),  # a Sunday
        ("20 November 2026", "2026-11-20 07:30"),
        ("20 November 2026 pukul 14.05", "2026-11-20 14:05"),
        ("20/11/2026 14:05", "2026-11-20 14:05"),
    ],
)
def test_a_letter_of_yesterday_says_when_it_was_received(typed: str, at: str) -> None:
    scene = noted()
    scene.press("Petugas Satu", "Tanggal diterima")
    scene.reply("Petugas Satu", "tanggal diterima", typed)
    assert scene.complaint.received_at == moment(scene.bench.office, at)
    assert [each.act for each in scene.bench.entries][-1] == "received"


@pytest.mark.parametrize("typed", ["besok", "entah kapan", "20-24 November", "hari ini pukul 23.59"])
def test_a_day_to_come_or_none_at_all_is_refused(typed: str) -> None:
    scene = noted()
    scene.press("Petugas Satu", "Tanggal diterima")
    scene.reply("Petugas Satu", "tanggal diterima", typed)
    assert scene.in_group()[-1].startswith("Maaf, tanggalnya tidak terbaca atau belum lewat.")


def test_for_whom_it_is_reported_is_typed_in_private_and_the_group_sees_the_relation_only() -> None:
    scene = noted()
    scene.press("Petugas Satu", "Untuk orang lain")
    scene.reply("Petugas Satu", "nama orang yang dilaporkan", "Ibu CONTOH Tua", private=True)
    assert "hubungannya belum ditulis" in scene.sent[-1].text
    scene.reply("Petugas Satu", "nama orang yang dilaporkan", "Ibu CONTOH Tua\nibu", private=True)
    assert scene.complaint.private["behalf_name"] == "Ibu CONTOH Tua"
    assert scene.complaint.behalf == "ibu"
    assert "Dilaporkan untuk orang lain (ibu)" in scene.card()
    said = [each.text for each in scene.bench.sent if each.to.chat == DESK] + [
        each.text for each in scene.bench.entries
    ]
    assert not any("CONTOH Tua" in text for text in said)


def test_with_a_mobile_number_the_citizen_gets_receipt_and_answer_by_sms() -> None:
    scene = noted()
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\nJalan Melati 12\n0812-3456-7890", private=True)
    complaint = scene.complaint
    assert complaint.private == {"name": "Sari CONTOH", "address": "Jalan Melati 12", "phone": "+6281234567890"}
    assert complaint.citizen == Address("kanigaran", "sms", "+6281234567890")
    (receipt,) = [each for each in scene.bench.sent if each.to == complaint.citizen]
    assert receipt.kind == "receipt"
    assert "KNG-2026-0001" in receipt.text
    assert (
        "Masuk: datang langsung, Senin, 23 November 2026 pukul 09.12 WIB; jawaban lewat SMS, nomor berakhir 90"
        in scene.card()
    )
    assert "3456" not in scene.card()
    assert scene.bench.conversations[complaint.citizen.lane].complaints == (complaint.id,)
    scene.press("Petugas Satu", "Cukup")
    scene.reply("Petugas Satu", "alasan berkas", "Melapor di loket.")
    scene.press("Sekcam", "Teruskan")
    scene.press("Camat", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 5", "Pohon sudah dipotong.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    answers = [each.text for each in scene.bench.sent if each.to == complaint.citizen and each.kind == "answer"]
    assert any("Pohon sudah dipotong." in text for text in answers)


def test_where_no_number_is_given_yet_the_sms_acknowledges_with_the_code() -> None:
    scene = noted("kedopok")
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n081234567890", private=True)
    (told,) = [each.text for each in scene.bench.sent if each.to == scene.complaint.citizen]
    assert scene.complaint.code in told


def test_another_number_typed_later_takes_the_place_of_a_wrong_one() -> None:
    scene = noted()
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n081234567890", private=True)
    wrong = scene.complaint.citizen
    assert wrong is not None
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n081234567899", private=True)
    right = scene.complaint.citizen
    assert right == Address("kanigaran", "sms", "+6281234567899")
    assert [each.kind for each in scene.sent if each.to == right] == ["receipt"], "it went to somebody else before"
    assert scene.bench.conversations[wrong.lane].complaints == ()
    assert scene.bench.conversations[right.lane].complaints == (scene.complaint.id,)
    assert not [each for each in scene.sent if each.to == wrong]
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n(0335) 427550", private=True)
    assert scene.complaint.citizen is None, "a landline gets no SMS, nor does the number before it"


def test_whose_phone_it_is_learns_no_name_of_what_a_clerk_wrote_down() -> None:
    scene = noted()
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n081234567890", private=True)
    home = scene.complaint.citizen
    assert home is not None
    scene.chat, scene.channel = home.chat, home.channel
    scene.citizen("Lampu jalan di depan pasar mati sudah dua minggu, gelap sekali pak")
    scene.citizen("nanti")
    said = [each.text for each in scene.bench.sent if each.to == home]
    assert len(said) > 1
    assert not any("Sari" in text or "Masih atas nama" in text for text in said)


def test_the_same_number_typed_again_tells_nothing_twice() -> None:
    scene = noted()
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n081234567890", private=True)
    scene.reply("Petugas Satu", NAME, "Sari CONTOH Dewi\n0812 3456 7890", private=True)
    assert not [each for each in scene.sent if each.to == scene.complaint.citizen]
    assert scene.complaint.private["name"] == "Sari CONTOH Dewi"


def test_who_is_named_after_hours_gets_the_sms_in_the_morning() -> None:
    scene = noted("kedopok", at="2026-11-23 21:30")
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n081234567890", private=True)
    assert not [each for each in scene.sent if each.to == scene.complaint.citizen and each.not_before is None]
    scene.wait_s(10 * 3600)
    assert scene.bench.now >= moment(scene.bench.office, "2026-11-24 07:00")


def test_what_is_asked_of_somebody_without_a_chat_is_left_to_the_office_to_say() -> None:
    scene = noted()
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto pohonnya")
    shown = scene.in_group()[-1]
    assert "pelapor tidak memiliki chat" in shown
    assert "akan dikirim" not in shown
    assert "foto pohonnya" in shown
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    assert scene.complaint.waiting == "foto pohonnya"
    scene.reply("Petugas Satu", "Langkah 2", "", files=1, private=True)
    assert scene.complaint.waiting == "", "what they bring to the counter is their answer"
    assert [pause.until for pause in scene.complaint.pauses] == [scene.bench.now]


def test_a_landline_stays_a_contact_and_everything_else_is_print() -> None:
    scene = noted()
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", NAME, "Sari CONTOH\n(0335) 427550", private=True)
    assert scene.complaint.private["phone"] == "+62335427550"
    assert scene.complaint.citizen is None


def test_documents_are_taken_in_private_only() -> None:
    scene = Scene("kanigaran", changes={"empty": True, "linked": True})
    scene.say("Petugas Satu", "/catat Pohon tumbang.", files=1)
    assert any("Berkas di grup tidak diambil." in text for text in scene.in_group())
    assert scene.complaint.papers == ()


def test_a_complaint_noted_in_private_brings_its_documents_and_they_are_named_there() -> None:
    scene = Scene("kanigaran", changes={"empty": True, "linked": True})
    scene.say("Petugas Satu", "/catat Pohon tumbang.", private=True, files=2)
    assert [(paper.sort, paper.state) for paper in scene.complaint.papers] == [("", "ready"), ("", "ready")]
    assert "Berkas belum diberi nama: 2" in scene.card()
    assert not [each for each in scene.bench.sent if each.to.chat == DESK and each.enclosure]
    assert "Belum lengkap: KK, KTP, foto lokasi" in scene.card(), "as for everybody"


def test_what_came_by_chat_has_no_source_to_change() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "", data=f"d:source:7K3F:{scene.complaint.version}:letter")
    assert scene.alert().startswith("Maaf")
    scene.press("Petugas Satu", "", data=f"d:received:7K3F:{scene.complaint.version}")
    assert scene.alert().startswith("Maaf")
