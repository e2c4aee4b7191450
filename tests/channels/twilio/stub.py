"""A Twilio of loopback that records every request and answers what a test tells it, down to the bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ACCOUNT = "AC" + "0" * 30 + "ff"
TOKEN = "bukan-token-asli"
SM = "SM" + "a1" * 16
MM = "MM" + "b2" * 16
ME = "ME" + "c3" * 16
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
MEDIA = f"{ROOT}/Messages/{MM}/Media/{ME}"


@dataclass
class Request:
    """A request as it came."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)


@dataclass
class Reply:
    """An answer: bytes with a status, or a fault of the connection."""

    status: int = 200
    body: bytes = b""
    headers: tuple[str, ...] = ("content-type: application/json",)
    fault: str = ""  # close, reset, half; or chunked, which is none


def told(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


def taken(sid: str = SM, **more: Any) -> Reply:
    return told({"sid": sid, "status": "queued", "error_code": None, "account_sid": ACCOUNT} | more, 201)


def no(status: int, code: int, *headers: str) -> Reply:
    body = {"code": code, "message": "why", "more_info": "https://www.twilio.com/docs/errors", "status": status}
    return Reply(status, json.dumps(body).encode(), ("content-type: application/json", *headers))


@dataclass
class Stub:
    """The server: `replies` are used up one after the other, then `answer` decides."""

    replies: list[Reply] = field(default_factory=list)
    answer: Callable[[Request], Reply] = lambda _: taken()
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                request = await _read(reader)
                self.requests.append(request)
                reply = self.replies.pop(0) if self.replies else self.answer(request)
                if not await _write(writer, reply):
                    break
        writer.close()


@contextlib.asynccontextmanager
async def running(*replies: Reply) -> AsyncIterator[Stub]:
    stub = Stub(list(replies))
    tasks = set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        try:
            await stub.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken_one:
        taken_one.bind(("127.0.0.1", 0))
        return taken_one.getsockname()[1]


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    return Request(method, parts.path, parse_qsl(parts.query, keep_blank_values=True), headers, body)


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send the reply; False when the connection is over."""
    if reply.fault == "reset":
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if reply.fault in {"close", "reset"}:
        writer.transport.abort() if reply.fault == "reset" else writer.close()
        return False
    if reply.fault == "chunked":
        head = [f"HTTP/1.1 {reply.status} X", "transfer-encoding: chunked", *reply.headers]
        body = f"{len(reply.body):x}\r\n".encode() + reply.body + b"\r\n0\r\n\r\n"
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        return True
    length = len(reply.body) * (2 if reply.fault == "half" else 1)
    head = [f"HTTP/1.1 {reply.status} X", f"content-length: {length}", *reply.headers]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + reply.body)
    await writer.drain()
    return reply.fault != "half"
