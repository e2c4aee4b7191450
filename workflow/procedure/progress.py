"""How a complaint goes through the published steps: who is next, what a finished part leads to, where it ends."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.conversation import Paper
from workflow.dialogue.wanted import things
from workflow.message import Value
from workflow.office import Staff
from workflow.procedure import signature
from workflow.procedure.case import Case, Refused
from workflow.procedure.reach import begun_anew
from workflow.procedure.responsible import forgotten, responsible
from workflow.procedure.stages import ACTS, WRITTEN, Part, joined_before, parts, work_part
from workflow.record import Complaint
from workflow.standard.standard import Asked, Standard, Step
from workflow.world import World

FORMER = "former_answer"
"""What a paper is that went with an earlier wording of the answer, or was meant to."""

FIELD = "field_photo"
"""A photo that the staff took where the work was done."""
PROOF = "delivery_proof"
"""The slip that whoever received the answer signed, photographed."""


class Turn(Value):
    """Whose turn it is: a role, the people it's put before, and whether one person was named for it.

    While a holder is away it's put before whoever stands in; the holder, in `also`, may act all the same. Where nobody
    is there and nobody stands in, it's still the holders', and `nobody_there` says so.
    """

    role: str
    people: tuple[Staff, ...]
    named: bool = False
    also: tuple[Staff, ...] = ()
    nobody_there: bool = False


def turn(complaint: Complaint, world: World) -> Turn:
    """Whose turn it is at the complaint's step.

    Work that was disposed to one person is theirs alone, as long as they hold the role; while they are away, it's also
    theirs who stands in for them. A confidential report is worked on by those who may know of it, in place of the
    published role, and by the person they name.
    """
    standard = world.standard_of(complaint.standard)
    part = part_of(complaint, standard)
    office = world.office
    person = office.at_work(complaint.assignee)
    holds = person is not None and (complaint.confidential or person in office.with_role_at(part.role, world.now))
    named = holds and _is_named(complaint, standard, part)
    if complaint.confidential:
        people = (person,) if named and person is not None else office.may_know(world.now)
        return Turn(role=part.role, people=people, named=named)
    if named and person is not None:
        return _put_before(part.role, (person,), office.stand_ins(part.role, world.now, person.id), world, named=True)
    return _put_before(part.role, office.with_role(part.role), office.stand_ins(part.role, world.now), world)


def _put_before(
    role: str, holders: tuple[Staff, ...], stand_ins: tuple[Staff, ...], world: World, *, named: bool = False
) -> Turn:
    """Those who are there and those who stand in, before those who are away."""
    present = [each for each in stand_ins if world.office.is_there(each, world.now)]
    over = [each for each in present if (by := world.office.stands_in(each, role, world.now)) and by.kind == "plt"]
    there = () if over and not named else tuple(each for each in holders if world.office.is_there(each, world.now))
    free = tuple(each for each in present if each not in there)
    people = (*there, *free) or holders
    also = tuple(each for each in (*holders, *stand_ins) if each not in people)
    return Turn(role=role, people=people, named=named, also=also, nobody_there=bool(people) and not (there or free))


def part_of(complaint: Complaint, standard: Standard) -> Part:
    """What is to be done now."""
    return parts(standard.step(complaint.step))[complaint.part]


def _is_named(complaint: Complaint, standard: Standard, part: Part) -> bool:
    """Whether this part is work of the person that a disposition named in this very role."""
    if not complaint.assignee or complaint.assignee_role != part.role:
        return False
    step = standard.step(complaint.step)
    return part.act in WRITTEN or (part.act == "ask_staff" and step.assignee != part.role)


def waits_for(complaint: Complaint, world: World) -> str:
    """A role, or "staff:ID" where one person was named; "" when nobody has to act."""
    if complaint.closed_at is not None or not complaint.step:
        return ""
    now = turn(complaint, world)
    return f"staff:{complaint.assignee}" if now.named else now.role


# --- what is lacking --------------------------------------------------------------------------------------------------


def lacking(complaint: Complaint, standard: Standard) -> tuple[Asked, ...]:
    """The required things nobody has given, seen at the counter or found unnecessary, in the standard's order."""
    if complaint.complete in ("checked", "enough"):
        return ()
    return tuple(asked for asked in things(complaint, standard) if asked.required and not _has(complaint, asked))


def unnamed(complaint: Complaint) -> bool:
    """Whether there are files of which nobody has said what they are: any of them may be what's lacking."""
    return any(not paper.sort and paper.state != "failed" and not is_voice(paper) for paper in complaint.papers)


def is_voice(paper: Paper) -> bool:
    """Whether it's a voice note, which is words and no document."""
    return paper.type == "voice" or paper.sort == "voice"


def _has(complaint: Complaint, asked: Asked) -> bool:
    if asked.id in complaint.seen:
        return True
    if asked.id == "statement":
        return bool(complaint.statement) or any(is_voice(paper) for paper in complaint.papers)
    if asked.kind in ("text", "signature"):
        typed = bool(complaint.answers.get(asked.id) or complaint.private.get(asked.id))
        return typed or (asked.kind == "signature" and signature.on_letter(complaint))
    wanted = asked.options or (asked.id,)
    return any(paper.sort in wanted and paper.state != "failed" for paper in complaint.papers)


# --- going on ---------------------------------------------------------------------------------------------------------


def begin(case: Case, *, source: str) -> None:
    """The complaint is there: a published step of the citizen's own is done by that, and the next one waits."""
    first = case.standard.first
    case.set(step=first.id, step_since=case.now)
    if not case.standard.is_citizen(first.actor):
        case.record("submit", source=source)
        enter(case, first)
        return
    onward = case.standard.step(first.next[0])
    case.record("submit", role=first.actor, source=source, to=onward.id)
    _registers_after(case, first)
    enter(case, onward)


def enter(case: Case, step: Step, part: int = 0) -> None:
    """Stand at a part of a step. Clerical steps are done at once in their role's name."""
    case.set(step=step.id, part=part, step_since=case.now)
    arrive(case)


def arrive(case: Case) -> None:
    """What the place asks for at once: clerical steps are done; the words, the bells and the turn are set."""
    while case.complaint.closed_at is None and case.standard.is_clerical(case.step):
        _done(case, case.part.act, by="system", role=case.part.role)
    if case.complaint.closed_at is None and case.part.act == "deliver" and not case.complaint.answer:
        case.set(answer=case.complaint.draft or case.complaint.report)
    case.reckon()
    case.set(waits_for=waits_for(case.complaint, case.world))


def finish(case: Case, act: str, *, text: str = "", **data: str) -> None:
    """The part is done by whoever acts; so are the joined ones that need no judgement, each with its own entry."""
    role = case.part.role
    _done(case, act, by=case.by, role=role, text=text, **data)
    while case.complaint.closed_at is None and _runs_on(case, role):
        _done(case, case.part.act, by=case.by, role=role)
    arrive(case)


def _runs_on(case: Case, role: str) -> bool:
    """Whether the press that came so far does the next part too: same role, no judgement, joined by the standard."""
    if case.part.role != role or not ACTS[case.part.act].plain:
        return False
    if case.complaint.part > 0:
        return True
    return joined_before(case.standard, case.step, through_chat=case.complaint.citizen is not None)


def _done(case: Case, act: str, *, by: str, role: str, text: str = "", **data: str) -> None:
    """Record one finished part, with what it means in itself, and stand at the following one."""
    if case.complaint.clock_started_at is None and by.startswith("staff:") and ACTS[act].clears:
        case.set(complete=case.complaint.complete or "enough")
        case.start_clock()
    if act == "register":
        give_number(case)
    if act == "archive":
        case.set(archived_at=case.now)
    step, done = case.step, case.part
    target = data.pop("branch", "")
    last = case.complaint.part + 1 >= len(parts(step))
    onward = case.standard.step(target) if target else case.standard.next_step(step, case.complaint.kind)
    place = f"{step.id}/{case.complaint.part + 1}" if not last and not target else (onward.id if onward else "")
    case.record(act, by=by, role=role, text=text, to=place, **data)
    if not last and not target:
        case.set(part=case.complaint.part + 1, step_since=case.complaint.step_since)
        return
    _registers_after(case, step)
    if step.informs and done.act in WRITTEN:
        case.record("inform", by="system", text=text, roles=" ".join(step.informs))
    if onward is None:
        if case.complaint.answered_at is None and case.complaint.kind == "complaint":
            raise Refused("desk.refused.no_answer")  # the office closes only with an answer
        close(case, "answered")
        return
    case.set(step=onward.id, part=0, step_since=case.now)


def _registers_after(case: Case, step: Step) -> None:
    """Where no published step registers, the engine does after the step the file names."""
    if not case.complaint.number and case.standard.registers_at() == ("system", step.id):
        give_number(case)
        case.record("register", by="system")


def give_number(case: Case) -> None:
    """The next number of the office's year; a complaint keeps the one it has."""
    if case.complaint.number:
        return
    year = case.world.office.calendar.local_date(case.now).year
    prefix = case.standard.office.ticket_prefix
    number = f"{prefix}-{year}-{case.world.supply.number(year):04}"
    case.set(number=number, registered_at=case.now)


def receives(case: Case) -> bool:
    """Whether the citizen's receipt is due now: a number is there, and no step that gives it still lies ahead."""
    if not case.complaint.number or case.complaint.receipt_at is not None:
        return False
    order = [step.id for step in case.standard.steps]
    ahead = order[order.index(case.complaint.step) :] if case.complaint.closed_at is None else []
    return not any("receipt" in case.standard.step(each).stages for each in ahead)


def close(case: Case, how: str) -> None:
    """The end: nothing waits any more and no bell rings."""
    resume(case)
    case.set(closed_at=case.now, closed_as=how, waiting="", pending=None)


def reopen(case: Case) -> None:
    """Back to where the work is done, with a new total; the old answer stays in the record."""
    step, part = work_part(case.standard)
    if not case.complaint.assignee and any(each.act == "dispose" for each in parts(step)[:part]):
        part = 0  # nobody was named yet: the first answer went round this step
    assignee, role = responsible(case.complaint)
    case.set(
        assignee=assignee,
        assignee_role=role,
        closed_at=None,
        closed_as="",
        answered_at=None,
        answer="",
        delivery="",
        report="",
        draft="",
        draft_by="",
        approved_by="",
        signed_by="",
        signed_at=None,
        letter_number="",
        numbered_at=None,
        archived_at=None,
        correction="",
        plan="",
        late=(),
        satisfied="no",
        reopened=case.complaint.reopened + 1,
        clock_started_at=case.now,
        pauses=(),
        extra=forgotten(replace(case.complaint, extra=begun_anew(case.complaint))),
    )
    set_aside(case)
    enter(case, step, part)


def goes_along(paper: Paper) -> bool:
    """Whether a paper leaves with the answer: the answer on paper, and photos from the field that were chosen."""
    return paper.sort == "answer" or (paper.sort == FIELD and paper.confirmed)


def set_aside(case: Case, fresh: tuple[Paper, ...] = ()) -> None:
    """The papers of an answer that's written anew don't leave with the new one; they stay in the record."""
    kept = {paper.file for paper in fresh}
    case.set(
        papers=tuple(
            replace(paper, sort=FORMER) if paper.sort == "answer" and paper.file not in kept else paper
            for paper in case.complaint.papers
        )
    )


def resume(case: Case) -> None:
    """The citizen answered, or the office goes on without: the service clock runs again."""
    if not case.complaint.waiting:
        return
    pauses = tuple(pause.ended(case.now) if pause.until is None else pause for pause in case.complaint.pauses)
    case.set(waiting="", pauses=pauses)
    case.unset.append(f"waiting:{case.complaint.id}")
    case.reckon()


def summary_of(standard: Standard, complaint: Complaint) -> tuple[int, int]:
    """Which of the steps that a citizen is shown: the office's shorter view where it publishes one."""
    step = standard.step(complaint.step)
    if not standard.summary_steps:
        return standard.position(step)
    lines = [index for index, line in enumerate(standard.summary_steps, 1) if step.id in line.covers]
    return (lines[0] if lines else len(standard.summary_steps)), len(standard.summary_steps)
