"""Adapters: one file, one class, one table of tests for each channel; here is the list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channels.base import Channel
    from channels.http import Http
    from channels.settings import TelegramSettings

    Builder = Callable[[str, Any, Http], tuple[Channel, ...]]


def _telegram(office: str, settings: TelegramSettings, http: Http) -> tuple[Channel, ...]:
    from channels.telegram import Telegram

    secrets = tuple(each.reveal() for each in (settings.secret, settings.previous_secret) if each is not None)
    desk = None if settings.desk is None else str(settings.desk)
    token = settings.token.reveal()
    return (Telegram(office, token, http=http, desk=desk, secrets=secrets, api_url=settings.api_url),)


# A channel's table in `[offices.*]` -> what builds its channels. A channel is imported when an office has it.
REGISTRY: dict[str, Builder] = {
    "telegram": _telegram,
}
