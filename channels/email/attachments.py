"""Which parts of a mail are files somebody sent, and which are its decoration: signatures, logos, control parts."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from channels.email.bodies import body_of, is_mail
from channels.email.cleaning import clean_line
from channels.email.mime import Part, taken_apart
from channels.email.tnef import enclosed
from workflow.message import Attachment, AttachmentKind, BadPayload

_NAME_CHARACTERS = 100
_SMALL_BYTES = 10_000
_SMALL_PIXELS = 40_000  # a logo; a card on a photo has more
_THIN_PIXELS = 100  # one side of a banner
_MAILS_DEEP = 3  # mails in mails are opened so far

# Control parts that no person sends (docs/email.md A1).
_NO_FILES = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/pgp-encrypted", "application/pgp-keys", "application/applefile", "application/mac-binhex40",
    "text/x-amp-html",
})  # fmt: skip
TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})

_BEGINNINGS: tuple[tuple[bytes, AttachmentKind, str], ...] = (
    (b"\xff\xd8\xff", "photo", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "photo", "image/png"),
    (b"GIF8", "photo", "image/gif"),
    (b"%PDF-", "document", "application/pdf"),
    (b"#!AMR", "voice", "audio/amr"),
    (b"OggS", "voice", "audio/ogg"),
    (b"ID3", "audio", "audio/mpeg"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")


class File(NamedTuple):
    """A file that a mail holds. `place` names it within the mail for as long as the mail lies here."""

    place: str
    name: str
    mime: str
    kind: AttachmentKind
    data: bytes

    def attachment(self, key: str) -> Attachment:
        """The word of it for those who read the mail."""
        return Attachment(
            kind=self.kind,
            ref=f"{key}#{self.place}",
            unique=hashlib.sha256(self.data).hexdigest()[:32],
            name=self.name,
            mime=self.mime,
            size_bytes=len(self.data),
        )


def files_of(parts: Iterable[Part], shown: frozenset[str], deep: int = _MAILS_DEEP) -> tuple[File, ...]:
    """The files among these parts, each once. `shown` are the content ids that HTML shows."""
    found: dict[bytes, File] = {}
    for part in parts:
        if part.type in _NO_FILES:
            continue
        for file in opened(part, deep):
            decorates = file.kind == "photo" and part.content_id in shown and _is_decoration(file)
            if file.data and not decorates:
                found.setdefault(hashlib.sha256(file.data).digest(), file)
    return tuple(found.values())


def opened(part: Part, deep: int = _MAILS_DEEP) -> Iterator[File]:
    """The file that a part is, or those it holds: a winmail.dat, or another mail, whose words are read along.

    One that can't be read is a file itself.
    """
    data = part.data()
    name = safe_name(part.name)
    if is_mail(part) and deep and (mailed := _mailed(data, deep - 1)) is not None:
        yield from (each._replace(place=f"{part.number}.{nth}") for nth, each in enumerate(mailed))
        return
    inside = enclosed(data) if part.type in TNEF or name.lower() == "winmail.dat" else ()
    if inside:
        for nth, each in enumerate(inside):
            kind, mime = looks_like(each.data, "")
            yield File(f"{part.number}.{nth}", safe_name(each.name), mime, kind, each.data)
        return
    kind, mime = looks_like(data, part.type)
    yield File(str(part.number), name, mime, kind, data)


def _mailed(mail: bytes, deep: int) -> tuple[File, ...] | None:
    """The files of a mail that lies in another; None where it can't be read."""
    try:
        body = body_of(taken_apart(mail))
    except BadPayload:
        return None
    return files_of(body.files, frozenset(body.shown), deep)


def looks_like(data: bytes, said: str) -> tuple[AttachmentKind, str]:
    """What its first bytes are, else what its sender says it is."""
    for beginning, kind, mime in _BEGINNINGS:
        if data.startswith(beginning):
            return kind, mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "photo", "image/webp"
    if data[4:8] == b"ftyp":
        return _iso_media(data[8:12])
    family = said.partition("/")[0]
    by_word: dict[str, AttachmentKind] = {"image": "photo", "audio": "audio", "video": "video"}
    return by_word.get(family, "document"), said or "application/octet-stream"


def _iso_media(brand: bytes) -> tuple[AttachmentKind, str]:
    if brand in _HEIC_BRANDS:
        return "photo", "image/avif" if brand == b"avif" else "image/heic"
    if brand in (b"M4A ", b"M4B "):
        return "audio", "audio/mp4"
    return "video", "video/3gpp" if brand[:2] == b"3g" else "video/mp4"


def safe_name(name: str) -> str:
    """The last part of a name, without folders, and short, its ending kept; "" where nothing is left."""
    last = clean_line(name.replace("\0", "").replace("\\", "/"), 1_000).rpartition("/")[2].strip(" .")
    if len(last) <= _NAME_CHARACTERS:
        return last
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending) > 10:
        return last[:_NAME_CHARACTERS]
    return f"{stem[: _NAME_CHARACTERS - len(ending) - 1]}.{ending}"


def _is_decoration(file: File) -> bool:
    """Whether a picture that HTML shows is a logo: few bytes, or few pixels. A big one is evidence, though inline."""
    if len(file.data) < _SMALL_BYTES:
        return True
    width, height = _pixels(file.data)
    if not width or not height:
        return False
    return width * height <= _SMALL_PIXELS or min(width, height) <= _THIN_PIXELS


def _pixels(data: bytes) -> tuple[int, int]:
    """Width and height as a PNG, GIF or JPEG says in its head; zeros where it doesn't say."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
        return width, height
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 < min(len(data), 100_000) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame's head
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + max(length, 2)
    return 0, 0
