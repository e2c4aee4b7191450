"""The bytes of a file that a message named: out of the stored message or from the provider, no more than is taken."""

from __future__ import annotations

import asyncio
from typing import Literal

from bot.road import Road
from channels.base import Channel, Containing, Downloading
from storage.rows import FileRow
from storage.seal import Unopenable

Reason = Literal["too_big", "not_allowed", "broken", "gone", "timeout"]

LIMIT_BYTES = 20_000_000  # what Telegram lets a bot download (core.telegram.org/bots/api#getfile)


class Failure(Exception):
    """Why a file isn't had, and whether another try may help."""

    def __init__(self, reason: Reason, *, again: bool = False) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.again = again


async def content_of(road: Road, channel: Channel | Downloading, row: FileRow) -> bytes:
    """Out of the stored payload that named it, or from the provider: no more than shows that it's too big."""
    if isinstance(channel, Containing):
        key = row.ref.rpartition("#")[0]
        sealed = await road.store.read(lambda unit: unit.inbox.payload(row.office, row.channel, key))
        if sealed is None:
            raise Failure("gone")
        try:
            payload = await asyncio.to_thread(road.store.seal.open, "inbox", sealed)
        except Unopenable:
            raise Failure("gone") from None
        return await asyncio.to_thread(channel.attached, payload, row.ref)
    if not isinstance(channel, Downloading):
        raise Failure("gone")
    content = bytearray()
    async for piece in channel.download(row.ref, LIMIT_BYTES):
        content += piece
        if len(content) > LIMIT_BYTES:
            break
    return bytes(content)
