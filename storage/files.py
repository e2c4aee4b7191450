"""The sealed bytes of files: a local folder or an S3-compatible store. Only who has a file's key can read it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from storage.seal import RandomBytes, box, unbox

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class NotThere(LookupError):
    """No bytes under that name."""


class Files:
    """Files by our id. `location` is a folder, `s3://bucket/prefix`, or "memory:" for tests."""

    def __init__(self, location: str, random_bytes: RandomBytes) -> None:
        self._location = location
        self._random_bytes = random_bytes
        self._store: ObjectStore | None = None

    async def write(self, name: str, plain: bytes, key: bytes) -> None:
        """Seal and keep; safe on the disk when this returns. Raises `OSError` when it can't be kept."""
        await asyncio.to_thread(self._write, name, plain, key)

    async def read(self, name: str, key: bytes) -> bytes:
        """The file's bytes. Raises `NotThere`, or `Unopenable` if they're damaged or swapped."""
        return await asyncio.to_thread(self._read, name, key)

    async def erase(self, name: str) -> None:
        """Remove the bytes; it's no error if there are none."""
        await asyncio.to_thread(self._erase, name)

    def sealed(self, name: str) -> bytes:
        """The bytes as they lie there, for a backup. Raises `NotThere`, `OSError`."""
        try:
            return self._opened().get(_path(name)).bytes().to_bytes()
        except FileNotFoundError as error:
            raise NotThere(name) from error
        except OSError:
            raise
        except Exception as error:  # the library's own errors
            raise OSError(f"a file can't be read: {type(error).__name__}") from error

    def put_sealed(self, name: str, sealed: bytes) -> None:
        """Keep bytes that were sealed before, as they are; safe on the disk when this returns. Raises `OSError`."""
        try:
            self._opened().put(_path(name), sealed)
            self._sync(name)
        except OSError:
            raise
        except Exception as error:  # the library's own errors
            raise OSError(f"a file can't be kept: {type(error).__name__}") from error

    def remove(self, name: str) -> None:
        """`erase`, for a command that runs no loop."""
        self._erase(name)

    def probe(self) -> None:
        """Write and remove a few bytes, for /readyz. Raises `OSError`."""
        self._write("probe", b"probe", bytes(32))
        self._erase("probe")

    def _write(self, name: str, plain: bytes, key: bytes) -> None:
        self.put_sealed(name, box(key, plain, f"file {name}", self._random_bytes))

    def _read(self, name: str, key: bytes) -> bytes:
        try:
            sealed = self._opened().get(_path(name)).bytes().to_bytes()
        except FileNotFoundError as error:
            raise NotThere(name) from error
        return unbox(key, sealed, f"file {name}")

    def _erase(self, name: str) -> None:
        try:
            self._opened().delete(_path(name))
        except FileNotFoundError:
            return

    def _sync(self, name: str) -> None:
        """On a local disk, don't let a power cut take back what the database says is there."""
        if self._is_local:
            for path, flags in (
                (self._folder / _path(name), os.O_RDONLY),
                (self._folder / _path(name)[:2], os.O_RDONLY),
            ):
                descriptor = os.open(path, flags)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    @property
    def _is_local(self) -> bool:
        return self._location != "memory:" and not self._location.startswith("s3://")

    @property
    def _folder(self) -> Path:
        return Path(self._location)

    def _opened(self) -> ObjectStore:
        """The store, opened at first use: the library is loaded only by who has files to handle."""
        if self._store is None:
            from obstore.store import LocalStore, MemoryStore, S3Store

            if self._location == "memory:":
                self._store = MemoryStore()
            elif self._is_local:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._store = LocalStore(self._folder, mkdir=True)
            else:
                url = urlsplit(self._location)
                self._store = S3Store(url.netloc, prefix=url.path.strip("/") or None)
        return self._store


def _path(name: str) -> str:
    """Folders by the last two characters, which are drawn, so that no folder gets too full."""
    return f"{name[-2:]}/{name}"
