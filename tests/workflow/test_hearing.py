"""Short words in the many ways people spell them, codes, numbers and commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.heard import hearing

SAID = {
    "yes": "ya|iya|Iyaaa|y|yo|ok|oke|okee|OK pak|sip|benar|bener|betul|setuju|monggo|enggih|engghi|nggih|inggih|ya pak|iya bu|ya benar|iya betul|sudah benar|udah bener|sdh betul pak|siap|kirim|kirim aja|ya kirim|bener semua|semua sudah benar|oke sip|leres|iya min",
    "no": "tidak|tdk|gak|ga|nggak|ndak|ora|bukan|enggak|mboten|belum benar|gak benar|tidak pak",
    "edit": "ubah|UBAH|ganti|mau ubah|edit|salah|ada yg salah|masih salah|ralat|koreksi|rubah|mau diubah min|ada yg mau diubah|kurang tepat|typo",
    "later": "nanti|NANTI|nanti ya|nanti aja pak|ntar|ntar aja|lewati|nyusul|menyusul|belum ada|blm ada|blom ada|skip|besok|bsk sy kirim|besok kirim|belum difoto|blm sempat|nanti malam|nanti sore ya min|belum punya|lagi gak bawa|ketinggalan di rumah|nanti nyusul|durung ono|nanti saya susulkan|masih di rumah",
    "none": "tidak ada|TIDAK ADA|gak ada|ga ada|gada|gaada|ga punya|gak punya|tidak punya|ndak punya|ora ono|ora due|tadha'|hilang|ga ada pak|nggak ada|tdk ada|nihil|memang gak ada|mboten wonten",
    "later_all": "nanti semua|nyusul semua|semua menyusul|nanti semuanya",
    "keep": "pakai|pake|PAKAI|pakai aja|pake itu aja|pakai foto ini|gunakan saja|adanya itu|pakai yang itu",
    "status": "status|STATUS|cek status|cek laporan|status laporan saya|sampai mana|udah sampai mana|gimana laporan saya|sudah sampe mana laporan saya|progres|perkembangan laporan saya",
    "cancel": "batal|BATAL|batalkan|gak jadi|ga jadi|tidak jadi|gak jadi lapor|batal lapor|cancel|cabut laporan|batalin|ora sido lapor|gk jadi pak|urungkan|stop",
    "repeat": "ulang|ulangi|tadi apa|tanya lagi|harus kirim apa|kirim apa|bingung|gak paham|gk ngerti|maksudnya apa|apa lagi|terus apa",
    "restart": "mulai baru|MULAI BARU|mulai lagi|dari awal|ulang dari awal|reset|mulai dari awal",
    "staff": "petugas|PETUGAS|mau bicara sama petugas|chat admin|cs|hubungkan petugas|bicara dengan orang|jangan bot|minta petugas|mana petugasnya|mau bicara dengan manusia",
    "help": "bantuan|help|menu|bantu|panduan|info",
    "privacy": "privasi|PRIVASI|data pribadi|data saya aman?|aman gak|apakah data saya aman",
    "done": "sudah|SUDAH|sudah selesai|udah beres|sampun|wis beres|sudah diperbaiki|sudah nyala|selesai",
    "not_done": "belum|BELUM|blm|belum selesai|durung|dereng|masih rusak|masih belum|belum beres pak|masih sama aja|blm ada perubahan",
    "agree": "setuju|SETUJU|saya setuju|ya setuju",
    "disagree": "tidak setuju|gak setuju|saya tidak setuju",
    "thanks": "terima kasih|makasih|mksh|makasih pak|terimakasih banyak|tks|tq|suwun|matur nuwun|suksma|mator sakalangkong|oke makasih|siap terima kasih",
    "greeting": "assalamualaikum|Assalamu'alaikum wr wb|ass|halo|hai|p|P|selamat pagi|pagi pak|met siang|min|permisi|om swastyastu|slmt sore|tes|punten",
    "wait": "sebentar|bentar|bentar ya pak|tunggu|tunggu sebentar|sebentar saya foto dulu|saya cari dulu|lagi dicari|sek|masih dicari",
    "resume": "lanjut|lanjutkan|LANJUT|teruskan",
    "another": "lapor lagi|laporan baru|mau lapor lagi|buat laporan baru|ada laporan lain",
    "who": "ini siapa|ini bot ya?|kamu robot?|ini nomor kecamatan?|apa ini resmi",
    "why": "untuk apa|buat apa|kenapa harus kk|buat apa ktp|kok harus ktp|wajib?|harus ya|ribet|untuk apa ktp?",
}
CASES = [(said, meaning) for meaning, lines in SAID.items() for said in lines.split("|")]


@pytest.mark.parametrize(("said", "meaning"), CASES)
def test_a_word_is_heard_however_it_is_spelt(said, meaning):
    assert meaning in hearing.meanings(said), hearing.folded(said)


@pytest.mark.parametrize(
    ("said", "not_meant"),
    [
        ("no 12 rt 3", "no"),
        ("udah dikirim", "done"),
        ("sudah saya kirim tadi", "done"),
        ("ya tapi alamatnya salah", "yes"),
        ("makasih tapi lampunya mati lagi", "thanks"),
        ("jalan rusak dekat pos petugas", "staff"),
        ("lampu mati, belum diperbaiki sejak kemarin", "not_done"),
        ("batalkan saja rencana penebangan pohon itu", "cancel"),
        ("nanti malam ada balap liar lagi", "later"),
        ("tidak ada lampu di jalan itu", "none"),
        ("status tanah di desa kami tidak jelas", "status"),
        ("kami menunggu bantuan dari bulan lalu", "help"),
        ("hilang motor saya di pasar", "none"),
        ("salah sasaran bansosnya", "edit"),
        ("lanjutan proyek jalan mangkrak", "resume"),
    ],
)
def test_a_sentence_is_no_word(said, not_meant):
    assert not_meant not in hearing.meanings(said)


@pytest.mark.parametrize(
    ("said", "folded"),
    [
        ("jln dpn rmh sy rsk", "jalan depan rumah saya rusak"),
        ("gg mawar no 3", "gang mawar nomor 3"),
        ("dalane bolong", "jalan berlubang"),
        ("jalan2 rusak", "jalan rusak"),
        ("KTP-nya blm jadi", "ktp belum jadi"),
        ("Assalamu’alaikum", "assalamualaikum"),
        ("lampunya mati", "lampu mati"),
        ("hanya tanya", "hanya tanya"),
        ("ngelaporin jalan", "lapor jalan"),
    ],
)
def test_spellings_are_folded(said, folded):
    assert " ".join(hearing.folded(said)) == folded


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("STATUS 7K3F", ("7K3F",)),
        ("status 7k3f dan 9Z2Q", ("7K3F", "9Z2Q")),
        ("LANJUT ABCD", ("ABCD",)),
        ("lanjut saja", ()),
        ("rt 03 rw 02", ()),
        ("tahun 2026", ()),
        ("KNG-2026-0012", ()),
        ("kode: 7K3F", ("7K3F",)),
    ],
)
def test_codes_are_found(said, codes):
    assert hearing.codes_in(said) == codes


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("status KNG-2026-0012", ("KNG-2026-0012",)),
        ("kng 2026 12", ("KNG-2026-0012",)),
        ("kng/2026/0012 dan KNG.2026.13", ("KNG-2026-0012", "KNG-2026-0013")),
        ("KDP-2026-0012", ()),
        ("kng", ()),
    ],
)
def test_register_numbers_are_found(said, numbers):
    assert hearing.numbers_in(said, "KNG") == numbers


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("/start", ("start", "")),
        ("/start abc", ("start", "abc")),
        ("/status@KecKanigaranBot 7K3F", ("status", "7K3F")),
        ("/HELP", ("help", "")),
        ("/batal", ("cancel", "")),
        ("/apasaja", ("unknown", "")),
        ("jalan / trotoar", ("", "")),
        ("start", ("", "")),
    ],
)
def test_commands_are_read(said, word):
    assert hearing.slash(said) == word


@pytest.mark.parametrize(
    ("said", "name", "rest"),
    [
        ("tidak ada, KK ikut orang tua", "none", "KK ikut orang tua"),
        ("ga punya karena hilang", "none", "karena hilang"),
        ("nanti, masih kerja", "later", "masih kerja"),
        ("ubah alamat", "edit", "alamat"),
        ("jalan rusak", "none", None),
    ],
)
def test_a_word_may_begin_a_sentence(said, name, rest):
    assert hearing.begins_with(said, name) == rest


@given(st.text(max_size=200))
def test_any_text_can_be_heard(text):
    hearing.meanings(text)
    hearing.codes_in(text)
    hearing.numbers_in(text, "KNG")
    hearing.slash(text)
    hearing.begins_with(text, "none")
    assert hearing.folded(" ".join(hearing.folded(text))) is not None
