"""The fields of Telegram's updates that we read; everything else is skipped, so that unknown kinds break nothing.

Field names are the Bot API's (https://core.telegram.org/bots/api#available-types).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

# Up to the last second of the year 9999: what a datetime can hold.
UnixTime = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
Size = Annotated[int, msgspec.Meta(ge=0)]


class Shape(msgspec.Struct, frozen=True, gc=False):
    """A part of an update: built from JSON, read once, never changed."""


class User(Shape, frozen=True, gc=False):
    """An account. Deleted ones may lack a name."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""


class Chat(Shape, frozen=True, gc=False):
    """A private chat, group, supergroup or channel."""

    id: int
    type: str = ""
    title: str = ""
    first_name: str = ""
    last_name: str = ""


class ChatRef(Shape, frozen=True, gc=False):
    """The number of a chat alone: all that intake reads."""

    id: int


class PhotoSize(Shape, frozen=True, gc=False):
    """One of the sizes a photo comes in."""

    file_id: str
    file_unique_id: str = ""
    width: Size = 0
    height: Size = 0
    file_size: Size = 0


class File(Shape, frozen=True, gc=False):
    """A document, voice note, sound, video, round video, animation or sticker."""

    file_id: str
    file_unique_id: str = ""
    file_size: Size = 0
    file_name: str = ""
    mime_type: str = ""
    duration: Size = 0


class Place(Shape, frozen=True, gc=False):
    """A pin. `live_period` stands in one that moves."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    live_period: Size = 0


class Venue(Shape, frozen=True, gc=False):
    """A named place."""

    location: Place
    title: str = ""
    address: str = ""


class SharedContact(Shape, frozen=True, gc=False):
    """A contact. `user_id` is the account it belongs to, where Telegram knows it."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int = 0


class Origin(Shape, frozen=True, gc=False):
    """Where a forwarded message comes from: four kinds today, and whatever comes later."""

    type: str = ""
    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: Chat | None = None
    chat: Chat | None = None


class TopicCreated(Shape, frozen=True, gc=False):
    """The service message that opens a topic."""

    name: str = ""


class Entity(Shape, frozen=True, gc=False):
    """A stretch of text with a meaning; offset and length count UTF-16 units."""

    type: str
    offset: Size = 0
    length: Size = 0
    url: str = ""


class Replied(Shape, frozen=True, gc=False, rename={"sender": "from"}):
    """What a message replies to. In a topic every message "replies" to the one that opened it."""

    message_id: int
    sender: User | None = None
    sender_chat: Chat | None = None
    forum_topic_created: TopicCreated | None = None


class Elsewhere(Shape, frozen=True, gc=False):
    """A message of another chat that is replied to; `message_id` only where that may be seen."""

    chat: ChatRef | None = None
    message_id: int = 0


class Message(Shape, frozen=True, gc=False, rename={"sender": "from"}):
    """A message, service messages included. Only `chat` is always there."""

    chat: Chat
    message_id: int = 0
    date: UnixTime = 0
    edit_date: UnixTime = 0
    sender: User | None = None
    sender_chat: Chat | None = None
    message_thread_id: int = 0
    is_topic_message: bool = False
    reply_to_message: Replied | None = None
    external_reply: Elsewhere | None = None
    forward_origin: Origin | None = None
    forward_date: UnixTime = 0  # stands without an origin in servers older than Bot API 7.0
    media_group_id: str = ""
    left_chat_member: User | None = None
    text: str = ""
    entities: tuple[Entity, ...] = ()
    caption: str = ""
    caption_entities: tuple[Entity, ...] = ()
    photo: tuple[PhotoSize, ...] = ()
    document: File | None = None
    animation: File | None = None
    video: File | None = None
    video_note: File | None = None
    voice: File | None = None
    audio: File | None = None
    sticker: File | None = None
    location: Place | None = None
    venue: Venue | None = None
    contact: SharedContact | None = None
    forum_topic_created: TopicCreated | None = None
    migrate_to_chat_id: int = 0
    migrate_from_chat_id: int = 0


class PressedMessage(Shape, frozen=True, gc=False):
    """The message whose button was pressed; of an inaccessible one (date 0) only chat and id remain."""

    chat: Chat
    message_id: int = 0
    date: UnixTime = 0
    message_thread_id: int = 0
    is_topic_message: bool = False


class CallbackQuery(Shape, frozen=True, gc=False, rename={"sender": "from"}):
    """A pressed button."""

    id: str
    sender: User
    data: str | None = None  # a game's button has none
    message: PressedMessage | None = None  # a button of an inline message has none


class Member(Shape, frozen=True, gc=False):
    """What somebody is in a chat; `can_send_messages` and `is_member` stand where they're restricted."""

    status: str = ""
    can_send_messages: bool = True
    is_member: bool = True


class Whose(Shape, frozen=True, gc=False):
    """What somebody is in a chat, and who that is; a restricted one may be no member any more."""

    user: User
    status: str = ""
    is_member: bool = True


class MembershipChanged(Shape, frozen=True, gc=False, rename={"sender": "from"}):
    """The bot was blocked, unblocked, added, removed or given rights."""

    chat: Chat
    sender: User
    date: UnixTime = 0
    new_chat_member: Member = Member()


class SomebodysMembership(Shape, frozen=True, gc=False, rename={"sender": "from"}):
    """Somebody else came, left or was taken out; a bot is told where it's an administrator."""

    chat: Chat
    new_chat_member: Whose
    sender: User | None = None
    date: UnixTime = 0


class Update(Shape, frozen=True, gc=False):
    """An update: one of the kinds that we ask for, or none that we know."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MembershipChanged | None = None
    chat_member: SomebodysMembership | None = None


class PeekedMessage(Shape, frozen=True, gc=False):
    """Where a message stands."""

    chat: ChatRef


class PeekedPress(Shape, frozen=True, gc=False, rename={"sender": "from"}):
    """Where a button was pressed, or by whom."""

    sender: ChatRef
    message: PeekedMessage | None = None


class Peek(Shape, frozen=True, gc=False):
    """All that intake reads of an update: wherever `Update` can be read, this can be, and names the same chat."""

    update_id: int
    message: PeekedMessage | None = None
    edited_message: PeekedMessage | None = None
    callback_query: PeekedPress | None = None
    my_chat_member: PeekedMessage | None = None
    chat_member: PeekedMessage | None = None


class Numbered(Shape, frozen=True, gc=False):
    """The one thing an update can't be without."""

    update_id: int


class FileLink(Shape, frozen=True, gc=False):
    """Where a file can be had for the next hour."""

    file_path: str = ""
    file_size: Size = 0


class Me(Shape, frozen=True, gc=False):
    """The bot's own account."""

    id: int
    username: str = ""
    first_name: str = ""
    can_read_all_group_messages: bool = False


class DeskChat(Shape, frozen=True, gc=False):
    """The staff group as the bot sees it."""

    id: int
    type: str = ""
    title: str = ""
    is_forum: bool = False


class Membership(Shape, frozen=True, gc=False):
    """What the bot is in the staff group."""

    status: str = ""
    can_manage_topics: bool = False
    can_send_messages: bool = True  # told of restricted members alone


class WebhookState(Shape, frozen=True, gc=False):
    """How Telegram gets on with our webhook."""

    url: str = ""
    pending_update_count: int = 0
    last_error_message: str = ""
