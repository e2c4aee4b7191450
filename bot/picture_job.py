"""What the program and its picture-opening child say to each other."""

from __future__ import annotations

import msgspec


class Job(msgspec.Struct, frozen=True):
    """What to do with the picture of `size_bytes` that follows: "inspect" it, or "show" it with a watermark."""

    verb: str
    size_bytes: int
    mime: str
    stamp: str = ""


class Found(msgspec.Struct, frozen=True):
    """What was found. `error` is one of `FileFailed.reason`; `size_bytes` of a picture to be shown follow."""

    error: str = ""
    width_px: int = 0
    height_px: int = 0
    latitude: float | None = None  # WGS 84 degrees, from EXIF
    longitude: float | None = None
    dark: bool = False
    blurred: bool = False
    size_bytes: int = 0
