"""Fetches what people sent from Twilio, and deletes it there once it's kept here.

Our credentials go with the first request alone, to the configured root; redirects are followed by hand, without them,
and only to where Twilio keeps media (docs/twilio.md M1 to M5).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from urllib.parse import urljoin, urlsplit

import structlog

from channels.base import FetchError
from channels.downloading import passed_on
from channels.http import Answer, Http
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
        check = partial(_check, url=url, hosts=api.hosts, limit_bytes=limit_bytes)
        try:
            async with aclosing(passed_on(http, url, limit_bytes, check, headers=headers)) as pieces:
                async for piece in pieces:
                    yield piece
        except _Elsewhere as elsewhere:
            url, headers = elsewhere.url, None
        else:
            return
    raise FetchError("gone", again=True)


async def purge(api: Api, ref: str) -> None:
    """Delete a medium at Twilio's; one that's gone is well. Raises `SendError`."""
    url = api.hosts.media_url(ref)
    if url:
        await api.delete(f"{url}.json")


class _Elsewhere(Exception):
    """The file lies at another address, where we may ask for it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


def _check(answer: Answer, *, url: str, hosts: Hosts, limit_bytes: int) -> None:
    """Whether the file itself comes. Raises `_Elsewhere` where a redirect leads, or `FetchError`."""
    if answer.status in _REDIRECTS:
        location = answer.headers.get("location", "")
        if not location:
            raise FetchError("gone", again=True)
        there = urljoin(url, location)
        if hosts.may_lead_to(there):
            raise _Elsewhere(there)
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
