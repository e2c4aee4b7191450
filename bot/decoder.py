"""The child process that opens pictures: `python -m bot.decoder` reads jobs from stdin and writes what it found.

A hostile picture can at worst end this process. Memory and time are limited before the first picture is opened, and
nothing but Pillow is loaded. One job: a line of JSON (`Job`), then so many bytes; one answer: a line of JSON (`Found`),
then so many bytes.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings
from collections.abc import Callable
from typing import Any

import msgspec
from PIL import ExifTags, Image, ImageDraw, ImageFilter, ImageFont, ImageOps, ImageStat

from bot.picture_job import Found, Job

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_S = 600
PIXELS = 50_000_000
LOOK_PX = 640  # the long side at which darkness and blur are judged
SHOWN_PX = 2048

# At 640 px and with the brightness spread, sharp samples have a variance above 1,000, a blurred one below 100;
# their mean brightness is 116 to 158, of a dark one 12 (measured on the samples of the demo).
DARK_MEAN = 45
DARK_BRIGHTEST = 110
BLURRED_VARIANCE = 120

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
}


def main() -> None:
    """Serve jobs until stdin ends."""
    _limit()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = PIXELS
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        job = msgspec.json.decode(line, type=Job)
        data = source.read(job.size_bytes)
        found, picture = work(job, data)
        sink.write(msgspec.json.encode(found) + b"\n" + picture)
        sink.flush()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def work(job: Job, data: bytes) -> tuple[Found, bytes]:
    """Do one job. Whatever is wrong with the picture becomes an error in `Found`."""
    try:
        with _opened(data, job.mime) as image:
            if image.width * image.height > PIXELS:
                return Found(error="too_big"), b""
            return _VERBS[job.verb](image, job)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return Found(error="too_big"), b""
    except Exception:  # noqa: BLE001 - a decoder fails in any way it likes on a hostile file
        return Found(error="broken"), b""


def _opened(data: bytes, mime: str) -> Image.Image:
    if mime == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    return Image.open(io.BytesIO(data), formats=[_FORMATS[mime]])


def _inspect(image: Image.Image, _: Job) -> tuple[Found, bytes]:
    latitude, longitude = _position(image)
    width, height = image.size
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    image.load()  # the real decode: a truncated or lying file fails here
    look = _small(image)
    mean, brightest = _brightness(look)
    return Found(
        width_px=height if turned else width,
        height_px=width if turned else height,
        latitude=latitude,
        longitude=longitude,
        dark=mean < DARK_MEAN and brightest < DARK_BRIGHTEST,
        blurred=_sharpness(look) < BLURRED_VARIANCE,
    ), b""


def _small(image: Image.Image) -> Image.Image:
    grey = image.convert("L")
    grey.thumbnail((LOOK_PX, LOOK_PX), Image.Resampling.BILINEAR)
    return grey


def _brightness(grey: Image.Image) -> tuple[float, int]:
    """The mean, and the value that 95 in 100 pixels stay below."""
    histogram = grey.histogram()
    total, seen = sum(histogram), 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= total * 0.95:
            return ImageStat.Stat(grey).mean[0], value
    return ImageStat.Stat(grey).mean[0], 255


def _sharpness(grey: Image.Image) -> float:
    """The variance of the Laplacian, after the brightness was spread: a dark picture isn't blurred by being dark."""
    spread = ImageOps.autocontrast(grey, cutoff=1)
    laplacian = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    return float(ImageStat.Stat(spread.filter(laplacian)).var[0])


def _position(image: Image.Image) -> tuple[float | None, float | None]:
    """The place in the picture's EXIF, in degrees; (None, None) where there's none or it can't be right."""
    try:
        gps = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError):
        return None, None
    if (latitude, longitude) == (0.0, 0.0) or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None, None
    return latitude, longitude


def _degrees(parts: Any, half: Any, negative: str) -> float:  # noqa: ANN401 - EXIF holds anything
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if str(half).strip("\0 ").upper() == negative else value, 6)


def _show(image: Image.Image, job: Job) -> tuple[Found, bytes]:
    """A fresh JPEG without any of the file's own data, turned upright, with the stamp drawn over it."""
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS)
    if job.stamp:
        upright = stamped(upright, job.stamp)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85, optimize=True)
    return Found(width_px=upright.width, height_px=upright.height, size_bytes=out.tell()), out.getvalue()


def stamped(image: Image.Image, text: str) -> Image.Image:
    """The picture with `text` across it again and again, light on dark and dark on light, hard to cut away."""
    size = max(14, max(image.size) // 42)
    font = ImageFont.load_default(size)
    side = int((image.width**2 + image.height**2) ** 0.5) + 2 * size
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    width = int(draw.textlength(text + "      ", font=font)) or 1
    for row, top in enumerate(range(0, side, size * 5)):
        for left in range(-(row % 2) * width // 2, side, width):
            draw.text(
                (left, top), text, font=font, fill=(255, 255, 255, 120), stroke_width=2, stroke_fill=(0, 0, 0, 70)
            )
    turned = layer.rotate(24, resample=Image.Resampling.BICUBIC)
    left, top = (side - image.width) // 2, (side - image.height) // 2
    over = turned.crop((left, top, left + image.width, top + image.height))
    return Image.alpha_composite(image.convert("RGBA"), over).convert("RGB")


_VERBS: dict[str, Callable[[Image.Image, Job], tuple[Found, bytes]]] = {"inspect": _inspect, "show": _show}

if __name__ == "__main__":
    main()
