"""The feed: a numbered, append-only list of everything people could have seen, for a page that draws phones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: A page that stays away longer than this many changes starts again from the chats themselves.
FEED_LIMIT = 50_000


@dataclass(slots=True, frozen=True)
class FeedItem:
    """One visible change. `chat` is the chat's key (unique in the world); `data` is ready for JSON.

    These are Telegram's; those of telephone lines stand in `sandbox.twilio`, those of mail in `sandbox.mail.world`.

    kind       data
    message    the message in Bot API form
    edited     the message as it now stands (text, caption, buttons, position)
    deleted    {"message_id"}
    reaction   {"message_id", "reaction"}
    alert      {"user_id", "message_id", "text", "show_alert"}: shown to who pressed, nobody else
    pressed    {"user_id", "message_id", "data"}
    topic      {"message_thread_id", "name", "state"}: state is created, edited, closed, reopened or deleted
    pinned     {"message_id"}; unpinned the same
    action     {"action"}: the bot "is typing"
    chat       the chat in Bot API form: opened, changed or migrated ("migrated_to" holds the new key)
    blocked    {"user_id", "blocked"}
    """

    number: int
    at: datetime
    kind: str
    chat: str
    data: dict[str, Any]


class Feed:
    """The list and those who follow it."""

    def __init__(self) -> None:
        """Begin empty; the first item is number 1."""
        self._items: list[FeedItem] = []
        self._dropped = 0
        self._followers: set[Callable[[FeedItem], None]] = set()

    def add(self, at: datetime, kind: str, chat: str, data: dict[str, Any]) -> FeedItem:
        """Append an item and tell every follower."""
        item = FeedItem(self._dropped + len(self._items) + 1, at, kind, chat, data)
        self._items.append(item)
        if len(self._items) > FEED_LIMIT:
            self._dropped += len(self._items) - FEED_LIMIT
            del self._items[: len(self._items) - FEED_LIMIT]
        for follower in tuple(self._followers):
            follower(item)
        return item

    def after(self, number: int = 0) -> list[FeedItem]:
        """Return the items that came after that number: 0 for all."""
        return self._items[max(0, number - self._dropped) :]

    @property
    def last(self) -> int:
        """Return the number of the newest item, 0 when there's none."""
        return self._dropped + len(self._items)

    def subscribe(self, follower: Callable[[FeedItem], None]) -> Callable[[], None]:
        """Call `follower` with every new item (a queue's `put_nowait` will do); return the way to stop."""
        self._followers.add(follower)
        return lambda: self._followers.discard(follower)
