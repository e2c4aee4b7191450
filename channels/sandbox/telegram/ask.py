"""A call being answered: which chat, message, topic and reply it means, and Telegram's refusals where it means none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from channels.sandbox.telegram.errors import bad_request, forbidden
from channels.sandbox.telegram.markup import checked_markup
from channels.sandbox.telegram.model import BotAccount, Chat, Draft, Message, Topic
from channels.sandbox.telegram.params import Params
from channels.sandbox.telegram.render import Renderer
from channels.sandbox.telegram.text import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Entities,
    formatted,
    utf16_length,
)
from channels.sandbox.telegram.world import World

Access = Literal["read", "edit", "write"]

_GENERAL_TOPIC = 1
THREAD_NOT_FOUND = "message thread not found"


@dataclass(slots=True, frozen=True)
class Ask:
    """One call of one bot."""

    world: World
    bot: BotAccount
    params: Params

    # Chats

    def chat(self, access: Access, name: str = "chat_id") -> Chat:
        """Return the chat meant, if the bot may do that there."""
        given = self.params.text(name)
        if not given:
            raise bad_request(f"{name} is empty")
        try:
            chat_id = int(given)
        except ValueError:
            raise bad_request("chat not found") from None
        if chat_id > 0:
            return self._private(chat_id, access)
        chat = self.world.groups.get(chat_id)
        if chat is None or self.bot.id not in chat.members:
            raise bad_request("chat not found")
        self._check_group(chat, access)
        return chat

    def _private(self, user_id: int, access: Access) -> Chat:
        user = self.world.users.get(user_id)
        if user is None:
            raise bad_request("chat not found")
        if user.is_bot:
            raise forbidden("bots can't send messages to bots")
        chat = self.world.private(user, self.bot)
        if not chat.started:
            met = any(user_id in each.members and self.bot.id in each.members for each in self.world.groups.values())
            raise forbidden("bot can't initiate conversation with a user") if met else bad_request("chat not found")
        if user.deactivated and access != "read":
            raise forbidden("user is deactivated")
        if chat.blocked and access == "write":
            raise forbidden("bot was blocked by the user")
        return chat

    def _check_group(self, chat: Chat, access: Access) -> None:
        if chat.migrated_to:
            if access == "write":
                moved = {"migrate_to_chat_id": chat.migrated_to.id}
                raise bad_request("group chat was upgraded to a supergroup chat", moved)
            return
        standing = chat.members[self.bot.id].status
        if standing == "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        if standing == "left":
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        if standing == "restricted" and access == "write":
            raise bad_request("not enough rights to send text messages to the chat")

    def has_right(self, chat: Chat, right: str) -> bool:
        """Return whether the bot may do that in a group."""
        member = chat.members.get(self.bot.id)
        return bool(member and member.is_admin and right in member.rights)

    # Messages

    def message(self, chat: Chat, purpose: str, name: str = "message_id") -> Message:
        """Return the message meant; `purpose` is the verb of the error ("message to edit not found")."""
        if not self.params.text(name):
            raise bad_request("message identifier is not specified")
        message = chat.messages.get(self.params.number(name))
        if message is None:
            raise bad_request(f"message to {purpose} not found")
        return message

    def shown(self, message: Message) -> dict[str, Any]:
        """Return a message as the answer shows it."""
        return Renderer(self.world.files, self.bot).message(message)

    # Texts

    def words(self, kind: Literal["text", "caption"]) -> tuple[str, Entities]:
        """Return the text or caption with its entities, within Telegram's limits."""
        listed = self.params.json("entities" if kind == "text" else "caption_entities", "message entities")
        plain, entities = formatted(self.params.text(kind), self.params.text("parse_mode"), listed)
        return self.fitting(kind, plain, entities)

    def fitting(self, kind: Literal["text", "caption"], plain: str, entities: Entities) -> tuple[str, Entities]:
        """Return words that fit; put the accounts into mentions, and drop mentions of nobody."""
        if kind == "text" and not plain:
            raise bad_request("message text is empty")
        if utf16_length(plain) > (TEXT_LIMIT if kind == "text" else CAPTION_LIMIT):
            raise bad_request("message is too long" if kind == "text" else "message caption is too long")
        renderer = Renderer(self.world.files, self.bot)
        kept: Entities = []
        for entity in entities:
            if entity["type"] != "text_mention":
                kept.append(entity)
                continue
            given = entity["user"]
            user = self.world.users.get(given["id"] if isinstance(given, dict) else given)
            if user:
                kept.append({**entity, "user": renderer.content(user)})
        return plain, kept

    def markup(self) -> dict[str, Any] | None:
        """Return the keyboard, checked."""
        private = not self.params.text("chat_id").startswith("-")
        return checked_markup(self.params.json("reply_markup", "reply keyboard markup"), private=private)

    # Where and how a message is sent

    def draft(self, chat: Chat, markup: dict[str, Any] | None = None) -> Draft:
        """Return the draft: topic, reply, keyboard, silence, protection."""
        target, quote = self._reply(chat)
        thread_id = self._thread(chat)
        if thread_id is None and target and chat.topic_of(target.thread_id):
            thread_id = target.thread_id
            self._check_open(chat, chat.topics[thread_id or 0])
        return Draft(
            thread_id=thread_id,
            reply_to=target.id if target else None,
            quote=quote,
            markup=markup,
            silent=self.params.flag("disable_notification"),
            protected=self.params.flag("protect_content"),
        )

    def _thread(self, chat: Chat) -> int | None:
        thread_id = self.params.number("message_thread_id")
        if not thread_id:
            return None
        if chat.is_forum:
            topic = chat.topics.get(thread_id)
            if topic is None or thread_id == _GENERAL_TOPIC:  # General has no id for bots (G5)
                raise bad_request(THREAD_NOT_FOUND)
            self._check_open(chat, topic)
            return thread_id
        if not any(message.thread_id == thread_id for message in chat.messages.values()):
            raise bad_request(THREAD_NOT_FOUND)
        return thread_id

    def _check_open(self, chat: Chat, topic: Topic) -> None:
        if topic.closed and not self.has_right(chat, "can_manage_topics"):
            raise bad_request("TOPIC_CLOSED")

    def _reply(self, chat: Chat) -> tuple[Message | None, str]:
        given = self.params.json("reply_parameters", "reply parameters") or {}
        if not isinstance(given, dict):
            raise bad_request("object expected as reply parameters")
        message_id = given.get("message_id") or self.params.number("reply_to_message_id")
        if not message_id:
            return None, ""
        elsewhere = str(given.get("chat_id", chat.id)) != str(chat.id)
        target = None if elsewhere else chat.messages.get(int(message_id))
        if target is None:
            lenient = given.get("allow_sending_without_reply", self.params.flag("allow_sending_without_reply"))
            if not lenient:
                raise bad_request("message to be replied not found")
            return None, ""
        quote = str(given.get("quote", ""))
        if quote and quote not in str(target.content.get("text") or target.content.get("caption") or ""):
            raise bad_request("QUOTE_TEXT_INVALID")
        return target, quote

    def admit(self, chat: Chat, cost: int = 1) -> None:
        """Count what is about to be sent against flood control; raises 429."""
        self.world.flood.admit(self.bot, chat, self.world.now(), cost)
