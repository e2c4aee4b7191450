"""What the staff do to a complaint, one small function for each act; who may do it is judged before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import get_args

from msgspec.structs import replace

from workflow.office import Staff
from workflow.procedure import telling
from workflow.procedure.case import Case, Refused
from workflow.procedure.progress import close, enter, finish, lacking, resume, unnamed, waits_for
from workflow.procedure.reach import anew
from workflow.procedure.rights import can_undo, has_turn, written
from workflow.procedure.stages import ACTS, joins_on, ways
from workflow.record import Act, Pause, Source, Undo
from workflow.world import Timer

# What an act on the procedure changes and a take-back restores; what the citizen gave meanwhile stays.
_PROCEDURE = (
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
    "letter_number",
    "answer",
    "closed_at",
    "closed_as",
)


# --- the acts ---------------------------------------------------------------------------------------------------------


def _acted(case: Case, act: Act) -> None:
    """Older buttons no longer hold; what was before is kept for a take-back, where one is possible."""
    before = case.complaint
    joined = joins_on(case.standard, case.step, through_chat=before.citizen is not None)
    numbers = joined and not before.number and ACTS[act.kind].finishes  # a number that's given stays given
    keep = replace(before, private={}, papers=(), sayings=(), revisions=(), answers={}, undo=None, pending=None)
    undo = None if ACTS[act.kind].final or numbers else Undo(by=act.by, at=case.now, act=act.kind, before=keep)
    if ACTS[act.kind].finishes:
        resume(case)
    case.set(fresh=before.version, acted_by=act.by, pending=None, undo=undo)


def _plain(case: Case, act: Act) -> None:
    """Accept, register, receipt, pass on, copy, archive: done, and on it goes."""
    _acted(case, act)
    finish(case, act.kind, text=act.text)


def _complete(case: Case, act: Act) -> None:
    _acted(case, act)
    case.set(complete="checked")
    finish(case, act.kind)
    case.news.insert(0, telling.is_complete(case))


def _enough(case: Case, act: Act) -> None:
    _acted(case, act)
    things = telling.lacking_words(case.complaint, case.standard)
    case.set(complete="enough")
    finish(case, act.kind, text=_words(act), things=things)
    case.news.insert(0, telling.is_enough(things))


def _seen(case: Case, act: Act) -> None:
    missing = {asked.id: asked for asked in lacking(case.complaint, case.standard)}
    asked = missing.get(act.data.get("arg", ""))
    if asked is None:
        raise Refused("desk.refused.not_lacking")
    _acted(case, act)
    case.set(seen=(*case.complaint.seen, asked.id))
    case.record("seen", role=case.part.role, thing=asked.id)
    case.news.append(telling.was_seen(asked))
    if not lacking(case.complaint, case.standard):
        case.start_clock()


def _ask(case: Case, act: Act) -> None:
    text = _words(act)
    _acted(case, act)
    days = case.standard.asking.complete_days
    until = case.now + timedelta(days=days)
    pauses = case.complaint.pauses
    if not case.complaint.waiting:
        pauses = (*pauses, Pause(reason=text, since=case.now))
    case.set(waiting=text, pauses=pauses)
    case.record("ask", text=text, role=case.part.role)
    case.reckon()
    if case.complaint.citizen is not None:
        timer = Timer(
            key=f"waiting:{case.complaint.id}",
            lane=case.complaint.citizen,
            due_at=until,
            kind="complete_due",
            subject=case.complaint.id,
            rule=f"{days} calendar_day from {case.now.isoformat()}",
            standard=case.complaint.standard,
        )
        case.timers.append(timer)
    telling.tell(case, "question", telling.asks_for(case, text, until))


def _dispose(case: Case, act: Act) -> None:
    """Name the one responsible person."""
    role = case.step.assignee or ""
    person = _person(case, act, role)
    _acted(case, act)
    note = act.text or case.complaint.disposed_note
    case.set(assignee=str(person.id), assignee_role=role, helpers=(), disposed_note=note)
    finish(case, act.kind, text=note, person=str(person.id), person_name=person.name)
    if act.kind == "dispose":
        case.news.append(telling.is_handled(case))


def _write(case: Case, act: Act) -> None:
    """The step's own text, as often as its author likes; it goes on only with a press."""
    text = _words(act)
    _acted(case, act)
    kind = case.part.act
    case.record("write", text=text, role=case.part.role)
    if kind == "report":
        case.set(report=text)
    else:
        case.set(draft=text)
    case.set(draft_by=str(_actor(case).id), correction="")


def _report(case: Case, act: Act) -> None:
    """What was written goes on: to whoever checks it, or to the one who brings it to the citizen."""
    _acted(case, act)
    case.set(answer="", draft_by=case.complaint.draft_by or str(_actor(case).id))
    finish(case, act.kind, text=written(case.complaint, act.kind))


def _approve(case: Case, act: Act) -> None:
    """Check or sign; nobody approves their own draft."""
    person = str(_actor(case).id)
    if case.complaint.draft_by == person:
        raise Refused("desk.refused.own_draft")
    _acted(case, act)
    case.set(approved_by=person)
    finish(case, act.kind, text=act.text)


def _return(case: Case, act: Act) -> None:
    text = _words(act)
    back = case.step.returns_to
    if back is None:
        raise Refused("desk.refused.not_here")
    _acted(case, act)
    case.set(correction=text, returns=case.complaint.returns + 1, approved_by="")
    case.record("return", text=text, role=case.part.role, to=back)
    enter(case, case.standard.step(back))


def _number(case: Case, act: Act) -> None:
    number = _words(act)
    _acted(case, act)
    case.set(letter_number=number)
    finish(case, act.kind, text=number)


def _branch(case: Case, act: Act) -> None:
    options = ways(case.step)
    index = act.data.get("arg", "0") or "0"
    if not index.isdecimal() or int(index) >= len(options):
        raise Refused("desk.refused.unknown")
    when, target = options[int(index)]
    text = _words(act)
    _acted(case, act)
    case.set(report=text, answer="")
    finish(case, act.kind, text=text, branch=target, when=when)


def _reword(case: Case, act: Act) -> None:
    text = _words(act)
    approved = case.complaint.approved_by
    _acted(case, act)
    case.record("reword", text=text, role=case.part.role, before=case.complaint.answer)
    case.set(answer=text)
    if approved:
        case.record("inform", by="system", text=text, person=approved)


def _deliver(case: Case, act: Act) -> None:
    """The office's answer leaves, or was handed over at the counter."""
    if not case.complaint.answer.strip():
        raise Refused("desk.refused.no_answer")
    if any(paper.sort == "answer" and paper.state == "pending" for paper in case.complaint.papers):
        raise Refused("desk.refused.file_arriving")
    _acted(case, act)
    by_hand = case.complaint.citizen is None
    text = telling.answer(case.complaint, case.world)
    case.set(answered_at=case.now, due_at=case.complaint.due_at, delivery="handed" if by_hand else "waiting")
    case.set(extra=anew(case.complaint, "" if by_hand else telling.key_of("answer", case)))
    choices = telling.answer_choices(case.complaint, case.standard)
    telling.tell(case, "answer", text, choices=choices)
    for paper in case.complaint.papers:
        if paper.sort == "answer" and paper.state == "ready" and case.complaint.citizen is not None:
            case.sends.append(telling.enclosure(case, paper))
    finish(case, act.kind, text=case.complaint.answer)


def _help(case: Case, act: Act) -> None:
    person = _person(case, act, "")
    if str(person.id) in (*case.complaint.helpers, case.complaint.assignee):
        raise Refused("desk.refused.already")
    _acted(case, act)
    case.set(helpers=(*case.complaint.helpers, str(person.id)))
    case.record("help", role=case.part.role, person=str(person.id), person_name=person.name)


def _hand(case: Case, act: Act) -> None:
    """The step goes to another person of the same role, who is then the responsible one."""
    person = _person(case, act, case.part.role)
    if person == _actor(case):
        raise Refused("desk.refused.already")
    _acted(case, act)
    helpers = tuple(each for each in case.complaint.helpers if each != str(person.id))
    case.set(assignee=str(person.id), assignee_role=case.part.role, helpers=helpers)
    case.record("hand", role=case.part.role, text=act.text, person=str(person.id), person_name=person.name)
    case.set(waits_for=waits_for(case.complaint, case.world))


def _refuse(case: Case, act: Act) -> None:
    text = _words(act)
    _acted(case, act)
    case.record("refuse", text=text, role=case.part.role)
    close(case, "refused")
    _rest(case)
    case.news.append(telling.is_refused(case, text))


def _refer(case: Case, act: Act) -> None:
    where = _words(act)
    _acted(case, act)
    case.record("refer", text=where, role=case.part.role, way=act.kind)
    case.set(referred_to=where)
    close(case, "referred")
    _rest(case)
    case.news.append(telling.is_referred(case, act.kind, where))


def _rest(case: Case) -> None:
    case.reckon()
    case.set(waits_for="")


def _note(case: Case, act: Act) -> None:
    """A note changes nothing but the record, save that the disposer's becomes the disposition's."""
    text = _words(act)
    case.record("note", text=text, role=case.part.role)
    person = _actor(case)
    if case.part.act in ("dispose", "ask_staff") and has_turn(person, case.complaint, case.world):
        case.set(disposed_note=text)


def _identify(case: Case, act: Act) -> None:
    """Name and address as on the card, typed by a petugas in private; the record doesn't repeat them."""
    name, _, address = _words(act).partition("\n")
    private = {**case.complaint.private, "name": name.strip()}
    if address.strip():
        private["address"] = " ".join(address.split())
    case.set(private=private)
    case.record("identify")


def _label(case: Case, act: Act) -> None:
    """A petugas says what a file is."""
    index, sort = act.data.get("paper", ""), act.data.get("sort", "")
    papers = list(case.complaint.papers)
    if not index.isdecimal() or int(index) >= len(papers) or not telling.sort_name(sort):
        raise Refused("desk.refused.unknown")
    papers[int(index)] = replace(papers[int(index)], sort=sort, said_by="petugas", confirmed=True)
    case.set(papers=tuple(papers))
    case.record("label", file=papers[int(index)].file, sort=sort)
    if not lacking(case.complaint, case.standard) and not unnamed(case.complaint):
        case.start_clock()


def _enclose(case: Case, act: Act) -> None:
    """The paper itself, photographed or as a PDF: it goes with the answer."""
    if not has_turn(_actor(case), case.complaint, case.world):
        raise Refused("desk.refused.not_officer")
    case.record("enclose", text=act.text, role=case.part.role, files=" ".join(paper.file for paper in act.papers))


def _attach(case: Case, act: Act) -> None:
    """A document that an officer took in at the counter, photographed in private; what it is, is said by a label."""
    case.record("attach", text=act.text, files=" ".join(paper.file for paper in act.papers))


def _source(case: Case, act: Act) -> None:
    """How a complaint that a clerk wrote down came to the office."""
    source = act.data.get("arg", "")
    if case.complaint.citizen is not None or source not in get_args(Source):
        raise Refused("desk.refused.unknown")
    case.set(source=source)
    case.record("source", source=source)


def _undo(case: Case, act: Act) -> None:
    """Take the last act back: nothing is erased, the record says `koreksi`."""
    undo = case.complaint.undo
    if undo is None or undo.by != act.by:
        raise Refused("desk.refused.not_your_act")
    if not can_undo(case.complaint, act.by, case.world):
        raise Refused("desk.refused.undo_too_late")
    step = case.complaint.step
    case.set(**{name: getattr(undo.before, name) for name in _PROCEDURE})
    case.set(undo=None, pending=None, fresh=case.complaint.version, acted_by=act.by)
    case.record("koreksi", undone=undo.act, to=undo.before.step, away_from=step)
    case.reckon()
    case.set(waits_for=waits_for(case.complaint, case.world))


# --- small things -----------------------------------------------------------------------------------------------------


def _words(act: Act) -> str:
    text = act.text.strip()
    if not text:
        raise Refused("desk.refused.no_text")
    return text


def _actor(case: Case) -> Staff:
    person = case.person
    if person is None:
        raise Refused("desk.refused.not_staff")
    return person


def _person(case: Case, act: Act, role: str) -> Staff:
    person = case.world.office.at_work(act.data.get("arg", ""))
    if person is None or (role and not person.has_role(role)):
        raise Refused("desk.refused.no_person")
    return person


STAFF_ACTS: Mapping[str, Callable[[Case, Act], None]] = {
    "accept": _plain,
    "complete": _complete,
    "verify": _complete,
    "register": _plain,
    "receipt": _plain,
    "pass_on": _plain,
    "dispose": _dispose,
    "ask_staff": _dispose,
    "report": _report,
    "draft": _report,
    "approve": _approve,
    "copy": _plain,
    "sign": _approve,
    "number": _number,
    "deliver": _deliver,
    "hand_over": _deliver,
    "archive": _plain,
    "enough": _enough,
    "branch": _branch,
    "write": _write,
    "seen": _seen,
    "ask": _ask,
    "return": _return,
    "reword": _reword,
    "help": _help,
    "hand": _hand,
    "refuse": _refuse,
    "refer_sent": _refer,
    "refer_self": _refer,
    "note": _note,
    "identify": _identify,
    "label": _label,
    "enclose": _enclose,
    "attach": _attach,
    "source": _source,
    "undo": _undo,
}
"""Every act of `stages.ACTS` and what it does."""
