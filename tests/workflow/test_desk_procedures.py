"""Kanigaran and Pekutatan at the desk, from the first card to the archive, by pressing and replying only."""

from __future__ import annotations

from tests.workflow.desk_scene import CITIZEN, DESK, Scene


def test_kanigaran_runs_its_seven_steps_at_the_desk() -> None:
    scene = Scene("kanigaran")
    assert scene.to_citizen()[0].startswith("Terima kasih. Laporan Bapak/Ibu sudah kami terima (kode 7K3F).")
    assert "Nomor: KNG-2026-0001" in scene.to_citizen()[0]
    assert "Batas waktu menurut standar pelayanan: Senin, 23 November 2026 pukul 10.12 WIB." in scene.to_citizen()[0]
    assert scene.card().startswith("KNG-2026-0001 (kode 7K3F)\nLangkah 2 dari 7: ")
    assert "\nGiliran: Petugas Pelayanan Pengaduan Masyarakat (Petugas Satu, Petugas Dua)\n" in scene.card()
    assert "\nBatas: Senin, 23 November 2026 pukul 10.12 WIB\n" in scene.card()

    scene.press("Petugas Satu", "Lengkap")
    assert scene.to_citizen() == ["Berkas Bapak/Ibu sudah lengkap. Laporan KNG-2026-0001 kami proses."]
    handover = scene.in_group()[-1]
    assert handover.startswith("Petugas Satu: berkas lengkap.\nKNG-2026-0001: giliran Sekcam Satu (Sekretaris Camat).")
    scene.press("Sekcam Satu", "Teruskan")
    scene.reply("Camat Satu", "Langkah 4", "Segera, anak sekolah lewat situ.")
    assert scene.complaint.disposed_note == "Segera, anak sekolah lewat situ."
    scene.press("Camat Satu", "Kasi Satu")
    assert scene.to_citizen() == ["Laporan KNG-2026-0001 sedang ditangani Kasi Pembangunan. Ketik STATUS kapan saja."]
    assert "Kata-kata ini menjadi jawaban untuk pelapor." in scene.card()
    assert "Giliran: Kasi / Kasubbag (Kasi Satu)" in scene.card()

    scene.reply("Kasi Satu", "Langkah 5", "Lubang sudah ditambal.")
    assert "Hasil tindak lanjut: Lubang sudah ditambal." in scene.card()
    scene.press("Kasi Satu", "Kirim laporan")
    told = next(text for text in scene.in_group() if text.startswith("Untuk diketahui Camat (Camat Satu)"))
    assert told.endswith("Lubang sudah ditambal.")
    assert "Yang akan dikirim kepada pelapor:\n«Jawaban Kecamatan Kanigaran" in scene.card()

    scene.press("Petugas Dua", "Kirim")
    assert scene.labels() == ["Ya, kirim", "Kembali"]
    assert scene.to_citizen() == []
    scene.press("Petugas Dua", "Ya, kirim")
    (answer,) = [each for each in scene.sent if each.to.chat == CITIZEN and each.enclosure is None]
    assert answer.kind == "answer"
    assert "Lubang sudah ditambal." in answer.text
    assert "Disampaikan oleh Petugas Pelayanan Pengaduan Masyarakat, Kecamatan Kanigaran" in answer.text
    assert answer.text.endswith("Balas SUDAH atau BELUM.")
    assert scene.card().endswith("Jawaban: terkirim\nSelesai, diarsipkan")
    assert scene.labels() == []
    assert scene.complaint.closed_as == "answered"
    acts = " ".join(act for act in scene.acts() if act not in ("delivery", "printed"))
    assert acts == "submit register complete pass_on note dispose write report inform deliver archive"


def test_pekutatan_returns_a_draft_as_often_as_the_camat_likes() -> None:
    scene = Scene("pekutatan")
    receipt = scene.to_citizen()[0]
    assert receipt.endswith("Data Bapak/Ibu hanya dipakai untuk laporan ini. Penjelasan: ketik PRIVASI.")
    assert "pukul 10.47 WITA" in receipt
    scene.press("Sekcam", "Kasi Satu")
    for n in (1, 2):
        scene.reply("Kasi Satu", "Langkah 3", f"Draf ke-{n}.")
        scene.press("Kasi Satu", "Ajukan ke Camat")
        assert f"Draf tanggapan: Draf ke-{n}." in scene.card()
        scene.press("Camat", "Kembalikan")
        scene.reply("Camat", "Mohon balas", f"Koreksi {n}.")
        assert f"Dikembalikan ({n} kali). Koreksi: Koreksi {n}." in scene.card()
        assert "Ajukan ke Camat" not in scene.labels(), "the old draft isn't handed in again unchanged"
        assert scene.complaint.returns == n
    scene.reply("Kasi Satu", "Langkah 3", "Sampah diangkut besok pukul 06.00 WITA.")
    scene.press("Kasi Satu", "Ajukan ke Camat")
    scene.press("Camat", "Setujui")
    assert "«Jawaban Kecamatan Pekutatan" in scene.card()
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    answer, _ = scene.to_citizen()  # and the letter
    assert "Sampah diangkut besok pukul 06.00 WITA." in answer
    assert "Demikian, terima kasih.\nCamat Pekutatan" in answer
    assert scene.card().endswith("Selesai, diarsipkan")
    assert "Pernah dikembalikan 2 kali." in scene.card()
    assert scene.acts().count("return") == 2


def test_a_group_with_topics_gets_one_for_each_complaint_before_its_card() -> None:
    scene = Scene("pekutatan")
    assert scene.bench.topics == {"7K3F"}
    assert all(each.topic == "7K3F" for each in scene.sent if each.to.chat == DESK)


def test_the_old_card_loses_its_buttons_and_a_new_one_mentions_whose_turn_it_is() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lengkap")
    (off,) = [each for each in scene.sent if each.kind == "edit"]
    assert (off.target, off.choices) == ("card:id0001:1", ())
    mentioned = [each.mentions for each in scene.sent if each.mentions]
    assert [[mention.name for mention in each] for each in mentioned] == [["Sekcam Satu"]]


def test_a_linked_member_of_staff_acts_in_private_and_the_group_sees_it() -> None:
    scene = Scene("kanigaran", changes={"linked": True})
    scene.press("Petugas Satu", "Lengkap", private=True)
    assert scene.complaint.step == "report_up"
    assert scene.in_group()[-1].startswith("Petugas Satu: berkas lengkap.")
    assert "Langkah 3 dari 7" in scene.bench.find(str(scene.who("Sekcam").id), "Langkah").text
    scene.press("Sekcam", "Teruskan", private=True)
    scene.press("Camat", "Kasi Dua", private=True)
    scene.reply("Kasi Dua", "Langkah 5", "Sudah kami tangani.", private=True)
    scene.press("Kasi Dua", "Kirim laporan", private=True)
    assert scene.complaint.step == "deliver"
    live = {
        each.message.to.chat
        for each in scene.bench.posted
        if each.message.key.startswith("card:") and each.message.choices
    }
    officers = {str(scene.who(name).id) for name in ("Petugas Satu", "Petugas Dua")}
    assert live == {DESK, *officers}, "only the cards of the step that's open now have buttons"
