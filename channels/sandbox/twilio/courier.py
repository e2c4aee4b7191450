"""Brings webhooks to us, side by side, and tries again as their URL asks; fetches what we want to send along."""

from __future__ import annotations

import re
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Literal

import aiohttp

from channels.sandbox.clock import Clock
from channels.sandbox.race import first
from channels.sandbox.rounds import rounds
from channels.sandbox.twilio.model import Message
from channels.sandbox.twilio.webhooks import Attempt, Delivery

if TYPE_CHECKING:
    from channels.sandbox.twilio.world import World

_IDLE_S = 3600.0
_FETCH_WITHIN_S = 15.0
_MEDIA_MAX_BYTES = 16 * 1024 * 1024
_IMAGE_MAX_BYTES = 5 * 1024 * 1024
_XML = ("text/xml", "application/xml")
_EMPTY = re.compile(r"\s*(<\?xml[^>]*\?>)?\s*<Response\s*(/>|>\s*</Response>)\s*")

Failed = Literal["", "ct", "rt", "4xx", "5xx"]


class Courier:
    """Watches a world and delivers what is due."""

    def __init__(self, world: World, clock: Clock, http: aiohttp.ClientSession) -> None:
        """Deliver over that HTTP session."""
        self._world = world
        self._clock = clock
        self._http = http

    async def run(self) -> None:
        """Deliver until cancelled."""
        await rounds(self._world.wakers, self._clock, self._due, self._idle_s)

    def _due(self) -> Iterator[Coroutine[Any, Any, None]]:
        self._world.tick()
        for delivery in self._world.take_due():
            yield self._deliver(delivery)
        for message in self._world.take_fetches():
            yield self._fetch(message)

    def _idle_s(self) -> float:
        at = self._world.next_at()
        return max(0.001, (at - self._world.now()).total_seconds()) if at else _IDLE_S

    # Webhooks

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            well = await self._insist(delivery)
            if well and delivery.twice:
                await self._once(delivery)
            if not well and delivery.fallback_url:
                self._world.fall_back(delivery, _error_code(delivery))
        finally:
            self._world.finish(delivery)

    async def _insist(self, delivery: Delivery) -> bool:
        """Try, and again as the overrides say, within their total time."""
        began = self._world.now()
        for _ in range(delivery.overrides.retries + 1):
            failed = await self._once(delivery)
            if not failed:
                return True
            spent = (self._world.now() - began).total_seconds()
            if not delivery.overrides.retries_on(failed) or spent >= delivery.overrides.total_s:
                break
        last = delivery.attempts[-1]
        self._world.alert(_error_code(delivery), delivery.sid, delivery.url, last.reason or str(last.status))
        return False

    async def _once(self, delivery: Delivery) -> Failed:
        """Make one attempt; say what failed."""
        at = self._world.now()
        post, _ = await first(self._post(delivery), self._clock.wait(delivery.overrides.read_s))
        if post.cancelled():
            delivery.attempts.append(Attempt(at, 0, "rt"))
            return "rt"
        error = post.exception()
        if error is not None:
            failed: Failed = "ct" if isinstance(error, aiohttp.ClientConnectorError) else "rt"
            delivery.attempts.append(Attempt(at, 0, failed))
            return failed
        status = int(post.result())
        delivery.attempts.append(Attempt(at, status))
        if 200 <= status < 300:
            return ""
        return "5xx" if status >= 500 else "4xx"  # a redirect that keeps no form is as bad as a refusal

    async def _post(self, delivery: Delivery) -> int:
        url, headers = self._reachable(delivery.url), dict(delivery.headers)
        async with self._http.post(url, data=delivery.body, headers=headers, allow_redirects=False) as response:
            text = await response.text(errors="replace")
            if 200 <= response.status < 300:
                self._judge(delivery, response.content_type, text)
            return response.status

    def _reachable(self, url: str) -> str:
        """Return where a public address is really found."""
        for public, real in self._world.tunnels.items():
            if url == public or url.startswith((public + "/", public + "?")):
                return real + url[len(public) :]
        return url

    def _judge(self, delivery: Delivery, content_type: str, text: str) -> None:
        """Look at what we answered: nothing, or an empty Response, and no reply by the way."""
        if delivery.of == "status" or not text.strip():
            return
        if content_type not in _XML:
            if content_type == "text/plain":
                self._world.breach("twiml_reply", f"{delivery.sid}: plain text is sent as a reply")
            self._world.alert(12300, delivery.sid, delivery.url, content_type)
        elif "<Message" in text or "<Redirect" in text:
            self._world.breach("twiml_reply", f"{delivery.sid}: {text[:200]}")
        elif not _EMPTY.fullmatch(text):
            self._world.alert(12100, delivery.sid, delivery.url, text[:200])

    # Media of ours

    async def _fetch(self, message: Message) -> None:
        files: list[tuple[str, bytes]] = []
        code = 0
        for url in message.media_urls:
            got = await self._get(url)
            if isinstance(got, int):
                code = got
                break
            files.append(got)
        self._world.fetched(message, files, code)

    async def _get(self, url: str) -> tuple[str, bytes] | int:
        """Fetch one file as Twilio does: the code of a failure, or type and bytes."""
        get, _ = await first(self._download(url), self._clock.wait(_FETCH_WITHIN_S))
        if get.cancelled() or get.exception() is not None:
            return 63019
        status, mime, content = get.result()
        if status != 200:
            return 63019
        if not mime or mime in {"text/html", "application/octet-stream"}:
            return 12300
        limit = _IMAGE_MAX_BYTES if mime.startswith("image/") else _MEDIA_MAX_BYTES
        return 63021 if len(content) > limit else (mime, content)

    async def _download(self, url: str) -> tuple[int, str, bytes]:
        headers = {"User-Agent": "TwilioProxy/1.1"}
        async with self._http.get(self._reachable(url), headers=headers) as response:
            content = await response.content.read(_MEDIA_MAX_BYTES + 1)
            return response.status, response.content_type, content


def _error_code(delivery: Delivery) -> int:
    """How the debugger calls the last failure: an error answer, or no connection."""
    return 11200 if delivery.attempts[-1].status else 11205
