"""Wishes for papers: who may have which one, and the bell by which a paper is made where its record can be seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workflow.happening import Due
from workflow.message import Address
from workflow.office import Staff
from workflow.papers.complaint_letter import is_printed
from workflow.papers.letter import is_on_paper
from workflow.papers.sheet import Kind
from workflow.procedure.case import desk_of, private_of
from workflow.procedure.rights import has_turn
from workflow.record import Complaint
from workflow.world import Decision, World

WANTED = "paper:"
"""How the kind of a bell begins that asks for a paper: it's made in the lane it goes to, with the record loaded."""
DIRECT = "direct"
"""Of a bell that answers somebody: the quiet hours don't hold its paper up."""

_PRINTING = frozenset({"officer", "secretary", "head"})
_OPEN_TO_ALL = frozenset({"control"})


def wish(kind: Kind, complaint: Complaint, to: Address, world: World, *, direct: bool) -> Decision:
    """Ask for a paper that is to go to `to`. Nothing is ever printed into the group."""
    if to == desk_of(world):
        return Decision(ignored="no paper goes into the group")
    bell = Due(chat=to, at=world.now, timer=DIRECT if direct else "", kind=f"{WANTED}{kind}", subject=complaint.id)
    return Decision(posts=((to, bell),))


def wish_of_staff(kind: Kind, complaint: Complaint, people: tuple[Staff, ...], world: World) -> Decision:
    """The same for the private chats of these people, as far as they may have it and have linked one."""
    found = Decision()
    for person in dict.fromkeys(people):
        private = private_of(world, person)
        if private is not None and may_print(kind, person, complaint, world):
            found += wish(kind, complaint, private, world, direct=True)
    return found


def may_print(kind: Kind, person: Staff, complaint: Complaint, world: World) -> bool:
    """Papers with names and addresses: officers, those who check and sign, and those it was given to.

    A control card names no citizen and is anybody's; of a confidential report every paper is only for whom it concerns.
    """
    standard = world.standard_of(complaint.standard)
    if complaint.confidential:
        return has_turn(person, complaint, world) or any(
            person.has_role(role) for role in standard.escalation.confidential_to
        )
    if kind in _OPEN_TO_ALL:
        return True
    concerned = str(person.id) in (complaint.assignee, *complaint.helpers) or has_turn(person, complaint, world)
    return concerned or any(standard.role(role).kind in _PRINTING for role in person.roles if role in standard.roles)


def there(kind: Kind, complaint: Complaint, world: World) -> bool:
    """Whether there's anything to print yet."""
    return _THERE[kind](complaint, world)


_THERE: Mapping[Kind, Callable[[Complaint, World], bool]] = {
    "receipt": lambda complaint, _: bool(complaint.number),
    "complaint_letter": lambda complaint, world: (
        is_printed(world.standard_of(complaint.standard)) and not complaint.confidential
    ),
    "disposition": lambda complaint, world: any(step.assignee for step in world.standard_of(complaint.standard).steps),
    "control": lambda _, __: True,
    "answer_letter": lambda complaint, _: (
        bool(complaint.answer or complaint.draft or complaint.report) and not is_on_paper(complaint)
    ),
    "sending": lambda complaint, _: complaint.answered_at is not None,
    "evidence": lambda _, __: True,
}

KINDS: Mapping[str, Kind] = {str(each): each for each in _THERE}
"""Every kind by its name, for what comes from outside."""
