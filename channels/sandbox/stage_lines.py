"""What a visitor does on the phones' WhatsApp and SMS: each request becomes an act of a person at Twilio's stand-in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.sandbox.stage_acts import Acts, OfficeStage, number_of
from channels.sandbox.stage_bodies import (
    Album,
    Block,
    Given,
    OwnContact,
    Photo,
    Pin,
    Press,
    Say,
    StageError,
    Upload,
    Where,
)
from channels.sandbox.telegram.model import User
from channels.sandbox.telegram.photos import NotAPhotoError, photo_sizes
from channels.sandbox.twilio import Bubble, CannotActError, Chat, Line, Media, Person, World
from channels.sandbox.twilio.addresses import ChannelName

PHOTO_MIME = "image/jpeg"
VOICE_MIME = "audio/ogg"


@dataclass(slots=True)
class Lines:
    """The offices' WhatsApp and SMS lines in one world, and the citizens' phones there by their account numbers."""

    world: World
    offices: Mapping[str, Mapping[ChannelName, Line]]
    people: dict[int, Person] = field(default_factory=dict)

    def join(self, user: User) -> None:
        """Give a citizen a phone at Twilio's too, with the number they have everywhere."""
        name = f"{user.first_name} {user.last_name}".strip()
        self.people[user.id] = self.world.add_person(name, number_of(user))

    def chat(self, key: str, who: int) -> Chat | None:
        """Return that citizen's own chat with a line; None where the key names none of these."""
        person = self.people.get(who)
        for lines in self.offices.values():
            for line in lines.values():
                if person and key == f"{line.sid}:{person.id}":
                    return self.world.chat(person, line)
        return None

    def media(self, sid: str) -> Media | None:
        """Return a file that was sent; phones keep what is deleted at Twilio."""
        return self.world.media.get(sid)

    def office_json(self, office: OfficeStage) -> dict[str, Any]:
        """Return an office's lines, for the page."""
        lines = self.offices.get(office.id, {})
        return {name: {"sid": line.sid, "address": line.address} for name, line in lines.items()}

    def person_json(self, user: User) -> dict[str, Any]:
        """Return what a citizen's phone is known by, for the page."""
        person = self.people.get(user.id)
        return {"phone": person.id, "number": person.number} if person else {}


@dataclass(slots=True)
class LineActs:
    """The acts of citizens on those lines. Methods raise `StageError`; what comes of them is in the world's feed."""

    lines: Lines
    acts: Acts

    def takes(self, body: object) -> bool:
        """Return whether a request is about a chat on one of the lines."""
        chat, who = getattr(body, "chat", ""), getattr(body, "who", 0)
        return self.lines.chat(chat, who) is not None

    def act(self, name: str, body: Any) -> None:  # noqa: ANN401 - the kind that the table says
        """Do what the body says."""
        do = ACTS.get(name)
        if do is None:
            raise StageError(409, "cannot", f"on a telephone line nobody can {name}")
        with _refusals():
            do(self, body)

    def say(self, body: Say) -> None:
        """Write a text."""
        chat = self._chat(body)
        self._world.person_writes(chat.person, chat.line, body.text, reply_to=self._target(chat, body))

    def photo(self, body: Photo) -> None:
        """Send a sample picture, as a photo or as a file."""
        chat, sample = self._chat(body), self.acts.sample(body.sample, "photo")
        self._picture(chat, body, sample.content, sample.file, PHOTO_MIME, as_file=body.as_file)

    def album(self, body: Album) -> None:
        """Send several sample pictures at once."""
        chat = self._chat(body)
        pictures = [photo_sizes(self.acts.sample(name, "photo").content)[-1].content for name in body.samples]
        self._world.person_sends_album(chat.person, chat.line, pictures, caption=body.caption)

    def upload(self, body: Upload, content: bytes, mime: str) -> None:
        """Send the visitor's own file."""
        if not content:
            raise StageError(400, "empty", "the file is empty")
        as_file = body.as_file or not mime.startswith("image/")
        with _refusals():
            self._picture(self._chat(body), body, content, body.name, mime, as_file=as_file)

    def pin(self, body: Pin) -> None:
        """Send a place."""
        chat = self._chat(body)
        place = self.acts.place(body)
        address = place.address if body.title else ""
        target = self._target(chat, body)
        self._world.person_pins(
            chat.person,
            chat.line,
            place.latitude,
            place.longitude,
            address=address,
            label=body.title,
            reply_to=target,
        )

    def voice(self, body: Given) -> None:
        """Send a voice note."""
        chat, sample = self._chat(body), self.acts.sample(body.sample, "voice")
        target = self._target(chat, body)
        self._world.person_sends_voice(chat.person, chat.line, sample.content, mime=VOICE_MIME, reply_to=target)

    def sticker(self, body: Given) -> None:
        """Send a sticker."""
        chat, sample = self._chat(body), self.acts.sample(body.sample, "sticker")
        self._world.person_sends_sticker(chat.person, chat.line, sample.content, reply_to=self._target(chat, body))

    def contact(self, body: OwnContact) -> None:
        """Share one's own number."""
        chat = self._chat(body)
        self._world.person_sends_contact(chat.person, chat.line, reply_to=self._target(chat, body))

    def press(self, body: Press) -> None:
        """Press a button under a message."""
        chat = self._chat(body)
        self._world.person_presses(self._bubble(chat, body.message_id), body.data)

    def block(self, body: Block) -> None:
        """Block the line, or let it in again."""
        chat = self._chat(body)
        act = self._world.person_blocks if body.blocked else self._world.person_unblocks
        act(chat.person, chat.line)

    def read(self, body: Where) -> None:
        """Have the chat open: what stands there is read, and the office is told as WhatsApp would."""
        chat = self._chat(body)
        self._world.person_reads(chat.person, chat.line)

    # Inside

    @property
    def _world(self) -> World:
        return self.lines.world

    def _chat(self, body: Where | Block) -> Chat:
        found = self.lines.chat(body.chat, body.who)
        if found is None:
            raise StageError(404, "unknown", f"there is no chat {body.chat!r} for {body.who}")
        return found

    def _bubble(self, chat: Chat, number: int) -> Bubble:
        if not 0 < number <= len(chat.bubbles):
            raise StageError(404, "gone", f"there is no message {number} in {chat.key}")
        return chat.bubbles[number - 1]

    def _target(self, chat: Chat, body: Where) -> Bubble | None:
        return None if body.reply_to is None else self._bubble(chat, body.reply_to)

    def _picture(
        self, chat: Chat, body: Photo | Upload, content: bytes, name: str, mime: str, *, as_file: bool
    ) -> None:
        target, caption = self._target(chat, body), body.caption
        person, line = chat.person, chat.line
        if as_file:
            self._world.person_sends_file(person, line, content, name=name, mime=mime, caption=caption, reply_to=target)
        else:
            # As the app sends a photo: smaller, and without the place it was taken at.
            photo = photo_sizes(content)[-1].content
            self._world.person_sends_photo(person, line, photo, caption=caption, mime=PHOTO_MIME, reply_to=target)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Turn what a phone wouldn't let a person do into an answer for the page."""
    try:
        yield
    except CannotActError as error:
        raise StageError(409, "cannot", str(error)) from error
    except NotAPhotoError as error:
        raise StageError(400, "not_a_photo", str(error)) from error


ACTS: dict[str, Callable[[LineActs, Any], None]] = {
    "say": LineActs.say,
    "photo": LineActs.photo,
    "album": LineActs.album,
    "pin": LineActs.pin,
    "voice": LineActs.voice,
    "sticker": LineActs.sticker,
    "contact": LineActs.contact,
    "press": LineActs.press,
    "block": LineActs.block,
    "read": LineActs.read,
}
