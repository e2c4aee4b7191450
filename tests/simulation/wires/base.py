"""What every wire is: an account at a provider below the real adapters, and the HTTP client where the faults strike."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp

from channels.base import Call, Channel, Parcel
from channels.http import ANSWER_LIMIT_BYTES, Answer, Http, Lost, NotSent
from tests.simulation.strands import has_slept
from workflow.message import Inbound

if TYPE_CHECKING:
    from tests.simulation.faults import Life
    from tests.simulation.provider import Provider

PUBLIC_URL = "https://aduan.example.invalid"
_BAD_GATEWAY = Answer(502, {"content-type": "text/html"}, b"<html><h1>502 Bad Gateway</h1><hr>nginx</html>")
_GARBAGE = Answer(
    200, {"content-type": "text/html"}, b"<!doctype html><title>Selamat datang di WiFi kantor</title>\xff\x00"
)

_taken = itertools.count(1)


@dataclass
class Hand:
    """The `send` of an adapter that's in hand, and what became of it on the wire."""

    parcel: Parcel
    key: str
    life: Life  # of the process that sends it
    asked: int = 0  # requests that were made
    outcome: str = ""  # the fault that struck; "" while none did
    held: bool = False  # the process stood still meanwhile
    nth: int = 0  # the how-manieth of all that were taken; 0: it wasn't
    _accepted: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the request that carries the message itself was taken, and stayed so."""
        return self._accepted

    @accepted.setter
    def accepted(self, yes: bool) -> None:
        self._accepted = yes
        if yes and not self.nth:
            self.nth = next(_taken)


HAND: ContextVar[Hand | None] = ContextVar("hand", default=None)


@dataclass(frozen=True)
class Asked:
    """One request of the program, understood."""

    what: str  # message | poll | file | other: where which faults strike
    channel: str
    chat: str = ""
    press: bool = False
    method: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)  # name -> file's name, bytes, type


class Wire(Protocol):
    """One account. `providers` are its channels by name."""

    providers: dict[str, Provider]

    def adapters(self, http: Http, now: Callable[[], datetime]) -> tuple[Channel, ...]:
        """The real adapters, as a process builds them at its start."""
        ...

    def payloads(self, provider: Provider, value: Inbound, number: int) -> list[bytes]:
        """What the provider tells the program of something that a person did."""
        ...

    def call(self, provider: Provider, body: bytes) -> Call | None:
        """The request that brings a payload; None where it's fetched."""
        ...

    def asked(self, method: str, url: str, data: object, headers: Mapping[str, str]) -> Asked:
        """What a request wants."""
        ...

    def take(self, asked: Asked, hand: Hand | None) -> Answer:
        """Carry a request out, as the provider would, and answer it."""
        ...

    def busy(self, asked: Asked, retry_s: float) -> Answer:
        """The refusal that asks for a pause."""
        ...

    def holds(self) -> bool:
        """Whether a box of the provider's own has something in it that the program may ask for."""
        ...


class WireHttp(Http):
    """The program's HTTP client without a network: the wire answers, or a fault does, or the process dies."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    async def request(
        self,
        method: str,
        url: str,
        *,
        data: bytes | str | aiohttp.FormData | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        limit_bytes: int = ANSWER_LIMIT_BYTES,
    ) -> Answer:
        """One request and its answer, or what went wrong with either."""
        asked = self._wire.asked(method, url, data, headers or {})
        provider = self._wire.providers[asked.channel]
        if asked.what == "message":
            return await self._message(asked, provider)
        if asked.what in ("poll", "file") and (trouble := provider.trouble(asked)):
            if trouble == "broken":
                return _BAD_GATEWAY
            raise NotSent("the connection was refused") if trouble == "refused" else Lost("the connection broke")
        return self._wire.take(asked, None)

    async def _message(self, asked: Asked, provider: Provider) -> Answer:
        hand = HAND.get()
        assert hand is not None, "a message was sent by nobody's order"
        hand.asked += 1
        await hand.life.hold_up()
        hand.held = has_slept()
        struck = provider.strikes_before(hand, asked.chat, press=asked.press)
        if struck == "refused":
            raise NotSent("the connection was refused")
        if struck == "busy":
            return self._wire.busy(asked, provider.retry_s)
        if struck == "lost":
            raise Lost("the connection broke (ClientOSError)")
        answer = self._wire.take(asked, hand)
        await hand.life.hold_up()
        struck = provider.strikes_after(hand)
        if struck == "timeout":
            raise Lost("no answer in time")
        return {"broken": _BAD_GATEWAY, "garbled": _GARBAGE}.get(struck, answer)

    async def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 300.0,
        silence_s: float = 30.0,
    ) -> AsyncGenerator[Answer | bytes, None]:
        """A download, which may break in its middle."""
        asked = self._wire.asked("GET", url, None, headers or {})
        provider = self._wire.providers[asked.channel]
        answer = self._wire.take(asked, None)
        yield Answer(answer.status, answer.headers, b"")
        half = len(answer.body) // 2
        yield answer.body[:half]
        if provider.breaks_off(asked.fields["ref"]):
            raise Lost("the connection broke")
        yield answer.body[half:]


def remembering(channel: Channel, provider: Provider, life: Life) -> Channel:
    """The real adapter, whose sendings are noted with the message they were made for."""
    send = channel.send

    async def noted(parcel: Parcel, key: str) -> Any:
        hand = Hand(parcel, key, life)
        token = HAND.set(hand)
        try:
            return await send(parcel, key)
        finally:
            HAND.reset(token)
            hand.held = has_slept()
            provider.note(hand)

    channel.send = noted  # type: ignore[method-assign]
    return channel
