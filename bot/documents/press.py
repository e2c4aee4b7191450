"""The press: a source of files like a channel, which draws what a decision asked for instead of downloading it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog

from bot.documents.typesetting import Unprintable
from channels.base import FetchError

_log = structlog.get_logger("press")

Drawer = Callable[[Mapping[str, Any]], Awaitable[bytes]]
"""Draws one thing out of its reference; raises `Unprintable` where it can't."""


def at_first_use(make: Callable[[], Drawer]) -> Drawer:
    """A drawer that's made, and whose modules are read, only when something is to be drawn."""
    made: list[Drawer] = []

    async def draw(wanted: Mapping[str, Any]) -> bytes:
        if not made:
            made.append(make())
        return await made[0](wanted)

    return draw


class Press:
    """Draws by the first key of a reference: {"paper": "letter", ...} goes to the drawer of "paper".

    A drawing that failed fails again: it isn't tried anew by itself, but whoever asks once more gets a fresh one.
    """

    def __init__(self, drawers: Mapping[str, Drawer]) -> None:
        self._drawers = drawers

    async def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """The document in one piece. Raises `FetchError`."""
        try:
            wanted = msgspec.json.decode(ref, type=dict[str, Any])
        except msgspec.MsgspecError:
            raise FetchError("broken", again=False) from None
        sort = next(iter(wanted), "")
        drawer = self._drawers.get(sort)
        if drawer is None:
            _log.error("nobody draws that", sort=sort)
            raise FetchError("not_allowed", again=False)
        try:
            content = await drawer(wanted)
        except Unprintable as error:
            what = str(wanted[sort]) if sort in self._drawers else ""
            _log.error("it can't be drawn", sort=sort, what=what, file=error.file, line=error.line, wrong=error.wrong)
            raise FetchError("timeout" if error.timeout else "broken", again=False) from error
        if len(content) > limit_bytes:
            raise FetchError("too_big", again=False)
        yield content
