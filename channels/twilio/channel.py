"""One of an office's lines at Twilio: its WhatsApp sender, or its number for SMS."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from msgspec.structs import replace

from channels.base import Call, Envelope, Forged, Malformed, NotMine, Parcel, Report
from channels.twilio import media, reconcile
from channels.twilio.api import Api
from channels.twilio.errors import error_of
from channels.twilio.form import By, Form, Head, head_of, pairs_of, stored
from channels.twilio.hosts import MESSAGE, Hosts
from channels.twilio.lines import Kind, Senders, chat_of, is_number, line_to, spoken
from channels.twilio.read import Reader
from channels.twilio.render import Create, Renderer
from channels.twilio.sharing import Shelf
from channels.twilio.sign import SIGNATURE, Signatures
from workflow.message import Address, Enclosure, Inbound, Limits, SendError, Sent

if TYPE_CHECKING:
    from channels.base import Ground
    from channels.settings import TwilioSettings
    from channels.twilio.library import Library

FORM = "application/x-www-form-urlencoded"

WHATSAPP = Limits(
    text_units=1600,
    caption_units=1024,
    rows=False,
    albums=False,
    place_button=False,
    edits=False,
    window_h=24,
    receipts=True,
)
# In UTF-16 units before folding: ten segments, which leaves room within Twilio's 1600 for choices and for what folding
# writes out ("..." for an ellipsis).
SMS = Limits(
    text_units=1530,
    caption_units=1530,
    choices=False,
    photos=False,
    files=False,
    pins=False,
    edits=False,
    short=True,
    receipts=True,
)


class Account:
    """What the office's lines share: keys, addresses, and the way to Twilio."""

    def __init__(self, office: str, settings: TwilioSettings, ground: Ground) -> None:
        self.office = office
        self.ground = ground
        self.senders = Senders(
            chat_of(settings.whatsapp or ""), chat_of(settings.sms or ""), settings.messaging_service or ""
        )
        self.hosts = Hosts(settings.api_url, settings.account_sid, tuple(settings.media_hosts))
        tokens = [each.reveal() for each in (settings.auth_token, settings.previous_auth_token) if each is not None]
        shared = {name: each.reveal() for name, each in settings.shared_keys.items()}
        self.signatures = Signatures(tokens, shared)
        self.templates = dict(settings.templates)
        self.purges = settings.purge_media
        self.receives = settings.sms_receives
        self.user, self.password = settings.account_sid, settings.auth_token.reveal()
        if settings.api_key and settings.api_secret is not None:
            self.user, self.password = settings.api_key, settings.api_secret.reveal()
        self.api = self.by_token = Api(ground.http, self.hosts, settings.account_sid, settings.auth_token.reveal())
        if self.user != settings.account_sid:
            self.api = Api(ground.http, self.hosts, self.user, self.password)
        root = f"twilio/{office}"
        self.message_path, self.status_path, self.media_path = f"{root}/message", f"{root}/status", f"{root}/media"
        self.paths: dict[str, By] = {self.message_path: "message", self.status_path: "status"}
        self._library: Library | None = None

    def public(self, path: str) -> str:
        """The address of a path of ours; "" where none is configured."""
        return f"{self.ground.public_url}/{path}" if self.ground.public_url else ""

    async def library(self) -> Library:
        """Twilio's library, loaded beside the loop at the first sending."""
        if self._library is None:
            module = await asyncio.to_thread(importlib.import_module, "channels.twilio.library")
            self._library = module.Library(self.ground.http, self.hosts, self.user, self.password)
        return self._library


class Twilio:
    """One line. An office's lines share the addresses that Twilio calls; a call is taken by whose line it names."""

    polled = True  # beside its calls: some get lost
    thanks = ("text/xml", b"<Response/>")  # an empty answer: replies go by the outbox (docs/twilio.md S2)
    lasting = ("SM", "MM")  # names of messages; a status told again says nothing new (docs/twilio.md I1)

    def __init__(self, account: Account, kind: Kind, limits: Limits, pause_s: float, *, first: bool) -> None:
        self.name: str = kind
        self.office = account.office
        self.limits = limits
        self.paths = tuple(account.paths)
        self.shares = account.media_path
        self._pause_s = pause_s
        self.purges = account.purges
        self._account = account
        self._kind = kind
        self._first = first  # it takes what is for nobody, so that it's kept in quarantine
        self._reader = Reader(account.office, kind, account.senders, account.hosts)
        self._renderer = Renderer(kind, account.senders, account.templates, account.public(account.status_path))
        ground = account.ground
        self._shelf = Shelf(ground.public_url, account.media_path, ground.secret, ground.now, ground.former_secrets)
        self._reconciling = reconcile.Reconciling(account.api, kind, account.senders, ground.now)

    def __repr__(self) -> str:
        return f"Twilio({self.office!r}, {self.name!r})"

    @property
    def reach(self) -> str:
        """The number a person writes to, as it's spoken at home; "" where nobody can."""
        line = self._account.senders.own(self._kind)
        receives = self._account.receives or self._kind == "whatsapp"
        return spoken(line) if receives and is_number(line) else ""

    @property
    def pause_s(self) -> float:
        """Between two looks at Twilio's lists; a short one where a call may still bring what they had already."""
        return min(self._pause_s, reconcile.CALLING.total_seconds()) if self._reconciling.waits else self._pause_s

    def accept(self, call: Call) -> bytes:
        """The form with a line of our own above it. Raises `Forged`, `NotMine`, or `Malformed`.

        The address that is signed is the one the outside sees, so it's made of the configured one: neither Host nor a
        forwarded header is believed.
        """
        by = self._account.paths.get(call.path)
        if by is None:
            raise NotMine
        url = self._account.public(call.path) + (f"?{call.query}" if call.query else "")
        form = self._signed(url, call)
        if form.get("AccountSid") != self._account.hosts.account:
            raise Forged
        ours, theirs = form.get("To"), form.get("From")
        if by == "status":
            ours, theirs = theirs, ours
        owner = self._account.senders.owner(ours or theirs, form.get("MessagingServiceSid"))
        if owner != self._kind and not (owner is None and self._first):
            raise NotMine
        name = form.get("MessageSid") or form.get("SmsSid")
        if not MESSAGE.fullmatch(name):
            raise Malformed("it names no message")
        key = name if by == "message" else f"status:{name}:{(form.get('MessageStatus') or form.get('SmsStatus'))[:40]}"
        head = Head(by=by, at=self._account.ground.now(), key=key, chat=chat_of(theirs), query=call.query)
        return stored(head, call.body)

    def _signed(self, url: str, call: Call) -> Form:
        """The form of a call that's surely Twilio's. Raises `Forged`, or `Malformed` where Twilio sent no form."""
        signatures = self._account.signatures
        if (call.headers.get("content-type") or FORM).partition(";")[0].strip().lower() != FORM:
            if signatures.fit_body(url, call.body, call.headers):
                raise Malformed("not a form")
            raise Forged
        try:
            form = Form(pairs_of(call.body))
        except ValueError:
            raise Forged from None
        if not signatures.fit_form(url, form, call.headers):
            raise Forged
        return form

    def probe(self) -> Call | None:
        """A signed form to this line that names no message; None where Twilio has no address to call."""
        url = self._account.public(self._account.message_path)
        if not url:
            return None
        line = self._account.senders.whatsapp if self._kind == "whatsapp" else self._account.senders.sms
        fields = {
            "AccountSid": self._account.hosts.account,
            "To": line_to(self._kind, line),
            "From": "",
            "MessageSid": "",
        }
        headers = {"content-type": FORM, SIGNATURE: self._account.signatures.sign(url, fields)}
        return Call(self._account.message_path, headers, urlencode(fields).encode())

    def envelope(self, payload: bytes) -> Envelope:
        """The message's name, or the status's, and the person's lane. Raises `Malformed` for what we didn't store."""
        head = head_of(payload)
        return Envelope(head.key, Address(self.office, self.name, head.chat or "?").lane)

    def read(self, payload: bytes) -> Inbound:
        """A message, a press, a status. Raises `BadPayload` for a line that isn't ours any more."""
        return self._reader.read(payload)

    async def send(self, parcel: Parcel, key: str) -> Sent:  # noqa: ARG002 - Twilio knows no idempotency key
        """One attempt. Raises `SendError`. That Twilio takes it says nothing of its arrival: see `Limits.receipts`."""
        calls = self._calls(parcel)
        library = await self._account.library() if calls else None
        sent = Sent()
        for call in calls:
            assert library is not None
            try:
                name = await library.create(call.fields)
            except SendError as error:
                if call.otherwise is None or error.fact != "refused":
                    raise
                name = await library.create(call.otherwise.fields)
            if call.counts:
                sent = Sent(id=name)
        return sent

    async def find(self, parcel: Parcel, key: str, since: datetime) -> Sent | None:  # noqa: ARG002
        """The message if Twilio has it since then. Raises `SendError` if it can't say, or if the message failed there.

        Messages of the same words to the same person can't be told apart.
        """
        account = self._account
        calls = self._calls(parcel)
        if not calls:
            return None
        bodies = _bodies(calls[-1], parcel)
        there = await reconcile.found(
            account.api, self._kind, account.senders, to=parcel.message.to.chat, bodies=bodies, since=since
        )
        if there is None:
            return None
        if there.error_code and there.status in {"failed", "undelivered"}:
            raise error_of(there.error_code, parcel.message.to.chat)
        return Sent(id=there.sid)

    def _calls(self, parcel: Parcel) -> tuple[Create, ...]:
        enclosure = parcel.message.enclosure
        link = self._shelf.url(enclosure) if enclosure is not None and self._kind == "whatsapp" else ""
        return self._renderer.calls(parcel, link)

    async def poll(self, after: str) -> tuple[Sequence[bytes], str]:
        """What Twilio's own lists have and no call brought: messages, and what became of ours. Raises `SendError`.

        The cursor is the moment the lists were read up to. The first poll goes back a few hours.
        """
        return await self._reconciling.poll(after)

    def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """The file's bytes in pieces. Raises `FetchError` above the limit, or when it's gone."""
        return media.download(self._account.ground.http, self._account.api, ref, limit_bytes)

    async def purge(self, ref: str) -> None:
        """Delete the file at Twilio's; one that's gone already is well. Raises `SendError`."""
        await media.purge(self._account.api, ref)

    def shared(self, token: str) -> Enclosure:
        """The file that a token of ours names. Raises `Forged`."""
        return self._shelf.opened(token)

    async def describe(self) -> Report:
        """What Twilio says about the account, this line and its templates; changes nothing there, raises nothing."""
        from channels.twilio import setup

        account = self._account
        hook = account.public(account.message_path)
        return await setup.describe(
            account.api,
            account.by_token,
            self._kind,
            account.senders,
            account.templates,
            hook,
            receives=account.receives or self._kind == "whatsapp",
        )

    async def set_up(self) -> Report:
        """The same: how a line is set at Twilio's is the operator's, and may serve more than us."""
        return await self.describe()


def _bodies(call: Create, parcel: Parcel) -> list[str]:
    """The texts by which a message is known again. Raises `SendError` where there are none.

    We don't know a template's words, and a file without words looks like any other.
    """
    if "content_sid" not in call.fields:
        if not call.fields.get("body"):
            raise SendError("uncertain", "a file without words can't be told from another")
        return [call.fields["body"]]
    if parcel.message.kind == "knock":
        raise SendError("uncertain", "a template's words can't be compared")
    return [parcel.message.text, *(_bodies(call.otherwise, parcel) if call.otherwise else [])]


def channels_of(office: str, settings: TwilioSettings, ground: Ground) -> tuple[Twilio, ...]:
    """The office's lines, WhatsApp first."""
    account = Account(office, settings, ground)
    stands_in = "whatsapp" if settings.sms_stands_in else ""
    limits: dict[Kind, Limits] = {"whatsapp": WHATSAPP, "sms": replace(SMS, stands_in_for=stands_in)}
    kinds = [kind for kind in limits if account.senders.own(kind)]
    pause_s = settings.reconcile_minutes * 60.0
    return tuple(Twilio(account, kind, limits[kind], pause_s, first=kind == kinds[0]) for kind in kinds)
