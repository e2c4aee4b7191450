"""The objects of the stand-in as Bot API JSON, each as one bot sees them (file ids differ from bot to bot)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from channels.sandbox.telegram.files import Files
from channels.sandbox.telegram.model import (
    ALL_RIGHTS,
    GROUP_ANONYMOUS_BOT_ID,
    BotAccount,
    Chat,
    Member,
    Message,
    User,
)

Json = dict[str, Any]

ANONYMOUS = User(GROUP_ANONYMOUS_BOT_ID, "Group", username="GroupAnonymousBot", language_code="", is_bot=True)


def unix(moment: datetime) -> int:
    """Return the moment as Telegram writes it, whole seconds since 1970."""
    return int(moment.timestamp())


def user_json(user: User) -> Json:
    """Return a User object."""
    shown: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    for name in ("last_name", "username"):
        if getattr(user, name):
            shown[name] = getattr(user, name)
    if user.language_code and not user.is_bot:
        shown["language_code"] = user.language_code
    return shown


def chat_json(chat: Chat) -> Json:
    """Return a Chat object."""
    shown: Json = {"id": chat.id, "type": chat.kind}
    if chat.user:
        person = user_json(chat.user)
        return shown | {name: person[name] for name in ("first_name", "last_name", "username") if name in person}
    shown["title"] = chat.title
    if chat.is_forum:
        shown["is_forum"] = True
    return shown


def full_chat_json(chat: Chat) -> Json:
    """Return a ChatFullInfo object."""
    shown = chat_json(chat) | {
        "accent_color_id": 1,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.kind != "private":
        shown["permissions"] = {"can_send_messages": True, "can_manage_topics": False}
        shown["can_send_gift"] = False
    return shown


_PERMISSIONS = (  # https://core.telegram.org/bots/api#chatmemberrestricted
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip


def member_json(member: Member) -> Json:
    """Return a ChatMember object."""
    shown: Json = {"user": user_json(member.user), "status": member.status}
    if member.status == "creator":
        return shown | {"is_anonymous": member.anonymous}
    if member.status == "administrator":
        rights = {name: name in member.rights for name in sorted(ALL_RIGHTS)}
        return shown | rights | {"can_be_edited": False, "is_anonymous": member.anonymous}
    if member.status == "kicked":
        return shown | {"until_date": 0}
    if member.status == "restricted":
        return shown | dict.fromkeys(_PERMISSIONS, False) | {"is_member": True, "until_date": 0}
    return shown


class Renderer:
    """Draws messages for one bot, or (with no bot) for the page."""

    def __init__(self, files: Files, bot: BotAccount | None) -> None:
        """Remember for whom."""
        self._files = files
        self._bot = bot

    def message(self, message: Message) -> Json:
        """Return a Message object with the message it replies to."""
        shown = self._bare(message)
        target = self._reply_target(message)
        if target:
            shown["reply_to_message"] = self._bare(target)
            if message.quote:
                shown["quote"] = {"text": message.quote, "position": 0, "is_manual": True}
        return shown

    def maybe_inaccessible(self, chat: Chat, message_id: int) -> Json:
        """Return the message, or what is left of a deleted one (G9)."""
        message = chat.messages.get(message_id)
        if message:
            return self.message(message)
        return {"chat": chat_json(chat), "message_id": message_id, "date": 0}

    def _reply_target(self, message: Message) -> Message | None:
        if message.reply_to is not None:
            return message.chat.messages.get(message.reply_to)
        if message.chat.topic_of(message.thread_id) and message.thread_id != message.id:
            return message.chat.messages.get(message.thread_id or 0)  # the implicit reply of every topic (G6)
        return None

    def _bare(self, message: Message) -> Json:
        chat = message.chat
        shown: Json = {"message_id": message.id, "date": unix(message.sent_at), "chat": chat_json(chat)}
        if message.sender_chat:
            shown["sender_chat"] = chat_json(message.sender_chat)
            shown["from"] = user_json(ANONYMOUS)
        elif message.author:
            shown["from"] = user_json(message.author)
        if message.thread_id is not None:
            shown["message_thread_id"] = message.thread_id
            if chat.topic_of(message.thread_id):
                shown["is_topic_message"] = True
        optional = {
            "edit_date": unix(message.edited_at) if message.edited_at else None,
            "media_group_id": message.album,
            "forward_origin": message.forward_origin,
            "has_protected_content": message.protected or None,
            "is_automatic_forward": message.automatic_forward or None,
            "reply_markup": self._markup(message),
        }
        shown |= {name: value for name, value in optional.items() if value is not None}
        content: Json = self.content(message.content)
        return shown | content

    def _markup(self, message: Message) -> Json | None:
        # Bots see only the buttons inside a message; the page draws the keyboard under it too.
        if message.markup and (self._bot is None or "inline_keyboard" in message.markup):
            return message.markup
        return None

    def content(self, value: Any) -> Any:  # noqa: ANN401 - a tree of JSON with objects in it
        """Return the content with every file, person, chat and message in it drawn."""
        if isinstance(value, dict):
            drawn = {name: self.content(part) for name, part in value.items() if name != "$file"}
            file = value.get("$file")
            if file is None:
                return drawn
            ids = {"file_id": self._files.id_for(self._bot, file), "file_unique_id": file.unique_id}
            return ids | {"file_size": file.size_bytes} | drawn
        if isinstance(value, list):
            return [self.content(part) for part in value]
        if isinstance(value, Message):
            return self._bare(value)
        if isinstance(value, User):
            return user_json(value)
        if isinstance(value, Chat):
            return chat_json(value)
        return unix(value) if isinstance(value, datetime) else value
