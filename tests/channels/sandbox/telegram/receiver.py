"""A webhook receiver for tests: answers as told and remembers what it was sent."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True)
class Hit:
    """One delivery and how it was answered."""

    update: dict
    secret: str | None
    status: int


class Receiver:
    """`answers` are (status, headers, body) to give in turn; after them 200. With `secret` others get 403."""

    def __init__(self, *, secret: str | None = None, answers: list | None = None) -> None:
        self.hits: list[Hit] = []
        self.held: asyncio.Event | None = None
        self.answers = list(answers or [])
        self.secret = secret
        self.url = ""
        self._came = asyncio.Event()

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/telegram", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.bind(("127.0.0.1", 0))
        await web.SockSite(self._runner, sock).start()
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}/telegram"
        return self

    async def __aexit__(self, *_):
        if self.held:
            self.held.set()
        await self._runner.cleanup()

    async def _receive(self, request):
        update = json.loads(await request.read())
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        status, headers, body = self.answers.pop(0) if self.answers else (200, {}, "")
        if self.secret is not None and secret != self.secret:
            status = 403
        self.hits.append(Hit(update, secret, status))
        self._came.set()
        if self.held:
            await self.held.wait()
        return web.Response(status=status, headers=headers, text=body)

    async def wait_for(self, count: int) -> list[Hit]:
        """Return the hits once there are so many."""
        async with asyncio.timeout(30):
            while len(self.hits) < count:
                self._came.clear()
                await self._came.wait()
        return self.hits
