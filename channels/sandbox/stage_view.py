"""What a visitor of the demo page sees: chats, people and steps as JSON, and the world's feed as events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from channels.sandbox.feed import FeedItem
from channels.sandbox.stage_acts import Acts, OfficeStage
from channels.sandbox.telegram.model import Chat, Message, StoredFile, User
from channels.sandbox.telegram.render import chat_json, user_json
from channels.sandbox.telegram.world import World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StripStep:
    """One step of a complaint's standard: its published number, whose it is, and whether it's behind us.

    `label` is short enough to stand in a row of seven; `detail` is the published sentence, read at the current step.
    """

    no: str
    label: str
    role: str = ""
    state: Literal["done", "now", "todo"] = "todo"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StripRow:
    """Where one complaint stands. `title` is a word or two about it, `due` when the published total ends.

    `note` says in the office's words what the complaint waits for, if it waits.
    """

    office: str
    code: str
    steps: Sequence[StripStep]
    number: str = ""
    title: str = ""
    due: datetime | None = None
    closed: bool = False
    note: str = ""


# Types that a browser may draw from our own address; everything else is offered as a download.
_SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/ogg", "audio/mpeg", "application/pdf")
_BY_KIND = {"photo": "image/jpeg", "voice": "audio/ogg", "sticker": "image/webp"}


def packed(value: object) -> bytes:
    """Return any value of this module as JSON."""
    return msgspec.json.encode(value)


def people_json(citizens: Sequence[User]) -> list[Json]:
    """Return the citizens, one phone each."""
    return [{"id": user.id, "name": _name(user)} for user in citizens]


def office_json(office: OfficeStage) -> Json:
    """Return an office: its words, its bot, its desk and who works there."""
    return {
        "id": office.id,
        "name": office.name,
        "short": office.short,
        "government": office.government,
        "timezone": office.timezone,
        "bot": {"id": office.bot.id, "username": office.bot.user.username, "name": office.bot.user.first_name},
        "desk": office.desk.key,
        "staff": [{"id": one.user.id, "name": _name(one.user), "title": one.title} for one in office.staff],
    }


def chat_view(world: World, chat: Chat) -> Json:
    """Return a chat with all its messages."""
    return {
        "chat": chat_json(chat) | ({"migrated_to": chat.migrated_to.key} if chat.migrated_to else {}),
        "blocked": chat.blocked,
        "topics": [
            {"message_thread_id": topic.id, "name": topic.name, "closed": topic.closed}
            for topic in chat.topics.values()
        ],
        "messages": [message_view(world, message) for message in chat.messages.values()],
    }


def message_view(world: World, message: Message) -> Json:
    """Return a message as the feed shows it: in Bot API form, with what only people see."""
    shown: Json = world.render(message)
    if message.silent:
        shown["silent"] = True
    if message.sender_chat and message.author:
        shown["really_from"] = user_json(message.author)
    return shown


def chats_view(acts: Acts) -> dict[str, Json]:
    """Return every chat of the stage by its key: the desks, and everybody's own chat with each office's bot."""
    world = acts.world
    found: dict[str, Json] = {}
    for office in acts.offices.values():
        desk: Chat | None = office.desk
        while desk:
            found[desk.key] = chat_view(world, desk)
            desk = desk.migrated_to
        for user in (*acts.citizens, *(member.user for member in office.staff)):
            private = world.private(user, office.bot)
            if private.messages or private.started or private.blocked:
                found[private.key] = chat_view(world, private)
    return found


def event(name: str, data: object, number: str = "") -> bytes:
    """Return one server-sent event; `number` is what the browser repeats as Last-Event-ID."""
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {name}\ndata: ".encode() + packed(data) + b"\n\n"


def feed_event(run: str, item: FeedItem) -> bytes:
    """Return an item of the feed as an event."""
    data = {"kind": item.kind, "chat": item.chat, "at": item.at, "data": item.data}
    return event("feed", data, f"{run}.{item.number}")


def place_in_feed(world: World, run: str, last_id: str) -> int | None:
    """Return after which item a browser goes on; None when it must begin anew (another run, or away too long)."""
    told_run, _, number = last_id.rpartition(".")
    if told_run != run or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    after = int(number)
    missed = world.feed.after(after)
    if after > world.feed.last or (missed and missed[0].number != after + 1):
        return None
    return after


def file_type(file: StoredFile) -> tuple[str, bool]:
    """Return the media type to name, and whether a browser may show the file rather than save it."""
    return shown_type(_BY_KIND.get(file.kind) or file.mime_type)


def shown_type(mime: str) -> tuple[str, bool]:
    """Return what a browser is told a type is, and whether it may show such a file."""
    return (mime, True) if mime in _SHOWN else ("application/octet-stream", False)


def _name(user: User) -> str:
    return f"{user.first_name} {user.last_name}".strip()
