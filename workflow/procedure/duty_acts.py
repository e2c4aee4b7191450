"""What is done about somebody else's act or work: objecting to what was entered, adding its sheet, handing all over."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workflow.procedure import capacity
from workflow.procedure.acted import acted
from workflow.procedure.both import APPROVING
from workflow.procedure.case import Case, Refused
from workflow.procedure.progress import waits_for
from workflow.procedure.stages import WRITTEN
from workflow.record import Act, Complaint

ALL = "all"
"""The key of `Entry.data` of a case that was handed over with all the others of its person."""
_ENTERED = "entered:"  # Complaint.extra: entered:VERSION -> who it was entered for, who entered it, the act and how


def remember_entered(case: Case, act: Act) -> dict[str, str]:
    """`Complaint.extra` with what was entered under this version, so that its person may object to it."""
    if case.entered is None:
        return case.complaint.extra
    words = (str(case.entered.person.id), case.by.removeprefix("staff:"), act.kind, case.entered.how)
    return {**case.complaint.extra, f"{_ENTERED}{case.complaint.version}": " ".join(words)}


def entered_under(complaint: Complaint, version: str) -> tuple[str, str, str, str] | None:
    """Who an act was entered for, who entered it, the act and how it came; None where none is or it was objected to."""
    words = complaint.extra.get(f"{_ENTERED}{version}", "").split(" ")
    return (words[0], words[1], words[2], words[3]) if len(words) == 4 else None


def _object(case: Case, act: Act) -> None:
    """Who an act was entered for says that it isn't theirs. Nothing is undone: the people settle it.

    But where it was an approval, no signature of theirs stands below the answer from now on.
    """
    version = act.data.get("arg", "")
    known = entered_under(case.complaint, version)
    if known is None:
        raise Refused("duty.refused.objected")
    if act.by != f"staff:{known[0]}":
        raise Refused("duty.refused.not_entered_for_you")
    extra = {name: text for name, text in case.complaint.extra.items() if name != f"{_ENTERED}{version}"}
    if known[2] in (*APPROVING, *WRITTEN):  # the draft of who signs is their approval
        extra = capacity.disowned(extra, known[0])
    case.set(extra=extra)
    enterer = case.world.office.staff_by_id(known[1])
    case.record("objected", to_act=known[2], to_version=version, by_name=enterer.name if enterer else "", how=known[3])


def _sheet(case: Case, act: Act) -> None:
    """The disposition sheet on which somebody wrote what was entered for them."""
    if not act.papers:
        raise Refused("duty.refused.no_sheet")
    case.record("sheet", files=" ".join(paper.file for paper in act.papers), to_version=act.data.get("arg", ""))


def _hand_all(case: Case, act: Act) -> None:
    """One of all the cases that a person has, given to another one of the same role: `arg` is FROM:TO."""
    office, complaint = case.world.office, case.complaint
    before, _, after = act.data.get("arg", "").partition(":")
    person = office.at_work(after)
    if complaint.closed_at is not None or complaint.assignee != before or not before:
        raise Refused("desk.refused.already")
    if person is None or person.shared or after == before or not person.has_role(complaint.assignee_role):
        raise Refused("desk.refused.no_person")
    actor = case.person
    if actor is None or not (actor.admin or str(actor.id) == before):
        raise Refused("desk.refused.named", name=person.name)
    known = office.staff_by_id(before)
    acted(case, act)
    helpers = tuple(each for each in complaint.helpers if each != after)
    case.set(assignee=after, helpers=helpers)
    case.record("hand", role=complaint.assignee_role, person=after, person_name=person.name,
                from_person=before, from_name=known.name if known else "", **{ALL: "1"})  # fmt: skip
    case.set(waits_for=waits_for(case.complaint, case.world))


DUTY_ACTS: Mapping[str, Callable[[Case, Act], None]] = {"object": _object, "sheet": _sheet, "hand_all": _hand_all}
"""The acts about absence, what was entered, and handing over all."""
