"""Contents of messages, from people and from bots alike: the Bot API fields of each kind."""

from __future__ import annotations

from typing import Any

from channels.sandbox.telegram.files import Files
from channels.sandbox.telegram.model import StoredFile
from channels.sandbox.telegram.photos import photo_sizes
from channels.sandbox.telegram.text import Entities, detect

Content = dict[str, Any]


def text_content(text: str, entities: Entities | None = None) -> Content:
    """Return a text; its entities are found as a client would find them, unless given."""
    marks = detect(text) if entities is None else entities
    return {"text": text, "entities": marks} if marks else {"text": text}


def captioned(content: Content, caption: str, entities: Entities | None = None) -> Content:
    """Return the content with a caption, if there is one."""
    if not caption:
        return content
    marks = detect(caption) if entities is None else entities
    return content | {"caption": caption} | ({"caption_entities": marks} if marks else {})


def photo_content(files: Files, data: bytes) -> Content:
    """Keep a photo as Telegram does and return it; raises NotAPhotoError."""
    sizes = photo_sizes(data)
    kept = [files.add("photo", size.content) for size in sizes]
    shown = [
        {"$file": file, "width": size.width_px, "height": size.height_px}
        for file, size in zip(kept, sizes, strict=True)
    ]
    return _kept({"photo": shown}, *kept)


def document_content(files: Files, data: bytes, name: str, mime_type: str, size_bytes: int | None = None) -> Content:
    """Keep a file with its name, bytes untouched (EXIF stays in), and return it."""
    file = files.add("document", data, name=name, mime_type=mime_type, size_bytes=size_bytes)
    named = {"file_name": name} if name else {}
    typed = {"mime_type": mime_type} if mime_type else {}
    return _kept({"document": {"$file": file, **named, **typed}}, file)


def voice_content(files: Files, data: bytes, duration_s: int, mime_type: str = "audio/ogg") -> Content:
    """Keep a voice note (OGG/Opus) and return it."""
    file = files.add("voice", data, mime_type=mime_type)
    return _kept({"voice": {"$file": file, "duration": duration_s, "mime_type": mime_type}}, file)


def sticker_content(files: Files, data: bytes, emoji: str) -> Content:
    """Keep a sticker and return it."""
    shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    file = files.add("sticker", data)
    return _kept({"sticker": {"$file": file, **shape, "emoji": emoji}}, file)


def _kept(content: Content, *files: StoredFile) -> Content:
    for file in files:
        file.shown_as = content
    return content


def location_content(latitude: float, longitude: float, accuracy_m: float | None = None) -> Content:
    """Return a pin on the map."""
    place: Content = {"latitude": latitude, "longitude": longitude}
    if accuracy_m is not None:
        place["horizontal_accuracy"] = accuracy_m
    return {"location": place}


def venue_content(latitude: float, longitude: float, title: str, address: str) -> Content:
    """Return a named place. Telegram sends `location` beside `venue`."""
    place = location_content(latitude, longitude)
    return {"venue": {**place, "title": title, "address": address}, **place}


def contact_content(phone: str, first_name: str, user_id: int | None = None) -> Content:
    """Return a contact card; `user_id` is there when the number belongs to an account."""
    owner = {"user_id": user_id} if user_id else {}
    return {"contact": {"phone_number": phone, "first_name": first_name, **owner}}


def poll_content(number: int, question: str, options: list[str]) -> Content:
    """Return a poll without votes."""
    return {
        "poll": {
            "id": str(number),
            "question": question,
            "options": [
                {"persistent_id": str(place), "text": option, "voter_count": 0} for place, option in enumerate(options)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
    }
