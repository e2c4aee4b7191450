"""The door: slow heads, slow bodies, endless heads, silent crowds; each ends by itself and takes nothing from others."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from bot import door, web
from bot.door import Door


async def _said(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _unread(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("no")


async def _much(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("a" * 20_000_000)


async def _news(_request: Request) -> StreamingResponse:
    async def pieces():
        for _ in range(20):
            yield b"x"
            await asyncio.sleep(0.1)

    return StreamingResponse(pieces())


@pytest.fixture
async def port(monkeypatch):
    """A site whose door has little patience."""
    for name, value in {"head_s": 0.6, "body_s": 0.6, "out_s": 0.6, "most_connections": 20}.items():
        monkeypatch.setattr(Door, name, value)
    routes = [Route("/said", _said, methods=["POST"]), Route("/unread", _unread, methods=["POST"])]
    site = Starlette(routes=[*routes, Route("/much", _much), Route("/news", _news)])
    listening = web.listen("127.0.0.1", 0)
    server = web.server(site)
    serving = asyncio.create_task(server._serve([listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await serving


async def opened(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def trickled(port: int, text: bytes, pause_s: float = 0.05) -> tuple[bytes, int]:
    """What's answered to a text that comes byte by byte, and how much of it was said by then."""
    reader, writer = await opened(port)
    said = 0

    async def say():
        nonlocal said
        with contextlib.suppress(OSError):
            for at in range(len(text)):
                writer.write(text[at : at + 1])
                await writer.drain()
                said += 1
                await asyncio.sleep(pause_s)

    saying = asyncio.create_task(say())
    try:
        async with asyncio.timeout(60):
            answer = b""
            with contextlib.suppress(ConnectionError):
                while piece := await reader.read(9999):
                    answer += piece
        return answer, said
    finally:
        saying.cancel()
        writer.close()


async def is_served(port: int) -> bool:
    reader, writer = await opened(port)
    writer.write(b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    return answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"3")


async def test_the_bounds_are_these():
    assert (door.HEAD_S, door.BODY_S, door.OUT_S) == (10, 30, 60)
    assert web.LONGEST_BODY_S < door.BODY_S
    assert (door.MOST_HEAD_BYTES, door.MOST_CONNECTIONS) == (65_536, 512)


@pytest.mark.parametrize(
    "text",
    [
        b"POST /said HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 500,
        b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" + b"a" * 500,
        b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n" + b"a" * 500,
        b"POST /said HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 100,
        b"POST /said HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na" + b"POST /said HTTP/1.1\r\nX: " + b"a" * 500,
    ],
    ids=["a slow head", "a slow body", "a slow body nobody reads", "slow chunks", "a slow second request"],
)
async def test_who_speaks_byte_by_byte_is_cut_off_whatever_they_say(port, text):
    pause_s = 0.005 if b"second" in text else 0.02
    answer, said = await trickled(port, text, pause_s)
    assert said < len(text)
    assert len(answer) < 300
    assert await is_served(port)


async def test_who_says_nothing_at_all_is_cut_off(port):
    reader, writer = await opened(port)
    async with asyncio.timeout(30):
        assert await reader.read() == b""
    writer.close()


async def test_a_head_without_end_is_refused_and_kept_nowhere(port):
    reader, writer = await opened(port)
    writer.write(b"POST /said HTTP/1.1\r\nHost: x\r\n")
    sent = 0
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(30):
            while not reader.at_eof() and sent < 50_000_000:
                writer.write(b"X-More: " + b"a" * 1000 + b"\r\n")
                sent += 1010
                await writer.drain()
                await asyncio.sleep(0)
    assert sent < 10_000_000
    assert await is_served(port)


async def test_who_doesnt_take_the_answer_is_cut_off_once_it_is_written(port):
    reader, writer = await opened(port)
    reader._transport.pause_reading()
    writer.write(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.sleep(1.5)
    reader._transport.resume_reading()
    got = 0
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(30):
            while piece := await reader.read(1 << 20):
                got += len(piece)
    assert got < 20_000_000
    writer.close()


async def test_an_answer_that_goes_on_for_long_is_not_cut_off(port):
    reader, writer = await opened(port)
    writer.write(b"GET /news HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(20):
        answer = await reader.read()
    assert answer.count(b"x") >= 20
    writer.close()


async def test_a_crowd_that_says_nothing_makes_room_for_who_asks(port, monkeypatch):
    monkeypatch.setattr(Door, "head_s", 60.0)
    crowd = [await opened(port) for _ in range(60)]
    try:
        assert all([await is_served(port) for _ in range(5)])
        ended = 0
        for reader, _ in crowd:
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(0.05):
                    ended += await reader.read() == b""
                continue
            ended += reader.exception() is not None
        assert ended >= 60 - 20
    finally:
        for _, writer in crowd:
            writer.close()
