"""Joins what belongs together where a channel's message can hold it all: answer, photos and papers in one mail."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from msgspec.structs import replace

from workflow.happening import Due
from workflow.message import Address, Enclosure, Outbound
from workflow.message import Kind as Said
from workflow.papers.sheet import Kind
from workflow.papers.wanted import KINDS, WANTED
from workflow.procedure.telling import name_of
from workflow.record import Complaint
from workflow.say import say, say_for
from workflow.world import Decision, World

MARK = ".paper-"
"""What stands between the complaint's id and the rest in the name of a paper's file."""
BESIDE = "beside:"
"""How the timer of a bell begins whose paper is part of a message already; the name of its file follows."""
_BEARERS: tuple[Said, ...] = ("answer", "receipt", "notice")
_MOST_PHOTOS = 5  # re-encoded they're small; a file of the office's own may be too large for the answer to depend on it
_ITS_OWN_WORDS: frozenset[Kind] = frozenset({"complaint_letter"})  # it asks for something: to be signed


def join(decision: Decision, world: World) -> Decision:
    """The same, with what goes to one citizen in one message, on channels that can do that."""
    for complaint in decision.complaints:
        if complaint.citizen is not None and world.limits_at(complaint.citizen).joined:
            decision = _join(decision, complaint, complaint.citizen, world)
    return decision


def file_of(complaint: Complaint, kind: Kind, world: World) -> str:
    """A new name for the file of a paper; the complaint's id stands before the mark."""
    return f"{complaint.id}{MARK}{kind}-{world.supply.id()}"


def _join(decision: Decision, complaint: Complaint, citizen: Address, world: World) -> Decision:
    bearer = _bearer(decision.sends, complaint, citizen)
    if bearer is None:
        return decision
    text, along, posts = bearer.text, [], []
    for lane, event in decision.posts:
        kind = KINDS.get(event.kind.removeprefix(WANTED)) if isinstance(event, Due) else None
        if kind is None or lane != citizen or not isinstance(event, Due) or event.subject != complaint.id:
            posts.append((lane, event))
            continue
        file = file_of(complaint, kind, world)
        posts.append((lane, replace(event, timer=f"{BESIDE}{file}")))
        name = say(f"papers.name.{kind}", number=name_of(complaint))
        along.append(Enclosure(file=file, shown_as="document", name=name))
        if kind in _ITS_OWN_WORDS:
            text += "\n\n" + say_for(world.limits_at(citizen), f"papers.citizen.{kind}", number=name_of(complaint))
    taken = [each for each in decision.sends if _goes_with(each, bearer)][:_MOST_PHOTOS]
    files = tuple(each.enclosure for each in taken if each.enclosure is not None)
    whole = replace(bearer, text=text, along=(*bearer.along, *files, *along))
    sends = tuple(whole if each is bearer else each for each in decision.sends if each not in taken)
    return dataclasses.replace(decision, sends=sends, posts=tuple(posts))


def _bearer(sends: Sequence[Outbound], complaint: Complaint, citizen: Address) -> Outbound | None:
    """The message whose words the files belong to."""
    fit = [each for each in sends if each.to == citizen and each.about == complaint.id and each.enclosure is None]
    bearers = [each for kind in _BEARERS for each in fit if each.kind == kind]
    return bearers[0] if bearers else None


def _goes_with(message: Outbound, bearer: Outbound) -> bool:
    """Whether it's nothing but a photo that belongs to these words."""
    same = message.to == bearer.to and message.about == bearer.about and message.kind == bearer.kind
    photo = message.enclosure is not None and message.enclosure.shown_as == "photo"
    return same and photo and not message.text
