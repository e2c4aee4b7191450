"""How the program says what it does: lines of JSON on stderr, or readable ones in a terminal, and nothing personal."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TextIO

import structlog

ERRORS = logging.ERROR


class Unfailing:
    """A stream that loses what it can't write: a full disk below the log must stop nothing that goes on without it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if it can be."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is kept, if it can be."""
        with contextlib.suppress(OSError):
            self._stream.flush()


def set_up(level: int = logging.INFO) -> None:
    """Send our own words, and the warnings of libraries, to stderr."""
    terminal, stream = sys.stderr.isatty(), Unfailing(sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=True) if terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=stream),  # type: ignore[arg-type] # all it needs of one
        cache_logger_on_first_use=False,
    )
    # Libraries may put addresses, and with them secrets, into what they log: only their warnings, without arguments.
    # The scheduler's tell that a job still runs when its next turn comes, which is as it should be under load.
    logging.getLogger("apscheduler").setLevel(ERRORS)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s", stream=stream, force=True)
