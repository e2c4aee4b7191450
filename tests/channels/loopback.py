"""An HTTP server on loopback that records every request and answers what a test tells it, down to the bytes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_R = TypeVar("_R")


@dataclass
class Raw:
    """A request as it came; `target` still holds the query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """An answer: bytes with a status, or a fault of the connection."""

    status: int = 200
    body: bytes = b""
    headers: tuple[str, ...] = ("content-type: application/json",)
    fault: str = ""  # close, reset, hang, half; or chunked, which is none


@dataclass
class Stub(Generic[_R]):
    """The server: `replies` are used up one after the other, then `answer` decides. `shape` is how a test sees one."""

    shape: Callable[[Raw], _R]
    answer: Callable[[_R], Reply]
    replies: list[Reply] = field(default_factory=list)
    requests: list[_R] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def last(self) -> _R:
        return self.requests[-1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                request = self.shape(await _read(reader))
                self.requests.append(request)
                reply = self.replies.pop(0) if self.replies else self.answer(request)
                if not await _write(writer, reply):
                    break
        writer.close()


@contextlib.asynccontextmanager
async def running(stub: Stub[_R]) -> AsyncIterator[Stub[_R]]:
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
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


async def _read(reader: asyncio.StreamReader) -> Raw:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = first.split(" ")
    return Raw(method, target, headers, body)


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send the reply; False when the connection is over."""
    if reply.fault == "hang":
        await asyncio.Event().wait()
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
