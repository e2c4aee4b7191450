"""Fetches what people sent from Twilio, and deletes it there once it's kept here.

Our credentials go with the first request alone, to the configured root; redirects are followed by hand, without them,
and only to where Twilio keeps media (docs/twilio.md M1 to M5).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from urllib.parse import urljoin, urlsplit

import structlog

from channels.base import FetchError
from channels.http import Answer, Http, Lost, NotSent
from channels.twilio.api import Api
from channels.twilio.hosts import Hosts

MOST_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_log = structlog.get_logger("twilio")


async def download(http: Http, api: Api, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
    """A medium's bytes in pieces. Raises `FetchError`: one that isn't there yet may be asked for `again`."""
    url = api.hosts.media_url(ref)
    if not url:
        raise FetchError("gone", again=False)
    headers: dict[str, str] | None = api.headers
    for _ in range(MOST_HOPS):
        further = ""
        got = 0
        try:
            async with aclosing(http.stream(url, headers=headers)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Answer):
                        further = _further(piece, url, api.hosts, limit_bytes)
                        if further:
                            break
                        continue
                    got += len(piece)
                    if got > limit_bytes:
                        raise FetchError("too_big", again=False)
                    yield piece
        except (NotSent, Lost):
            raise FetchError("timeout", again=True) from None
        if not further:
            return
        url, headers = further, None
    raise FetchError("gone", again=True)


async def purge(api: Api, ref: str) -> None:
    """Delete a medium at Twilio's; one that's gone is well. Raises `SendError`."""
    url = api.hosts.media_url(ref)
    if url:
        await api.delete(f"{url}.json")


def _further(answer: Answer, url: str, hosts: Hosts, limit_bytes: int) -> str:
    """Where a redirect leads; "" where the file itself comes. Raises `FetchError`."""
    if answer.status in _REDIRECTS:
        location = answer.headers.get("location", "")
        if not location:
            raise FetchError("gone", again=True)
        there = urljoin(url, location)
        if hosts.may_lead_to(there):
            return there
        # Where Twilio moved its media, every file fails until media_hosts names the place: that must be seen.
        _log.error("a media redirect leads to a host that media_hosts doesn't name", host=urlsplit(there).hostname)
        raise FetchError("gone", again=False)
    if answer.status == 404:  # not stored yet, or just purged
        raise FetchError("gone", again=True)
    if answer.status == 410:
        raise FetchError("gone", again=False)
    if not 200 <= answer.status < 300:
        raise FetchError("timeout", again=True)
    said = answer.headers.get("content-length", "")
    if said.isascii() and said.isdecimal() and int(said) > limit_bytes:
        raise FetchError("too_big", again=False)
    return ""
