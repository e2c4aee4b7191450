"""What the stand-in's Telegram is made of: people, bots, chats, topics, messages, files and updates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

ChatKind = Literal["private", "group", "supergroup"]
MemberStatus = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

#: Telegram's account behind every anonymous administrator (docs/telegram.md G3).
GROUP_ANONYMOUS_BOT_ID = 1087968824

#: The service account that posts what a linked channel publishes (docs/telegram.md G3).
LINKED_CHANNEL_ACCOUNT_ID = 777000

ALL_RIGHTS = frozenset({
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_pin_messages", "can_manage_topics", "can_send_welcome_messages",
})  # fmt: skip

#: Kinds of update a bot gets without asking for them by name are all but these (docs/telegram.md I11).
OPT_IN_UPDATES = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True, eq=False)
class User:
    """An account: a person or a bot."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "id"
    is_bot: bool = False
    deactivated: bool = False


@dataclass(slots=True, eq=False)
class Update:
    """Something a bot is to be told: kept until it's confirmed or expires."""

    id: int
    kind: str
    body: dict[str, Any]
    queue: tuple[str, int]  # one in flight per queue; order holds inside it (I2, I3)
    expires_at: datetime
    next_at: datetime
    delay_s: int = 1
    failures: int = 0
    in_flight: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the Update object as sent to the bot."""
        return {"update_id": self.id, self.kind: self.body}


@dataclass(slots=True)
class Webhook:
    """Where and how a bot wants its updates brought."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_at: datetime | None = None
    last_error: str = ""
    gone_since: datetime | None = None


@dataclass(slots=True, eq=False)
class BotAccount:
    """A bot: its account, its token, and what waits for it."""

    token: str
    user: User
    can_read_all_group_messages: bool = False
    updates: list[Update] = field(default_factory=list)
    next_update_id: int = 1
    next_message_id: int = 1  # private chats of one bot share a counter, as in Telegram
    allowed: frozenset[str] | None = None  # None: Telegram's default list
    webhook: Webhook | None = None
    webhook_set_at: datetime | None = None
    poll_number: int = 0
    poll_ended_by: str = ""
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    wakers: set[Callable[[], None]] = field(default_factory=set)

    @property
    def id(self) -> int:
        """Return the account's number."""
        return self.user.id

    def wake(self) -> None:
        """Tell whoever waits for this bot that something changed."""
        for waker in tuple(self.wakers):
            waker()


@dataclass(slots=True)
class Member:
    """What somebody is in a group."""

    user: User
    status: MemberStatus = "member"
    rights: frozenset[str] = frozenset()
    anonymous: bool = False

    @property
    def present(self) -> bool:
        """Return whether they are in the group now."""
        return self.status not in {"left", "kicked"}

    @property
    def is_admin(self) -> bool:
        """Return whether they administer the group."""
        return self.status in {"creator", "administrator"}


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is the message that opened it."""

    id: int
    name: str
    icon_color: int
    closed: bool = False
    creator_id: int = 0


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat of one person with one bot, or a group."""

    id: int
    kind: ChatKind
    title: str = ""
    user: User | None = None
    bot: BotAccount | None = None
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    deleted_topics: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    next_message_id: int = 1
    migrated_to: Chat | None = None
    started: bool = False
    blocked: bool = False
    pinned: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return a name that is unique in the world: a private chat's id alone isn't, with several bots."""
        return f"{self.bot.id}:{self.id}" if self.bot else str(self.id)

    def topic_of(self, thread_id: int | None) -> Topic | None:
        """Return the topic with that id, if this is a forum that has it."""
        return self.topics.get(thread_id) if self.is_forum and thread_id else None


@dataclass(slots=True, eq=False)
class StoredFile:
    """Bytes somebody sent. `size_bytes` may claim more than `content` holds, to play a huge file cheaply."""

    number: int
    kind: str
    unique_id: str
    content: bytes
    size_bytes: int
    name: str = ""
    mime_type: str = ""
    shown_as: dict[str, Any] = field(default_factory=dict)  # the content it first appeared in, to send it again


@dataclass(slots=True, eq=False)
class Message:
    """One message. `content` holds Bot API fields; a dict with `$file` in it stands for a file."""

    chat: Chat
    id: int
    sent_at: datetime
    author: User | None
    content: dict[str, Any]
    thread_id: int | None = None
    reply_to: int | None = None
    quote: str = ""
    markup: dict[str, Any] | None = None
    sender_chat: Chat | None = None
    album: str | None = None
    forward_origin: dict[str, Any] | None = None
    silent: bool = False
    protected: bool = False
    service: bool = False
    automatic_forward: bool = False
    edited_at: datetime | None = None
    reactions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Draft:
    """How a message is to be posted, besides who writes what where."""

    thread_id: int | None = None
    reply_to: int | None = None
    quote: str = ""
    markup: dict[str, Any] | None = None
    sender_chat: Chat | None = None
    album: str | None = None
    forward_origin: dict[str, Any] | None = None
    silent: bool = False
    protected: bool = False
    service: bool = False
    automatic_forward: bool = False


@dataclass(slots=True)
class Query:
    """A pressed button that waits for its answer."""

    id: str
    bot: BotAccount
    user: User
    chat: Chat
    message_id: int
    data: str
    pressed_at: datetime
    answered: bool = False


@dataclass(slots=True, frozen=True)
class Upload:
    """A file that came with a request."""

    name: str
    content: bytes
    mime_type: str = ""


@dataclass(slots=True, frozen=True)
class Call:
    """A line of the call log: what a bot asked for and what it was told.

    `params` are decoded (numbers, lists, objects); `files` maps the field to the uploaded file. Of `result` and
    `error` one is set, except when a fault kept the call from being made. `fault` names the fault, if one struck.
    """

    number: int
    at: datetime
    bot_id: int
    method: str
    params: dict[str, Any]
    files: dict[str, Upload]
    result: Any = None
    error: dict[str, Any] | None = None
    fault: str = ""
