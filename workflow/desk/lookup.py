"""Complaints by an identity number: `/cari 3574...`, in a private chat only; and what staff type of numbers there."""

from __future__ import annotations

from workflow import numbers
from workflow.desk.posting import said_back
from workflow.desk.private import viewed
from workflow.identity import shown
from workflow.message import THEIRS, Message, Outbound
from workflow.numbers import Told
from workflow.office import Staff
from workflow.procedure.telling import capital
from workflow.record import Complaint
from workflow.say import lines, say
from workflow.world import Decision, Needs, Search, World


def needs(words: str, limit: int, *, private: bool) -> Needs | None:
    """What a search for a number looks through: nothing in a group. None where no number is sought."""
    marks = numbers.marks_in(words)
    if not marks:
        return None
    return Needs(searches=(Search(identity=marks[0], limit=limit),)) if private else Needs()


def is_by_number(words: str) -> bool:
    """Whether a number is sought rather than words."""
    return bool(numbers.marks_in(words))


def not_in_group(message: Message, world: World) -> Decision:
    """A number was typed into the group: it isn't looked up nor said again, and goes where we may take it away."""
    gone = Outbound(to=message.chat, kind="delete", target=f"{THEIRS}{message.id}", priority=1)
    return Decision(sends=(gone,)) + said_back(world, message.chat, "", "identity.not_in_group")


def seen_by(person: Staff, found: list[Complaint], world: World) -> list[Complaint]:
    """What a number may lead this person to: of who asked for secrecy it tells only those who may know."""
    trusted = person in world.office.may_know(world.now)
    return [each for each in found if trusted or not each.withheld]


def looked_up(person: Staff, found: list[Complaint], world: World) -> Decision:
    """The lines in the records: somebody looked for whose they are."""
    return Decision(entries=tuple(viewed(each, person, {"sought": "identity"}, world) for each in found))


# --- what staff type from the card ------------------------------------------------------------------------------------


def warnings(complaint: Complaint, world: World) -> str:
    """What is doubtful about the numbers a complaint holds, for staff in private; "" for nothing."""
    today, private = world.office.calendar.local_date(world.now), complaint.private
    said = [
        say(f"identity.doubt.{doubt}", what=say(f"identity.{kind}"))
        for kind in numbers.KINDS
        if private.get(kind)
        for doubt in numbers.doubts(kind, private[kind], today)
    ]
    said += [
        say("identity.differs", what=say(f"identity.{kind}"), shown=shown)
        for kind, shown in numbers.differing(private).items()
    ]
    return lines(*(capital(each) for each in said))


def noted(found: tuple[Told, ...]) -> list[str]:
    """What was taken down, masked."""
    return [
        say("identity.noted", what=capital(say(f"identity.{each.kind}")), shown=shown(each.digits)) for each in found
    ]


def typed(message: Message, world: World) -> tuple[str, tuple[Told, ...]]:
    """What staff typed without the numbers in it, and the numbers."""
    found = numbers.told(message.text, world.marks)
    return numbers.left(message.text, found) if found else message.text.strip(), found
