"""python-telegram-bot's `Bot` over our HTTP client: what it sends, and what came of it, decided by our own request."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import aiohttp
import msgspec
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from channels.http import Http, Lost, NotSent
from channels.telegram.answers import AlreadyDone, failed, result_of
from channels.telegram.api import FORM
from workflow.message import SendError

TIMEOUT_S = 30.0
SLOWEST_UPLOAD_BYTES_PER_S = 50_000


class Taken(msgspec.Struct, frozen=True):
    """What we want to know of an accepted request: the new message's number, or the new topic's."""

    message_id: int = 0
    message_thread_id: int = 0


# What this task's request brought. Once it was accepted, the library's trouble with the answer is no failure to send.
_taken: ContextVar[Taken | None] = ContextVar("taken", default=None)
_taken_decoder = msgspec.json.Decoder(Taken)

# What the library is shown of a message we sent. It would build the whole Message, which takes a quarter of a send's
# time and fails where a server leaves out a field; "true" it takes as it is.
_MESSAGE_TAKEN = b'{"ok":true,"result":true}'


class Judged(TelegramError):
    """Carries our own error through the library, which wraps every other kind."""

    def __init__(self, error: SendError | AlreadyDone) -> None:
        super().__init__(str(error))
        self.error = error


class OurRequest(BaseRequest):
    """The library's way to the network: our HTTP client, and our reading of every answer."""

    __slots__ = ("_http",)

    def __init__(self, http: Http) -> None:
        self._http = http

    @property
    def read_timeout(self) -> float:
        """Seconds in which a small request must be answered."""
        return TIMEOUT_S

    async def initialize(self) -> None:
        """Nothing: the client opens when first used."""

    async def shutdown(self) -> None:
        """Nothing: the client belongs to the process."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,  # noqa: ARG002 - we time the whole request
        write_timeout: object = None,  # noqa: ARG002
        connect_timeout: object = None,  # noqa: ARG002
        pool_timeout: object = None,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """One request; returns only accepted ones. Raises `Judged` for all others."""
        data, size_bytes = _body(request_data)
        try:
            answer = await self._http.request(
                method,
                url,
                data=data,
                headers=FORM if isinstance(data, str) else None,
                timeout_s=TIMEOUT_S + size_bytes / SLOWEST_UPLOAD_BYTES_PER_S,
            )
            taken = _what_was_taken(result_of(answer))
        except (NotSent, Lost) as error:
            raise Judged(failed(error)) from None
        except (SendError, AlreadyDone) as error:
            raise Judged(error) from None
        _taken.set(taken)
        return answer.status, _MESSAGE_TAKEN if taken.message_id else answer.body


def bot_over(http: Http, api_url: str, token: str) -> Bot:
    """The library's client for one token. Its debug log, which holds token and texts, is switched off."""
    logging.getLogger("telegram").setLevel(logging.WARNING)
    request = OurRequest(http)
    root = api_url.rstrip("/")
    return Bot(
        token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot", request=request, get_updates_request=request
    )


async def call(bot: Bot, method: str, fields: Mapping[str, Any]) -> Taken:
    """Call one of the library's methods: what came of it, with zeros for what the answer doesn't say.

    Raises `SendError`, or `AlreadyDone`.
    """
    _taken.set(None)
    try:
        await getattr(bot, method)(**fields)
    except Judged as judged:
        raise judged.error from None
    except Exception:
        if _taken.get() is None:  # it didn't even leave: a mistake of ours
            raise
    return _taken.get() or Taken()


def _what_was_taken(result: msgspec.Raw) -> Taken:
    try:
        return _taken_decoder.decode(result)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Taken()


def _in_quotes(file_name: str) -> str:
    """The name as it may stand in a header, unescaped: no quotes, backslashes or control characters."""
    return "".join(sign for sign in file_name if sign.isprintable()).replace('"', "'").replace("\\", "-")


def _body(request_data: RequestData | None) -> tuple[str | aiohttp.FormData | None, int]:
    """The request's body and how much of it is files."""
    if request_data is None or (not request_data.parameters and not request_data.contains_files):
        return None, 0
    if not request_data.contains_files:
        return request_data.url_encoded_parameters(), 0
    form, size_bytes = aiohttp.FormData(quote_fields=False), 0  # quoted, people would read "Surat%20jawaban.pdf"
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime) in request_data.multipart_data.items():
        # As a stream: aiohttp warns of bytes over 1 MiB, which it would write in one go.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=_in_quotes(file_name), content_type=mime)
        size_bytes += stream.getbuffer().nbytes if isinstance(stream, io.BytesIO) else 0
    return form, size_bytes
