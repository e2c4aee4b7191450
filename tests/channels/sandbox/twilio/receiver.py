"""A receiver of webhooks for tests: checks every signature with Twilio's own validator, answers as told, remembers."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web
from twilio.request_validator import RequestValidator

from channels.sandbox.twilio.signing import IDEMPOTENCY, SIGNATURE


@dataclass(frozen=True)
class Hit:
    """One webhook and how it was answered."""

    path: str
    fields: dict
    token: str
    genuine: bool
    status: int

    @property
    def what(self):
        """What it tells: a status, or "received"."""
        return self.fields.get("MessageStatus") or self.fields["SmsStatus"]


class Receiver:
    """`answers` are (status, media type, body) to give in turn; after them 204. `files` are served below /files/."""

    def __init__(self, token, *, answers=None, files=None):
        self.hits: list[Hit] = []
        self.held: asyncio.Event | None = None
        self.answers = list(answers or [])
        self.files = files or {}
        self.url = ""
        self._validator = RequestValidator(token)
        self._came = asyncio.Event()

    async def __aenter__(self):
        app = web.Application()
        app.router.add_get("/files/{name}", self._serve)
        app.router.add_post("/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.bind(("127.0.0.1", 0))
        await web.SockSite(self._runner, sock).start()
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        if self.held:
            self.held.set()
        await self._runner.cleanup()

    async def _serve(self, request):
        mime, content = self.files[request.match_info["name"]]
        return web.Response(body=content, content_type=mime)

    async def _receive(self, request):
        body = (await request.read()).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        genuine = self._validator.validate(self.url + request.path_qs, fields, request.headers[SIGNATURE])
        status, mime, text = self.answers.pop(0) if self.answers else (204, "text/xml", "")
        self.hits.append(Hit(request.path_qs, fields, request.headers[IDEMPOTENCY], genuine, status))
        self._came.set()
        if self.held:
            await self.held.wait()
        return web.Response(status=status, content_type=mime, text=text or None)

    async def wait_for(self, count):
        """Return the hits once there are so many."""
        async with asyncio.timeout(30):
            while len(self.hits) < count:
                self._came.clear()
                await self._came.wait()
        return self.hits
