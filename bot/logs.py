"""How the program says what it does: lines of JSON on stderr, or readable ones in a terminal, and nothing personal."""

from __future__ import annotations

import logging
import sys

import structlog

ERRORS = logging.ERROR


def set_up(level: int = logging.INFO) -> None:
    """Send our own words, and the warnings of libraries, to stderr."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=True) if terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries may put addresses, and with them secrets, into what they log: only their warnings, without arguments.
    # The scheduler's tell that a job still runs when its next turn comes, which is as it should be under load.
    logging.getLogger("apscheduler").setLevel(ERRORS)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s", stream=sys.stderr, force=True)
