"""Letter numbers: the template read back, typed ones refused where they're used, counted ones by one press."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.workflow import desk_scene
from tests.workflow.desk_people import office
from tests.workflow.desk_scene import Scene
from workflow.procedure.numbering import may_be_number, read_back, series, sought
from workflow.standard import standard as standards
from workflow.standard.own import Letter
from workflow.world import Lettered

LETTER = standards.shipped()["dpmd-pasuruan"].letter  # its unit is known, its klasifikasi is left blank
TYPED = "Balas pesan ini dengan nomor surat dari buku agenda."


def changed(letter: Letter, **fields: str) -> Letter:
    return letter.model_copy(update=fields)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("060/024/424.079/2026", (24, 2026)),
        (" 060 / 024 / 424.079 / 2026 ", (24, 2026)),
        ("024/424.079/2026", (24, 2026)),
        ("300.1/1204/424.079/2026", (1204, 2026)),
        ("060/024/419.117/2026", None),
        ("060/024/424.079/2026/SK", None),
        ("KDP-2026-0001", None),
        ("24", None),
    ],
)
def test_a_typed_number_is_read_back_by_the_offices_template(number: str, expected: tuple[int, int] | None) -> None:
    assert read_back(LETTER, number) == expected


def test_a_template_of_ones_own_is_read_back_too() -> None:
    letter = changed(LETTER, number_template="{urut}/{klasifikasi}-{unit}", klasifikasi="470", unit="Kec.Kdp")
    assert read_back(letter, "12/470-Kec.Kdp") == (12, None)
    assert read_back(letter, "12/470-KecxKdp") is None
    assert read_back(changed(letter, klasifikasi=""), "12/470-Kec.Kdp") == (12, None)


def test_a_series_is_the_template_without_what_counts() -> None:
    assert series(LETTER) == "{urut}/424.079/{tahun}"
    assert series(changed(LETTER, klasifikasi="060")) == "060/{urut}/424.079/{tahun}"
    assert sought(standards.shipped()["dpmd-pasuruan"], "060/024/424.079/2026").urut == 24


@pytest.mark.parametrize(
    ("text", "expected"),
    [("300.1/020/x/2026", True), ("7", True), ("tujuh", False), ("", False), ("1\n2", False), ("1" * 81, False)],
)
def test_what_can_be_a_number_is_one_short_line_with_a_digit(text: str, expected: bool) -> None:
    assert may_be_number(text) is expected


# --- at the desk ------------------------------------------------------------------------------------------------------


def counting(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The office's own file says that the system counts."""
    text = standards.shipped_text(name).replace('number_owner = "staff"', 'number_owner = "system"')
    rules = standards.load(text.replace('unit = ""', 'unit = "425.501"', 1), place=name)
    place = replace(office(name), standard=rules)
    monkeypatch.setattr(desk_scene, "office", lambda _: place)


def to_the_number(scene: Scene) -> Scene:
    """Kedopok's steps until the number is to be given."""
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Kasi Satu", "Teruskan")
    scene.reply("Camat", "Langkah 6", "Lampu sudah diganti.")
    scene.press("Camat", "Setujui jawaban")
    return scene


def test_a_number_from_the_paper_agenda_is_typed_and_kept() -> None:
    scene = to_the_number(Scene("kedopok"))
    assert TYPED in scene.card()
    assert "Beri nomor" not in scene.labels()
    scene.reply("Petugas Satu", "Langkah 7", "  300.1/015/425.501/2026 ")
    assert scene.complaint.letter_number == "300.1/015/425.501/2026"
    assert scene.complaint.numbered_at == scene.bench.now
    (letter,) = scene.bench.letters
    assert (letter.urut, letter.year, letter.complaint) == (15, 2026, scene.complaint.id)
    assert [entry.text for entry in scene.bench.entries if entry.act == "number"] == ["300.1/015/425.501/2026"]


def second(scene: Scene) -> Scene:
    """Another complaint of the office with a letter that has number 12."""
    other = replace(scene.complaint, id="idx", code="ZZ99", number="KDP-2026-0777")
    scene.bench.complaints["idx"] = other
    letter = standards.shipped()["kedopok"].letter
    scene.bench.letters.append(
        Lettered(series=series(letter), year=2026, urut=12, number="300.1/012/425.501/2026", complaint="idx")
    )
    return scene


@pytest.mark.parametrize("text", ["300.1/012/425.501/2026", "470/12/425.501/2026"])
def test_a_number_that_is_used_is_refused_with_who_has_it(text: str) -> None:
    scene = second(to_the_number(Scene("kedopok")))
    scene.reply("Petugas Satu", "Langkah 7", text)
    assert scene.in_group() == [
        "Maaf, nomor surat 300.1/012/425.501/2026 sudah dipakai untuk KDP-2026-0777. Mohon diperiksa di buku agenda."
    ]
    assert scene.complaint.letter_number == ""
    assert scene.complaint.step == "number"


def test_a_number_in_other_letters_is_the_same_one() -> None:
    scene = to_the_number(Scene("kedopok"))
    scene.reply("Petugas Satu", "Langkah 7", "015/Kec.Kdp")
    other = replace(scene.complaint, id="idx", code="ZZ99", number="KDP-2026-0777", letter_number="")
    scene.bench.complaints["idx"] = other
    scene.press("Petugas Satu", "Tarik kembali")
    scene.bench.letters.append(Lettered(series="", year=2026, urut=None, number="015/Kec.Kdp", complaint="idx"))
    scene.reply("Petugas Satu", "Langkah 7", "015/KEC.KDP")
    assert any("015/Kec.Kdp sudah dipakai untuk KDP-2026-0777" in text for text in scene.in_group())
    scene.bench.letters[0] = replace(scene.bench.letters[0], year=2025)
    scene.reply("Petugas Satu", "Langkah 7", "015/KEC.KDP")
    assert scene.complaint.letter_number == "015/KEC.KDP", "the paper book begins anew each year"


def test_numbers_that_are_left_out_are_told() -> None:
    scene = second(to_the_number(Scene("kedopok")))
    scene.reply("Petugas Satu", "Langkah 7", "300.1/015/425.501/2026")
    assert any("Nomor urut 13-14 tidak tercatat di sini" in text for text in scene.in_group())
    (entry,) = [each for each in scene.bench.entries if each.act == "number"]
    assert entry.data["missed"] == "13-14"


def test_what_is_no_number_is_refused() -> None:
    scene = to_the_number(Scene("kedopok"))
    scene.reply("Petugas Satu", "Langkah 7", "menyusul")
    assert scene.in_group() == ["Maaf, ini bukan nomor surat. Mohon ditulis dalam satu baris, dengan angka."]


def test_a_number_typed_wrongly_is_taken_back_and_free_again() -> None:
    scene = to_the_number(Scene("kedopok"))
    scene.reply("Petugas Satu", "Langkah 7", "51")
    scene.press("Petugas Satu", "Tarik kembali")
    assert scene.complaint.letter_number == ""
    assert scene.complaint.numbered_at is None
    assert scene.bench.letters == []
    scene.reply("Petugas Satu", "Langkah 7", "15")
    assert [each.number for each in scene.bench.letters] == ["15"]
    assert "koreksi" in scene.acts()


def test_where_the_system_counts_one_press_gives_the_next_number(monkeypatch: pytest.MonkeyPatch) -> None:
    counting(monkeypatch, "kedopok")
    scene = to_the_number(Scene("kedopok"))
    assert "Tekan Beri nomor; nomor berikutnya dihitung sistem." in scene.card()
    scene.reply("Petugas Satu", "Langkah 7", "300.1/015/425.501/2026")
    assert scene.in_group() == ["Maaf, nomor surat dihitung sistem. Mohon tekan Beri nomor."]
    scene.press("Petugas Satu", "Beri nomor")
    assert scene.complaint.letter_number == "001/425.501/2026"
    assert not any(choice.label == "Tarik kembali" for each in scene.sent for row in each.choices for choice in row)
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    assert scene.to_citizen()[0].startswith("Nomor surat: 001/425.501/2026\n")


def test_where_the_system_begins_to_count_it_leaves_the_numbers_that_were_typed_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting(monkeypatch, "kedopok")
    scene = to_the_number(Scene("kedopok"))
    scene.bench.complaints["idx"] = replace(scene.complaint, id="idx", code="ZZ99", letter_number="")
    for number in ("001/425.501/2026", "002/425.501/2026"):
        scene.bench.letters.append(Lettered(series="lain", year=2026, urut=None, number=number, complaint="idx"))
    scene.press("Petugas Satu", "Beri nomor")
    assert scene.complaint.letter_number == "003/425.501/2026"


def test_the_second_answer_of_a_reopened_complaint_gets_a_number_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    counting(monkeypatch, "kedopok")
    scene = to_the_number(Scene("kedopok", channel="whatsapp", chat="+6281200000001"))
    for label in ("Beri nomor", "Kirim", "Ya, kirim"):
        scene.press("Petugas Satu", label)
    scene.citizen("BELUM")
    scene.citizen("Lampunya mati lagi.")
    assert scene.complaint.letter_number == ""
    scene.reply("Camat", "Langkah 6", "Kabelnya sudah diperbaiki.")
    scene.press("Camat", "Setujui jawaban")
    scene.press("Petugas Satu", "Beri nomor")
    assert scene.complaint.letter_number == "002/425.501/2026"
    assert [each.number for each in scene.bench.letters] == ["001/425.501/2026", "002/425.501/2026"]


def test_the_paper_alone_is_no_number() -> None:
    scene = to_the_number(Scene("kedopok"))
    scene.reply("Petugas Satu", "Langkah 7", "", files=1)
    assert scene.complaint.letter_number == ""
    assert [paper.sort for paper in scene.complaint.papers if paper.by_staff] == ["answer"]
