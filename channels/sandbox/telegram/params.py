"""Parameters of a call: text as it came over the wire, read as the type a method needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from channels.sandbox.telegram.errors import bad_request
from channels.sandbox.telegram.model import Upload

_NUMBERS = frozenset({
    "chat_id", "message_id", "message_thread_id", "offset", "limit", "timeout", "user_id", "from_chat_id",
    "max_connections", "reply_to_message_id", "live_period", "duration", "width", "height", "icon_color", "cache_time",
})  # fmt: skip
_OBJECTS = frozenset({
    "reply_markup", "entities", "caption_entities", "media", "reply_parameters", "link_preview_options",
    "allowed_updates", "commands", "scope", "message_ids", "reaction", "menu_button",
})  # fmt: skip
_FLAGS = frozenset({
    "disable_notification", "protect_content", "show_alert", "drop_pending_updates", "allow_sending_without_reply",
    "is_big", "has_spoiler", "disable_web_page_preview",
})  # fmt: skip
_TRUE = frozenset({"true", "yes", "1"})


class Params:
    """The parameters and uploaded files of one call."""

    def __init__(self, raw: Mapping[str, str], files: Mapping[str, Upload] | None = None) -> None:
        """Keep them as they came."""
        self.raw = dict(raw)
        self.files = dict(files or {})

    def text(self, name: str, default: str = "") -> str:
        """Return a string."""
        return self.raw.get(name, default)

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number; what isn't one counts as absent, as at Telegram's."""
        try:
            return int(self.raw.get(name, ""))
        except ValueError:
            return default

    def decimal(self, name: str) -> float | None:
        """Return a number, None when it's absent or none."""
        try:
            return float(self.raw.get(name, ""))
        except ValueError:
            return None

    def flag(self, name: str) -> bool:
        """Return a boolean."""
        return self.raw.get(name, "").lower() in _TRUE

    def json(self, name: str, words: str) -> Any:  # noqa: ANN401 - what the client sent
        """Return a decoded object or list, None when absent; `words` name it in the error."""
        if not self.raw.get(name):
            return None
        try:
            return json.loads(self.raw[name])
        except ValueError:
            raise bad_request(f"can't parse {words} JSON object") from None

    def decoded(self) -> dict[str, Any]:
        """Return everything with its natural type, for the call log."""
        return {name: _decoded(name, value) for name, value in self.raw.items()}


def _decoded(name: str, value: str) -> Any:  # noqa: ANN401 - a number, a flag, an object or the text itself
    if name in _FLAGS:
        return value.lower() in _TRUE
    try:
        if name in _NUMBERS:
            return int(value)
        if name in _OBJECTS:
            return json.loads(value)
    except ValueError:
        pass
    return value
