"""Phones as JSON, for a page that draws them."""

from __future__ import annotations

from typing import Any

from channels.sandbox.twilio.model import Bubble, Chat


def bubble_json(bubble: Bubble) -> dict[str, Any]:
    """Return a message as the phone shows it; `media` are looked up by their sid in `world.media`."""
    place = bubble.place
    return {
        "id": bubble.number,
        "at": bubble.at.isoformat(),
        "mine": bubble.mine,
        "kind": bubble.kind,
        "text": bubble.text,
        "media": [{"sid": each.sid, "mime": each.mime, "name": each.name} for each in bubble.media],
        "place": place
        and {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "address": place.address,
            "label": place.label,
        },
        "buttons": [{"id": each.id, "title": each.title, "kind": each.kind} for each in bubble.buttons],
        "reply_to": bubble.reply_to and bubble.reply_to.number,
        "segments": bubble.segments,
        "encoding": bubble.encoding,
        "template": bubble.template,
        "automatic": bubble.automatic,
        "status": bubble.status,
        "pressed": bubble.pressed,
    }


def chat_json(chat: Chat) -> dict[str, Any]:
    """Return a chat with everything in it."""
    return {
        "key": chat.key,
        "channel": chat.line.channel,
        "person": chat.person.id,
        "line": {"sid": chat.line.sid, "address": chat.line.address, "name": chat.line.name},
        "stopped": chat.stopped,
        "blocked": chat.blocked,
        "bubbles": [bubble_json(bubble) for bubble in chat.bubbles],
    }
