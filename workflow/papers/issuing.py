"""Which papers leave, to whom and when: looked up in what changed, made where the record is at hand, told if they fail.

Like `desk.show` it looks only at the complaint before and after and at the new lines of its record. A paper is asked
for by a bell in the lane it goes to; there the whole record is loaded, the sheet is made and the press is asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from workflow.clocks.when import say_date
from workflow.desk.posting import post, rooms
from workflow.happening import Due, Event, FileFailed, FileReady
from workflow.message import Enclosure, Outbound, Value
from workflow.office import Staff
from workflow.papers import verification
from workflow.papers.complaint_letter import is_printed
from workflow.papers.joining import BESIDE, MARK, file_of
from workflow.papers.kinds import key_of
from workflow.papers.letter import is_on_paper, subject, written_at
from workflow.papers.making import MAKERS
from workflow.papers.sheet import LONGEST_REF_BYTES, Kind, ref
from workflow.papers.wanted import DIRECT, KINDS, WANTED, wish, wish_of_staff
from workflow.procedure import secrecy
from workflow.procedure.case import desk_of, limits_of, private_of
from workflow.procedure.progress import part_of, turn
from workflow.procedure.rights import is_officer
from workflow.procedure.telling import name_of
from workflow.record import Complaint, Entry
from workflow.say import say, say_for
from workflow.world import PRESS, Decision, Fetch, Needs, World

_LETTERS = "letters"
"""Where `Complaint.extra` keeps what was printed with its code."""


class Printed(Value):
    """What a letter with our code says of itself, for whoever asks: nothing personal."""

    number: str
    date: str
    subject: str


# --- what follows from a change ---------------------------------------------------------------------------------------


def issue(before: Mapping[str, Complaint], decision: Decision, world: World) -> Decision:
    """The papers that leave because of what was decided, and the code of a letter that's about to be printed."""
    issued = Decision()
    for complaint in decision.complaints:
        entries = [entry for entry in decision.entries if entry.complaint == complaint.id]
        issued += _issue_one(before.get(complaint.id), complaint, entries, world)
    return issued


def _issue_one(before: Complaint | None, after: Complaint, entries: Sequence[Entry], world: World) -> Decision:
    coded = _coded(before, after, world)
    issued = Decision(complaints=(coded,)) if coded != after else Decision()
    issued += _to_citizen(before, coded, world) if coded.citizen is not None else _to_print(before, coded, world)
    for entry in entries:
        if entry.act == "dispose":
            issued += wish_of_staff("disposition", coded, _disposed(entry, world), world)
    return issued


def _coded(before: Complaint | None, after: Complaint, world: World) -> Complaint:
    """The complaint with the code that's printed on its letter, and what the letter says once it has left."""
    leaves = after.answered_at is not None and (before is None or before.answered_at != after.answered_at)
    if not after.verification and (leaves or after.letter_number or _is_ready(after, world)):
        after = replace(after, verification=verification.drawn(world.supply.token()))
    if leaves and not is_on_paper(after):
        day = world.office.calendar.local_date(written_at(after, world))
        standard = world.standard_of(after.standard)
        number = after.letter_number or after.number or after.code
        letters = (*printed(after), Printed(number=number, date=say_date(day), subject=subject(after, standard)))
        after = replace(after, extra={**after.extra, _LETTERS: msgspec.json.encode(letters).decode()})
    return after


def printed(complaint: Complaint) -> tuple[Printed, ...]:
    """The letters that left with the complaint's code, in order."""
    kept = complaint.extra.get(_LETTERS, "")
    return msgspec.json.decode(kept, type=tuple[Printed, ...]) if kept else ()


def _is_ready(complaint: Complaint, world: World) -> bool:
    """Whether it stands where the answer is handed over on paper."""
    if complaint.citizen is not None or complaint.closed_at is not None or not complaint.step:
        return False
    return part_of(complaint, world.standard_of(complaint.standard)).act == "deliver"


def _to_citizen(before: Complaint | None, after: Complaint, world: World) -> Decision:
    """With the receipt its paper, with the answer the letter; at YA the complaint to be signed, where that's asked."""
    assert after.citizen is not None
    if not limits_of(after, world).files:
        return Decision()
    kinds: list[Kind] = []
    if before is None and is_printed(world.standard_of(after.standard)) and not after.confidential:
        kinds.append("complaint_letter")
    if after.receipt_at is not None and (before is None or before.receipt_at is None):
        kinds.append("receipt")
    if after.answered_at is not None and (before is None or before.answered_at != after.answered_at):
        kinds += [] if is_on_paper(after) or after.delivery == "handed" else ["answer_letter"]
    wishes = (wish(kind, after, after.citizen, world, direct=before is None) for kind in kinds)
    return sum(wishes, Decision())


def _to_print(before: Complaint | None, after: Complaint, world: World) -> Decision:
    """For people without a chat: what a petugas prints for them, in the petugas's own chat."""
    kinds: list[Kind] = []
    if before is None and is_printed(world.standard_of(after.standard)):
        kinds.append("complaint_letter")
    if after.number and (before is None or not before.number):
        kinds.append("receipt")
    if _is_ready(after, world) and (before is None or not _is_ready(before, world)) and not is_on_paper(after):
        kinds.append("answer_letter")
    people = _officers(after, world) if kinds else ()
    return sum((wish_of_staff(kind, after, people, world) for kind in kinds), Decision())


def _officers(complaint: Complaint, world: World) -> tuple[Staff, ...]:
    """Whoever wrote it down or acts now, if that's an officer; else all officers."""
    standard = world.standard_of(complaint.standard)
    officers = tuple(person for person in world.office.staff if is_officer(person, standard))
    acting = [person for person in officers if f"staff:{person.id}" == complaint.acted_by]
    mine = acting or [person for person in turn(complaint, world).people if person in officers]
    return tuple(mine) or officers


def _disposed(entry: Entry, world: World) -> tuple[Staff, ...]:
    """Who disposes, and who was named."""
    ids = (entry.by.removeprefix("staff:"), entry.data.get("entered_for", ""), entry.data.get("person", ""))
    return tuple(person for each in ids if each and (person := world.office.staff_by_id(each)))


# --- making one -------------------------------------------------------------------------------------------------------


def concerns(event: Event) -> bool:
    """Whether it's a wish for a paper, or news of one that was drawn."""
    if isinstance(event, Due):
        return event.kind.startswith(WANTED)
    return isinstance(event, FileReady | FileFailed) and MARK in event.file


def needs(event: Event) -> Needs:
    """The complaint, and for a wish its whole record."""
    if isinstance(event, Due):
        return Needs(complaints=(event.subject,), histories=(event.subject,))
    assert isinstance(event, FileReady | FileFailed)
    return Needs(complaints=(event.file.partition(".")[0],))


def handle(event: Event, world: World) -> Decision:
    """What becomes of it."""
    if isinstance(event, Due):
        return _made(event, world)
    if isinstance(event, FileFailed):
        return _failed(event, world)
    return Decision(ignored="a paper was drawn")


def _made(event: Due, world: World) -> Decision:
    """The sheet, the press's order for it, and the message that encloses it as soon as it's drawn."""
    complaint = world.complaints.get(event.subject)
    kind = KINDS.get(event.kind.removeprefix(WANTED))
    if complaint is None or kind is None or event.chat == desk_of(world):
        return Decision(ignored="a paper of no complaint, or for nobody")
    staff = None if event.chat == complaint.citizen else _staff_at(event, world)
    about, history = complaint, world.histories.get(complaint.id, ())
    if event.chat != complaint.citizen:
        about, history = secrecy.hidden(complaint), secrecy.hidden_lines(history, complaint)
    sheet = MAKERS[kind](about, history, world)
    if sheet is None:
        return _none(event, kind, complaint, staff, world)
    wanted = ref(sheet)
    if len(wanted) > LONGEST_REF_BYTES:
        return Decision(ignored="a paper too long to be drawn")
    beside = event.timer.removeprefix(BESIDE) if event.timer.startswith(BESIDE) else ""
    file = beside or file_of(complaint, kind, world)
    fetch = Fetch(
        file=file,
        lane=desk_of(world) or event.chat,
        ref=wanted,
        kind="document",
        keyring=complaint.code,
        source=PRESS,
    )
    enclosure = Enclosure(file=file, shown_as="document", name=sheet.name)
    draft = "_draft" if sheet.draft else ""
    entry = Entry(
        complaint=complaint.id,
        at=world.now,
        act="printed",
        by=f"staff:{staff.id}" if staff else "system",
        name=staff.name if staff else "",
        step=complaint.step,
        data={"paper": kind, "file": file},
        version=complaint.version,
    )
    if beside:
        return Decision(fetches=(fetch,), entries=(entry,))
    if staff is not None:
        text = say(f"papers.staff.{kind}{draft}", number=name_of(complaint))
        sent = replace(post(world, event.chat, text, about=complaint), enclosure=enclosure)
    else:
        key = key_of(complaint, f"papers.citizen.{kind}")
        text = say_for(world.limits_at(event.chat), key, number=name_of(complaint))
        sent = _enclosing(event, text, enclosure, complaint, world)
    return Decision(fetches=(fetch,), sends=(sent,), entries=(entry,))


def _enclosing(event: Due, text: str, enclosure: Enclosure, complaint: Complaint, world: World) -> Outbound:
    """The words with the paper. It's nobody's news whether the paper arrived: the words that count went before it."""
    return Outbound(
        to=event.chat,
        kind="notice",
        text=text,
        enclosure=enclosure,
        label=complaint.number or complaint.code,
        not_before=None if event.timer == DIRECT else world.office.quiet_until(world.now),
        priority=2,
    )


def _none(event: Due, kind: Kind, complaint: Complaint, staff: Staff | None, world: World) -> Decision:
    """There's nothing to print yet: only somebody who asked is told."""
    if event.timer != DIRECT:
        return Decision(ignored="nothing to print")
    text = say(f"papers.none.{kind}", number=name_of(complaint))
    if staff is not None:
        return Decision(sends=(post(world, event.chat, text, about=complaint),))
    return Decision(sends=(Outbound(to=event.chat, kind="notice", text=text, priority=2),))


def _staff_at(event: Due, world: World) -> Staff | None:
    """Whose private chat it is, where it's one of the staff's."""
    return next((each for each in world.office.staff if private_of(world, each) == event.chat), None)


def _failed(event: FileFailed, world: World) -> Decision:
    """It couldn't be drawn: the staff are told what to do, nothing else has changed and it can be asked for again."""
    name, _, rest = event.file.partition(MARK)
    complaint, kind = world.complaints.get(name), KINDS.get(rest.partition("-")[0])
    if complaint is None or kind is None:
        return Decision(ignored="a paper of no complaint")
    why = "timeout" if event.reason == "timeout" else "broken"
    text = say("papers.failed", number=name_of(complaint), paper=say(f"papers.title.{kind}"), why=say(f"papers.{why}"))
    return Decision(sends=tuple(post(world, each, text, about=complaint) for each in rooms(complaint, world)))
