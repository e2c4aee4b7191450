"""A draft that's returned and rewritten: what changed, in words that read well on a phone, and how often it was."""

from __future__ import annotations

import pytest

from tests.workflow.desk_scene import Scene
from workflow.procedure.difference import changes

BEFORE = "Lampu di Jalan Mastrip akan kami perbaiki pada hari Senin. Mohon bersabar."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (BEFORE, BEFORE, []),
        ("satu  dua\ntiga", "satu dua tiga", []),
        (BEFORE, BEFORE.removesuffix(" Mohon bersabar."), [("removed", "Mohon bersabar.", "")]),
        (BEFORE, BEFORE.replace("Lampu di", "Tiga lampu di"), [("replaced", "Lampu", "Tiga lampu")]),
        (BEFORE, BEFORE + " Terima kasih.", [("added", "", "Terima kasih.")]),
        (BEFORE, BEFORE.replace("hari Senin", "hari Selasa"), [("replaced", "Senin", "Selasa")]),
        ("a b c d", "x b y d", [("replaced", "a b c", "x b y")]),
        ("a b c d e f", "x b c d y f", [("replaced", "a", "x"), ("replaced", "e", "y")]),
        ("oleh desa.", "oleh desa pada Januari 2027.", [("added", "", "pada Januari 2027")]),
        ("jam 06.00 s.d. 07.00", "jam 06.30 s.d. 07.00", [("replaced", "06.00", "06.30")]),
        ("nomor 300.1/020, segera", "nomor 300.1/021; segera", [("replaced", "300.1/020,", "300.1/021;")]),
        ("", "semua baru", [("added", "", "semua baru")]),
    ],
)
def test_what_changed_is_told_word_by_word(before: str, after: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(each.kind, each.before, each.after) for each in changes(before, after)] == expected


def rewritten(scene: Scene, after: str, before: str = BEFORE) -> Scene:
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 3", before)
    scene.press("Kasi Satu", "Ajukan ke Camat")
    scene.press("Camat", "Kembalikan")
    scene.reply("Camat", "Mohon balas", "Sebutkan harinya.")
    scene.reply("Kasi Satu", "Langkah 3", after)
    scene.press("Kasi Satu", "Ajukan ke Camat")
    return scene


def test_who_checks_sees_what_changed_since_the_return() -> None:
    scene = rewritten(Scene("pekutatan"), BEFORE.replace("Senin. Mohon bersabar.", "Selasa pukul 08.00 WITA."))
    card = scene.card()
    assert "Pernah dikembalikan 1 kali." in card
    assert (
        "Perubahan sesudah dikembalikan ke-1:\n"
        "- Diganti: «Senin. Mohon bersabar.» menjadi «Selasa pukul 08.00 WITA.»" in card
    )
    scene.press("Camat", "Setujui")
    assert "Perubahan" not in scene.card()


def test_many_changes_are_counted_and_the_card_stays_a_card() -> None:
    before = " ".join(f"kata{n} tetap sama juga" for n in range(40))
    scene = rewritten(Scene("pekutatan"), before.replace("kata", "baru"), before)
    assert scene.card().count("- Diganti:") == 6
    assert "- ... dan 34 perubahan lain." in scene.card()


def test_the_paper_of_the_returned_draft_does_not_leave_with_the_new_one() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 3", BEFORE, files=1)
    scene.press("Kasi Satu", "Ajukan ke Camat")
    scene.press("Camat", "Kembalikan")
    scene.reply("Camat", "Mohon balas", "Sebutkan harinya.")
    scene.reply("Kasi Satu", "Langkah 3", "Hari Selasa.", files=1)
    assert [paper.sort for paper in scene.complaint.papers if paper.by_staff] == ["former_answer", "answer"]


def test_the_paper_alone_keeps_the_words_that_are_there() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 3", BEFORE)
    scene.reply("Kasi Satu", "Langkah 3", "", files=1)
    assert scene.complaint.draft == BEFORE
    assert [paper.sort for paper in scene.complaint.papers if paper.by_staff] == ["answer"]


def test_paraf_and_signature_are_two_acts_with_words_of_their_own() -> None:
    scene = Scene("pegantenan")
    for who, label in (
        ("Petugas Satu", "Terima"),
        ("Petugas Satu", "Identitas jelas"),
        ("Sekcam", "Kasi Satu"),
    ):
        scene.press(who, label)
    scene.reply("Kasi Satu", "Langkah 5", "Sudah diklarifikasi.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Kasi Satu", "Petugas Satu")
    scene.reply("Petugas Satu", "Langkah 7", "Surat tanggapan.")
    scene.press("Petugas Satu", "Ajukan ke Sekcam")
    assert "paraf atau kembalikan" in scene.card()
    assert "Setujui" not in scene.labels()
    scene.press("Sekcam", "Paraf")
    assert scene.in_group()[-1].startswith("Sekcam Satu: draf diparaf.")
    scene.press("Petugas Satu", "Sudah digandakan")
    assert "Surat: diparaf Sekcam Satu" in scene.card()
    scene.press("Camat", "Tanda tangani")
    assert scene.in_group()[-1].startswith("Camat Satu: surat ditandatangani.")
    assert "Surat: diparaf Sekcam Satu; ditandatangani Camat Satu pukul 09.12 WIB" in scene.card()
    assert scene.complaint.approved_by == str(scene.who("Sekcam").id)
    assert scene.complaint.signed_by == str(scene.who("Camat").id)
    data = {entry.act: entry.data.get("paraf", "") for entry in scene.bench.entries}
    assert (data["approve"], data["sign"]) == ("sekcam", "")
