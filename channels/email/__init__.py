"""The email channel: the office's mailbox, IMAP in and SMTP out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.email.channel import Email
from channels.email.tokens import Tokens

if TYPE_CHECKING:
    from channels.base import Ground
    from channels.settings import EmailSettings

__all__ = ["Email", "channel_of"]


def channel_of(office: str, settings: EmailSettings, ground: Ground) -> Email:
    """The channel of an office's mailbox."""
    from channels.email.read import Reader

    settings = settings.model_copy(update={"name": settings.name or ground.name})
    tokens = Tokens(office, settings.address, ground.secret, ground.former_secrets)
    reading = Reader(office, settings, tokens)
    return Email(office, settings, reading, http=ground.http, tokens=tokens, now=ground.now)
