"""What must hold of every complaint's record: the published steps in order, by who may, each thing once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.tables import letters
from tests.simulation.blocking import Blocker
from workflow.record import Complaint, Entry
from workflow.standard.standard import Standard

if TYPE_CHECKING:
    from tests.simulation.invariants import Seen

_ONCE = ("submit", "register", "receipt", "deliver", "hand_over", "sign", "number", "archive", "withdraw")
_DONE_BY = {"complete": ("enough",), "verify": ("enough",), "pass_on": ("branch",), "deliver": ("hand_over",)}
"""By which other acts a part of a step may have been done."""
_OF_THE_TURN = ("accept", "complete", "verify", "enough", "pass_on", "branch", "dispose", "ask_staff", "ask", "write",
                "report", "draft", "approve", "return", "copy", "sign", "number", "reword", "deliver", "hand_over",
                "archive")  # fmt: skip
"""What only those may do whom the step names, or who stand in for them."""
_WORDS = ("write", "note", "plan", "return", "reword", "ask", "branch")
"""What's done by writing it."""


def rarely(entry: Entry) -> Iterator[str]:
    """What an entry shows that needs somebody to be away, late, or out of the house."""
    if entry.data.get("standing_in"):
        yield "acts standing in"
    if entry.data.get("why_both"):
        yield "approvals with a reason for both"
    if entry.act in ("hand_over", "number", "branch", "respond", "told_late"):
        yield f"acts of {entry.act}"
    if "rung" in entry.data.get("which", ""):
        yield "rungs"


def records(seen: Seen) -> Iterator[str]:
    """The record, read from its beginning, takes the complaint along the published steps to where it stands."""
    for complaint in seen.complaints.values():
        entries, standard = seen.entries[complaint.id], seen.world.offices[complaint.office].standard
        name = f"{complaint.office} {complaint.number}"
        steps = [entry.step for entry in entries if entry.step]
        if not steps or steps[0] != standard.first.id:
            yield f"{name}: the record begins at {steps[:1]}"
            continue
        for before, entry in pairwise([each for each in entries if each.step]):
            if entry.act in ("koreksi", "reopen"):
                continue
            after, step = entry.step, standard.step(_left(before))
            ways = {branch.to for branch in step.branch}
            if after != step.id and after not in (*step.next, step.returns_to, *ways):
                yield f"{name}: the record leads from {step.id} to {after}"
        if steps[-1] != complaint.step:
            yield f"{name}: it stands at {complaint.step}, its record ends at {steps[-1]}"
        versions = [entry.version for entry in entries]
        if versions != sorted(versions):
            yield f"{name}: the versions of its record go back: {versions}"
        for check in (_once, _told, _undone, _doers, _authors):
            yield from (f"{name}: {problem}" for problem in check(complaint, entries, seen))


def _left(entry: Entry) -> str:
    """Where the complaint stands after an entry, for what follows it: a koreksi leads back, a BELUM to the work."""
    return entry.data["to"].partition("/")[0] if entry.act in ("koreksi", "reopen") else entry.step


def _once(complaint: Complaint, entries: list[Entry], seen: Seen) -> Iterator[str]:
    """Acts that happen once; an answer leaves once, whichever way; and once more for each BELUM and each koreksi."""
    counted = Counter(entry.act for entry in entries)
    again = complaint.reopened + counted["koreksi"]
    yield from (f"{act} stands {counted[act]} times in its record" for act in _ONCE if counted[act] > 1 + again)
    desk = seen.world.desks[complaint.office]
    least, most = desk.taken_back[complaint.code], desk.takes_back_of[complaint.code]
    if not least <= counted["koreksi"] <= most:
        yield f"{counted['koreksi']} acts were taken back by its record, {least} of {most} by the staff"
    if counted["deliver"] and counted["hand_over"] and not complaint.reopened and not _couldnt_arrive(complaint, seen):
        yield "its answer was sent and handed over"


def _couldnt_arrive(complaint: Complaint, seen: Seen) -> bool:
    """Whether its citizen had shut the door on the answer."""
    chat = complaint.citizen.chat if complaint.citizen else ""
    citizen = seen.world.citizens.get((complaint.office, chat))
    return isinstance(citizen, Blocker) and citizen.shut_at is not None


def _told(complaint: Complaint, entries: list[Entry], _: Seen) -> Iterator[str]:
    """A number is registered once; lateness is told once at each rung, and never in silence."""
    counted = Counter(entry.act for entry in entries)
    if complaint.number and not 1 <= counted["register"] <= 1 + counted["koreksi"]:
        yield f"its registration stands {counted['register']} times in its record"
    told = Counter(entry.data["which"] for entry in entries if entry.act == "overdue")
    again = complaint.reopened + counted["koreksi"]
    if told["total"] > 1 + len(complaint.pauses) + again:
        yield f"its passed total was told {told['total']} times"
    yield from (
        f"{rung} was told {count} times" for rung, count in told.items() if "rung" in rung and count > 1 + again
    )
    order = [entry.data["which"] for entry in entries if entry.act == "overdue" and entry.data["which"] != "step"]
    if any("rung" in which for which in order) and "rung" in order[0]:
        yield f"the ladder was climbed before the total had passed: {order}"
    if counted["told_late"] != complaint.told_late:
        yield f"it counts {complaint.told_late} words about lateness, its record {counted['told_late']}"
    ends = complaint.answered_at or complaint.closed_at
    late = complaint.due_at is not None and ends is not None and ends > complaint.due_at + timedelta(minutes=5)
    if late and not complaint.pauses and not again and not told["total"]:
        yield f"it was answered {ends - complaint.due_at} after its total, and nobody was told"  # type: ignore[operator]


def _undone(complaint: Complaint, entries: list[Entry], seen: Seen) -> Iterator[str]:
    """Of an answered complaint every published act on its way was done, and the way led to a published end."""
    if complaint.closed_as != "answered":
        return
    standard = seen.world.offices[complaint.office].standard
    done: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        done[entry.step].add(entry.act)
    for step in standard.steps:
        if step.id not in done:
            if not _may_be_left_out(standard, step.id):
                yield f"the published step {step.id} never was"
            continue
        for act in _acts_of(standard, step.id):
            if not {act, *_DONE_BY.get(act, ())} & done[step.id]:
                yield f"{act} wasn't done at {step.id}, only {sorted(done[step.id])}"
    if standard.step(complaint.step).next:
        yield f"it was closed at {complaint.step}, where the standard goes on"


def _acts_of(standard: Standard, step_id: str) -> Iterator[str]:
    """What the standard's file says is done at a step, read without the program's table of parts."""
    step = standard.step(step_id)
    if standard.is_citizen(step.actor):
        yield "submit"
    elif step.acts:
        yield from (each.act for each in step.acts)
    else:
        main = {"review": "pass_on", "disposition": "dispose", "completeness": "complete", "identity": "verify",
                "follow_up": "report", "check": "approve", "intake": "accept"}  # fmt: skip
        left_out = {"register": "intake", "disposition": "review", "draft": "follow_up"}
        stages = set(step.stages) - {left_out.get(each, "") for each in step.stages}
        yield from (main.get(stage, stage) for stage in stages)


def _may_be_left_out(standard: Standard, step_id: str) -> bool:
    """Whether some published branch leads around a step."""
    order = [step.id for step in standard.steps]
    return any(
        order.index(step.id) < order.index(step_id) < order.index(branch.to)
        for step in standard.steps
        for branch in step.branch
        if branch.to in order
    )


def _doers(complaint: Complaint, entries: list[Entry], seen: Seen) -> Iterator[str]:
    """Nobody acts without the role that the step publishes, or standing in for it on a day when that was said."""
    office, desk = seen.world.offices[complaint.office], seen.world.desks[complaint.office]
    for entry in entries:
        if not entry.by.startswith("staff:"):
            continue
        person = office.staff_by_id(entry.by[6:])
        if person is None:
            yield f"{entry.by} acted, who isn't of this office"
            continue
        if entry.act not in _OF_THE_TURN:
            continue
        step = office.standard.step(entry.step)
        handed = entry.act == "hand_over" and _couldnt_arrive(complaint, seen)  # the step has gone on, the answer not
        if entry.role not in (step.actor, *(each.by for each in step.acts)) and not handed:
            yield f"{entry.act} was done at {step.id} as {entry.role}, who isn't named there"
        said = (entry.by, entry.role, office.calendar.local_date(entry.at)) in desk.standing_in
        if complaint.confidential:
            continue  # done by those who may know of it, in place of the published role
        if not person.has_role(entry.role) and not said:
            yield f"{person.name} did {entry.act} at {step.id} without being {entry.role} on {entry.at}"
        if (entry.data.get("standing_in") or "") not in ("", f"plh:{entry.role}"):
            yield f"{entry.act} at {step.id} was done as {entry.data['standing_in']}"
        if not person.has_role(entry.role) and entry.data.get("standing_in") != f"plh:{entry.role}":
            yield f"{entry.act} at {step.id} doesn't say that {person.name} stood in"


def _authors(complaint: Complaint, entries: list[Entry], seen: Seen) -> Iterator[str]:
    """Everybody's words are theirs. Nobody approves or signs what they wrote, unless they stand in and say why."""
    author, authors = "", seen.world.desks[complaint.office].authors
    for entry in entries:
        if entry.act in _WORDS and entry.by != authors.get(entry.text, entry.by):
            yield f"{entry.text!r} is {entry.by}'s by the record, which was written by {authors[entry.text]}"
        if entry.act == "write":
            author = entry.by
        if entry.act in ("approve", "sign") and entry.by == author and not entry.data.get("why_both"):
            yield f"{entry.name} wrote and did {entry.act}, without a reason"


def numbers(seen: Seen) -> Iterator[str]:
    """No letter's number is given twice; one that's counted leaves no gap, one that's typed was typed."""
    rows = seen.world.store.now(lambda unit: unit.connection.execute(select(letters)).all())
    given: dict[str, list[str]] = defaultdict(list)
    counts: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows:
        given[row.office].append(row.number)
        if row.urut is not None:
            counts[row.office, row.year].append(row.urut)
        mine = seen.complaints[row.complaint]
        if mine.letter_number != row.number and not mine.reopened:
            yield f"{row.office}: the number {row.number} isn't its letter's"
    for office, texts in given.items():
        if len(set(texts)) != len(texts):
            yield f"{office}: a number stands twice among {sorted(texts)}"
        if seen.world.offices[office].standard.letter.number_owner == "staff":
            yield from (f"{office}: nobody typed {text}" for text in set(texts) - seen.world.desks[office].numbers)
    for (office, year), found in counts.items():
        counted = seen.world.offices[office].standard.letter.number_owner == "system"
        if len(set(found)) != len(found) or (counted and sorted(found) != list(range(1, len(found) + 1))):
            yield f"{office}: the letters of {year} count {sorted(found)}"
    borne = Counter((each.office, each.letter_number) for each in seen.complaints.values() if each.letter_number)
    yield from (
        f"{office}: {count} letters bear the number {text}" for (office, text), count in borne.items() if count > 1
    )
    for complaint in seen.complaints.values():
        if complaint.letter_number and complaint.letter_number not in given[complaint.office]:
            yield f"{complaint.office}: the number {complaint.letter_number} isn't kept"
