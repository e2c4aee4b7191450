"""Files are what their bytes say: real decoding in a child, bombs and lies refused, nothing of EXIF in what's shown."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator
from importlib import resources

import pytest
from PIL import Image

from bot.media import Media, Unfit
from bot.sniffing import sniff

SAMPLES = resources.files("channels.sandbox.samples")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def png_bomb(side: int) -> bytes:
    """A few kilobytes that claim `side` x `side` black pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    body = b"".join(rows.compress(b"\0" * (1 + side // 8)) for _ in range(side)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    looker = Media()
    yield looker
    await looker.close()


@pytest.mark.parametrize(
    ("first_bytes", "mime", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg", "photo"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "photo"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", "photo"),
        (b"\0\0\0\x18ftypheic", "image/heic", "photo"),
        (b"\0\0\0\x18ftypmp42", "video/mp4", "video"),
        (b"\0\0\0\x18ftyp3gp4", "video/3gpp", "video"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4", "audio"),
        (b"OggS\0\2" + bytes(22) + b"OpusHead", "audio/ogg", "voice"),
        (b"#!AMR\n", "audio/amr", "voice"),
        (b"ID3\x03", "audio/mpeg", "audio"),
        (b"\xff\xfb\x90\0\0", "audio/mpeg", "audio"),
        (b"%PDF-1.7", "application/pdf", "pdf"),
        (b"<svg xmlns=", "", "other"),
        (b"<html>", "", "other"),
        (b"MZ\x90\0", "", "other"),
        (b"PK\3\4", "", "other"),
        (b"", "", "other"),
    ],
)
def test_the_first_bytes_decide_what_a_file_is(first_bytes: bytes, mime: str, kind: str) -> None:
    sniffed = sniff(first_bytes)
    assert ((sniffed.mime, sniffed.type) if sniffed else ("", "other")) == (mime, kind)


async def test_a_sharp_card_is_a_photo_with_its_size(media: Media) -> None:
    found = await media.inspect(sample("contoh-ktp.jpg"))
    assert (found.type, found.width_px, found.height_px) == ("photo", 1280, 800)
    assert (found.dark, found.blurred) == (False, False)


async def test_dark_and_blurred_are_told_apart(media: Media) -> None:
    dark, blurred = (
        await media.inspect(sample("contoh-ktp-gelap.jpg")),
        await media.inspect(sample("contoh-ktp-buram.jpg")),
    )
    assert (dark.dark, dark.blurred) == (True, False)
    assert (blurred.dark, blurred.blurred) == (False, True)


async def test_the_place_in_a_photo_is_read_and_no_shown_copy_has_it(media: Media) -> None:
    road = sample("contoh-jalan.jpg")
    found = await media.inspect(road)
    assert found.position is not None
    assert (found.position.latitude, found.position.longitude) == (-7.7701, 113.2147)
    shown = await media.shown(road, "Hanya untuk pengaduan KNG-2026-0001")
    with Image.open(io.BytesIO(shown)) as picture:
        assert not dict(picture.getexif())
        assert picture.size == (1280, 800)
    assert b"Exif" not in shown
    assert shown != await media.shown(road, "")


async def test_a_voice_note_is_taken_without_opening_it(media: Media) -> None:
    assert (await media.inspect(sample("contoh-suara.ogg"))).type == "voice"


def archive(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in names:
            zipped.writestr(name, "<isi/>")
    return packed.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")


async def test_a_letter_written_with_word_is_taken(media: Media) -> None:
    found = await media.inspect(archive(*WORD))
    assert (found.type, found.mime.rpartition(".")[2]) == ("other", "document")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (archive("foto.jpg"), "not_allowed"),
        (archive(*WORD, "word/vbaProject.bin"), "not_allowed"),
        (archive(*WORD, "word/embeddings/oleObject1.bin"), "not_allowed"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "not_allowed"),
        (archive(*WORD)[:-30], "broken"),
    ],
)
async def test_no_other_archive_is_taken(media: Media, data: bytes, error: str) -> None:
    with pytest.raises(Unfit) as caught:
        await media.inspect(data)
    assert caught.value.reason == error


@pytest.mark.parametrize(
    ("label", "data", "error"),
    [
        ("a bomb of 10,000 x 10,000 pixels", png_bomb(10_000), "too_big"),
        ("a bomb of 30,000 x 30,000 pixels", png_bomb(30_000), "too_big"),
        ("a program that calls itself a photo", b"MZ\x90\0" + bytes(500), "not_allowed"),
        ("a web page", b"<html><script>alert(1)</script>", "not_allowed"),
        ("a JPEG's beginning and then nothing", b"\xff\xd8\xff\xe0" + bytes(200), "broken"),
        ("half a photo", None, "broken"),
        ("an empty file", b"", "not_allowed"),
    ],
)
async def test_what_is_no_honest_photo_is_refused_with_its_reason(
    media: Media, label: str, data: bytes | None, error: str
) -> None:
    half = sample("contoh-ktp.jpg")
    with pytest.raises(Unfit) as caught:
        await media.inspect(half[: len(half) // 2] if data is None else data)
    assert caught.value.reason == error, label
    assert (await media.inspect(sample("contoh-ktp.jpg"))).type == "photo", "the next citizen's photo is looked at"


async def test_the_bomb_is_small_on_the_wire() -> None:
    assert len(png_bomb(10_000)) < 16_000


def with_exif(exif: bytes) -> bytes:
    """The sample of a road, 1280 x 800, with that in its head."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(sample("contoh-jalan.jpg"))) as picture:
        picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def orientation(value: bytes, kind: int = 3) -> bytes:
    """One EXIF field, big-endian: 0x0112 of that kind."""
    return b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12" + struct.pack(">HI", kind, 1) + value + bytes(4)


@pytest.mark.parametrize(
    ("label", "exif", "size"),
    [
        ("held upright", orientation(b"\0\6\0\0"), (800, 1280)),
        ("upside down", orientation(b"\0\3\0\0"), (1280, 800)),
        ("an orientation that doesn't exist", orientation(b"\0\x63\0\0"), (1280, 800)),
        ("an orientation in words", orientation(b"ab\0\0", kind=2), (1280, 800)),
        ("an orientation that's a fraction far away", orientation(b"\0\0\xff\xff", kind=5), (1280, 800)),
        ("half a directory", orientation(b"\0\6\0\0")[:20], (1280, 800)),
        ("noise", b"Exif\0\0" + bytes(range(40, 120)), (1280, 800)),
    ],
)
async def test_what_a_camera_wrote_beside_a_good_picture_makes_it_no_worse(
    media: Media, label: str, exif: bytes, size: tuple[int, int]
) -> None:
    photo = with_exif(exif)
    found = await media.inspect(photo)
    assert (found.width_px, found.height_px) == size, label
    with Image.open(io.BytesIO(await media.shown(photo))) as shown:
        assert (shown.size, dict(shown.getexif())) == (size, {})


async def test_a_picture_with_impossible_metadata_is_taken(media: Media) -> None:
    """Its place has words where fractions belong, which Pillow can't write anew when it turns the picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "S", 2: (7.0, 45.0, 12.0), 3: "E", 4: (113.0, 12.0, 5.0)})
    spoilt = exif.tobytes().replace(b"\0\x02\0\x05\0\0\0\x03", b"\0\x02\0\x02\0\0\0\x03")
    assert spoilt != exif.tobytes()
    found = await media.inspect(with_exif(spoilt))
    assert (found.width_px, found.position) == (800, None)
