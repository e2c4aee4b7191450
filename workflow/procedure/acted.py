"""What every act of the staff begins with: older buttons end, a take-back is kept, words and people are read."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.office import Staff
from workflow.procedure.case import Case, Refused
from workflow.procedure.progress import resume
from workflow.procedure.stages import ACTS, joins_on
from workflow.record import Act, Undo

# What an act on the procedure changes and a take-back restores; what the citizen gave meanwhile stays.
PROCEDURE = (
    "step",
    "part",
    "step_since",
    "complete",
    "seen",
    "pauses",
    "waiting",
    "assignee",
    "assignee_role",
    "helpers",
    "disposed_note",
    "report",
    "draft",
    "draft_by",
    "correction",
    "returns",
    "approved_by",
    "signed_by",
    "signed_at",
    "letter_number",
    "numbered_at",
    "archived_at",
    "answer",
    "closed_at",
    "closed_as",
)


def acted(case: Case, act: Act) -> None:
    """Older buttons no longer hold; what was before is kept for a take-back, where one is possible."""
    before = case.complaint
    joined = joins_on(case.standard, case.step, through_chat=before.citizen is not None)
    numbers = joined and not before.number and ACTS[act.kind].finishes  # a number that's given stays given
    keep = replace(before, private={}, papers=(), sayings=(), revisions=(), answers={}, undo=None, pending=None)
    undo = None if ACTS[act.kind].final or numbers else Undo(by=act.by, at=case.now, act=act.kind, before=keep)
    if ACTS[act.kind].finishes:
        resume(case)
    case.set(fresh=before.version, acted_by=act.by, pending=None, undo=undo)


def words_of(act: Act) -> str:
    """What was typed. Raises `Refused` where nothing was."""
    text = act.text.strip()
    if not text:
        raise Refused("desk.refused.no_text")
    return text


def actor(case: Case) -> Staff:
    """The member of staff whose act it is. Raises `Refused` where it's none."""
    person = case.doer
    if person is None:
        raise Refused("desk.refused.not_staff")
    return person


def person_named(case: Case, act: Act, role: str) -> Staff:
    """The person a button named, who must hold the role if one is given. Raises `Refused`."""
    person = case.world.office.at_work(act.data.get("arg", ""))
    if person is None or (role and person not in case.world.office.with_role_at(role, case.now)):
        raise Refused("desk.refused.no_person")
    return person
