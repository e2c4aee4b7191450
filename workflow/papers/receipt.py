"""The receipt: what the citizen keeps, with what UU 25/2009 wants of it; at some offices the answer's claim slip."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.clocks.when import say_moment
from workflow.papers import signing
from workflow.papers.kinds import say_of
from workflow.papers.sheet import Row, Sheet, cut, dated, kop, on_behalf, person_of, rows
from workflow.procedure.progress import is_voice, lacking
from workflow.procedure.telling import capital, condition_of, sort_name, thing
from workflow.record import Complaint, Entry
from workflow.say import listing, say
from workflow.standard.standard import Standard
from workflow.world import World

STATEMENT_CHARACTERS = 400
GIVEN = 14  # so many papers are named; more are counted


def receipt(complaint: Complaint, entries: Sequence[Entry], world: World) -> Sheet:
    """Identity, short description, place and time, officer (UU 25/2009, Pasal 44); number, time limit and fee."""
    standard = world.standard_of(complaint.standard)
    at = complaint.receipt_at or complaint.registered_at or complaint.confirmed_at
    claim = is_claimed(standard)
    own = standard.prints.labels.get("tanda_terima") if complaint.kind == "complaint" else None
    taken_in = signing.receiving(entries)
    notes = [say("papers.receipt.keep", number=complaint.number or complaint.code)]
    if claim:
        notes.insert(0, say("papers.receipt.claim"))
    return Sheet(
        paper="receipt",
        office=world.office.id,
        at=at,
        name=say("papers.name.receipt", number=complaint.number or complaint.code),
        kop=kop(standard),
        title=own or say_of(complaint, "papers.title.receipt"),
        rows=facts(complaint, world),
        signs=(signing.noted(taken_in, say("papers.receipt.officer"), standard, world, pen=complaint.citizen is None),),
        dated=dated(standard, at, world),
        notes=tuple(notes),
        claim=claim,
    )


def is_claimed(standard: Standard) -> bool:
    """Whether the answer is handed out against the receipt: the delivering step names it among what it needs."""
    return "tanda_terima" in standard.delivers_at().input


def facts(complaint: Complaint, world: World) -> tuple[Row, ...]:
    """The rows that say whose complaint it is, about what, what was given with it, and by when it's answered."""
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    received = say(
        "papers.moment_through", moment=say_moment(complaint.confirmed_at, zone), way=signing.way_of(complaint)
    )
    registered = complaint.registered_at
    told = "statement" if complaint.kind == "complaint" else "suggestion"
    return rows(
        ("register" if complaint.number else "code", complaint.number or complaint.code),
        ("service", standard.service.name),
        ("received", received),
        ("noted", say_moment(registered, zone) if registered and registered != complaint.confirmed_at else ""),
        ("person", person_of(complaint) or signing.citizen_label(standard)),
        ("address", complaint.private.get("address", "")),
        ("behalf", on_behalf(complaint)),
        (told, cut(complaint.statement, STATEMENT_CHARACTERS) or say("telling.without_words")),
        ("given", given(complaint)),
        ("lacking", listing([thing(asked) for asked in lacking(complaint, standard)])),
        ("due", due(complaint, world)),
        ("fee", standard.service.fee_text.rstrip(".")),
        ("tracking", complaint.tracking),
    )


def given(complaint: Complaint) -> str:
    """The papers that came with it, those of one kind counted: "KTP, KK, foto lokasi (3), dan pesan suara"."""
    counts: dict[str, int] = {}
    for paper in complaint.papers:
        if paper.by_staff or paper.state == "failed" or paper.replaced:
            continue
        sort = "voice" if is_voice(paper) else paper.sort
        name = sort_name(sort) if sort else say("papers.receipt.unnamed")
        counts[name or sort] = counts.get(name or sort, 0) + 1
    named = [say("papers.receipt.counted", thing=name, n=n) if n > 1 else name for name, n in counts.items()]
    return capital(listing(named[:GIVEN]))


def due(complaint: Complaint, world: World) -> str:
    """The published total as a date, with its condition beside it; or that it's counted once the file is complete."""
    standard: Standard = world.standard_of(complaint.standard)
    if complaint.due_at is None:
        return say("papers.receipt.due_later", total=standard.deadline.text)
    moment = say_moment(complaint.due_at, world.office.calendar.zone)
    return say("papers.receipt.due", moment=moment, total=standard.deadline.text, condition=condition_of(standard))
