"""What follows when a topic is lost, can't be written in, or is there again, and when a card was deleted by hand."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from storage.columns import micros
from storage.rows import Arrival, OutboxRow, encode
from storage.unit import Unit
from workflow.desk.moving import CARD_AGAIN
from workflow.happening import Due
from workflow.message import Address, Outbound, Refers, address_of
from workflow.say import say

AGAIN = Refers(role="topic", detail="again")
"""Marks a topic that is asked for in place of one that was deleted."""


def lost(unit: Unit, row: OutboxRow, now: datetime) -> None:
    """The topic of a message is deleted: it's made again, and the message waits for it."""
    to, code = address_of(row.address), row.message.topic
    asked = unit.outbox.lost_topic(to, code)
    if asked is not None:
        anew = replace(asked, to=to, refers=AGAIN, not_before=None, replaces="", once=False)
        unit.outbox.put_in([(anew, 0)], now)


def closed(unit: Unit, row: OutboxRow, now: datetime) -> None:
    """Nobody lets us write in the topic: from now on its complaint is spoken of in the general one. It's said once."""
    to, code = address_of(row.address), row.message.topic
    if unit.outbox.without_topic(to, code, now):
        text = say("desk.moving.topic_closed", name=unit.outbox.name_of_topic(to, code))
        told = Outbound(to=to, kind="card", text=text, priority=row.message.priority)
        unit.outbox.put_in([(told, 0)], now)


def begun_again(unit: Unit, topic: Outbound, now: datetime) -> list[Arrival]:
    """A topic is there in place of a deleted one: what stood in that is gone. The bell that asks for its card."""
    complaint = unit.outbox.went_with_topic(topic.to, topic.topic, now) if topic.refers == AGAIN else ""
    return [bell(topic.to, complaint, now)] if complaint else []


def vanished(unit: Unit, row: OutboxRow, now: datetime) -> None:
    """What was to be changed was deleted by somebody; a card is posted again, if it's the one that counts."""
    to, target = address_of(row.address), row.message.target
    unit.outbox.vanished(to, target, now)
    word, _, rest = target.partition(":")
    if word == "card" and row.message.kind == "edit":
        unit.inbox.take_in([bell(to, rest.partition(":")[0], now)], now)


def bell(desk: Address, complaint: str, now: datetime) -> Arrival:
    """What asks for a complaint's card at the desk."""
    event = Due(chat=desk, at=now, timer="", kind=CARD_AGAIN, subject=complaint)
    key = f"{CARD_AGAIN}:{complaint}@{micros(now)}"
    return Arrival(desk.office, "timer", key, desk.lane, encode(event), "event")
