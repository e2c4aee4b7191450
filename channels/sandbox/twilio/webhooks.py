"""Webhooks as values: which fields they carry, how they're signed, and what a URL's fragment asks of retries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from channels.sandbox.twilio import signing
from channels.sandbox.twilio.addresses import bare
from channels.sandbox.twilio.errors import FAILURES
from channels.sandbox.twilio.model import Account, Bubble, Button, Message, Person

Fields = tuple[tuple[str, str], ...]
Kind = Literal["message", "status"]

API_VERSION = "2010-04-01"
_POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
_LIMITS_MS = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000)}


@dataclass(slots=True, frozen=True)
class Overrides:
    """How patient Twilio is with a webhook (twilio.com/docs/usage/webhooks/webhooks-connection-overrides)."""

    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    def retries_on(self, outcome: str) -> bool:
        """Return whether this outcome ("ct", "rt", "4xx", "5xx") is tried again."""
        return "all" in self.policy or outcome in self.policy


@dataclass(slots=True, frozen=True)
class Attempt:
    """One try to deliver: the status it was answered with, or why it wasn't (ct: no connection, rt: no answer)."""

    at: datetime
    status: int = 0
    reason: str = ""


@dataclass(slots=True, eq=False)
class Delivery:
    """A webhook on its way to us. `fields` are the form, in the order it's sent in."""

    number: int
    of: Kind
    sid: str
    status: str
    url: str  # without its fragment: this is what's signed and called
    overrides: Overrides
    fields: Fields
    headers: Mapping[str, str]
    due_at: datetime
    fallback_url: str = ""
    twice: bool = False
    held: bool = False
    after_next: bool = False
    started: bool = False
    done: bool = False
    lost: bool = False
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def params(self) -> dict[str, str]:
        """Return the form as a mapping; no name comes twice."""
        return dict(self.fields)

    @property
    def body(self) -> bytes:
        """Return the form as it's sent."""
        return urlencode(self.fields).encode()

    @property
    def taken(self) -> bool:
        """Return whether somebody answered it well."""
        return any(200 <= attempt.status < 300 for attempt in self.attempts)


def overrides_of(url: str) -> Overrides:
    """Return what the fragment of a webhook's URL asks for. Raises `ValueError` on anything Twilio wouldn't take."""
    given = dict(parse_qsl(url.partition("#")[2], strict_parsing="#" in url and not url.endswith("#")))
    times: dict[str, float] = {}
    for name, (least, most) in _LIMITS_MS.items():
        if name in given:
            if not given[name].isdigit() or not least <= int(given[name]) <= most:
                raise ValueError(f"{name} is {least} to {most} ms, not {given[name]!r}")
            times[name] = int(given[name]) / 1000
    retries = given.get("rc", "1")
    policy = frozenset(given.get("rp", "ct").split(","))
    if not re.fullmatch("[0-5]", retries) or not policy <= _POLICIES:
        raise ValueError(f"rc is 0 to 5 and rp of {sorted(_POLICIES)}, not {given!r}")
    unknown = given.keys() - _LIMITS_MS.keys() - {"rc", "rp", "e"}
    if unknown:
        raise ValueError(f"unknown overrides {sorted(unknown)}")
    return Overrides(times.get("ct", 5.0), times.get("rt", 15.0), times.get("tt", 15.0), int(retries), policy)


def headers_for(account: Account, url: str, fields: Fields, event: str, *, forged: bool = False) -> dict[str, str]:
    """Return the headers of a webhook, signed with what the account signs with now."""
    key = account.shared_key
    if key:
        signed = signing.by_shared_key(key.id, "x" * 32 if forged else key.secret, url, fields)
    else:
        signed = signing.by_token("x" * 32 if forged else account.auth_token, url, fields)
    return {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        signing.IDEMPOTENCY: signing.idempotency_token(event),
        **signed,
    }


# What comes in


def message_fields(
    message: Message, person: Person, bubble: Bubble, media_urls: Iterable[str], further: Mapping[str, str]
) -> dict[str, str]:
    """Return the fields that tell of a message somebody wrote; `further` ones are added, or put in their place."""
    common = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": message.account.sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(message.segments),
        "SmsStatus": "received",
        "ApiVersion": API_VERSION,
    }
    if message.service:
        common["MessagingServiceSid"] = message.service.sid
    for number, (media, url) in enumerate(zip(message.media, media_urls, strict=True)):
        common |= {f"MediaUrl{number}": url, f"MediaContentType{number}": media.mime}
    if bubble.chat.line.channel == "whatsapp":
        fields = {**common, **_whatsapp_fields(person, bubble), **further}
        return {"ChannelMetadata": _metadata(fields)} | fields
    return {**common, **_sms_fields(person), **further}


def _sms_fields(person: Person) -> dict[str, str]:
    # Blank ones are signed like the others.
    places = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}
    return places | {"FromCountry": person.country, "ToCountry": person.country}


def _whatsapp_fields(person: Person, bubble: Bubble) -> dict[str, str]:
    kind = bubble.kind
    fields = {"ProfileName": person.name, "MessageType": kind, "ReferralNumMedia": "0"}
    if not person.hides_number:
        fields["WaId"] = person.number.removeprefix("+")
    if person.scoped_id:
        fields["ExternalUserId"] = f"whatsapp:{person.scoped_id}"
    if person.username:
        fields["ProfileUsername"] = person.username
    if bubble.place:
        fields |= {"Latitude": str(bubble.place.latitude), "Longitude": str(bubble.place.longitude)}
        fields |= {name: value for name, value in _named(bubble) if value}
    if bubble.reply_to:
        office = bubble.chat.line.address
        sender = person.address_on("whatsapp") if bubble.reply_to.mine else office
        fields |= {"OriginalRepliedMessageSid": bubble.reply_to.sid, "OriginalRepliedMessageSender": sender}
    return fields


def _named(bubble: Bubble) -> tuple[tuple[str, str], ...]:
    place = bubble.place
    return (("Address", place.address), ("Label", place.label)) if place else ()


def _metadata(fields: Mapping[str, str]) -> str:
    repeated = ("ProfileName", "WaId", "ButtonText", "Forwarded", "FrequentlyForwarded")
    context = {name: fields[name] for name in repeated if name in fields}
    return json.dumps({"type": "whatsapp", "data": {"context": context}}, separators=(",", ":"))


def press_fields(button: Button, *, by_template: bool) -> dict[str, str]:
    """Return the further fields of a pressed button, or of a chosen list item (the latter's names are unverified)."""
    if button.kind == "item":
        return {"MessageType": "interactive", "ListId": button.id, "ListTitle": button.title}
    kind = "button" if by_template else "interactive"
    return {"MessageType": kind, "ButtonText": button.title, "ButtonPayload": button.id}


# What becomes of ours


def status_fields(message: Message) -> dict[str, str]:
    """Return the fields that tell of a message's new status."""
    fields = {
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "MessageStatus": message.status,
        "MessageSid": message.sid,
        "AccountSid": message.account.sid,
        "From": message.from_,
        "To": message.to,
        "ApiVersion": API_VERSION,
    }
    if message.service:
        fields["MessagingServiceSid"] = message.service.sid
    if message.error_code:
        fields |= {"ErrorCode": str(message.error_code), "ErrorMessage": FAILURES.get(message.error_code, "")}
    if message.line and message.line.channel == "whatsapp":
        fields |= {
            "ChannelPrefix": "whatsapp",
            "ChannelInstallSid": message.line.sid,
            "ChannelToAddress": bare(message.to)[:-4] + "XXXX",
        }
        if message.status == "sent":
            fields["StructuredMessage"] = "true" if message.content else "false"
        elif message.status in {"delivered", "read", "undelivered"}:
            fields["EventType"] = message.status.upper()
        if message.error_code:
            fields["ChannelStatusMessage"] = fields["ErrorMessage"]
    elif message.status == "delivered" and message.updated_at:
        fields["RawDlrDoneDate"] = message.updated_at.strftime("%y%m%d%H%M")
    return fields
