"""The disposition sheet: what came, to whom it's passed on, with what instruction; signed by who disposed."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.clocks.when import say_date, say_moment
from workflow.papers import signing
from workflow.papers.receipt import due
from workflow.papers.sheet import Group, Sheet, Sign, cut, kop, last, person_of, rows, since_reopened
from workflow.record import Complaint, Entry
from workflow.say import listing, say
from workflow.standard.standard import Standard
from workflow.world import World

MATTER_CHARACTERS = 500
_ASKED = ("answer", "handle", "coordinate")


def disposition(complaint: Complaint, entries: Sequence[Entry], world: World) -> Sheet:
    """The sheet as it stands; before anybody disposed it's the empty form with the complaint's head."""
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    fresh = since_reopened(entries)
    entry = last(fresh, "dispose") or last(fresh, "ask_staff")
    number = complaint.number or complaint.code
    return Sheet(
        paper="disposition",
        office=world.office.id,
        at=entry.at if entry else world.now,
        name=say("papers.name.disposition", number=number),
        kop=kop(standard),
        title=standard.prints.labels.get("lembar_disposisi") or say("papers.title.disposition"),
        rows=rows(
            ("from", _from(complaint, standard)),
            ("agenda", number),
            ("arrived", say_moment(complaint.confirmed_at, zone)),
            ("matter", cut(complaint.statement, MATTER_CHARACTERS) or say("telling.without_words")),
            ("due", due(complaint, world)),
        ),
        groups=(
            Group(label=say("papers.disposition.urgency"), boxes=_urgency(complaint)),
            Group(label=say("papers.disposition.passed_to"), boxes=_people(complaint, entry, standard, world)),
            Group(label=say("papers.disposition.asked"), boxes=_asked(entry)),
        ),
        sections=((say("papers.disposition.note"), (entry.text if entry else "") or ""),),
        signs=(_sign(entry, standard, world),),
    )


def _from(complaint: Complaint, standard: Standard) -> str:
    """Whose complaint it is. Of a confidential one nobody reads that on paper."""
    if complaint.confidential:
        return say("papers.disposition.confidential")
    return person_of(complaint) or signing.citizen_label(standard)


def _urgency(complaint: Complaint) -> tuple[tuple[str, bool], ...]:
    ticked = {"secret": complaint.confidential, "urgent": bool(complaint.late)}
    return tuple((say(f"papers.disposition.{each}"), ticked.get(each, False)) for each in ("urgent", "soon", "secret"))


def _people(
    complaint: Complaint, entry: Entry | None, standard: Standard, world: World
) -> tuple[tuple[str, bool], ...]:
    """Everybody it may be passed on to by their title; who was named is ticked, helpers are named below."""
    steps = [step for step in standard.steps if entry is not None and step.id == entry.step] or list(standard.steps)
    role = next((step.assignee for step in steps if step.assignee), None) or ""
    named = entry.data.get("person", "") if entry else ""
    boxes = []
    for person in world.office.with_role(role) if role else ():
        label = say("papers.disposition.person", title=person.title or standard.role(role).label, name=person.name)
        boxes.append((label, str(person.id) == named))
    if entry is not None and not any(ticked for _, ticked in boxes):
        boxes.append((entry.data.get("person_name", ""), True))
    helpers = [each.name for one in complaint.helpers if (each := world.office.staff_by_id(one))]
    if helpers:
        boxes.append((say("papers.disposition.helpers", names=listing(helpers)), True))
    return tuple(boxes)


def _asked(entry: Entry | None) -> tuple[tuple[str, bool], ...]:
    """What's asked of them: to see to it; more the disposer writes into the note."""
    return tuple((say(f"papers.disposition.{each}"), entry is not None and each == "handle") for each in _ASKED)


def _sign(entry: Entry | None, standard: Standard, world: World) -> Sign:
    if entry is None:
        return Sign(role=(say("papers.disposition.disposer"),))
    person = world.office.staff_by_id(entry.data.get("entered_for") or entry.by.removeprefix("staff:"))
    date = say_date(world.office.calendar.local_date(entry.at))
    name = entry.data.get("entered_name") or (person.name if person else entry.name)
    return Sign(
        above=say("papers.disposition.on", date=date),
        role=(f"{signing.role_of(entry, standard)},",),
        how=signing.how(entry, world, "papers.electronic_disposed"),
        name=name,
        below=signing.below(person),
    )
