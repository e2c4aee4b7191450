"""What a visitor of the demo page does: each request becomes an act of a person in the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.sandbox.samples import Place, Sample
from channels.sandbox.stage_bodies import (
    Album,
    Block,
    Desk,
    Edit,
    Given,
    NewCitizen,
    OwnContact,
    Photo,
    Pin,
    Press,
    Say,
    StageError,
    Start,
    Upload,
    Where,
)
from channels.sandbox.telegram.acts import CannotActError
from channels.sandbox.telegram.content import (
    Content,
    captioned,
    contact_content,
    document_content,
    location_content,
    photo_content,
    sticker_content,
    venue_content,
    voice_content,
)
from channels.sandbox.telegram.model import BotAccount, Chat, Message, User
from channels.sandbox.telegram.people import People
from channels.sandbox.telegram.photos import NotAPhotoError
from channels.sandbox.telegram.world import World

UPLOAD_LIMIT_BYTES = 20 * 1024 * 1024
CITIZENS_MAX = 24
_ALBUM_NUMBERS_FROM = 13_000_000_000_000_000
_STICKER_EMOJI = "\N{SMILING FACE WITH SMILING EYES}"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the office who is in its staff group; `title` is what the office calls their post."""

    user: User
    title: str = ""


@dataclass(frozen=True, slots=True)
class OfficeStage:
    """One office on the page. `name` is its full name, `short` a word for the switch, `timezone` an IANA name.

    `bot` and `desk` (the staff group, with every member of `staff` and the bot in it) live in the one `World`.
    """

    id: str
    name: str
    short: str
    timezone: str
    bot: BotAccount
    desk: Chat
    staff: Sequence[StaffMember] = ()
    government: str = ""


@dataclass(slots=True)
class Acts:
    """The acts of visitors on one stage. Methods raise `StageError`; what comes of them is in the world's feed."""

    world: World
    offices: Mapping[str, OfficeStage]
    samples: Mapping[str, Sample]
    places: Mapping[str, Place]
    citizens: list[User]
    people: People = field(init=False)

    def __post_init__(self) -> None:
        """Let people act in the world."""
        self.people = People(self.world)

    # Who and where

    def office(self, name: str) -> OfficeStage:
        """Return the office with that id."""
        found = self.offices.get(name)
        if found is None:
            raise StageError(404, "unknown", f"there is no office {name!r}")
        return found

    def person(self, who: int) -> User:
        """Return the citizen or staff member with that account number."""
        staff = (member.user for office in self.offices.values() for member in office.staff)
        for user in (*self.citizens, *staff):
            if user.id == who:
                return user
        raise StageError(404, "unknown", f"there is no person {who}")

    def chat(self, key: str, user: User) -> Chat:
        """Return the desk with that key, or that person's own chat with an office's bot."""
        for office in self.offices.values():
            desk = _current(office.desk)
            if key in {office.desk.key, desk.key}:
                return desk
            if key == f"{office.bot.id}:{user.id}":
                return self.world.private(user, office.bot)
        raise StageError(404, "unknown", f"there is no chat {key!r} for {user.id}")

    def message(self, chat: Chat, number: int) -> Message:
        """Return the message with that number in a chat."""
        found = chat.messages.get(number)
        if found is None:
            raise StageError(404, "gone", f"there is no message {number} in {chat.key}")
        return found

    def sample(self, name: str, *kinds: str) -> Sample:
        """Return the sample with that id, if it's of one of these kinds."""
        found = self.samples.get(name)
        if found is None or found.kind not in kinds:
            raise StageError(404, "unknown", f"there is no sample {name!r} of kind {' or '.join(kinds)}")
        return found

    def place(self, body: Pin) -> Place:
        """Return where a pin lies: the office's sample place, unless coordinates are given."""
        near = self.places.get(self.office(body.office).id) or next(iter(self.places.values()))
        latitude = near.latitude if body.latitude is None else body.latitude
        longitude = near.longitude if body.longitude is None else body.longitude
        return Place(latitude, longitude, near.address)

    # Writing

    def say(self, body: Say) -> None:
        """Write a text."""
        user = self.person(body.who)
        chat = self.chat(body.chat, user)
        with _refusals():
            self.people.say(user, chat, body.text, reply_to=self._target(chat, body), thread=body.thread)

    def photo(self, body: Photo) -> None:
        """Send a sample picture."""
        sample = self.sample(body.sample, "photo")
        with _refusals():
            content = self._picture(sample.content, sample.file, "image/jpeg", as_file=body.as_file)
            self._post(body, captioned(content, body.caption))

    def album(self, body: Album) -> None:
        """Send several sample pictures that share an album; the caption stands under the first."""
        pictures = [self.sample(name, "photo") for name in body.samples]
        self.world.albums += 1
        album = str(_ALBUM_NUMBERS_FROM + self.world.albums)
        with _refusals():
            for number, sample in enumerate(pictures):
                content = photo_content(self.world.files, sample.content)
                self._post(body, content if number else captioned(content, body.caption), album=album)

    def upload(self, body: Upload, content: bytes, mime: str) -> None:
        """Send the visitor's own file: a picture as a photo unless `as_file`, everything else as a document."""
        if not content:
            raise StageError(400, "empty", "the file is empty")
        as_file = body.as_file or not mime.startswith("image/")
        with _refusals():
            drawn = self._picture(content, body.name, mime, as_file=as_file)
            self._post(body, captioned(drawn, body.caption))

    def pin(self, body: Pin) -> None:
        """Send a place."""
        place = self.place(body)
        with _refusals():
            if body.title:
                self._post(body, venue_content(place.latitude, place.longitude, body.title, place.address))
            else:
                self._post(body, location_content(place.latitude, place.longitude, accuracy_m=20.0))

    def voice(self, body: Given) -> None:
        """Send a voice note."""
        sample = self.sample(body.sample, "voice")
        with _refusals():
            self._post(body, voice_content(self.world.files, sample.content, sample.seconds))

    def sticker(self, body: Given) -> None:
        """Send a sticker."""
        sample = self.sample(body.sample, "sticker")
        with _refusals():
            self._post(body, sticker_content(self.world.files, sample.content, _STICKER_EMOJI))

    def contact(self, body: OwnContact) -> None:
        """Share one's own number."""
        user = self.person(body.who)
        with _refusals():
            self._post(body, contact_content(number_of(user), user.first_name, user.id))

    def edit(self, body: Edit) -> None:
        """Change the words of one's own message."""
        user = self.person(body.who)
        message = self.message(self.chat(body.chat, user), body.message_id)
        if message.author is not user or not {"text", "caption"} & message.content.keys():
            raise StageError(409, "not_yours", "only one's own texts and captions can be edited")
        with _refusals():
            self.people.edit(message, body.text)

    def press(self, body: Press) -> None:
        """Press a button."""
        user = self.person(body.who)
        message = self.message(self.chat(body.chat, user), body.message_id)
        with _refusals():
            self.people.press(user, message, body.data)

    # Coming and going

    def start(self, body: Start) -> None:
        """Open the bot."""
        user = self.person(body.who)
        with _refusals():
            self.people.start(user, self.office(body.office).bot, body.payload)

    def block(self, body: Block) -> None:
        """Block the bot, or let it in again."""
        user = self.person(body.who)
        act = self.people.block if body.blocked else self.people.unblock
        act(user, self.office(body.office).bot)

    def citizen(self, body: NewCitizen) -> User:
        """Add a phone."""
        name = " ".join(body.name.split())
        if not name:
            raise StageError(400, "invalid", "name: only blanks")
        if len(self.citizens) >= CITIZENS_MAX:
            raise StageError(409, "full", f"at most {CITIZENS_MAX} phones")
        first, _, last = name.partition(" ")
        user = self.world.add_user(first, last_name=last)
        self.citizens.append(user)
        return user

    def desk(self, body: Desk) -> None:
        """Give the staff group topics, or take them away."""
        desk = _current(self.office(body.office).desk)
        if desk.is_forum is not body.topics:
            desk.is_forum = body.topics
            self.world.announce(desk)

    # Inside

    def _target(self, chat: Chat, body: Where) -> Message | None:
        return None if body.reply_to is None else self.message(chat, body.reply_to)

    def _picture(self, content: bytes, name: str, mime: str, *, as_file: bool) -> Content:
        if as_file:
            return document_content(self.world.files, content, name, mime)
        return photo_content(self.world.files, content)

    def _post(self, body: Where, content: Content, *, album: str | None = None) -> None:
        user = self.person(body.who)
        chat = self.chat(body.chat, user)
        self.people.post(user, chat, content, reply_to=self._target(chat, body), thread=body.thread, album=album)


class _refusals:  # noqa: N801 - reads as a word: with _refusals()
    """Turns what the app wouldn't let a person do into an answer for the page."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Translate."""
        if isinstance(error, CannotActError):
            raise StageError(409, "cannot", str(error)) from error
        if isinstance(error, NotAPhotoError):
            raise StageError(400, "not_a_photo", str(error)) from error


def number_of(user: User) -> str:
    """Return a person's (invented) telephone number: +62 800 0 and the end of their account's."""
    return f"+628000{user.id % 1_000_000:06}"


def _current(chat: Chat) -> Chat:
    while chat.migrated_to:
        chat = chat.migrated_to
    return chat


#: The acts of Telegram's people by name; those on telephone lines are in `stage_lines`.
ACTS: dict[str, Callable[[Acts, Any], object]] = {
    "say": Acts.say,
    "photo": Acts.photo,
    "album": Acts.album,
    "pin": Acts.pin,
    "voice": Acts.voice,
    "sticker": Acts.sticker,
    "contact": Acts.contact,
    "edit": Acts.edit,
    "press": Acts.press,
    "start": Acts.start,
    "block": Acts.block,
    "desk": Acts.desk,
}
