"""Twilio's resources as JSON, as its API gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from channels.sandbox.twilio.errors import FAILURES
from channels.sandbox.twilio.model import Account, Content, Line, Media, Message, Service

_ROOT = "/2010-04-01/Accounts"


def mail_date(moment: datetime | None) -> str | None:
    """Return a time as the 2010 API writes it (RFC 2822, whole seconds)."""
    return format_datetime(moment.astimezone(UTC)) if moment else None


def iso_date(moment: datetime) -> str:
    """Return a time as the newer APIs write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def message_json(message: Message) -> dict[str, Any]:
    """Return a Message."""
    uri = f"{_ROOT}/{message.account.sid}/Messages/{message.sid}"
    code = message.error_code or None
    pending = message.status in {"accepted", "queued"}
    return {
        "account_sid": message.account.sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": mail_date(message.created_at),
        "date_sent": mail_date(message.sent_at),
        "date_updated": mail_date(message.updated_at or message.created_at),
        "direction": message.direction,
        "error_code": code,
        "error_message": FAILURES.get(code, "Unknown") if code else None,
        "from": None if message.service and message.status == "accepted" else message.from_,
        "messaging_service_sid": message.service.sid if message.service else None,
        "num_media": str(len([each for each in message.media if each.deleted_at is None])),
        "num_segments": "0" if message.status == "accepted" else str(message.segments),
        "price": None if pending else "-0.00500",
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def media_json(media: Media) -> dict[str, Any]:
    """Return a Media resource: what's known of a file, not the file."""
    return {
        "account_sid": media.account.sid,
        "content_type": media.mime,
        "date_created": mail_date(media.created_at),
        "date_updated": mail_date(media.created_at),
        "parent_sid": media.message_sid,
        "sid": media.sid,
        "uri": f"{_ROOT}/{media.account.sid}/Messages/{media.message_sid}/Media/{media.sid}.json",
    }


def account_json(account: Account) -> dict[str, Any]:
    """Return an Account; the auth token is hidden, whoever asks."""
    uri = f"{_ROOT}/{account.sid}"
    return {
        "auth_token": "[redacted]",
        "date_created": mail_date(account.created_at),
        "date_updated": mail_date(account.created_at),
        "friendly_name": account.name,
        "owner_account_sid": account.sid,
        "sid": account.sid,
        "status": account.status,
        "subresource_uris": {"messages": f"{uri}/Messages.json"},
        "type": "Trial" if account.trial else "Full",
        "uri": f"{uri}.json",
    }


def number_json(line: Line) -> dict[str, Any]:
    """Return an IncomingPhoneNumber."""
    return {
        "account_sid": line.account.sid,
        "api_version": "2010-04-01",
        "capabilities": {"voice": False, "sms": True, "mms": False, "fax": False},
        "date_created": mail_date(line.created_at),
        "date_updated": mail_date(line.created_at),
        "friendly_name": line.name,
        "origin": "twilio",
        "phone_number": line.address,
        "sid": line.sid,
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": line.fallback_url,
        "sms_method": "POST",
        "sms_url": line.url,
        "status": "in-use",
        "status_callback": line.status_url,
        "status_callback_method": "POST",
        "uri": f"{_ROOT}/{line.account.sid}/IncomingPhoneNumbers/{line.sid}.json",
    }


def sender_json(line: Line, base: str) -> dict[str, Any]:
    """Return a Sender of the Senders API (messaging v2)."""
    return {
        "sid": line.sid,
        "sender_id": line.address,
        "status": "ONLINE" if line.online else "OFFLINE",
        "friendly_name": line.name,
        "configuration": {"waba_id": "100000000000001"},
        "webhook": {
            "callback_url": line.url or None,
            "callback_method": "POST",
            "fallback_url": line.fallback_url or None,
            "fallback_method": "POST",
            "status_callback_url": line.status_url or None,
            "status_callback_method": "POST",
        },
        "profile": {"name": line.name, "vertical": "Public Service"},
        "properties": {"quality_rating": "High", "messaging_limit": "1K Customers/24hr"},
        "offline_reasons": None if line.online else [{"code": "63001", "message": "offline"}],
        "url": f"{base}/v2/Channels/Senders/{line.sid}",
    }


def service_json(service: Service, base: str) -> dict[str, Any]:
    """Return a Messaging Service."""
    url = f"{base}/v1/Services/{service.sid}"
    return {
        "sid": service.sid,
        "account_sid": service.account.sid,
        "friendly_name": service.name,
        "date_created": iso_date(service.account.created_at),
        "date_updated": iso_date(service.account.created_at),
        "inbound_request_url": service.url or None,
        "inbound_method": "POST",
        "fallback_url": service.fallback_url or None,
        "fallback_method": "POST",
        "status_callback": service.status_url or None,
        "sticky_sender": True,
        "smart_encoding": service.smart_encoding,
        "use_inbound_webhook_on_number": service.use_number_url,
        "validity_period": 36_000,
        "url": url,
        "links": {"phone_numbers": f"{url}/PhoneNumbers", "channel_senders": f"{url}/ChannelSenders"},
    }


def pool_json(line: Line, service: Service, base: str) -> dict[str, Any]:
    """Return a sender as a member of a Messaging Service."""
    part = "ChannelSenders" if line.channel == "whatsapp" else "PhoneNumbers"
    common = {
        "sid": line.sid,
        "account_sid": service.account.sid,
        "date_created": iso_date(line.created_at),
        "date_updated": iso_date(line.created_at),
        "country_code": "ID",
        "url": f"{base}/v1/Services/{service.sid}/{part}/{line.sid}",
    }
    if line.channel == "whatsapp":
        own = {"messaging_service_sid": service.sid, "sender": line.address, "sender_type": "WhatsApp"}
    else:
        own = {"service_sid": service.sid, "phone_number": line.address}
    return common | own


def content_json(content: Content, base: str) -> dict[str, Any]:
    """Return a Content."""
    url = f"{base}/v1/Content/{content.sid}"
    return {
        "sid": content.sid,
        "account_sid": content.account.sid,
        "friendly_name": content.name,
        "language": content.language,
        "variables": content.variables,
        "types": content.types,
        "date_created": iso_date(content.created_at),
        "date_updated": iso_date(content.created_at),
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
    }


def approval_json(content: Content) -> dict[str, Any]:
    """Return where WhatsApp stands with a template."""
    approval = content.approval
    return {
        "type": "whatsapp",
        "name": approval.name,
        "category": approval.category,
        "content_type": next(iter(content.types)),
        "status": approval.status,
        "rejection_reason": approval.reason,
        "allow_category_change": True,
    }


def old_page(key: str, path: str, rows: Sequence[Any], asked: dict[str, str], place: tuple[int, int]) -> dict[str, Any]:
    """Return a page of a 2010 list: `place` is the page's number and size, `rows` is everything."""
    number, size = place
    start = number * size
    shown = list(rows[start : start + size])

    def uri(page: int) -> str:
        further = {"PageToken": f"PA{page:032x}"} if page else {}
        return f"{path}?{urlencode({**asked, 'PageSize': size, 'Page': page, **further})}"

    more = start + size < len(rows)
    return {
        key: shown,
        "end": max(start, start + len(shown) - 1),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if more else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(number - 1) if number else None,
        "start": start,
        "uri": uri(number),
    }


def new_page(key: str, url: str, rows: Sequence[Any], place: tuple[int, int]) -> dict[str, Any]:
    """Return a page of a list as the newer APIs give it."""
    number, size = place
    start = number * size

    def page_url(page: int) -> str:
        return f"{url}?{urlencode({'PageSize': size, 'Page': page})}"

    more = start + size < len(rows)
    meta = {
        "page": number,
        "page_size": size,
        "first_page_url": page_url(0),
        "previous_page_url": page_url(number - 1) if number else None,
        "url": page_url(number),
        "next_page_url": page_url(number + 1) if more else None,
        "key": key,
    }
    return {key: list(rows[start : start + size]), "meta": meta}
