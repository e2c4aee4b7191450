"""`/tahan` and `/lepas`: keep what a complaint holds though its time is over, as an examination or a court may ask."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.desk.posting import said_back
from workflow.desk.reply import line_of
from workflow.message import Message
from workflow.office import Staff
from workflow.procedure.case import Refused
from workflow.procedure.rights import may_know
from workflow.procedure.telling import name_of
from workflow.world import Decision, Needs, World

COMMANDS: tuple[str, ...] = ("tahan", "lepas")
_MAY = ("officer", "secretary", "head")


def needs(words: str) -> Needs:
    """The complaint that the first word names, by number or code."""
    name = words.partition(" ")[0].upper()
    return Needs(codes=(name,), numbers=(name,)) if name else Needs()


def may(person: Staff, world: World) -> bool:
    """Whether somebody may hold and release: officers, secretary and head, and who stands in for them."""
    roles = (role for kind in _MAY for role in world.office.standard.roles_of(kind))
    return any(person in world.office.with_role_at(role, world.now) for role in roles)


def command(name: str, message: Message, words: str, person: Staff, world: World) -> Decision:
    """Hold a complaint with its reason, or release it. Raises `Refused`."""
    if not may(person, world):
        raise Refused("privacy.hold.not_yours")
    first, _, why = words.partition(" ")
    complaint = world.complaints.get(world.by_code.get(first.upper(), ""))
    why = why.strip()
    if complaint is None or (name == "tahan" and not why):
        raise Refused("privacy.hold.how")
    if complaint.confidential and not (message.private and person in may_know(complaint, world)):
        raise Refused("desk.refused.private_only")
    if name == "lepas" and not complaint.hold:
        raise Refused("privacy.hold.not_held", number=name_of(complaint))
    held = replace(complaint, hold=why if name == "tahan" else "", version=complaint.version + 1)
    entry = line_of(held, "hold" if held.hold else "release", why, person, world)
    key = "privacy.hold.done" if held.hold else "privacy.hold.released"
    said = said_back(world, message.chat, message.id, key, number=name_of(held))
    return Decision(complaints=(held,), entries=(entry,)) + said
