"""What the decoding child sees in pictures, measured on the samples and on drawn ones: what's no photo, what's the same."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from importlib import resources

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bot.media import Media
from workflow.conversation import Paper
from workflow.dialogue.looks import alike

SAMPLES = resources.files("channels.sandbox.samples")
PHOTOS = ("contoh-jalan.jpg", "contoh-kk.jpg", "contoh-ktp.jpg", "contoh-ktp-buram.jpg", "contoh-ktp-gelap.jpg")
SIZE = (640, 480)


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    looker = Media()
    yield looker
    await looker.close()


def sample(name: str) -> Image.Image:
    return Image.open(io.BytesIO((SAMPLES / name).read_bytes())).convert("RGB")


def stored(picture: Image.Image, form: str = "JPEG", **how: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def page(lines: int) -> Image.Image:
    """A scanned page that says CONTOH."""
    made = Image.new("L", (620, 877), 255)
    pen, font = ImageDraw.Draw(made), ImageFont.load_default(14)
    for n in range(lines):
        pen.text(
            (50, 50 + n * 19), f"CONTOH isi surat keterangan nomor {n} tentang warga desa contoh", fill=0, font=font
        )
    return made


def wall() -> Image.Image:
    """A white sheet under a lamp, as a camera sees it: grain everywhere."""
    return Image.effect_noise(SIZE, 12).point(lambda level: min(255, level + 90))


def chat() -> Image.Image:
    made = Image.new("RGB", (360, 780), (236, 229, 221))
    pen, font = ImageDraw.Draw(made), ImageFont.load_default(14)
    for n in range(12):
        pen.rounded_rectangle((20, 40 + n * 55, 240, 80 + n * 55), 8, fill="white")
        pen.text((28, 48 + n * 55), f"CONTOH pesan nomor {n}", fill=(20, 20, 20), font=font)
    return made


def drawing() -> Image.Image:
    made = Image.new("RGB", SIZE, "skyblue")
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, 300, 640, 480), fill="green")
    pen.ellipse((500, 30, 580, 110), fill="yellow")
    return made


def sticker() -> Image.Image:
    made = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    ImageDraw.Draw(made).ellipse((60, 60, 450, 450), fill=(255, 200, 0, 255))
    return made


@pytest.mark.parametrize(
    ("picture", "plain"),
    [
        (stored(Image.new("RGB", SIZE, "white")), True),
        (stored(Image.new("RGB", SIZE, "white"), "PNG"), True),
        (stored(Image.new("RGB", SIZE, (30, 90, 200))), True),
        (stored(drawing()), True),
        (stored(sticker(), "PNG"), True),
        (stored(sticker(), "WEBP"), True),
        (stored(page(40)), False),
        (stored(page(40).convert("1"), "PNG"), False),
        (stored(page(4)), False),
        (stored(chat()), False),  # a screenshot may be of a digital KTP or of a map: staff look at it
        (stored(wall()), False),
        (stored(sample("contoh-jalan.jpg").filter(ImageFilter.GaussianBlur(20))), False),
        (stored(sample("contoh-jalan.jpg").resize((320, 240)), quality=30), False),
        (stored(Image.blend(road := sample("contoh-jalan.jpg"), Image.new("RGB", road.size, "grey"), 0.85)), False),
        *((stored(sample(name)), False) for name in PHOTOS),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else str(value),
)
async def test_only_what_no_camera_and_no_scanner_makes_is_called_no_photo(
    media: Media, picture: bytes, plain: bool
) -> None:
    assert (await media.inspect(picture)).plain is plain


async def test_what_is_no_photo_is_not_called_blurred_as_well(media: Media) -> None:
    found = await media.inspect(stored(Image.new("RGB", SIZE, "white")))
    assert (found.plain, found.dark, found.blurred) == (True, False, False)


async def look(media: Media, picture: Image.Image, **how: int) -> Paper:
    found = await media.inspect(stored(picture, **how))
    return Paper(file=found.look, message="", at=None, look=found.look)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PHOTOS[:3])
async def test_the_same_photo_is_known_again_however_it_was_stored_and_held(media: Media, name: str) -> None:
    one = sample(name)
    before = await look(media, one)
    again = [
        await look(media, one, quality=40),
        await look(media, one.resize((one.width // 2, one.height // 2)), quality=70),
        await look(media, one.transpose(Image.Transpose.ROTATE_90)),
        await look(media, one.transpose(Image.Transpose.ROTATE_180), quality=50),
        await look(media, one.transpose(Image.Transpose.ROTATE_270)),
    ]
    assert all(alike(before, each) for each in again)
    assert all(alike(each, before) for each in again)


async def test_no_two_different_pictures_are_taken_for_one(media: Media) -> None:
    pictures = [*(sample(name) for name in PHOTOS[:3]), page(40), chat(), wall(), Image.new("RGB", SIZE, "white")]
    seen = [await look(media, each) for each in pictures]
    assert [(a, b) for a in range(len(seen)) for b in range(a) if alike(seen[a], seen[b])] == []


async def test_two_empty_pages_are_not_the_same_photo(media: Media) -> None:
    assert not alike(await look(media, page(0)), await look(media, Image.new("RGB", SIZE, "red")))
