"""An act is entered for somebody who phoned or wrote on the sheet: recorded so, told to that person, who may object."""

from __future__ import annotations

import msgspec
import pytest

from tests.workflow.desk_people import DESK
from tests.workflow.desk_scene import Scene
from tests.workflow.test_duties import _due, confidential, draft_at_the_camat, to_the_camat
from workflow.papers import signing
from workflow.procedure.capacity import signs_as


def enter(made: Scene, who: str, whose: str, how: str, *labels: str, private: bool = False) -> None:
    """Open the menu of the card and press through it."""
    for label in ("Lainnya", "Dicatat untuk ...", whose, how, *labels):
        made.press(who, label, private=private)


def test_a_disposition_by_phone_is_the_camats_and_says_who_entered_it():
    made = Scene("kanigaran")
    to_the_camat(made)
    enter(made, "Sekcam", "Camat Satu", "Telepon", "Didisposisikan", "Kasi Satu")
    assert made.alert() == "Dicatat."
    entry = next(each for each in made.bench.entries if each.act == "dispose")
    sekcam, camat = made.who("Sekcam"), made.who("Camat")
    assert (entry.by, entry.name) == (f"staff:{sekcam.id}", "Sekcam Satu")
    assert {name: entry.data[name] for name in ("entered_for", "entered_name", "how")} == {
        "entered_for": str(camat.id),
        "entered_name": "Camat Satu",
        "how": "phone",
    }
    assert made.complaint.assignee == str(made.who("Kasi Satu").id)
    said = "\n".join(made.in_group())
    assert "Sekcam Satu untuk Camat Satu, telepon: didisposisikan." in said
    assert "KNG-2026-0001: Sekcam Satu mencatat untuk Camat Satu (telepon): Didisposisikan." in said


def test_the_person_objects_with_one_press_and_nothing_is_undone_by_it():
    made = Scene("kanigaran")
    to_the_camat(made)
    enter(made, "Sekcam", "Camat Satu", "Telepon", "Didisposisikan", "Kasi Satu")
    made.press("Kasi Dua", "Keberatan")
    assert made.alert() == "Maaf, hanya orang yang dicatatkan yang dapat menyatakan keberatan."
    posted, data = made.bench.button(DESK, "Keberatan")
    made.press_data(str(made.who("Camat").id), data, posted)
    assert "Camat Satu keberatan. Yang dicatat Sekcam Satu untuknya (telepon): Didisposisikan." in made.in_group()[0]
    assert made.bench.entries[-1].act == "objected"
    assert made.complaint.assignee == str(made.who("Kasi Satu").id), "people settle it, not the machine"
    made.press_data(str(made.who("Camat").id), data, posted)
    assert made.alert() == "Maaf, keberatan atas tindakan ini sudah dicatat."


def test_who_has_a_private_chat_is_told_there():
    made = Scene("kanigaran")
    camat = str(made.who("Camat").id)
    made.bench.linked[camat] = camat
    to_the_camat(made)
    enter(made, "Sekcam", "Camat Satu", "Lisan", "Didisposisikan", "Kasi Satu")
    assert made.bench.find(camat, "Bila tidak benar, tekan Keberatan.")
    made.press("Camat", "Keberatan", private=True)
    assert "Camat Satu keberatan" in made.in_group()[0]


def test_words_from_the_sheet_are_typed_and_its_photo_may_follow():
    made = Scene("pekutatan")
    draft_at_the_camat(made)
    enter(made, "Sekcam", "Camat Satu", "Lembar disposisi", "Draf dikembalikan")
    made.reply("Sekcam", "untuk Camat Satu: Draf dikembalikan", "Sebutkan tanggalnya.")
    assert made.complaint.correction == "Sebutkan tanggalnya."
    entry = next(each for each in made.bench.entries if each.act == "return")
    assert (entry.data["how"], entry.data["entered_name"]) == ("sheet", "Camat Satu")
    assert "«Sebutkan tanggalnya.»" in "\n".join(made.in_group())
    made.reply("Sekcam", "foto lembar disposisi", "", files=1)
    assert made.bench.entries[-1].act == "sheet"
    assert made.complaint.papers[-1].sort == "sheet"
    assert "Foto lembar disposisi diterima." in "\n".join(made.in_group())


def test_what_reaches_the_citizen_is_asked_once_more_and_stays_entered_for_that_person():
    made = Scene("kanigaran")
    to_the_camat(made)
    enter(made, "Sekcam", "Camat Satu", "Telepon", "Pelapor diarahkan ke instansi lain")
    made.reply("Sekcam", "untuk Camat Satu", "Dinas PUPR, (0335) 421000")
    made.press("Sekcam", "Ya, beri tahu pelapor")
    assert made.complaint.closed_as == "referred"
    entry = next(each for each in made.bench.entries if each.act == "refer")
    assert entry.data["entered_name"] == "Camat Satu"


def test_an_approval_is_entered_for_its_person_and_is_theirs():
    made = Scene("pekutatan")
    draft_at_the_camat(made)
    enter(made, "Petugas Satu", "Camat Satu", "Telepon", "Draf disetujui")
    assert made.alert() == "Dicatat."
    camat = str(made.who("Camat").id)
    assert camat in (made.complaint.approved_by, made.complaint.signed_by)


@pytest.mark.parametrize("enterer", ["Kasi Satu"])
def test_nobody_enters_the_approval_of_their_own_draft(enterer):
    made = Scene("pekutatan")
    draft_at_the_camat(made, author=enterer)
    enter(made, enterer, "Camat Satu", "Telepon", "Draf disetujui")
    assert made.alert() == "Maaf, draf sendiri tidak dapat disetujui sendiri."
    assert made.complaint.approved_by == made.complaint.signed_by == ""


def test_nor_is_the_approval_of_ones_own_draft_entered_by_somebody_else():
    made = Scene("pekutatan")
    both = msgspec.structs.replace(made.who("Kasi Satu"), roles=("kasi", "camat"))
    made.bench.office = made.bench.office.with_staff([both])
    draft_at_the_camat(made)
    enter(made, "Petugas Satu", "Kasi Satu", "Telepon", "Draf disetujui")
    assert made.alert() == "Maaf, draf sendiri tidak dapat disetujui sendiri."


def test_who_typed_a_draft_for_somebody_does_not_approve_it():
    made = Scene("pekutatan")
    made.press("Petugas Satu", "Catat di register") if "Catat di register" in made.labels() else None
    made.press("Sekcam", "Kasi Satu")
    enter(made, "Camat", "Kasi Satu", "Telepon", "Kata-kata ditulis")
    made.reply("Camat", "untuk Kasi Satu", "Sudah kami tangani.")
    assert made.complaint.draft_by == str(made.who("Kasi Satu").id)
    made.press("Kasi Satu", "Ajukan ke Camat")
    made.press("Camat", "Setujui")
    assert made.alert() == "Maaf, draf sendiri tidak dapat disetujui sendiri."


def test_made_up_and_stale_buttons_do_nothing():
    made = Scene("kanigaran")
    to_the_camat(made)
    sekcam, code, version = str(made.who("Sekcam").id), made.complaint.code, made.complaint.version
    card = made.bench.find(DESK, "Langkah 4")
    for arg in ("999:t:dispose:951", "x", "904:q", "904:t:deliver", "904:t:note", "904:t:dispose:1"):
        made.press_data(sekcam, f"d:for:{code}:{version}:{arg}", card)
        assert made.alert().startswith("Maaf"), arg
    whole = f"{made.who('Camat').id}:t:dispose:{made.who('Kasi Satu').id}"
    made.press_data(sekcam, f"d:dispose:{code}:{version}:for:999:t:{made.who('Kasi Satu').id}", card)
    assert made.alert() == "Maaf, orang ini tidak memegang peran tersebut."
    made.press("Camat", "Kasi Dua")
    made.press_data(sekcam, f"d:for:{code}:{version}:{whole}", card)
    assert made.alert().startswith("Maaf")
    assert made.complaint.assignee == str(made.who("Kasi Dua").id)
    assert not [each for each in made.bench.entries if each.data.get("entered_for")]


def test_what_left_undone_can_still_be_taken_back_by_who_entered_it():
    made = Scene("kanigaran")
    to_the_camat(made)
    enter(made, "Sekcam", "Camat Satu", "Telepon", "Didisposisikan", "Kasi Satu")
    made.press("Sekcam", "Tarik kembali")
    assert made.complaint.assignee == ""


def test_of_a_confidential_report_nobody_enters_anything_who_may_not_know_of_it():
    made = confidential()
    camat = str(made.who("Camat").id)
    posted = made.bench.find(camat, "RAHASIA")
    code, version = made.complaint.code, made.complaint.version
    for chat in (DESK, str(made.who("Sekcam").id)):
        made.press_data(str(made.who("Sekcam").id), f"d:for:{code}:{version}:{camat}:t:complete", posted, chat)
        assert made.alert().startswith("Maaf")
    assert not [each for each in made.bench.entries if each.data.get("entered_for")]


def test_no_signature_stands_for_who_objected_to_the_approval_that_was_entered_for_them():
    made = Scene("pekutatan")
    draft_at_the_camat(made)
    enter(made, "Petugas Satu", "Camat Satu", "Telepon", "Draf disetujui")
    world = made.bench.world_for(_due(made))
    assert signs_as(made.complaint, "camat", world) == "Camat"
    assert signing.signature(made.complaint, tuple(made.bench.entries), "Sudah kami tangani.", world) is not None
    made.press("Camat", "Keberatan")
    assert signs_as(made.complaint, "camat", world) == ""
    assert signing.signature(made.complaint, tuple(made.bench.entries), "Sudah kami tangani.", world) is None
    made.press("Petugas Satu", "Kirim")
    made.press("Petugas Satu", "Ya, kirim")
    assert "Camat Pekutatan" not in made.to_citizen()[0].replace("Kecamatan", "")
