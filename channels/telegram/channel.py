"""The Telegram channel of one office: one bot for its citizens and its desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING

import msgspec

from channels.base import Call as Request
from channels.base import Envelope, Forged, Malformed, Parcel
from channels.http import Http
from channels.telegram.answers import AlreadyDone
from channels.telegram.api import Api
from channels.telegram.decode import number_of
from channels.telegram.read import ALLOWED_UPDATES, Reader
from workflow.message import Inbound, Limits, SendError, Sent

if TYPE_CHECKING:
    from telegram import Bot

    from channels.telegram.library import Taken
    from channels.telegram.render import Call
    from channels.telegram.setup import BotReport

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
POLL_S = 50  # the longest that Telegram holds a request (tdlib/telegram-bot-api, Client.cpp)
POLL_LIMIT = 100
_NO_FORUM = "not a forum"
_PASSING = frozenset({"busy", "down"})  # a reopening that failed so may succeed the next time


class Telegram:
    """One bot. The library is loaded at the first send or preparation, so that a web role does without it."""

    name = "telegram"
    limits = Limits()
    thanks = ("text/plain", b"")
    pause_s = 0.0

    def __init__(
        self,
        office: str,
        token: str,
        *,
        http: Http,
        desk: str | None = None,
        secrets: tuple[str, ...] = (),
        api_url: str = "https://api.telegram.org",
        poll_s: int = POLL_S,
        hook: str = "",
    ) -> None:
        self.office = office
        self.paths = (f"telegram/{office}",)
        self.desk = desk
        self._forum: tuple[str | None, bool | None] = (desk, None)  # a group, and whether it has topics
        self.hook = hook  # where Telegram shall call; "": nowhere, we poll
        self._token = token
        self._http = http
        self._secrets = tuple(secret.encode() for secret in secrets if secret)
        self._api_url = api_url
        self._api = Api(http, api_url, token)
        self._poll_s = poll_s
        number = token.partition(":")[0]  # a token begins with the bot's own number
        self._reader = Reader(office, bot_id=int(number) if number.isdecimal() else 0)
        self._library: Bot | None = None

    def __repr__(self) -> str:
        return f"Telegram({self.office!r})"

    @property
    def username(self) -> str:
        """The bot's name without the @, for links to it; "" until Telegram was asked."""
        return self._reader.username

    @property
    def topics(self) -> bool | None:
        """Whether the desk has topics; None until Telegram was asked of this very group, for desks move."""
        group, has_them = self._forum
        return has_them if group == self.desk else None

    @topics.setter
    def topics(self, has_them: bool | None) -> None:
        self._forum = (self.desk, has_them)

    @property
    def polled(self) -> bool:
        """Whether updates are fetched: they are, unless Telegram shall call."""
        return not self.hook

    @property
    def reach(self) -> str:
        """What a person writes to, "@name"; "" until Telegram was asked."""
        return f"@{self.username}" if self.username else ""

    def accept(self, call: Request) -> bytes:
        """The body, if the secret is there: the present one, or the one before while it's changed; else `Forged`."""
        given = call.headers.get(SECRET_HEADER, "").encode()
        fits = [compare_digest(given, secret) for secret in self._secrets]
        if not any(fits):
            raise Forged
        return call.body

    def probe(self) -> Request | None:
        """The secret with an update that has no number; None where Telegram isn't told to call."""
        if not self._secrets:
            return None
        return Request(self.paths[0], {SECRET_HEADER: self._secrets[0].decode()}, b"{}")

    def envelope(self, payload: bytes) -> Envelope:
        """The update's number and its chat's lane. Raises `Malformed` unless it's an object with a 64-bit update_id."""
        return self._reader.envelope(payload)

    def read(self, payload: bytes) -> Inbound:
        """One update as a value. Raises `BadPayload` when a part we need has another shape than Telegram's."""
        return self._reader.read(payload)

    async def poll(self, after: str) -> tuple[Sequence[bytes], str]:
        """Wait up to 50 s for updates from `after` on; the cursor is the number after the last. Raises `SendError`.

        Asking with a cursor makes Telegram forget everything before it, so nothing is lost that wasn't stored.
        """
        updates = await self._api.ask(
            "getUpdates",
            {
                "offset": int(after) if after else None,
                "limit": POLL_LIMIT,
                "timeout": self._poll_s,
                "allowed_updates": ALLOWED_UPDATES,
            },
            list[msgspec.Raw],
            timeout_s=self._poll_s + 20.0,
        )
        payloads = [bytes(update) for update in updates]
        for payload in reversed(payloads):
            try:
                return payloads, str(number_of(payload) + 1)
            except Malformed:
                continue
        if payloads:
            raise SendError("uncertain", "getUpdates was answered with updates that have no number")
        return payloads, after

    async def send(self, parcel: Parcel, key: str) -> Sent:  # noqa: ARG002 - Telegram knows no idempotency key
        """One attempt: a message, an edit, a deletion, a topic or the answer to a press. Raises `SendError`.

        `Sent.id` is "" when Telegram took it and its answer couldn't be read.
        """
        from channels.telegram import render

        sent = Sent()
        for call in render.calls(parcel):
            try:
                result = await self._opened(call, parcel)
            except SendError as error:
                if parcel.message.kind == "topic" and _NO_FORUM in error.reason.casefold():
                    self._forum = (parcel.message.to.chat, False)
                if call.needed:
                    raise
                continue
            if call.counts:
                sent = _sent(result, parcel)
        return sent

    def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """The file's bytes in pieces. Raises `FetchError` above the limit, or when it's gone."""
        return self._api.download(ref, limit_bytes)

    async def describe(self) -> BotReport:
        """What Telegram says about the bot and its desk; changes nothing there, and raises nothing."""
        return await self._described(self.hook)

    async def _described(self, hook: str | None) -> BotReport:
        from channels.telegram import setup

        desk = self.desk
        report = await setup.describe(self._api, desk, hook)
        if report.bot_id:
            self._reader = Reader(self.office, bot_id=report.bot_id, username=report.username)
        self._forum = (desk, report.topics)
        return report

    async def set_up(self) -> BotReport:
        """Prepare the bot for its webhook or for polling. Raises nothing; repeat unless `ready`."""
        from channels.telegram import setup

        secret = self._secrets[0].decode() if self._secrets else ""
        preparing = setup.prepare(self._api, webhook=self.hook, secret=secret, desk=self.desk)
        report, problems = await asyncio.gather(self._described(None), preparing)
        if not report.bot_id:  # one reason why nothing works is enough
            problems = tuple(problem for problem in problems if problem.blocks)
        return replace(report, problems=report.problems + problems)

    async def _opened(self, call: Call, parcel: Parcel) -> Taken:
        """One call; where it finds its topic closed, that's opened again first, if we may."""
        from channels.telegram import render

        try:
            return await self._call(call)
        except SendError as error:
            reopening = render.reopening(parcel) if error.fact == "closed_topic" else None
            if reopening is None:
                raise
            try:
                await self._call(reopening)
            except SendError as why:
                raise (why if why.fact in _PASSING else error) from None
        return await self._call(call)

    async def _call(self, call: Call) -> Taken:
        """One call, or the one that may stand in for it."""
        from channels.telegram import library

        try:
            return await library.call(self._bot(), call.method, call.fields)
        except AlreadyDone:
            return library.Taken()
        except SendError as error:
            words = error.reason.casefold()
            if error.fact == "misconfigured" and self.username and words.startswith("not found"):
                # The token was good for getMe: it's this method that the server doesn't know.
                raise SendError("refused", error.reason) from None
            if call.otherwise is None or not any(each in words for each in call.refused_as):
                raise
        return await self._call(call.otherwise)

    def _bot(self) -> Bot:
        from channels.telegram import library

        if self._library is None:
            self._library = library.bot_over(self._http, self._api_url, self._token)
        return self._library


def _sent(taken: Taken, parcel: Parcel) -> Sent:
    """What the provider calls the message, as far as its answer says so; what was there before keeps its number."""
    if parcel.message.kind == "topic":
        thread = str(taken.message_thread_id or "")
        return Sent(id=thread, thread=thread)
    return Sent(id=str(taken.message_id or parcel.target))
