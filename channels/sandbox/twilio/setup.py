"""What an operator sets up: the account, numbers, WhatsApp senders, Messaging Services, templates; and typing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from channels.sandbox.twilio import render, templates, wire
from channels.sandbox.twilio.ask import Ask
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.model import Approval, Content, Line
from channels.sandbox.twilio.wire import Answer

_NAME = re.compile("[a-z0-9_]{1,512}")
_CATEGORIES = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
_HOOKS = {"SmsUrl": "url", "SmsFallbackUrl": "fallback_url", "StatusCallback": "status_url"}
_METHODS = frozenset({"SmsMethod", "SmsFallbackMethod", "StatusCallbackMethod"})
_SENDER_HOOKS = {"callback_url": "url", "fallback_url": "fallback_url", "status_callback_url": "status_url"}


def account(ask: Ask) -> Answer:
    """Answer GET of the account. A standard API key may not ask for it (docs/iam/api-keys)."""
    if not ask.main:
        raise TwilioError(20003)
    return wire.ok(render.account_json(ask.account))


# Numbers and senders


def numbers(ask: Ask) -> Answer:
    """Answer GET IncomingPhoneNumbers.json; sender ids of letters are none."""
    wanted = ask.request.asked.get("PhoneNumber", "")
    lines = [line for line in ask.lines("sms") if line.receives and wanted in line.address]
    rows = [render.number_json(line) for line in lines]
    kept = {"PhoneNumber": wanted} if wanted else {}
    return wire.ok(render.old_page("incoming_phone_numbers", ask.request.path, rows, kept, ask.page()))


def number(ask: Ask) -> Answer:
    """Answer GET of a number."""
    return wire.ok(render.number_json(ask.line("sms")))


def number_changed(ask: Ask) -> Answer:
    """Answer POST to a number: where its webhooks go."""
    line, form = ask.line("sms"), ask.request.form
    unknown = form.keys() - _HOOKS.keys() - _METHODS - {"FriendlyName"}
    if unknown:
        raise TwilioError(20001, f"unknown {sorted(unknown)}")
    for name, attribute in _HOOKS.items():
        if name in form:
            setattr(line, attribute, form[name][0])
    return wire.ok(render.number_json(line))


def senders(ask: Ask) -> Answer:
    """Answer GET Channels/Senders: the channel must be named."""
    if ask.request.asked.get("Channel") != "whatsapp":
        raise TwilioError(20001, "Channel is required, and is whatsapp")
    rows = [render.sender_json(line, ask.base) for line in ask.lines("whatsapp")]
    return wire.ok(render.new_page("senders", f"{ask.base}/v2/Channels/Senders", rows, ask.page()))


def sender(ask: Ask) -> Answer:
    """Answer GET of a WhatsApp sender."""
    return wire.ok(render.sender_json(ask.line("whatsapp"), ask.base))


def sender_changed(ask: Ask) -> Answer:
    """Answer POST to a WhatsApp sender: where its webhooks go."""
    line = ask.line("whatsapp")
    given = ask.request.document.get("webhook") or {}
    unknown = given.keys() - _SENDER_HOOKS.keys() - {name.replace("_url", "_method") for name in _SENDER_HOOKS}
    if unknown:
        raise TwilioError(20001, f"unknown {sorted(unknown)}")
    for name, attribute in _SENDER_HOOKS.items():
        if given.get(name) is not None:
            setattr(line, attribute, given[name])
    return wire.ok(render.sender_json(line, ask.base), 202)


# Messaging Services


def services(ask: Ask) -> Answer:
    """Answer GET Services."""
    mine = [each for each in ask.world.services.values() if each.account is ask.account]
    rows = [render.service_json(each, ask.base) for each in mine]
    return wire.ok(render.new_page("services", f"{ask.base}/v1/Services", rows, ask.page()))


def service(ask: Ask) -> Answer:
    """Answer GET of a Messaging Service."""
    return wire.ok(render.service_json(ask.service(), ask.base))


def service_numbers(ask: Ask) -> Answer:
    """Answer GET PhoneNumbers of a Messaging Service."""
    return _pool(ask, "phone_numbers", "PhoneNumbers", [each for each in ask.service().lines if each.channel == "sms"])


def service_senders(ask: Ask) -> Answer:
    """Answer GET ChannelSenders of a Messaging Service."""
    lines = [each for each in ask.service().lines if each.channel == "whatsapp"]
    return _pool(ask, "senders", "ChannelSenders", lines)


def _pool(ask: Ask, key: str, part: str, lines: list[Line]) -> Answer:
    found = ask.service()
    rows = [render.pool_json(line, found, ask.base) for line in lines]
    return wire.ok(render.new_page(key, f"{ask.base}/v1/Services/{found.sid}/{part}", rows, ask.page()))


# Templates


def contents(ask: Ask) -> Answer:
    """Answer GET Content."""
    rows = [render.content_json(each, ask.base) for each in _mine(ask)]
    return wire.ok(render.new_page("contents", f"{ask.base}/v1/Content", rows, ask.page()))


def contents_and_approvals(ask: Ask) -> Answer:
    """Answer GET ContentAndApprovals: each template with where WhatsApp stands."""
    rows = [
        {**render.content_json(each, ask.base), "approval_requests": render.approval_json(each)} for each in _mine(ask)
    ]
    return wire.ok(render.new_page("contents", f"{ask.base}/v1/ContentAndApprovals", rows, ask.page()))


def _mine(ask: Ask) -> list[Content]:
    return [each for each in ask.world.contents.values() if each.account is ask.account]


def content(ask: Ask) -> Answer:
    """Answer GET of a template."""
    return wire.ok(render.content_json(ask.content(), ask.base))


def content_created(ask: Ask) -> Answer:
    """Answer POST Content. What's null is as good as absent."""
    given = _without_nulls(ask.request.document)
    unknown = given.keys() - {"friendly_name", "language", "variables", "types"}
    if unknown:
        raise TwilioError(20422, f"unknown {sorted(unknown)}")
    language, types, variables = given.get("language"), given.get("types"), given.get("variables", {})
    if not isinstance(language, str) or not isinstance(types, Mapping) or not isinstance(variables, Mapping):
        raise TwilioError(20422, "language and types are required")
    name = str(given.get("friendly_name", ""))
    templates.check(types, variables)
    made = ask.world.add_content(ask.account, name, dict(types), variables=dict(variables), language=language)
    return wire.ok(render.content_json(made, ask.base), 201)


def content_deleted(ask: Ask) -> Answer:
    """Answer DELETE of a template."""
    del ask.world.contents[ask.content().sid]
    return wire.gone()


def approval(ask: Ask) -> Answer:
    """Answer GET ApprovalRequests."""
    found = ask.content()
    url = f"{ask.base}/v1/Content/{found.sid}/ApprovalRequests"
    body = {"sid": found.sid, "account_sid": found.account.sid, "whatsapp": render.approval_json(found), "url": url}
    return wire.ok(body)


def approval_asked(ask: Ask) -> Answer:
    """Answer POST ApprovalRequests/whatsapp. A name that was rejected once can't be used again."""
    found, given = ask.content(), _without_nulls(ask.request.document)
    name, category = str(given.get("name", "")), str(given.get("category", ""))
    if not _NAME.fullmatch(name) or category not in _CATEGORIES:
        raise TwilioError(20422, "name is of a-z, 0-9 and _; category is one of Meta's", status=400)
    if found.approval.status not in {"unsubmitted", "rejected"} or name in ask.world.burnt_names:
        raise TwilioError(20422, f"{name} can't be handed in again", status=400)
    found.approval = Approval("received", name, category)
    return wire.ok(render.approval_json(found), 201)


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value


# Typing


def typing(ask: Ask) -> Answer:
    """Answer POST Indicators/Typing.json: "writing" on the phone, and their message is marked as read."""
    if ask.request.path.startswith("/v3"):
        given = ask.request.document
        channel, sid = str(given.get("channel", "")).lower(), str(given.get("messageId", ""))
    else:
        form = ask.request.form
        channel, sid = form.get("channel", [""])[0], form.get("messageId", [""])[0]
    message = ask.world.messages.get(sid)
    if channel != "whatsapp" or message is None or message.account is not ask.account:
        raise TwilioError(20001, "channel is whatsapp, messageId one of the conversation's", status=400)
    if message.bubble is None or message.chat is None or message.chat.line.channel != "whatsapp":
        raise TwilioError(20001, "that message is no WhatsApp message")
    chat, upto = message.chat, message.bubble.number
    for bubble in chat.bubbles[:upto]:
        if bubble.mine and bubble.status != "read":
            bubble.status = "read"
            ask.world.feed.add(ask.world.now(), "status", chat.key, {"id": bubble.number, "is": "read"})
    ask.world.feed.add(ask.world.now(), "action", chat.key, {"action": "typing"})
    return wire.ok({"success": True})
