"""What people newly wrote, told from what their programs quote and sign: one case for each client we know."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.quoting import MOST_LINES, new_words

OURS = "Kecamatan Kanigaran <kec_kanigaran@contoh.go.id>"
QUOTED = "> Terima kasih atas laporannya.\n> Mohon kirim foto KTP.\n"
BARE = "Terima kasih atas laporannya.\nMohon kirim foto KTP.\n"

# What stands below the answer "Baik, sudah saya kirim." in each client.
CLIENTS = {
    "Gmail in 2018": f"Pada tanggal Sen, 3 Des 2018 10.41 {OURS} menulis:\n\n{QUOTED}",
    "Gmail in 2020": f"Pada tanggal Sab, 31 Okt 2020 pukul 22.12 {OURS} menulis:\n\n{QUOTED}",
    "Gmail in 2024": f"Pada Sab, 15 Jun 2024 pukul 14.59 {OURS} menulis:\n\n{QUOTED}",
    "Gmail, broken before the verb": f"Pada Sab, 15 Jun 2024 pukul 14.59 {OURS}\nmenulis:\n\n{QUOTED}",
    "Gmail, broken inside the brackets": (
        f"Pada Sab, 15 Jun 2024 pukul 14.59 Kecamatan Kanigaran Kota Probolinggo <\nkec_kanigaran@contoh.go.id> menulis:\n\n{QUOTED}"
    ),
    "Gmail in English": f"On Sat, Jun 15, 2024 at 2:59 PM {OURS} wrote:\n\n{QUOTED}",
    "Gmail in English, broken": f"On Sat, Jun 15, 2024 at 2:59 PM Kecamatan Kanigaran <\nkec_kanigaran@contoh.go.id> wrote:\n\n{QUOTED}",
    "Gmail of old": f"2014-03-05 10:15 GMT+07:00 {OURS}:\n\n{QUOTED}",
    "Gmail, older Indonesian": f"Pada 5 Maret 2014 10.15, {OURS} menulis:\n\n{QUOTED}",
    "Gmail, abbreviated": f'Pada tgl 5 Mar 2024 10.15, "Kecamatan" <kec_kanigaran@contoh.go.id> menulis:\n{QUOTED}',
    "iPhone": f"Dikirim dari iPhone saya\n\n> Pada 5 Mar 2024, pukul 10.15, {OURS} menulis:\n> \n{QUOTED}",
    "iPhone, not quoting its own line": f"Dikirim dari iPhone saya\n\nPada 5 Mar 2024, pukul 10.15, {OURS} menulis:\n\n{QUOTED}",
    "iPhone in English": f"Sent from my iPhone\n\n> On 5 Mar 2024, at 10:15, {OURS} wrote:\n> \n{QUOTED}",
    "Yahoo in a browser": f"    Pada Selasa, 5 Maret 2024 10.15.30 WIB, {OURS} menulis:  \n \n {BARE}",
    "Yahoo in English": f"    On Tuesday, March 5, 2024 at 10:15:30 AM GMT+7, {OURS} wrote:  \n \n {BARE}",
    "Yahoo's app, quoting on the same line": (
        "Dikirim dari Yahoo Mail di Android \n \n  Pada Sel, 5 Mar 2024 pada 10:15, Kecamatan<kec_kanigaran@contoh.go.id> menulis:   Terima kasih atas laporannya.\nMohon kirim foto KTP.\n"
    ),
    "Yahoo's app in English": (
        "Sent from Yahoo Mail on Android \n \n  On Tue, 5 Mar 2024 at 10:15, Kecamatan<kec_kanigaran@contoh.go.id> wrote:   Terima kasih.\n"
    ),
    "Outlook on a desk": f"\nDari: {OURS} \nDikirim: Selasa, 5 Maret 2024 10.15\nKepada: Sari Dewi\nPerihal: Re: Lampu mati\n\n{BARE}",
    "Outlook in English": f"\nFrom: {OURS} \nSent: Tuesday, March 5, 2024 10:15 AM\nTo: Sari Dewi <sari@warga.example>\nSubject: RE: Lampu mati\n\n{BARE}",
    "Outlook of old": f"\n-----Original Message-----\nFrom: {OURS}\nSent: Tuesday, March 5, 2024 10:15 AM\nTo: Sari\nSubject: Lampu\n\n{BARE}",
    "Outlook with stars": f"\n*Dari:* {OURS}\n*Dikirim:* Selasa, 5 Maret 2024 10.15\n*Kepada:* Sari\n*Subjek:* Lampu\n\n{BARE}",
    "Outlook in a browser": (
        f"________________________________\nDari: {OURS}\nDikirim: 05 Maret 2024 10:15\nKepada: Sari <sari@warga.example>\nSubjek: Re: Lampu mati\n\n{BARE}"
    ),
    "Outlook on a phone": (
        f"Dapatkan Outlook untuk Android<https://aka.ms/AAb9ysg>\n________________________________\nFrom: {OURS}\nSent: Tuesday, March 5, 2024 10:15:30 AM\nTo: Sari <sari@warga.example>\nSubject: Re: Lampu\n\n{BARE}"
    ),
    "Outlook on a phone, airy": (
        f"Get Outlook for iOS\n________________________________\n\nDari: {OURS}\n\nDikirim: 05 Maret 2024 10:15\n\nKepada: Sari\n\nPerihal: Lampu\n\n{BARE}"
    ),
    "Samsung": (
        f"Dikirim dari ponsel cerdas Samsung Galaxy saya.\n-------- Pesan asli --------\nDari: {OURS} \nTanggal: 05/03/24  10.15  (GMT+07:00) \nKe: sari@warga.example \nSubjek: Re: Lampu \n\n{BARE}"
    ),
    "Samsung in English": (
        f"Sent from my Galaxy\n-------- Original message --------\nFrom: {OURS} \nDate: 05/03/24  10:15  (GMT+07:00) \nTo: sari@warga.example \nSubject: Re: Lampu \n\n{BARE}"
    ),
    "K-9": f"-- \nDikirim dari perangkat Android saya dengan K-9 Mail. Mohon maaf atas keterbatasan saya.\n\nPada 5 Maret 2024 10.15.30 WIB, {OURS} menulis:\n{QUOTED}",
    "K-9, the quotation first below the signature": f"\n\nOn March 5, 2024 10:15:30 AM GMT+07:00, {OURS} wrote:\n{QUOTED}-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.",
    "Thunderbird, which names no address": f"Pada 05/03/24 10.15, Kecamatan Kanigaran menulis:\n{QUOTED}",
    "Thunderbird in English": f"On 05/03/2024 10:15, Kecamatan Kanigaran wrote:\n{QUOTED}",
    "Roundcube": f"On 2024-03-05 10:15, kec_kanigaran@contoh.go.id wrote:\n{QUOTED}",
    "a name before the verb": f"Kecamatan Kanigaran menulis pada 2024-03-05 10:15:\n{QUOTED}",
    "Windows": f"Dikirim dari Email untuk Windows\n\nDari: {OURS}\nDikirim: 05 Maret 2024 10:15\nKe: sari@warga.example\nPerihal: Lampu\n\n{BARE}",
    "a signature and no quotation": "-- \nSari Dewi\nJl. Mawar 3, 0812-3456-7890",
    "no quotation and a phone": "Terkirim dari Redmi saya",
}


@pytest.mark.parametrize("below", CLIENTS.values(), ids=CLIENTS)
def test_only_the_new_words_of_an_answer_are_taken(below):
    assert new_words(f"Baik, sudah saya kirim.\n\n{below}", reply=True) == "Baik, sudah saya kirim."


@pytest.mark.parametrize("below", CLIENTS.values(), ids=CLIENTS)
def test_line_ends_of_another_kind_of_blank_change_nothing(below):
    text = (
        f"Baik.\nTerima kasih.\n{below}".replace("\n", " \n")
        if "-- \n" not in below
        else f"Baik.\nTerima kasih.\n{below}"
    )
    assert new_words(text, reply=True) == "Baik.\nTerima kasih."


INTRODUCED = f"Pada Sab, 15 Jun 2024 pukul 14.59 {OURS} menulis:"

# (a mail, what's new in it): answers that stand elsewhere than above the quotation.
ELSEWHERE = {
    "answers between quoted lines": (
        f"{INTRODUCED}\n\n> Di mana letaknya?\n\nDi Jalan Mawar RT 3.\n\n> Sejak kapan?\n\nSejak Senin.\n",
        "Di Jalan Mawar RT 3.\n\nSejak Senin.",
    ),
    "an answer below": (f"{INTRODUCED}\n\n{QUOTED}\nSudah saya kirim.\n", "Sudah saya kirim."),
    "above and below": (f"Selamat pagi,\n\n{INTRODUCED}\n\n{QUOTED}\nSudah saya kirim.", "Selamat pagi,\n\nSudah saya kirim."),
    "a quotation of a quotation": (f"Baik\n\n{INTRODUCED}\n\n> Baik\n>\n>> {INTRODUCED}\n>>\n>>> Halo\n", "Baik"),
    "answers between lines, and a signature": (
        f"{INTRODUCED}\n> Nama?\nSari\n> Alamat?\nJl. Mawar\n-- \nSari Dewi", "Sari\nJl. Mawar",
    ),
    "labelled lines stay as they stand": (
        f"Nama: Sari Dewi\nAlamat: Jl. Mawar 3\nHP: 0812\n\n{INTRODUCED}\n{QUOTED}", "Nama: Sari Dewi\nAlamat: Jl. Mawar 3\nHP: 0812",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mail", "new"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_answers_between_and_below_survive(mail, new):
    assert new_words(mail, reply=True) == new


# Words of citizens that look like something else.
TRAPS = {
    "an officer who wrote": "Pada tanggal 5 Maret 2024 petugas menulis: laporan selesai\npadahal belum.",
    "an officer who wrote, at a line's end": "Pada tanggal 5 Maret 2024 petugas menulis:\nlaporan selesai, padahal belum.",
    "a form of their own": "Dari: RT 03\nKepada: Camat\nPerihal: Lampu mati\n\nLampu di jalan mati.",
    "a letter with its date": "Dari: Budi <budi@warga.example>\nKepada: Camat Kanigaran\nTanggal: 5 Maret 2024\nPerihal: Jalan rusak\n\nDengan hormat, jalan rusak.",
    "a list": "Yang rusak:\n- lampu mati\n- jalan berlubang\n-- dekat sekolah\n- got mampet",
    "an ending that opens a sentence": "Hormat kami kepada Bapak Camat, jalan rusak.\nMohon ditinjau.",
    "sent from a village hall": "Dikirim dari kantor desa, suratnya belum sampai.",
    "sent by phone with a story": "Dikirim dari ponsel, karena di rumah tidak ada sinyal",
    "more than three months": "> 3 bulan jalan rusak\nMohon diperbaiki.",
    "on that day": "On 5 March the lamp broke.\nPlease mend it.",
    "a rule of their own": "Jalan Mawar\n==========\nJalan Melati\n_____\nkeduanya rusak",
    "dashes and a long story": "Pembukaan\n--\n" + "\n".join(f"baris {n} cerita" for n in range(30)),
    "the address of somebody": "Pada hari itu budi@warga.example menulis surat kepada kami.\nBelum dijawab.",
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS)
@pytest.mark.parametrize("reply", [True, False])
def test_words_of_citizens_are_not_taken_for_quotations(text, reply):
    assert new_words(text, reply=reply) == text


def test_what_somebody_pastes_into_a_first_mail_is_what_they_want_to_say():
    pasted = f"Ini jawaban petugas:\n\n{INTRODUCED}\n\n{QUOTED}".rstrip()
    assert new_words(pasted, reply=False) == pasted


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "---------- Pesan terusan ---------",
        "Begin forwarded message:",
        "----- Pesan yang Diteruskan -----",
    ],
)
def test_a_forwarded_mail_inside_an_answer_is_content(mark):
    text = f"Ini buktinya.\n\n{mark}\nDari: Dinas <dinas@contoh.go.id>\nTanggal: 5 Mar 2024 10.15\nPerihal: Lampu\nKepada: Sari\n\n> kami proses\nsegera"
    assert new_words(text, reply=True) == text


HOSTILE = {
    "one endless line": "On " * 8_000,
    "many openings": "On \n" * 30_000,
    "empty lines": "\n" * 20_000,
    "heads": "From: a\n" * 3_000,
    "heads with addresses": "Dari: a@b.id\nDikirim: x\nKepada: y\n" * 1_000,
    "openings that are dated": f"Pada 2024-01-01 {'x ' * 300}\n" * 2_000,
    "signs": "-- \n" * 20_000,
    "signs and blanks": "--\n\n\n\n" * 5_000,
    "quoted": "> " * 50_000 + "\n> x" * 20_000,
    "brackets": f"On 2024-01-01 {'<a@b' * 200}\n" * 2_000,
    "verbs": "Pada 2024 menulis: " * 5_000,
    "labels": "Dari:" * 20_000,
    "devices": ("Sent from " + "my " * 40 + "\n") * 2_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_length_alone(text):
    began = time.thread_time()
    new_words(text, reply=True)
    assert time.thread_time() - began < 0.5  # 10 to 60 ms here


def test_nothing_is_looked_at_below_the_limit():
    assert new_words("x\n" * (MOST_LINES + 100), reply=True).count("x") == MOST_LINES


LINES = st.sampled_from([
    "halo", "", "> kutipan", INTRODUCED, "-- ", "Dikirim dari iPhone saya", "Dari: a <a@b.id>", "Dikirim: 5 Maret 2024 10.15",
    "Kepada: b", "Perihal: c", "________________", "-----Original Message-----", "---------- Forwarded message ---------",
])  # fmt: skip


@given(st.lists(LINES | st.text(max_size=20), max_size=40), st.booleans())
def test_new_words_are_lines_of_the_mail_in_their_order(lines, reply):
    text = "\n".join(lines)
    left = iter([line.rstrip() for line in text.split("\n")])
    for line in new_words(text, reply=reply).split("\n"):
        assert not line or line in left
