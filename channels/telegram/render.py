"""Turns an `Outbound` into calls of the Bot API. Pure: the same parcel gives the same calls."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from channels.base import Parcel
from channels.text import as_html, shorten, utf16
from workflow.message import Choice, Outbound, SendError
from workflow.say import say

# https://core.telegram.org/bots/api: sendMessage, sendPhoto, answerCallbackQuery, createForumTopic
TEXT_UNITS = 4096
CAPTION_UNITS = 1024
PRESS_UNITS = 200
TOPIC_UNITS = 128
PHOTO_BYTES = 10_000_000
DATA_BYTES = 64

_GENERAL = "1"  # the topic every forum has: naming it is an error (tdlib/telegram-bot-api, Client.cpp)
_VOICE_TYPES = frozenset({"", "audio/ogg", "audio/mpeg", "audio/mp4"})
_NOT_A_PHOTO = ("photo_invalid_dimensions", "image_process_failed", "photo_save_file_invalid")
_NO_TEXT = ("there is no text in the message to edit",)


@dataclass(frozen=True, slots=True)
class Call:
    """One method of the library's `Bot` with its fields."""

    method: str
    fields: Mapping[str, Any]
    counts: bool = True  # its message is the one that the parcel's key names
    needed: bool = True  # its failure is the parcel's failure
    otherwise: Call | None = None  # to be made instead when it's refused with one of these words
    refused_as: tuple[str, ...] = field(default=())


def calls(parcel: Parcel) -> tuple[Call, ...]:
    """What has to be called, in this order; most parcels take one call. Raises `SendError` for what can't be said."""
    message = parcel.message
    if message.kind == "press":
        words = shorten(message.text, PRESS_UNITS) or None
        answer = {"callback_query_id": message.press, "text": words, "show_alert": message.alert or None}
        return (Call("answer_callback_query", answer),)
    if message.kind == "topic":
        name = shorten(" ".join((message.text or message.topic).split()), TOPIC_UNITS)
        return (Call("create_forum_topic", {"chat_id": _chat(message), "name": name}),)
    if message.kind == "delete":
        return (Call("delete_message", _target(parcel)),)
    if message.kind == "edit":
        return (_edit(parcel),)
    return _new_message(parcel)


def reopening(parcel: Parcel) -> Call | None:
    """What opens the topic again that a message was for; None where it was for none."""
    if parcel.thread in {"", _GENERAL}:
        return None
    thread = _number(parcel.thread, "thread")
    return Call("reopen_forum_topic", {"chat_id": _chat(parcel.message), "message_thread_id": thread})


def _new_message(parcel: Parcel) -> tuple[Call, ...]:
    """A text, a place, or a file with the text as its caption; what doesn't fit as a caption follows as a text."""
    message = parcel.message
    keyboard, hint = _keyboard(message)
    if message.enclosure is not None:
        if utf16(message.text) <= CAPTION_UNITS:
            return (_file(parcel, message.text, keyboard), *hint)
        first = _file(parcel, "", None)
    elif message.location is not None:
        if not message.text:
            return (_place(parcel, keyboard), *hint)
        first = _place(parcel, None)
    else:
        return (_text(parcel, keyboard), *hint)
    return (_aside(first), _text(parcel, keyboard), *hint)


def _text(parcel: Parcel, keyboard: object) -> Call:
    message = parcel.message
    if not message.text.strip():
        raise SendError("refused", "the message is empty")
    return Call(
        "send_message", {**_envelope(parcel), **_words(message), "link_preview_options": _NO_PREVIEW, **_with(keyboard)}
    )


def _file(parcel: Parcel, caption: str, keyboard: object) -> Call:
    """The bytes, never an address: Telegram would download that itself, with other limits and odd failures."""
    enclosure = parcel.message.enclosure
    if enclosure is None or not parcel.content:
        raise SendError("refused", "the file to send is missing")
    words = {"caption": as_html(caption, parcel.message.mentions), "parse_mode": "HTML"} if caption else {}
    rest = {**_envelope(parcel), **words, **_with(keyboard)}
    name = parcel.file_name or enclosure.name or f"berkas{mimetypes.guess_extension(parcel.mime) or ''}"
    document = Call("send_document", {**rest, "document": parcel.content, "filename": name})
    if enclosure.shown_as == "photo" and len(parcel.content) <= PHOTO_BYTES:
        fields = {**rest, "photo": parcel.content, "filename": name}
        return Call("send_photo", fields, otherwise=document, refused_as=_NOT_A_PHOTO)
    if enclosure.shown_as == "voice" and parcel.mime in _VOICE_TYPES:
        return Call("send_voice", {**rest, "voice": parcel.content, "filename": name})
    return document


def _place(parcel: Parcel, keyboard: object) -> Call:
    place = parcel.message.location
    if place is None:
        raise SendError("refused", "the place to send is missing")
    fields = {
        **_envelope(parcel),
        "latitude": place.latitude,
        "longitude": place.longitude,
        **_with(keyboard),
    }
    if place.title and place.address:
        return Call("send_venue", {**fields, "title": place.title, "address": place.address})
    return Call("send_location", fields)


def _edit(parcel: Parcel) -> Call:
    """New words and buttons for a message; without words its buttons alone; without buttons it loses them."""
    message = parcel.message
    target = {**_target(parcel), **_with(_inline(message.choices))}
    if not message.text.strip():
        return Call("edit_message_reply_markup", target)
    caption = Call(
        "edit_message_caption",
        {
            **target,
            "caption": as_html(shorten(message.text, CAPTION_UNITS), message.mentions),
            "parse_mode": "HTML",
        },
    )
    if message.enclosure is not None:
        return caption
    words = {**target, **_words(message), "link_preview_options": _NO_PREVIEW}
    return Call("edit_message_text", words, otherwise=caption, refused_as=_NO_TEXT)


def _aside(call: Call) -> Call:
    """The same call as a companion: it must succeed, but answers and edits concern another message."""
    otherwise = None if call.otherwise is None else _aside(call.otherwise)
    return Call(call.method, call.fields, counts=False, otherwise=otherwise, refused_as=call.refused_as)


def _envelope(parcel: Parcel) -> dict[str, Any]:
    """Where it goes and how."""
    message = parcel.message
    fields: dict[str, Any] = {"chat_id": _chat(message)}
    if parcel.thread not in {"", _GENERAL}:
        fields["message_thread_id"] = _number(parcel.thread, "thread")
    if parcel.reply_to:
        # Without this leave a deleted message would take the answer with it.
        replied = _number(parcel.reply_to, "reply_to")
        fields["reply_parameters"] = ReplyParameters(replied, allow_sending_without_reply=True)
    if message.silent:
        fields["disable_notification"] = True
    if message.protect:
        fields["protect_content"] = True
    return fields


def _words(message: Outbound) -> dict[str, Any]:
    return {"text": as_html(message.text, message.mentions), "parse_mode": "HTML"}


def _keyboard(message: Outbound) -> tuple[object, tuple[Call, ...]]:
    """The keyboard, and a hint that carries a second one.

    The button that shares a place exists in private chats and stands below the text field, where no other button may
    stand beside choices under a message: with both, it comes in a message of its own.
    """
    choices = _inline(message.choices)
    if not message.request_location or message.to.chat.startswith("-"):
        return choices, ()
    button = KeyboardButton(say("telegram.share_location"), request_location=True)
    share = ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    if choices is None:
        return share, ()
    hint = {"chat_id": _chat(message), "text": say("telegram.share_location_hint"), "reply_markup": share}
    return choices, (Call("send_message", {**hint, "disable_notification": True}, counts=False, needed=False),)


def _inline(rows: Iterable[Iterable[Choice]]) -> InlineKeyboardMarkup | None:
    buttons = [[_button(choice) for choice in row] for row in rows]
    return InlineKeyboardMarkup([row for row in buttons if row]) if any(buttons) else None


def _button(choice: Choice) -> InlineKeyboardButton:
    if choice.url:
        return InlineKeyboardButton(choice.label, url=choice.url)
    if not 1 <= len(choice.data.encode()) <= DATA_BYTES:
        raise SendError("refused", f"a button's data must have 1 to {DATA_BYTES} bytes: {choice.data!r}")
    return InlineKeyboardButton(choice.label, callback_data=choice.data)


def _with(keyboard: object) -> dict[str, Any]:
    return {} if keyboard is None else {"reply_markup": keyboard}


def _target(parcel: Parcel) -> dict[str, Any]:
    return {"chat_id": _chat(parcel.message), "message_id": _number(parcel.target, "target")}


def _chat(message: Outbound) -> int:
    return _number(message.to.chat, "chat")


def _number(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise SendError("refused", f"{what} isn't a number of Telegram's: {text[:40]!r}") from None


_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
