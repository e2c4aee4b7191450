"""What citizens write after registration, and how it finds the complaint it speaks of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.workflow.talk import Player, office, said, talk
from workflow.message import Refers


def registered(words: str = "jalan depan SD rusak parah", **player) -> Player:
    """Somebody whose report is registered without documents."""
    game = Player(**player)
    game.say(words)
    game.say("nanti semua")
    game.say("ya")
    assert game.complaints
    return game


def answered() -> Player:
    game = registered()
    game.answer_complaint()
    return game


def two() -> Player:
    game = registered()
    game.say("laporan baru")
    game.say("sampah menumpuk di pasar, bau")
    if game.draft.awaiting == "same_person":
        game.say("orang lain")
    game.say("nanti semua")
    game.say("ya")
    assert len(game.complaints) == 2
    return game


def acts(game: Player) -> list[str]:
    """What was recorded of the citizen, in order."""
    return [entry.act for decision in game.decisions for entry in decision.entries if entry.by == "citizen"]


# --- thanks, status ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["terima kasih", "makasih pak", "suksma", "alhamdulillah, terima kasih lampunya sudah nyala"]
)
def test_thanks_reopen_nothing(words):
    for game in (registered(), answered()):
        before = game.complaint
        assert "Sama-sama, Bapak/Ibu." in said(game.say(words))
        assert game.complaint == before


@pytest.mark.parametrize("words", ["START", "start", "UNSTOP", "mulai", "halo"])
def test_who_lets_us_in_again_by_sms_adds_nothing_to_the_report(words):
    game = registered()
    before = game.complaint
    assert "kami tambahkan" not in said(game.say(words))
    assert game.complaint == before
    assert "addition" not in acts(game)


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "STATUS",
        "gimana laporan saya?",
        "status KNG-2026-0001",
        "cek status kng 2026 1",
        "/status",
        "laporan saya kok belum ada kabar",
    ],
)
def test_status_tells_where_it_stands(words):
    assert "Langkah 2 dari 7" in said(registered().say(words))


def test_status_by_code_and_of_several():
    game = two()
    first, second = game.complaints.values()
    both = said(game.say("status"))
    assert first.number in both
    assert second.number in both
    one = said(game.say(f"status {second.code}"))
    assert second.number in one
    assert first.number not in one


def test_the_status_of_somebody_elses_report_is_not_told():
    game = registered()
    stranger = replace(game.complaint, id="other", code="9Z9Z", number="KNG-2026-0099", citizen=None)
    game.complaints = {"other": stranger, **game.complaints}
    answer = said(game.say("status KNG-2026-0099"))
    assert "tidak kami temukan pada percakapan ini" in answer
    assert "Langkah" not in answer


# --- more about it ----------------------------------------------------------------------------------------------------


def test_a_photo_is_evidence_and_waits_to_be_named_where_something_lacks():
    game = registered()
    sent = game.photo()
    assert "Ini foto apa?" in said(sent)
    assert len(game.complaint.papers) == 1
    assert game.complaint.papers[0].sort == ""
    game.press("KK")
    assert game.complaint.papers[0].sort == "kk"
    assert "kk" not in game.complaint.later


def test_a_named_photo_is_supplied_at_once():
    game = registered()
    assert "KTP kami tambahkan pada laporan" in said(game.photo("ini ktp saya"))
    assert game.complaint.papers[0].sort == "ktp"
    assert "supply" in acts(game)


def test_when_all_that_lacked_has_come_the_clock_begins():
    game = registered()
    for name in ("kk", "ktp", "foto lokasi"):
        game.photo(name)
    assert game.complaint.clock_started_at is not None
    assert game.complaint.later == ()


def test_where_no_document_lacks_a_photo_is_just_evidence():
    game = Player(office=office("pekutatan"))
    game.say("sampah menumpuk di pantai")
    game.say("ya")
    assert "kami tambahkan pada laporan PKT-2026-0001" in said(game.photo())
    assert game.complaint.papers[0].sort == ""


def test_a_pin_and_a_voice_note_are_evidence_too():
    game = talk(
        "warga: (pin)\naduan: kami tambahkan pada laporan\nwarga: (suara)\naduan: pesan suara Bapak/Ibu sudah kami terima",
        registered(),
    )
    assert [paper.sort for paper in game.complaint.papers] == ["voice"]


def test_a_lost_file_is_said_so():
    assert "terlalu besar" in said(registered().photo(fate="too_big"))


def test_words_that_fit_nothing_else_go_to_the_only_open_complaint():
    game = registered()
    assert "kami tambahkan pada laporan KNG-2026-0001" in said(game.say("yang dekat warung bu haji itu"))
    assert game.complaint.sayings[-1].text == "yang dekat warung bu haji itu"


def test_the_answer_to_the_staffs_question_is_passed_on():
    game = registered()
    game.complaints[game.complaint.id] = replace(
        game.complaint, waiting="nomor rumah", version=game.complaint.version + 1
    )
    assert "jawaban Bapak/Ibu kami teruskan" in said(game.say("nomor 12, jalan yang rusak itu"))
    assert game.complaint.sayings[-1].text == "nomor 12, jalan yang rusak itu"


def test_a_reply_to_a_message_about_a_complaint_belongs_to_it():
    game = two()
    first = next(iter(game.complaints.values()))
    game.refers[("501", "900")] = Refers(role="relay", complaint=first.id)
    game.say("lubangnya tambah besar, jalan makin rusak", reply_to="900")
    assert game.complaints[first.id].sayings[-1].text == "lubangnya tambah besar, jalan makin rusak"


def test_a_named_number_is_meant():
    game = two()
    first = next(iter(game.complaints.values()))
    game.say(f"untuk {first.number}, yang dekat warung")
    assert "warung" in game.complaints[first.id].sayings[-1].text


def test_with_several_open_it_is_asked_which_is_meant():
    game = two()
    first = next(iter(game.complaints.values()))
    sent = game.say("yang dekat warung bu haji")
    assert "Untuk laporan yang mana pesan ini?" in said(sent)
    game.push(f"c:which:{first.id}")
    assert game.complaints[first.id].sayings[-1].text == "yang dekat warung bu haji"


def test_an_edit_after_registration_goes_to_the_desk_with_both_wordings():
    game = registered()
    sent = game.say("jalan depan SMP rusak parah", id="1", edited=True)
    assert "pesan semula tetap tersimpan" in said(sent)
    edited = next(entry for decision in game.decisions for entry in decision.entries if entry.act == "edited")
    assert edited.data["before"] == "jalan depan SD rusak parah"


# --- another complaint ------------------------------------------------------------------------------------------------


def test_a_further_complaint_is_asked_about():
    game = registered()
    talk(
        """
        warga: sampah menumpuk di pasar, bau sekali
        aduan: Apakah ini tambahan untuk laporan KNG-2026-0001, atau laporan baru?
        warga: [Laporan baru]
        aduan: Mohon kirim foto Kartu Keluarga
        """,
        game,
    )
    assert game.draft.statement == ("sampah menumpuk di pasar, bau sekali",)


@pytest.mark.parametrize("word", ["[Tambahan KNG-2026-0001]", "tambahan", "1", "yang tadi"])
def test_or_it_adds_to_the_first_one(word):
    game = registered()
    game.say("jalan di gang sebelah juga rusak")
    talk(f"warga: {word}\naduan: kami tambahkan pada laporan KNG-2026-0001", game)
    assert not game.telling
    assert game.complaint.sayings[-1].text == "jalan di gang sebelah juga rusak"


def test_words_held_back_are_never_lost():
    game = registered()
    game.say("sampah menumpuk di pasar")
    game.say("lampu jalan di gang mawar juga mati")
    texts = [each.text for each in game.complaint.sayings] + [each.text for each in game.conversation.sayings]
    assert "sampah menumpuk di pasar" in texts
    assert "lampu jalan di gang mawar juga mati" in texts


def with_identity() -> Player:
    game = Player()
    game.say("nama saya Sari Contoh. jalan depan SD rusak parah")
    for name in ("kk", "ktp", "foto lokasi"):
        game.photo(name)
    game.say("ya")
    return game


def test_documents_of_an_earlier_report_are_used_only_after_a_yes():
    game = with_identity()
    talk(
        """
        warga: laporan baru
        aduan: Silakan ceritakan
        warga: sampah menumpuk di pasar
        aduan: Masih atas nama Bapak/Ibu Sari Contoh?
        warga: ya
        aduan: identitas dari laporan sebelumnya kami pakai lagi.
        aduan: Mohon kirim foto lokasi
        """,
        game,
    )
    assert {paper.sort for paper in game.draft.papers} == {"kk", "ktp"}
    assert game.draft.private["name"] == "Sari Contoh"


@pytest.mark.parametrize("word", ["orang lain", "bukan", "[Orang lain]", "tidak"])
def test_somebody_else_shows_their_own(word):
    game = with_identity()
    game.say("laporan baru")
    game.say("sampah menumpuk di pasar")
    talk(f"warga: {word}\naduan: Kartu Keluarga", game)
    assert game.draft.papers == ()
    assert game.draft.private == {}


def test_cancelling_the_second_report_does_not_destroy_the_firsts_documents():
    game = with_identity()
    for words in ("laporan baru", "sampah menumpuk di pasar", "ya", "batal", "ya"):
        game.say(words)
    assert not game.telling
    assert game.decisions[-1].erased == ()


def test_where_no_identity_is_asked_nobody_is_asked_who_they_are():
    game = Player(office=office("pekutatan"))
    for words in ("sampah menumpuk di pantai", "ya", "laporan baru", "lampu jalan mati di banjar kelod"):
        game.say(words)
    assert game.draft.awaiting == "summary"


# --- withdrawal, SUDAH, BELUM -----------------------------------------------------------------------------------------


def test_withdrawal_is_confirmed():
    game = registered()
    talk(
        "warga: cabut laporan\naduan: Cabut laporan KNG-2026-0001?\nwarga: tidak\naduan: laporan tetap kami proses.",
        game,
    )
    assert game.complaint.closed_at is None
    talk("warga: batal\naduan: Cabut laporan\nwarga: ya", game)
    assert game.complaint.closed_as == "withdrawn"


@pytest.mark.parametrize("words", ["tidak jadi", "gak jadi pak", "nggak jadi"])
def test_a_word_that_may_mean_both_withdraws_nothing(words):
    game = registered()
    talk(f"warga: cabut laporan\naduan: Cabut laporan KNG-2026-0001?\nwarga: {words}\naduan: Cabut laporan", game)
    assert game.complaint.closed_at is None
    talk("warga: ya", game)
    assert game.complaint.closed_as == "withdrawn"


@pytest.mark.parametrize("words", ["ga jadi pak, lampunya udah nyala", "batal. sudah beres", "gak jadi, makasih"])
def test_a_clause_that_takes_it_back_is_asked_about_with_its_reason_passed_on(words):
    game = registered()
    talk(f"warga: {words}\naduan: Cabut laporan KNG-2026-0001?\nwarga: ya", game)
    assert game.complaint.closed_as == "withdrawn"
    assert words in [each.text for each in game.complaint.sayings]


@pytest.mark.parametrize("words", ["ga jadi diperbaiki pak, padahal sudah janji", "tidak jadi diaspal, gimana ini"])
def test_work_that_did_not_come_about_takes_nothing_back(words):
    game = registered()
    assert "Cabut laporan" not in said(game.say(words))


def test_with_two_open_it_is_asked_which_to_withdraw():
    game = two()
    second = game.complaint
    talk("warga: batalkan laporan saya\naduan: Laporan mana yang ingin dicabut?", game)
    game.push(f"c:which:{second.id}")
    game.say("ya")
    assert game.complaints[second.id].closed_as == "withdrawn"
    assert sum(each.closed_at is not None for each in game.complaints.values()) == 1


@pytest.mark.parametrize("words", ["sudah", "udah beres", "sampun"])
def test_sudah_closes_in_peace(words):
    game = answered()
    assert "Terima kasih atas tanggapan" in said(game.say(words))
    assert game.complaint.satisfied == "yes"


@pytest.mark.parametrize(
    "words", ["belum", "blm", "durung", "belum selesai pak", "lampunya masih mati sampai sekarang", "masih rusak"]
)
def test_belum_reopens_within_the_offices_days(words):
    game = answered()
    game.now += timedelta(days=3)
    game.say(words)
    assert game.complaint.closed_at is None
    assert game.complaint.reopened == 1


def test_belum_asks_what_is_missing_and_passes_it_on():
    game = answered()
    talk("warga: belum\naduan: apa yang masih kurang\nwarga: lubangnya masih ada dua\naduan: kami", game)
    assert game.complaint.sayings[-1].text == "lubangnya masih ada dua"


def test_long_after_it_becomes_a_report_of_its_own():
    game = answered()
    game.now += timedelta(days=30)
    assert "sudah lama ditutup" in said(game.say("belum"))
    assert game.complaint.closed_at is not None


def test_sudah_means_nothing_before_an_answer():
    game = registered()
    game.say("udah dikirim")
    assert game.complaint.satisfied == ""


def test_satisfaction_by_button():
    game = answered()
    sent = game.push(f"c:belum:{game.complaint.code}")
    assert sent[-1].kind == "press"
    assert game.complaint.reopened == 1
    assert game.push(f"c:belum:{game.complaint.code}")[-1].text or game.complaint.reopened == 1


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_an_emergency_is_one_after_registration_too():
    assert "113 (Pemadam kebakaran)" in said(registered().say("tolong kebakaran di sebelah rumah saya"))


def test_a_question_is_a_question_after_registration_too():
    game = registered()
    game.say("jam berapa kantor buka?")
    assert game.conversation.questions


def test_the_code_puts_a_report_in_focus():
    game = two()
    first = next(iter(game.complaints.values()))
    assert "berikutnya kami masukkan ke laporan" in said(game.say(f"LANJUT {first.code}"))
    game.say("yang dekat warung bu haji")
    assert game.complaints[first.id].sayings[-1].text == "yang dekat warung bu haji"


def test_nothing_open_to_cancel():
    assert "tidak ada laporan" in said(answered().say("batal"))
