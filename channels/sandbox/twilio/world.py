"""The world of the stand-in, whole: who exists, what moves, and what people do."""

from __future__ import annotations

from typing import Any

from channels.sandbox.twilio.people import PersonActs
from channels.sandbox.twilio.view import chat_json


class World(PersonActs):
    """Everything the stand-in knows; plain Python without any waiting. See the package's own words for its use."""

    def chats_json(self) -> list[dict[str, Any]]:
        """Return every chat with everything in it; `feed.after(feed.last)` goes on from there."""
        return [chat_json(chat) for chat in self.chats]
