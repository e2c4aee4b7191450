"""What a file is by its own bytes: an allow-list, since names and types are only the sender's word."""

from __future__ import annotations

from workflow.happening import FileType

# The brands of ISO media files (ISO/IEC 14496-12) that phones write.
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
_AUDIO_ONLY = frozenset({b"M4A ", b"M4B "})
_ID3, _MPEG_SYNC = b"ID3", 0xE0

_TYPES: dict[str, FileType] = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "image/heic": "photo",
    "image/gif": "photo",
    "application/pdf": "pdf",
    "audio/ogg": "voice",
    "audio/amr": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "video/mp4": "video",
    "video/3gpp": "video",
}


def sniff(data: bytes) -> str:
    """The MIME type of an allowed file by its first bytes, or "" for everything else."""
    for starts, mime in _MAGIC:
        if data.startswith(starts):
            return mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _iso_media(data[8:12])
    if len(data) > 1 and data[0] == 0xFF and data[1] & _MPEG_SYNC == _MPEG_SYNC:
        return "audio/mpeg"
    return ""


_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (_ID3, "audio/mpeg"),
)


def _iso_media(brand: bytes) -> str:
    if brand in _HEIC:
        return "image/heic"
    if brand in _AUDIO_ONLY:
        return "audio/mp4"
    return "video/3gpp" if brand.startswith(b"3g") else "video/mp4"


def type_of(mime: str) -> FileType:
    """How the core calls a file of this MIME type."""
    return _TYPES.get(mime, "other")
