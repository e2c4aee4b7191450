"""A complaint that a clerk writes down: a walk-in, a phone call, a letter, a note from the box, an item of LAPOR!."""

from __future__ import annotations

from typing import get_args

from workflow.desk.posting import button, post
from workflow.message import Address, Refers
from workflow.office import Staff
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Refused
from workflow.procedure.rights import is_officer
from workflow.procedure.telling import capital, name_of
from workflow.record import Complaint, Source
from workflow.say import lines, say
from workflow.world import Decision, World


def written_down(text: str, person: Staff, to: Address, world: World) -> Decision:
    """The complaint begins with the clerk's words; where it came from and whose it is can be added at once.

    With the text alone it's there, so nothing is lost when the clerk is called away: what's missing shows on its card.
    """
    standard = world.office.standard
    if not is_officer(person, standard):
        raise Refused("desk.refused.not_officer")
    complaint = Complaint(
        id=world.supply.id(),
        code=world.supply.code(),
        office=world.office.id,
        standard=standard.version,
        received_at=world.moment,
        confirmed_at=world.moment,
        source="visit",
        statement=text,
    )
    opened = complaints.open_case(complaint, world, by=f"staff:{person.id}")
    begun = opened.complaints[0]
    sources = [
        button(capital(say(f"desk.source.{each}")), "source", begun.code, begun.version, each)
        for each in get_args(Source)
        if each not in ("chat", "visit")
    ]
    name = button(say("desk.button.name"), "name", begun.code, begun.version)
    said = lines(
        say("desk.command.noted", name=name_of(begun), source=say("desk.source.visit")), say("desk.command.pick_source")
    )
    shown = post(
        world,
        to,
        said,
        about=begun,
        choices=(*((each,) for each in sources), (name,)),
        refers=Refers(role="card", complaint=begun.id, version=begun.version),
    )
    return opened + Decision(sends=(shown,))


def ask_for_text(person: Staff, to: Address, world: World) -> Decision:
    """`/catat` alone: what's to be written down is typed in reply."""
    if not is_officer(person, world.office.standard):
        raise Refused("desk.refused.not_officer")
    refers = Refers(role="prompt", detail="catat", person=str(person.id))
    return Decision(sends=(post(world, to, say("desk.prompt.catat"), people=(person,), refers=refers),))
