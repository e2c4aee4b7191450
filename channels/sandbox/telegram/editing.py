"""The methods that change what is there: edits, deletions, answers to presses, reactions, pins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from channels.sandbox.telegram import content as kinds
from channels.sandbox.telegram.ask import Ask
from channels.sandbox.telegram.errors import NOT_MODIFIED, QUERY_TOO_OLD, bad_request
from channels.sandbox.telegram.markup import is_inline
from channels.sandbox.telegram.model import Chat, Draft, Message
from channels.sandbox.telegram.text import utf16_length
from channels.sandbox.telegram.world import query_expired

Json = dict[str, Any]

_DELETABLE_FOR = timedelta(hours=48)
_ALERT_LIMIT = 200
_IDS_MAX = 100


def _own(ask: Ask) -> Message:
    chat = ask.chat("edit")
    message = ask.message(chat, "edit")
    if message.author is not ask.bot.user or message.service or message.forward_origin:
        raise bad_request("message can't be edited")
    return message


def _edit(ask: Ask, message: Message, content: kinds.Content) -> Json:
    markup = ask.markup()
    if not is_inline(markup):
        raise bad_request("inline keyboard expected")
    if content == message.content and markup == (message.markup if is_inline(message.markup) else None):
        raise bad_request(NOT_MODIFIED)
    ask.admit(message.chat)
    ask.world.change(message, content=content, markup=markup, edited_at=ask.world.now())
    return ask.shown(message)


def edit_message_text(ask: Ask) -> Json:
    """EditMessageText. Without reply_markup the buttons go."""
    plain, entities = ask.words("text")
    message = _own(ask)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    options = ask.params.json("link_preview_options", "link preview options")
    content = kinds.text_content(plain, entities) | ({"link_preview_options": options} if options else {})
    return _edit(ask, message, content)


def edit_message_caption(ask: Ask) -> Json:
    """EditMessageCaption. Without reply_markup the buttons go."""
    plain, entities = ask.words("caption")
    message = _own(ask)
    if not {"photo", "document", "voice"} & message.content.keys():
        raise bad_request("there is no caption in the message to edit")
    bare = {name: value for name, value in message.content.items() if not name.startswith("caption")}
    return _edit(ask, message, kinds.captioned(bare, plain, entities))


def edit_message_reply_markup(ask: Ask) -> Json:
    """editMessageReplyMarkup: the buttons alone; without any they go."""
    message = _own(ask)
    return _edit(ask, message, message.content)


# Deleting


def _deletable(ask: Ask, message: Message) -> bool:
    chat = message.chat
    if "forum_topic_created" in message.content:
        return False
    fresh = ask.world.now() - message.sent_at <= _DELETABLE_FOR
    if chat.kind == "private" or message.author is ask.bot.user:
        return fresh or (chat.kind != "private" and ask.has_right(chat, "can_delete_messages"))
    return ask.has_right(chat, "can_delete_messages")


def delete_message(ask: Ask) -> bool:
    """DeleteMessage."""
    message = ask.message(ask.chat("edit"), "delete")
    if not _deletable(ask, message):
        raise bad_request("message can't be deleted")
    ask.world.remove(message)
    return True


def delete_messages(ask: Ask) -> bool:
    """deleteMessages: 1 to 100 at once; those that aren't there are passed over."""
    chat = ask.chat("edit")
    ids = ask.params.json("message_ids", "message identifiers")
    if not isinstance(ids, list) or not 0 < len(ids) <= _IDS_MAX:
        raise bad_request("message identifiers are not specified")
    found = [chat.messages[number] for number in ids if number in chat.messages]
    if not all(_deletable(ask, message) for message in found):
        raise bad_request("message can't be deleted")
    for message in found:
        ask.world.remove(message)
    return True


# Presses, reactions, pins


def answer_callback_query(ask: Ask) -> bool:
    """answerCallbackQuery: once for each press, and not late (G9). Isn't counted by flood control."""
    query = ask.world.queries.get(ask.params.text("callback_query_id"))
    if query is None or query.bot is not ask.bot or query_expired(ask.world, query):
        raise bad_request(QUERY_TOO_OLD)
    text = ask.params.text("text")
    if utf16_length(text) > _ALERT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered = True
    alert = {"user_id": query.user.id, "message_id": query.message_id, "text": text}
    ask.world.show(query.chat, "alert", {**alert, "show_alert": ask.params.flag("show_alert")})
    return True


def set_message_reaction(ask: Ask) -> bool:
    """setMessageReaction: one emoji, or none to take it back."""
    message = ask.message(ask.chat("write"), "react")
    reaction = ask.params.json("reaction", "reaction types") or []
    if not isinstance(reaction, list) or len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(not isinstance(each, dict) or each.get("type") != "emoji" or not each.get("emoji") for each in reaction):
        raise bad_request("REACTION_INVALID")
    message.reactions = reaction
    ask.world.show(message.chat, "reaction", {"message_id": message.id, "reaction": reaction})
    return True


def _may_pin(ask: Ask) -> Chat:
    chat = ask.chat("write")
    if chat.kind != "private" and not ask.has_right(chat, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def pin_chat_message(ask: Ask) -> bool:
    """pinChatMessage; its service message comes back to the bot itself (I16)."""
    chat = _may_pin(ask)
    message = ask.message(chat, "pin")
    if message.id in chat.pinned:
        return True
    ask.admit(chat)
    chat.pinned.append(message.id)
    ask.world.show(chat, "pinned", {"message_id": message.id})
    draft = Draft(thread_id=message.thread_id, service=True, silent=ask.params.flag("disable_notification"))
    ask.world.post(chat, ask.bot.user, {"pinned_message": message}, draft)
    return True


def unpin_chat_message(ask: Ask) -> bool:
    """unpinChatMessage: the given one, else the newest."""
    chat = _may_pin(ask)
    message_id = ask.params.number("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    ask.world.show(chat, "unpinned", {"message_id": message_id})
    return True


METHODS: dict[str, Callable[[Ask], Any]] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_message_reaction,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
}
