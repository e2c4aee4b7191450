"""Adapters: one file, one class, one table of tests for each channel; here is the list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channels.base import Channel, Ground
    from channels.settings import EmailSettings, TelegramSettings, TwilioSettings

    Builder = Callable[[str, Any, Ground], tuple[Channel, ...]]


def _telegram(office: str, settings: TelegramSettings, ground: Ground) -> tuple[Channel, ...]:
    from channels.telegram import Telegram

    secrets = tuple(each.reveal() for each in (settings.secret, settings.previous_secret) if each is not None)
    desk = None if settings.desk is None else str(settings.desk)
    token = settings.token.reveal()
    hook = f"{ground.public_url}/telegram/{office}" if settings.mode == "webhook" else ""
    api = settings.api_url
    return (Telegram(office, token, http=ground.http, desk=desk, secrets=secrets, api_url=api, hook=hook),)


def _twilio(office: str, settings: TwilioSettings, ground: Ground) -> tuple[Channel, ...]:
    from channels.twilio import channels_of

    return channels_of(office, settings, ground)


def _email(office: str, settings: EmailSettings, ground: Ground) -> tuple[Channel, ...]:
    from channels.email import channel_of

    return (channel_of(office, settings, ground),)


# A channel's table in `[offices.*]` -> what builds its channels. A channel is imported when an office has it. In this
# order citizens are told where else they can write: WhatsApp is on most phones.
REGISTRY: dict[str, Builder] = {
    "twilio": _twilio,
    "telegram": _telegram,
    "email": _email,
}
