"""The methods that send: texts, photos, files, voices, places, albums, copies and forwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from channels.sandbox.telegram import content as kinds
from channels.sandbox.telegram.ask import Ask
from channels.sandbox.telegram.errors import bad_request
from channels.sandbox.telegram.files import PHOTO_LIMIT_BYTES, UPLOAD_LIMIT_BYTES
from channels.sandbox.telegram.model import Message, Upload
from channels.sandbox.telegram.photos import NotAPhotoError
from channels.sandbox.telegram.render import chat_json, unix, user_json
from channels.sandbox.telegram.text import formatted

Json = dict[str, Any]

_ALBUM_MIN, _ALBUM_MAX = 2, 10
_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


def _send(ask: Ask, content: kinds.Content) -> Json:
    """Check the place, count the message, post it, show it."""
    markup = ask.markup()
    chat = ask.chat("write")
    draft = ask.draft(chat, markup)
    ask.admit(chat)
    return ask.shown(ask.world.post(chat, ask.bot.user, content, draft))


def send_message(ask: Ask) -> Json:
    """SendMessage."""
    plain, entities = ask.words("text")
    content = kinds.text_content(plain, entities)
    options = ask.params.json("link_preview_options", "link preview options")
    return _send(ask, content | ({"link_preview_options": options} if options else {}))


def send_photo(ask: Ask) -> Json:
    """SendPhoto."""
    return _send(ask, kinds.captioned(_media(ask, "photo", ask.params.text("photo")), *ask.words("caption")))


def send_document(ask: Ask) -> Json:
    """SendDocument."""
    return _send(ask, kinds.captioned(_media(ask, "document", ask.params.text("document")), *ask.words("caption")))


def send_voice(ask: Ask) -> Json:
    """SendVoice."""
    return _send(ask, kinds.captioned(_media(ask, "voice", ask.params.text("voice")), *ask.words("caption")))


def send_location(ask: Ask) -> Json:
    """SendLocation."""
    return _send(ask, kinds.location_content(*_coordinates(ask), ask.params.decimal("horizontal_accuracy")))


def send_venue(ask: Ask) -> Json:
    """SendVenue."""
    title, address = ask.params.text("title"), ask.params.text("address")
    if not title:
        raise bad_request("title must be non-empty")
    if not address:
        raise bad_request("address must be non-empty")
    return _send(ask, kinds.venue_content(*_coordinates(ask), title, address))


def _coordinates(ask: Ask) -> tuple[float, float]:
    latitude, longitude = ask.params.decimal("latitude"), ask.params.decimal("longitude")
    if latitude is None or abs(latitude) > 90:
        raise bad_request("latitude is empty" if latitude is None else "wrong latitude specified")
    if longitude is None or abs(longitude) > 180:
        raise bad_request("longitude is empty" if longitude is None else "wrong longitude specified")
    return latitude, longitude


# Files


def _media(ask: Ask, kind: str, given: str, field: str | None = None) -> kinds.Content:
    """Return the content for an uploaded file, `attach://name`, or the file_id of a file of that kind."""
    name = given.removeprefix("attach://") if given.startswith("attach://") else (field or kind)
    upload = ask.params.files.get(name) if given.startswith("attach://") or not given else None
    if upload:
        return _uploaded(ask, kind, upload)
    if not given or given.startswith("attach://"):
        raise bad_request(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")  # a stand-in on loopback fetches nothing (O13)
    file = ask.world.files.known_to(ask.bot, given)
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return dict(file.shown_as)


def _uploaded(ask: Ask, kind: str, upload: Upload) -> kinds.Content:
    size = len(upload.content)
    if not size:
        raise bad_request("file must be non-empty")
    limit = PHOTO_LIMIT_BYTES if kind == "photo" else UPLOAD_LIMIT_BYTES
    if size > limit:
        raise bad_request(f"file of size {size} bytes is too big for a {kind}; the maximum size is {limit} bytes")
    files = ask.world.files
    if kind == "photo":
        try:
            return kinds.photo_content(files, upload.content)
        except NotAPhotoError as error:
            raise bad_request(str(error)) from None
    if kind == "voice":
        return kinds.voice_content(files, upload.content, ask.params.number("duration"))
    return kinds.document_content(files, upload.content, upload.name, upload.mime_type)


def send_media_group(ask: Ask) -> list[Json]:
    """sendMediaGroup: photos together, or documents together."""
    media = ask.params.json("media", "media")
    if not isinstance(media, list) or not all(isinstance(item, dict) for item in media):
        raise bad_request("media must be an Array of Objects")
    if not _ALBUM_MIN <= len(media) <= _ALBUM_MAX:
        raise bad_request(f"too {'few' if len(media) < _ALBUM_MIN else 'many'} messages to send as an album")
    types = {str(item.get("type")) for item in media}
    if types - {"photo", "document"}:
        raise bad_request(f"type {min(types - {'photo', 'document'})} is unsupported for the media group")
    if len(types) > 1:
        raise bad_request("document can't be mixed with other media types")
    contents = [_album_item(ask, item) for item in media]
    chat = ask.chat("write")
    draft = ask.draft(chat)
    ask.admit(chat, len(media))
    ask.world.albums += 1
    draft = replace(draft, album=str(13_000_000_000_000_000 + ask.world.albums))
    return [ask.shown(ask.world.post(chat, ask.bot.user, content, draft)) for content in contents]


def _album_item(ask: Ask, item: Json) -> kinds.Content:
    content = _media(ask, str(item["type"]), str(item.get("media", "")))
    plain, entities = formatted(
        str(item.get("caption", "")), str(item.get("parse_mode") or ""), item.get("caption_entities")
    )
    return kinds.captioned(content, *ask.fitting("caption", plain, entities))


# Copies


def _source(ask: Ask, verb: str) -> Message:
    chat = ask.chat("read", "from_chat_id")
    message = ask.message(chat, verb)
    if message.protected or message.service:
        raise bad_request(f"the message can't be {'copied' if verb == 'copy' else 'forwarded'}")
    return message


def copy_message(ask: Ask) -> Json:
    """copyMessage: the same content as a message of the bot's own."""
    content = dict(_source(ask, "copy").content)
    if "caption" in ask.params.raw:
        for name in ("caption", "caption_entities"):
            content.pop(name, None)
        content = kinds.captioned(content, *ask.words("caption"))
    return {"message_id": _send(ask, content)["message_id"]}


def forward_message(ask: Ask) -> Json:
    """ForwardMessage."""
    source = _source(ask, "forward")
    origin: Json = {"type": "user", "date": unix(source.sent_at)}
    if source.sender_chat:
        origin = {**origin, "type": "chat", "sender_chat": chat_json(source.sender_chat)}
    elif source.author:
        origin["sender_user"] = user_json(source.author)
    chat = ask.chat("write")
    draft = replace(ask.draft(chat), forward_origin=source.forward_origin or origin)
    ask.admit(chat)
    return ask.shown(ask.world.post(chat, ask.bot.user, dict(source.content), draft))


def send_chat_action(ask: Ask) -> bool:
    """sendChatAction: "is typing"."""
    action = ask.params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = ask.chat("write")
    ask.world.show(chat, "action", {"action": action})
    return True


METHODS: dict[str, Callable[[Ask], Any]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVoice": send_voice,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendMediaGroup": send_media_group,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "sendChatAction": send_chat_action,
}
