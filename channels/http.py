"""The one HTTP client under all channels: every failure says whether the request can have been taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Self

import aiohttp

CONNECT_TIMEOUT_S = 10.0
ANSWER_LIMIT_BYTES = 16 * 1024 * 1024
PIECE_BYTES = 64 * 1024
CONNECTIONS = 400
CONNECTIONS_TO_A_HOST = 100  # one that hangs leaves room to the others
# Shorter than servers keep theirs (uvicorn and Node 5 s by default, nginx 75 s). Of a request that meets a connection
# being closed nobody knows whether it was taken, so it would be repeated as uncertain; that isn't rare: one in three of
# those that were sent within 4 ms of the server's time.
KEEP_ALIVE_S = 4.0


class NotSent(Exception):
    """The request surely never left: no connection was opened, or none was free."""


class Lost(Exception):
    """The request left, or may have, and no whole answer came back."""


class TooLong(Exception):
    """The answer is longer than allowed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """One connection pool for the whole process. It opens when first used and never follows a redirect.

    Errors name neither address nor headers: both can hold a secret.
    """

    def __init__(self, *, connections: int = CONNECTIONS, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> None:
        self._connections = connections
        self._connect_timeout_s = connect_timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

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
        """One request and its whole answer, whatever its status. Raises `NotSent` or `Lost`."""
        try:
            async with self._open().request(
                method, url, data=data, headers=headers, timeout=self._timeout(timeout_s), allow_redirects=False
            ) as response:
                body = await _whole(response, limit_bytes)
                return Answer(response.status, _lower(response.headers), body)
        except _FAILURES as error:
            raise _meaning(error) from None

    async def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 300.0,
        silence_s: float = 30.0,
    ) -> AsyncGenerator[Answer | bytes, None]:
        """A download: first the `Answer` without its body, then the body in pieces of 64 kB.

        Raises `NotSent` or `Lost`, also when the body ends too early or nothing comes for `silence_s`.
        """
        try:
            timeout = self._timeout(timeout_s, silence_s)
            async with self._open().get(url, headers=headers, timeout=timeout, allow_redirects=False) as response:
                yield Answer(response.status, _lower(response.headers), b"")
                async for piece in response.content.iter_chunked(PIECE_BYTES):
                    yield piece
        except _FAILURES as error:
            raise _meaning(error) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections,
                    limit_per_host=min(self._connections, CONNECTIONS_TO_A_HOST),
                    keepalive_timeout=KEEP_ALIVE_S,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
            )
        return self._session

    def _timeout(self, total_s: float, silence_s: float | None = None) -> aiohttp.ClientTimeout:
        # `connect` covers the wait for a free connection too: both mean that nothing was sent.
        return aiohttp.ClientTimeout(total=total_s, connect=self._connect_timeout_s, sock_read=silence_s)


async def _whole(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    pieces = bytearray()
    async for piece in response.content.iter_chunked(PIECE_BYTES):
        pieces += piece
        if len(pieces) > limit_bytes:
            raise TooLong
    return bytes(pieces)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


_FAILURES = (aiohttp.ClientError, OSError, asyncio.TimeoutError, TooLong)


def _meaning(error: Exception) -> NotSent | Lost:
    """What a failure of aiohttp says about the request: it never left, or nobody knows."""
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return NotSent("the address isn't a valid URL")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return NotSent("the server's name wasn't found")
    if isinstance(error, aiohttp.ClientSSLError):
        return NotSent("no safe connection: TLS failed")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NotSent("no connection in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return NotSent("the connection was refused")
    if isinstance(error, asyncio.TimeoutError):
        return Lost("no answer in time")
    if isinstance(error, TooLong):
        return Lost("the answer is too long")
    return Lost(f"the connection broke ({type(error).__name__})")
