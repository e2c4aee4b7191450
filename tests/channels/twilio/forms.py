"""Twilio's calls as the tests make them: realistic sets of fields, signed as Twilio signs."""

from __future__ import annotations

from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from channels.base import Call
from channels.twilio.form import Form
from tests.channels.twilio.conftest import PUBLIC, SMS, WHATSAPP
from tests.channels.twilio.stub import ACCOUNT, MM, SM, TOKEN

SARI = "whatsapp:+6281234567890"

# What comes with every message of that channel; blank fields are signed like all others.
ON_WHATSAPP = {
    "SmsMessageSid": SM, "NumMedia": "0", "ProfileName": "Bu Sari", "MessageType": "text", "SmsSid": SM,
    "WaId": "6281234567890", "SmsStatus": "received", "Body": "jalan rusak", "To": WHATSAPP, "NumSegments": "1",
    "ReferralNumMedia": "0", "MessageSid": SM, "AccountSid": ACCOUNT, "ChannelMetadata": '{"type":"whatsapp"}',
    "From": SARI, "ApiVersion": "2010-04-01",
}  # fmt: skip
BY_SMS = {
    "ToCountry": "ID", "ToState": "", "SmsMessageSid": SM, "NumMedia": "0", "ToCity": "", "FromZip": "", "SmsSid": SM,
    "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": "jalan rusak", "FromCountry": "ID", "To": SMS,
    "ToZip": "", "NumSegments": "1", "MessageSid": SM, "AccountSid": ACCOUNT, "From": "+6281234567890",
    "ApiVersion": "2010-04-01",
}  # fmt: skip
STATUS = {
    "ChannelPrefix": "whatsapp", "ApiVersion": "2010-04-01", "MessageStatus": "delivered", "SmsSid": SM,
    "SmsStatus": "delivered", "ChannelInstallSid": "XE0", "To": SARI, "From": WHATSAPP, "MessageSid": SM,
    "AccountSid": ACCOUNT, "ChannelToAddress": "+628123456XXXX",
}  # fmt: skip
MEDIA = {"NumMedia": "1", "MessageSid": MM, "SmsSid": MM, "SmsMessageSid": MM, "Body": ""}


def call(
    fields, path="message", *, query="", token=TOKEN, public=PUBLIC, settings="", algorithm=None, body=None, **headers
):
    """The call as it reaches a channel. `fields` is a mapping or pairs; `body` replaces the form after it was signed."""
    pairs = list(fields.items()) if hasattr(fields, "items") else list(fields)
    url = f"{public}/twilio/kanigaran/{path}" + (f"?{query}" if query else "")
    signature = RequestValidator(token).compute_signature(url, Form(pairs), algorithm)
    made = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8", "x-twilio-signature": signature}
    if settings:
        made["x-twilio-webhooks-signature-settings"] = settings
    form = urlencode(pairs).encode() if body is None else body
    return Call(f"twilio/kanigaran/{path}", {**made, **headers}, form, query)
