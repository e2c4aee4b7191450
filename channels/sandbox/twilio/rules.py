"""The strict reading of a request to create a message: everything Twilio could refuse at once, and misspelt names too.

`messages.schema.json` says the same of the form alone; the tests hold one against the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from channels.sandbox.twilio import templates
from channels.sandbox.twilio.addresses import can_receive, can_send, channel_of, is_number
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.model import Account, Content, Line, Place, Service
from channels.sandbox.twilio.records import Records
from channels.sandbox.twilio.segments import utf16_length

BODY_MAX = 1600
REPEATED = frozenset({"MediaUrl", "PersistentAction"})

_URL = re.compile(r"https?://[^\s/?#]+[^\s#]*")
_GEO = re.compile(r"geo:(-?[0-9.]+),(-?[0-9.]+)(?:\|([\s\S]*))?")
_YES_NO = ("true", "false")

Form = Mapping[str, Sequence[str]]


@dataclass(slots=True, frozen=True)
class Wanted:
    """A checked request: what is to be sent by whom to whom."""

    to: str
    line: Line
    service: Service | None
    body: str
    media_urls: tuple[str, ...]
    content: Content | None
    variables: dict[str, str]
    callback: str
    place: Place | None
    smart: bool


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value in values


def _sid(prefix: str) -> Callable[[str], bool]:
    pattern = re.compile(prefix + "[0-9a-fA-F]{32}")
    return lambda value: bool(pattern.fullmatch(value))


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda value: bool(re.fullmatch(pattern, value))


def _is_url(value: str) -> bool:
    return bool(_URL.fullmatch(value)) and len(value) <= 4000


# Field -> what it must look like, and the code that refuses it. The first rules are those a program meets first.
_FIELDS: dict[str, tuple[Callable[[str], bool], int]] = {
    "To": (can_receive, 21211),
    "From": (can_send, 21212),
    "MessagingServiceSid": (_sid("MG"), 21701),
    "Body": (lambda value: utf16_length(value) <= BODY_MAX, 21617),
    "MediaUrl": (_is_url, 21620),
    "ContentSid": (_sid("HX"), 21655),
    "ContentVariables": (lambda value: bool(templates.parse_variables(value)) or value.strip() == "{}", 21656),
    "StatusCallback": (_is_url, 21609),
    "PersistentAction": (lambda value: bool(_GEO.fullmatch(value)), 20001),
    "ValidityPeriod": (lambda value: bool(re.fullmatch("[1-9][0-9]{0,4}", value)) and int(value) <= 36_000, 20001),
    "SmartEncoded": (_one_of(*_YES_NO), 20001),
    "ShortenUrls": (_one_of(*_YES_NO), 20001),
    "ProvideFeedback": (_one_of(*_YES_NO), 20001),
    "ForceDelivery": (_one_of(*_YES_NO), 20001),
    "SendAsMms": (_one_of(*_YES_NO), 20001),
    "Attempt": (_like("[0-9]{1,3}"), 20001),
    "MaxPrice": (_like(r"[0-9]+(\.[0-9]{1,4})?"), 20001),
    "ApplicationSid": (_sid("AP"), 20001),
    "ContentRetention": (_one_of("retain", "discard"), 20001),
    "AddressRetention": (_one_of("retain", "obfuscate"), 20001),
    "RiskCheck": (_one_of("enable", "disable"), 20001),
    "TrafficType": (_one_of("free"), 20001),
    "MessageIntent": (bool, 20001),
    "FallbackFrom": (can_send, 21212),
}


def read(world: Records, account: Account, form: Form) -> Wanted:
    """Return what a form asks for, or raise the `TwilioError` that refuses it."""
    _check_fields(form)
    get = {name: values[0] for name, values in form.items()}
    _check_together(get)
    to = get["To"]
    line, service = _sender(world, account, get)
    _check_permission(world, account, line, to)
    content = _content(world, account, get)
    geo = _GEO.fullmatch(get.get("PersistentAction", ""))
    return Wanted(
        to=to,
        line=line,
        service=service,
        body=get.get("Body", ""),
        media_urls=tuple(form.get("MediaUrl", ())),
        content=content,
        variables=templates.parse_variables(get.get("ContentVariables", "{}")),
        callback=get.get("StatusCallback", ""),
        place=Place(float(geo[1]), float(geo[2]), label=geo[3] or "") if geo else None,
        smart=get.get("SmartEncoded", "true" if service and service.smart_encoding else "false") == "true",
    )


def _check_fields(form: Form) -> None:
    """Every field alone: known, given once (but for those that may be repeated), and well formed."""
    if not form.get("To", [""])[0]:
        raise TwilioError(21604)
    unknown = form.keys() - _FIELDS.keys()
    if unknown:
        raise TwilioError(20001, f"unknown {sorted(unknown)}")
    for name, (holds, code) in _FIELDS.items():
        values = form.get(name, ())
        if len(values) > (10 if name == "MediaUrl" else 1):
            raise TwilioError(20001, f"{name} is given {len(values)} times")
        for value in values:
            if not holds(value):
                raise TwilioError(code, f"{name} is {value[:100]!r}")


def _check_together(get: Mapping[str, str]) -> None:
    """What fields ask of each other."""
    if not get.get("From") and "MessagingServiceSid" not in get:
        raise TwilioError(21603)
    if "ContentVariables" in get and "ContentSid" not in get:
        raise TwilioError(21654)
    if "ContentSid" in get and ("Body" in get or "MediaUrl" in get):
        raise TwilioError(20001, "ContentSid goes without Body and MediaUrl")
    if "ContentSid" not in get and "MediaUrl" not in get and not get.get("Body"):
        raise TwilioError(21619)
    if "Body" in get and not get["Body"]:
        raise TwilioError(20001, "Body is empty")
    if "From" in get and channel_of(get["From"]) != channel_of(get["To"]):
        raise TwilioError(21910)


def _sender(world: Records, account: Account, get: Mapping[str, str]) -> tuple[Line, Service | None]:
    """Whose message it will be: the line in From, else the pool's first of that channel."""
    service = None
    if "MessagingServiceSid" in get:
        service = world.services.get(get["MessagingServiceSid"])
        if service is None or service.account is not account:
            raise TwilioError(21701)
    to, channel = get["To"], channel_of(get["To"])
    if "From" in get:
        line = world.line_of(account, get["From"])
        if line is None:
            raise TwilioError(63007 if channel == "whatsapp" else 21606, get["From"])
        if service and line not in service.lines:
            raise TwilioError(21606, f"{line.address} isn't in the Messaging Service")
    else:
        pool = [each for each in (service.lines if service else ()) if each.channel == channel]
        if not pool:
            raise TwilioError(21703)
        line = pool[0]
    if line.address == to:
        raise TwilioError(21266)
    return line, service


def _check_permission(world: Records, account: Account, line: Line, to: str) -> None:
    """Whether this account may write to this address at all."""
    person = world.person_at(to)
    if account.trial and to not in account.verified:
        raise TwilioError(21608, to)
    if line.channel == "sms":
        if to.startswith(account.closed_to) and account.closed_to:
            raise TwilioError(21408, to)
        if person and not person.mobile and is_number(to):
            raise TwilioError(21614, to)
    if person and world.chat(person, line).stopped:
        raise TwilioError(21610, to)


def _content(world: Records, account: Account, get: Mapping[str, str]) -> Content | None:
    if "ContentSid" not in get:
        return None
    content = world.contents.get(get["ContentSid"])
    if content is None or content.account is not account:
        raise TwilioError(21655, get["ContentSid"])
    return content
