"""Everything that reads what strangers write, as functions of bytes, with the exceptions each may answer with.

Fed by hypothesis in the suite (`test_fuzz.py`) and by atheris for as long as one likes (`python -m tests.attack`).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import msgspec

from bot.config import ConfigProblems
from bot.config import parse as parse_config
from bot.sniffing import is_whole, sniff
from channels.base import FetchError, Forged, Malformed
from channels.email import answers as mail_answers
from channels.email.read import attached, envelope
from channels.email.read import read as read_mail
from channels.email.tnef import enclosed
from channels.telegram.answers import Body as TelegramBody
from channels.telegram.read import Reader as TelegramReader
from channels.twilio.errors import Refusal
from channels.twilio.form import Head, form_of, head_of, pairs_of, stored, written
from channels.twilio.sharing import Shelf
from storage.archive import Damaged, frames
from storage.seal import BadKey, Unopenable, master_from_text
from tests.channels.email import letters
from tests.channels.twilio.conftest import built as twilio
from tests.doubles import MORNING, a_seal
from workflow.books import period
from workflow.desk import buttons
from workflow.desk.duty import typed_dates
from workflow.heard import hearing, intent
from workflow.identity import mask
from workflow.message import BadPayload
from workflow.problems import StandardProblems
from workflow.procedure import numbering
from workflow.standard import standard
from workflow.unnamed import unnamed

SEEDS = Path(__file__).parents[1] / "channels"
TODAY = date(2026, 11, 23)
_TELEGRAM = TelegramReader("kanigaran", bot_id=7)
_SHELF = Shelf("https://aduan.example", "berkas/kanigaran", bytes(32), lambda: MORNING)
_KANIGARAN = standard.shipped()["kanigaran"]
_SEAL = a_seal()
_WHATSAPP = twilio(None)["whatsapp"]


@dataclass(frozen=True)
class Target:
    """One parser. `told` are its ways to refuse; whatever else it raises is a fault. `seeds` are what it's made for."""

    read: Callable[[bytes], object]
    told: tuple[type[Exception], ...] = ()
    seeds: tuple[bytes, ...] = ()
    words: bool = field(default=False)  # it's fed text


def text(read: Callable[[str], object], *seeds: str, told: tuple[type[Exception], ...] = ()) -> Target:
    """A parser of text, which strangers write in any letters."""
    return Target(
        lambda data: read(data.decode("utf-8", "replace")), told, tuple(each.encode() for each in seeds), words=True
    )


def _telegram(data: bytes) -> None:
    _TELEGRAM.envelope(data)
    _TELEGRAM.read(data)


def _mail(data: bytes) -> None:
    payload = letters.stored(data)
    envelope(payload, letters.OFFICE)
    message = read_mail(payload, letters.OFFICE, letters.TOKENS, letters.SERVER)
    for each in getattr(message, "attachments", ()):
        attached(payload, each.ref)


def _form(data: bytes) -> None:
    form = written(pairs_of(data))
    for by in ("message", "status"):
        payload = stored(Head(by=by, at=MORNING, key="k", chat="+62812"), form)
        head_of(payload)
        form_of(payload)
        _WHATSAPP.read(payload)


def _archive(data: bytes) -> None:
    for _ in frames(io.BytesIO(data), _SEAL):
        pass


def _picture(data: bytes) -> None:
    if (found := sniff(data)) is not None:
        is_whole(data, found)


def _masked(said: str) -> None:
    once = mask(said)
    again = mask(once.text)
    assert again.text == once.text, "hiding twice changes something"
    assert not again.found, "something was left to hide"


def _config(said: str) -> None:
    parse_config(said, place="config.toml", folder=Path("/nowhere"), environ={})


def _standard(said: str) -> None:
    standard.load(said, place="own.toml")


UPDATE = (
    b'{"update_id":7,"message":{"message_id":1,"date":1790000000,"chat":{"id":5,"type":"private"},"from":{"id":5,'
    b'"is_bot":false,"first_name":"Sari"},"text":"/start staff-x","entities":[{"type":"bot_command","offset":0,"length":6}],'
    b'"photo":[{"file_id":"a","file_unique_id":"b","width":1,"height":1}],"location":{"latitude":-7.7,"longitude":113.2}}}'
)
PRESS = (
    b'{"update_id":8,"callback_query":{"id":"1","from":{"id":5,"is_bot":false,"first_name":"S"},"data":"d:accept:7K3F:1",'
    b'"chat_instance":"1","message":{"message_id":2,"date":0,"chat":{"id":-1001,"type":"supergroup"}}}}'
)
LETTER = (
    b"From: Sari <sari@warga.example>\r\nTo: p@k.example\r\nSubject: =?utf-8?B?SmFsYW4=?=\r\nMIME-Version: 1.0\r\n"
    b'Message-ID: <1@x>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n'
    b'<p>Jalan <b>rusak</b><blockquote>lama</blockquote>\r\n--b\r\nContent-Type: image/jpeg; name="a.jpg"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n--b--\r\n"
)
FORM = b"MessageSid=SM1&From=whatsapp%3A%2B62812&To=whatsapp%3A%2B6282200000001&Body=jalan&NumMedia=1&MediaUrl0=https%3A%2F%2Fx&Latitude=-7.7"
NIK = "nik saya 3574 0101 0101 0001 dan kk 3574-0101-0101-0002"

TARGETS: dict[str, Target] = {
    "an update of Telegram": Target(_telegram, (Malformed, BadPayload), (UPDATE, PRESS)),
    "what Telegram answers": Target(
        msgspec.json.Decoder(TelegramBody).decode, (msgspec.MsgspecError, UnicodeDecodeError),
        (b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":3}}',),
    ),
    "a form of Twilio": Target(_form, (Malformed, BadPayload, ValueError), (FORM,)),
    "what Twilio answers": Target(
        msgspec.json.Decoder(Refusal).decode, (msgspec.MsgspecError, UnicodeDecodeError), (b'{"code":63016,"message":"x","status":400}',)
    ),
    "a mail": Target(_mail, (Malformed, BadPayload, FetchError), (LETTER,)),
    "a winmail.dat": Target(enclosed, (), (b"\x78\x9f\x3e\x22\x01\x00",)),
    "what a mail server answers": text(
        lambda said: mail_answers.meaning("recipient", 550, said, timedelta(minutes=1)), "5.1.1 <sari@warga.example>: unknown"
    ),
    "the token of a shared file": text(_SHELF.opened, "WzE3OTUyLCJmIiwicGhvdG8iLCJuIl0.AAAA", told=(Forged,)),
    "a backup": Target(_archive, (Damaged, Unopenable), (b"ADUANBK\x01" + bytes(60),)),
    "a master key": text(master_from_text, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", told=(BadKey,)),
    "the beginning of a file": Target(_picture, (), (b"\xff\xd8\xff\xe0\x00\x10JFIF", b"%PDF-1.7", b"RIFF\x00\x00\x00\x00WEBP")),
    "numbers in a text": text(_masked, NIK, "3574.0101.0101.0001.0002"),
    "what a provider quotes": text(unnamed, "550 <sari@warga.example> +62 812 3456 7890"),
    "the words of a citizen": text(hearing.folded, "jln dpn SD rusak bgt, tlg diperbaiki yg cepat"),
    "what somebody wants": text(intent.guess, "jalan depan SD rusak parah, petugas minta uang", "kebakaran di pasar tolong"),
    "codes in a text": text(hearing.codes_in, "LANJUT 7K3F dan STATUS 9QXW"),
    "a button's data": text(buttons.read, "d:dispose:7K3F:3:901", "d:label:7K3F:2:0:ktp"),
    "dates of an absence": text(lambda said: typed_dates.read(said, TODAY), "3-7 Des 2026", "besok sampai Jumat"),
    "a period of the books": text(lambda said: period.read(said, TODAY), "november 2026", "nov 0000", "3-11-2026 s.d. 9-11-2026"),
    "a letter's number": text(lambda said: numbering.read_back(_KANIGARAN.letter, said), "060/024/424.079/2026"),
    "an office's standard": text(_standard, standard.shipped_text("pekutatan")[:3000], told=(StandardProblems,)),
    "a configuration": text(_config, '[service]\nkey = "x"\n[[offices]]\nid = "a"\n', told=(ConfigProblems,)),
}  # fmt: skip
