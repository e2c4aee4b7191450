"""What a visitor of the demo page does: each request body is checked and becomes an act of a person in the stand-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, dataclass_transform

import msgspec

from channels.sandbox.samples import Place, Sample
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


class StageError(Exception):
    """A request that can't be carried out: HTTP status, a code that the page has words for, and a plain reason."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason


Words = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
Caption = Annotated[str, msgspec.Meta(max_length=1024)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
SampleId = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request body; anything unknown or out of range in it is refused."""


class Where(Body, kw_only=True):
    """Who does something in which chat, in answer to what. `chat` is the chat's key, `thread` a topic of the desk."""

    who: int
    chat: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    reply_to: int | None = None
    thread: int | None = None


class Say(Where, kw_only=True):
    """A text."""

    text: Words


class Photo(Where, kw_only=True):
    """A sample picture, sent as a photo or untouched as a file."""

    sample: SampleId
    as_file: bool = False
    caption: Caption = ""


class Album(Where, kw_only=True):
    """Several sample pictures at once; they arrive as separate messages."""

    samples: Annotated[tuple[SampleId, ...], msgspec.Meta(min_length=2, max_length=10)]
    caption: Caption = ""


class Pin(Where, kw_only=True):
    """A place on the map: the office's sample place, unless coordinates are given; with `title` it's a venue."""

    office: str
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    title: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Given(Where, kw_only=True):
    """A sample of another kind: a voice note or a sticker."""

    sample: SampleId


class OwnContact(Where, kw_only=True):
    """The sender's own phone number, as the button that asks for it shares it."""


class Press(Where, kw_only=True):
    """A button under a message."""

    message_id: int
    data: Annotated[str, msgspec.Meta(max_length=128)]


class Edit(Where, kw_only=True):
    """New words for a message of one's own."""

    message_id: int
    text: Words


class Block(Body, kw_only=True):
    """A person blocks the bot of an office, or lets it in again."""

    who: int
    office: str
    blocked: bool


class Start(Body, kw_only=True):
    """A person opens the bot of an office by its link."""

    who: int
    office: str
    payload: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""


class NewCitizen(Body, kw_only=True):
    """One more phone."""

    name: Name


class Desk(Body, kw_only=True):
    """The staff group with topics or without."""

    office: str
    topics: bool


class Turn(Body, kw_only=True):
    """The hands of the clock moved forward: by seconds, or to the next working day of an office."""

    office: str
    by_s: Annotated[int, msgspec.Meta(gt=0, le=31 * 86_400)] | None = None
    to: Literal["next_working_day"] | None = None


class Upload(Where, kw_only=True):
    """The visitor's own file; its bytes are the request body, everything else stands in the query."""

    name: Annotated[str, msgspec.Meta(max_length=120)] = "file"
    as_file: bool = False
    caption: Caption = ""


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
        place = self.places.get(self.office(body.office).id) or next(iter(self.places.values()))
        latitude = place.latitude if body.latitude is None else body.latitude
        longitude = place.longitude if body.longitude is None else body.longitude
        with _refusals():
            if body.title:
                self._post(body, venue_content(latitude, longitude, body.title, place.address))
            else:
                self._post(body, location_content(latitude, longitude, accuracy_m=20.0))

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
        """Share one's own (invented) number: +62 8xx 0000 and the end of the account's."""
        user = self.person(body.who)
        with _refusals():
            self._post(body, contact_content(f"+628000{user.id % 1_000_000:06}", user.first_name, user.id))

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


def decoded(kind: type[msgspec.Struct], raw: bytes) -> Any:  # noqa: ANN401 - the kind asked for
    """Return a request body as that kind; what's wrong with it is said with its place."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:  # ValidationError is one of these
        raise StageError(400, "invalid", str(error)) from error


def from_query(kind: type[msgspec.Struct], query: Mapping[str, str]) -> Any:  # noqa: ANN401 - the kind asked for
    """Return a query string's values as that kind; numbers and truth are written as words there."""
    try:
        return msgspec.convert(dict(query), type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise StageError(400, "invalid", str(error)) from error


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


def _current(chat: Chat) -> Chat:
    while chat.migrated_to:
        chat = chat.migrated_to
    return chat
