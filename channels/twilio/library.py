"""Twilio's own library over our HTTP client: it writes the request, we time it and judge the answer.

Its asynchronous transport has no time limit, breaks the requests that are JSON, and sends messages again by itself on
5xx (docs/twilio.md S1). It's 20 MB and a quarter of a second to load: only whoever sends imports this module.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

import msgspec
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.http import Http, Lost, NotSent
from channels.twilio.api import authorization
from channels.twilio.errors import error_of, failed, refused
from channels.twilio.hosts import Hosts
from workflow.message import SendError

TIMEOUT_S = 30.0
_JSON = "application/json"


class Taken(msgspec.Struct, frozen=True):
    """What we want to know of an accepted message: its name, and whether it failed at once."""

    sid: str = ""
    error_code: int | None = None


_taken_decoder = msgspec.json.Decoder(Taken)
# What this task's request brought. Once it was accepted, the library's trouble with the answer is no failure to send.
_taken: ContextVar[Taken | None] = ContextVar("taken", default=None)


class OurTransport(AsyncHttpClient):  # type: ignore[misc] # the library has no types
    """The library's way to the network. Returns accepted answers only; raises `SendError` for all others."""

    def __init__(self, http: Http, hosts: Hosts) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), is_async=True, timeout=TIMEOUT_S)
        self._http = http
        self._hosts = hosts

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - we never follow one
    ) -> Response:
        """One request and no more."""
        url = self._hosts.moved(uri) + ("?" + urlencode(params, doseq=True) if params else "")
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        body: bytes | str | None = None
        if data:
            is_json = sent.get("content-type", "").startswith(_JSON)
            body = msgspec.json.encode(data) if is_json else urlencode(data, doseq=True)
        if auth is not None:
            sent |= authorization(*auth)
        try:
            answer = await self._http.request(
                method.upper(), url, data=body, headers=sent, timeout_s=timeout or TIMEOUT_S
            )
        except (NotSent, Lost) as error:
            raise failed(error) from None
        if not 200 <= answer.status < 300:
            raise refused(answer, _chat_in(data))
        try:
            _taken.set(_taken_decoder.decode(answer.body))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise SendError("uncertain", f"status {answer.status} without Twilio's JSON") from None
        return Response(answer.status, answer.body.decode(), dict(answer.headers))


class Library:
    """The library's client for one account."""

    def __init__(self, http: Http, hosts: Hosts, user: str, password: str) -> None:
        logging.getLogger("twilio").setLevel(logging.WARNING)  # it logs bodies and numbers
        # The environment is ours to read, not a library's: a non-empty mapping keeps it out.
        self._client = Client(
            user, password, hosts.account, http_client=OurTransport(http, hosts), environment={"TWILIO": ""}
        )

    async def create(self, fields: Mapping[str, Any]) -> str:
        """Send one message: its name at Twilio's, "" if the answer names none. Raises `SendError`."""
        _taken.set(None)
        try:
            await self._client.messages.create_async(**fields)
        except SendError:
            raise
        except Exception:
            if _taken.get() is None:  # it didn't even leave: a mistake of ours
                raise
        taken = _taken.get() or Taken()
        if taken.error_code:
            raise error_of(taken.error_code, str(fields.get("to", "")).removeprefix("whatsapp:"))
        return taken.sid


def _chat_in(data: Mapping[str, object] | None) -> str:
    return str((data or {}).get("To", "")).removeprefix("whatsapp:")
