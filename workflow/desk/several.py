"""A disposition to several people: names are chosen one by one; the first is responsible, the others help."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.desk.buttons import Data, edit_card
from workflow.desk.cards import candidates, card_text
from workflow.desk.posting import LABEL_CHARACTERS, Rows, answered, button
from workflow.message import Press
from workflow.office import Staff
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Refused
from workflow.procedure.rights import check
from workflow.procedure.telling import shortened
from workflow.record import Act, Complaint, Pending
from workflow.say import say
from workflow.world import Decision, World

SEVERAL = "several"
DONE = "ok"


def pressed(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Open the list, choose a name or let go of it, or dispose to those who are chosen."""
    act = Act(kind="dispose", by=f"staff:{person.id}", version=data.version)
    check(complaint, act, world)
    chosen = _chosen(complaint, act.by)
    if data.arg == DONE:
        if not chosen:
            raise Refused("desk.refused.nobody_chosen")
        first, *others = chosen
        named = replace(act, data={"arg": first, "helpers": " ".join(others)})
        return complaints.apply(complaint, named, world) + Decision(sends=(answered(press, "desk.done.plain"),))
    people = candidates(complaint, world.standard_of(complaint.standard).step(complaint.step).assignee or "", world)
    if not data.arg:
        return edit_card(press, complaint, world, card_text(complaint, world), _rows(complaint, people, chosen), "")
    if all(str(each.id) != data.arg for each in people):
        raise Refused("desk.refused.no_person")
    chosen = tuple(each for each in chosen if each != data.arg) if data.arg in chosen else (*chosen, data.arg)
    pending = Pending(act=SEVERAL, by=act.by, at=world.now, text="", arg=" ".join(chosen))
    kept = replace(complaint, version=complaint.version + 1, pending=pending)
    shown = edit_card(press, kept, world, card_text(kept, world), _rows(kept, people, chosen), "")
    return Decision(complaints=(kept,)) + shown


def _chosen(complaint: Complaint, by: str) -> tuple[str, ...]:
    """Whom this person has chosen so far, in that order."""
    pending = complaint.pending
    return tuple(pending.arg.split()) if pending is not None and (pending.act, pending.by) == (SEVERAL, by) else ()


def _rows(complaint: Complaint, people: tuple[Staff, ...], chosen: tuple[str, ...]) -> Rows:
    """A row for each person, with what they're chosen for; then the disposition itself, and the way back."""
    rows = []
    for person in people:
        key = "chosen_not"
        if str(person.id) in chosen:
            key = "chosen_help" if chosen.index(str(person.id)) else "chosen_first"
        label = say(f"desk.button.{key}", name=person.name)
        named = shortened(label, LABEL_CHARACTERS)
        rows.append((button(named, SEVERAL, complaint.code, complaint.version, str(person.id)),))
    if chosen:
        label = say("desk.button.dispose_to", n=len(chosen))
        rows.append((button(label, SEVERAL, complaint.code, complaint.version, DONE),))
    rows.append((button(say("desk.button.back"), "back", complaint.code, complaint.version),))
    return tuple(rows)
