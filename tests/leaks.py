"""Looks for what must never lie about in the open: identity numbers, readable photos, secrets; in files, databases, texts.

It looks into what it's given the way somebody with a stolen disk would: into every value of a database, into archives,
into the compressed streams of PDFs, into base64, and for every picture that a program can open.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import sqlite3
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from PIL import Image, ImageChops, ImageStat
from psycopg import sql

_BETWEEN = rb"[ .\-_/\x00\t\r\n]{0,3}"  # what people write between digits, and the zero bytes of UTF-16
_PICTURE = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP|ftyp(?:heic|mif1|avif)", re.DOTALL)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{64,}={0,2}")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_WINDOW = 48  # bytes of a file that occur elsewhere only if it's that file
_DEEPEST = 3
_SMALLEST_PX = 48
_UNLIKE = 60.0  # mean difference of colours above which two pictures aren't the same, the eye agrees


@dataclass(frozen=True)
class Hit:
    """Something was found."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.what} in {self.where}"


@dataclass
class Sought:
    """What to look for: numbers as digits, secrets as they are, files by their bytes; `pictures`: none may be readable.

    `unlike` are pictures that may be shown as long as they aren't one of these, to the eye.
    """

    numbers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    pictures: bool = True
    unlike: Mapping[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make of each thing all the forms it may take."""
        self._patterns = [
            (name, re.compile(rb"(?<!\d)" + _BETWEEN.join(digit.encode() for digit in number)))
            for name, number in self.numbers.items()
        ]
        self._forms = [(name, form) for name, secret in self.secrets.items() for form in _forms(secret)]
        self._windows = [
            (name, content[at : at + _WINDOW])
            for name, content in self.files.items()
            for at in range(len(content) // 4, max(len(content) // 4 + 1, len(content) - _WINDOW), 256)
        ]
        self._faces = {name: _small(content) for name, content in self.unlike.items()}

    def within(self, where: str, blob: bytes) -> list[Hit]:
        """Everything that's found in these bytes and in what's packed inside them."""
        found: dict[str, Hit] = {}
        for inner, data in _layers(where, blob):
            for name in self._names(data):
                found.setdefault(f"{inner}{name}", Hit(inner, name))
        return list(found.values())

    def _names(self, data: bytes) -> Iterator[str]:
        yield from (name for name, pattern in self._patterns if pattern.search(data))
        yield from (name for name, form in self._forms if form in data)
        yield from dict.fromkeys(name for name, window in self._windows if window in data)
        for picture in _pictures(data):
            if self.pictures:
                yield f"a readable picture of {picture.width}x{picture.height}"
            elif (name := self._resembled(picture)) is not None:
                yield name

    def _resembled(self, picture: Image.Image) -> str | None:
        face = _scaled(picture)
        near = {
            name: sum(ImageStat.Stat(ImageChops.difference(face, known)).mean) for name, known in self._faces.items()
        }
        best = min(near, key=lambda name: near[name], default=None)
        return best if best is not None and near[best] < _UNLIKE else None


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and beside the bytes of a SQLite database each of its values."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield str(path.relative_to(folder)), content
        if content.startswith(b"SQLite format 3\0"):
            yield from values_of(path)


def values_of(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every table: a value that's longer than a page stands in pieces in the file."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as base:
        base.text_factory = bytes
        tables = [row[0].decode() for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = base.execute(f'SELECT * FROM "{table}"')
            yield from _cells(table, [each[0] for each in rows.description], rows)


def values_at(url: str) -> Iterator[tuple[str, bytes]]:
    """The same of a PostgreSQL database."""
    with psycopg.connect(url.replace("+psycopg", "")) as base:
        tables = base.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = base.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            yield from _cells(table, [each.name for each in rows.description or ()], rows)


def _cells(table: str, columns: list[str], rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[str, bytes]]:
    for number, row in enumerate(rows):
        for column, value in zip(columns, row, strict=True):
            if value is not None:
                yield f"{table}.{column}[{number}]", value if isinstance(value, bytes) else str(value).encode()


def found_in(sought: Sought, blobs: Iterable[tuple[str, bytes]]) -> list[Hit]:
    """Everything that's found in all of them."""
    return [hit for where, blob in blobs for hit in sought.within(where, blob)]


def _forms(secret: bytes) -> set[bytes]:
    plain = base64.b64encode(secret)
    return {
        secret, plain, base64.urlsafe_b64encode(secret), secret.hex().encode(), secret.hex().upper().encode(),
        urllib.parse.quote(secret, safe="").encode(), secret.decode("latin-1").encode("utf-16-le"),
    }  # fmt: skip


def _layers(where: str, blob: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The bytes, and what's packed in them."""
    yield where, blob
    if depth >= _DEEPEST or not blob:
        return
    for name, inner in _unpacked(blob):
        yield from _layers(f"{where} > {name}", inner, depth + 1)


def _unpacked(blob: bytes) -> Iterator[tuple[str, bytes]]:
    if blob[:4] == b"PK\x03\x04":
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(blob)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    if blob[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield "gzip", gzip.decompress(blob)
    if blob[:5] == b"%PDF-":
        for number, stream in enumerate(_STREAM.findall(blob)):
            with suppress(zlib.error):
                yield f"stream {number}", zlib.decompressobj().decompress(stream)
    for run in _BASE64.findall(blob):
        with suppress(binascii.Error, ValueError):
            yield "base64", base64.b64decode(run.translate(bytes.maketrans(b"-_", b"+/"))[: len(run) // 4 * 4])


def _pictures(data: bytes) -> Iterator[Image.Image]:
    """Every picture that can really be opened from some place in these bytes on."""
    for start in _PICTURE.finditer(data):
        at = start.start() - 4 if start[0].startswith(b"ftyp") else start.start()
        try:
            with Image.open(io.BytesIO(data[max(at, 0) :])) as picture:
                picture.load()
        except Exception:  # noqa: BLE001 - whatever can't be opened isn't a picture
            continue
        if min(picture.size) >= _SMALLEST_PX:
            yield picture


def _small(content: bytes) -> Image.Image:
    return _scaled(Image.open(io.BytesIO(content)))


def _scaled(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").resize((24, 24))
