"""Where no photo and no pin can be sent: documents go another way, to the counter or come later; places are told."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.limits import LIMITS
from tests.workflow.talk import Player, office, said, talk
from workflow.message import Choice
from workflow.world import Way, World

WHATSAPP = Way(channel="whatsapp", reach="0811-0000-1111", limits=LIMITS["whatsapp"])
TELEGRAM = Way(channel="telegram", reach="@kanigaran_bot", limits=LIMITS["telegram"])
MAIL = Way(channel="email", reach="kec@contoh.id", limits=LIMITS["email"])
SMS = Way(channel="sms", reach="0811-2222-3333", limits=LIMITS["sms"])
ROAD = "jalan di depan SDN Kanigaran 1 berlubang"


@dataclass
class Texter(Player):
    """Somebody with a telephone that sends words only."""

    channel: str = "sms"
    ways: tuple[Way, ...] = (WHATSAPP, TELEGRAM, MAIL, SMS)

    def world(self) -> World:
        return replace(super().world(), ways=self.ways, limits=LIMITS["sms"])


def test_all_documents_are_asked_for_in_one_message_with_two_other_ways():
    game = Texter()
    answer = said(game.say(ROAD))
    code = game.draft.code
    assert f"lewat WA 0811-0000-1111 atau Telegram @kanigaran_bot dengan kata LANJUT {code}" in answer
    assert "KK, KTP, dan foto lokasi" in answer
    assert "kec@contoh.id" not in answer
    assert "0811-2222-3333" not in answer
    assert not game.sent[-1].choices


def test_without_another_way_there_is_the_counter():
    game = Texter(ways=(SMS,))
    assert "ke loket dan sebutkan kode" in said(game.say(ROAD))


def test_how_else_it_can_be_sent_is_explained_once():
    game = Texter()
    game.say(ROAD)
    again = said(game.say("lubangnya dalam sekali"))
    assert "Kami menunggu KK, KTP, dan foto lokasi" in again
    assert "0811-0000-1111" not in again


@pytest.mark.parametrize(
    ("word", "later", "lacking"),
    [
        ("nanti", ("kk", "ktp", "location_photo"), {}),
        ("loket", ("kk", "ktp", "location_photo"), {}),
        ("saya bawa ke kantor", ("kk", "ktp", "location_photo"), {}),
        ("ktp nanti, kk ke loket, foto lokasi tidak ada", ("ktp", "kk"), {"location_photo": ""}),
    ],
)
def test_one_word_speaks_of_all_of_them(word, later, lacking):
    game = Texter()
    game.say(ROAD)
    assert "Benar? Balas YA atau UBAH." in said(game.say(word))
    assert (game.draft.later, game.draft.lacking) == (later, lacking)


def test_the_reason_for_having_none_is_asked_once_for_all():
    game = Texter()
    talk(f"warga: {ROAD}\nwarga: tidak ada\naduan: alasannya\nwarga: hp saya tidak bisa foto\naduan: Benar?", game)
    assert game.draft.lacking == dict.fromkeys(("kk", "ktp", "location_photo"), "hp saya tidak bisa foto")


def test_one_of_them_may_be_put_off_and_the_rest_stays_open():
    game = Texter()
    game.say(ROAD)
    assert "Kami menunggu KTP dan foto lokasi" in said(game.say("kk nyusul"))


# --- the place --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "story", ["jalan rusak parah", "lampu mati sudah seminggu", "jalan yang rusak belum diperbaiki"]
)
def test_a_place_nobody_named_is_asked_for_in_words(story):
    game = Texter()
    assert "Di mana tepatnya?" in said(game.say(story))
    answer = said(game.say("Jl. Cokroaminoto RT 3 RW 2"))
    assert "LANJUT" in answer
    assert game.draft.statement == (story, "Lokasi: Jl. Cokroaminoto RT 3 RW 2")


@pytest.mark.parametrize(
    "story",
    ["jalan rusak di depan SD", "lampu mati di RT 5", "jl cokroaminoto berlubang", "sampah di gang mawar", "jln. Panglima Sudirman banjir"],
)  # fmt: skip
def test_a_place_that_was_told_is_not_asked_for(story):
    assert "Di mana tepatnya?" not in said(Texter().say(story))


@pytest.mark.parametrize("name", ["pekutatan", "kedopok", "dpmd-pasuruan"])
def test_where_the_standard_asks_for_no_photo_of_the_place_no_place_is_asked_for(name):
    assert "Di mana tepatnya?" not in said(Texter(office=office(name)).say("petugas tidak ramah sekali tadi"))


def test_an_emergency_in_place_of_the_place_is_an_emergency():
    game = Texter()
    game.say("jalan rusak parah")
    assert "segera hubungi" in said(game.say("tolong ada kebakaran besar rumah terbakar"))
    assert not any(each.startswith("Lokasi:") for each in game.draft.statement)


def test_whoever_does_not_know_the_place_goes_on():
    game = Texter()
    game.say("jalan rusak parah")
    assert "LANJUT" in said(game.say("nanti"))
    assert game.draft.statement == ("jalan rusak parah",)


# --- what is typed ----------------------------------------------------------------------------------------------------


def test_what_can_be_typed_is_asked_one_by_one_before_the_documents():
    game = Texter(office=office("kedopok"))
    talk(
        """
        warga: sudah dua minggu blangko habis di kantor desa
        aduan: Mohon tuliskan nama lengkap
        warga: Sari Contoh
        aduan: Mohon tuliskan alamat
        warga: Jl. Mawar 3
        aduan: Mohon kirim KTP lewat WA
        warga: loket
        aduan: Mohon bawa KTP ke loket
        warga: ya
        aduan: diterima (kode
        """,
        game,
    )


def test_choices_stand_in_the_words_and_their_numbers_are_understood():
    game = Texter()
    answer = said(game.say("hmm itu lho pak"))
    assert "1 Ya, pengaduan; 2 Tanya; 3 Cek status; 4 Petugas" in answer
    assert game.sent[-1].choices == ()
    assert "kami teruskan kepada petugas" in said(game.say("2"))


def test_a_number_that_was_not_offered_is_no_choice():
    game = Texter(office=office("dpmd-pasuruan"))
    game.say("kantor desa Sukorejo tutup terus, pelayanan buruk")
    game.say("Sari Contoh")
    game.say("Dusun Krajan RT 2")
    game.say("1")
    assert game.draft.answers["loss"] == "1"


def test_no_loss_is_a_full_answer():
    game = Texter(office=office("dpmd-pasuruan"))
    for words in ("kantor desa Sukorejo tutup terus, pelayanan buruk", "Sari Contoh", "Dusun Krajan RT 2", "tidak ada"):
        game.say(words)
    assert game.draft.answers["loss"] == "tidak ada"
    assert game.draft.lacking == {}


# --- words of the channel ---------------------------------------------------------------------------------------------


def test_whatsapp_says_how_a_place_is_sent_where_telegram_does_not():
    for channel, says in (("whatsapp", True), ("telegram", False)):
        game = Player(channel=channel, limits=LIMITS[channel])
        game.say(ROAD)
        game.photo("kk")
        game.photo("ktp")
        assert ("ketuk gambar klip" in game.sent[-1].text) is says


def test_photos_are_told_apart_by_buttons_only_where_buttons_stand_in_rows():
    for channel, rows in (("whatsapp", 0), ("telegram", 2)):
        game = Player(channel=channel, limits=LIMITS[channel])
        game.say(ROAD)
        game.album(2)
        assert len(game.sent[-1].choices) == rows
        assert "Contoh: 1 KK, 2 KTP" in game.sent[-1].text


def test_the_answers_choices_are_numbers_where_nothing_can_be_pressed():
    game = Player(channel="whatsapp", limits=LIMITS["whatsapp"], office=office("pekutatan"))
    game.say("sampah menumpuk di pantai")
    game.say("ya")
    game.answer_complaint()
    assert "tanggapan" in said(game.say("1"))
    assert game.complaint.satisfied == "yes"


def test_a_choice_is_a_choice_by_its_number_only_once():
    game = Player(channel="whatsapp", limits=LIMITS["whatsapp"])
    game.say(ROAD)
    answers = game.say("1")
    assert said(answers).count("Mohon kirim foto KTP-el") == 1
    assert game.sent[-1].choices[0][0] == Choice(label="Nanti", data=f"c:later:{game.draft.code}:ktp")
