"""What the staff do to take a complaint on through its steps, one small function for each act.

Who may do it is judged before. What is done to the answer stands in `letter_acts`, what is done beside the step in
`side_acts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from workflow.procedure import lapsing, responsible, telling
from workflow.procedure.acted import acted, person_named, words_of
from workflow.procedure.case import Case, Refused
from workflow.procedure.destination import destination
from workflow.procedure.duty_acts import DUTY_ACTS
from workflow.procedure.lateness import LATE_ACTS
from workflow.procedure.letter_acts import LETTER_ACTS
from workflow.procedure.progress import close, finish, lacking
from workflow.procedure.side_acts import SIDE_ACTS
from workflow.procedure.stages import ways
from workflow.procedure.taken_acts import TAKEN_ACTS
from workflow.record import Act, Complaint, Pause
from workflow.say import lines


def _plain(case: Case, act: Act) -> None:
    """Accept, register, receipt, pass on, copy, archive: done, and on it goes."""
    acted(case, act)
    finish(case, act.kind, text=act.text)


def _archive(case: Case, act: Act) -> None:
    """Filed, with what is planned to follow where somebody wrote it."""
    acted(case, act)
    if act.text.strip():
        case.set(plan=act.text.strip())
    finish(case, act.kind, text=act.text.strip())


def _complete(case: Case, act: Act) -> None:
    acted(case, act)
    case.set(complete="checked")
    finish(case, act.kind)
    case.news.insert(0, telling.is_complete(case))


def _enough(case: Case, act: Act) -> None:
    acted(case, act)
    things, before = telling.lacking_words(case.complaint, case.standard), case.complaint
    case.set(complete="enough")
    finish(case, act.kind, text=words_of(act), things=things)
    case.news.insert(0, lines(telling.is_enough(things), _runs_now(case, before)))


def _seen(case: Case, act: Act) -> None:
    missing = {asked.id: asked for asked in lacking(case.complaint, case.standard)}
    asked = missing.get(act.data.get("arg", ""))
    if asked is None:
        raise Refused("desk.refused.not_lacking")
    acted(case, act)
    case.set(seen=(*case.complaint.seen, asked.id))
    case.record("seen", role=case.part.role, thing=asked.id)
    before = case.complaint
    if not lacking(case.complaint, case.standard):
        case.start_clock()
    case.news.append(lines(telling.was_seen(asked), _runs_now(case, before)))


def _runs_now(case: Case, before: Complaint) -> str:
    """Until when, for whoever read on the receipt that the total runs once the file is complete; else ""."""
    begun = before.clock_started_at is None and case.complaint.clock_started_at is not None
    if not begun or before.receipt_at is None:
        return ""
    case.reckon()
    return telling.due_words(case.complaint, case.world)


def _ask(case: Case, act: Act) -> None:
    text = words_of(act)
    acted(case, act)
    days = case.standard.asking.complete_days
    until = case.now + timedelta(days=days)
    pauses = case.complaint.pauses
    if not case.complaint.waiting:
        pauses = (*pauses, Pause(reason=text, since=case.now))
    case.set(waiting=text, pauses=pauses)
    case.record("ask", text=text, role=case.part.role)
    case.reckon()
    lapsing.await_answer(case)
    telling.tell(case, "question", telling.asks_for(case, text, until))


def _dispose(case: Case, act: Act) -> None:
    """Name the one responsible person, and those who help them, with what the disposer wrote for them."""
    role = case.step.assignee or ""
    person = person_named(case, act, role)
    others = [
        person_named(case, replace(act, data={"arg": each}), role) for each in act.data.get("helpers", "").split()
    ]
    helpers = tuple(str(each.id) for each in others if each != person)
    acted(case, act)
    note = act.text or case.complaint.disposed_note
    asks = act.kind == "ask_staff"  # whoever is responsible stays so, with their helpers; staff only write
    case.set(extra=responsible.remembered(case.complaint) if asks else responsible.forgotten(case.complaint))
    case.set(assignee=str(person.id), assignee_role=role, helpers=case.complaint.helpers if asks else helpers)
    case.set(disposed_note=note)
    data = {"person": str(person.id), "person_name": person.name}
    if helpers:
        data |= {"helpers": " ".join(helpers), "helper_names": ", ".join(each.name for each in others)}
    finish(case, act.kind, text=note, **data, **({"note": note} if note else {}))
    if act.kind == "dispose":
        case.news.append(telling.is_handled(case))


def _branch(case: Case, act: Act) -> None:
    options = ways(case.step)
    index = act.data.get("arg", "0") or "0"
    if not index.isdecimal() or int(index) >= len(options):
        raise Refused("desk.refused.unknown")
    when, target = options[int(index)]
    text = words_of(act)
    acted(case, act)
    case.set(report=text, answer="")
    finish(case, act.kind, text=text, branch=target, when=when)


def _refuse(case: Case, act: Act) -> None:
    text = words_of(act)
    acted(case, act)
    case.record("refuse", text=text, role=case.part.role)
    close(case, "refused")
    _rest(case)
    case.news.append(telling.is_refused(case, text))


def _refer(case: Case, act: Act) -> None:
    words = words_of(act)
    where, tracking = destination(act.kind, words)
    acted(case, act)
    data = {"way": act.kind, "where": where, **({"tracking": tracking} if tracking else {})}
    case.record("refer", text=words, role=case.part.role, **data)
    case.set(referred_to=where, referred_tracking=tracking)
    close(case, "referred")
    _rest(case)
    case.news.append(telling.is_referred(case, act.kind, words))


def _rest(case: Case) -> None:
    case.reckon()
    case.set(waits_for="")


STAFF_ACTS: Mapping[str, Callable[[Case, Act], None]] = {
    "accept": _plain,
    "complete": _complete,
    "verify": _complete,
    "register": _plain,
    "receipt": _plain,
    "pass_on": _plain,
    "dispose": _dispose,
    "ask_staff": _dispose,
    "copy": _plain,
    "archive": _archive,
    "enough": _enough,
    "branch": _branch,
    "seen": _seen,
    "ask": _ask,
    "refuse": _refuse,
    "refer_sent": _refer,
    "refer_self": _refer,
    **DUTY_ACTS,
    **LETTER_ACTS,
    **SIDE_ACTS,
    **TAKEN_ACTS,
    **LATE_ACTS,
}
"""Every act of `stages.ACTS` and what it does."""
