"""The base of people's acts: who may write where, and how a message enters a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from channels.sandbox.telegram.content import Content
from channels.sandbox.telegram.model import Chat, Draft, Message, Topic, User

if TYPE_CHECKING:
    from channels.sandbox.telegram.world import World


class CannotActError(ValueError):
    """A person tried what the app wouldn't let them do: write to a blocked bot, press a button that isn't there."""


class Place(TypedDict, total=False):
    """Where in a chat a message goes, and what it belongs to. All keys may be left out.

    reply_to: the message answered; thread: the topic (General when left out); quote: the quoted part;
    album: the `media_group_id` it shares with others; forward: a forward_origin (see `forward_origin`).
    """

    reply_to: Message | None
    thread: Topic | int | None
    quote: str
    album: str | None
    forward: dict[str, Any] | None


class Acts:
    """What all acts share: the world they happen in and the way a message enters a chat."""

    def __init__(self, world: World) -> None:
        """Act in that world."""
        self.world = world

    def post(self, user: User, chat: Chat, content: Content, **place: Unpack[Place]) -> Message:
        """Send any content, also of kinds nobody knows yet: `{"hologram": {...}}`."""
        chat = self._entered(user, chat)
        thread = place.get("thread")
        target = place.get("reply_to")
        thread_id = thread.id if isinstance(thread, Topic) else thread
        if thread_id is None and target and chat.topic_of(target.thread_id):
            thread_id = target.thread_id
        topic = chat.topic_of(thread_id)
        if thread_id is not None and topic is None:
            raise CannotActError(f"there's no topic {thread_id} in {chat.key}")
        if topic and topic.closed and not chat.members[user.id].is_admin:
            raise CannotActError(f"topic {topic.name!r} is closed")
        member = chat.members.get(user.id)
        draft = Draft(
            thread_id=thread_id,
            reply_to=target.id if target else None,
            quote=place.get("quote", ""),
            album=place.get("album"),
            forward_origin=place.get("forward"),
            sender_chat=chat if member and member.anonymous else None,
        )
        return self.world.post(chat, user, content, draft)

    def _entered(self, user: User, chat: Chat) -> Chat:
        while chat.migrated_to:
            chat = chat.migrated_to
        if chat.bot:
            if chat.user is not user or chat.blocked:
                raise CannotActError(f"{user.first_name} can't write in {chat.key}")
            if not chat.started:
                chat.started = True
                self.world.announce(chat)
        elif user.id not in chat.members or not chat.members[user.id].present:
            raise CannotActError(f"{user.first_name} isn't in {chat.title!r}")
        return chat
