"""A follow-up report with photos from the field: they belong to the complaint, and to the answer if a petugas says so."""

from __future__ import annotations

from tests.workflow.desk_scene import Scene
from workflow.message import Attachment


def at_work(**more) -> Scene:
    scene = Scene("kanigaran", **more)
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Sekcam", "Teruskan")
    scene.press("Camat", "Kasi Satu")
    return scene


def sorts(scene: Scene) -> list[str]:
    return [paper.sort for paper in scene.complaint.papers if paper.by_staff]


def test_photos_of_the_work_come_with_the_report_and_are_no_letter() -> None:
    scene = at_work()
    scene.reply("Kasi Satu", "Langkah 5", "Lubang sudah ditambal.", files=1)
    scene.reply("Kasi Satu", "Langkah 5", "", files=2)
    assert scene.complaint.report == "Lubang sudah ditambal."
    assert sorts(scene) == ["field_photo"] * 3
    assert scene.card().count("foto lapangan diterima") == 3


def test_a_photo_before_any_word_writes_none() -> None:
    scene = at_work()
    scene.reply("Kasi Satu", "Langkah 5", "", files=1)
    assert (scene.complaint.report, sorts(scene)) == ("", ["field_photo"])


def test_a_pdf_with_the_report_is_the_paper_that_leaves() -> None:
    scene = at_work()
    scene.reply("Kasi Satu", "Langkah 5", "", attachments=(Attachment(kind="document", ref="pdf"),))
    assert (scene.complaint.report, sorts(scene)) == ("Jawaban terlampir.", ["answer"])


def test_they_go_along_only_if_a_petugas_says_so() -> None:
    scene = at_work()
    scene.reply("Kasi Satu", "Langkah 5", "Lubang sudah ditambal.", files=2)
    scene.press("Kasi Satu", "Kirim laporan")
    assert "Ikut dikirim" not in scene.card()
    scene.press("Petugas Satu", "Lainnya")
    scene.press("Petugas Satu", "Sertakan foto lapangan")
    assert scene.card().endswith("Ikut dikirim: 2 berkas.")
    scene.press("Petugas Satu", "Lainnya")
    assert "Sertakan foto lapangan" not in scene.labels()
    scene.press("Petugas Satu", "Kembali")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    files = [each.enclosure.file for each in scene.sent if each.to.chat == scene.chat and each.enclosure]
    assert set(files) >= {paper.file for paper in scene.complaint.papers if paper.by_staff}


def test_left_out_again_they_stay_here() -> None:
    scene = at_work()
    scene.reply("Kasi Satu", "Langkah 5", "Lubang sudah ditambal.", files=1)
    scene.press("Kasi Satu", "Kirim laporan")
    for label in (
        "Lainnya",
        "Sertakan foto lapangan",
        "Lainnya",
        "Jangan sertakan foto lapangan",
        "Kirim",
        "Ya, kirim",
    ):
        scene.press("Petugas Satu", label)
    mine = {paper.file for paper in scene.complaint.papers if paper.by_staff}
    assert not [
        each for each in scene.sent if each.to.chat == scene.chat and each.enclosure and each.enclosure.file in mine
    ]
    assert [each.data["along"] for each in scene.bench.entries if each.act == "include"] == ["yes", "no"]


def test_who_helps_sends_photos_but_writes_no_report() -> None:
    scene = at_work()
    scene.press("Kasi Satu", "Minta bantuan")
    scene.press("Kasi Satu", "Kasi Dua, Kasi Trantib")
    scene.reply("Kasi Dua", "Langkah 5", "dari jembatan", files=1)
    assert (scene.complaint.report, sorts(scene)) == ("", ["field_photo"])
    scene.reply("Sekcam", "Langkah 5", "saya juga", files=1)
    assert sorts(scene) == ["field_photo"], "whoever wasn't asked leaves a note"
