"""Asks Twilio for its own lists, so that a lost call loses no message: what's new comes in the form of the call itself.

By default Twilio doesn't repeat a webhook that was answered with 5xx or too late (docs/twilio.md I4). The same keys as
the calls' make doublets vanish.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from channels.twilio.api import Api
from channels.twilio.form import Head, stored, written
from channels.twilio.lines import Kind, Senders, chat_of, line_to
from channels.twilio.read import STATES
from workflow.message import SendError

FIRST = timedelta(hours=4)  # how far the first look goes back
OVERLAP = timedelta(minutes=15)  # clocks differ, and a list may lag
NEWS_OVERLAP = timedelta(hours=2)  # a message is read later than it's sent
STRETCH = timedelta(hours=6)  # after a long outage the lists are taken in stretches
CALLING = timedelta(seconds=15)  # so long a call may be on its way, and it says more than the list
PAGE = 200
MOST_PAGES = 50
MOST_REMEMBERED = 20_000


class Listed(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A message as Twilio lists it (https://www.twilio.com/docs/messaging/api/message-resource)."""

    sid: str
    direction: str | None = None
    from_: str | None = None
    to: str | None = None
    body: str | None = None
    status: str | None = None
    error_code: int | None = None
    num_media: str | None = None
    num_segments: str | None = None
    messaging_service_sid: str | None = None
    date_created: str | None = None
    date_sent: str | None = None
    date_updated: str | None = None


class Page(msgspec.Struct, frozen=True):
    """A page of the list of messages."""

    messages: tuple[Listed, ...] = ()
    next_page_uri: str | None = None


class Medium(msgspec.Struct, frozen=True):
    """A file of a message."""

    sid: str
    content_type: str | None = None


class Media(msgspec.Struct, frozen=True):
    """The files of a message."""

    media_list: tuple[Medium, ...] = ()


def moment_of(text: str | None) -> datetime | None:
    """A date as Twilio writes it (RFC 2822), aware; None for what is none."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


async def listed(api: Api, fields: Sequence[tuple[str, str]], most_pages: int = MOST_PAGES) -> AsyncIterator[Listed]:
    """Messages of the account, page by page. Raises `SendError`."""
    url, asked = f"{api.hosts.of_account()}/Messages.json", list(fields)
    for _ in range(most_pages):
        page = await api.get(url, Page, asked)
        for each in page.messages:
            yield each
        further = page.next_page_uri or ""
        if not further:
            return
        url, asked = api.hosts.api_url + further, []
        if not url.startswith(api.hosts.of_account() + "/"):
            raise SendError("uncertain", "the list goes on at an address that isn't our account's")


@dataclass(slots=True)
class Reconciling:
    """Compares one channel's lists with what was handed on before."""

    api: Api
    kind: Kind
    senders: Senders
    now: Callable[[], datetime]
    _known: dict[str, None] = field(default_factory=dict)  # keys that were handed on and are surely stored
    _given: tuple[str, list[str]] = ("", [])  # the last cursor, and the keys that go with it
    waits: bool = False  # whether something was so new that its call may still come: look again soon

    async def poll(self, after: str) -> tuple[list[bytes], str]:
        """What Twilio has since the cursor, and the cursor that it leads to. Raises `SendError`."""
        self._remember(after)
        now = self.now()
        since = min(_moment(after) or now - FIRST, now)
        while True:
            until = min(since + STRETCH, now)
            found = await self._between(since, until if until < now else None)
            if found or until >= now:
                break
            since = until
        cursor = until.isoformat()
        self._given = (cursor, list(found))
        return list(found.values()), cursor

    def _remember(self, after: str) -> None:
        """Once its cursor was stored, what was handed on with it needn't be again."""
        cursor, keys = self._given
        if cursor and cursor == after:
            self._known |= dict.fromkeys(keys)
        for key in list(self._known)[: max(0, len(self._known) - MOST_REMEMBERED)]:
            del self._known[key]

    async def _between(self, since: datetime, until: datetime | None) -> dict[str, bytes]:
        """Payloads by key, oldest first."""
        found: list[tuple[datetime, int, str, bytes]] = []  # lists count seconds, and begin with the newest
        self.waits = False
        async for each in self._theirs(since - OVERLAP, until):
            if each.sid not in self._known:
                at = moment_of(each.date_sent) or moment_of(each.date_created) or self.now()
                if self.now() - CALLING < at <= self.now():
                    self.waits = True
                    continue
                found.append((at, -len(found), each.sid, await self._message(each, at)))
        async for each in self._ours(since - NEWS_OVERLAP, until):
            key = f"status:{each.sid}:{each.status}"
            if key not in self._known:
                at = moment_of(each.date_updated) or self.now()
                found.append((at, -len(found), key, self._status(each, key, at)))
        return {key: payload for _, _, key, payload in sorted(found)}

    async def _theirs(self, since: datetime, until: datetime | None) -> AsyncIterator[Listed]:
        to = [] if self.senders.service else [("To", line_to(self.kind, self.senders.own(self.kind)))]
        async for each in listed(self.api, [*to, *_sent(since, until)]):
            if each.direction == "inbound" and self._is_mine(each.to, each):
                yield each

    async def _ours(self, since: datetime, until: datetime | None) -> AsyncIterator[Listed]:
        sender = [] if self.senders.service else [("From", line_to(self.kind, self.senders.own(self.kind)))]
        async for each in listed(self.api, [*sender, *_sent(since, until)]):
            outbound = (each.direction or "").startswith("outbound")
            if outbound and each.status in STATES and self._is_mine(each.from_ or each.to, each):
                yield each

    def _is_mine(self, line: str | None, each: Listed) -> bool:
        return self.senders.owner(line or "", each.messaging_service_sid or "") == self.kind

    async def _message(self, each: Listed, at: datetime) -> bytes:
        """The call that was lost, as far as the list tells: coordinates and buttons aren't in it."""
        count = each.num_media or "0"
        media: tuple[Medium, ...] = ()
        if count != "0":
            url = f"{self.api.hosts.of_account()}/Messages/{each.sid}/Media.json"
            media = (await self.api.get(url, Media)).media_list
        fields = [
            *self._frame(each),
            ("Body", each.body or ""),
            ("SmsStatus", "received"),
            ("NumMedia", str(len(media))),
        ]
        for nth, medium in enumerate(media):
            fields.append((f"MediaUrl{nth}", self.api.hosts.media_url(f"{each.sid}/{medium.sid}")))
            fields.append((f"MediaContentType{nth}", medium.content_type or ""))
        head = Head(by="message", at=at, key=each.sid, chat=chat_of(each.from_ or ""))
        return stored(head, written(fields))

    def _status(self, each: Listed, key: str, at: datetime) -> bytes:
        code = [("ErrorCode", str(each.error_code))] if each.error_code else []
        head = Head(by="status", at=at, key=key, chat=chat_of(each.to or ""))
        return stored(head, written([*self._frame(each), ("MessageStatus", each.status or ""), *code]))

    def _frame(self, each: Listed) -> Iterable[tuple[str, str]]:
        yield "MessageSid", each.sid
        yield "AccountSid", self.api.hosts.account
        yield "From", each.from_ or ""
        yield "To", each.to or ""
        if each.messaging_service_sid:
            yield "MessagingServiceSid", each.messaging_service_sid


def _sent(since: datetime, until: datetime | None) -> list[tuple[str, str]]:
    """The stretch of time, as the list's own filters; the names end in the sign, which means "or equal"."""
    fields = [("DateSent>", _text(since))] + ([("DateSent<", _text(until))] if until else [])
    return [*fields, ("PageSize", str(PAGE))]


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(cursor: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cursor) if cursor else None
    except ValueError:
        return None


_AHEAD = timedelta(seconds=65)
"""So far our clock may have been ahead of Twilio's, which counts whole seconds, when a message left."""


async def found(
    api: Api, kind: Kind, senders: Senders, *, to: str, bodies: Sequence[str], since: datetime
) -> Listed | None:
    """Our newest message to that chat since then with one of these texts; None if there surely is none.

    Twilio knows no name of ours for a message, so sender, addressee, text and time are compared. The list isn't
    narrowed by date: a message that still waits to be sent has none. Raises `SendError`.
    """
    fields = [("To", line_to(kind, to)), ("PageSize", "50")]
    wanted = {_same(body) for body in bodies}
    earliest = since - _AHEAD
    async for each in listed(api, fields, 1):
        made = moment_of(each.date_created)
        outbound = (each.direction or "").startswith("outbound")
        mine = senders.owner(each.from_ or each.to or "", each.messaging_service_sid or "") == kind
        if outbound and mine and made is not None and made >= earliest and _same(each.body or "") in wanted:
            return each
    return None


def _same(text: str) -> str:
    return " ".join(text.split())
