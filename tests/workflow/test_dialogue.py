"""Talks of citizens with the office, from the first message to YA."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.workflow.talk import MORNING, Player, office, said, talk
from workflow.happening import GistTyped, QuestionBecomesComplaint
from workflow.message import Ignored, Limits, Location, Presence, Sender
from workflow.office import Office
from workflow.standard import standard

ROAD = "jalan depan SD rusak parah"


def told(words: str = ROAD, **player) -> Player:
    """Somebody who has begun a report at Kanigaran and is asked for the KK."""
    game = Player(**player)
    game.say(words)
    return game


def at_summary() -> Player:
    game = told()
    game.say("nanti semua")
    assert game.draft.awaiting == "summary"
    return game


# --- the first message ------------------------------------------------------------------------------------------------


def test_the_first_message_is_the_statement_and_nothing_is_asked_twice():
    game = talk("""
        warga: assalamualaikum, jalan depan SD rusak parah
        aduan: Waalaikumsalam. Terima kasih, laporan Bapak/Ibu sudah kami catat.
        aduan: Ini layanan pengaduan otomatis Kecamatan Kanigaran
        aduan: (Senin-Kamis 07.30-16.00, Jumat 07.30-16.30 WIB)
        aduan: standar kami meminta KK, KTP, dan foto lokasi. Hanya dipakai untuk laporan ini. Penjelasan: ketik PRIVASI.
        aduan: Mohon kirim foto Kartu Keluarga (KK)
    """)
    assert game.draft.statement == ("jalan depan SD rusak parah",)
    assert game.draft.sayings[0].text == "assalamualaikum, jalan depan SD rusak parah"
    assert game.draft.notice


def test_from_the_first_message_to_the_receipt():
    game = talk("""
        warga: assalamualaikum, jalan depan SD rusak parah
        aduan: Mohon kirim foto Kartu Keluarga (KK)
        warga: (foto)
        aduan: KK sudah kami terima.
        aduan: Mohon kirim foto KTP-el
        warga: (foto) ini ktp saya
        aduan: KTP sudah kami terima.
        aduan: Mohon kirim foto lokasi
        warga: (foto) lokasi depan SDN 1
        aduan: Dokumen: KK, KTP, foto lokasi
        aduan: Apakah sudah benar? Balas YA atau UBAH.
        warga: (pin)
        aduan: Lokasi: titik peta
        warga: [YA, benar]
        aduan: Laporan Bapak/Ibu sudah kami terima
        aduan: KNG-2026-0001
    """)
    assert not game.telling
    assert {paper.sort for paper in game.complaint.papers} == {"kk", "ktp", "location_photo"}
    assert all(paper.confirmed for paper in game.complaint.papers)
    assert game.complaint.place is not None
    assert game.conversation.complaints == (game.complaint.id,)
    assert not game.timers or all("draft" not in key for key in game.timers)


def test_pekutatan_asks_for_nothing_but_the_matter():
    game = talk(
        """
        warga: Om Swastyastu. luu liu di pinggir pantai, sudah seminggu
        aduan: Om Swastyastu. Terima kasih
        aduan: Isi: luu liu di pinggir pantai, sudah seminggu
        aduan: Balas YA atau UBAH.
        warga: ya
        aduan: PKT-2026-0001
        """,
        Player(office=office("pekutatan")),
    )
    everything = said(game.sent)
    first = everything.split("PKT-")[0]
    assert not any(word in first for word in ("KTP", "KK", "nama", "PRIVASI", "Hanya dipakai"))


def test_no_identity_is_filed_where_none_is_asked():
    game = Player(office=office("pekutatan"))
    game.say("Nama saya Made, sampah menumpuk di pantai")
    assert game.draft.private == {}
    assert game.draft.statement == ("Nama saya Made, sampah menumpuk di pantai",)


@pytest.mark.parametrize(
    ("hour", "wish"), [(1, "pagi"), (6, "siang"), (9, "sore"), (12, "malam")]
)  # fmt: skip
def test_the_greeting_follows_the_clock_of_the_office(hour, wish):
    game = Player(now=MORNING.replace(hour=hour))
    assert f"Selamat {wish}, Bapak/Ibu." in said(game.say("lampu jalan mati"))


def test_a_greeting_is_greeted_and_the_story_may_follow():
    talk("""
        warga: halo
        aduan: Selamat pagi, Bapak/Ibu. Terima kasih telah menghubungi Kecamatan Kanigaran.
        aduan: Silakan tuliskan apa yang ingin Bapak/Ibu sampaikan atau tanyakan.
        warga: P
        aduan: Baik, Bapak/Ibu.
        warga: lampu jalan mati
        aduan: Terima kasih, laporan Bapak/Ibu sudah kami catat.
        aduan: Mohon kirim foto Kartu Keluarga
    """)


@pytest.mark.parametrize(
    "words",
    ["malam pak", "assalamualaikum wr. wb. selamat pagi bapak ibu", "permisi min, selamat siang", "P", "halo kak"],
)
def test_greetings_of_many_words_are_greetings(words):
    game = Player()
    assert "Silakan tuliskan apa yang ingin Bapak/Ibu sampaikan" in said(game.say(words))
    assert not game.telling


def test_whoever_wants_to_report_is_asked_what_happened():
    game = talk("""
        warga: min mau lapor
        aduan: Silakan ceritakan apa yang terjadi dan di mana.
        warga: lampu jalan mati di gang mawar
        aduan: standar kami meminta KK, KTP, dan foto lokasi
    """)
    assert game.draft.statement == ("lampu jalan mati di gang mawar",)


def test_anger_gets_one_sentence_of_regret():
    answer = said(Player().say("LAMPU JALAN MATI SUDAH SEBULAN, PERCUMA LAPOR"))
    assert "Kami menyesalkan hal yang Bapak/Ibu alami." in answer
    assert "sabar" not in answer


def test_unsure_means_asking_and_never_twice_in_a_row():
    game = talk("""
        warga: lampu depan
        aduan: Apakah Bapak/Ibu ingin menyampaikan pengaduan? Balas 1 Ya, 2 Tanya, 3 Cek status, 4 Petugas.
        warga: di rumah pak haji
        aduan: Mohon kirim foto Kartu Keluarga
    """)
    assert game.draft.statement == ("lampu depan", "di rumah pak haji")


@pytest.mark.parametrize(
    ("choice", "answer"),
    [
        ("1", "Mohon kirim foto Kartu Keluarga"),
        ("ya", "Mohon kirim foto Kartu Keluarga"),
        ("[Ya, pengaduan]", "Mohon kirim foto Kartu Keluarga"),
        ("2", "kami teruskan kepada petugas"),
        ("3", "Belum ada laporan dari percakapan ini."),
        ("[Cek status]", "Belum ada laporan dari percakapan ini."),
        ("4", "petugas sudah kami beri tahu"),
        ("petugas", "petugas sudah kami beri tahu"),
    ],
)
def test_the_four_choices(choice, answer):
    talk(f"""
        warga: lampu di depan warung
        aduan: Balas 1 Ya, 2 Tanya
        warga: {choice}
        aduan: {answer}
    """)


def test_a_single_word_asks_once_for_the_story():
    talk("""
        warga: lampu
        aduan: Apakah Bapak/Ibu ingin menyampaikan pengaduan?
        warga: hmm
        aduan: Silakan ceritakan apa yang terjadi dan di mana.
        warga: mati
        aduan: Mohon kirim foto Kartu Keluarga
    """)


# --- asides -----------------------------------------------------------------------------------------------------------


def test_a_question_goes_to_the_desk_without_number_clock_or_identity():
    game = talk("""
        warga: syarat KTP hilang apa?
        aduan: Pertanyaan Bapak/Ibu kami teruskan kepada petugas; jawabannya kami kirim ke sini.
    """)
    assert not game.telling
    assert [question.text for question in game.conversation.questions] == ["syarat KTP hilang apa?"]
    assert any(out.to.chat == "-100777" for decision in game.decisions for out in decision.sends)


def with_answer() -> Office:
    rules = standard.shipped()["kanigaran"]
    row = rules.information[0].model_copy(update={"answer": "Surat kehilangan dari polisi dan KK.", "confirmed": True})
    return Office(
        id="kanigaran", standard=rules.model_copy(update={"information": (row, *rules.information[1:])}), desk="-1"
    )


@pytest.mark.parametrize(
    "asked", ["syarat KTP hilang apa?", "ktp saya hilang, syaratnya apa saja", "min syarat ktp ilang/hilang apa ya?"]
)
def test_the_offices_own_answer_is_given_at_once(asked):
    game = Player(office=with_answer())
    assert "Surat kehilangan dari polisi dan KK." in said(game.say(asked))
    assert game.conversation.questions == ()


def test_another_question_does_not_get_that_answer():
    game = Player(office=with_answer())
    assert "Surat kehilangan" not in said(game.say("syarat buat KK baru apa?"))


def test_a_petugas_makes_a_question_a_report():
    game = talk("warga: kenapa lampu taman dimatikan, apa boleh?\naduan: teruskan kepada petugas")
    asked = game.conversation.questions[0]
    turned = QuestionBecomesComplaint(chat=game.chat, at=game.now, question=asked.id, text=asked.text)
    sent = game.feed(turned)
    assert "Petugas mencatat pertanyaan Bapak/Ibu sebagai laporan." in said(sent)
    assert "Mohon kirim foto Kartu Keluarga" in said(sent)
    assert game.feed(turned) == []
    assert game.draft.statement == (asked.text,)


def test_how_to_report_is_known_here():
    talk("""
        warga: gimana cara lapor?
        aduan: Bapak/Ibu dapat langsung menuliskan laporan di sini
        aduan: Standar kami meminta KK, KTP, dan foto lokasi
    """)


def test_an_emergency_gets_numbers_at_once_and_no_form():
    game = talk("""
        warga: kebakaran di pasar tolong cepat
        aduan: 113 (Pemadam kebakaran)
        aduan: bukan layanan darurat 24 jam
    """)
    answer = said(game.sent)
    assert "112" not in answer, "a local number is shown only once the office confirmed it"
    assert "KTP" not in answer
    assert not game.telling
    assert any("kebakaran" in out.text for decision in game.decisions for out in decision.sends if out.to != game.chat)
    game.press("Buat laporan")
    assert game.draft.statement == ("kebakaran di pasar tolong cepat",)


def test_a_routine_report_with_danger_in_it_names_the_numbers_beside():
    answer = said(Player().say("banjir setinggi pinggang di RT 3, got mampet"))
    assert "Bila keadaannya darurat sekarang" in answer or "Bila ada bahaya sekarang" in answer


def test_violence_is_answered_calmly_without_forms_and_the_desk_hears_nothing():
    game = talk("""
        warga: suami saya memukuli saya tiap malam
        aduan: 129 (SAPA, WhatsApp 08111-129-129)
        aduan: Tidak perlu mengirim foto, identitas, atau cerita lengkap ke sini
    """)
    assert not game.telling
    assert all(out.to == game.chat for decision in game.decisions for out in decision.sends)


def test_somebody_who_wants_to_die_is_not_offered_a_form():
    game = talk("warga: saya ingin mati saja\naduan: 119 ext. 8\naduan: Bapak/Ibu tidak sendiri")
    assert game.sent[-1].choices == ()


def test_bribes_are_confidential_and_ask_no_identity():
    game = talk("""
        warga: petugas loket minta uang 50 ribu buat KK
        aduan: rahasia: isinya tidak masuk grup petugas dan hanya disampaikan kepada Camat
        aduan: apa yang terjadi, di mana, kapan, dan bukti yang ada
        warga: kemarin di loket 2, ada kuitansinya
        aduan: Sifat: rahasia
        warga: ya
        aduan: sudah kami terima
    """)
    assert "KTP" not in said(game.sent).split("sudah kami terima (kode")[0]
    assert game.complaint.confidential
    assert all(out.to.chat != "-100777" for decision in game.decisions for out in decision.sends)


def test_a_report_about_the_head_goes_outside_only():
    game = talk("""
        warga: pak camat minta uang proyek
        aduan: Apakah laporan ini mengenai Camat sendiri?
        warga: ya
        aduan: SP4N-LAPOR!: www.lapor.go.id
        aduan: KPK: 198
    """)
    assert not game.telling
    assert "193" not in said(game.sent)
    assert all(out.to == game.chat for decision in game.decisions for out in decision.sends)


def test_a_report_that_only_addresses_the_head_goes_on():
    talk("""
        warga: tolong pak camat, ada pungli di loket KK
        aduan: mengenai Camat sendiri?
        warga: bukan
        aduan: Bila berkenan, mohon lengkapi
    """)


@pytest.mark.parametrize("spam", ["slot gacor maxwin http://x.co", "cuaca hari ini gimana"])
def test_what_is_none_of_our_business_is_said_so_kindly(spam):
    game = Player()
    assert "hanya menangani pengaduan dan pertanyaan" in said(game.say(spam))
    assert not game.telling


def test_a_petugas_is_called_and_what_follows_is_passed_on():
    game = talk("""
        warga: PETUGAS
        aduan: petugas sudah kami beri tahu dan akan membalas di sini.
        warga: yang kemarin di rumah pak haji
        aduan: Pesan Bapak/Ibu kami teruskan kepada petugas
    """)
    assert game.conversation.questions[-1].text == "yang kemarin di rumah pak haji"


def test_outside_hours_the_answer_says_when():
    game = Player(now=MORNING.replace(hour=15))
    assert "pada jam kerja (Senin-Kamis 07.30-16.00" in said(game.say("petugas"))


def test_privacy_is_explained_and_a_wish_about_data_gets_its_time():
    talk("""
        warga: privasi
        aduan: UU 27/2022 Pasal 20 ayat (2) huruf e
        aduan: foto identitas 30 hari, foto lain 365 hari, percakapan 730 hari
        warga: tolong hapus data saya
        aduan: paling lambat Kamis, 26 November 2026 pukul 09.10 WIB (3 x 24 jam, UU 27/2022)
    """)


def test_a_bot_says_that_it_is_one():
    talk("warga: ini bot ya?\naduan: sedang dibantu sistem otomatis")


@pytest.mark.parametrize(
    "command",
    [
        "/start",
        "/help",
        "/status",
        "/petugas",
        "/privasi",
        "/lapor",
        "/xyz",
        "/batal",
        "/ulang",
        "/lanjut",
        "/baru",
        "/nanti",
    ],
)
def test_commands_are_answered_with_and_without_a_report(command):
    assert said(Player().say(command))
    game = told()
    assert said(game.say(command))
    assert game.draft.statement == (ROAD,)


# --- answers in any order and shape -----------------------------------------------------------------------------------


def test_a_citizen_with_only_a_ktp_gets_in():
    game = talk("""
        warga: min lampu jalan di gg mawar rt 3 rw 2 mati sdh 2 minggu gelap bgt
        warga: nanti
        aduan: Baik, KK menyusul. Silakan kirim kapan saja ke sini.
        warga: (foto) ini ktp nya
        aduan: KTP sudah kami terima.
        warga: ga punya
        aduan: Baik. Mohon alasannya secara singkat.
        warga: saya di luar kota, tidak bisa memotret
        aduan: Dokumen: KTP
        aduan: Menyusul: KK
        aduan: Tidak ada: foto lokasi (saya di luar kota, tidak bisa memotret)
        warga: ya
        aduan: belum lengkap
    """)
    assert game.complaint.later == ("kk",)
    assert set(game.complaint.lacking) == {"location_photo"}


@pytest.mark.parametrize(
    ("words", "later", "lacking"),
    [
        ("nanti", ["kk"], []),
        ("besok saya kirim ya pak", ["kk"], []),
        ("kk nyusul", ["kk"], []),
        ("ktp nyusul", ["ktp"], []),
        ("foto ktp nanti ya", ["ktp"], []),
        ("kk sama ktp nanti", ["kk", "ktp"], []),
        ("nanti semua", ["kk", "ktp", "location_photo"], []),
        ("ga punya, masih ikut orang tua", [], ["kk"]),
        ("tidak ada karena hilang", [], ["kk"]),
        ("ktp ga punya, belum 17 tahun", [], ["ktp"]),
        ("[Nanti]", ["kk"], []),
        ("/nanti", ["kk"], []),
    ],
)
def test_what_cannot_be_given_now_is_put_off(words, later, lacking):
    game = talk(f"warga: {words}", told())
    assert list(game.draft.later) == later
    assert list(game.draft.lacking) == lacking


def test_a_button_for_none_asks_the_reason_and_nothing_is_a_reason_too():
    game = talk("warga: [Tidak ada]\naduan: Mohon alasannya\nwarga: tidak ada\naduan: KTP-el", told())
    assert game.draft.lacking == {"kk": ""}


def test_what_was_put_off_may_come_all_the_same():
    game = talk("warga: nanti\nwarga: (foto) ini kk\naduan: KK sudah kami terima.", told())
    assert game.draft.later == ()


def test_a_photo_before_it_is_asked_is_filed_by_its_caption():
    game = talk("warga: (foto) foto ktp\naduan: KTP sudah kami terima.\naduan: Kartu Keluarga", told())
    assert [paper.sort for paper in game.draft.papers] == ["ktp"]
    assert game.draft.papers[0].said_by == "citizen"


def test_a_photo_is_judged_only_when_it_has_arrived():
    game = told()
    game.wait_for_files = True
    assert game.photo() == []
    assert game.draft.papers[0].state == "pending"
    assert "KK sudah kami terima" in said(game.arrive())
    assert game.draft.papers[0].state == "ready"
    assert game.draft.papers[0].said_by == "asked"


def test_a_story_told_when_it_is_asked_for_is_kept_without_its_greeting():
    game = talk("warga: mau lapor\nwarga: assalamualaikum, jalan depan SD rusak parah\naduan: sudah kami catat.")
    assert game.draft.statement == ("jalan depan SD rusak parah",)


def test_a_reply_that_waits_gives_way_to_a_newer_one_so_that_no_old_question_comes_last():
    game = told()
    game.say("sudah dua kali ditegur")  # acknowledged a moment later
    game.photo("ini kk nya")
    last = game.sent[-1]
    assert "sudah kami tambahkan pada laporan" in last.text
    assert last.text.endswith("KTP-el yang jelas dan tidak terpotong. Bila belum ada, ketik NANTI.")
    assert all(out.not_before is None for out in game.sent)


def test_a_reply_that_waits_is_not_sent_after_the_acknowledgement():
    game = talk("warga: nanti\nwarga: nanti\nwarga: nanti\naduan: ringkasan", told())
    game.say("sudah dua kali ditegur")
    game.say("ya")
    assert [out.kind for out in game.sent[-2:]] == ["summary", "receipt"]
    assert all(out.not_before is None for out in game.sent)


def test_a_reply_that_left_is_not_said_again():
    game = told()
    game.say("sudah dua kali ditegur")
    game.pass_time(seconds=3)
    assert "sudah kami tambahkan" not in said(game.photo("ini kk nya"))


def test_a_photo_and_a_story_together():
    game = Player()
    answer = said(game.photo("jalan berlubang di depan pasar"))
    assert game.draft.statement == ("jalan berlubang di depan pasar",)
    assert "Ini foto apa?" in answer
    game.press("lokasi")
    assert game.draft.papers[0].sort == "location_photo"


def test_two_quick_photos_are_asked_about_rather_than_guessed():
    game = told()
    game.wait_for_files = True
    game.photo()
    game.photo()
    assert [paper.sort for paper in game.draft.papers] == ["", ""]
    assert "Foto 1-2: mana KK, mana KTP, mana lokasi?" in said(game.arrive())


def test_an_album_first_of_all_is_sorted_by_one_question():
    game = Player()
    game.album(3)
    assert len(game.sent) == 1, "each late item's question takes the place of the one before"
    text = game.sent[0].text
    assert "Terima kasih telah menghubungi Kecamatan Kanigaran." in text
    assert "standar kami meminta KK, KTP, dan foto lokasi" in text
    assert "Foto 1-3: mana KK, mana KTP, mana lokasi? Contoh: 1 KK, 2 KTP, 3 lokasi." in text
    assert game.sent[0].not_before == game.now + timedelta(seconds=2)
    talk(
        """
        warga: 1 ktp 2 kk 3 lokasi
        aduan: KTP, KK, dan foto lokasi sudah kami terima.
        aduan: Silakan ceritakan apa yang terjadi dan di mana.
        warga: jalan berlubang depan pasar
        aduan: Dokumen: KK, KTP, foto lokasi
        """,
        game,
    )
    assert [paper.sort for paper in game.draft.papers] == ["ktp", "kk", "location_photo"]


@pytest.mark.parametrize("words", ["kk", "KK", "ktp", "itu kk", "kartu keluarga", "lokasi"])
def test_one_name_for_several_photos_is_no_story_and_files_nothing(words):
    """They read "Ini foto apa?" before the rest of their album came in: which one they mean nobody can know."""
    game = Player()
    game.album(3)
    answer = said(game.say(words)) + said(game.arrive())
    assert game.draft.statement == ()
    assert {paper.sort for paper in game.draft.papers} == {""}
    assert "mana KK, mana KTP, mana lokasi?" in answer


def test_late_items_of_an_album_are_taken_in_too():
    game = told()
    game.album(2)
    game.now += timedelta(seconds=11)
    game.photo(album="a1")
    assert "Foto 1-3:" in game.sent[-1].text
    talk("warga: ktp kk lokasi\naduan: Apakah sudah benar?", game)


def test_an_album_whose_caption_names_its_photos():
    game = told()
    game.album(3, "KTP, KK, lokasi")
    assert [paper.sort for paper in game.draft.papers] == ["ktp", "kk", "location_photo"]
    assert game.draft.awaiting == "summary"


def test_photos_are_sorted_by_buttons():
    game = told()
    game.album(2)
    game.press("1 KTP")
    assert "Ini foto apa?" in game.sent[-2].text
    game.press("KK")
    assert [paper.sort for paper in game.draft.papers] == ["ktp", "kk"]


def test_whoever_does_not_know_which_is_which_goes_on():
    game = told()
    game.album(2)
    talk("warga: tidak tahu\naduan: petugas yang akan memeriksa fotonya.\naduan: Kartu Keluarga", game)
    talk("warga: nanti semua\naduan: foto yang belum disebut isinya (2)\nwarga: ya\naduan: sudah kami terima", game)
    assert all(not paper.confirmed and not paper.sort for paper in game.complaint.papers)


def test_a_file_counts_as_a_photo_and_a_pdf_too():
    game = talk("warga: (file)\naduan: KK sudah kami terima.", told())
    assert game.draft.papers[0].sort == "kk"


@pytest.mark.parametrize("flaw", ["dark", "blurred"])
def test_one_friendly_retake_and_then_it_is_kept(flaw):
    game = talk(
        f"""
        warga: (foto {flaw})
        aduan: kurang terbaca
        aduan: ketik PAKAI; petugas yang akan memeriksa.
        warga: PAKAI
        aduan: foto itu kami pakai
        aduan: KTP-el
        warga: nanti semua
        aduan: KK (kurang jelas)
        """,
        told(),
    )
    assert game.draft.papers[0].kept


def test_a_better_photo_takes_its_place_and_is_not_judged_again():
    game = talk("warga: (foto dark)\naduan: kurang terbaca\nwarga: (foto blurred)\naduan: KTP-el", told())
    assert [paper.replaced for paper in game.draft.papers] == [True, False]


def test_words_beside_a_better_photo_keep_nothing_of_the_old_one():
    game = talk("warga: (foto dark)\naduan: kurang terbaca", told())
    answer = said(game.photo("sudah saya ulang di teras pak, mudah-mudahan jelas"))
    assert "kami pakai" not in answer
    assert [(paper.replaced, paper.kept) for paper in game.draft.papers] == [(True, False), (False, False)]
    assert any("teras" in each.text for each in game.draft.sayings)


@pytest.mark.parametrize("reason", ["too_big", "not_allowed", "broken", "gone", "timeout"])
def test_a_file_that_cannot_be_had_is_asked_for_again_and_its_words_stay(reason):
    game = talk(f"warga: (foto {reason}) kk saya di rumah kontrakan\naduan: Mohon maaf\naduan: Kartu Keluarga", told())
    assert game.draft.papers[0].state == "failed"
    assert any("kontrakan" in each.text for each in game.draft.sayings)


def test_the_same_photo_twice_counts_once():
    game = told()
    game.photo(fate="same")
    sent = game.photo("kk", fate="same")
    assert "sama dengan yang sudah kami terima" in said(sent)


def test_a_voice_note_is_a_full_answer():
    game = talk("warga: (suara)\naduan: pesan suara Bapak/Ibu sudah kami terima\naduan: Kartu Keluarga")
    assert any(out.enclosure for decision in game.decisions for out in decision.sends if out.to != game.chat)
    talk("warga: nanti semua\naduan: (pesan suara: 1, isinya dicatat petugas)", game)
    voice = game.draft.papers[0].file
    sent = game.feed(GistTyped(chat=game.chat, at=game.now, file=voice, text="lampu mati di RT 3", by="staff:1"))
    assert "kami catat: lampu mati di RT 3" in said(sent)
    talk("warga: ya\naduan: Isi: lampu mati di RT 3\nwarga: ya\naduan: sudah kami terima", game)
    assert game.complaint.statement == "lampu mati di RT 3"


def test_a_wrong_gist_is_written_by_the_citizen():
    game = talk("warga: (suara)")
    game.feed(GistTyped(chat=game.chat, at=game.now, file=game.draft.papers[0].file, text="lampu hidup", by="staff:1"))
    talk("warga: ubah\naduan: Mohon tuliskan isi yang benar.\nwarga: lampu mati\naduan: Kartu Keluarga", game)
    assert game.draft.statement == ("lampu mati",)


def test_a_voice_note_confirmed_before_its_gist_is_confirmed_afterwards():
    game = talk("warga: (suara)\nwarga: nanti semua\nwarga: ya\naduan: sudah kami terima")
    voice = game.complaint.papers[0].file
    game.feed(GistTyped(chat=game.chat, at=game.now, file=voice, text="lampu mati di RT 3", by="staff:1"))
    talk("warga: ya\naduan: catatan itu kami masukkan", game)
    assert game.complaint.papers[0].gist == "lampu mati di RT 3"


@pytest.mark.parametrize("sent", ["(stiker)", "(kontak lain)", "(kontak sendiri)"])
def test_odd_things_are_met_kindly_and_the_question_stands(sent):
    talk(f"warga: {sent}\naduan: Kartu Keluarga", told())


def test_somebody_elses_number_is_not_the_citizens():
    game = talk("warga: (kontak lain)\naduan: tidak kami catat sebagai nomor Bapak/Ibu", told())
    assert "phone" not in game.conversation.private
    talk("warga: (kontak sendiri)", game)
    assert game.conversation.private["phone"] == "+62812"


def test_a_live_position_keeps_first_and_last_and_is_answered_once():
    game = told()
    game.say(id="L1", location=Location(latitude=-7.0, longitude=113.0, live=True))
    for step in (1, 2, 3):
        assert game.say(id="L1", edited=True, location=Location(latitude=-7.0 - step, longitude=113.0, live=True)) == []
    assert game.draft.place.latitude == -7.0
    assert game.draft.place_last.latitude == -10.0


def test_a_venue_is_shown_with_its_name():
    game = at_summary()
    sent = game.say(location=Location(latitude=-7.0, longitude=113.0, title="SDN 1", address="Jl. Mawar"))
    assert "Lokasi: SDN 1, Jl. Mawar" in said(sent)


def test_a_story_may_come_in_several_messages():
    game = talk(
        """
        warga: lubangnya dalam sekali
        aduan: sudah kami tambahkan pada laporan.
        aduan: Kartu Keluarga
        """,
        told(),
    )
    assert game.draft.statement == (ROAD, "lubangnya dalam sekali")
    count = len(game.sent)
    game.say("kemarin ada yang jatuh")
    assert len(game.sent) == count, "the reply to the next line takes the place of the one that waits"
    assert game.sent[-1].not_before == game.now + timedelta(seconds=2)


def test_a_forwarded_story_is_noted_as_such():
    game = Player()
    game.say("jalan rusak depan SD", forwarded="Grup RT")
    assert game.draft.forwarded


@pytest.mark.parametrize(
    ("said_first", "correction", "statement"),
    [
        ("lampu mati di RT 5", "eh salah, RT 3", ("lampu mati di RT 3",)),
        ("lampu mati di gg mawar rt 5", "maksud saya rt 3", ("lampu mati di gg mawar rt 3",)),
        ("lampu mati di depan pasar", "ralat: depan masjid", ("lampu mati di depan pasar", "(ralat) depan masjid")),
        ("jalan rusak no 12", "salah, no 14", ("jalan rusak no 14",)),
    ],
)
def test_a_correction_puts_right_what_was_said(said_first, correction, statement):
    game = told(said_first)
    answer = said(game.say(correction))
    assert "sudah kami perbaiki" in answer
    assert game.draft.statement == statement


def test_both_wordings_of_a_correction_are_kept():
    game = told("lampu mati di RT 5")
    game.say("eh salah, RT 3")
    assert [(each.before, each.after) for each in game.draft.revisions] == [
        ("lampu mati di RT 5", "lampu mati di RT 3")
    ]


def test_an_edited_message_changes_what_was_filed_and_keeps_what_it_was():
    game = told("lampu mati di RT 5")
    sent = game.say("lampu mati di RT 3", id="1", edited=True)
    assert "sudah kami perbarui" in said(sent)
    assert game.draft.statement == ("lampu mati di RT 3",)
    assert game.draft.revisions[0].before == "lampu mati di RT 5"
    assert game.say("lampu mati di RT 3", id="1", edited=True) == []
    assert len(game.draft.revisions) == 1


def test_an_edit_at_the_summary_brings_a_new_one():
    game = at_summary()
    sent = game.say("jalan depan SMP rusak", id="1", edited=True)
    assert "Isi: jalan depan SMP rusak" in said(sent)


def test_name_and_address_are_sealed_and_never_stand_in_the_sayings():
    game = Player(office=office("kedopok"))
    game.say("Nama saya Sari Contoh, alamat Jl. Mawar 3 RT 2 RW 1. Lampu jalan mati sudah seminggu")
    assert game.draft.private == {"name": "Sari Contoh", "address": "Jl. Mawar 3 RT 2 RW 1"}
    assert game.draft.statement == ("Lampu jalan mati sudah seminggu",)
    assert all("Sari" not in each.text and "Mawar" not in each.text for each in game.draft.sayings)
    assert "[nama]" in game.draft.sayings[0].text


def test_typed_fields_are_asked_one_by_one_and_may_come_together():
    game = Player(office=office("kedopok"))
    talk(
        """
        warga: lampu jalan mati di gang mawar
        aduan: Mohon tuliskan nama lengkap Bapak/Ibu.
        warga: Sari Contoh
        aduan: Mohon tuliskan alamat Bapak/Ibu
        warga: Jl. Mawar 3
        aduan: KTP-el
        warga: (foto)
        aduan: Nama: Sari Contoh
        aduan: Alamat: Jl. Mawar 3
        """,
        game,
    )
    assert game.draft.private == {"name": "Sari Contoh", "address": "Jl. Mawar 3"}
    assert all("Sari" not in each.text for each in game.draft.sayings)


def test_an_edit_of_a_name_is_sealed_too():
    game = Player(office=office("kedopok"))
    game.say("lampu jalan mati di gang mawar")
    game.say("Sari Conto")
    game.say("Sari Contoh", id=game.last_id, edited=True)
    assert game.draft.private["name"] == "Sari Contoh"
    assert all("Sari" not in each.text for each in game.draft.sayings)
    assert all("Sari" not in each.after and "Sari" not in each.before for each in game.draft.revisions)


def test_a_long_number_never_reaches_the_sayings():
    game = told("NIK saya 3574010101900001, lampu jalan mati")
    assert "3574010101900001" not in str(game.conversation)


# --- small words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("sebentar ya pak", "Baik, kami tunggu."),
        ("untuk apa KK?", "Fotocopy Kartu Keluarga (KK)"),
        ("tidak", "ketik NANTI. Bila memang tidak ada"),
        ("udah dikirim", "belum kami terima"),
        ("makasih", "Sama-sama, Bapak/Ibu."),
        ("ulang", "Mohon kirim foto Kartu Keluarga"),
        ("bingung", "Mohon kirim foto Kartu Keluarga"),
        ("bantuan", "STATUS: melihat perkembangan laporan"),
        ("status", "Yang masih kami tunggu: KK, KTP, dan foto lokasi."),
        ("lanjut", "mari kita lanjutkan"),
        ("LANJUT 9Z9Z", "kirim lagi LANJUT 9Z9Z"),
        ("assalamualaikum", "Waalaikumsalam."),
        ("ya", "Mohon kirim foto Kartu Keluarga"),
        ("jam berapa kantor tutup?", "Pertanyaan Bapak/Ibu kami teruskan"),
        ("saya mau bicara dengan petugas", "petugas sudah kami beri tahu"),
        ("tolong ada kebakaran rumah sekarang", "113 (Pemadam kebakaran)"),
    ],
)
def test_words_in_the_midst_of_a_report(words, answer):
    game = told()
    assert answer in said(game.say(words))
    assert game.draft.statement == (ROAD,), "none of them is part of the story"
    assert game.draft.asked == "kk"


def test_the_own_code_continues():
    game = told()
    assert "mari kita lanjutkan" in said(game.say(f"lanjut {game.draft.code.lower()}"))


@pytest.mark.parametrize("word", ["batal", "gak jadi", "BATAL", "cancel", "/batal", "gak jadi lapor"])
def test_cancelling_is_always_confirmed(word):
    game = told()
    assert "Batalkan laporan? Balas YA atau TIDAK." in said(game.say(word))
    talk("warga: tidak\naduan: laporan kita lanjutkan.\naduan: Kartu Keluarga", game)
    game.say(word)
    game.photo("kk")
    talk("warga: ya\naduan: Laporan sudah dibatalkan", game)
    assert not game.telling
    assert game.timers == {}
    assert game.decisions[-1].erased


def test_a_story_goes_on_in_spite_of_batal():
    game = told()
    game.say("batal")
    game.say("lubangnya makin besar")
    assert game.draft.statement == (ROAD, "lubangnya makin besar")
    assert game.draft.awaiting == ""


def test_starting_anew_needs_a_yes():
    game = told()
    code = game.draft.code
    talk("warga: mulai baru\naduan: Balas YA atau TIDAK.\nwarga: ya\naduan: kita mulai dari awal", game)
    assert game.draft.code != code
    assert game.draft.statement == ()


@pytest.mark.parametrize("words", ["sudah", "🙏", "...", "nanti semua", "ubah", "pakai"])
def test_a_short_word_never_slips_into_the_story(words):
    game = told()
    game.say(words)
    assert game.draft.statement == (ROAD,)


def test_ubah_before_the_summary_asks_what():
    talk(
        "warga: ubah\naduan: Apa yang ingin diubah\nwarga: isi laporan\nwarga: jalan depan SMP rusak\naduan: Kartu Keluarga",
        told(),
    )


def test_which_photo_is_which_may_be_said_before_it_is_asked():
    game = told()
    game.wait_for_files = True
    game.album(3)
    game.say("1 ktp 2 kk 3 lokasi")
    game.arrive()
    assert [paper.sort for paper in game.draft.papers] == ["ktp", "kk", "location_photo"]
    assert game.draft.statement == (ROAD,)


def test_a_caption_that_tells_the_place_belongs_to_the_story():
    game = told()
    game.photo("lokasi depan SDN Kanigaran 1")
    assert game.draft.statement == (ROAD, "lokasi depan SDN Kanigaran 1")
    assert game.draft.papers[0].sort == "location_photo"


def test_a_caption_written_afterwards_names_the_photo():
    game = told()
    game.album(2)
    photo = game.draft.papers[0].message
    assert "KTP sudah kami terima" in said(game.say("ini ktp", id=photo, edited=True)) or game.draft.papers[0].album
    single = told("lampu jalan mati")
    single.say("nanti semua")
    single.photo()
    assert "KTP sudah kami terima" in said(single.say("ini ktp saya", id=single.last_id, edited=True))
    assert single.draft.papers[0].sort == "ktp"


def test_violence_told_in_the_midst_of_a_report_stays_out_of_it():
    game = told()
    game.say("suami saya memukuli saya")
    assert all("memukuli" not in each.text for each in game.draft.sayings)
    assert all("memukuli" not in each.text for each in game.conversation.sayings)


def test_a_ktp_sent_where_none_is_asked_is_not_needed():
    game = Player(office=office("pekutatan"))
    game.say("sampah menumpuk di pantai")
    assert "KTP tidak diminta oleh standar kami" in said(game.photo("ini ktp saya"))
    assert "kami lampirkan" in said(game.photo())


# --- the summary ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "ya",
        "YA",
        "iya pak",
        "ok",
        "sip",
        "benar",
        "betul bu",
        "nggih",
        "enggih",
        "inggih",
        "monggo",
        "sudah benar",
        "sudah",
        "1",
        "[YA, benar]",
        "/ya",
    ],
)
def test_yes_in_many_ways_registers(word):
    game = talk(f"warga: {word}\naduan: sudah kami terima", at_summary())
    assert len(game.complaints) == 1


@pytest.mark.parametrize(
    "word", ["ya tapi lampunya juga mati", "oke nanti saya cek dulu di rumah", "sebentar", "nanti", "halo", "makasih"]
)
def test_no_half_yes_registers(word):
    game = at_summary()
    game.say(word)
    assert game.complaints == {}


@pytest.mark.parametrize("word", ["batal", "tidak", "bukan", "belum benar", "gak"])
def test_batal_and_tidak_at_the_summary_ask_which(word):
    game = talk(f"warga: {word}\naduan: mengubah isi laporan atau membatalkannya?", at_summary())
    talk("warga: ya\naduan: Berikut ringkasan", game)
    assert game.complaints == {}


def test_batal_twice_asks_once_more_and_then_cancels():
    game = talk(
        "warga: batal\nwarga: batal\naduan: Batalkan laporan?\nwarga: ya\naduan: sudah dibatalkan", at_summary()
    )
    assert game.complaints == {}


def test_changing_the_statement():
    game = talk(
        """
        warga: ubah
        aduan: Apa yang ingin diubah: isi laporan, KK, KTP, atau foto lokasi?
        warga: isi laporan
        aduan: Silakan tulis isi laporan yang benar.
        warga: jalan depan SMP rusak
        aduan: isi laporan sudah kami ubah.
        aduan: Isi: jalan depan SMP rusak
        """,
        at_summary(),
    )
    assert game.draft.statement == ("jalan depan SMP rusak",)
    assert game.draft.revisions[0].before == ROAD


def test_changing_a_document():
    game = told()
    for name in ("kk", "ktp", "foto lokasi"):
        game.photo(name)
    talk(
        "warga: [UBAH]\nwarga: [KTP]\naduan: Silakan kirim KTP yang baru.\nwarga: (foto)\naduan: Dokumen: KK, KTP, foto lokasi\nwarga: ya\naduan: sudah kami terima",
        game,
    )
    papers = [paper for paper in game.complaint.papers if paper.sort == "ktp"]
    assert [paper.replaced for paper in papers] == [True, False]


@pytest.mark.parametrize("words", ["ubah ktp", "ganti ktp", "KTP"])
def test_the_part_may_be_named_at_once(words):
    game = at_summary()
    if words == "KTP":
        game.say("ubah")
    assert "KTP" in said(game.say(words))
    assert game.draft.changing == "ktp" or "yang baru" in game.sent[-1].text


def test_an_old_summary_button_is_not_a_yes():
    game = at_summary()
    old = f"c:yes:{game.draft.code}:{game.draft.summaries}"
    game.say("lubangnya makin besar")
    sent = game.push(old)
    assert any(out.kind == "press" and "sudah diperbarui" in out.text for out in sent)
    assert game.complaints == {}


def test_a_second_yes_changes_nothing():
    game = at_summary()
    data = f"c:yes:{game.draft.code}:{game.draft.summaries}"
    game.push(data)
    sent = game.push(data)
    assert [out.kind for out in sent] == ["press"]
    assert len(game.complaints) == 1


@pytest.mark.parametrize(
    "data",
    [
        "",
        "c:",
        "c:yes",
        "c:yes:XXXX:1",
        "c:sort:f999:ktp",
        "c:nonsense:1",
        "d:ok:1",
        "c:change:XXXX:zzz",
        "c:which:none",
        "c:withdraw:x:y",
        "c:gist:f:y",
        "c:sudah:ABCD",
    ],
)
def test_a_button_that_makes_no_sense_is_answered_and_does_nothing(data):
    for game in (Player(), told(), at_summary()):
        before = game.conversation
        sent = game.push(data)
        assert sent[-1].kind == "press"
        after = game.conversation
        assert (before.draft if before else None) == after.draft


def test_only_what_stood_in_the_summary_is_confirmed():
    game = at_summary()
    game.wait_for_files = True
    game.photo("ktp")
    game.say("ya")
    paper = game.complaint.papers[0]
    assert paper.state == "pending"
    assert "KTP" not in said(game.sent).split("Berikut ringkasan")[-1].split("Apakah")[0].split("Menyusul")[0]
    game.arrive()
    assert game.complaint.papers[0].state == "ready"


# --- time, repeats, odd events ----------------------------------------------------------------------------------------


def test_a_silent_citizen_is_reminded_once_and_never_at_night():
    game = told(now=MORNING.replace(hour=8))  # 15.00 WIB; twenty hours later is 11.00
    sent = game.pass_time(hours=21)
    assert "masih kami simpan sampai Senin, 7 Desember 2026" in said(sent)
    assert "Kartu Keluarga" in said(sent)
    assert game.pass_time(days=5) == []
    night = told(now=MORNING.replace(hour=2))  # 09.10 WIB; twenty hours later is 05.10: quiet
    assert night.pass_time(hours=20, minutes=30) == []
    assert "masih kami simpan" in said(night.pass_time(hours=2))


def test_a_forgotten_draft_goes_with_its_photos_as_was_told():
    game = told()
    game.photo("kk")
    sent = game.pass_time(days=15)
    assert "sudah kami hapus beserta fotonya" in said(sent)
    assert not game.telling
    assert game.decisions[-1].erased == ("f001",)


def test_whoever_comes_back_goes_on_where_they_were():
    game = told()
    game.pass_time(days=3)
    talk("warga: halo\naduan: Kartu Keluarga\nwarga: (foto)\naduan: KTP-el", game)


def test_the_same_message_twice_files_nothing_twice():
    game = told()
    game.say("lubangnya dalam", id="77")
    before = game.conversation
    assert game.say("lubangnya dalam", id="77") == []
    assert game.conversation == before
    game.photo(id="78")
    papers = game.draft.papers
    assert game.photo(id="78") == []
    assert game.draft.papers == papers


def test_a_block_is_remembered_and_nobody_is_reminded():
    game = told(now=MORNING.replace(hour=8))
    game.feed(Presence(chat=game.chat, sender=Sender(id="501"), at=game.now, blocked=True))
    assert game.conversation.blocked
    assert game.pass_time(hours=21) == []
    game.say("halo")
    assert not game.conversation.blocked


def test_what_means_nothing_is_ignored_with_its_reason():
    game = Player()
    game.feed(Ignored(chat=game.chat, at=game.now, reason="a poll was closed"))
    assert game.decisions[-1].ignored == "a poll was closed"
    game.say("halo", private=False)
    assert game.decisions[-1].ignored
    assert game.sent == []


def test_without_buttons_choices_are_typed():
    game = Player(limits=Limits(choices=False))
    game.say(ROAD)
    game.album(2)
    assert game.sent[-1].choices == ()
    talk("warga: 1 kk 2 ktp\naduan: foto lokasi\nwarga: 1\naduan: menyusul\nwarga: 1\naduan: sudah kami terima", game)


def test_a_letter_is_asked_for_everything_at_once():
    game = Player(limits=Limits(one_thing_at_a_time=False))
    answer = said(game.say(ROAD))
    assert "- foto Kartu Keluarga (KK) yang jelas\n- foto KTP-el" in answer
    assert "- foto lokasi yang dilaporkan" in answer


def test_explicit_consent_comes_first_and_a_no_refuses_nobody():
    rules = standard.shipped()["kanigaran"]
    strict = rules.model_copy(update={"privacy": rules.privacy.model_copy(update={"consent": "explicit"})})
    game = Player(office=Office(id="kanigaran", standard=strict, desk="-1"))
    talk("warga: jalan rusak depan SD\naduan: Bila setuju, balas SETUJU.\nwarga: setuju\naduan: Kartu Keluarga", game)
    other = Player(office=game.office)
    talk("warga: jalan rusak depan SD\nwarga: tidak setuju\naduan: Laporan tetap kami terima tanpa dokumen", other)
    assert set(other.draft.lacking) == {"kk", "ktp"}


def test_sayings_keep_every_word_and_where_it_went():
    game = told()
    game.say("lubangnya dalam")
    game.say("nanti")
    assert [(each.text, each.filed_as) for each in game.draft.sayings] == [
        (ROAD, "statement"), ("lubangnya dalam", "statement"), ("nanti", ""),
    ]  # fmt: skip


def test_a_draft_stays_on_the_standard_it_began_with():
    game = told()
    newer = game.office.standard.model_copy(update={"requirements": game.office.standard.requirements[:1]})
    old = game.office.standard
    game.office = Office(id="kanigaran", standard=newer, desk="-1")
    game.world = lambda world=game.world: _with_standard(world(), old)  # type: ignore[method-assign]
    assert "KTP-el" in said(game.say("nanti"))


def _with_standard(world, old):
    from dataclasses import replace as with_field

    return with_field(world, standards={old.version: old})


def test_everything_is_replayed_alike():
    first, second = told(), told()
    assert first.conversation == replace(second.conversation)


def test_a_story_that_goes_on_while_the_name_is_asked_for_is_no_name():
    game = talk(
        """
        warga: sampah menumpuk di samping pasar RT 5 sudah tiga hari tidak diangkut
        aduan: Mohon tuliskan nama lengkap Bapak/Ibu.
        warga: sudah dua kali warga sini menegur
        aduan: Mohon tuliskan nama lengkap Bapak/Ibu.
        warga: Sari Wulandari Hidayat Banjir
        aduan: alamat
        """,
        Player(office("kedopok")),
    )
    draft = game.conversation.draft
    assert draft.statement[-1] == "sudah dua kali warga sini menegur"
    assert draft.private["name"] == "Sari Wulandari Hidayat Banjir"
