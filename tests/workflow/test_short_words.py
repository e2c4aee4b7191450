"""What goes by SMS: every sentence fits one part, or two where it's said why, and no sign of ours makes it dearer."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from channels.twilio.gsm7 import fold, is_gsm, segments
from tests.limits import LIMITS
from tests.transcript import Play, parse
from tests.workflow.talk import office
from tests.workflow.test_without_photos import TELEGRAM, WHATSAPP, Texter
from workflow.say import say, worded
from workflow.words import texts

ONE, TWO = 160, 306  # units of one part, and of two (3GPP TS 23.040: each of several holds 153)
SMS = LIMITS["sms"]

# What stands in the blanks, as long as it ordinarily gets.
FILLED = {
    "label": "KTP", "latitude": "-7.771200", "longitude": "113.217800", "part": "pagi", "service": "2 hari kerja", "total": "6 hari kerja",
    "waiting": "4 hari kerja", "amount": "3", "beginning": "w", "body": "Isi: lampu jalan di depan balai RW 5 mati sudah seminggu\nMenyusul: KK dan KTP",
    "channel": "WhatsApp", "choices": "1 Tambahan KNG-2026-0001; 2 Laporan baru", "code": "7K3F", "condition": "", "contact": "",
    "count": "3", "date": "23-11-2026 09.12 WITA", "did": "rancangan jawaban dikembalikan untuk diperbaiki", "day": "Senin", "days": "14", "due": "Batas: 24-11-2026 16.00 WIB.", "ending": "78",
    "example": "1 KTP", "fee": "Tanpa biaya", "file": "IMG_2031.jpg", "first": "KK", "greeting": "Selamat pagi, Bapak/Ibu.", "home": "WhatsApp",
    "hours": "Senin-Kamis 07.30-16.00, Jumat 07.30-16.30 WITA", "identity": "30", "items": "isi laporan, KK, KTP, atau foto lokasi",
    "lacking": ", belum lengkap: KK dan KTP", "last": "KTP", "line": "Jawaban dari Camat kepada pengadu", "list": "", "m": "12", "matter": ", lampu jalan mati.", "media": "365",
    "messages": "730", "minutes": "60", "moment": "24-11-2026 16.00 WITA", "n": "4", "name": "KNG-2026-0001", "not_needed": "; KK tidak perlu dikirim",
    "number": "KNG-2026-0001", "number_later": "Nomor register menyusul. ", "numbers": "112 (Darurat 112)\n110 (Polisi)\n119 (Ambulans)\n113 (Pemadam kebakaran)",
    "outside": "SP4N-LAPOR!, Ombudsman RI 137, KPK 198, dan Inspektorat",
    "office": "Dinas Pemberdayaan Masyarakat dan Desa", "options": "KTP, SIM, KK, atau identitas lain", "own": "8M4G", "place": "Pekutatan",
    "data": "...", "fields": "nama dan alamat", "files": "12", "lines": "KNG-2026-0001: dihapus (12 berkas). Percakapan: dihapus.",
    "request": "DP-27", "wish": "pembatasan penggunaan data",
    "relation": "orang tua", "requirement": "Fotokopi KTP-el", "role": "Petugas Pelayanan Pengaduan Masyarakat", "roles": "Camat", "reach": "0811-0000-1111",
    "routes": "- SP4N-LAPOR!: www.lapor.go.id\n- Ombudsman RI: 137\n- KPK: 198\n- Inspektorat",
    "salam": "Om Swastyastu. ", "short_office": "Kec. Pegantenan", "signature": "Camat Pekutatan", "text": "foto KK dan nomor tiang lampunya",
    "theirs": "Sutinah Contoh", "thing": "KTP", "things": "KK, KTP, dan foto lokasi", "time": "3 x 24 jam", "tracking": "8412345", "until": "Senin, 7 Desember 2026",
    "ways": "WA 0811-0000-1111 atau Telegram @kanigaran_bot", "what": "KTP", "where": "Dinas PUPR Kota Probolinggo",
    "which": "KK, KTP, atau lokasi", "who": "Kasi Pembangunan", "why": "hilang",
}  # fmt: skip

TWO_PARTS = {
    "violence": "the numbers to call",
    "emergency.now": "the numbers to call",
    "emergency.suicide": "the numbers to call",
    "privacy.long": "on request only; the law says what stands in it",
    "privacy.answer.counter": "why it doesn't come here, and where it's to be had",
    "confidential.outside": "the routes outside with their addresses",
}
"""Sentences that take two parts, and why."""

NEVER = ("paper.", "place.received", "place.how", "failed.", "retake.", "sorting.", "voice.", "gist.", "contact.", "evidence.", "press.",
         "ask.ktp", "ask.kk", "ask.sim", "ask.identity", "ask.location_photo", "ask.document", "ask.everything", "letters.", "who", "telling.receipt",
         "telling.answer", "privacy.answer.copy")  # fmt: skip
"""What nobody gets by SMS: talk of photos, buttons and mails; the receipt and the answer are measured as they're sent; a copy of
one's data that's longer than two parts is had at the counter."""


TO_CITIZENS = ("privacy.ask.", "privacy.answer.", "privacy.erased.")
"""What of words/privacy.toml goes to citizens; the rest is for the desk, the operator, or stands in a copy."""


def sentences() -> list[str]:
    """The sentences of the files that speak to citizens."""
    keys: list[str] = []
    for name in ("citizen.toml", "telling.toml", "joining.toml"):
        keys += _keys(tomllib.loads((resources.files("workflow.words") / name).read_text("utf-8")), "")
    keys += ["privacy.gone", "privacy.gone_asked", *(key for key in texts() if key.startswith(TO_CITIZENS))]
    own = tuple(
        key for key in keys if not key.endswith((".short", ".letter")) or key in ("notice.short", "thanks.short")
    )
    return [key for key in own if not key.startswith(NEVER)]


def _keys(table: dict[str, object], prefix: str) -> list[str]:
    return [
        key
        for name, value in table.items()
        for key in (_keys(value, f"{prefix}{name}.") if isinstance(value, dict) else [f"{prefix}{name}"])
    ]


@pytest.mark.parametrize("key", sentences())
def test_a_sentence_fits_one_sms(key: str) -> None:
    own = worded(key, SMS)
    text = fold(say(own, **FILLED))
    found = segments(text)
    assert found.alphabet == "GSM-7", text
    assert found.units <= (TWO if key in TWO_PARTS else ONE), f"{own} has {found.units} units: {text}"


def test_only_what_needs_two_parts_is_said_to() -> None:
    fits = [key for key in TWO_PARTS if segments(fold(say(worded(key, SMS), **FILLED))).units <= ONE]
    assert fits == []


@pytest.mark.parametrize("key", sorted(texts()))
def test_no_sign_of_ours_makes_an_sms_dearer(key: str) -> None:
    assert is_gsm(fold(texts()[key]).replace("{", "").replace("}", "")), texts()[key]


TALKS = sorted(
    path for path in Path(__file__).parents[1].joinpath("dialogues").glob("*.txt")
    if re.search(r"^channel: sms$", path.read_text("utf-8"), re.MULTILINE)
)  # fmt: skip


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_a_talk_by_sms_takes_at_most_two_parts_a_message_and_its_receipt_one(path: Path) -> None:
    head, _, lines = parse(path.read_text("utf-8"))
    game = Play(head)
    sent = [message for line in lines if not line.ours for message in game.act(line) if message.to.channel == "sms"]
    assert sent
    for message in sent:
        found = segments(fold(message.text))
        most = 1 if message.kind == "receipt" else 2
        assert (found.alphabet, found.parts <= most) == ("GSM-7", True), f"{found}: {message.text}"
        assert not re.search(r"\n\n", message.text)


STORIES = {
    "kanigaran": ["jalan di depan SDN Kanigaran 1 berlubang, banyak yang jatuh", "nanti", "ya"],
    "kedopok": ["KTP saya dua minggu belum jadi, katanya blangko habis", "Sari Contoh", "Jl. Mawar 3", "loket", "ya"],
    "pegantenan": ["lampu jalan di Desa Bulangan mati", "Sari Contoh", "Desa Bulangan RT 1", "nanti", "ya"],
    "dpmd-pasuruan": ["kantor desa Sukorejo tutup terus, pelayanan buruk", "Sari Contoh", "Sukorejo RT 1", "tidak ada", "kantor dibuka", "Sari Contoh", "ya"],
    "pekutatan": ["sampah menumpuk di Pantai Pekutatan, belum diangkut seminggu", "ya"],
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_in_every_office_a_report_by_sms_takes_at_most_two_parts_a_message(name: str) -> None:
    game = Texter(office=office(name), ways=(WHATSAPP, TELEGRAM))
    for words in STORIES[name]:
        game.say(words)
    assert not game.telling
    game.say("status")
    for message in game.sent:
        found = segments(fold(message.text))
        most = 1 if message.kind == "receipt" else 2
        assert (found.alphabet, found.parts <= most) == ("GSM-7", True), f"{found}: {message.text}"


@pytest.mark.parametrize("name", STORIES)
def test_the_long_notice_takes_two_parts_wherever_a_report_by_sms_stands(name: str) -> None:
    game = Texter(office=office(name), ways=(WHATSAPP, TELEGRAM))
    for words in STORIES[name]:
        game.say(words)
        before = len(game.sent)
        game.say("privasi")
        assert [segments(fold(message.text)).parts for message in game.sent[before:]] == [2], game.sent[before:]
    assert not game.telling  # each question was answered all the same


def test_what_was_asked_can_be_answered_after_the_long_notice_by_sms() -> None:
    game = Texter(office=office("kanigaran"), ways=(WHATSAPP, TELEGRAM))
    for words in ("jalan depan SD rusak parah", "batal", "privasi"):
        game.say(words)
    assert game.telling
    game.say("ya")
    assert not game.telling
