"""Photos as Telegram keeps them: recompressed, in several sizes, without EXIF (docs/telegram.md C2)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

_SIDES_PX = (90, 320, 800, 1280)
_QUALITY = 87
_SIDES_SUM_MAX_PX = 10_000
_RATIO_MAX = 20


class NotAPhotoError(ValueError):
    """The bytes aren't an image Telegram would take as a photo; the text is Telegram's word for it."""


@dataclass(slots=True, frozen=True)
class PhotoSize:
    """One size of a photo, a JPEG."""

    content: bytes
    width_px: int
    height_px: int


@lru_cache(maxsize=64)
def photo_sizes(content: bytes) -> tuple[PhotoSize, ...]:
    """Return the sizes Telegram offers of an image, smallest first; turned upright, without any metadata."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content)) as opened:
            _check(*opened.size)
            image = ImageOps.exif_transpose(opened).convert("RGB")
    except NotAPhotoError:
        raise
    except Exception as error:  # Pillow raises whatever its decoders raise
        raise NotAPhotoError("IMAGE_PROCESS_FAILED") from error
    largest = max(image.size)
    sides = [side for side in _SIDES_PX if side < largest] + [min(largest, _SIDES_PX[-1])]
    return tuple(_scaled(image, side / largest) for side in sorted(set(sides)))


def _check(width_px: int, height_px: int) -> None:
    if width_px + height_px > _SIDES_SUM_MAX_PX or max(width_px, height_px) > _RATIO_MAX * min(width_px, height_px):
        raise NotAPhotoError("PHOTO_INVALID_DIMENSIONS")


def _scaled(image, ratio: float) -> PhotoSize:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a lazily imported class
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    out = io.BytesIO()
    (image if ratio >= 1 else image.resize(size)).save(out, "JPEG", quality=_QUALITY)
    return PhotoSize(out.getvalue(), *(image.size if ratio >= 1 else size))
