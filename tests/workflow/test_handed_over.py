"""Answers that are brought by hand or by post, with their proof; referrals with a tracking id; an archive with a plan."""

from __future__ import annotations

import pytest

from tests.workflow.desk_scene import Scene
from workflow.procedure.destination import destination

WHO = "Ibu CONTOH, 23 November 2026 pukul 10.00"
ASKED = "siapa yang menerima dan kapan"


def to_the_delivery(scene: Scene) -> Scene:
    scene.press("Sekcam", "Teruskan")
    scene.press("Camat", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 5", "Pohon sudah dipotong.")
    scene.press("Kasi Satu", "Kirim laporan")
    return scene


def walk_in() -> Scene:
    scene = Scene("kanigaran", changes={"empty": True, "linked": True})
    scene.say("Petugas Satu", "/catat Pohon tumbang di Jalan Melati.")
    scene.press("Petugas Satu", "Cukup")
    scene.reply("Petugas Satu", "Mohon balas", "Melapor di loket.")
    return to_the_delivery(scene)


def test_who_received_an_answer_by_hand_is_asked_and_kept() -> None:
    scene = walk_in()
    scene.press("Petugas Satu", "Sudah disampaikan")
    assert ASKED in scene.in_group()[-1]
    scene.reply("Petugas Satu", ASKED, WHO)
    assert scene.complaint.closed_at is None, "it's asked once more"
    assert f"Diterima: {WHO}" in scene.in_group()[-1]
    scene.press("Petugas Satu", "Ya, sudah disampaikan")
    (entry,) = [each for each in scene.bench.entries if each.act == "hand_over"]
    assert entry.data["received_by"] == WHO
    assert entry.text == "Pohon sudah dipotong."
    assert scene.complaint.answered_at == scene.bench.now
    assert scene.complaint.archived_at == scene.bench.now
    assert "Jawaban: disampaikan langsung" in scene.card()


def test_the_signed_slip_is_proof_as_a_photo() -> None:
    scene = walk_in()
    scene.press("Petugas Satu", "Sudah disampaikan", private=True)
    scene.reply("Petugas Satu", ASKED, "", files=1, private=True)
    scene.press("Petugas Satu", "Ya, sudah disampaikan", private=True)
    (slip,) = [paper for paper in scene.complaint.papers if paper.by_staff]
    assert (slip.sort, slip.state) == ("delivery_proof", "ready")
    (entry,) = [each for each in scene.bench.entries if each.act == "hand_over"]
    assert entry.data["proof"] == slip.file
    assert "received_by" not in entry.data


def test_without_a_word_or_a_slip_nothing_was_handed_over() -> None:
    scene = walk_in()
    scene.press("Petugas Satu", "Sudah disampaikan")
    scene.reply("Petugas Satu", ASKED, " ")
    assert scene.in_group() == ["Maaf, mohon ditulis dengan kata-kata."]
    scene.press("Petugas Satu", "", data=f"d:hand_over:{scene.complaint.code}:{scene.complaint.version}:ya")
    assert scene.alert().startswith("Maaf")
    assert scene.complaint.answered_at is None


def test_a_citizen_with_a_chat_may_get_the_answer_by_hand_and_is_told() -> None:
    scene = Scene("kanigaran", channel="whatsapp", chat="+6281200000001")
    scene.press("Petugas Satu", "Lengkap")
    to_the_delivery(scene)
    assert "Sudah disampaikan" not in scene.labels()
    scene.press("Petugas Satu", "Lainnya")
    scene.press("Petugas Satu", "Disampaikan langsung atau lewat pos")
    scene.reply("Petugas Satu", ASKED, WHO)
    scene.press("Petugas Satu", "Ya, sudah disampaikan")
    told = scene.to_citizen()[0]
    assert told.startswith(
        "Jawaban atas laporan KNG-2026-0001 sudah kami sampaikan secara langsung pada 23 November 2026."
    )
    assert told.endswith("Balas SUDAH atau BELUM.")
    assert scene.complaint.delivery == "handed"
    scene.citizen("BELUM")
    scene.citizen("Masih ada dahannya.")
    assert scene.complaint.reopened == 1


def test_the_way_by_hand_is_offered_at_the_delivery_only() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "", data="d:by_hand:7K3F:9")
    assert scene.alert().startswith("Maaf")


# --- referrals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "where", "tracking"),
    [
        ("Dinas PUPR", "Dinas PUPR", ""),
        ("SP4N-LAPOR!\n5123456", "SP4N-LAPOR!", "5123456"),
        ("SP4N-LAPOR!\n#5123456", "SP4N-LAPOR!", "5123456"),
        ("SP4N-LAPOR! nomor 5123456", "SP4N-LAPOR!", "5123456"),
        ("Dinas PUPR lewat SP4N-LAPOR!, ID: 5123456.", "Dinas PUPR lewat SP4N-LAPOR!", "5123456"),
        ("Kantor Pos 67231", "Kantor Pos 67231", ""),
        ("Dinas PUPR\nBidang Jalan", "Dinas PUPR\nBidang Jalan", ""),
    ],
)
def test_a_tracking_id_is_read_from_where_it_was_referred(words: str, where: str, tracking: str) -> None:
    assert destination("refer_sent", words) == (where, tracking)


def test_what_the_citizen_brings_there_themselves_has_a_contact_and_no_tracking() -> None:
    assert destination("refer_self", "PLN\n123456")[1] == ""


def test_a_referral_through_lapor_tells_the_citizen_the_tracking_id() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Sekcam", "Bukan wewenang")
    scene.press("Sekcam", "Sudah kami teruskan")
    scene.reply("Sekcam", "Laporan sudah diteruskan?", "Dinas PUPR lewat SP4N-LAPOR!\n5123456")
    assert "Nomor pelacakan SP4N-LAPOR!: 5123456." in scene.in_group()[-1], "as the citizen will read it"
    scene.press("Sekcam", "Ya, sudah diteruskan")
    told = scene.to_citizen()[0]
    assert "kewenangan Dinas PUPR lewat SP4N-LAPOR!." in told
    assert told.endswith("Nomor pelacakan SP4N-LAPOR!: 5123456. Perkembangannya dapat dilihat di www.lapor.go.id.")
    assert scene.complaint.referred_tracking == "5123456"
    (entry,) = [each for each in scene.bench.entries if each.act == "refer"]
    assert (entry.data["way"], entry.data["where"]) == ("refer_sent", "Dinas PUPR lewat SP4N-LAPOR!")
    assert entry.data["tracking"] == "5123456"


# --- the archive ------------------------------------------------------------------------------------------------------


def to_the_archive() -> Scene:
    scene = Scene("dpmd-pasuruan")
    scene.press("Petugas Satu", "Selesai di tingkat petugas")
    scene.reply("Petugas Satu", "hasil penyelesaian", "Sudah kami jelaskan kepada perangkat desa.")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    return scene


def test_a_plan_for_what_follows_is_written_while_archiving() -> None:
    scene = to_the_archive()
    assert "rencana tindak lanjut" in scene.card()
    scene.reply("Tim_Pengaduan Satu", "Langkah 6", "Pembinaan perangkat desa pada Januari 2027.")
    assert scene.complaint.closed_as == "answered"
    assert scene.complaint.plan == "Pembinaan perangkat desa pada Januari 2027."
    (entry,) = [each for each in scene.bench.entries if each.act == "archive"]
    assert (entry.step, entry.text) == ("archive", "Pembinaan perangkat desa pada Januari 2027.")
    assert scene.complaint.archived_at == scene.bench.now


def test_an_archive_needs_no_words() -> None:
    scene = to_the_archive()
    scene.press("Tim_Pengaduan Dua", "Arsipkan")
    assert (scene.complaint.closed_as, scene.complaint.plan) == ("answered", "")
