"""Carries a desk over to the chat it became, in one transaction: what waits goes on there, what's open comes again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.topics import bell
from storage.rows import Arrival
from storage.unit import Unit
from workflow.message import Address, Outbound
from workflow.office import DESK_CHANNEL
from workflow.world import Move

PAGE = 500
_QUESTIONS = timedelta(days=7)  # so old a question without an answer may be to be asked again
_PROMPTS = timedelta(days=1)
_ALONE = timedelta(hours=1)  # of a prompt that belongs to no complaint nobody can tell whether it was answered
_ROLES = ("question", "prompt", "pending", "held")


def carry_over(unit: Unit, office: str, move: Move, now: datetime) -> list[Arrival]:
    """Store the move, send what waits on its way, repeat what waits for an answer; the bells that ask for open cards.

    Raises `Conflict` where another transaction did it first.
    """
    bells: list[Arrival] = []
    former, to = (Address(office, DESK_CHANNEL, chat) for chat in (move.former, move.to))
    unit.people.move_desk(office, move.former, move.to, now)
    unit.outbox.moved(former, move.to)
    unit.outbox.go_after(former.lane, now)
    after = ""
    while page := unit.cases.running(office, after, PAGE):
        cards = [each for each in page if each.card and not each.confidential]
        bells += [bell(to, each.id, now) for each in cards]
        after = page[-1].id
    unit.outbox.put_in([(each, 0) for each in _unanswered(unit, former, to, now)], now)
    return bells


def _unanswered(unit: Unit, former: Address, to: Address, now: datetime) -> Iterator[Outbound]:
    """Questions nobody answered and prompts that still hold, for the new chat."""
    said = unit.outbox.said_to(former, _ROLES, now - _QUESTIONS)
    found = unit.cases.complaints(ids={each.refers.complaint for each in said if each.refers.complaint})
    versions = {name: kept.value.version for name, kept in found.items()}
    for nth, each in enumerate(said):
        refers = each.refers
        if refers.role == "held" or each.edited:  # what's edited has had its answer
            continue
        if refers.role == "question":
            later = (one.refers for one in said[nth + 1 :] if one.refers.role == "held")
            holds = not any(one.conversation == refers.conversation for one in later)
        elif refers.complaint:
            holds = each.at > now - _PROMPTS and versions.get(refers.complaint) == refers.version
        else:
            holds = each.at > now - _ALONE
        if holds:
            message = replace(each.message, to=to, reply_to="", replaces="", not_before=None)
            yield replace(message, once=bool(message.key))
