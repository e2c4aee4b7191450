"""Two hundred messages against each open question: nothing breaks, no command becomes a name, no question is nagged."""

from __future__ import annotations

import random

import pytest

from channels.twilio.gsm7 import fold, segments
from tests.limits import LIMITS
from tests.workflow.talk import Player, office
from workflow.conversation import Conversation
from workflow.heard import hearing

ROAD = "jalan depan SDN 1 berlubang parah sudah sebulan"
VILLAGE = "kantor desa tutup terus, sudah 4x saya ke sana"
QUESTIONS = {
    "kedopok": (("name", ROAD), ("address", ROAD, "Sari Wulandari"), ("ktp", ROAD, "Sari Wulandari", "Jl. Mastrip 2"),
                ("summary", ROAD, "Sari Wulandari", "Jl. Mastrip 2", "nanti"),
                ("reason", ROAD, "Sari Wulandari", "Jl. Mastrip 2", "tidak ada"),
                ("behalf", "saya lapor untuk ibu saya, bantuannya belum cair"), ("details", "petugas loket minta uang 50rb"),
                ("about_head", "camat minta uang 500 ribu"), ("suggestion", "usul pak, ruang tunggu diberi kursi")),
    "kanigaran": (("unclear", "hmm gimana ya"), ("statement", "mau lapor"), ("kk", ROAD), ("location", ROAD, "nanti", "nanti"),
                  ("summary", ROAD, "nanti semua"), ("which", ROAD, "nanti semua", "batal"),
                  ("cancel", ROAD, "batal"), ("change", ROAD, "nanti semua", "ubah"),
                  ("registered", ROAD, "nanti semua", "ya"), ("withdraw", ROAD, "nanti semua", "ya", "cabut laporan"),
                  ("addition", ROAD, "nanti semua", "ya", "lampu jalan juga mati di jl hamka"),
                  ("danger", "kebakaran di rumah saya tolong")),
    "pegantenan": (("identity", ROAD, "Sari Wulandari", "Dusun Tengah RT 2"),),
    "dpmd-pasuruan": (("loss", VILLAGE, "Sari Wulandari", "Dusun Krajan RT 2"),
                      ("remedy", VILLAGE, "Sari Wulandari", "Dusun Krajan RT 2", "tidak ada"),
                      ("sign", VILLAGE, "Sari Wulandari", "Dusun Krajan RT 2", "tidak ada", "minta dibuka")),
    "pekutatan": (("summary", ROAD), ("withdrawn", ROAD, "ya", "batal", "ya")),
}  # fmt: skip
SAID = """
ya|iya|y|yo|ok|oke|sip|benar|betul|monggo|enggih|engghi|nggih|inggih|iya pak|ya bu|tidak|tdk|gak|ndak|ora|bukan|no
nanti|nanti dulu|menyusul|lewati|belum ada|NANTI SEMUA|tidak ada|ga punya|ga ada pak|tidak punya ktp|pakai|status|STATUS|cek|cek status
status kng 2026 1|STATUS KNG-2026-0001|batal|gak jadi|BATAL|cabut|ulang|mulai baru|petugas|PETUGAS|mau bicara sama orangnya|bantuan|help
menu|privasi|sudah|belum|udah|blm|setuju|SETUJU|tidak setuju|lanjut|lanjut 7K3F|laporan baru|tambahan|1|2|3|4|9|0|10|#|?|...|!!!|🙏|👍|ok 👍
assalamualaikum|halo|selamat pagi|P|p|min|pak|bu|mas|terima kasih|makasih|suwun|mator sakalangkong|suksma|sebentar|tunggu|nanti sore ya
kenapa harus ktp?|buat apa|aman gak data saya|ini siapa|ini robot ya|gratis?|berapa lama|kapan selesai|kok lama|gimana sih|LAMA BANGET
ANJING|goblok|kalian kerja apa|percuma lapor|hoax|slot gacor maxwin https://slot.bet|pinjol cepat cair wa 0812|kebakaran tolong
suami saya memukul saya|ada kecelakaan|petugas minta uang 50rb|pak camat minta uang|syarat KTP hilang apa|jam buka kantor?
kemana lagi saya bisa lapor|bukti|tanda terima|surat|CEK 7K3FM2QXDA|cek KNG-2026-0001|ktp|kk|sim|itu ktp|foto lokasi|loket|ke kantor aja
saya sendiri|sendiri|mewakili|ibu saya|untuk tetangga|suami|anak|Sari Wulandari|Moh. Hasan|I Made Sudana|nama saya Sari, alamat Jl. Mawar 3
Jl. Mastrip gang 5 RT 2 RW 3|rt 2|desa bulangan|dusun krajan rt 2 rw 1|di depan pasar|eh salah, RT 3|bukan di situ|lampu mati juga|got mampet
airnya mati 3 hari|jhalan rosak|dalane bolong|luu liu|embuh|gak tau|ora ngerti|tidak tahu|terserah|apa aja|0812-3456-7890|3574010101900001
usul taman diberi bangku|hapus data saya|ubah|ubah nama|ubah alamat: Jl. Melati 4|cukup|itu saja|sudah cukup|lengkap|sudah dikirim|masih rusak
belum selesai|sudah beres|puas|tidak puas|orang lain|saya|/start|/status|/batal|/xyz|Anda siapa|bapak siapa|siapa camatnya|nama petugasnya siapa
"""
MESSAGES = [word.strip() for line in SAID.strip().splitlines() for word in line.split("|") if word.strip()]
WORDS = " ".join(MESSAGES).split()
CASES = [(office_id, *case) for office_id, cases in QUESTIONS.items() for case in cases]
COUNT = 200
STAFF = ("Siti Rahma", "Agus Wijaya")


def player(office_id: str, channel: str) -> Player:
    return Player(office(office_id), channel=channel, limits=LIMITS[channel])


def made(seed: int) -> list[str]:
    """The known messages, each as it stands, in capitals, or with words of others beside it."""
    chance = random.Random(seed)
    found = []
    for _ in range(COUNT):
        message = chance.choice(MESSAGES)
        shape = chance.randrange(5)
        if shape == 0:
            message = message.upper()
        elif shape == 1:
            message = f"{message} {' '.join(chance.sample(WORDS, chance.randrange(1, 6)))}"
        found.append(message)
    return found


def is_a_word(value: str) -> bool:
    """Whether a value is a word with a meaning, and so nobody's name, address or signature."""
    return bool(hearing.meanings(value) - {"own"}) or not any(map(str.isalpha, value))


def check(game: Player, message: str, talk: Conversation | None) -> None:
    assert talk is not None, message
    private = dict(talk.draft.private) if talk.draft else {}
    for each in game.complaints.values():
        private |= each.private
    for field in ("name", "behalf_name", "signature"):
        assert not is_a_word(private.get(field, "Sari")), f"{message!r} became the {field}: {private[field]!r}"
    for out in game.decisions[-1].sends:
        if out.to.channel == game.channel and out.to.chat == game.chat.chat:
            assert " Anda " not in f" {out.text} ", out.text
            assert not any(name in out.text for name in STAFF), out.text


@pytest.mark.parametrize("channel", ["telegram", "sms"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_every_message_is_answered_sensibly_at_every_open_question(case: tuple[str, ...], channel: str) -> None:
    office_id, _, *begins = case
    start = player(office_id, channel)
    for words in begins:
        start.say(words)
    for number, message in enumerate(made(hash_of(case))):
        game = player(office_id, channel)
        game.conversation, game.complaints, game.sent = start.conversation, dict(start.complaints), list(start.sent)
        before = len(game.decisions)
        game.say(message, id=f"m{number}")
        assert len(game.decisions) > before
        check(game, message, game.conversation)
        if channel == "sms":
            for out in game.decisions[-1].sends:
                if out.to.chat == game.chat.chat and out.kind not in ("card", "edit") and out.text:
                    found = segments(fold(out.text))
                    assert found.alphabet == "GSM-7", out.text
                    assert found.parts <= 3, out.text


def hash_of(case: tuple[str, ...]) -> int:
    return sum(ord(sign) for part in case for sign in part)


@pytest.mark.parametrize("words", [("embuh", "gak tau pak", "ora ngerti", "apa sih"), ("ya", "oke", "sip", "iya")])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_no_question_stands_three_times_in_a_row_without_a_way_out(
    case: tuple[str, ...], words: tuple[str, ...]
) -> None:
    game = player(case[0], "telegram")
    for each in case[2:]:
        game.say(each)
    told: list[str] = []
    for each in words:
        asked = [out.text for out in game.say(each) if out.kind == "question" and not out.not_before]
        told += asked
        assert not (len(told) > 2 and told[-1] == told[-2] == told[-3]), told[-1]
    assert not game.telling or not {"embuh", "gak tau pak", "ora ngerti"} & set(game.draft.private.values())
