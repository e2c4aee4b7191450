"""What the staff do to the answer: write, hand in, check, sign, return, number, reword, bring it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workflow.procedure import telling
from workflow.procedure.acted import acted, actor, words_of
from workflow.procedure.both import reason_for_both, remember_approval, remember_author
from workflow.procedure.capacity import WHY_BOTH, kept, wrote_as
from workflow.procedure.case import Case, Refused
from workflow.procedure.numbering import counted, is_counted, typed
from workflow.procedure.progress import enter, finish, goes_along, set_aside
from workflow.procedure.reach import OUT_AT, RETURNED, anew, is_lost
from workflow.procedure.rights import written
from workflow.procedure.stages import has_act
from workflow.record import Act


def _write(case: Case, act: Act) -> None:
    """The step's own text, as often as its author likes; it goes on only with a press."""
    text = words_of(act)
    acted(case, act)
    kind = case.part.act
    if case.complaint.correction:
        set_aside(case, act.papers)
    case.record("write", text=text, role=case.part.role)
    if kind == "report":
        case.set(report=text)
    else:
        case.set(draft=text)
    case.set(draft_by=str(actor(case).id), correction="", extra=remember_author(case))


def _report(case: Case, act: Act) -> None:
    """What was written goes on: to whoever checks it, or to the one who brings it to the citizen."""
    acted(case, act)
    writer = actor(case)
    extra = kept(case.complaint.extra, writer, wrote_as(case.complaint, str(writer.id)))  # an objection was to another
    case.set(answer="", draft_by=case.complaint.draft_by or str(writer.id), extra=extra)
    finish(case, act.kind, text=written(case.complaint, act.kind))


def _approve(case: Case, act: Act) -> None:
    """The paraf of whoever checks; nobody approves their own draft, unless they stand in and say why."""
    why = reason_for_both(case, act)
    acted(case, act)
    paraf = {"paraf": case.part.role} if has_act(case.standard, "sign") else {}  # who signs comes later
    case.set(approved_by=str(actor(case).id), extra=remember_approval(case, why))
    _approved(case, act, why, **paraf)


def _return(case: Case, act: Act) -> None:
    text = words_of(act)
    back = case.step.returns_to
    if back is None:
        raise Refused("desk.refused.not_here")
    acted(case, act)
    extra = {**case.complaint.extra, RETURNED: case.complaint.draft}
    case.set(
        correction=text, returns=case.complaint.returns + 1, approved_by="", signed_by="", signed_at=None, extra=extra
    )
    case.record("return", text=text, role=case.part.role, to=back)
    enter(case, case.standard.step(back))


def _sign(case: Case, act: Act) -> None:
    """The signature, which is another act than the paraf; nobody signs their own draft, unless they stand in."""
    why = reason_for_both(case, act)
    acted(case, act)
    case.set(signed_by=str(actor(case).id), signed_at=case.now, extra=remember_approval(case, why))
    _approved(case, act, why)


def _approved(case: Case, act: Act, why: str, **data: str) -> None:
    finish(case, act.kind, text="" if why else act.text, **({WHY_BOTH: why} if why else {}), **data)


def _number(case: Case, act: Act) -> None:
    """The letter's number: the next one of the office's series, or what was typed from the paper agenda."""
    if is_counted(case.world.office.standard):
        acted(case, act)
        given, missed = counted(case), ""
        case.set(undo=None)  # a number that was counted stays given, or there would be a gap
    else:
        given, missed = typed(case, words_of(act))
        acted(case, act)
    case.letters.append(given)
    case.set(letter_number=given.number, numbered_at=case.now)
    finish(case, act.kind, text=given.number, **({"missed": missed} if missed else {}))


def _reword(case: Case, act: Act) -> None:
    text = words_of(act)
    approved = case.complaint.signed_by or case.complaint.approved_by
    acted(case, act)
    case.record("reword", text=text, role=case.part.role, before=case.complaint.answer)
    case.set(answer=text)
    if approved:
        case.record("inform", by="system", text=text, person=approved)


def _deliver(case: Case, act: Act) -> None:
    """The office's answer leaves by the citizen's channel, or was handed over or posted: with the proof of that."""
    if not case.complaint.answer.strip():
        raise Refused("desk.refused.no_answer")
    by_hand = act.kind == "hand_over"
    if by_hand and is_lost(case.complaint):
        _brought(case, act)
        return
    if not by_hand and any(goes_along(paper) and paper.state == "pending" for paper in case.complaint.papers):
        raise Refused("desk.refused.file_arriving")
    acted(case, act)
    case.set(answered_at=case.now, due_at=case.complaint.due_at, delivery="handed" if by_hand else "waiting")
    case.set(satisfied="", plan="")  # both were about what came before this answer
    case.set(extra=anew(case.complaint, "" if by_hand else telling.key_of("answer", case)))
    choices = telling.answer_choices(case.complaint, case.standard)
    if by_hand:
        telling.tell(case, "notice", telling.is_handed(case), choices=choices)
    else:
        telling.tell(case, "answer", telling.answer(case.complaint, case.world), choices=choices)
        papers = [each for each in case.complaint.papers if goes_along(each) and each.state == "ready"]
        case.sends.extend(telling.enclosure(case, paper) for paper in papers)
    finish(case, act.kind, text=case.complaint.answer, **(_proof(act) if by_hand else {}))


def _brought(case: Case, act: Act) -> None:
    """The answer that didn't get through was brought by hand after all: the steps stay as they are."""
    acted(case, act)
    case.set(delivery="handed", extra={**case.complaint.extra, OUT_AT: case.now.isoformat()})
    role = case.standard.delivers_at().actor
    case.record(act.kind, text=case.complaint.answer, role=role, **_proof(act))


def _proof(act: Act) -> dict[str, str]:
    """Who received the answer and when, as a petugas typed it, and the photos of the signed slip."""
    given = {"received_by": act.text.strip(), "proof": act.data.get("arg", "")}
    return {name: value for name, value in given.items() if value}


LETTER_ACTS: Mapping[str, Callable[[Case, Act], None]] = {
    "write": _write,
    "report": _report,
    "draft": _report,
    "approve": _approve,
    "sign": _sign,
    "return": _return,
    "number": _number,
    "reword": _reword,
    "deliver": _deliver,
    "hand_over": _deliver,
}
"""The acts by which words become the office's answer."""
