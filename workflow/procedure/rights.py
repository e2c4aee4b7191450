"""Who may do what to a complaint: what its step offers as things stand, and whose turn it is."""

from __future__ import annotations

from workflow.office import Staff
from workflow.procedure.case import UNDO, Refused
from workflow.procedure.entered import entered, unpacked
from workflow.procedure.progress import lacking, part_of, turn, unnamed
from workflow.procedure.reach import is_lost
from workflow.procedure.stages import ACTS, WRITTEN, Rule, offered
from workflow.record import Act, Complaint
from workflow.standard.standard import Standard
from workflow.world import World

NOT_ENTERED = ("deliver", "hand_over")
"""What whoever brings the answer does with their own hands."""


def check(complaint: Complaint, act: Act, world: World) -> None:
    """Refuse what isn't on offer, what isn't this person's, and what comes too late; each with its reason."""
    act = unpacked(act)
    rule = ACTS.get(act.kind)
    person = world.office.at_work(act.by.removeprefix("staff:"))
    if rule is None:
        raise Refused("desk.refused.unknown")
    if person is None:
        raise Refused("desk.refused.not_staff")
    if act.version is not None and act.version < complaint.fresh:
        raise stale(complaint, act.by, world)
    _check_shared(person, rule, complaint, world)
    owner = _owner(person, act, rule, complaint, world)
    if rule.who == "staff":
        return
    if rule.who == "officer":
        if not is_officer(person, world.standard_of(complaint.standard)) and not has_turn(person, complaint, world):
            raise Refused("desk.refused.not_officer")
        return
    if act.kind == "hand_over" and is_lost(complaint):
        if not is_officer(person, world.standard_of(complaint.standard)):
            raise Refused("desk.refused.not_officer")
        return
    if complaint.closed_at is not None:
        raise Refused("desk.refused.closed")
    if act.kind not in available(complaint, world.standard_of(complaint.standard)):
        unwritten = act.kind in WRITTEN and act.kind == part_of(complaint, world.standard_of(complaint.standard)).act
        raise Refused("desk.refused.not_written" if unwritten else "desk.refused.not_here")
    if not has_turn(owner, complaint, world):
        raise _not_yours(complaint, world)


def _check_shared(person: Staff, rule: Rule, complaint: Complaint, world: World) -> None:
    """The account of a shared phone does an officer's acts only, and only once somebody said that they're at it."""
    if not person.shared:
        return
    if not world.office.on_duty(person, world.now):
        raise Refused("duty.refused.who_first")
    standard = world.standard_of(complaint.standard)
    if rule.who == "turn" and complaint.closed_at is None:
        role = part_of(complaint, standard).role
        if standard.role(role).kind != "officer":
            raise Refused("duty.refused.shared", role=standard.role(role).label)


def _owner(person: Staff, act: Act, rule: Rule, complaint: Complaint, world: World) -> Staff:
    """Whose act it is: that of who acts, or of the one they enter it for, where that may be done at all."""
    if not act.data.get("entered_for"):
        return person
    one = entered(act, world.office)
    if one is None or one.person.shared or one.person == person:
        raise Refused("desk.refused.no_person")
    if person.shared or rule.who != "turn" or act.kind in NOT_ENTERED:
        raise Refused("duty.refused.not_entered")
    if complaint.confidential and person not in may_know(complaint, world):
        raise Refused("desk.refused.private_only")
    return one.person


def enterable_for(complaint: Complaint, person: Staff, world: World) -> tuple[Staff, ...]:
    """For whom this person may enter what they said or wrote: all whose turn it is, there or away, but themselves."""
    if complaint.closed_at is not None or person.shared:
        return ()
    if complaint.confidential and person not in may_know(complaint, world):
        return ()
    now = turn(complaint, world)
    return tuple(each for each in (*now.people, *now.also) if each.id != person.id and not each.shared)


def may_know(complaint: Complaint, world: World) -> tuple[Staff, ...]:
    """Who may know of a confidential report: those the standard trusts, and the one it was given to."""
    named = world.office.at_work(complaint.assignee)
    return (*world.office.may_know(world.now), *((named,) if named else ()))


def stale(complaint: Complaint, by: str, world: World) -> Refused:
    """Somebody acted since the button was shown: who, if it can be said."""
    actor = world.office.staff_by_id(complaint.acted_by.removeprefix("staff:")) if complaint.acted_by else None
    if actor is None or complaint.acted_by == by:
        return Refused("desk.refused.already")
    return Refused("desk.refused.already_by", name=actor.name)


def _not_yours(complaint: Complaint, world: World) -> Refused:
    now = turn(complaint, world)
    label = world.standard_of(complaint.standard).role(now.role).label
    if now.named and now.people:
        return Refused("desk.refused.named", name=now.people[0].name)
    return Refused("desk.refused.role", role=label)


def has_turn(person: Staff, complaint: Complaint, world: World) -> bool:
    """Whether it's this person's turn."""
    if complaint.closed_at is not None:
        return False
    now = turn(complaint, world)
    return any(str(each.id) == str(person.id) for each in (*now.people, *now.also))


def is_officer(person: Staff, standard: Standard) -> bool:
    """Whether the person holds a role that deals with citizens."""
    return any(person.has_role(role) for role in standard.roles_of("officer"))


def available(complaint: Complaint, standard: Standard) -> tuple[str, ...]:
    """The acts that the step offers as things stand, the finishing one first."""
    if complaint.closed_at is not None:
        return ()
    step = standard.step(complaint.step)
    acts = offered(standard, step, part_of(complaint, standard))
    return tuple(act for act in acts if _fits(act, complaint, standard))


def _fits(act: str, complaint: Complaint, standard: Standard) -> bool:
    missing = bool(lacking(complaint, standard))
    if act in ("complete", "verify"):
        return not missing or unnamed(complaint)
    if act in WRITTEN:
        return bool(written(complaint, act)) and not complaint.correction
    if act in ("enough", "seen"):
        return missing
    if act == "deliver":
        return complaint.citizen is not None
    return True


def written(complaint: Complaint, act: str) -> str:
    """The words that a report or a draft would pass on as it stands."""
    return complaint.report if act == "report" else complaint.draft


def has_words(complaint: Complaint, act: str) -> bool:
    """Whether there are words already that this act would pass on, or that lead to the answer."""
    if act in WRITTEN:
        return bool(written(complaint, act)) and not complaint.correction
    return bool(complaint.answer or complaint.draft or complaint.report)


def can_undo(complaint: Complaint, by: str, world: World) -> bool:
    """Whether this person may still take back the last act."""
    undo = complaint.undo
    return undo is not None and undo.by == by and world.moment <= undo.at + UNDO
