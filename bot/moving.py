"""Carries a desk over to the chat it became, in one transaction: what waits goes on there, what's open comes again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.topics import bell
from storage.unit import Unit
from workflow.message import Address, Outbound
from workflow.office import DESK_CHANNEL
from workflow.world import Move

PAGE = 500
_QUESTIONS = timedelta(days=7)  # so old a question without an answer may be to be asked again
_PROMPTS = timedelta(days=1)
_ALONE = timedelta(hours=1)  # of a prompt that belongs to no complaint nobody can tell whether it was answered
_ROLES = ("question", "prompt", "pending", "held")


def carry_over(unit: Unit, office: str, move: Move, now: datetime) -> None:
    """Store the move, send what waits on its way, ask for every open card, repeat what waits for an answer.

    Raises `Conflict` where another transaction did it first.
    """
    former, to = (Address(office, DESK_CHANNEL, chat) for chat in (move.former, move.to))
    unit.people.move_desk(office, move.former, move.to, now)
    unit.outbox.moved(former, move.to)
    unit.outbox.go_after(former.lane, now)
    after = ""
    while page := unit.cases.running(office, after, PAGE):
        cards = [each for each in page if each.card and not each.confidential]
        unit.inbox.take_in([bell(to, each.id, now) for each in cards], now)
        after = page[-1].id
    unit.outbox.put_in([(each, 0) for each in _unanswered(unit, former, to, now)], now)


def _unanswered(unit: Unit, former: Address, to: Address, now: datetime) -> Iterator[Outbound]:
    """Questions nobody answered and prompts that still hold, for the new chat."""
    said = unit.outbox.said_to(former, _ROLES, now - _QUESTIONS)
    found = unit.cases.complaints(ids={refers.complaint for _, refers, _ in said if refers.complaint})
    versions = {name: kept.value.version for name, kept in found.items()}
    for nth, (message, refers, at) in enumerate(said):
        if refers.role == "held":
            continue
        if refers.role == "question":
            later = (each for _, each, _ in said[nth + 1 :] if each.role == "held")
            holds = not any(each.conversation == refers.conversation for each in later)
        elif refers.complaint:
            holds = at > now - _PROMPTS and versions.get(refers.complaint) == refers.version
        else:
            holds = at > now - _ALONE
        if holds:
            yield replace(message, to=to, reply_to="", replaces="", not_before=None, once=bool(message.key))
