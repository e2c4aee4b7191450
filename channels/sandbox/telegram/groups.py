"""What people do with a group: topics, administrators, membership, and the upgrade to a supergroup."""

from __future__ import annotations

from channels.sandbox.telegram.acts import Acts, CannotActError
from channels.sandbox.telegram.content import Content, text_content
from channels.sandbox.telegram.model import (
    ALL_RIGHTS,
    LINKED_CHANNEL_ACCOUNT_ID,
    BotAccount,
    Chat,
    Draft,
    Member,
    MemberStatus,
    Message,
    Topic,
    User,
)
from channels.sandbox.telegram.render import chat_json, member_json, unix, user_json

_SERVICE = Draft(service=True)


class GroupActs(Acts):
    """Acts on a group and its topics."""

    # Topics

    def open_topic(self, user: User, chat: Chat, name: str) -> Topic:
        """Open a topic."""
        return self.world.open_topic(self._forum(user, chat), user, name)

    def close_topic(self, user: User, chat: Chat, topic: Topic) -> None:
        """Close a topic: others can't write in it until it's reopened."""
        self._topic_service(user, chat, topic, {"forum_topic_closed": {}}, "closed")
        topic.closed = True

    def reopen_topic(self, user: User, chat: Chat, topic: Topic) -> None:
        """Open it again."""
        topic.closed = False
        self._topic_service(user, chat, topic, {"forum_topic_reopened": {}}, "reopened")

    def rename_topic(self, user: User, chat: Chat, topic: Topic, name: str) -> None:
        """Give a topic another name."""
        topic.name = name
        self._topic_service(user, chat, topic, {"forum_topic_edited": {"name": name}}, "edited")

    def delete_topic(self, user: User, chat: Chat, topic: Topic) -> None:
        """Delete a topic and its messages; no bot hears of it (G7)."""
        self.world.drop_topic(self._forum(user, chat), topic)

    def _forum(self, user: User, chat: Chat) -> Chat:
        chat = self._entered(user, chat)
        if not chat.is_forum:
            raise CannotActError(f"{chat.title!r} has no topics")
        return chat

    def _topic_service(self, user: User, chat: Chat, topic: Topic, content: Content, state: str) -> None:
        chat = self._forum(user, chat)
        self.world.show_topic(chat, topic, state)
        self.world.post(chat, user, content, Draft(thread_id=topic.id, service=True))

    # Members

    def join(self, user: User, chat: Chat, *, status: MemberStatus = "member", anonymous: bool = False) -> None:
        """Come into a group; `anonymous`: as an administrator who writes in the group's name (G3)."""
        rights = ALL_RIGHTS if status in {"administrator", "creator"} or anonymous else frozenset[str]()
        standing: MemberStatus = "administrator" if anonymous and status == "member" else status
        new = user.id not in chat.members or not chat.members[user.id].present
        chat.members[user.id] = Member(user, standing, rights, anonymous=anonymous)
        if new:
            self.world.post(chat, user, {"new_chat_members": [user]}, _SERVICE)

    def leave(self, user: User, chat: Chat) -> None:
        """Leave a group; bots that administer it are told twice, if they want both kinds of update."""
        old = chat.members.get(user.id, Member(user))
        new = chat.members[user.id] = Member(user, "left")
        self.world.post(chat, user, {"left_chat_member": user}, _SERVICE)
        for bot in self.world.bots_in(chat):
            if chat.members[bot.id].is_admin:
                self.world.tell_standing(bot, chat, user, member_json(old), member_json(new), "chat_member")

    def add_bot(self, user: User, chat: Chat, bot: BotAccount, *, admin: bool = False) -> None:
        """Put a bot into a group, or make one that is there an administrator or not."""
        new = bot.id not in chat.members or not chat.members[bot.id].present
        rights = ALL_RIGHTS if admin else frozenset[str]()
        self.world.set_member(chat, bot.user, "administrator" if admin else "member", rights, user)
        if new:
            self.world.post(chat, user, {"new_chat_members": [bot.user]}, _SERVICE)

    def set_bot_rights(self, user: User, chat: Chat, bot: BotAccount, rights: frozenset[str]) -> None:
        """Give a bot exactly these administrator's rights."""
        self.world.set_member(chat, bot.user, "administrator", rights, user)

    def silence_bot(self, user: User, chat: Chat, bot: BotAccount) -> None:
        """Take from a bot the right to write."""
        self.world.set_member(chat, bot.user, "restricted", frozenset(), user)

    def remove_bot(self, user: User, chat: Chat, bot: BotAccount) -> None:
        """Throw a bot out."""
        self.world.set_member(chat, bot.user, "kicked", frozenset(), user)

    # The group itself

    def upgrade(self, user: User, chat: Chat, *, forum: bool = False) -> Chat:
        """Turn a basic group into a supergroup, as showing history to newcomers does (G4); return the new chat.

        The new chat has another id and none of the old messages. Both tell of it, in either one's own words.
        """
        if chat.kind != "group" or chat.migrated_to:
            raise CannotActError(f"{chat.key} can't be upgraded")
        self._entered(user, chat)
        new = self.world.add_group(chat.title, forum=forum)
        new.members = dict(chat.members)
        self.world.post(chat, user, {"migrate_to_chat_id": new.id}, _SERVICE)
        chat.migrated_to = new
        self.world.announce(chat)
        self.world.post(new, user, {"migrate_from_chat_id": chat.id}, _SERVICE)
        return new

    def set_topics(self, user: User, chat: Chat, *, on: bool) -> None:
        """Switch topics on or off in a supergroup; no bot is told."""
        chat = self._entered(user, chat)
        if chat.kind != "supergroup":
            raise CannotActError(f"{chat.title!r} can't have topics")
        chat.is_forum = on
        self.world.announce(chat)

    def reply_to_former(self, user: User, chat: Chat, message: Message, text: str) -> Message:
        """Answer in a supergroup what stands in the group it was before: to a bot it's a message of another chat."""
        origin = {"type": "user", "date": unix(message.sent_at)}
        origin |= {"sender_user": user_json(message.author)} if message.author else {}
        quoted = {"origin": origin, "chat": chat_json(message.chat), "message_id": message.id}
        return self.post(user, chat, {**text_content(text), "external_reply": quoted})

    def pin(self, user: User, message: Message) -> None:
        """Pin a message."""
        message.chat.pinned.append(message.id)
        self.world.show(message.chat, "pinned", {"message_id": message.id})
        draft = Draft(thread_id=message.thread_id, service=True)
        self.world.post(message.chat, user, {"pinned_message": message}, draft)

    def publish(self, chat: Chat, channel_title: str, text: str) -> Message:
        """Let a linked channel publish: the post appears in the group by account 777000 (G3)."""
        account = self.world.users.get(LINKED_CHANNEL_ACCOUNT_ID)
        author = account or self.world.add_user("Telegram", user_id=LINKED_CHANNEL_ACCOUNT_ID)
        origin = {
            "type": "channel",
            "date": int(self.world.now().timestamp()),
            "chat": {"id": -1_001_999_000_001, "type": "channel", "title": channel_title},
            "message_id": 1,
        }
        draft = Draft(forward_origin=origin, automatic_forward=True)
        return self.world.post(chat, author, text_content(text), draft)
