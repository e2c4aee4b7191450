"""Starts the stand-in: an IMAP and an SMTP server on loopback, a relay that can fail before the first, and a world."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from channels.sandbox.clock import Clock
from channels.sandbox.mail.front import Front
from channels.sandbox.mail.imap import Imap
from channels.sandbox.mail.world import MailWorld


@dataclass(frozen=True, slots=True)
class MailServers:
    """What runs. Programs connect to `imap_port` and `smtp_port` of 127.0.0.1, without TLS."""

    world: MailWorld
    front: Front
    imap_port: int
    smtp_port: int


@contextlib.asynccontextmanager
async def running(clock: Clock) -> AsyncIterator[MailServers]:
    """The servers, until the end of the block."""
    world = MailWorld(clock, Imap())
    async with contextlib.AsyncExitStack() as stack:
        front = Front(await stack.enter_async_context(world.imap.listening()))
        imap_port = await stack.enter_async_context(front.listening())
        smtp_port = await stack.enter_async_context(world.smtp.listening())
        yield MailServers(world, front, imap_port, smtp_port)
