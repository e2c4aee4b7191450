"""What the stand-in's Twilio is made of: accounts, senders, templates, people, their phones, and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from channels.sandbox.twilio.addresses import WHATSAPP, ChannelName

Direction = Literal["inbound", "outbound-api", "outbound-reply"]
Status = Literal[
    "received", "accepted", "queued", "sending", "sent", "delivered", "read", "failed", "undelivered", "canceled"
]
ApprovalStatus = Literal["unsubmitted", "received", "pending", "approved", "rejected", "paused", "disabled"]


@dataclass(slots=True, frozen=True)
class ApiKey:
    """A key for REST calls. Only a main one may ask for the account itself."""

    sid: str
    secret: str = field(repr=False)
    main: bool = False


@dataclass(slots=True, frozen=True)
class SharedKey:
    """A key that signs webhooks by HMAC-SHA256 instead of the auth token."""

    id: str
    secret: str = field(repr=False)


@dataclass(slots=True, eq=False)
class Account:
    """Who pays. `auth_token` signs webhooks and opens the REST API; a secondary one opens only the API."""

    sid: str
    auth_token: str = field(repr=False)
    name: str
    created_at: datetime
    secondary_token: str = field(default="", repr=False)
    keys: dict[str, ApiKey] = field(default_factory=dict)
    shared_key: SharedKey | None = None
    status: Literal["active", "suspended"] = "active"
    trial: bool = False
    verified: set[str] = field(default_factory=set)  # numbers a trial account may write to
    closed_to: tuple[str, ...] = ()  # prefixes that geo permissions forbid for SMS
    media_needs_auth: bool = True

    def rotate(self) -> None:
        """Promote the secondary token: from now on it signs, and the old one is worth nothing."""
        self.auth_token, self.secondary_token = self.secondary_token, ""


@dataclass(slots=True, eq=False)
class Service:
    """A Messaging Service: a pool of senders with webhooks of its own."""

    sid: str
    account: Account
    name: str
    url: str = ""
    fallback_url: str = ""
    status_url: str = ""
    use_number_url: bool = False  # the senders' own URLs count
    advanced_opt_out: bool = False
    smart_encoding: bool = True
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Line:
    """A sender of an account: a WhatsApp sender, a number for SMS, or an alphanumeric sender id."""

    sid: str
    account: Account
    channel: ChannelName
    address: str  # as it stands in From and To
    name: str
    created_at: datetime
    url: str = ""
    fallback_url: str = ""
    status_url: str = ""
    online: bool = True
    receives: bool = True
    service: Service | None = None

    def hooks(self) -> tuple[str, str, str]:
        """Return the URLs that count for what comes in (and its fallback) and for statuses."""
        service = self.service
        if service is None or service.use_number_url:
            return self.url, self.fallback_url, self.status_url or (service.status_url if service else "")
        return service.url, service.fallback_url, service.status_url


@dataclass(slots=True)
class Approval:
    """Where WhatsApp stands with a template."""

    status: ApprovalStatus = "unsubmitted"
    name: str = ""
    category: str = ""
    reason: str = ""


@dataclass(slots=True, eq=False)
class Content:
    """A content template: one body per type, placeholders `{{1}}` ... and sample values for them."""

    sid: str
    account: Account
    name: str
    language: str
    types: dict[str, dict[str, Any]]
    variables: dict[str, str]
    created_at: datetime
    approval: Approval = field(default_factory=Approval)


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with a phone. `number` may be hidden on WhatsApp: then only the business-scoped id is seen there."""

    id: int
    name: str
    number: str
    scoped_id: str = ""  # "ID.1234567890123456"
    username: str = ""
    hides_number: bool = False
    whatsapp: bool = True
    mobile: bool = True
    online: bool = True
    read_receipts: bool = True
    country: str = "ID"

    def address_on(self, channel: ChannelName) -> str:
        """Return what stands in From when they write."""
        if channel == "sms":
            return self.number
        return WHATSAPP + (self.scoped_id if self.hides_number else self.number)

    def answers_to(self, address: str) -> bool:
        """Return whether a message to this address reaches them."""
        known = {self.number, WHATSAPP + self.number}
        return address in known or bool(self.scoped_id and address == WHATSAPP + self.scoped_id)


@dataclass(slots=True, eq=False)
class Media:
    """A file at Twilio. `size_bytes` may claim more than `content` holds, to play a huge file cheaply."""

    sid: str
    message_sid: str
    account: Account
    mime: str
    content: bytes = field(repr=False)
    size_bytes: int
    created_at: datetime
    name: str = ""
    deleted_at: datetime | None = None


@dataclass(slots=True, frozen=True)
class Button:
    """A quick reply, or an item of a list: what's shown, and the payload that comes back."""

    id: str
    title: str
    kind: Literal["reply", "item", "link"] = "reply"


@dataclass(slots=True, frozen=True)
class Place:
    """A pin (WGS 84 degrees)."""

    latitude: float
    longitude: float
    address: str = ""
    label: str = ""


@dataclass(slots=True, eq=False)
class Message:
    """A Message resource. Deleting or redacting it changes nothing on anybody's phone."""

    sid: str
    account: Account
    direction: Direction
    from_: str
    to: str
    body: str
    status: Status
    created_at: datetime
    line: Line | None = None
    chat: Chat | None = None
    service: Service | None = None
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    segments: int = 1
    media: list[Media] = field(default_factory=list)
    media_urls: tuple[str, ...] = ()
    place: Place | None = None
    content: Content | None = None
    variables: dict[str, str] = field(default_factory=dict)
    callback: str = ""
    error_code: int = 0
    deleted: bool = False
    bubble: Bubble | None = None
    history: list[Status] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Bubble:
    """One message as it stands on a person's phone."""

    number: int
    chat: Chat
    at: datetime
    mine: bool  # the person's own
    text: str
    sid: str
    kind: str = "text"
    media: tuple[Media, ...] = ()
    place: Place | None = None
    buttons: tuple[Button, ...] = ()
    reply_to: Bubble | None = None
    segments: int = 1
    encoding: str = ""  # of an SMS
    template: bool = False
    automatic: bool = False  # Twilio's own answer to STOP or HELP
    status: Literal["sent", "delivered", "read"] = "delivered"
    pressed: str = ""  # the id of the button pressed under it


@dataclass(slots=True, eq=False)
class Chat:
    """One person's chat with one line, as their phone shows it."""

    person: Person
    line: Line
    bubbles: list[Bubble] = field(default_factory=list)
    unread: list[Bubble] = field(default_factory=list)  # of the office's
    last_heard_at: datetime | None = None
    stopped: bool = False  # they wrote STOP
    blocked: bool = False

    @property
    def key(self) -> str:
        """Return a name that is unique in the world."""
        return f"{self.line.sid}:{self.person.id}"

    @property
    def texts(self) -> list[str]:
        """Return what the office wrote, oldest first."""
        return [bubble.text for bubble in self.bubbles if not bubble.mine and not bubble.automatic]


@dataclass(slots=True, frozen=True)
class Call:
    """A line of the call log. Of `result` and `error` one is set, unless a fault kept the call from being made."""

    number: int
    at: datetime
    method: str
    account_sid: str
    user: str  # the name in Basic auth; the password is never kept
    path: str
    params: dict[str, Any]
    status: int = 0
    result: Any = None
    error: dict[str, Any] | None = None
    fault: str = ""


@dataclass(slots=True, frozen=True)
class Breach:
    """Something that must never happen: a credential shown where it doesn't belong, a reply in TwiML."""

    at: datetime
    kind: Literal["credential_elsewhere", "credential_in_url", "twiml_reply"]
    detail: str


@dataclass(slots=True, frozen=True)
class Alert:
    """A line of Twilio's debugger: a webhook that failed, and why."""

    at: datetime
    code: int
    sid: str
    url: str
    detail: str = ""


@dataclass(slots=True, frozen=True)
class Deletion:
    """Proof that something was deleted or redacted at Twilio."""

    at: datetime
    kind: Literal["message", "media", "body"]
    sid: str
