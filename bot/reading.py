"""Inbox rows as events: opened, read by their channel, and with every long number hidden."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from bot.road import Road
from storage.inbox import LARGE_BYTES
from storage.rows import InboxRow, read_event
from storage.seal import Unopenable
from workflow.happening import Carried, Event
from workflow.identity import mask
from workflow.message import BadPayload, Left, Message, Presence, Press, Receipt, Sender
from workflow.unnamed import unnamed

_REMEMBERED = 8

Marks = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event with the row it lay in, and what stood behind the marks in its text."""

    row: InboxRow
    event: Event
    marks: Marks = ()


class Reading:
    """Reads the rows of batches. What's long is read beforehand, beside the loop: others wait for a transaction."""

    def __init__(self, road: Road) -> None:
        self._road = road
        self._ahead: dict[int, Arrived | BadPayload] = {}  # by the row's number; without its payload

    def of(self, row: InboxRow) -> Arrived | None:
        """The row as an event; None: it's long and was not read ahead yet. Raises `BadPayload`."""
        if row.form != "raw" or len(row.payload) <= LARGE_BYTES:
            return read(row, self._road)
        known = self._ahead.get(row.id)
        if isinstance(known, BadPayload):
            raise known
        return None if known is None else dataclasses.replace(known, row=row)

    async def ahead(self, rows: Sequence[InboxRow]) -> None:
        """Read these now. The last few are remembered; what's forgotten is read again."""
        for row in rows:
            self._ahead[row.id] = await asyncio.to_thread(self._read, row)
        for number in list(self._ahead)[:-_REMEMBERED]:
            del self._ahead[number]

    def _read(self, row: InboxRow) -> Arrived | BadPayload:
        try:
            return dataclasses.replace(read(row, self._road), row=dataclasses.replace(row, payload=b""))
        except BadPayload as error:
            return error.with_traceback(None)


def read(row: InboxRow, road: Road) -> Arrived:
    """The row as an event. Raises `BadPayload` with a reason for the operator; nothing of the payload is in it."""
    if row.office not in road.offices:
        raise BadPayload(f"no office {row.office!r} is configured")
    if row.form == "raw" and (row.channel, row.office) not in road.channels:
        raise BadPayload(f"{row.office} has no channel {row.channel!r}")
    try:
        payload = road.store.seal.open("inbox", row.payload)
        if row.form == "event":
            return _ours(row, read_event(payload))
        event = road.channels[row.channel, row.office].read(payload)
    except BadPayload:
        raise
    except Unopenable as error:
        raise BadPayload(str(error)) from error
    except msgspec.MsgspecError as error:
        raise BadPayload(f"an event that can't be read: {error}") from error
    except Exception as error:  # reading is pure: what failed once fails again
        raise BadPayload(f"reading it raised {type(error).__name__}") from error
    if isinstance(event, Message):
        return Arrived(row, *hidden(event))
    if isinstance(event, Press | Presence):
        event = replace(event, sender=replace(event.sender, name=mask(event.sender.name).text))
    if isinstance(event, Receipt):
        event = replace(event, reason=unnamed(event.reason))
    if isinstance(event, Left):
        event = replace(event, person=replace(event.person, name=mask(event.person.name).text))
    return Arrived(row, event)


def _ours(row: InboxRow, event: Event) -> Arrived:
    """An event of ours; what was masked before it was carried to this lane travels beside it."""
    if isinstance(event, Carried):
        return Arrived(row, replace(event, marks=()), event.marks)
    return Arrived(row, event)


def hidden(message: Message) -> tuple[Message, Marks]:
    """The message with every long number masked, wherever the sender can write one, and what the marks stand for."""
    found: dict[str, str] = {}

    def hide(text: str) -> str:
        masked = mask(text)
        for mark, digits in masked.found:
            found.setdefault(mark, digits)  # of two that look the same, what the words say counts, not what's quoted
        return masked.text

    place = message.location
    return (
        replace(
            message,
            text=hide(message.text),
            whole=hide(message.whole),
            replied_to=_hidden(message.replied_to, hide),
            sender=replace(message.sender, name=hide(message.sender.name)),
            forwarded=hide(message.forwarded),
            attachments=tuple(replace(each, name=hide(each.name)) for each in message.attachments),
            location=replace(place, title=hide(place.title), address=hide(place.address)) if place else None,
            contact=replace(message.contact, name=hide(message.contact.name)) if message.contact else None,
        ),
        tuple(found.items()),
    )


def _hidden(person: Sender | None, hide: Callable[[str], str]) -> Sender | None:
    return None if person is None else replace(person, name=hide(person.name))
