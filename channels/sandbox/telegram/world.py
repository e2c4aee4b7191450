"""The world of the stand-in: who and what exists, and the few ways in which a message comes, changes and goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from channels.sandbox.feed import Feed
from channels.sandbox.telegram import updates
from channels.sandbox.telegram.faults import Faults
from channels.sandbox.telegram.files import Files
from channels.sandbox.telegram.flood import Flood, FloodLimits
from channels.sandbox.telegram.model import (
    ALL_RIGHTS,
    BotAccount,
    Call,
    Chat,
    Draft,
    Member,
    MemberStatus,
    Message,
    Query,
    Topic,
    User,
)
from channels.sandbox.telegram.render import Renderer, chat_json, member_json, user_json

_FIRST_PERSON = 5_000_000_001  # beyond 32 bits, as many real accounts are (G1)
_FIRST_GROUP = -4_000_000_001
_FIRST_SUPERGROUP = -1_002_000_000_001
_SUPERGROUPS_BELOW = -1_000_000_000_000
_TOPIC_COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
CALLS_MAX = 100_000


class World:
    """Everything the stand-in knows. No clock, no chance, no waiting: `now` is passed in, ids count up.

    Attributes: `bots` (by token), `users`, `groups` (by id), `calls` (the log), `feed`, `faults`, `flood`, `files`,
    `queries` (pressed buttons by id) and `query_lifetime_s`, after which a press can't be answered any more.
    """

    def __init__(
        self, now: Callable[[], datetime], *, flood: FloodLimits | None = None, query_lifetime_s: float = 15.0
    ) -> None:
        """Begin empty. Flood control is off unless limits are given (`FloodLimits()` are Telegram's)."""
        self.now = now
        self.bots: dict[str, BotAccount] = {}
        self.users: dict[int, User] = {}
        self.groups: dict[int, Chat] = {}
        self.calls: list[Call] = []
        self.feed = Feed()
        self.faults = Faults()
        self.flood = Flood(flood)
        self.files = Files()
        self.queries: dict[str, Query] = {}
        self.query_lifetime_s = query_lifetime_s
        self.albums = 0
        self.wakers: set[Callable[[], None]] = set()
        self._private: dict[tuple[int, int], Chat] = {}
        self._calls_made = 0

    # Who exists

    def add_bot(self, token: str, *, username: str, name: str, reads_all: bool = False) -> BotAccount:
        """Add a bot; the part of the token before the colon is its id. `reads_all`: privacy mode is off (G2)."""
        bot_id = int(token.split(":", 1)[0])
        user = self.add_user(name, user_id=bot_id, username=username, is_bot=True)
        bot = BotAccount(token, user, can_read_all_group_messages=reads_all, next_update_id=bot_id % 1000 * 1000 + 1)
        bot.wakers.add(self._wake)
        self.bots[token] = bot
        return bot

    def add_user(
        self,
        first_name: str,
        *,
        user_id: int | None = None,
        last_name: str = "",
        username: str = "",
        language_code: str = "id",
        is_bot: bool = False,
    ) -> User:
        """Add a person."""
        if user_id is None:
            user_id = max([_FIRST_PERSON - 1, *self.users]) + 1
        if user_id in self.users:
            raise ValueError(f"account {user_id} exists already")
        user = User(user_id, first_name, last_name, username, language_code, is_bot)
        self.users[user_id] = user
        return user

    def add_group(
        self,
        title: str,
        *,
        members: Iterable[User] = (),
        bots: Iterable[BotAccount] = (),
        chat_id: int | None = None,
        basic: bool = False,
        forum: bool = False,
        bot_admins: bool = True,
    ) -> Chat:
        """Add a supergroup (`basic`: an old-style group; `forum`: with topics). The first member is its creator."""
        if chat_id is None:
            below = [group for group in self.groups if (group > _SUPERGROUPS_BELOW) == basic]
            chat_id = min([(_FIRST_GROUP if basic else _FIRST_SUPERGROUP) + 1, *below]) - 1
        chat = Chat(chat_id, "group" if basic else "supergroup", title, is_forum=forum and not basic)
        chat.next_message_id = 2  # the first message of a group tells of its creation, before any bot was there
        for number, user in enumerate(members):
            chat.members[user.id] = Member(user, "member" if number else "creator")
        for bot in bots:
            rights = ALL_RIGHTS if bot_admins else frozenset[str]()
            chat.members[bot.id] = Member(bot.user, "administrator" if bot_admins else "member", rights)
        self.groups[chat_id] = chat
        self.announce(chat)
        return chat

    def private(self, user: User, bot: BotAccount) -> Chat:
        """Return the private chat of a person with a bot; it exists for the bot once the person has written."""
        chat = self._private.get((bot.id, user.id))
        if chat is None:
            chat = self._private[bot.id, user.id] = Chat(user.id, "private", user=user, bot=bot)
        return chat

    def bot_by_id(self, bot_id: int) -> BotAccount | None:
        """Return the bot with that account."""
        return next((bot for bot in self.bots.values() if bot.id == bot_id), None)

    def bots_in(self, chat: Chat) -> list[BotAccount]:
        """Return the bots that are in a chat now."""
        if chat.bot:
            return [chat.bot]
        return [bot for bot in self.bots.values() if bot.id in chat.members and chat.members[bot.id].present]

    def chat(self, key: str) -> Chat | None:
        """Return the chat with that key (see `Chat.key`)."""
        everywhere = [*self.groups.values(), *self._private.values()]
        return next((chat for chat in everywhere if chat.key == key), None)

    def find_message(self, key: str, message_id: int) -> Message | None:
        """Return a message by its chat's key and its number there."""
        chat = self.chat(key)
        return chat.messages.get(message_id) if chat else None

    def render(self, message: Message, bot: BotAccount | None = None) -> dict[str, Any]:
        """Return the message in Bot API form, as that bot (or the page) sees it."""
        return Renderer(self.files, bot).message(message)

    # How messages come, change and go

    def post(self, chat: Chat, author: User | None, content: dict[str, Any], draft: Draft | None = None) -> Message:
        """Put a message into a chat: to the feed, and to every bot that may see it."""
        how = draft or Draft()
        message = Message(
            chat=chat,
            id=self._new_message_id(chat),
            sent_at=self.now(),
            author=author,
            content=content,
            thread_id=how.thread_id,
            reply_to=how.reply_to,
            quote=how.quote,
            markup=how.markup,
            sender_chat=how.sender_chat,
            album=how.album,
            forward_origin=how.forward_origin,
            silent=how.silent,
            protected=how.protected,
            service=how.service,
            automatic_forward=how.automatic_forward,
        )
        chat.messages[message.id] = message
        self._place(message)
        self.show(chat, "message", self._for_page(message))
        self._tell(message, "message", message.sent_at)
        return message

    def change(self, message: Message, **changes: Any) -> None:  # noqa: ANN401 - fields of Message
        """Change content, markup or edit time. A change of content by a person is told to bots; buttons aren't (C8)."""
        for name, value in changes.items():
            setattr(message, name, value)
        self.show(message.chat, "edited", self._for_page(message))
        if "content" in changes and message.edited_at:
            self._tell(message, "edited_message", message.edited_at)

    def remove(self, message: Message) -> None:
        """Delete a message. No bot is told (I14)."""
        message.chat.messages.pop(message.id, None)
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)
        self.show(message.chat, "deleted", {"message_id": message.id})

    def open_topic(self, chat: Chat, author: User, name: str, icon_color: int = 0) -> Topic:
        """Open a topic: its root is a service message, which its own creator is told of too (I16)."""
        colour = icon_color or _TOPIC_COLOURS[0]
        topic_id = chat.next_message_id
        topic = chat.topics[topic_id] = Topic(topic_id, name, colour, creator_id=author.id)
        created = {"forum_topic_created": {"name": name, "icon_color": colour}}
        self.show_topic(chat, topic, "created")
        self.post(chat, author, created, Draft(thread_id=topic_id, service=True))
        return topic

    def drop_topic(self, chat: Chat, topic: Topic) -> None:
        """Delete a topic with all its messages. No bot is told (G7)."""
        for message in [message for message in chat.messages.values() if message.thread_id == topic.id]:
            self.remove(message)
        del chat.topics[topic.id]
        chat.deleted_topics.add(topic.id)
        self.show_topic(chat, topic, "deleted")

    def set_member(self, chat: Chat, user: User, status: MemberStatus, rights: frozenset[str], by: User) -> None:
        """Change what somebody is in a group; a bot whose own standing changes is told (my_chat_member)."""
        old = chat.members.get(user.id, Member(user, "left"))
        new = chat.members[user.id] = Member(user, status, rights, anonymous=old.anonymous)
        bot = self.bot_by_id(user.id)
        if bot:
            self.tell_standing(bot, chat, by, member_json(old), member_json(new))

    def tell_standing(
        self,
        bot: BotAccount,
        chat: Chat,
        by: User,
        old: Any,  # noqa: ANN401 - JSON
        new: Any,  # noqa: ANN401 - JSON
        kind: str = "my_chat_member",
    ) -> None:
        """Queue a my_chat_member update, or a chat_member update of somebody else."""
        now = self.now()
        body = {
            "chat": chat_json(chat),
            "from": user_json(by),
            "date": int(now.timestamp()),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        updates.push(bot, kind, body, ("member", chat.id), now=now, expires_at=now + updates.DAY)

    # What people see

    def show(self, chat: Chat, kind: str, data: dict[str, Any]) -> None:
        """Add to the feed."""
        self.feed.add(self.now(), kind, chat.key, data)

    def show_topic(self, chat: Chat, topic: Topic, state: str) -> None:
        """Add a topic's change to the feed."""
        self.show(chat, "topic", {"message_thread_id": topic.id, "name": topic.name, "state": state})

    def announce(self, chat: Chat) -> None:
        """Add a chat as it now is to the feed."""
        data = chat_json(chat)
        if chat.migrated_to:
            data["migrated_to"] = chat.migrated_to.key
        self.show(chat, "chat", data)

    def log(self, call: Callable[[int], Call]) -> Call:
        """Append to the call log; `call` makes the line from its number."""
        self._calls_made += 1
        line = call(self._calls_made)
        self.calls.append(line)
        del self.calls[: max(0, len(self.calls) - CALLS_MAX)]
        return line

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method, oldest first."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    # Inside

    def _wake(self) -> None:
        for waker in tuple(self.wakers):
            waker()

    def _for_page(self, message: Message) -> dict[str, Any]:
        extra = {"silent": True} if message.silent else {}
        hidden = {"really_from": user_json(message.author)} if message.sender_chat and message.author else {}
        return self.render(message) | extra | hidden

    def _new_message_id(self, chat: Chat) -> int:
        if chat.bot:
            number = chat.bot.next_message_id
            chat.bot.next_message_id += 1
        else:
            number = chat.next_message_id
            chat.next_message_id += 1
        return number

    def _place(self, message: Message) -> None:
        # Outside topics a reply carries the thread of what it answers, without is_topic_message (G5).
        target = message.chat.messages.get(message.reply_to or 0)
        if message.chat.kind != "supergroup" or message.thread_id is not None or target is None:
            return
        message.thread_id = target.thread_id or target.id

    def _tell(self, message: Message, kind: str, at: datetime) -> None:
        now = self.now()
        for bot in self.bots_in(message.chat):
            if _sees(bot, message):
                queue = ("chat", message.chat.id)
                updates.push(bot, kind, self.render(message, bot), queue, now=now, expires_at=at + updates.DAY)


def _sees(bot: BotAccount, message: Message) -> bool:
    """Return whether a bot is told of a message: not of its own nor of other bots', and in groups privacy (G2, G13)."""
    chat = message.chat
    if message.service:
        return True
    if message.author and message.author.is_bot:
        return False
    if chat.kind == "private" or bot.can_read_all_group_messages or chat.members[bot.id].is_admin:
        return True
    target = chat.messages.get(message.reply_to or 0)
    if target and target.author is bot.user:
        return True
    text = str(message.content.get("text") or message.content.get("caption") or "")
    if not text.startswith("/"):
        return False
    addressed = text.split(maxsplit=1)[0].partition("@")[2]
    return not addressed or addressed.lower() == bot.user.username.lower()


def query_expired(world: World, query: Query) -> bool:
    """Return whether a press can no longer be answered."""
    return query.answered or world.now() - query.pressed_at > timedelta(seconds=world.query_lifetime_s)
