"""One process at a time on a SQLite database: a lock on the `.lock` file beside it, let go at any death."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Taken(Exception):
    """Another process has the database."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"another process already works on this database (it holds {path})")
        self.path = path


class DatabaseLock:
    """Held from `take` until `release`, or until the process ends in whatever way."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock. Raises `Taken` at once if it's held."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Taken(self.path) from None
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the lock go; the file stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
