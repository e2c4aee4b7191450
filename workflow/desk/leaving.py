"""Somebody leaves the group, or has a role less or more: who has what waited for them, and whose turn the cards say."""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from workflow.desk.duty import bells as duty_bells
from workflow.desk.duty import handing_all
from workflow.desk.duty import record as duty_record
from workflow.desk.posting import edited, names, post
from workflow.desk.show import card_key
from workflow.message import Address, Left, Outbound, Refers
from workflow.office import Office, Staff
from workflow.procedure.case import private_of
from workflow.procedure.progress import turn
from workflow.procedure.staffing import acting
from workflow.procedure.telling import matter, name_of
from workflow.record import Complaint
from workflow.say import lines, say
from workflow.world import Decision, World

LISTED = 15
PRIVATE_CARDS = 20


def left(event: Left, world: World) -> Decision:
    """Somebody isn't in the group any more: no role is left to them, and the admins are told what waits for them."""
    person = world.office.staff_by_id(event.person.id)
    if person is None or not person.at_work:
        return Decision(ignored="somebody without a role left")
    gone = replace(person, roles=(), admin=False)
    text = say("desk.roles.left", name=person.name, roles=labels(person, world.office))
    return _told(text, person, gone, event.chat, world)


def given_or_taken(before: Staff, after: Staff, to: Address, world: World) -> Decision:
    """A role more or less: the cards say whose turn it is now; what was theirs in a role they lost is named."""
    lost = tuple(role for role in before.roles if role not in after.roles)
    if not lost:
        return Decision(staff=(after,)) + _turned(before, after, world)
    roles = labels(replace(before, roles=lost, admin=False, shared=False), world.office)
    return _told(say("desk.moving.taken", name=before.name, roles=roles), before, after, to, world)


def _told(text: str, before: Staff, after: Staff, to: Address, world: World) -> Decision:
    """One message with what waited for them, by name, to the admins, who can hand it over."""
    office = world.office.with_staff([after])
    theirs = _theirs(before, after, world)
    in_the_open = [each for each in theirs if not each.confidential]
    admins = [each for each in office.admins() if each.id != before.id]
    places, over = duty_record.given_up(before, world) if not after.at_work else ("", Decision())
    rows = [say("duty.began.row", number=name_of(each), matter=matter(each)) for each in in_the_open[:LISTED]]
    rows += [say("desk.command.more", n=len(in_the_open) - LISTED)] if len(in_the_open) > LISTED else []
    empty = [role for role in before.roles if role in acting(world.office) and not office.with_role(role)]
    nobody = ", ".join(world.office.standard.role(role).label for role in empty)
    text = lines(
        text,
        places,
        say("desk.roles.left_waiting", n=len(in_the_open)) if in_the_open else "",
        *rows,
        say("desk.moving.nobody_has", roles=nobody) if nobody else "",
        _who_mends(admins, after, nobody),
    )
    had = any(each.assignee == str(before.id) for each in in_the_open)
    choices = ((handing_all.offer(before),),) if had and admins else ()
    told = post(world, to, text, people=admins, loud=True, choices=choices, refers=Refers(role="list"))
    off = _buttons_off(theirs, before, world) if not after.at_work else ()
    return Decision(staff=(after,), sends=(told, *off)) + over + _turned(before, after, world, over)


def _who_mends(admins: list[Staff], after: Staff, nobody: str) -> str:
    """Whom the office looks to: where somebody left, or a role has nobody any more."""
    if after.at_work and not nobody:
        return ""
    return say("desk.roles.left_admins", names=names(admins)) if admins else say("desk.roles.left_no_admin")


def _theirs(before: Staff, after: Staff, world: World) -> list[Complaint]:
    """The open cases that were named to them or were theirs alone, and aren't any more."""
    office = world.office.with_staff([after])
    then = dataclasses.replace(world, office=office)
    found = [each for answer in world.found for each in answer if each.closed_at is None]
    named = [each for each in found if each.assignee == str(before.id) and not after.has_role(each.assignee_role)]
    alone = [each for each in found if turn(each, world).people == (before,) and turn(each, then).people != (after,)]
    return list({each.id: each for each in (*named, *alone)}.values())


def _turned(before: Staff, after: Staff, world: World, over: Decision | None = None) -> Decision:
    """Cards whose turn is somebody else's by it."""
    office = world.office.with_staff([after]).with_duties(over.duties if over else ())
    then = dataclasses.replace(world, office=office)
    found = [each for answer in world.found for each in answer if each.closed_at is None]
    changed = [each for each in found if _who(each, world) != _who(each, then) or each.assignee == str(before.id)]
    return duty_bells.orphaned(changed, then)


def _who(complaint: Complaint, world: World) -> list[int]:
    return [person.id for person in turn(complaint, world).people]


def _buttons_off(theirs: list[Complaint], person: Staff, world: World) -> tuple[Outbound, ...]:
    """The cards in their private chat can't be pressed any more."""
    to = private_of(world, person)
    keys = [key for each in theirs if (key := card_key(each, person)) in each.shown]
    return tuple(edited(to, key, "") for key in keys[:PRIVATE_CARDS]) if to else ()


def labels(person: Staff, office: Office) -> str:
    """A person's roles in the office's words."""
    known = roles_of(office)
    found = [known[role] for role in person.roles if role in known]
    found += [say("duty.shared.role")] if person.shared else []
    return ", ".join([*found, say("desk.roles.admin")] if person.admin else found) or say("desk.roles.no_role")


def roles_of(office: Office) -> dict[str, str]:
    """The roles that somebody of the office can have, in the standard's order: id -> the office's word."""
    return {name: role.label for name, role in office.standard.roles.items() if role.kind not in ("citizen", "system")}
