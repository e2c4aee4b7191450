"""The signature under the summary of an office that asks for one, and the letter that comes back signed."""

from __future__ import annotations

import pytest

from tests.workflow.talk import Player, office, said
from workflow.procedure import signature

STORY = "permohonan pencairan dana desa kami tidak diproses sejak agustus"


def at_summary(**given: str) -> Player:
    """A citizen who has told all that DPMD asks and reads the summary."""
    words = {"name": "Sari Wulandari", "address": "Krajan RT 2 Desa Cangkringmalang Kec. Beji", "loss": "tidak ada"}
    game = Player(office=office("dpmd-pasuruan"))
    game.say(STORY)
    for item in ("name", "address", "loss"):
        game.say((words | given)[item])
    game.say("mohon segera diproses")
    assert game.draft.awaiting == "summary"
    return game


def test_the_signature_is_asked_under_the_summary_and_not_before_it():
    asked = [out.text for out in at_summary().sent]
    assert ["tanda tangan mohon ketik nama lengkap" in text for text in asked] == [False] * (len(asked) - 1) + [True]
    assert "Tempat penyampaian: Cangkringmalang\nWaktu penyampaian: Senin, 23 November 2026" in asked[-1]


@pytest.mark.parametrize(
    "loss", ["saluran meluap dan 5 rumah kebanjiran, kami rugi kira-kira 3 juta", "bolak balik, rugi waktu dan uang"]
)
def test_the_story_of_a_loss_stays_in_one_piece(loss):
    game = at_summary(loss=loss)
    assert game.draft.answers["loss"] == loss
    assert game.draft.statement == (STORY,)


@pytest.mark.parametrize(
    "words",
    ["Sari Wulandari", "sari wulandari", "SARI WULANDARI", "setuju, Sari Wulandari", "ttd Sari Wulandari", "Ya. Sari"],
)
def test_the_typed_name_signs_and_confirms_at_once(words):
    game = at_summary()
    game.say(words)
    assert not game.telling
    assert "sari" in game.complaint.private["signature"].casefold()
    assert "sari" not in str([each.text for each in game.complaint.sayings]).casefold()


def test_the_name_typed_once_more_after_a_ya_goes_to_no_desk():
    game = at_summary()
    game.say("ya")
    before = len(game.complaint.sayings)
    assert "tanda tangan Bapak/Ibu sudah kami catat" in said(game.say("sari wulandari"))
    assert len(game.complaint.sayings) == before


@pytest.mark.parametrize("words", ["SETUJU", "ya", "saya setuju", "benar", "oke"])
def test_another_word_of_assent_signs_with_the_name_given_before(words):
    game = at_summary()
    game.say(words)
    assert game.complaint.private["signature"] == "Sari Wulandari"
    assert game.complaint.number == "DPMD-2026-0001"
    assert game.complaint.private["submitted_place"] == "Cangkringmalang"


def test_the_button_signs_too_and_ubah_does_not():
    game = at_summary()
    game.press("UBAH")
    assert game.telling
    game.say("tidak jadi")
    game.press("SETUJU")
    assert game.complaint.private["signature"] == "Sari Wulandari"


@pytest.mark.parametrize("words", ["kantornya tutup terus", "tolong dipercepat", "tidak", "UBAH nama"])
def test_what_is_no_name_signs_nothing(words):
    game = at_summary()
    game.say(words)
    assert game.telling


def test_without_any_name_the_signature_comes_later():
    game = at_summary(name="nanti")
    game.say("setuju")
    assert "signature" in game.complaint.later
    assert "signature" not in game.complaint.private


def test_the_signed_letter_comes_back_as_a_photo_and_counts():
    game = at_summary()
    game.say("Sari Wulandari")
    standard = game.office.standard
    assert signature.is_coming(game.complaint, standard)
    assert "surat pengaduan bertanda tangan" in said(game.photo("ini surat pengaduan yang sudah saya tanda tangani"))
    assert not signature.is_coming(game.complaint, standard)
    supplied = [entry for decision in game.decisions for entry in decision.entries if entry.act == "supply"]
    assert [entry.data["thing"] for entry in supplied] == ["signature"]


def test_a_photo_without_words_is_asked_about_and_may_be_the_letter():
    game = at_summary()
    game.say("Sari Wulandari")
    assert "Ini foto apa?" in said(game.photo())
    game.press("surat bertanda tangan")
    assert signature.on_letter(game.complaint)


def test_where_no_signature_is_asked_no_letter_is_waited_for():
    for name in ("kanigaran", "kedopok", "pegantenan", "pekutatan"):
        assert not signature.is_asked(office(name).standard)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("Dusun Krajan RT 2 Desa Cangkringmalang Kec. Beji", "Cangkringmalang"),
        ("ds. sukorejo rt 1", "Sukorejo"),
        ("Kel. Pogar, Bangil", "Pogar"),
        ("Jl. Raya 5 Kecamatan Bangil", "Bangil"),
        ("Desa Karang Jati Kec Pandaan", "Karang Jati"),
        ("Jl. Mawar 3", ""),
    ],
)
def test_the_place_of_submitting_is_the_village_of_the_address_else_its_kecamatan(address, place):
    assert signature.place_of(address) == place


@pytest.mark.parametrize("words", ["ya", "ok", "terima kasih", "baik pak"])
def test_a_word_that_means_something_is_no_name(words):
    game = Player(office=office("kedopok"))
    game.say("lampu jalan mati di gang mawar")
    answer = said(game.say(words))
    assert "name" not in game.draft.private
    assert "nama lengkap" in answer or "Sama-sama" in answer


def test_name_and_address_in_one_breath_are_two_answers():
    game = Player(office=office("kedopok"))
    game.say("lampu jalan mati di gang mawar")
    game.say("Sari Contoh, Jl. Mawar 3 RT 2")
    assert game.draft.private == {"name": "Sari Contoh", "address": "Jl. Mawar 3 RT 2"}
