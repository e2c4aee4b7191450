"""A made-up complaint of any standard, gone its whole way: for looking at papers before they're needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from workflow.clocks import deadline
from workflow.conversation import Paper
from workflow.message import Address, Limits
from workflow.office import Office, Staff
from workflow.papers.verification import LENGTH, LETTERS
from workflow.procedure.stages import parts
from workflow.record import Complaint, Entry
from workflow.say import say
from workflow.standard.standard import Standard
from workflow.world import Supply, Way, World

CODE = "7K3F"
_QUICK, _SLOW = timedelta(minutes=50), timedelta(minutes=150)
_HOLDER = 101  # ids of the made-up staff count from here


def sample(standard: Standard, at: datetime) -> tuple[Complaint, tuple[Entry, ...], World]:
    """The complaint as it stands at the end, its record, and a world to draw it in. Everybody in it is CONTOH."""
    staff = _staff(standard)
    office = Office(id=standard.id, standard=standard, staff=tuple(staff.values()))
    began = at - (_QUICK if standard.deadline.unit == "office_minute" else _SLOW)
    complaint = Complaint(
        id="contoh",
        code=CODE,
        office=standard.id,
        standard=standard.version,
        received_at=began - timedelta(minutes=20),
        confirmed_at=began,
        registered_at=began + timedelta(minutes=1),
        receipt_at=began + timedelta(minutes=1),
        number=f"{standard.office.ticket_prefix}-{began.year}-0001",
        citizen=Address(standard.id, "whatsapp", "+6281100000001"),
        statement=say("papers.sample.statement"),
        answers={"loss": say("papers.sample.loss"), "remedy_requested": say("papers.sample.remedy")},
        private=_person(standard),
        papers=_papers(standard, began),
        complete="complete",
        clock_started_at=began,
        due_at=deadline.promise(standard, began).due_at,
        step=standard.steps[-1].id,
        step_since=at,
        draft=say("papers.sample.answer"),
        report=say("papers.sample.answer"),
        answer=say("papers.sample.answer"),
        letter_number=say("papers.sample.number", year=at.year) if standard.letter.number_step else "",
        numbered_at=at if standard.letter.number_step else None,
        answered_at=at,
        archived_at=at,
        delivery="delivered",
        closed_at=at,
        closed_as="answered",
        verification=(LETTERS * 2)[:LENGTH],
    )
    world = World(
        office=office,
        now=at,
        supply=Supply(iter(()), iter(()), iter(()), {}),
        limits=Limits(),
        standards={standard.version: standard},
        ways=(Way(channel="whatsapp", reach=say("papers.sample.way")),),
    )
    record = _record(standard, complaint, staff, began, at)
    registered = next((each.at for each in record if each.act == "register"), complaint.registered_at)
    given = next((each.at for each in record if each.act == "receipt"), registered)
    return replace(complaint, registered_at=registered, receipt_at=given), record, world


def _staff(standard: Standard) -> dict[str, Staff]:
    """One holder for each role."""
    found = {}
    for n, role in enumerate(role for role in standard.roles if not standard.is_citizen(role)):
        name, nip = say("papers.sample.staff", letter=chr(ord("A") + n)), "19" + "0" * 16
        found[role] = Staff(
            id=_HOLDER + n,
            name=name,
            title=standard.role(role).label,
            roles=(role,),
            rank=say("papers.sample.rank"),
            nip=nip,
        )
    return found


def _person(standard: Standard) -> dict[str, str]:
    asked = {each.id for each in standard.asked()}
    if not asked & {"name", "kk", "ktp", "identity"}:
        return {}
    return {
        "name": say("papers.sample.name"),
        "address": say("papers.sample.address"),
        "submitted_place": say("papers.sample.place"),
    }


def _papers(standard: Standard, at: datetime) -> tuple[Paper, ...]:
    sorts = [(each.options or (each.id,))[0] for each in standard.asked() if each.kind in ("document", "place_photo")]
    return tuple(
        Paper(file=f"contoh.{n}", message=str(n), at=at, state="ready", type="photo", sort=sort, confirmed=True)
        for n, sort in enumerate(sorts)
    )


def _record(
    standard: Standard, complaint: Complaint, staff: dict[str, Staff], began: datetime, at: datetime
) -> tuple[Entry, ...]:
    """An act for each part of each step, evenly between the beginning and the end."""
    every = [(step, part, n) for step in standard.steps for n, part in enumerate(parts(step), 1)]
    todo = [row for row in every if not standard.is_citizen(row[1].role)]  # their part is that they reported
    entries = [Entry(complaint=complaint.id, at=began, act="submit", by="citizen", data={"to": todo[0][0].id})]
    for place, (step, part, n) in enumerate(todo, 1):
        last = n == len(parts(step))
        moment = began + (at - began) * place / len(todo)
        onward = (step.next[0] if step.next else "") if last else f"{step.id}/{n}"
        entry = Entry(
            complaint=complaint.id, at=moment, act=part.act, role=part.role, step=step.id, data={"to": onward}
        )
        holder = staff[part.role]
        entry = replace(entry, by="system" if step.by == "system" else f"staff:{holder.id}", name=holder.name)
        if part.act in ("report", "draft", "deliver"):
            entry = replace(entry, text=complaint.answer)
        elif part.act in ("dispose", "ask_staff"):
            named = staff.get(step.assignee or "", holder)
            data = {**entry.data, "person": str(named.id), "person_name": named.name}
            entry = replace(entry, text=say("papers.sample.note"), data=data)
        elif part.act == "number":
            entry = replace(entry, text=complaint.letter_number)
        entries.append(entry)
    told = {"kind": "answer", "key": "answer"}
    entries += [
        Entry(
            complaint=complaint.id, at=at + timedelta(minutes=n), act="delivery", by="system", data=told | {"state": s}
        )
        for n, s in enumerate(("sent", "delivered", "read"))
    ]
    return tuple(entries)
