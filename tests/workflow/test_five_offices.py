"""The five published procedures at the desk, from the citizen's report to the archive, as their offices published them."""

from __future__ import annotations

import pytest

from tests.workflow.desk_people import OFFICES, office, opened, straight
from tests.workflow.desk_scene import DESK, Scene
from workflow.procedure.complaint import apply
from workflow.procedure.progress import part_of, turn

# Each step as published (its own number), who acts, what is done, and its norm; a citizen's own step has no act of ours.
PUBLISHED = {
    "kedopok": [
        "3.1 pelapor submit -", "3.2 petugas complete -", "3.3 petugas receipt -", "3.4 petugas register -",
        "3.5 kasi pass_on -", "3.6 camat draft -", "3.7 petugas number -", "3.8 petugas deliver -", "3.9 petugas archive -",
    ],
    "kanigaran": [
        "1 pelapor submit -", "2 petugas complete -", "3 sekcam pass_on -", "4 camat dispose -", "5 kasi report -",
        "6 petugas deliver -", "7 petugas archive -",
    ],
    "pegantenan": [
        "1 petugas accept 15 office_minute", "2 petugas verify 3 working_day", "3 petugas register 15 office_minute",
        "4 sekcam dispose 2 working_day", "5 kasi report 2 working_day", "6 kasi ask_staff 15 office_minute",
        "7 petugas draft 15 office_minute", "8 sekcam approve 2 working_day", "9 petugas copy 15 office_minute",
        "10 camat sign 2 working_day", "11 petugas number 15 office_minute", "11 petugas archive 15 office_minute",
        "12 petugas deliver 15 office_minute",
    ],
    "dpmd-pasuruan": [
        "a pelapor submit -", "b petugas register -", "c petugas pass_on -", "d petugas dispose -", "d bidang report -",
        "e petugas deliver -", "f tim_pengaduan archive -",
    ],
    "pekutatan": [
        "1 petugas register -", "2 sekcam dispose -", "3 kasi draft -", "4 camat approve -", "5 petugas deliver -",
        "5 petugas archive -",
    ],
}  # fmt: skip
UNPUBLISHED = ("delivery", "write", "printed")
BESIDE = ("inform", "write", "submit")


@pytest.mark.parametrize("name", OFFICES)
def test_every_published_step_is_done_by_its_role_in_its_order_and_leaves_its_line(name: str) -> None:
    decision, here = opened(office(name))
    entries = list(decision.entries)
    complaint = decision.complaints[0]
    rules = here.standard_of(complaint.standard)
    while complaint.closed_at is None:
        step = rules.step(complaint.step)
        assert turn(complaint, here).role == part_of(complaint, rules).role
        if step.norm is not None:
            wanted = here.office.calendar.due(complaint.step_since, step.norm, step.unit)
            assert complaint.step_due_at == wanted, f"{step.no}: the norm of the step itself"
        else:
            assert complaint.step_due_at is None
        complaint = (done := apply(complaint, straight(complaint, here), here)).complaints[0]
        entries += done.entries
    lines = []
    for entry in entries:
        if entry.act == "notice":  # what was said about privacy belongs to no step
            assert entry.step == ""
            continue
        step = rules.step(entry.step)
        own = entry.act == "submit" and rules.is_citizen(step.actor)
        if own or (entry.act not in BESIDE and entry.role):
            norm = f"{step.norm} {step.unit}" if step.norm else "-"
            lines.append(f"{step.no} {entry.role} {entry.act} {norm}")
    assert lines == PUBLISHED[name]


# --- Kedopok ----------------------------------------------------------------------------------------------------------


def test_kedopok_checks_gives_the_slip_and_registers_in_one_press_with_three_events() -> None:
    scene = Scene("kedopok")
    assert "Nomor register menyusul." in scene.to_citizen()[0]
    before = len(scene.bench.entries)
    scene.press("Petugas Satu", "Lengkap")
    new = scene.bench.entries[before:]
    assert [(each.act, each.step) for each in new if each.act not in UNPUBLISHED] == [
        ("complete", "check"), ("receipt", "receipt"), ("register", "register"),
    ]  # fmt: skip
    assert {each.at for each in new} == {scene.bench.now}
    slip = next(text for text in scene.to_citizen() if "Nomor: KDP-2026-0001" in text)
    assert "Batas waktu menurut standar pelayanan: Selasa, 24 November 2026 pukul 16.00 WIB" in slip
    assert "(bila pejabat ada di" in slip
    assert scene.complaint.step == "review"


def test_kedopok_goes_through_the_sekcam_to_the_camat_and_the_answer_is_registered_before_it_is_handed_over() -> None:
    scene = Scene("kedopok")
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Kasi Satu", "Teruskan")
    handover = scene.in_group()[-1]
    assert "giliran Camat Satu (Camat)" in handover
    assert "Melalui Sekretaris Kecamatan (Sekcam Satu)." in handover
    assert {mention.name for each in scene.sent for mention in each.mentions} == {"Camat Satu", "Sekcam Satu"}
    scene.press("Sekcam", "", data=f"d:draft:7K3F:{scene.complaint.version}")
    assert scene.alert().startswith("Maaf"), "the file passes through the Sekcam's hands, the answer is the Camat's"
    scene.reply("Camat", "Langkah 6", "Lampu sudah diganti.")
    scene.press("Camat", "Setujui jawaban")
    assert "nomor surat dari buku agenda" in scene.card()
    scene.reply("Petugas Dua", "Langkah 7", "300.1/015/425.501/2026")
    scene.press("Petugas Dua", "Kirim")
    scene.press("Petugas Dua", "Ya, kirim")
    answer = next(each.text for each in scene.sent if each.kind == "answer" and each.text)
    assert answer.startswith("Nomor surat: 300.1/015/425.501/2026\n")
    assert "Demikian, terima kasih.\nCamat Kedopok" in answer
    assert scene.card().endswith("Selesai, diarsipkan")
    acts = [each.act for each in scene.bench.entries if each.act not in UNPUBLISHED]
    assert acts == ["submit", "complete", "receipt", "register", "pass_on", "draft", "number", "deliver", "archive"]


# --- Pegantenan -------------------------------------------------------------------------------------------------------


def to_the_number(scene: Scene) -> Scene:
    """Rows 1 to 10."""
    scene.press("Petugas Satu", "Terima")
    scene.press("Petugas Satu", "Identitas jelas")
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 5", "Sudah diklarifikasi dengan desa.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Kasi Satu", "Petugas Satu")
    scene.reply("Petugas Satu", "Langkah 7", "Jalan desa diperbaiki pada Januari 2027.")
    scene.press("Petugas Satu", "Ajukan ke Sekcam")
    scene.press("Sekcam", "Paraf")
    scene.press("Petugas Satu", "Sudah digandakan")
    scene.press("Camat", "Tanda tangani")
    return scene


def test_pegantenan_runs_its_twelve_rows_with_paraf_copy_signature_number_and_sending() -> None:
    scene = Scene("pegantenan")
    assert "Nomor register menyusul." in scene.to_citizen()[0]
    to_the_number(scene)
    assert "Surat: diparaf Sekcam Satu; ditandatangani Camat Satu" in scene.card()
    scene.reply("Petugas Satu", "Langkah 11", "470/015/432.512/2026")
    complaint = scene.complaint
    assert complaint.step == "s12"
    assert complaint.numbered_at == complaint.archived_at == scene.bench.now, "row 11 numbers and files"
    assert complaint.answered_at is None, "filed isn't sent"
    assert "Kirim" not in scene.labels()
    assert "Kirim sekarang?" in scene.card()
    scene.press("Petugas Satu", "Ya, kirim")
    answer = next(each.text for each in scene.sent if each.kind == "answer" and each.text)
    assert "Jalan desa diperbaiki pada Januari 2027." in answer
    assert "Demikian, terima kasih.\nCamat Pegantenan" in answer
    acts = [each.act for each in scene.bench.entries if each.act not in UNPUBLISHED]
    assert acts == [
        "submit", "accept", "verify", "register", "dispose", "report", "ask_staff", "draft", "approve", "copy", "sign",
        "number", "archive", "deliver",
    ]  # fmt: skip
    assert scene.card().endswith("Selesai, diarsipkan")


def test_pegantenan_registers_in_one_press_with_the_identity() -> None:
    scene = Scene("pegantenan")
    scene.press("Petugas Satu", "Terima")
    scene.press("Petugas Satu", "Identitas jelas")
    assert any("Nomor: PGT-2026-0001" in text or "PGT-2026-0001" in text for text in scene.to_citizen())
    assert scene.complaint.step == "s04"


def test_pegantenan_brings_a_letter_by_hand_in_a_press_of_its_own_with_proof() -> None:
    scene = Scene("pegantenan", changes={"empty": True})
    scene.say("Petugas Satu", "/catat Jalan desa rusak.")
    scene.press("Petugas Satu", "Terima")
    scene.press("Petugas Satu", "Cukup")
    scene.reply("Petugas Satu", "alasan berkas", "Pelapor dikenal.")
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 5", "Sudah diklarifikasi dengan desa.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Kasi Satu", "Petugas Satu")
    scene.reply("Petugas Satu", "Langkah 7", "Jalan desa diperbaiki.")
    scene.press("Petugas Satu", "Ajukan ke Sekcam")
    scene.press("Sekcam", "Paraf")
    scene.press("Petugas Satu", "Sudah digandakan")
    scene.press("Camat", "Tanda tangani")
    scene.reply("Petugas Satu", "Langkah 11", "470/016/432.512/2026")
    assert scene.complaint.step == "s12"
    assert "Kirim sekarang?" not in scene.card()
    assert "Sudah disampaikan" in scene.labels()
    scene.press("Petugas Satu", "Sudah disampaikan")
    scene.reply("Petugas Satu", "siapa yang menerima", "Bapak CONTOH, 24 November 2026")
    scene.press("Petugas Satu", "Ya, sudah disampaikan")
    (entry,) = [each for each in scene.bench.entries if each.act == "hand_over"]
    assert (entry.step, entry.data["received_by"]) == ("s12", "Bapak CONTOH, 24 November 2026")
    assert scene.complaint.closed_as == "answered"


def test_pegantenan_refers_what_is_no_tupoksi() -> None:
    scene = Scene("pegantenan")
    scene.press("Petugas Satu", "Terima")
    scene.press("Petugas Satu", "Identitas jelas")
    scene.press("Sekcam", "Bukan wewenang")
    scene.press("Sekcam", "Pelapor menyampaikan sendiri")
    scene.reply("Sekcam", "instansi dan kontaknya", "Dinas PUPR Kabupaten Pamekasan, (0324) 321234")
    scene.press("Sekcam", "Ya, beri tahu pelapor")
    assert scene.complaint.closed_as == "referred"
    assert any("Dinas PUPR Kabupaten Pamekasan" in text for text in scene.to_citizen())


# --- DPMD Pasuruan ----------------------------------------------------------------------------------------------------


def test_dpmd_ends_at_the_petugas_level_by_its_branch_from_c_to_e() -> None:
    scene = Scene("dpmd-pasuruan")
    assert "DPMD-2026-0001" in scene.to_citizen()[0], "b is clerical: registered at YA"
    scene.press("Petugas Satu", "Selesai di tingkat petugas")
    scene.reply("Petugas Satu", "hasil penyelesaian", "Sudah kami jelaskan.")
    assert scene.complaint.step == "respond"
    assert "distribute" not in {each.step for each in scene.bench.entries}


def test_dpmd_distributes_and_the_bidang_reports_in_one_step_and_the_team_files() -> None:
    scene = Scene("dpmd-pasuruan")
    scene.press("Petugas Satu", "Teruskan")
    scene.press("Petugas Satu", "Bidang Satu")
    assert (scene.complaint.step, scene.complaint.part) == ("distribute", 1)
    assert "Giliran: bidang terkait (Bidang Satu)" in scene.card()
    assert scene.card().startswith("DPMD-2026-0001 (kode 7K3F)\nLangkah 4 dari 6: ")
    scene.reply("Bidang Satu", "Langkah 4", "Dana desa sudah ditelusuri.")
    scene.press("Bidang Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    answer = next(each.text for each in scene.sent if each.kind == "answer" and each.text)
    assert "Disampaikan oleh Petugas pengaduan, Dinas Pemberdayaan Masyarakat dan Desa" in answer
    assert "Giliran: tim pengaduan (Tim_Pengaduan Satu, Tim_Pengaduan Dua)" in scene.card()
    scene.press("Petugas Satu", "Arsipkan")
    assert scene.alert() == "Maaf, langkah ini tugas tim pengaduan."
    scene.press("Tim_Pengaduan Satu", "Arsipkan")
    assert scene.complaint.archived_at is not None
    assert scene.complaint.answered_at is not None
    assert scene.card().endswith("Selesai, diarsipkan")


# --- Kanigaran and Pekutatan ------------------------------------------------------------------------------------------


def test_kanigaran_shows_the_words_for_the_citizen_before_what_was_written_to_the_camat_leaves() -> None:
    scene = Scene("kanigaran")
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    scene.reply("Kasi Satu", "Langkah 5", "Lapor Bapak Camat, lubang sudah ditambal.")
    scene.press("Kasi Satu", "Kirim laporan")
    assert "Yang akan dikirim kepada pelapor:" in scene.card()
    scene.press("Petugas Satu", "Ubah kata")
    scene.reply("Petugas Satu", "kata-kata jawaban yang baru", "Lubang sudah ditambal.")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    answer = next(each.text for each in scene.sent if each.kind == "answer" and each.text)
    assert "Bapak Camat" not in answer
    assert scene.bench.find(DESK, "Selesai, diarsipkan")


@pytest.mark.parametrize("step", ["draft", "approve", "sign"])
def test_the_signed_paper_as_a_pdf_or_photo_is_what_leaves(step: str) -> None:
    scene = Scene("pegantenan")
    who = {"draft": "Petugas Satu", "approve": "Sekcam", "sign": "Camat"}[step]
    acts = [
        ("Petugas Satu", "Terima"), ("Petugas Satu", "Identitas jelas"), ("Sekcam", "Kasi Satu"),
    ]  # fmt: skip
    for person, label in acts:
        scene.press(person, label)
    scene.reply("Kasi Satu", "Langkah 5", "Sudah diklarifikasi.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Kasi Satu", "Petugas Satu")
    scene.reply("Petugas Satu", "Langkah 7", "" if step == "draft" else "Surat.", files=int(step == "draft"))
    scene.press("Petugas Satu", "Ajukan ke Sekcam")
    if step == "approve":
        scene.reply(who, "Langkah 8", "", files=1)
    scene.press("Sekcam", "Paraf")
    scene.press("Petugas Satu", "Sudah digandakan")
    if step == "sign":
        scene.reply(who, "Langkah 10", "", files=1)
    scene.press("Camat", "Tanda tangani")
    scene.reply("Petugas Satu", "Langkah 11", "470/017/432.512/2026")
    scene.press("Petugas Satu", "Ya, kirim")
    (paper,) = [each for each in scene.complaint.papers if each.by_staff]
    assert paper.sort == "answer"
    sent = [each for each in scene.sent if each.to.chat == scene.chat]
    assert paper.file in {each.enclosure.file for each in sent if each.enclosure}
    words = next(each.text for each in sent if each.kind == "answer" and each.text)
    assert ("Jawaban terlampir." if step == "draft" else "Surat.") in words
