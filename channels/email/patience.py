"""Ends a connection that takes too long altogether: a socket's time-out bounds silences, and a server may trickle."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

SLOWEST_BYTES_PER_S = 100_000  # of a mail that's handed out; a slower line gets it in none of its tries
SILENCES = 3  # so many silences of the longest kind may all else take


@dataclass(slots=True)
class Patience:
    """How long one connection's steps may take. `timeout_s` is the longest silence."""

    timeout_s: float
    _line: socket.socket | None = None  # the connection, however its owner wraps it
    _late: bool = False

    def opened(self, line: socket.socket) -> None:
        """Know the connection, from before its first byte."""
        self.let_go()
        self._line = line.dup()

    def let_go(self) -> None:
        """The connection is its owner's alone again."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    @contextlib.contextmanager
    def lasting(self, *, further_s: float = 0.0, size_bytes: int = 0) -> Iterator[None]:
        """A step that waits for `further_s` on purpose, or gets so many bytes. Raises `TimeoutError`."""
        self._late = False
        timer = threading.Timer(self.timeout_s * SILENCES + further_s + size_bytes / SLOWEST_BYTES_PER_S, self._cut, ())
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if self._late:
                raise TimeoutError("it took too long altogether") from error
            raise
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self._late = True
        line = self._line
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
