"""Nobody approves their own draft; who drafted it and approves because they stand in says why they do both."""

from __future__ import annotations

from workflow.procedure import capacity
from workflow.procedure.case import Case, Refused
from workflow.record import Act, Complaint

APPROVING = ("approve", "sign")
WHY = "why"
"""The argument of an approving act whose text is the reason why one person does both."""
_TYPED_BY = "typed_by"  # Complaint.extra: who typed the draft that was entered for somebody else


def reason_for_both(case: Case, act: Act) -> str:
    """The reason why whoever approves may have drafted it, too; "" where they didn't.

    Raises `Refused`: `desk.refused.own_draft` where they may not approve it at all, `duty.refused.why_first` where the
    reason is still to be given. What is entered for somebody else is never an approval of a draft of either of them.
    """
    person = case.doer
    if person is None:
        raise Refused("desk.refused.not_staff")
    enterer = case.by.removeprefix("staff:")
    if not {str(person.id), enterer} & _authors(case):
        return ""
    stands_in = case.mark(case.part.role) or capacity.wrote_as(case.complaint, str(person.id))
    if case.entered or not stands_in:
        raise Refused("desk.refused.own_draft")
    if act.data.get("arg") != WHY or not act.text.strip():
        raise Refused("duty.refused.why_first")
    return act.text.strip()


def must_say_why(case: Case, act: Act) -> bool:
    """Whether the one who presses has to be asked for the reason first."""
    if act.kind not in APPROVING:
        return False
    try:
        reason_for_both(case, act)
    except Refused as no:
        return no.key == "duty.refused.why_first"
    return False


def remember_author(case: Case) -> dict[str, str]:
    """`Complaint.extra` with who wrote the words, in which capacity, and who typed them for them."""
    person = case.doer
    extra = {name: text for name, text in case.complaint.extra.items() if name not in (_TYPED_BY, capacity.WHY_BOTH)}
    if person is None:
        return extra
    typed_by = {_TYPED_BY: case.by.removeprefix("staff:")} if case.entered else {}
    return capacity.kept(extra, person, case.mark(case.part.role)) | typed_by


def remember_approval(case: Case, why: str) -> dict[str, str]:
    """`Complaint.extra` with the capacity in which somebody approved or signed, and why they drafted it as well."""
    person = case.doer
    if person is None:
        return case.complaint.extra
    mark, entered = case.mark(case.part.role), case.entered
    extra = capacity.kept(case.complaint.extra, person, mark)
    how, enterer = (entered.data["how"], case.person.name) if entered and case.person else ("", "")
    extra = capacity.done_as(extra, case.part.act, mark, how, enterer)
    return extra | ({capacity.WHY_BOTH: f"{person.id} {why}"} if why else {})


def said_why(complaint: Complaint) -> str:
    """The reason as it's shown on the card, while that approval stands; "" where there's none."""
    who, _, why = complaint.extra.get(capacity.WHY_BOTH, "").partition(" ")
    return why if who and who in (complaint.signed_by, complaint.approved_by) else ""


def _authors(case: Case) -> set[str]:
    return {case.complaint.draft_by, case.complaint.extra.get(_TYPED_BY, "")} - {""}
