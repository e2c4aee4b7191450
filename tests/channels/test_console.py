"""A talk in a terminal: typed lines become values, messages become lines."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from channels.base import Downloading, Envelope, FetchError, Malformed, Parcel
from channels.console import Console, Unclear
from workflow.message import (
    Address,
    Attachment,
    BadPayload,
    Choice,
    Enclosure,
    Location,
    Message,
    Outbound,
    Press,
    Sender,
    Sent,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ME = Address("kanigaran", "console", "1")
ASKED = ((Choice(label="Ya", data="c:ya"), Choice(label="Ubah", data="c:ubah")),)


@pytest.fixture
def out():
    return io.StringIO()


@pytest.fixture
def console(out):
    return Console("kanigaran", out, person="Sari")


async def say(console, kind="question", to=ME, content=b"", file_name="", **fields):
    return await console.send(Parcel(Outbound(to=to, kind=kind, **fields), content=content, file_name=file_name), "k")


def hear(console, line):
    return console.read(console.typed(line, AT))


def message(number="1", **fields):
    return Message(chat=ME, id=number, sender=Sender(id="1", name="Sari"), at=AT, **fields)


def test_a_line_is_a_message(console):
    assert hear(console, " jalan rusak \n") == message(text="jalan rusak")


def test_lines_are_numbered_and_share_a_lane(console):
    payloads = [console.typed(line, AT) for line in ("a", "b")]
    assert [console.envelope(each) for each in payloads] == [Envelope("1", ME.lane), Envelope("2", ME.lane)]


def test_a_file_is_named_with_its_caption(console, tmp_path):
    (tmp_path / "ktp saya.jpg").write_bytes(b"12345")
    path = str(tmp_path / "ktp saya.jpg")
    photo = Attachment(kind="photo", ref=path, name="ktp saya.jpg", mime="image/jpeg", size_bytes=5)
    assert hear(console, f"/foto {path} | ini KTP") == message(text="ini KTP", attachments=(photo,))
    voice = hear(console, f"/suara '{path}'")
    assert [each.kind for each in voice.attachments] == ["voice"]


def test_a_pin_is_a_place(console):
    assert hear(console, "/pin -7.75, 113.2") == message(location=Location(latitude=-7.75, longitude=113.2))


@pytest.mark.parametrize("line", ["/foto tidak-ada.jpg", "/foto", "/pin", "/pin a b", "/pin 91 0", "/pin nan 0"])
def test_what_cannot_be_sent_is_said(console, line):
    with pytest.raises(Unclear) as caught:
        console.typed(line, AT)
    assert str(caught.value)


async def test_a_number_presses_the_button_of_the_last_message(console, out):
    sent = await say(console, text="Sudah benar?", choices=ASKED)
    assert out.getvalue() == "\nAduan:\nSudah benar?\n1. Ya\n2. Ubah\n"
    pressed = hear(console, "2")
    assert pressed == Press(
        chat=ME, id="2", sender=Sender(id="1", name="Sari"), at=AT, data="c:ubah", message_id=sent.id
    )


async def test_a_number_answers_a_question_without_buttons(console):
    await say(console, text="Sudah benar?", choices=ASKED)
    await say(console, text="RT berapa?")
    assert hear(console, "2").text == "2"


async def test_chatter_keeps_the_buttons(console):
    await say(console, text="Sudah benar?", choices=ASKED)
    await say(console, kind="ack", text="Foto diterima.")
    assert isinstance(hear(console, "1"), Press)


async def test_everything_is_shown(console, out):
    await say(console, text="Foto", enclosure=Enclosure(file="f"), content=b"x")
    await say(console, text="Jawaban", enclosure=Enclosure(file="f", shown_as="document", name="surat.pdf"))
    await say(console, location=Location(latitude=1.5, longitude=2.0), request_location=True)
    await say(console, kind="edit", text="baru")
    await say(console, kind="delete")
    await say(console, to=Address("kanigaran", "console", "9"), text="x")
    assert out.getvalue().split("\n\n") == [
        "\nAduan:\n(foto)\nFoto",
        "Aduan:\n(berkas surat.pdf)\nJawaban",
        "Aduan:\n(lokasi 1.5, 2.0)\n(lokasi: /pin LINTANG BUJUR)",
        "Aduan:\n(diubah)\nbaru",
        "Aduan:\n(pesan dihapus)",
        "Aduan kepada 9:\nx\n",
    ]


async def test_the_silent_answer_to_a_press_shows_nothing(console, out):
    assert await say(console, kind="press", press="2") == Sent()
    assert not out.getvalue()


async def test_a_file_can_be_fetched(console, tmp_path):
    assert isinstance(console, Downloading)
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 100_000)
    assert b"".join([piece async for piece in console.download(str(path), 100_000)]) == b"x" * 100_000
    with pytest.raises(FetchError, match="too_big"):
        _ = [piece async for piece in console.download(str(path), 99_999)]
    with pytest.raises(FetchError, match="gone"):
        _ = [piece async for piece in console.download(str(tmp_path / "no"), 1)]


@pytest.mark.parametrize("payload", [b"", b"{}", b'{"number":"1"}', b"\xff"])
def test_a_foreign_payload_is_refused(console, payload):
    with pytest.raises(Malformed):
        console.envelope(payload)
    with pytest.raises(BadPayload):
        console.read(payload)
