"""A Bot API of loopback that records every request and answers what a test tells it, down to the bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

TOKEN = "123456:not-a-real-token"
MESSAGE = {"message_id": 77, "date": 1_763_770_000, "chat": {"id": 5, "type": "private"}}


@dataclass
class Request:
    """A request as it came: the method of the path's end, and its fields, JSON decoded where it is JSON."""

    path: str
    method: str
    fields: dict[str, Any]
    files: dict[str, tuple[str, bytes]]


@dataclass
class Reply:
    """An answer: bytes with a status, or a fault of the connection."""

    status: int = 200
    body: bytes = b""
    headers: tuple[str, ...] = ("content-type: application/json",)
    fault: str = ""  # close, reset, hang, half


def ok(result: Any = MESSAGE) -> Reply:
    return Reply(body=json.dumps({"ok": True, "result": result}).encode())


def no(status: int, description: str, **parameters: Any) -> Reply:
    body = {"ok": False, "error_code": status, "description": description}
    return Reply(status, json.dumps(body | ({"parameters": parameters} if parameters else {})).encode())


@dataclass
class Stub:
    """The server: `replies` are used up one after the other, then `answer` decides."""

    replies: list[Reply] = field(default_factory=list)
    answer: Callable[[Request], Reply] = lambda _: ok()
    requests: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def last(self) -> Request:
        return self.requests[-1]

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
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


async def _read(reader: asyncio.StreamReader) -> Request:
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
    path = first.split(" ")[1]
    fields, files = _fields(headers.get("content-type", ""), body)
    return Request(path, path.rpartition("/")[2], fields, files)


def _fields(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    if not kind.startswith("multipart/"):
        return {name: _value(value) for name, value in parse_qsl(body.decode(), keep_blank_values=True)}, {}
    fields: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in BytesParser().parsebytes(f"content-type: {kind}\r\n\r\n".encode() + body).get_payload():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            files[name] = (part.get_filename(), part.get_payload(decode=True))
        else:
            fields[name] = _value(part.get_payload(decode=True).decode())
    return fields, files


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send the reply; False when the connection is over."""
    if reply.fault == "hang":
        await asyncio.Event().wait()
    if reply.fault == "reset":
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if reply.fault in {"close", "reset"}:
        writer.transport.abort() if reply.fault == "reset" else writer.close()
        return False
    length = len(reply.body) * (2 if reply.fault == "half" else 1)
    head = [f"HTTP/1.1 {reply.status} X", f"content-length: {length}", *reply.headers]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + reply.body)
    await writer.drain()
    return reply.fault != "half"
