"""What people send besides words: photos, files, voices, places, contacts, and what a bot can't use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from channels.sandbox.telegram import content as kinds
from channels.sandbox.telegram.acts import Acts, CannotActError, Place
from channels.sandbox.telegram.model import Chat, Message, User

_ALBUM_MIN, _ALBUM_MAX = 2, 10


@dataclass(slots=True, frozen=True)
class AlbumItem:
    """A photo of an album or, with a `name`, a file of one. Usually one item of an album has the caption (C1)."""

    data: bytes
    caption: str = ""
    name: str = ""
    mime_type: str = ""


class MediaActs(Acts):
    """Sending of everything that isn't text."""

    def send_photo(self, user: User, chat: Chat, data: bytes, caption: str = "", **place: Unpack[Place]) -> Message:
        """Send as a photo: Telegram recompresses it into several sizes and drops its EXIF (C2)."""
        photo = kinds.photo_content(self.world.files, data)
        return self.post(user, chat, kinds.captioned(photo, caption), **place)

    def send_document(
        self,
        user: User,
        chat: Chat,
        data: bytes,
        name: str,
        mime_type: str = "",
        caption: str = "",
        *,
        size_bytes: int | None = None,
        **place: Unpack[Place],
    ) -> Message:
        """Send as a file: bytes, name and type as the sender has them. `size_bytes` claims another size."""
        document = kinds.document_content(self.world.files, data, name, mime_type, size_bytes)
        return self.post(user, chat, kinds.captioned(document, caption), **place)

    def send_voice(
        self, user: User, chat: Chat, data: bytes, duration_s: int, caption: str = "", **place: Unpack[Place]
    ) -> Message:
        """Send a voice note: OGG/Opus bytes."""
        voice = kinds.voice_content(self.world.files, data, duration_s)
        return self.post(user, chat, kinds.captioned(voice, caption), **place)

    def album(self, user: User, chat: Chat, items: Sequence[AlbumItem], **place: Unpack[Place]) -> Iterator[Message]:
        """Send an album one item at a time: each step of the iterator posts the next.

        The items are separate messages with one `media_group_id` and nobody says how many there are; between two
        steps the caller may let any time pass, as slow uploads do (C1).
        """
        if not _ALBUM_MIN <= len(items) <= _ALBUM_MAX:
            raise CannotActError("an album has 2 to 10 items")
        self.world.albums += 1
        where: Place = {**place, "album": str(13_000_000_000_000_000 + self.world.albums)}
        return (self._album_item(user, chat, item, where) for item in items)

    def send_album(self, user: User, chat: Chat, items: Sequence[AlbumItem], **place: Unpack[Place]) -> list[Message]:
        """Send a whole album at once."""
        return list(self.album(user, chat, items, **place))

    def _album_item(self, user: User, chat: Chat, item: AlbumItem, place: Place) -> Message:
        if item.name:
            return self.send_document(user, chat, item.data, item.name, item.mime_type, item.caption, **place)
        return self.send_photo(user, chat, item.data, item.caption, **place)

    # Places

    def send_location(
        self,
        user: User,
        chat: Chat,
        latitude: float,
        longitude: float,
        accuracy_m: float | None = None,
        **place: Unpack[Place],
    ) -> Message:
        """Send a pin."""
        return self.post(user, chat, kinds.location_content(latitude, longitude, accuracy_m), **place)

    def send_live_location(
        self, user: User, chat: Chat, latitude: float, longitude: float, live_period_s: int, **place: Unpack[Place]
    ) -> Message:
        """Begin to share one's position: one message, then an edit for each `move` (C5)."""
        pin = kinds.location_content(latitude, longitude, 15.0)
        pin["location"]["live_period"] = live_period_s
        return self.post(user, chat, pin, **place)

    def move(self, message: Message, latitude: float, longitude: float) -> None:
        """Move while sharing one's position."""
        moved = {**message.content["location"], "latitude": latitude, "longitude": longitude}
        self.world.change(message, content={"location": moved}, edited_at=self.world.now())

    def stop_sharing(self, message: Message) -> None:
        """End the sharing: the last edit has no live_period."""
        pin = {name: value for name, value in message.content["location"].items() if name != "live_period"}
        self.world.change(message, content={"location": pin}, edited_at=self.world.now())

    def send_venue(
        self,
        user: User,
        chat: Chat,
        latitude: float,
        longitude: float,
        title: str,
        address: str,
        **place: Unpack[Place],
    ) -> Message:
        """Send a named place."""
        return self.post(user, chat, kinds.venue_content(latitude, longitude, title, address), **place)

    # The rest

    def send_contact(
        self, user: User, chat: Chat, phone: str, of: User | None = None, name: str = "", **place: Unpack[Place]
    ) -> Message:
        """Send a phone number: of an account (one's own through the button: `of=user`), or only with a name."""
        first_name = of.first_name if of else name
        return self.post(user, chat, kinds.contact_content(phone, first_name, of.id if of else None), **place)

    def send_sticker(
        self, user: User, chat: Chat, data: bytes = b"RIFF", emoji: str = "\N{THUMBS UP SIGN}", **place: Unpack[Place]
    ) -> Message:
        """Send a sticker."""
        return self.post(user, chat, kinds.sticker_content(self.world.files, data, emoji), **place)

    def send_poll(self, user: User, chat: Chat, question: str, options: list[str], **place: Unpack[Place]) -> Message:
        """Send a poll."""
        return self.post(user, chat, kinds.poll_content(chat.next_message_id, question, options), **place)

    def send_dice(self, user: User, chat: Chat, value: int, **place: Unpack[Place]) -> Message:
        """Throw a die."""
        return self.post(user, chat, {"dice": {"emoji": "\N{GAME DIE}", "value": value}}, **place)

    def send_unknown(
        self, user: User, chat: Chat, kind: str, payload: dict[str, Any], **place: Unpack[Place]
    ) -> Message:
        """Send something of a kind that didn't exist when the bot was written."""
        return self.post(user, chat, {kind: payload}, **place)
