"""What a file is by its own first bytes. The sender's word about type and name counts for nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.happening import FileType


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A kind of file we take."""

    type: FileType
    mime: str


_JPEG = Sniffed("photo", "image/jpeg")
_PNG = Sniffed("photo", "image/png")
_WEBP = Sniffed("photo", "image/webp")
_HEIC = Sniffed("photo", "image/heic")
_GIF = Sniffed("photo", "image/gif")
_PDF = Sniffed("pdf", "application/pdf")
_OPUS = Sniffed("voice", "audio/ogg")
_AMR = Sniffed("voice", "audio/amr")
_MP3 = Sniffed("audio", "audio/mpeg")
_M4A = Sniffed("audio", "audio/mp4")
_MP4 = Sniffed("video", "video/mp4")
_3GP = Sniffed("video", "video/3gpp")
_DOCX = Sniffed("other", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
_XLSX = Sniffed("other", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

_BEGINNINGS = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"%PDF-", _PDF),
    (b"#!AMR", _AMR),
    (b"ID3", _MP3),
)
# Brands of the ISO base media format (the four bytes after "ftyp").
_BRANDS = {b"heic": _HEIC, b"heix": _HEIC, b"heim": _HEIC, b"heis": _HEIC, b"mif1": _HEIC, b"msf1": _HEIC}
_BRANDS |= {b"M4A ": _M4A, b"M4B ": _M4A}
_BRANDS |= dict.fromkeys(
    (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"), _MP4
)


# Names in a Word document's archive: what makes it one, and what may act when it's opened (ECMA-376, part 2).
_LETTER = (b"[Content_Types].xml", b"word/document.xml")
_WORKBOOK = (b"[Content_Types].xml", b"xl/workbook.xml")
_ACTING = (b"vbaProject", b"word/embeddings/", b"word/activeX/")


def sniff(data: bytes) -> Sniffed | None:
    """What the bytes are, or None for everything we don't take."""
    for beginning, found in _BEGINNINGS:
        if data.startswith(beginning):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _WEBP
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return _3GP if brand[:3] in (b"3gp", b"3g2") else _BRANDS.get(brand)
    if data[:4] == b"PK\3\4":
        return _DOCX if all(name in data for name in _LETTER) and not any(name in data for name in _ACTING) else None
    if data[:4] == b"OggS":
        return _OPUS if b"OpusHead" in data[:128] or b"\x01vorbis" in data[:128] else None
    if len(data) > 4 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2 and data[2] >> 4 not in (0, 15):
        return _MP3  # a frame of layer III with a possible bit rate
    return None


def sniff_ours(data: bytes) -> Sniffed | None:
    """As `sniff`, for what we made ourselves: a workbook too, which nobody may send us."""
    if data[:4] == b"PK\3\4" and all(name in data for name in _WORKBOOK) and not any(name in data for name in _ACTING):
        return _XLSX
    return sniff(data)


def is_whole(data: bytes, sniffed: Sniffed) -> bool:
    """Whether a file that's not decoded here at least ends as it should; pictures are decoded instead."""
    if sniffed is _PDF:
        return b"%%EOF" in data[-2048:] and b"obj" in data
    if sniffed in (_MP4, _3GP, _M4A):
        return b"moov" in data or b"moof" in data
    if sniffed in (_DOCX, _XLSX):
        return b"PK\5\6" in data[-65_557:]  # the archive's last record and its longest comment
    return len(data) > 64
