"""What a card says of the letter: paraf, signature and number, and what changed since the draft was returned."""

from __future__ import annotations

from workflow.clocks.when import say_near
from workflow.procedure.capacity import named_as
from workflow.procedure.difference import changes
from workflow.procedure.reach import RETURNED
from workflow.procedure.stages import has_act
from workflow.procedure.telling import shortened
from workflow.record import Complaint
from workflow.say import lines, say
from workflow.world import World

CHANGE_CHARACTERS = 160
CHANGES = 6


def letter_line(complaint: Complaint, world: World) -> str:
    """What was done to the letter so far: paraf, signature and number are three facts; "" before the first."""
    zone, office, standard = world.office.calendar.zone, world.office, world.standard_of(complaint.standard)
    facts = []
    if complaint.approved_by and (person := office.staff_by_id(complaint.approved_by)):
        name = named_as(complaint, person, "approve", standard)
        facts.append(say("desk.card.paraf" if has_act(standard, "sign") else "desk.card.approved", name=name))
    if complaint.signed_at is not None and (person := office.staff_by_id(complaint.signed_by)):
        name = named_as(complaint, person, "sign", standard)
        facts.append(say("desk.card.signed", name=name, moment=say_near(complaint.signed_at, world.now, zone)))
    if complaint.letter_number:
        facts.append(say("desk.card.letter_number", number=complaint.letter_number))
    return say("desk.card.letter", facts="; ".join(facts)) if facts else ""


def rewritten(complaint: Complaint) -> str:
    """What changed since the draft was returned; "" where nothing was returned or nothing changed."""
    before = complaint.extra.get(RETURNED, "")
    found = changes(before, complaint.draft) if before and complaint.draft else ()
    if not found or complaint.correction:
        return ""
    told = [
        say(
            f"desk.card.change_{each.kind}",
            before=shortened(each.before, CHANGE_CHARACTERS),
            after=shortened(each.after, CHANGE_CHARACTERS),
        )
        for each in found[:CHANGES]
    ]
    more_of_them = say("desk.card.changes_more", n=len(found) - CHANGES) if len(found) > CHANGES else ""
    return lines(say("desk.card.changes", n=complaint.returns), *told, more_of_them)
