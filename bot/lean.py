"""Keeps a process that runs for months small: what it never uses isn't imported by the libraries it does use."""

from __future__ import annotations

import sys

# Libraries that others import wherever they are installed, and do without where they aren't.
_UNUSED = (
    "rich",  # for coloured terminals, by structlog and httpx: 4 MB with pygments
    "pygments",
    "greenlet",  # for SQLAlchemy's asyncio, which we don't use: 2 MB with the C++ library
)


def without_the_unused() -> None:
    """Let importing what a service never uses fail from now on, as if it weren't installed."""
    for name in _UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # None: importing raises ImportError
