"""The form of a backup: one file of encrypted chunks, and in them frames; whatever was done to it shows when it's read.

The whole is sealed because texts and phone numbers stand unsealed in the database. Each chunk is AES-256-GCM under a
key that follows from the master and a salt of the file's own. Its nonce counts the chunks and says which one is the
last (STREAM; Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that chunks can be neither moved, dropped nor cut off; the
clear beginning is the associated data of all.

    magic (8)  master's id (4)  salt (32)  nonce's beginning (7)  chunks: at most CHUNK_BYTES and a tag each

    frame: kind (1)  length of what follows (4, big-endian)  MessagePack, compressed where the kind is a capital letter
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.seal import Seal

CHUNK_BYTES = 2**20
_MAGIC = b"ADUANBK\x01"
_START = struct.Struct("!8s4s32s7s")
_TAG_BYTES = 16
_FRAME = struct.Struct("!cI")
_LEVEL = 1  # of compression: text shrinks to a fifth, and it's faster than most disks
_LONGEST_FRAME_BYTES = 2**30


class Damaged(Exception):
    """It's no backup, or not as it was written: cut off, changed, or put together of several."""


class Writer:
    """Writes frames into a file, sealed with the first master. `close` makes it whole; without it it's no backup."""

    def __init__(self, file: BinaryIO, seal: Seal) -> None:
        salt, beginning = seal.random_bytes(32), seal.random_bytes(7)
        self._file = file
        self._start = _START.pack(_MAGIC, seal.first, salt, beginning)
        self._cipher = AESGCM(seal.derived(seal.first, "archive", salt))
        self._beginning = beginning
        self._waiting = bytearray()
        self._count = 0
        file.write(self._start)

    def put(self, kind: str, body: Any) -> None:  # noqa: ANN401 - anything that MessagePack can say
        """One frame: a letter, and a value of plain data."""
        content = msgspec.msgpack.encode(body)
        if kind.isupper():
            content = zlib.compress(content, _LEVEL)
        self._waiting += _FRAME.pack(kind.encode("ascii"), len(content))
        self._waiting += content
        if len(self._waiting) > CHUNK_BYTES:
            self._let_go()

    def close(self) -> None:
        """Write the last chunk."""
        self._let_go()
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _let_go(self) -> None:
        """Seal what fills whole chunks; the last chunk stays here until the end, so it's known to be that."""
        whole = max(0, len(self._waiting) - 1) // CHUNK_BYTES * CHUNK_BYTES
        with memoryview(self._waiting)[:whole] as view:
            for at in range(0, whole, CHUNK_BYTES):
                self._seal(bytes(view[at : at + CHUNK_BYTES]), last=False)
        del self._waiting[:whole]

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._beginning, self._count, last=last), plain, self._start))
        self._count += 1


def frames(file: BinaryIO, seal: Seal) -> Iterator[tuple[str, Any]]:
    """What was `put`, in its order; each frame is proven when it's given, the end only by the end.

    Raises `UnknownMaster` if none of the configured keys made it, `Damaged`.
    """
    waiting = bytearray()
    for plain in _chunks(file, seal):
        waiting += plain
        at = 0
        while len(waiting) - at >= _FRAME.size:
            letter, length = _FRAME.unpack_from(waiting, at)
            if length > _LONGEST_FRAME_BYTES:
                raise Damaged("a part of it is longer than any can be")
            end = at + _FRAME.size + length
            if len(waiting) < end:
                break
            yield letter.decode("ascii", "replace"), _read(letter, bytes(waiting[at + _FRAME.size : end]))
            at = end
        del waiting[:at]
    if waiting:
        raise Damaged("it ends within a part")


def _read(letter: bytes, content: bytes) -> Any:  # noqa: ANN401 - see `Writer.put`
    try:
        return msgspec.msgpack.decode(zlib.decompress(content) if letter.isupper() else content)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise Damaged(f"a part of it can't be read ({type(error).__name__})") from None


def _chunks(file: BinaryIO, seal: Seal) -> Iterator[bytes]:
    start = file.read(_START.size)
    if len(start) < _START.size or not start.startswith(_MAGIC):
        raise Damaged("it's no backup of Aduan, or only the beginning of one")
    _, master, salt, beginning = _START.unpack(start)
    cipher = AESGCM(seal.derived(master, "archive", salt))
    count, sealed = 0, file.read(CHUNK_BYTES + _TAG_BYTES)
    last = False
    while not last:
        following = file.read(CHUNK_BYTES + _TAG_BYTES)
        last = not following
        try:
            yield cipher.decrypt(_nonce(beginning, count, last=last), sealed, start)
        except (InvalidTag, ValueError):
            raise Damaged("it was cut off or changed") from None
        count, sealed = count + 1, following


def _nonce(beginning: bytes, count: int, *, last: bool) -> bytes:
    """12 bytes, different for each chunk; raises `struct.error` after 4 billion of them, 4 PB."""
    return beginning + struct.pack("!I?", count, last)
