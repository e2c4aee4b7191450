"""What people do in the stand-in: write, edit, press, block, forward; bots are told as Telegram would tell them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Unpack

from channels.sandbox.telegram import updates
from channels.sandbox.telegram.acts import CannotActError, Place
from channels.sandbox.telegram.content import captioned, text_content
from channels.sandbox.telegram.groups import GroupActs
from channels.sandbox.telegram.media import MediaActs
from channels.sandbox.telegram.model import BotAccount, Chat, Message, Query, User
from channels.sandbox.telegram.render import Renderer, chat_json, unix, user_json
from channels.sandbox.telegram.text import TEXT_LIMIT, utf16_length

_START_PAYLOAD_MAX = 64


class People(MediaActs, GroupActs):
    """The acts of people in one world: `People(world)`.

    A chat is `world.private(user, bot)` or a group. A group that became a supergroup is followed to its new chat.
    """

    # Writing

    def start(self, user: User, bot: BotAccount, payload: str = "") -> Message:
        """Open the bot by its link `t.me/bot?start=payload` and press Start (G10)."""
        if len(payload) > _START_PAYLOAD_MAX:
            raise CannotActError("a start payload has at most 64 characters")
        return self.say(user, self.world.private(user, bot), f"/start {payload}".strip())

    def say(self, user: User, chat: Chat, text: str, **place: Unpack[Place]) -> Message:
        """Write a text. What's longer than a message leaves in several, as the apps do; the first is returned."""
        text = text.strip()
        if not text:
            raise CannotActError("an empty message can't be sent")
        pieces = _pieces(text)
        first = self.post(user, chat, text_content(pieces[0]), **place)
        for piece in pieces[1:]:
            self.post(user, chat, text_content(piece), **place)
        return first

    def edit(self, message: Message, text: str) -> None:
        """Change the words of one's own text or caption."""
        body = {name: value for name, value in message.content.items() if "entities" not in name}
        if "text" in body:
            content = text_content(text)
        else:
            body.pop("caption", None)
            content = captioned(body, text)
        self.world.change(message, content=content, edited_at=self.world.now())

    def delete(self, message: Message) -> None:
        """Delete a message; no bot hears of it (I14)."""
        self.world.remove(message)

    # Buttons

    def press(self, user: User, message: Message, button: str) -> Query:
        """Press a button by its label or its callback_data. Even an anonymous admin presses as himself (G3)."""
        chat = self._entered(user, message.chat)
        bot = self.world.bot_by_id(message.author.id) if message.author else None
        data = _callback_data(message, button)
        if bot is None or data is None:
            raise CannotActError(f"message {message.id} has no button {button!r}")
        now = self.world.now()
        number = len(self.world.queries) + 1
        query = Query(f"{bot.id}{number:09d}", bot, user, chat, message.id, data, now)
        self.world.queries[query.id] = query
        pressed = {"user_id": user.id, "message_id": message.id, "data": data}
        self.world.show(message.chat, "pressed", pressed)
        body = {
            "id": query.id,
            "from": user_json(user),
            "message": Renderer(self.world.files, bot).maybe_inaccessible(message.chat, message.id),
            "chat_instance": str(abs(message.chat.id * 1_000_003 + bot.id)),
            "data": data,
        }
        expires_at = now + updates.CALLBACK_LIFETIME
        updates.push(bot, "callback_query", body, ("press", user.id), now=now, expires_at=expires_at)
        return query

    def react(self, user: User, message: Message, emoji: str) -> None:
        """Put a reaction under a message; told only to bots that administer the chat and asked for it."""
        now = self.world.now()
        body = {
            "chat": chat_json(message.chat),
            "message_id": message.id,
            "user": user_json(user),
            "date": unix(now),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        self.world.show(message.chat, "reaction", {"message_id": message.id, "reaction": body["new_reaction"]})
        for bot in self.world.bots_in(message.chat):
            member = message.chat.members.get(bot.id)
            if message.chat.bot or (member and member.is_admin):
                queue = ("reaction", message.chat.id)
                updates.push(bot, "message_reaction", body, queue, now=now, expires_at=now + updates.DAY)

    # Coming and going

    def block(self, user: User, bot: BotAccount) -> None:
        """Block the bot: it's told, and can't write any more (G12)."""
        self._set_blocked(self.world.private(user, bot), user, bot, blocked=True)

    def unblock(self, user: User, bot: BotAccount) -> None:
        """Take the block back."""
        self._set_blocked(self.world.private(user, bot), user, bot, blocked=False)

    def deactivate(self, user: User) -> None:
        """Delete one's account."""
        user.deactivated = True

    # Inside

    def _set_blocked(self, chat: Chat, user: User, bot: BotAccount, *, blocked: bool) -> None:
        if chat.blocked is blocked:
            return
        chat.blocked = blocked
        member = {"user": user_json(bot.user), "status": "member"}
        kicked = {"user": user_json(bot.user), "status": "kicked", "until_date": 0}
        old, new = (member, kicked) if blocked else (kicked, member)
        self.world.tell_standing(bot, chat, user, old, new)
        self.world.show(chat, "blocked", {"user_id": user.id, "blocked": blocked})


def forward_origin(
    kind: str, sent_at: datetime, *, user: User | None = None, name: str = "", chat: Chat | None = None
) -> dict[str, Any]:
    """Return where a forwarded message came from (C9).

    `kind` is "user", "hidden_user" (a name only), "chat", "channel", or one that isn't known yet.
    """
    origin: dict[str, Any] = {"type": kind, "date": unix(sent_at)}
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "user": lambda: {"sender_user": user_json(user)} if user else {},
        "hidden_user": lambda: {"sender_user_name": name},
        "chat": lambda: {"sender_chat": chat_json(chat)} if chat else {},
        "channel": lambda: {"chat": {"id": -1_001_999_000_001, "type": "channel", "title": name}, "message_id": 1},
    }
    return origin | parts.get(kind, dict)()


def _pieces(text: str) -> list[str]:
    pieces = [""]
    size = 0
    for character in text:
        size += utf16_length(character)
        if size > TEXT_LIMIT:
            pieces.append("")
            size = utf16_length(character)
        pieces[-1] += character
    return pieces


def _callback_data(message: Message, button: str) -> str | None:
    rows = (message.markup or {}).get("inline_keyboard", [])
    buttons = [each for row in rows for each in row if "callback_data" in each]
    for name in ("callback_data", "text"):
        for each in buttons:
            if each[name] == button:
                return str(each["callback_data"])
    return None
