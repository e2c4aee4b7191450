"""Turns Telegram's updates into the words every channel speaks. Pure: no request, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from channels.base import Envelope, Malformed
from channels.telegram import shapes
from channels.telegram.decode import UNREADABLE, decoded, keys_of, number_of, what_is_wrong
from channels.telegram.shapes import File, Message, PhotoSize, Update
from workflow.message import (
    Address,
    Attachment,
    AttachmentKind,
    BadPayload,
    Contact,
    Ignored,
    Inbound,
    Left,
    Location,
    Moved,
    Presence,
    Press,
    Sender,
    Standing,
    TopicMade,
)
from workflow.message import Message as Said

# The kinds of update that we ask for. Telegram keeps the list when it's omitted, so it's named each time.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")

DOWNLOAD_LIMIT_BYTES = 20_000_000  # getFile's limit (https://core.telegram.org/bots/api#getfile)

# Behind these anybody may stand: an anonymous admin, a channel, a linked channel's posts (docs/telegram.md G3).
NOBODY = frozenset({1087968824, 136817688, 777000})

# What citizens may send and we can't take in; they are told so.
UNSUPPORTED = (
    "poll", "dice", "story", "game", "giveaway", "giveaway_winners", "paid_media", "checklist", "invoice",
)  # fmt: skip

# Part of every message; what else a message holds is its content.
_FRAME = frozenset({
    "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count",
    "sender_business_bot", "date", "edit_date", "chat", "business_connection_id", "forward_origin", "forward_date",
    "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
    "reply_to_checklist_task_id", "via_bot", "has_protected_content", "is_from_offline", "media_group_id",
    "author_signature", "paid_star_count", "reply_markup", "link_preview_options", "effect_id", "sender_tag",
})  # fmt: skip

# Things that happen in a chat and that nobody said: https://core.telegram.org/bots/api#message
_SERVICE = frozenset({
    "new_chat_members", "new_chat_participant", "new_chat_member", "left_chat_member", "left_chat_participant",
    "new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created",
    "channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id",
    "pinned_message", "successful_payment", "refunded_payment", "users_shared", "user_shared", "chat_shared", "gift",
    "unique_gift", "gift_upgrade_sent", "connected_website", "write_access_allowed", "passport_data",
    "proximity_alert_triggered", "boost_added", "chat_background_set", "checklist_tasks_done", "checklist_tasks_added",
    "direct_message_price_changed", "forum_topic_created", "forum_topic_edited", "forum_topic_closed",
    "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created",
    "giveaway_completed", "paid_message_price_changed", "suggested_post_approved", "suggested_post_approval_failed",
    "suggested_post_declined", "suggested_post_paid", "suggested_post_refunded", "video_chat_scheduled",
    "video_chat_started", "video_chat_ended", "video_chat_participants_invited", "web_app_data", "chat_owner_left",
    "chat_owner_changed", "managed_bot_created",
})  # fmt: skip

_BOT_LANE = "bot"  # for what belongs to no chat
_COMMAND = re.compile(r"(/\w{1,32})@(\w+)(?!\S)")
_START = re.compile(r"/start +([A-Za-z0-9_-]{1,64})\s*")  # https://core.telegram.org/bots/features#deep-linking
_NOBODY_KNOWN = "?"  # a forward whose author Telegram doesn't name

_update = msgspec.json.Decoder(Update)
_peek = msgspec.json.Decoder(shapes.Peek)


@dataclass(frozen=True, slots=True)
class Reader:
    """What must be known of a bot to read its updates: its office and its account."""

    office: str
    bot_id: int = 0
    username: str = ""  # without the @; "" while Telegram hasn't been asked

    def envelope(self, payload: bytes) -> Envelope:
        """The update's number and its chat's lane. Raises `Malformed` unless it's an object with a 64-bit update_id."""
        number = number_of(payload)
        if not -(2**63) <= number < 2**63:
            raise Malformed("update_id doesn't fit 64 bits")
        return Envelope(key=str(number), lane=self.address(_chat_of(payload)).lane)

    def address(self, chat: int | str) -> Address:
        """A chat of this bot."""
        return Address(self.office, "telegram", str(chat))

    def read(self, payload: bytes) -> Inbound:
        """One update as a value. Raises `BadPayload` when a part we need has another shape than Telegram's."""
        try:
            update = decoded(_update, payload)
            if update.message is not None:
                return self._message(update.message, payload, edited=False)
            if update.edited_message is not None:
                return self._message(update.edited_message, payload, edited=True)
            if update.callback_query is not None:
                return self._press(update.callback_query)
            if update.my_chat_member is not None:
                return self._membership(update.my_chat_member)
            if update.chat_member is not None:
                return self._somebodys(update.chat_member)
            kinds = sorted(keys_of(payload) - {"update_id"})
        except UNREADABLE as error:
            raise BadPayload(f"not readable as an update: {what_is_wrong(error)}") from None
        return self._ignored(_BOT_LANE, 0, f"update of kind {', '.join(kinds)[:100] or 'none'}")

    def _message(self, message: Message, payload: bytes, *, edited: bool) -> Inbound:
        """Something said, or one of the service messages that stand among them."""
        chat = message.chat.id
        if message.forum_topic_created is not None:
            return TopicMade(
                chat=self.address(chat),
                at=_when(message.date),
                thread=str(message.message_thread_id or message.message_id),
                name=message.forum_topic_created.name,
                ours=message.sender is not None and message.sender.id == self.bot_id,
            )
        if message.migrate_to_chat_id or message.migrate_from_chat_id:
            former, to = (message.migrate_from_chat_id or chat), (message.migrate_to_chat_id or chat)
            return Moved(chat=self.address(chat), at=_when(message.date), former=str(former), to=str(to))
        if message.sender is not None and message.sender.id == self.bot_id:
            return self._ignored(chat, message.date, "the bot's own message")
        if message.left_chat_member is not None and message.left_chat_member.id != self.bot_id:
            return Left(chat=self.address(chat), at=_when(message.date), person=_person(message.left_chat_member))
        if message.chat.type == "channel":
            return self._ignored(chat, message.date, "a channel's post")
        said = self._said(message, edited=edited)
        if message.text or said.attachments or said.location or said.contact:
            return self._unless_for_another_bot(said)
        return self._without_known_content(said, payload, "edited_message" if edited else "message")

    def _said(self, message: Message, *, edited: bool) -> Said:
        """The message with everything we know to read."""
        sender = message.sender
        root = message.message_thread_id if message.is_topic_message else 0
        return Said(
            chat=self.address(message.chat.id),
            id=str(message.message_id),
            sender=_sender(message),
            at=_when((edited and message.edit_date) or message.date),
            private=message.chat.type == "private",
            text=with_links(message.text, message.entities) or with_links(message.caption, message.caption_entities),
            attachments=_attachments(message),
            location=_location(message),
            contact=_contact(message.contact, sender.id if sender is not None else 0),
            reply_to=(replied := _reply_to(message, root)),
            replied_to=_author(message.reply_to_message) if replied else None,
            quotes=_quoted(message),
            album=message.media_group_id,
            thread=str(root) if root else "",
            forwarded=_forwarded(message),
            edited=edited,
        )

    def _unless_for_another_bot(self, said: Said) -> Inbound:
        """In a group a command may carry another bot's name; ours is taken off, and a deep link's payload set apart."""
        command = _COMMAND.match(said.text)
        if command is not None:
            if self.username and command[2].casefold() != self.username.casefold():
                return self._ignored(said.chat.chat, said.at, "a command for another bot")
            said = msgspec.structs.replace(said, text=command[1] + said.text[command.end() :])
        start = _START.fullmatch(said.text)
        return said if start is None else msgspec.structs.replace(said, text="/start", start=start[1])

    def _without_known_content(self, said: Said, payload: bytes, kind: str) -> Inbound:
        """A kind we can't take in, a service message, or a kind that is newer than this program."""
        content = keys_of(payload, kind) - _FRAME
        for unsupported in UNSUPPORTED:
            if unsupported in content:
                return msgspec.structs.replace(said, unsupported=unsupported)
        if content & _SERVICE or not said.private:
            return self._ignored(said.chat.chat, said.at, f"service message: {', '.join(sorted(content))[:100]}")
        return msgspec.structs.replace(said, unsupported=min(content, default="empty")[:64])

    def _press(self, query: shapes.CallbackQuery) -> Inbound:
        """A pressed button. Telegram gives a press no time of its own: `at` is that of the message, or 1970."""
        message = query.message
        if message is None or query.data is None:
            return self._ignored(message.chat.id if message else query.sender.id, 0, "a button that isn't ours")
        return Press(
            chat=self.address(message.chat.id),
            id=query.id,
            sender=Sender(id=str(query.sender.id), name=_name(query.sender), bot=query.sender.is_bot),
            at=_when(message.date),
            data=query.data,
            message_id=str(message.message_id),
            private=message.chat.type == "private",
            thread=str(message.message_thread_id) if message.is_topic_message else "",
        )

    def _membership(self, change: shapes.MembershipChanged) -> Inbound:
        """In private: blocked or back. In a group: whether we may write there."""
        status = change.new_chat_member.status
        if change.chat.type in {"group", "supergroup"} and status:
            welcome = status not in {"left", "kicked"} and change.new_chat_member.can_send_messages
            return Standing(chat=self.address(change.chat.id), at=_when(change.date), welcome=welcome)
        if change.chat.type != "private" or status not in {"kicked", "member"}:
            return self._ignored(change.chat.id, change.date, f"the bot is now {status[:32] or '?'} here")
        return Presence(
            chat=self.address(change.chat.id),
            sender=Sender(id=str(change.sender.id), name=_name(change.sender), bot=change.sender.is_bot),
            at=_when(change.date),
            blocked=status == "kicked",
        )

    def _somebodys(self, change: shapes.SomebodysMembership) -> Inbound:
        """Whoever isn't in the group any more holds no role in it."""
        status = change.new_chat_member.status
        gone = status in {"left", "kicked"} or (status == "restricted" and not change.new_chat_member.is_member)
        if change.chat.type == "private" or not gone:
            return self._ignored(change.chat.id, change.date, f"somebody is now {status[:32] or '?'} here")
        person = _person(change.new_chat_member.user)
        return Left(chat=self.address(change.chat.id), at=_when(change.date), person=person)

    def _ignored(self, chat: int | str, at: int | datetime, reason: str) -> Ignored:
        moment = at if isinstance(at, datetime) else _when(at)
        return Ignored(chat=self.address(chat), at=moment, reason=reason)


def with_links(text: str, entities: tuple[shapes.Entity, ...]) -> str:
    """The text with addresses that hide behind words set after them in brackets: they may be the evidence."""
    hidden = [entity for entity in entities if entity.type == "text_link" and entity.url and entity.url not in text]
    if not hidden:
        return text
    units = text.encode("utf-16-le")  # offsets count UTF-16 units: two bytes each
    for entity in sorted(hidden, key=lambda each: each.offset, reverse=True):
        end = 2 * (entity.offset + entity.length)
        units = units[:end] + f" ({entity.url})".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", "replace")


def largest(photo: tuple[PhotoSize, ...]) -> PhotoSize:
    """The size with the most pixels that may be downloaded; when none may, the largest, to be refused as too big."""
    fitting = [size for size in photo if size.file_size <= DOWNLOAD_LIMIT_BYTES] or list(photo)
    return max(fitting, key=lambda size: (size.width * size.height, size.file_size))


def _attachments(message: Message) -> tuple[Attachment, ...]:
    if message.photo:
        size = largest(message.photo)
        photo = Attachment(
            kind="photo",
            ref=size.file_id,
            unique=size.file_unique_id,
            mime="image/jpeg",
            size_bytes=size.file_size,
        )
        return (photo,)
    # An animation also stands in `document`, for older bots.
    files: tuple[tuple[AttachmentKind, File | None], ...] = (
        ("video", message.animation or message.video or message.video_note),
        ("voice", message.voice),
        ("audio", message.audio),
        ("sticker", message.sticker),
        ("document", None if message.animation else message.document),
    )
    return tuple(_attachment(kind, file) for kind, file in files if file is not None)


def _attachment(kind: AttachmentKind, file: File) -> Attachment:
    return Attachment(
        kind=kind,
        ref=file.file_id,
        unique=file.file_unique_id,
        name=file.file_name,
        mime=file.mime_type,
        size_bytes=file.file_size,
        seconds=file.duration,
    )


def _location(message: Message) -> Location | None:
    place = message.venue.location if message.venue is not None else message.location
    if place is None:
        return None
    return Location(
        latitude=place.latitude,
        longitude=place.longitude,
        title=message.venue.title if message.venue is not None else "",
        address=message.venue.address if message.venue is not None else "",
        live=place.live_period > 0,
    )


def _contact(contact: shapes.SharedContact | None, sender: int) -> Contact | None:
    if contact is None:
        return None
    own = contact.user_id != 0 and contact.user_id == sender and sender not in NOBODY
    return Contact(phone=contact.phone_number, name=f"{contact.first_name} {contact.last_name}".strip(), own=own)


def _reply_to(message: Message, root: int) -> str:
    """The message really replied to. In a topic Telegram names the topic's first message when nothing was (G6)."""
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None or (root and replied.message_id == root):
        return ""
    return str(replied.message_id)


def _quoted(message: Message) -> tuple[str, str]:
    """The chat and number of a message of another chat that's replied to; two "" where there's none, or it's hidden."""
    replied = message.external_reply
    if replied is None or replied.chat is None or not replied.message_id:
        return "", ""
    return str(replied.chat.id), str(replied.message_id)


def _forwarded(message: Message) -> str:
    """Whose words these are, when they aren't the sender's. Never empty for a forward, however its author is hidden."""
    origin = message.forward_origin
    if origin is None:
        return _NOBODY_KNOWN if message.forward_date else ""
    chat = origin.sender_chat or origin.chat
    names = (
        _name(origin.sender_user) if origin.sender_user is not None else "",
        origin.sender_user_name,
        chat.title if chat is not None else "",
        _name(chat) if chat is not None else "",
    )
    return next(filter(None, names), _NOBODY_KNOWN)


def _sender(message: Message) -> Sender:
    """Who wrote; anonymous when Telegram names a group, a channel or nobody instead of a person."""
    user, chat = message.sender, message.sender_chat
    if user is None:
        return Sender(id=str(chat.id) if chat else "", name=chat.title if chat else "", anonymous=True)
    anonymous = chat is not None or user.id in NOBODY
    name = chat.title if anonymous and chat is not None else _name(user)
    return Sender(id=str(user.id), name=name, anonymous=anonymous, bot=user.is_bot and not anonymous)


def _author(replied: shapes.Replied | None) -> Sender | None:
    """Who wrote the message that's replied to; None where Telegram doesn't say."""
    if replied is None or replied.sender is None:
        return None
    anonymous = replied.sender_chat is not None or replied.sender.id in NOBODY
    author = _person(replied.sender)
    return msgspec.structs.replace(author, anonymous=True) if anonymous else author


def _person(user: shapes.User) -> Sender:
    return Sender(id=str(user.id), name=_name(user), bot=user.is_bot)


def _name(person: shapes.User | shapes.Chat) -> str:
    return f"{person.first_name} {person.last_name}".strip()


def _when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _chat_of(payload: bytes) -> int | str:
    """The chat whose queue an update belongs in; the bot's own for what has none or a shape we don't know."""
    try:
        peek = decoded(_peek, payload)
    except UNREADABLE:
        return _BOT_LANE
    standing = peek.message or peek.edited_message
    if standing is None and peek.callback_query is not None:
        standing = peek.callback_query.message or shapes.PeekedMessage(chat=peek.callback_query.sender)
    standing = standing or peek.my_chat_member or peek.chat_member
    return standing.chat.id if standing is not None else _BOT_LANE
