"""The methods about chats: topics, members, leaving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from channels.sandbox.telegram.ask import Ask
from channels.sandbox.telegram.errors import bad_request
from channels.sandbox.telegram.model import Chat, Draft, Member, Topic
from channels.sandbox.telegram.render import full_chat_json, member_json

Json = dict[str, Any]

_NAME_MAX = 128


# Topics


def _forum(ask: Ask) -> Chat:
    chat = ask.chat("write")
    if chat.kind != "supergroup" or not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _name(ask: Ask) -> str:
    name = ask.params.text("name").strip()
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    if len(name) > _NAME_MAX:
        raise bad_request("TOPIC_TITLE_INVALID")
    return name


def _topic(ask: Ask) -> tuple[Chat, Topic]:
    chat = _forum(ask)
    topic_id = ask.params.number("message_thread_id")
    topic = chat.topics.get(topic_id)
    if topic is None:
        raise bad_request("TOPIC_DELETED" if topic_id in chat.deleted_topics else "TOPIC_ID_INVALID")
    if topic.creator_id != ask.bot.id and not ask.has_right(chat, "can_manage_topics"):
        raise bad_request("not enough rights to manage topics")
    return chat, topic


def create_forum_topic(ask: Ask) -> Json:
    """createForumTopic; the bot gets its own service message (I16)."""
    chat = _forum(ask)
    name = _name(ask)
    if not ask.has_right(chat, "can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    ask.admit(chat)
    topic = ask.world.open_topic(chat, ask.bot.user, name, ask.params.number("icon_color"))
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": topic.icon_color}


def edit_forum_topic(ask: Ask) -> bool:
    """editForumTopic: another name."""
    chat, topic = _topic(ask)
    name = _name(ask) if ask.params.text("name") else topic.name
    if name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    ask.admit(chat)
    topic.name = name
    return _noted(ask, chat, topic, {"forum_topic_edited": {"name": name}}, "edited")


def close_forum_topic(ask: Ask) -> bool:
    """CloseForumTopic."""
    chat, topic = _topic(ask)
    if topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    ask.admit(chat)
    topic.closed = True
    return _noted(ask, chat, topic, {"forum_topic_closed": {}}, "closed")


def reopen_forum_topic(ask: Ask) -> bool:
    """ReopenForumTopic."""
    chat, topic = _topic(ask)
    if not topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    ask.admit(chat)
    topic.closed = False
    return _noted(ask, chat, topic, {"forum_topic_reopened": {}}, "reopened")


def delete_forum_topic(ask: Ask) -> bool:
    """DeleteForumTopic with all its messages."""
    chat, topic = _topic(ask)
    if not ask.has_right(chat, "can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    ask.world.drop_topic(chat, topic)
    return True


def _noted(ask: Ask, chat: Chat, topic: Topic, content: Json, state: str) -> bool:
    ask.world.show_topic(chat, topic, state)
    ask.world.post(chat, ask.bot.user, content, Draft(thread_id=topic.id, service=True))
    return True


# Chats and members


def get_chat(ask: Ask) -> Json:
    """GetChat."""
    chat = ask.chat("read")
    shown = full_chat_json(chat)
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    return shown | ({"pinned_message": ask.shown(pinned)} if pinned else {})


def get_chat_member(ask: Ask) -> Json:
    """getChatMember: also of those who left or never came."""
    chat = ask.chat("read")
    user = ask.world.users.get(ask.params.number("user_id"))
    if user is None:
        raise bad_request("invalid user_id specified")
    if chat.kind == "private":
        if user is not chat.user and user is not ask.bot.user:
            raise bad_request("member not found")
        return member_json(Member(user))
    return member_json(chat.members.get(user.id, Member(user, "left")))


def get_chat_administrators(ask: Ask) -> list[Json]:
    """getChatAdministrators: neither other bots nor, as users report, anonymous ones (G3)."""
    chat = ask.chat("read")
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    return [
        member_json(member)
        for member in chat.members.values()
        if member.is_admin and not member.anonymous and (not member.user.is_bot or member.user is ask.bot.user)
    ]


def get_chat_member_count(ask: Ask) -> int:
    """GetChatMemberCount."""
    chat = ask.chat("read")
    return 2 if chat.kind == "private" else sum(member.present for member in chat.members.values())


def leave_chat(ask: Ask) -> bool:
    """LeaveChat."""
    chat = ask.chat("edit")
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    ask.world.set_member(chat, ask.bot.user, "left", frozenset(), ask.bot.user)
    return True


METHODS: dict[str, Callable[[Ask], Any]] = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
}
