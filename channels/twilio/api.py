"""Calls Twilio's API where we read the answer ourselves: lists, media, and how the account is set."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from channels.http import Answer, Http, Lost, NotSent
from channels.twilio.errors import failed, refused
from channels.twilio.hosts import Hosts
from workflow.message import SendError

TIMEOUT_S = 20.0
MOST_BYTES = 8 * 1024 * 1024

_T = TypeVar("_T")


def authorization(user: str, password: str) -> dict[str, str]:
    """The header that proves us to Twilio; it goes with one request, never with the client."""
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Api:
    """Twilio's API for one account. Its credentials go to the configured root, and on Twilio to its products' roots."""

    def __init__(self, http: Http, hosts: Hosts, user: str, password: str) -> None:
        self.hosts = hosts
        self._http = http
        self._headers = authorization(user, password)

    @property
    def headers(self) -> dict[str, str]:
        """What a request of ours proves itself with."""
        return dict(self._headers)

    async def get(self, url: str, shape: type[_T], fields: Sequence[tuple[str, str]] = ()) -> _T:
        """What's at an address of Twilio's, as `shape`. Raises `SendError`; "uncertain" for another shape."""
        answer = await self._request("GET", url + ("?" + urlencode(fields) if fields else ""))
        if not 200 <= answer.status < 300:
            raise refused(answer)
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise SendError("uncertain", f"status {answer.status} in an unknown shape") from None

    async def delete(self, url: str) -> None:
        """Delete what's there; what's gone already is well. Raises `SendError`."""
        answer = await self._request("DELETE", url)
        if answer.status not in {404, 410} and not 200 <= answer.status < 300:
            raise refused(answer)

    async def _request(self, method: str, url: str) -> Answer:
        try:
            return await self._http.request(
                method, url, headers=self._headers, timeout_s=TIMEOUT_S, limit_bytes=MOST_BYTES
            )
        except (NotSent, Lost) as error:
            raise failed(error) from None
