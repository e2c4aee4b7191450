"""The console channel: a talk in a terminal, for `aduan chat`; buttons become numbers."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Literal, TextIO

import msgspec

from channels.base import Envelope, FetchError, Malformed, Parcel
from channels.text import chosen, numbered
from workflow.message import (
    Address,
    Attachment,
    BadPayload,
    Choice,
    Inbound,
    Limits,
    Location,
    Message,
    Press,
    Sender,
    Sent,
    Value,
)
from workflow.say import say

PIECE_BYTES = 64 * 1024
_FILES: dict[str, Literal["photo", "document", "voice"]] = {"/foto": "photo", "/berkas": "document", "/suara": "voice"}


class Unclear(Exception):
    """A typed line that can't be sent, with the sentence to show."""


class Typed(Value):
    """A typed line as it's stored: what was said, or the choice that was made."""

    number: int
    at: datetime
    text: str = ""
    data: str = ""  # of the choice; then `message` carried it
    message: str = ""
    path: str = ""
    kind: Literal["photo", "document", "voice"] = "document"
    size_bytes: int = 0
    place: tuple[float, float] | None = None


_typed = msgspec.json.Decoder(Typed)


class Console:
    """One person at a terminal. `typed` makes payloads of lines; what's sent is printed to `out`."""

    name = "console"
    limits = Limits(text_units=100_000, caption_units=100_000, edits=False)

    def __init__(self, office: str, out: TextIO, *, person: str = "") -> None:
        self.office = office
        self.address = Address(office, self.name, "1")
        self._out = out
        self._person = person
        self._number = 0
        self._choices: tuple[Choice, ...] = ()  # those of the last message
        self._choices_of = ""

    def typed(self, line: str, at: datetime) -> bytes:
        """The payload of a typed line. Raises `Unclear` with a sentence when it can't be sent."""
        line = line.strip()
        word, _, rest = line.partition(" ")
        choice = chosen(line, self._choices)
        self._number += 1
        value = Typed(number=self._number, at=at, text=line)
        if choice is not None:
            value = Typed(number=self._number, at=at, data=choice.data, message=self._choices_of)
        elif word in _FILES:
            value = _with_file(value, word, rest)
        elif word == "/pin":
            value = msgspec.structs.replace(value, text="", place=_place(rest))
        return msgspec.json.encode(value)

    def envelope(self, payload: bytes) -> Envelope:
        """Lines are numbered; there's one lane."""
        try:
            return Envelope(key=str(_typed.decode(payload).number), lane=self.address.lane)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Malformed(str(error)) from None

    def read(self, payload: bytes) -> Inbound:
        """What was typed, as a value."""
        try:
            line = _typed.decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadPayload(str(error)) from None
        sender = Sender(id=self.address.chat, name=self._person)
        if line.data:
            number = str(line.number)
            return Press(
                chat=self.address, id=number, sender=sender, at=line.at, data=line.data, message_id=line.message
            )
        return Message(
            chat=self.address,
            id=str(line.number),
            sender=sender,
            at=line.at,
            text=line.text,
            attachments=(_attachment(line),) if line.path else (),
            location=None if line.place is None else Location(latitude=line.place[0], longitude=line.place[1]),
        )

    async def send(self, parcel: Parcel, key: str) -> Sent:  # noqa: ARG002 - a terminal doesn't deduplicate
        """Print it. Nothing fails."""
        message = parcel.message
        if message.kind in {"topic", "press"} and not message.text:
            return Sent()
        self._number += 1
        number = str(self._number)
        here = message.to == self.address
        speaker = say("console.speaker") if here else say("console.elsewhere", chat=message.to.chat)
        print(f"\n{speaker}:", *_shown(parcel), sep="\n", file=self._out, flush=True)
        if here and message.kind not in {"press", "ack"}:
            self._choices = tuple(choice for row in message.choices for choice in row)
            self._choices_of = number
        return Sent(id=number)

    async def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """The file at the path `ref`. Raises `FetchError` when it's gone or above the limit."""
        try:
            with Path(ref).open("rb") as file:  # noqa: ASYNC230 - a terminal has one user, on this machine
                left = limit_bytes
                while piece := file.read(PIECE_BYTES):
                    left -= len(piece)
                    if left < 0:
                        raise FetchError("too_big", again=False)
                    yield piece
        except OSError:
            raise FetchError("gone", again=False) from None


def _shown(parcel: Parcel) -> list[str]:
    """What's printed of a message, line by line."""
    message = parcel.message
    if message.kind == "delete":
        return [say("console.deleted")]
    lines = [say("console.edited")] if message.kind == "edit" else []
    if message.enclosure is not None:
        name = parcel.file_name or message.enclosure.name
        lines.append(say(f"console.{message.enclosure.shown_as}", name=name))
    if message.location is not None:
        place = message.location
        lines.append(say("console.place", latitude=place.latitude, longitude=place.longitude))
    lines += [message.text, numbered(choice for row in message.choices for choice in row)]
    if message.request_location:
        lines.append(say("console.share_location"))
    return [line for line in lines if line]


def _with_file(value: Typed, word: str, rest: str) -> Typed:
    path_typed, _, caption = rest.partition("|")
    path = Path(path_typed.strip().strip("'\"")).expanduser()
    if not path.is_file():
        raise Unclear(say("console.no_such_file", path=path))
    size_bytes = path.stat().st_size
    return msgspec.structs.replace(
        value, text=caption.strip(), path=str(path), kind=_FILES[word], size_bytes=size_bytes
    )


def _place(rest: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in rest.replace(",", " ").split())
    except ValueError:
        raise Unclear(say("console.no_place")) from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Unclear(say("console.no_place"))
    return latitude, longitude


def _attachment(line: Typed) -> Attachment:
    mime = mimetypes.guess_type(line.path)[0] or ""
    return Attachment(kind=line.kind, ref=line.path, name=Path(line.path).name, mime=mime, size_bytes=line.size_bytes)
