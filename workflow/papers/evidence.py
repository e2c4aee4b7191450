"""Proof of having complained, for the Ombudsman and others: receipt, what became of it in order, and the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflow.clocks.when import say_brief, say_moment
from workflow.papers import signing
from workflow.papers.control import act_name
from workflow.papers.kinds import say_of
from workflow.papers.receipt import facts
from workflow.papers.sheet import Sheet, Sign, dated, kop, paragraphs
from workflow.papers.verification import verify
from workflow.record import Complaint, Entry
from workflow.say import say
from workflow.standard.standard import Standard
from workflow.world import World

_TOLD = (
    "submit", "register", "receipt", "enough", "ask", "answered", "dispose", "ask_staff", "report", "sign", "approve",
    "number", "deliver", "hand_over", "overdue", "told_late", "refuse", "refer", "withdraw", "lapse", "unsatisfied",
    "satisfied", "reopen",
)  # fmt: skip
_TEXTS = frozenset({"ask", "refuse", "refer", "number", "told_late"})


def evidence(complaint: Complaint, entries: Sequence[Entry], world: World) -> Sheet:
    """The sheet. It names roles and never a member of staff: the citizen carries it to others."""
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    table = tuple(
        (say_brief(entry.at, zone), _what(entry, standard), signing.role_of(entry, standard))
        for entry in entries
        if entry.act in _TOLD and not (entry.act == "overdue" and entry.data.get("which") != "total")
    )
    answers = tuple(_answers(entries, world))
    return Sheet(
        paper="evidence",
        office=world.office.id,
        at=world.now,
        name=say_of(complaint, "papers.name.evidence", number=complaint.number or complaint.code),
        kop=kop(standard),
        title=say_of(complaint, "papers.title.evidence"),
        dated=dated(standard, world.now, world),
        opening=(say_of(complaint, "papers.evidence.opening", office=standard.office.name),),
        rows=facts(complaint, world),
        columns=tuple(say(f"papers.evidence.{each}") for each in ("when", "what", "who")),
        table=table,
        sections=answers or ((say("papers.evidence.no_answer"), ""),),
        closing=(_standing(complaint, standard, world),),
        signs=(Sign(role=(), how=say("papers.by_system", office=standard.office.name)),),
        notes=(say_of(complaint, "papers.evidence.note"),),
        verify=verify(complaint, world, beside=True) if answers else None,  # before that no letter bears the code
    )


def _what(entry: Entry, standard: Standard) -> str:
    did = act_name(entry.act, standard)
    return f"{did}: {' '.join(entry.text.split())}" if entry.text and entry.act in _TEXTS else did


def _answers(entries: Sequence[Entry], world: World) -> Iterator[tuple[str, str]]:
    """Every answer that was brought, in the words in which it left."""
    left = [entry for entry in entries if entry.act in signing.LEAVING and entry.text]
    for n, entry in enumerate(left, 1):
        moment = say_moment(entry.at, world.office.calendar.zone)
        key = "papers.evidence.answer" if len(left) == 1 else "papers.evidence.answer_n"
        yield say(key, n=n, moment=moment), "\n".join(paragraphs(entry.text))


def _standing(complaint: Complaint, standard: Standard, world: World) -> str:
    if complaint.closed_at is not None:
        moment = say_moment(complaint.closed_at, world.office.calendar.zone)
        return say_of(complaint, f"papers.evidence.closed_{complaint.closed_as or 'answered'}", moment=moment)
    n, m = standard.position(standard.step(complaint.step))
    moment = say_moment(world.now, world.office.calendar.zone)
    late = complaint.due_at is not None and complaint.due_at < world.now and complaint.answered_at is None
    key = "papers.evidence.open_late" if late else "papers.evidence.open"
    return say_of(complaint, key, moment=moment, n=n, m=m)
