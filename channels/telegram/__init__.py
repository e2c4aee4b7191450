"""The Telegram channel: citizens in private, the desk in a group, by polling or webhook."""

from channels.telegram.channel import Telegram

__all__ = ["Telegram"]
