"""The decoding child: reads pictures from its input, one after the other; it may be killed at any time.

It's started as a file of its own, so that neither the program nor its secrets are in its memory, and nothing but the
standard library and Pillow is loaded. A job is two lengths, a JSON head and the bytes; so is the answer.
"""

from __future__ import annotations

import io
import json
import math
import resource
import struct
import sys
import warnings
from typing import Any, BinaryIO

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageStat

_LENGTHS = struct.Struct(">II")
_MEMORY_BYTES = 1_500_000_000
_CPU_S = 30
_MOST_PIXELS = 50_000_000
_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
}
_GPS_IFD = 0x8825
_ORIENTATION = 0x0112
_TURNS = {  # EXIF 2.32, 4.6.4 A: what has to be done to a picture of that orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LONGEST_SHOWN_PX = 2560
_JUDGED_PX = 512
_DARK_BELOW = 35.0  # mean brightness of 255
_BLURRED_BELOW = 45.0  # variance of the Laplacian
# What no camera makes: an empty page, two flat tones, a cut-out. A scanned page with three lines has 0.026 of edges.
_EDGE = 12  # of 255: so strong is an edge
_EMPTY_BELOW = 0.012  # of the pixels are edges, and two tones have nearly all of the rest
_TWO_TONES = 0.95
_TONE_REACH = 6
_CUT_OUT = 0.15  # of the pixels are transparent
_TURNED = (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)


class _Unfit(Exception):
    """Not a picture we take."""


def main() -> None:
    """Serve until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        lengths = source.read(_LENGTHS.size)
        if len(lengths) < _LENGTHS.size:
            return
        head_bytes, data_bytes = _LENGTHS.unpack(lengths)
        job = json.loads(source.read(head_bytes))
        data = source.read(data_bytes)
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _CPU_S, resource.RLIM_INFINITY))
        _answer(sink, *_done(job, data))


def _answer(sink: BinaryIO, answer: dict[str, Any], content: bytes) -> None:
    head = json.dumps(answer).encode()
    sink.write(_LENGTHS.pack(len(head), len(content)) + head + content)
    sink.flush()


def _done(job: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        if job["do"] == "bind":
            return {}, _bound(job["sizes"], job["stamp"], data)
        picture = _opened(data, job["mime"])
        if job["do"] == "show":
            return {}, _shown(picture, job["stamp"])
        return _seen(picture), b""
    except _Unfit as error:
        return {"unfit": str(error)}, b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"unfit": "too_big"}, b""
    except MemoryError:
        return {"unfit": "too_big"}, b""
    except Exception:  # noqa: BLE001 - a decoder may raise anything over hostile bytes
        return {"unfit": "broken"}, b""


def _opened(data: bytes, mime: str) -> Image.Image:
    """The picture, decoded as what it was sniffed to be and as nothing else."""
    kind = _FORMATS[mime]
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    picture: Image.Image = Image.open(io.BytesIO(data), formats=[kind])
    if picture.width * picture.height > _MOST_PIXELS:
        raise _Unfit("too_big")
    picture.load()
    return picture


def _seen(picture: Image.Image) -> dict[str, Any]:
    position = _position(picture)
    upright = _upright(picture)
    width, height = upright.size
    grey = upright.convert("L")
    grey.thumbnail((_JUDGED_PX, _JUDGED_PX))
    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128))
    edges = edges.crop((1, 1, max(2, edges.width - 1), max(2, edges.height - 1)))
    dark = ImageStat.Stat(grey).mean[0] < _DARK_BELOW
    plain = not dark and _is_plain(upright, grey, edges)
    return {
        "width": width,
        "height": height,
        "position": position,
        "dark": dark,
        "blurred": not dark and not plain and ImageStat.Stat(edges).var[0] < _BLURRED_BELOW,
        "plain": plain,
        "look": _look(grey),
    }


def _is_plain(upright: Image.Image, grey: Image.Image, edges: Image.Image) -> bool:
    """Whether it's surely no photo, nor a scanned page: empty, of two flat tones, or cut out."""
    levels = edges.histogram()
    strong = (sum(levels[: 128 - _EDGE]) + sum(levels[128 + _EDGE + 1 :])) / max(1, sum(levels))
    if strong < _EMPTY_BELOW and _in_two_tones(grey) >= _TWO_TONES:
        return True
    return upright.mode in ("RGBA", "LA", "PA") and _transparent(upright) >= _CUT_OUT


def _in_two_tones(grey: Image.Image) -> float:
    """Which part of the pixels is near one of the two commonest tones."""
    tones, covered = grey.histogram(), 0
    whole = max(1, sum(tones))
    for _ in range(2):
        top = max(range(len(tones)), key=tones.__getitem__)
        reach = range(max(0, top - _TONE_REACH), min(len(tones), top + _TONE_REACH + 1))
        covered += sum(tones[each] for each in reach)
        for each in reach:
            tones[each] = 0
    return covered / whole


def _transparent(picture: Image.Image) -> float:
    levels = picture.convert("RGBA").getchannel("A").histogram()
    return sum(levels[:128]) / max(1, sum(levels))


def _look(grey: Image.Image) -> str:
    """What the picture looks like, as 64 bits in each of four turnings: which way brightness changes in 8 x 8 cells.

    The first 16 signs are of the picture as it stands. A picture that was stored anew differs in 0 to 3 bits, another
    one in about 28 to 32 (measured).
    """
    return "".join(_cells(grey if turn is None else grey.transpose(turn)) for turn in _TURNED)


def _cells(grey: Image.Image) -> str:
    levels = grey.resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = (levels[9 * y + x] > levels[9 * y + x + 1] for y in range(8) for x in range(8))
    return f"{sum(bit << n for n, bit in enumerate(bits)):016x}"


def _upright(picture: Image.Image) -> Image.Image:
    """The picture as it was held. Nonsense in its metadata turns nothing and makes no picture unfit."""
    try:
        turn = _TURNS.get(int(picture.getexif().get(_ORIENTATION, 1)))
    except Exception:  # noqa: BLE001 - a camera may write anything there
        turn = None
    return picture if turn is None else picture.transpose(turn)


def _position(picture: Image.Image) -> list[float] | None:
    """Latitude and longitude in degrees, where the camera wrote them; nonsense counts as nothing."""
    try:
        gps = picture.getexif().get_ifd(_GPS_IFD)
        latitude = _degrees(gps[2]) * (-1 if gps.get(1) == "S" else 1)
        longitude = _degrees(gps[4]) * (-1 if gps.get(3) == "W" else 1)
    except Exception:  # noqa: BLE001 - a camera may write anything there, and the picture is good all the same
        return None
    plausible = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return [round(latitude, 6), round(longitude, 6)] if plausible and math.isfinite(latitude + longitude) else None


def _degrees(parts: Any) -> float:  # noqa: ANN401 - three rationals
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


def _shown(picture: Image.Image, stamp: str) -> bytes:
    """A fresh JPEG without any metadata, with the stamp across it and once more below."""
    upright = _upright(picture)
    if upright.mode in ("RGBA", "LA", "P", "PA"):
        layer = upright.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        upright = ground
    copy = Image.new("RGB", upright.size)
    copy.paste(upright.convert("RGB"))
    copy.thumbnail((_LONGEST_SHOWN_PX, _LONGEST_SHOWN_PX))
    if stamp:
        copy = _stamped(copy, stamp)
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=85)
    return out.getvalue()


def _bound(sizes: list[int], stamp: str, data: bytes) -> bytes:
    """Pages of a scan as one PDF of pictures, each with the stamp in it: it can't be taken off again."""
    pages, at = [], 0
    for size in sizes:
        shown = _shown(_opened(data[at : at + size], "image/png"), stamp)
        pages.append(Image.open(io.BytesIO(shown)))
        at += size
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=130.0)
    return out.getvalue()


def _stamped(picture: Image.Image, stamp: str) -> Image.Image:
    """The words in a light slanted pattern over the whole picture, and readable on a bar at the foot."""
    side = max(picture.size)
    font = ImageFont.load_default(max(12, side // 36))
    left, top, right, bottom = (math.ceil(each) for each in font.getbbox(stamp))
    tile = Image.new("L", (right - left + side // 10, (bottom - top) * 5), 0)
    ImageDraw.Draw(tile).text((-left, -top), stamp, fill=110, font=font)
    reach = int(math.hypot(*picture.size)) + tile.width
    pattern = Image.new("L", (reach, reach), 0)
    for row, y in enumerate(range(0, reach, tile.height)):
        for x in range(-(row % 2) * tile.width // 2, reach, tile.width):
            pattern.paste(tile, (x, y))
    pattern = pattern.rotate(30, Image.Resampling.BILINEAR)
    corner = ((pattern.width - picture.width) // 2, (pattern.height - picture.height) // 2)
    pattern = pattern.crop((*corner, corner[0] + picture.width, corner[1] + picture.height))
    picture.paste(Image.new("RGB", picture.size, "white"), mask=pattern)
    picture.paste(Image.new("RGB", picture.size, "black"), (1, 1), pattern.point(lambda level: level // 2))
    height = (bottom - top) * 2
    fitting = int(max(12, side // 36) * picture.width / max(right - left, 1) * 0.95)
    small = ImageFont.load_default(max(10, min(side // 36, fitting)))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, picture.height - height, picture.width, picture.height), fill="white")
    draw.text((picture.width / 2, picture.height - height / 2), stamp, fill="black", font=small, anchor="mm")
    return picture


if __name__ == "__main__":
    main()
