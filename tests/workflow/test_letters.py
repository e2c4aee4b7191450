"""Mails: everything that's missing is asked at once, a reply is read line by line, and one mail answers one mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.limits import LIMITS
from tests.transcript import Play, parse
from tests.workflow.talk import Player, office, said
from workflow.dialogue import letters
from workflow.message import Attachment, Message, Sender

DIALOGUES = Path(__file__).parents[1] / "dialogues"
ROAD = "Jalan berlubang\njalan di depan SDN Kanigaran 1 berlubang, banyak yang jatuh"


def writer(name: str = "kanigaran", **more) -> Player:
    return Player(office=office(name), channel="email", limits=LIMITS["email"], **more)


def mail(game: Player, text: str = "", *files: str):
    """A mail with files; one named "x!too_big.jpg" can't be had for that reason."""
    attachments = tuple(
        Attachment(kind="photo", ref=f"ref-{n}-{name.partition('!')[2].partition('.')[0]}".rstrip("-"), name=name)
        for n, name in enumerate(files)
    )
    return game.say(text, attachments=attachments)


# --- asking -----------------------------------------------------------------------------------------------------------


def test_one_mail_asks_for_everything_and_says_how_to_answer():
    game = writer("kedopok")
    (answer,) = game.say("petugas kantor kecamatan lambat sekali, KTP belum jadi")
    assert "Mohon balas surel ini dengan mengisi:\nNama:\nAlamat:" in answer.text
    assert "Mohon lampirkan pada balasan:\n- foto KTP-el yang jelas" in answer.text
    assert "PRIVASI" in answer.text
    assert "NANTI" in answer.text
    assert answer.label == game.draft.code
    assert game.draft.code in answer.text
    assert answer.choices == ()


def test_where_nothing_is_asked_the_summary_comes_at_once():
    game = writer("pekutatan")
    (answer,) = game.say("sampah menumpuk di Pantai Pekutatan")
    assert "balas surel ini dengan kata YA" in answer.text
    (receipt,) = game.say("YA")
    assert receipt.kind == "receipt"
    assert receipt.label == game.complaint.number


def test_a_greeting_above_the_story_is_no_part_of_it():
    game = writer()
    game.say("Jalan berlubang\nKepada Yth. Camat Kanigaran\ndi tempat\n\nDengan hormat,\njalan di depan SD berlubang")
    assert game.draft.statement == ("Jalan berlubang\n\njalan di depan SD berlubang",)


@pytest.mark.parametrize(
    "below",
    [
        "Wassalamualaikum\nRina Hartati\n0812-3456-7890",
        "Demikian, terima kasih.\n\nHormat kami,\nH. Ahmad Yani, S.Pd\nwarga",
        "Terima kasih.",
    ],
)
def test_a_name_below_the_story_is_no_part_of_it_and_stays_out_of_the_group(below):
    game = writer("pekutatan")
    game.say(f"Sampah\nsampah menumpuk di Pantai Pekutatan\n\n{below}")
    game.say("YA")
    assert game.complaint.statement == "Sampah\nsampah menumpuk di Pantai Pekutatan"
    assert any("Sampah" in each.text for each in game.complaint.sayings)


@pytest.mark.parametrize(
    "below",
    ["Hormat kami pak camat, mohon segera dibersihkan", "Terima kasih\nNB: juga di pasar Pekutatan", "Rina Hartati"],
)
def test_what_is_no_signature_belongs_to_the_story(below):
    game = writer("pekutatan")
    game.say(f"Sampah\nsampah menumpuk di Pantai Pekutatan\n\n{below}")
    assert game.draft.statement == (f"Sampah\nsampah menumpuk di Pantai Pekutatan\n\n{below}",)


def test_a_mail_that_lay_there_for_days_came_when_it_was_received():
    game = writer("pekutatan")
    came = game.now - timedelta(days=3)
    sender = Sender(id="sari@contoh.id", name="Sari")
    game.feed(Message(chat=game.chat, id="m0", sender=sender, at=came, text="sampah menumpuk di Pantai Pekutatan"))
    game.say("YA")
    assert game.complaint.received_at == came
    assert game.complaint.confirmed_at == game.now


# --- a reply ----------------------------------------------------------------------------------------------------------


YES = [
    "YA\n\nRina Hartati",
    "Benar, terima kasih.\nRina",
    "Ya, benar. Terima kasih.\n\nSalam,\nRina",
    "Sudah benar.\n\nH. Ahmad Yani, S.Pd\n0812-3456-7890",
    "Ya benar, mohon segera diproses.\n\nwarga",  # the name in From
    "Iya benar pak, terima kasih banyak atas bantuannya",
]


@pytest.mark.parametrize("words", YES)
def test_a_yes_is_a_yes_above_a_name(words):
    game = writer("pekutatan")
    game.say("sampah menumpuk di Pantai Pekutatan")
    (receipt,) = game.say(words)
    assert receipt.kind == "receipt"
    assert game.complaint.statement == "sampah menumpuk di Pantai Pekutatan"


@pytest.mark.parametrize(
    "words", ["YA\nTapi salah tempat", "Benar\n\nKecuali RT", "Ya\nSalah Alamat", "Benar\n\nRT 3 RW 5", "Ya\nada ular"]
)
def test_a_yes_with_more_below_it_confirms_nothing(words):
    game = writer("pekutatan")
    game.say("sampah menumpuk di Pantai Pekutatan")
    game.say(words)
    assert game.draft is not None
    assert game.draft.awaiting == "summary"


def test_the_number_of_a_choice_is_heard_above_a_name():
    game = writer("pekutatan")
    game.say("sampah menumpuk di Pantai Pekutatan")
    game.say("YA")
    game.say("cabut laporan")
    assert "tetap kami proses" in said(game.say("2\n\nTerima kasih,\nRina Hartati"))


@pytest.mark.parametrize(
    ("words", "sorts"),
    [
        ("1 lokasi, yang lain pendukung", ["location_photo", *["supporting"] * 5]),
        ("1 KTP\n2 KK\nsisanya lokasi", ["ktp", "kk", *["location_photo"] * 4]),
        ("1 KTP, 2 KK, 3-6 lokasi", ["ktp", "kk", *["location_photo"] * 4]),
        (
            "1 KTP, 2 KK, 3 s/d 4 lokasi, selebihnya pendukung",
            ["ktp", "kk", *["location_photo"] * 2, *["supporting"] * 2],
        ),
    ],
)
def test_many_photos_are_named_in_few_words(words, sorts):
    game = writer()
    game.say(ROAD)
    (asked,) = mail(game, "", *(f"IMG_{n}.jpg" for n in range(6)))
    assert asked.text.splitlines()[-1].endswith("3 lokasi, sisanya pendukung.")
    mail(game, words)
    assert [paper.sort for paper in game.draft.papers] == sorts


@pytest.mark.parametrize("words", ["1 KTP, lainnya menyusul", "1 KTP, 3-9 lokasi", "1 KTP, 5-3 lokasi"])
def test_what_does_not_say_what_the_others_are_names_none_of_them(words):
    game = writer()
    game.say(ROAD)
    mail(game, "", *(f"IMG_{n}.jpg" for n in range(4)))
    mail(game, words)
    assert [paper.sort for paper in game.draft.papers][1:] == ["", "", ""]


@pytest.mark.parametrize(
    ("kind", "told"),
    [("too_big", "terlalu besar"), ("encrypted", "terenkripsi"), ("partial", "tidak sampai seluruhnya")],
)
def test_what_of_a_mail_cannot_be_taken_in_is_said_in_words_for_mails(kind, told):
    game = writer()
    (answer,) = game.say(ROAD, unsupported=kind)
    assert told in answer.text
    assert "pesan suara" not in answer.text
    assert game.draft.statement == (ROAD,)


def test_a_reply_that_brings_three_things_is_filed():
    game = writer("kedopok")
    game.say("petugas kantor kecamatan lambat sekali, KTP belum jadi")
    answer = mail(game, "Selamat siang,\nNama: Sari Contoh\nAlamat: Jl. Mawar 3\nRT 2 RW 5\n\nTerima kasih", "ktp.jpg")
    assert game.draft.private == {"name": "Sari Contoh", "address": "Jl. Mawar 3 RT 2 RW 5"}
    assert len(answer) == 1
    assert "nama dan alamat sudah kami catat" in answer[0].text
    assert "KTP (ktp.jpg)" in answer[0].text
    assert "Selamat siang" not in "".join(game.draft.statement)


def test_lines_that_put_something_off_are_heard_one_by_one():
    game = writer()
    game.say(ROAD)
    answer = said(
        game.say("Selamat pagi,\nKTP NANTI\nKK TIDAK ADA, hilang\nfoto lokasi menyusul\n\nHormat saya,\nSari")
    )
    assert game.draft.later == ("ktp", "location_photo")
    assert game.draft.lacking == {"kk": "hilang"}
    assert "Berikut ringkasan" in answer


def test_the_rest_of_a_line_that_says_there_is_none_is_its_reason():
    game = writer()
    game.say(ROAD)
    game.say(
        "KK TIDAK ADA, masih dipegang saudara di Kraksaan.\nfoto lokasi NANTI\nKTP TIDAK ADA, rumah saya kebanjiran"
    )
    assert game.draft.lacking == {"kk": "masih dipegang saudara di Kraksaan", "ktp": "rumah saya kebanjiran"}
    assert game.draft.later == ("location_photo",)
    assert game.draft.statement == (ROAD,)


def test_nanti_alone_speaks_of_everything_that_was_asked():
    game = writer("kedopok")
    game.say("petugas kantor kecamatan lambat sekali, KTP belum jadi")
    game.say("NANTI")
    assert game.draft.later == ("name", "address", "ktp")


def test_words_without_a_label_are_not_guessed_to_be_a_field():
    game = writer("dpmd-pasuruan")
    game.say("kantor desa Sukorejo tutup terus, pelayanan buruk")
    game.say("Nama: Sari Contoh")
    game.say("saya sudah tiga kali datang dan selalu tutup")
    assert "loss" not in game.draft.answers
    assert game.draft.statement[-1] == "saya sudah tiga kali datang dan selalu tutup"


@pytest.mark.parametrize(
    ("text", "found", "rest"),
    [
        ("Nama: Sari\nAlamat: Jl. Mawar 3", {"name": "Sari", "address": "Jl. Mawar 3"}, ""),
        ("1. Nama lengkap : Sari\n2. Alamat = Jl. Mawar 3", {"name": "Sari", "address": "Jl. Mawar 3"}, ""),
        ("Nama:\nAlamat:\nKerugian (uang, waktu): dua hari", {"loss": "dua hari"}, ""),
        ("Alamat: Jl. Mawar 3\nRT 2 RW 5\n\nlampunya mati", {"address": "Jl. Mawar 3 RT 2 RW 5"}, "lampunya mati"),
        ("Alamat: Jl. Mawar 3\nTerima kasih", {"address": "Jl. Mawar 3"}, "Terima kasih"),
        ("Jam: 10.15\nlampu mati", {}, "Jam: 10.15\nlampu mati"),
        ("petugas bilang: tunggu", {}, "petugas bilang: tunggu"),
    ],
)
def test_a_form_is_read_by_its_labels(text, found, rest):
    assert letters.form(text, ("name", "address", "loss")) == (found, rest)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("YA\n\nHormat saya,\nSari Contoh\nJl. Mawar 3", "YA"),
        ("SUDAH. Terima kasih atas bantuannya.", "SUDAH."),
        ("Selamat pagi,\nberikut lampirannya.\n\nTerima kasih", ""),
        ("Terima kasih. Lubangnya makin dalam.", "Lubangnya makin dalam."),
        ("Hormat saya, lampu di RT 5 mati", "Hormat saya, lampu di RT 5 mati"),
    ],
)
def test_courtesies_are_no_part_of_a_reply(text, left):
    assert letters.without_courtesy(text) == left


def test_ubah_with_the_right_words_changes_at_once():
    game = writer("kedopok")
    game.say("petugas kantor kecamatan lambat sekali, KTP belum jadi")
    game.say("Nama: Sari Contoh\nAlamat: Jl. Mawar 3\nKTP NANTI")
    assert "Alamat: Jl. Melati 4" in said(game.say("UBAH alamat: Jl. Melati 4"))
    assert "Nama: Budi Contoh" in said(game.say("UBAH\nNama: Budi Contoh"))
    answer = said(game.say("UBAH isi laporan: KTP saya belum jadi sejak 9 November"))
    assert "Isi: KTP saya belum jadi sejak 9 November" in answer
    assert game.draft.private == {"name": "Budi Contoh", "address": "Jl. Melati 4"}
    assert game.draft.statement == ("KTP saya belum jadi sejak 9 November",)


# --- attachments ------------------------------------------------------------------------------------------------------


def test_a_mail_that_tells_and_attaches_gets_one_answer_when_all_files_are_in():
    game = writer(wait_for_files=True)
    assert mail(game, ROAD, "ktp.jpg", "KK saya.pdf", "IMG_2031.jpg", "IMG_2032.jpg") == []
    for _ in range(3):
        assert game.feed(game.waiting.pop(0)) == []
    (answer,) = game.feed(game.waiting.pop(0))
    assert "kode" in answer.text
    assert "KTP dan KK sudah kami terima" in answer.text
    assert "1. IMG_2031.jpg\n2. IMG_2032.jpg" in answer.text
    assert "KK (KK saya.pdf), KTP (ktp.jpg), foto lokasi (IMG_2031.jpg)" in said(game.say("1 lokasi, 2 pendukung"))


def test_the_name_of_a_file_counts_only_after_the_yes():
    game = writer()
    mail(game, ROAD, "ktp.jpg")
    assert [(paper.sort, paper.confirmed) for paper in game.draft.papers] == [("ktp", False)]
    game.say("KK NANTI\nfoto lokasi NANTI")
    game.say("YA")
    assert [(paper.sort, paper.confirmed) for paper in game.complaint.papers] == [("ktp", True)]


@pytest.mark.parametrize(
    "name", ["IMG_2031.jpg", "WhatsApp Image 2026-11-20.jpeg", "", "lampiran.pdf", "ktp dan kk.pdf"]
)
def test_a_name_that_says_nothing_sure_is_asked_about(name):
    game = writer()
    assert "Apakah lampiran" in said(mail(game, ROAD, name))
    assert game.draft.papers[0].sort == ""


def test_a_single_file_is_not_taken_for_the_first_thing_that_was_asked():
    game = writer()
    game.say(ROAD)
    mail(game, "", "IMG_2031.jpg")
    assert game.draft.papers[0].sort == ""


def again(game: Player, words: str, *names: str):
    """A mail with photos that weren't sent before."""
    files = (Attachment(kind="photo", ref=f"ref-again{n}", name=name) for n, name in enumerate(names))
    return said(game.say(words, attachments=tuple(files)))


@pytest.mark.parametrize("words", ["", "Baik, berikut foto yang lebih terang.", "Terima kasih.\n\nRina Hartati"])
@pytest.mark.parametrize("name", ["IMG_2032.jpg", "ktp baru.jpg"])
def test_a_photo_that_answers_the_wish_for_a_better_one_takes_its_place(words, name):
    game = writer()
    assert "kurang terbaca" in said(mail(game, ROAD, "ktp!dark.jpg"))
    answer = again(game, words, name)
    assert "KTP sudah kami terima" in answer
    assert "kami pakai" not in answer
    assert "Kartu Keluarga" in answer
    assert [(each.sort, each.replaced, each.kept) for each in game.draft.papers] == [
        ("ktp", True, False),
        ("ktp", False, False),
    ]
    assert game.draft.statement == (ROAD,)


@pytest.mark.parametrize(
    ("words", "names", "sorts"),
    [("", ("kk.jpg",), ["kk"]), ("ini KK saya", ("IMG_2032.jpg",), [""]), ("", ("a.jpg", "b.jpg"), ["", ""])],
)
def test_what_says_that_it_is_something_else_leaves_the_dark_one_where_it_is(words, names, sorts):
    game = writer()
    mail(game, ROAD, "ktp!dark.jpg")
    again(game, words, *names)
    assert [each.replaced for each in game.draft.papers] == [False] * (1 + len(names))
    assert [each.sort for each in game.draft.papers[1:]] == sorts


def test_a_form_beside_the_better_photo_is_read_as_ever():
    game = writer("kedopok")
    mail(game, "petugas kantor kecamatan lambat sekali, KTP belum jadi", "ktp!dark.jpg")
    again(game, "Nama: Sari Contoh", "IMG_2032.jpg")
    assert game.draft.private == {"name": "Sari Contoh"}
    assert [each.replaced for each in game.draft.papers] == [True, False]


@pytest.mark.parametrize("name", ["IMG_2032.jpg", "ktp.jpg"])
def test_a_document_sent_after_ubah_takes_the_place_of_the_old_one(name):
    game = writer()
    mail(game, ROAD, "ktp lama.jpg")
    game.say("KK NANTI\nfoto lokasi NANTI")
    assert "KTP yang baru" in said(game.say("UBAH KTP"))
    assert f"Dokumen: KTP ({name})" in again(game, "", name)
    assert [(each.sort, each.replaced) for each in game.draft.papers] == [("ktp", True), ("ktp", False)]


def test_a_file_name_is_kept_without_numbers_and_line_breaks():
    game = writer()
    mail(game, ROAD, "foto\r\n3574010101900001.jpg")
    assert "3574010101900001" not in game.draft.papers[0].name
    assert "\n" not in game.draft.papers[0].name


def test_a_file_that_cannot_be_had_is_named():
    game = writer()
    answer = said(mail(game, ROAD, "ktp.jpg", "video!too_big.jpg"))
    assert "lampiran video!too_big.jpg terlalu besar" in answer
    assert "KTP sudah kami terima" in answer


def test_what_is_said_with_the_files_waits_for_them_and_is_not_lost():
    game = writer(wait_for_files=True)
    game.say(ROAD)
    assert mail(game, "sudah ada dua orang jatuh minggu ini", "ktp.jpg") == []
    (answer,) = game.arrive()
    assert "sudah kami tambahkan" in answer.text
    assert "KTP sudah kami terima" in answer.text
    assert "sudah ada dua orang jatuh minggu ini" in game.draft.statement


def test_something_that_is_not_asked_is_left_to_a_petugas():
    game = writer("pegantenan")
    mail(game, "lampu jalan di Desa Bulangan mati", "a.jpg", "b.jpg")
    answer = said(game.say("1 KTP, 2 pendukung"))
    assert "Nama:" in answer
    assert [paper.sort for paper in game.draft.papers] == ["ktp", ""]


def test_a_yes_to_no_question_asks_again():
    game = writer("kedopok")
    game.say("petugas kantor kecamatan lambat sekali, KTP belum jadi")
    assert "Nama:" in said(game.say("YA"))
    assert game.draft.private == {}


# --- afterwards -------------------------------------------------------------------------------------------------------


def registered() -> Player:
    game = writer()
    mail(game, ROAD, "ktp.jpg")
    game.say("KK NANTI\nfoto lokasi NANTI")
    game.say("YA")
    return game


def test_files_that_come_later_are_answered_by_one_mail():
    game = registered()
    (answer,) = mail(game, "Berikut yang menyusul.", "KK.pdf", "lokasi.jpg")
    assert "KK kami tambahkan" in answer.text
    assert "foto lokasi kami tambahkan" in answer.text
    assert "sudah kami terima lengkap" in answer.text
    assert answer.label == game.complaint.number


@pytest.mark.parametrize(
    "text", ["SUDAH. Terima kasih atas bantuannya.", "Selamat pagi,\nsudah.\n\nHormat saya,\nSari"]
)
def test_a_word_beside_courtesies_is_heard(text):
    game = registered()
    game.answer_complaint()
    game.say(text)
    assert game.complaint.satisfied == "yes"


@pytest.mark.parametrize("path", sorted(DIALOGUES.glob("*-email.txt")), ids=lambda path: path.stem)
def test_every_mail_names_what_it_is_about(path):
    head, _, lines = parse(path.read_text("utf-8"))
    game = Play(head)
    sent = [message for line in lines if not line.ours for message in game.act(line) if message.to.channel == "email"]
    assert sent
    assert [message.text for message in sent if not message.label] == []
