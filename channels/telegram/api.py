"""Calls the Bot API where we read the answer ourselves: news, files, and what the bot may do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from channels.base import FetchError
from channels.downloading import passed_on
from channels.http import Answer, Http, Lost, NotSent
from channels.telegram.answers import failed, result_of
from channels.telegram.shapes import FileLink
from workflow.message import SendError

_T = TypeVar("_T")
FORM = {"content-type": "application/x-www-form-urlencoded"}
_TOO_BIG = "file is too big"
_TRY_AGAIN = frozenset({"busy", "down", "uncertain", "misconfigured"})


class Api:
    """The Bot API for one token. The token stands in every address, so no error or log line may hold one."""

    def __init__(self, http: Http, api_url: str, token: str) -> None:
        self._http = http
        self._methods = f"{api_url.rstrip('/')}/bot{token}"
        self._files = f"{api_url.rstrip('/')}/file/bot{token}"

    async def ask(self, method: str, fields: Mapping[str, object], shape: type[_T], *, timeout_s: float = 30.0) -> _T:
        """The result of a method as `shape`. Raises `SendError`; "uncertain" when the result has another shape."""
        try:
            answer = await self._http.request(
                "POST",
                f"{self._methods}/{method}",
                data=urlencode({name: _plain(value) for name, value in fields.items() if value is not None}),
                headers=FORM,
                timeout_s=timeout_s,
            )
        except (NotSent, Lost) as error:
            raise failed(error) from None
        try:
            return msgspec.json.decode(result_of(answer), type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise SendError("uncertain", f"{method} was answered in an unknown shape") from None

    async def download(self, file_id: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """A file's bytes in pieces of at most 64 kB. Raises `FetchError`: a link that expired may be asked for `again`.

        getFile gives a link for at least an hour and refuses files over 20 MB
        (https://core.telegram.org/bots/api#getfile).
        """
        try:
            link = await self.ask("getFile", {"file_id": file_id}, FileLink)
        except SendError as error:
            raise _fetch_error(error) from None
        if link.file_size > limit_bytes:
            raise FetchError("too_big", again=False)
        if not link.file_path:
            raise FetchError("gone", again=True)
        address = f"{self._files}/{quote(link.file_path.lstrip('/'))}"
        async with aclosing(passed_on(self._http, address, limit_bytes, _check_status)) as pieces:
            async for piece in pieces:
                yield piece


def _plain(value: object) -> str:
    """A field as the Bot API takes it in a form: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _check_status(answer: Answer) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    raise FetchError("gone" if 400 <= status < 500 and status not in {408, 429} else "timeout", again=True)


def _fetch_error(error: SendError) -> FetchError:
    if _TOO_BIG in error.reason.casefold():
        return FetchError("too_big", again=False)
    if error.fact in _TRY_AGAIN or "temporarily" in error.reason.casefold():
        return FetchError("timeout", again=True)
    return FetchError("gone", again=False)
