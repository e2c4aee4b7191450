"""What the staff do beside the step: help, handing it on, notes, papers, a take-back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from workflow.procedure import lapsing
from workflow.procedure.acted import PROCEDURE, acted, actor, person_named, words_of
from workflow.procedure.case import Case, Refused
from workflow.procedure.progress import FIELD, lacking, resume, unnamed, waits_for
from workflow.procedure.rights import can_undo, has_turn
from workflow.record import Act


def _help(case: Case, act: Act) -> None:
    """One more person is asked to lend a hand; who is responsible stays so."""
    person = person_named(case, act, "")
    if str(person.id) in (*case.complaint.helpers, case.complaint.assignee):
        raise Refused("desk.refused.already")
    acted(case, act)
    case.set(helpers=(*case.complaint.helpers, str(person.id)))
    case.record("help", role=case.part.role, person=str(person.id), person_name=person.name)


def _hand(case: Case, act: Act) -> None:
    """The step goes to another person of the same role, who is then the responsible one."""
    person = person_named(case, act, case.part.role)
    if person == actor(case):
        raise Refused("desk.refused.already")
    acted(case, act)
    helpers = tuple(each for each in case.complaint.helpers if each != str(person.id))
    case.set(assignee=str(person.id), assignee_role=case.part.role, helpers=helpers)
    case.record("hand", role=case.part.role, text=act.text, person=str(person.id), person_name=person.name)
    case.set(waits_for=waits_for(case.complaint, case.world))


def _note(case: Case, act: Act) -> None:
    """A note changes nothing but the record, save that the disposer's becomes the disposition's."""
    text = words_of(act)
    case.record("note", text=text, role=case.part.role)
    person = actor(case)
    if case.part.act in ("dispose", "ask_staff") and has_turn(person, case.complaint, case.world):
        case.set(disposed_note=text)


def _label(case: Case, act: Act) -> None:
    """A petugas says what a file is."""
    index, sort = act.data.get("paper", ""), act.data.get("sort", "")
    papers = list(case.complaint.papers)
    if not index.isdecimal() or int(index) >= len(papers) or sort not in case.standard.papers():
        raise Refused("desk.refused.unknown")
    papers[int(index)] = replace(papers[int(index)], sort=sort, said_by="petugas", confirmed=True)
    case.set(papers=tuple(papers))
    case.record("label", file=papers[int(index)].file, sort=sort)
    if not lacking(case.complaint, case.standard) and not unnamed(case.complaint):
        case.start_clock()


def _enclose(case: Case, act: Act) -> None:
    """The paper, photographed or as a PDF, goes with the answer; a photo from the field stays with the complaint.

    Who was asked to help may send such photos too.
    """
    helps = str(actor(case).id) in case.complaint.helpers and all(paper.sort == FIELD for paper in act.papers)
    if not helps and not has_turn(actor(case), case.complaint, case.world):
        raise Refused("desk.refused.not_officer")
    case.record("enclose", text=act.text, role=case.part.role, files=" ".join(paper.file for paper in act.papers))


def _include(case: Case, act: Act) -> None:
    """The photos from the field go along with the answer, or stay here after all."""
    found = [paper for paper in case.complaint.papers if paper.sort == FIELD]
    if not found or case.complaint.answered_at is not None:
        raise Refused("desk.refused.nothing_to_choose")
    along = act.data.get("arg") != "no"
    case.set(
        papers=tuple(replace(paper, confirmed=along) if paper in found else paper for paper in case.complaint.papers)
    )
    case.record("include", role=case.part.role, n=str(len(found)), along="yes" if along else "no")


def _attach(case: Case, act: Act) -> None:
    """A document that an officer took in at the counter, photographed in private; what it is, is said by a label."""
    case.record("attach", text=act.text, files=" ".join(paper.file for paper in act.papers))
    if case.complaint.waiting and case.complaint.citizen is None:  # who has no chat answers at the counter
        resume(case)
        case.record("answered")


def _undo(case: Case, act: Act) -> None:
    """Take the last act back: nothing is erased, the record says `koreksi`."""
    undo = case.complaint.undo
    if undo is None or undo.by != act.by:
        raise Refused("desk.refused.not_your_act")
    if not can_undo(case.complaint, act.by, case.world):
        raise Refused("desk.refused.undo_too_late")
    step, waited = case.complaint.step, case.complaint.waiting
    if undo.act == "number" and case.complaint.letter_number != undo.before.letter_number:
        case.unlettered.append((case.complaint.id, case.complaint.letter_number))
    case.set(**{name: getattr(undo.before, name) for name in PROCEDURE})
    case.set(undo=None, pending=None, fresh=case.complaint.version, acted_by=act.by)
    case.record("koreksi", undone=undo.act, to=undo.before.step, away_from=step)
    if case.complaint.waiting and not waited:
        lapsing.await_answer(case)
    case.reckon()
    case.set(waits_for=waits_for(case.complaint, case.world))


SIDE_ACTS: Mapping[str, Callable[[Case, Act], None]] = {
    "help": _help,
    "hand": _hand,
    "note": _note,
    "label": _label,
    "enclose": _enclose,
    "include": _include,
    "attach": _attach,
    "undo": _undo,
}
"""The acts that finish no step."""
