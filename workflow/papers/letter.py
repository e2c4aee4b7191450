"""The answer on the office's letterhead: the very words that leave in the chat, with what a letter has around them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.clocks.when import say_date
from workflow.papers import signing
from workflow.papers.kinds import say_of
from workflow.papers.sheet import Row, Sheet, Sign, counted, dated, kop, paragraphs, person_of, rows, since_reopened
from workflow.papers.verification import verify
from workflow.procedure.progress import goes_along, part_of
from workflow.procedure.telling import matter
from workflow.record import Complaint, Entry
from workflow.say import say
from workflow.standard.standard import Standard
from workflow.world import World

MATTER_CHARACTERS = 160


def letter(complaint: Complaint, entries: Sequence[Entry], world: World) -> Sheet | None:
    """The letter, marked as a draft until it may leave; None where there are no words yet, or staff gave the paper."""
    text = words(complaint, entries)
    if not text or is_on_paper(complaint):
        return None
    standard, now = world.standard_of(complaint.standard), is_final(complaint, world)
    at = written_at(complaint, world)
    sign = signing.signature(complaint, entries, text, world) if now else _to_sign(standard)
    return Sheet(
        paper="answer_letter",
        office=world.office.id,
        at=at,
        name=say("papers.name.answer_letter", number=complaint.number or complaint.code),
        kop=kop(standard),
        dated=dated(standard, at, world),
        rows=_head(complaint, standard),
        to=addressee(complaint),
        opening=(say("papers.letter.greeting"), _opening(complaint, standard, world)),
        body=paragraphs(text),
        closing=(say("papers.letter.closing"),),
        signs=(sign or signing.brought(complaint, world),),
        copies=standard.letter.tembusan,
        verify=verify(complaint, world) if now else None,
        draft="" if now else say("papers.draft"),
    )


def words(complaint: Complaint, entries: Sequence[Entry]) -> str:
    """The answer's words: those that left by the record, else those that would leave as things stand."""
    left = next((each for each in reversed(since_reopened(entries)) if each.act in signing.LEAVING), None)
    if complaint.answered_at is not None and left is not None:
        return left.text
    return complaint.answer or complaint.draft or complaint.report


def is_on_paper(complaint: Complaint) -> bool:
    """Whether staff handed in the answer as paper: then that is the answer, and none is drawn beside it."""
    return any(paper.sort == "answer" and paper.state in ("pending", "ready") for paper in complaint.papers)


def is_final(complaint: Complaint, world: World) -> bool:
    """Whether the letter may leave as it is: it has left, or stands where it's brought to the citizen."""
    if complaint.answered_at is not None or complaint.closed_at is not None:
        return complaint.answered_at is not None
    return part_of(complaint, world.standard_of(complaint.standard)).act in ("deliver", "archive")


def written_at(complaint: Complaint, world: World) -> datetime:
    """The letter's own moment: of its number, else of its leaving."""
    return complaint.numbered_at or complaint.answered_at or world.now


def addressee(complaint: Complaint) -> tuple[str, ...]:
    """To whom it goes, line by line."""
    name = person_of(complaint)
    to = say("papers.letter.to", name=name) if name else say("papers.letter.to_unknown")
    address = complaint.private.get("address", "") if name else ""
    return (to, address or say("papers.in_place"))


def subject(complaint: Complaint, standard: Standard) -> str:
    """What the letter is about, as its head says it."""
    return standard.letter.hal if complaint.kind == "complaint" else say("papers.suggestion.subject")


def _head(complaint: Complaint, standard: Standard) -> tuple[Row, ...]:
    """Nomor, Sifat, Lampiran, Hal. Where no step numbers letters, the register number stands for it."""
    number = complaint.letter_number
    if not number and standard.letter.number_step and not _passes_by(complaint, standard):
        number = say("papers.letter.unnumbered")
    return rows(
        ("number", number or say("papers.letter.by_register", number=complaint.number or complaint.code)),
        ("urgency", standard.letter.sifat),
        ("enclosed", counted(enclosed) if (enclosed := _enclosed(complaint)) else standard.letter.lampiran),
        ("about", subject(complaint, standard)),
    )


def _passes_by(complaint: Complaint, standard: Standard) -> bool:
    """Whether it's a suggestion whose answer gets no number."""
    skipped = standard.suggestions.skips if standard.suggestions is not None else ()
    return complaint.kind == "suggestion" and standard.letter.number_step in skipped


def _enclosed(complaint: Complaint) -> int:
    """How many papers leave with the letter: photos from the field that were chosen."""
    return sum(goes_along(paper) and paper.state == "ready" for paper in complaint.papers)


def _opening(complaint: Complaint, standard: Standard, world: World) -> str:
    day = world.office.calendar.local_date(complaint.confirmed_at)
    return say_of(
        complaint,
        "papers.letter.opening",
        number=complaint.number or complaint.code,
        date=say_date(day),
        service=standard.service.name,
        matter=matter(complaint, MATTER_CHARACTERS),
    )


def _to_sign(standard: Standard) -> Sign | None:
    """On a draft: whose signature is awaited, without it."""
    signer = standard.letter.signer
    if not signer:
        return None
    return signing.awaited(signer, standard)
