"""The REST API without a network: a request goes in, an answer and what's to be done afterwards come out."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from channels.sandbox.twilio import messages, setup, wire
from channels.sandbox.twilio.ask import Ask
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.faults import Fault
from channels.sandbox.twilio.model import Account, Call, Message
from channels.sandbox.twilio.wire import Answer, Request

if TYPE_CHECKING:
    from channels.sandbox.twilio.world import World

_A = r"/2010-04-01/Accounts/(?P<account>AC[0-9a-zA-Z]+)"
_M = _A + r"/Messages/(?P<message>(?:SM|MM)[0-9a-fA-F]{32})"
_F = r"/(?P<media>ME[0-9a-fA-F]{32})"
_N = _A + r"/IncomingPhoneNumbers"
_S = r"/v2/Channels/Senders"
_G = r"/v1/Services/(?P<service>MG[0-9a-fA-F]{32})"
_C = r"/v1/Content/(?P<content>HX[0-9a-fA-F]{32})"

CREATE = "messages.create"
_OF_FILES = frozenset({"wrong_type", "oversize", "slow", "half"})  # they need an answer they can spoil

# Method of the log, verb, path, what answers. HEAD is taken where a file can be had.
_ROUTES: tuple[tuple[str, str, str, Callable[[Ask], Answer]], ...] = (
    ("messages.list", "GET", _A + r"/Messages\.json", messages.listed),
    ("messages.fetch", "GET", _M + r"\.json", messages.fetched),
    ("messages.update", "POST", _M + r"\.json", messages.updated),
    ("messages.delete", "DELETE", _M + r"(\.json)?", messages.deleted),
    ("media.list", "GET", _M + r"/Media\.json", messages.media_listed),
    ("media.info", "GET", _M + "/Media" + _F + r"\.json", messages.media_fetched),
    ("media.delete", "DELETE", _M + "/Media" + _F + r"(\.json)?", messages.media_deleted),
    ("media.fetch", "GET", _M + "/Media" + _F, messages.media_sent_on),
    ("account.fetch", "GET", _A + r"\.json", setup.account),
    ("numbers.list", "GET", _N + r"\.json", setup.numbers),
    ("numbers.fetch", "GET", _N + r"/(?P<line>PN[0-9a-fA-F]{32})\.json", setup.number),
    ("numbers.update", "POST", _N + r"/(?P<line>PN[0-9a-fA-F]{32})\.json", setup.number_changed),
    ("senders.list", "GET", _S, setup.senders),
    ("senders.fetch", "GET", _S + r"/(?P<line>XE[0-9a-fA-F]{32})", setup.sender),
    ("senders.update", "POST", _S + r"/(?P<line>XE[0-9a-fA-F]{32})", setup.sender_changed),
    ("services.list", "GET", "/v1/Services", setup.services),
    ("services.fetch", "GET", _G, setup.service),
    ("services.numbers", "GET", _G + "/PhoneNumbers", setup.service_numbers),
    ("services.senders", "GET", _G + "/ChannelSenders", setup.service_senders),
    ("content.list", "GET", "/v1/Content", setup.contents),
    ("content.create", "POST", "/v1/Content", setup.content_created),
    ("content.fetch", "GET", _C, setup.content),
    ("content.delete", "DELETE", _C, setup.content_deleted),
    ("content.approval", "GET", _C + "/ApprovalRequests", setup.approval),
    ("content.approve", "POST", _C + "/ApprovalRequests/whatsapp", setup.approval_asked),
    ("content.approvals", "GET", "/v1/ContentAndApprovals", setup.contents_and_approvals),
    ("typing", "POST", r"/v[23]/Indicators/Typing(\.json)?", setup.typing),
)
_CREATE_PATH = _A + r"/Messages\.json"


@dataclass(slots=True, frozen=True)
class Asked:
    """A request that was recognised, before it's carried out."""

    method: str
    request: Request
    parts: dict[str, str]
    answer: Callable[[Ask], Answer] | None  # None: a message is to be created


@dataclass(slots=True, frozen=True)
class Outcome:
    """What to answer (None: nothing at all), the message to send on afterwards, and the fault that struck."""

    answer: Answer | None
    message: Message | None = None
    fault: Fault | None = None


def handle(world: World, request: Request) -> Outcome:
    """Carry a request out, with whatever fault was ordered for it, and write it into the log."""
    try:
        asked = _recognised(request)
    except TwilioError as error:
        _note(world, "unknown", request, error=error)
        return Outcome(wire.refused(error))
    to = _addressee(asked)
    fault = world.faults.strike(asked.method, to)
    if fault is None:
        return _carried_out(world, asked)
    if fault.kind == "callback_first":
        done = _carried_out(world, asked)
        return Outcome(done.answer, done.message, fault)
    if fault.when == "after" or fault.kind in _OF_FILES:
        done = _carried_out(world, asked, fault)
        return Outcome(wire.fault_answer(fault, done.answer), done.message, fault)
    _note(world, asked.method, request, fault=fault)
    return Outcome(wire.fault_answer(fault, None), fault=fault)


def _recognised(request: Request) -> Asked:
    path = wire.unescaped(request.path)
    verb = "GET" if request.verb == "HEAD" and "/Media/" in path else request.verb
    match = re.fullmatch(_CREATE_PATH, path)
    if match and verb == "POST":
        return Asked(CREATE, request, match.groupdict(), None)
    other_verbs = False
    for method, its_verb, pattern, answer in _ROUTES:
        match = re.fullmatch(pattern, path)
        if match and its_verb == verb:
            return Asked(method, request, match.groupdict(), answer)
        other_verbs = other_verbs or match is not None
    raise TwilioError(20004 if other_verbs else 20404, path)


def _addressee(asked: Asked) -> str:
    if asked.method != CREATE:
        return ""
    try:
        return asked.request.form.get("To", [""])[0]
    except TwilioError:
        return ""


def _carried_out(world: World, asked: Asked, fault: Fault | None = None) -> Outcome:
    message = None
    try:
        ask = _admitted(world, asked)
        if asked.answer is None:
            answer, message = messages.create(ask)
        else:
            answer = asked.answer(ask)
    except TwilioError as error:
        _note(world, asked.method, asked.request, error=error, fault=fault)
        return Outcome(wire.refused(error))
    _note(world, asked.method, asked.request, answer=answer, fault=fault)
    return Outcome(answer, message)


def _admitted(world: World, asked: Asked) -> Ask:
    """Check Basic auth: account and token (also the secondary one), or a key and its secret."""
    given = asked.request.credentials()
    if given is None:
        if asked.method == "media.fetch":
            return _admitted_without(world, asked)
        raise TwilioError(20003)
    name, password = given
    for account in world.accounts.values():
        tokens = [token for token in (account.auth_token, account.secondary_token) if token]
        key = account.keys.get(name)
        by_token = name == account.sid and any(hmac.compare_digest(token, password) for token in tokens)
        by_key = key is not None and hmac.compare_digest(key.secret, password)
        if by_token or by_key:
            if asked.parts.get("account", account.sid) != account.sid:
                raise TwilioError(20003)
            if account.status != "active":
                raise TwilioError(20005)
            return Ask(world, account, asked.request, asked.parts, main=by_token or (key is not None and key.main))
    raise TwilioError(20003)


def _admitted_without(world: World, asked: Asked) -> Ask:
    """A file may be had without credentials where the account allows it."""
    account: Account | None = world.accounts.get(asked.parts["account"])
    if account is None or account.media_needs_auth:
        raise TwilioError(20003)
    return Ask(world, account, asked.request, asked.parts, main=False)


def _note(
    world: World,
    method: str,
    request: Request,
    *,
    answer: Answer | None = None,
    error: TwilioError | None = None,
    fault: Fault | None = None,
) -> None:
    credentials = request.credentials()
    match = re.match(_A, request.path)
    world.log(
        lambda number: Call(
            number=number,
            at=world.now(),
            method=method,
            account_sid=match["account"] if match else "",
            user=credentials[0] if credentials else "",
            path=request.path,
            params=_params(request),
            status=error.status if error else answer.status if answer else 0,
            result=answer.body.decode(errors="replace") if answer else None,
            error=error.body() if error else None,
            fault=f"{fault.kind} {fault.when}" if fault else "",
        )
    )


def _params(request: Request) -> dict[str, Any]:
    """What was asked for: fields that may be repeated are lists, as in the schema."""
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            return request.document
        form = request.form if request.body else {}
    except TwilioError:
        return {"unreadable": len(request.body)}
    if form:
        lists = {"MediaUrl", "PersistentAction"}
        return {name: values if name in lists or len(values) > 1 else values[0] for name, values in form.items()}
    return request.asked
