"""Adapters: one file, one class, one table of tests for each channel; here is the list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channels.base import Channel
    from channels.http import Http
    from channels.settings import TelegramSettings


def _untold() -> datetime:
    raise RuntimeError("these channels were built without a clock")


@dataclass(frozen=True, slots=True)
class Ground:
    """What channels are built on."""

    http: Http
    public_url: str = ""  # where the outside reaches us; "" where no address is configured
    secret: bytes = b""  # of the office, for tokens that come back to us; derived from the master key
    now: Callable[[], datetime] = _untold  # the present moment, aware: for what comes without a date, and for expiries


if TYPE_CHECKING:
    Builder = Callable[[str, Any, Ground], tuple[Channel, ...]]


def _telegram(office: str, settings: TelegramSettings, ground: Ground) -> tuple[Channel, ...]:
    from channels.telegram import Telegram

    secrets = tuple(each.reveal() for each in (settings.secret, settings.previous_secret) if each is not None)
    desk = None if settings.desk is None else str(settings.desk)
    token = settings.token.reveal()
    return (Telegram(office, token, http=ground.http, desk=desk, secrets=secrets, api_url=settings.api_url),)


# A channel's table in `[offices.*]` -> what builds its channels. A channel is imported when an office has it.
REGISTRY: dict[str, Builder] = {
    "telegram": _telegram,
}
