"""Everyday messages, as people in these five places write them: each once went wrong in a played talk."""

from __future__ import annotations

import pytest

from tests.limits import LIMITS
from tests.workflow.talk import Player, office, said
from workflow.dialogue import fields, letters
from workflow.message import Limits, Location, Message, Sender
from workflow.papers import checking, verification

LAMP = "lampu jalan mati sudah 2 minggu depan mushola, tolong diperbaiki"


# --- everything in one message ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "address", "story"),
    [
        (f"nama saya Supriyadi, alamat Jl Mastrip gang 5 RT 2 RW 3 Jrebeng Lor, {LAMP}", "Supriyadi",
         "Jl Mastrip gang 5 RT 2 RW 3 Jrebeng Lor", LAMP),
        ("nama Sari alamat Jl. Mawar 3, Desa Sukorejo, Kec. Sukorejo, jalan depan rumah saya rusak parah", "Sari",
         "Jl. Mawar 3, Desa Sukorejo, Kec. Sukorejo", "jalan depan rumah saya rusak parah"),
        ("alamat jl brantas rt 3 got mampet banjir terus tolong pak", "", "jl brantas rt 3",
         "got mampet banjir terus tolong pak"),
        ("saya Ahmad Fauzi, alamat Dusun Krajan RT 2 RW 1 Desa Sukorejo. Kepala desa tidak pernah ada", "Ahmad Fauzi",
         "Dusun Krajan RT 2 RW 1 Desa Sukorejo", "Kepala desa tidak pernah ada"),
        ("alamat dusun krajan rt 2, desa ambender, kec pegantenan, kab pamekasan", "",
         "dusun krajan rt 2, desa ambender, kec pegantenan, kab pamekasan", ""),
        ("alamat Jl. Rusak Parah 3, RT 2, Kedopok", "", "Jl. Rusak Parah 3, RT 2, Kedopok", ""),
        ("Saya Kecewa Berat, pelayanan buruk", "", "", "Saya Kecewa Berat, pelayanan buruk"),
    ],
)  # fmt: skip
def test_an_address_ends_where_the_story_begins(text, name, address, story):
    found, rest, _ = fields.read(text, ("name", "address"))
    assert (found.get("name", ""), found.get("address", ""), rest) == (name, address, story)


def test_a_salam_with_name_and_address_is_no_story():
    game = Player(office("kedopok"))
    game.say("Assalamualaikum, nama saya Supriyadi, alamat jl mastrip lampu jalan mati terus")
    assert game.draft.statement == ()
    assert game.draft.asked == "statement"


# --- CEK --------------------------------------------------------------------------------------------------------------


def test_a_code_on_a_letter_can_always_be_asked_for():
    tokens = (f"{n:020b}".replace("1", "t") for n in range(4000))
    assert all(any(sign.isdigit() for sign in verification.drawn(token)) for token in tokens)


@pytest.mark.parametrize("text", ["CEK PKT-2026-0001", "cek 2KAF", "CEK pkt 2026 1", "CEK JDTN"])
def test_cek_with_the_number_of_a_report_is_no_code_of_a_letter(text):
    game = Player(office("pekutatan"))
    chat, sender = game.chat, Sender(id="501")
    assert checking.code_in(Message(chat=chat, id="1", sender=sender, at=game.now, text=text, private=True)) == ""
    assert checking.code_in(
        Message(chat=chat, id="2", sender=sender, at=game.now, text="cek 7k3fm-2qxda", private=True)
    )


# --- confidential -----------------------------------------------------------------------------------------------------


def test_a_confidential_report_stands_with_those_who_were_promised_to_read_it_alone():
    game = Player(office("kedopok"))
    assert "hanya disampaikan kepada Camat" in said(game.say("petugas loket minta uang 50rb buat ngurus KK"))
    game.say("hari senin jam 9 di loket")
    game.say("cukup")
    game.say("ya")
    assert "Saat ini pada Camat sejak" in said(game.say("status"))


def test_who_was_sent_outside_the_office_with_a_report_about_its_head_never_goes_on_inside_it():
    game = Player(office("kedopok"))
    game.say("camat minta uang 500 ribu untuk tanda tangan surat tanah saya")
    game.press("Ya")
    for words in ("kemarin di ruangannya, ada saksi", "dia minta uang juga ke tetangga saya"):
        assert "tidak kami teruskan di dalam kantor" in said(game.say(words))
        assert not game.telling
        assert words not in str(game.conversation)
    game.pass_time(hours=2)
    game.say("lampu jalan mati di jl mastrip")
    assert game.telling


# --- danger -----------------------------------------------------------------------------------------------------------


def test_where_somebody_is_in_danger_reaches_the_desk_and_begins_no_form():
    game = Player(office("kanigaran"))
    game.say("rumah saya kebakaran tolong")
    told = said(game.say("jl supriadi 12"))
    assert "113" in told
    assert not game.telling
    assert any("jl supriadi 12" in out.text for out in game.decisions[-1].sends if out.to.chat == "-100777")
    game.say(location=Location(latitude=-7.7, longitude=113.2))
    assert any("-7.7" in out.text for out in game.decisions[-1].sends if out.to.chat == "-100777")
    game.say("sudah padam, tapi damkar lama sekali datangnya")
    assert game.telling


def test_words_after_a_danger_in_the_midst_of_a_report_reach_the_desk_but_no_name_does():
    game = Player(office("kanigaran"))
    game.say("lampu jalan mati di jl hamka")
    game.say("ada kecelakaan di depan sini orangnya berdarah")
    game.say("di depan SDN 1")
    assert any("SDN 1" in out.text for out in game.decisions[-1].sends if out.to.chat == "-100777")
    other = Player(office("kedopok"))
    other.say("lampu jalan mati di jl mastrip")
    other.say("ada kecelakaan di depan sini orangnya berdarah")
    other.say("Sari Wulandari")
    assert not any(out.to.chat == "-100777" for out in other.decisions[-1].sends)


# --- one word at a time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["anak", "ibu saya", "1", "?", "3."])
def test_a_relation_or_a_number_is_nobodys_name_and_nobodys_address(words):
    game = Player(office("pegantenan"))
    game.say("jalan desa di Bulangan Barat rusak parah")
    assert "nama lengkap" in said(game.say(words))
    game.say("Moh. Hasan")
    assert "alamat Bapak/Ibu" in said(game.say(words))
    assert game.draft.statement == ("jalan desa di Bulangan Barat rusak parah",)


def test_an_address_that_comes_after_words_which_were_none_is_the_address():
    game = Player(office("pegantenan"))
    game.say("jalan desa di Bulangan Barat rusak parah")
    game.say("Moh. Hasan")
    game.say("ghi' buru, ta' tao")
    game.say("Dusun Tengah desa Bulangan Haji")
    assert game.draft.private["address"] == "Dusun Tengah desa Bulangan Haji"
    assert len(game.draft.statement) == 1
    game.say("jalan itu rusak dari pasar sampai balai desa")
    assert game.draft.private["address"] == "Dusun Tengah desa Bulangan Haji"


def test_a_photo_that_was_taken_for_what_was_asked_gets_the_name_that_is_said_of_it():
    game = Player(office("kanigaran"))
    game.say("jalan brantas rt 3 berlubang")
    game.photo()
    game.say("itu ktp")
    assert [paper.sort for paper in game.draft.papers] == ["ktp"]
    assert game.draft.asked == "kk"
    game.say("kk")
    assert game.draft.statement == ("jalan brantas rt 3 berlubang",)


def test_a_dark_photo_of_the_place_is_named_in_proper_words():
    game = Player(office("kanigaran"))
    game.say("jalan brantas rt 3 berlubang")
    game.say("nanti")
    game.say("nanti")
    assert "foto lokasi kurang terbaca" in (told := said(game.photo(fate="dark")))
    assert "foto foto" not in told


def test_advertising_is_no_part_of_a_report():
    game = Player(office("pekutatan"))
    game.say("jalan rusak di desa gumbrih")
    game.say("togel online gacor slot maxwin daftar sekarang https://slot.bet")
    assert game.draft.statement == ("jalan rusak di desa gumbrih",)


@pytest.mark.parametrize("word", ["enggi", "engghi", "nggeh", "inggih", "patut"])
def test_a_yes_of_these_places_confirms_a_summary(word):
    game = Player(office("pekutatan"))
    game.say("jalan rusak di desa gumbrih")
    game.say(word)
    assert len(game.complaints) == 1


# --- a suggestion -----------------------------------------------------------------------------------------------------


def test_status_of_a_suggestion_speaks_of_a_suggestion_to_its_end():
    game = Player(office("kedopok"))
    game.say("usul pak, ruang tunggu kecamatan diberi kursi untuk orang tua")
    game.say("ya")
    told = said(game.say("status"))
    assert "saran" in told
    assert "laporan" not in told.casefold()
    game.answer_complaint("Terima kasih, usul itu kami masukkan ke rencana.")
    told = said(game.say("status"))
    assert "Saran sudah ditanggapi dan diarsipkan." in told
    assert "BELUM" not in told


def test_a_suggestion_by_sms_is_summed_up_in_one_part():
    game = Player(office("kedopok"), limits=Limits(short=True, photos=False, rows=0), channel="sms")
    told = said(game.say("usul pak gmn klo parkiran kecamatan dikasih atap"))
    assert "Saran sudah benar? Balas YA atau UBAH." in told


# --- DPMD: what's refused, and whose name signs -------------------------------------------------------------------


def at_the_summary(address: str = "Dusun Krajan RT 2 Desa Sukorejo") -> Player:
    game = Player(office("dpmd-pasuruan"))
    for words in ("kantor desa tutup terus, sudah 4x saya ke sana", "Sari Wulandari", address, "tidak ada"):
        game.say(words)
    return game


def test_a_refusal_is_kept_in_its_own_words_and_the_next_question_is_asked_once():
    game = Player(office("dpmd-pasuruan"))
    game.say("kantor desa tutup terus, sudah 4x saya ke sana")
    game.say("Sari Wulandari")
    told = said(game.say("gak mau kasih alamat"))
    assert told.count("Apa kerugian") == 1
    assert game.draft.lacking == {"address": "gak mau kasih alamat"}
    game.say("tidak ada")
    told = said(game.say("minta kantor desa buka"))
    assert "sesuai alamat" not in told
    assert "Waktu penyampaian" in told


def test_anothers_name_below_a_report_of_ones_own_signs_nothing():
    game = at_the_summary()
    game.say("minta kantor desa buka")
    assert "melapor untuk beliau" in said(game.say("Budi Hartono"))
    told = said(game.say("sendiri"))
    assert "Budi Hartono" not in told
    assert "sebagai tanda tangan" in told
    game.say("Sari Wulandari")
    assert game.complaint.private["signature"] == "Sari Wulandari"


# --- put off in the midst of something else ---------------------------------------------------------------------------


def test_what_is_put_off_while_a_photo_waits_for_its_name_is_no_name_of_it():
    game = Player(office("kanigaran"))
    game.photo()
    game.say("sampah menumpuk di kali banger dekat jembatan")
    told = said(game.say("kk nanti"))
    assert "KK menyusul" in told
    assert "Ini foto apa?" in told
    assert [paper.sort for paper in game.draft.papers] == [""]
    assert game.draft.later == ("kk",)


def test_what_is_put_off_where_a_place_was_asked_is_no_place():
    game = Player(office("kanigaran"), limits=LIMITS["sms"], channel="sms")
    assert "Di mana tepatnya?" in said(game.say("lapor sampah numpuk di ps kronong blm diangkut 5 hr"))
    game.say("kk ktp nyusul")
    assert set(game.draft.later) == {"kk", "ktp"}
    assert len(game.draft.statement) == 1


def test_a_mail_written_on_a_telephone_brings_neither_signature_nor_advertising_to_the_desk():
    text = "Jalan di Banjar Pasar rusak parah.\n\nSuksma,\nI Made Sudana\n\nSent from my iPhone"
    assert letters.without_signature(text, "") == "Jalan di Banjar Pasar rusak parah."


# --- somebody else's document -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "caption", "asked"),
    [
        ("tetangga saya pak Karto tidak dapat bansos padahal miskin", "ini ktp pak karto", "untuk tetangga?"),
        ("bansos tidak merata di RT 3", "ktp bu Sumiati", "untuk orang lain?"),
        ("bansos tidak merata di RT 3", "ini ktp saya pak", "ringkasan"),
        ("bansos tidak merata di RT 3", "ktp pak Joko", "ringkasan"),
        ("bansos tidak merata di RT 3", "ktp bapak saya", "untuk"),
    ],
)
def test_a_document_that_is_said_to_be_anothers_asks_for_whom_it_is(story, caption, asked):
    game = Player(office("kedopok"))
    for words in (story, "Joko Widagdo", "Jl Mastrip 12 RT 3"):
        game.say(words)
    assert asked in said(game.photo(caption))


# --- said twice -------------------------------------------------------------------------------------------------------


def with_every_answer() -> Player:
    """DPMD's talk, with every answer given."""
    game = Player(office("dpmd-pasuruan"))
    told = ("Sari Wulandari", "Dusun Krajan nomor 12, Desa Sukorejo", "waktu dan uang", "mohon segera diperbaiki")
    for words in ("Kepala desa tidak pernah ada di kantor", *told):
        game.say(words)
    return game


@pytest.mark.parametrize(
    "words",
    ["mohon segera diperbaiki", "Mohon segera diperbaiki.", "waktu dan uang", "Dusun Krajan nomor 12, Desa Sukorejo"],
)
def test_an_answer_that_is_given_again_at_the_summary_is_no_further_story(words):
    """The question came twice, or the telephone sent the answer twice."""
    game = with_every_answer()
    story, asked = game.draft.statement, game.draft.awaiting
    assert asked == "summary"
    told = said(game.say(words))
    assert (game.draft.statement, game.draft.awaiting) == (story, asked)
    assert told.startswith("Baik, hal itu sudah kami catat.")
    assert "Krajan" not in game.draft.sayings[-1].text
    assert "ringkasan" in told


def test_a_new_word_at_the_summary_still_belongs_to_the_story():
    game = with_every_answer()
    game.say("kantornya juga selalu terkunci")
    assert game.draft.statement[-1] == "kantornya juga selalu terkunci"


@pytest.mark.parametrize(("apart_s", "asked"), [(0, 1), (1, 1), (60, 2)])
def test_a_second_tap_on_the_same_button_asks_nothing_again(apart_s, asked):
    game = Player(office("kanigaran"))
    game.say(LAMP)
    told = game.press("Tidak ada")
    game.pass_time(seconds=apart_s)
    told += game.press("Tidak ada")
    assert said(told).count("alasan") == asked
    assert sum(each.kind == "press" for each in told) == 2, "and neither tap waits for ever"
