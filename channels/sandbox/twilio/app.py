"""The stand-in over ASGI: reads a request, has it carried out, writes the answer or the fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from channels.sandbox.asgi import Cut, Receive, Scope, Send, gone, headers_of, whole_body
from channels.sandbox.clock import Clock
from channels.sandbox.race import first
from channels.sandbox.twilio import wire
from channels.sandbox.twilio.api import Outcome
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.wire import Answer, Request

if TYPE_CHECKING:
    from channels.sandbox.twilio.world import World

Handler = Callable[["World", Request], Outcome]

_PIECE_BYTES = 64 * 1024
_CALLBACKS_WITHIN_S = 30.0


class App:
    """The ASGI application of one origin. `cut` closes the connection of a request: gracefully, or by a reset."""

    def __init__(self, world: World, clock: Clock, handler: Handler, cut: Cut) -> None:
        """Serve that world's API, or its files: the handler says which."""
        self.world = world
        self.clock = clock
        self._handler = handler
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await whole_body(receive, wire.BODY_LIMIT_BYTES)
        if body is None:
            await self._write(scope, send, wire.refused(TwilioError(20001, "the body is too large", status=413)))
            return
        outcome = self._handler(self.world, _request(scope, body))
        message, fault = outcome.message, outcome.fault
        if message and fault and fault.kind == "callback_first":
            self.world.proceed(message)
            await self._told(message.sid)
        if outcome.answer:
            await self._write(scope, send, outcome.answer)
        elif fault and fault.kind in {"refuse", "reset"}:
            self._cut(scope, fault.kind == "reset")
        if message and not (fault and fault.kind == "callback_first"):
            self.world.proceed(message)
        if outcome.answer is None:
            await gone(receive)

    async def _told(self, sid: str) -> None:
        """Return when every callback about a message was answered."""
        changed = asyncio.Event()
        self.world.wakers.add(changed.set)
        try:
            while not self.world.idle_about(sid):
                changed.clear()
                _, late = await first(changed.wait(), self.clock.wait(_CALLBACKS_WITHIN_S))
                if late.done() and not late.cancelled():
                    return
        finally:
            self.world.wakers.discard(changed.set)

    async def _write(self, scope: Scope, send: Send, answer: Answer) -> None:
        headers = dict(answer.headers)
        if answer.content_type:
            headers["content-type"] = answer.content_type
        if not answer.zeros and answer.status != 204:
            headers["content-length"] = str(len(answer.body))
        listed = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": listed})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        pieces = list(_pieces(answer))
        for number, piece in enumerate(pieces):
            if number and answer.gap_s:
                await self.clock.wait(answer.gap_s)
            if number and answer.cut:
                self._cut(scope, False)  # noqa: FBT003 - not by a reset
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _pieces(answer: Answer) -> Iterator[bytes]:
    size = max(1, -(-len(answer.body) // answer.pieces))
    for start in range(0, len(answer.body), size):
        yield answer.body[start : start + size]
    for start in range(0, answer.zeros, _PIECE_BYTES):
        yield bytes(min(_PIECE_BYTES, answer.zeros - start))


def _request(scope: Scope, body: bytes) -> Request:
    return Request(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers_of(scope), body)
