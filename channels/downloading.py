"""Passes a file on as it comes, and no more of it than wanted; what goes wrong on the way is a `FetchError`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from channels.base import FetchError
from channels.http import Answer, Http, Lost, NotSent


async def passed_on(
    http: Http, url: str, limit_bytes: int, check: Callable[[Answer], None], *, headers: Mapping[str, str] | None = None
) -> AsyncGenerator[bytes, None]:
    """A file's bytes in pieces of at most 64 kB.

    `check` sees the answer before its body and raises where the file isn't in it. Raises `FetchError`, and that.
    """
    got = 0
    try:
        async with aclosing(http.stream(url, headers=headers)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Answer):
                    check(piece)
                    continue
                got += len(piece)
                if got > limit_bytes:
                    raise FetchError("too_big", again=False)
                yield piece
    except (NotSent, Lost):
        raise FetchError("timeout", again=True) from None
