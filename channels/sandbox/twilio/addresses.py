"""Addresses as Twilio writes them: `+62...`, `whatsapp:+62...`, `whatsapp:ID.123...` and alphanumeric sender ids."""

from __future__ import annotations

import re
from typing import Literal

ChannelName = Literal["whatsapp", "sms"]

WHATSAPP = "whatsapp:"
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SCOPED = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_SHORT = re.compile(r"\d{3,8}")


def channel_of(address: str) -> ChannelName:
    """Return which channel an address belongs to."""
    return "whatsapp" if address.startswith(WHATSAPP) else "sms"


def bare(address: str) -> str:
    """Return the address without the channel's prefix."""
    return address.removeprefix(WHATSAPP)


def is_number(text: str) -> bool:
    """Return whether this is a telephone number in E.164."""
    return bool(_NUMBER.fullmatch(text))


def is_scoped_id(text: str) -> bool:
    """Return whether this is a business-scoped user id: a country, a full stop, letters and digits."""
    return bool(_SCOPED.fullmatch(text))


def can_receive(address: str) -> bool:
    """Return whether a message can be addressed to this."""
    if channel_of(address) == "whatsapp":
        return is_number(bare(address)) or is_scoped_id(bare(address))
    return is_number(address)


def can_send(address: str) -> bool:
    """Return whether this can stand in From: a number, a short code or a sender id of up to 11 characters."""
    if channel_of(address) == "whatsapp":
        return is_number(bare(address))
    return any(pattern.fullmatch(address) for pattern in (_NUMBER, _SHORT, _NAME))
