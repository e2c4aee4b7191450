"""The requests of the demo page as checked values: who does what, where; and how a request is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, dataclass_transform

import msgspec


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


class Read(Where, kw_only=True):
    """A person has a chat open."""


class Mail(Body, kw_only=True):
    """A mail to an office, or an answer to a mail: `answers` is its number in the writer's program."""

    who: int
    office: str
    subject: Annotated[str, msgspec.Meta(max_length=200)] = ""
    text: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    samples: Annotated[tuple[SampleId, ...], msgspec.Meta(max_length=10)] = ()
    answers: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Edit(Where, kw_only=True):
    """New words for a message of one's own."""

    message_id: int
    text: Words


class Block(Body, kw_only=True):
    """A person blocks the bot of an office, or lets it in again; with `chat`, the office's line of that chat."""

    who: int
    office: str
    blocked: bool
    chat: Annotated[str, msgspec.Meta(max_length=64)] = ""


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


#: What a request to do something holds, by the name of the act.
BODIES: dict[str, type[Body]] = {
    "say": Say,
    "photo": Photo,
    "album": Album,
    "pin": Pin,
    "voice": Given,
    "sticker": Given,
    "contact": OwnContact,
    "edit": Edit,
    "press": Press,
    "start": Start,
    "block": Block,
    "desk": Desk,
    "read": Read,
}


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
