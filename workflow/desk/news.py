"""What happens to the desk rather than is said there: bells ring, the office opens, files arrive."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from workflow.clocks.when import say_moment
from workflow.desk import deadlines, mails
from workflow.desk.bookkeeping import recap_timer
from workflow.desk.moving import CARD_AGAIN, again
from workflow.desk.posting import names, post
from workflow.desk.private import CARD_WANTED
from workflow.desk.show import card_for, opening_timer
from workflow.happening import Delivery, Due, FileFailed, FileReady
from workflow.message import Refers
from workflow.office import Staff
from workflow.procedure.case import desk_of
from workflow.procedure.progress import turn
from workflow.procedure.telling import matter, name_of
from workflow.record import Complaint
from workflow.say import lines, say
from workflow.world import Decision, Needs, Search, World

TIMERS = frozenset({*deadlines.BELLS, "opening_list", CARD_WANTED, CARD_AGAIN, mails.WANTED})
OPEN = Search(open_only=True, limit=200)
"""All that is open in one office; more than that no list at the desk shows."""

PEOPLE_IN_LIST = 30
LINES_PER_PERSON = 10
MATTER_CHARACTERS = 40


def needs(event: Due | Delivery | FileReady | FileFailed) -> Needs:
    """The complaint it's about, or all that is open."""
    if isinstance(event, Due) and event.kind == mails.WANTED:
        return Needs(complaints=(event.subject,), histories=(event.subject,))
    if isinstance(event, Due):
        return Needs(searches=(OPEN,)) if event.kind == "opening_list" else Needs(complaints=(event.subject,))
    if isinstance(event, Delivery):
        return Needs(complaints=(event.about,))
    return Needs(complaints=(event.file.partition(".")[0],))


# --- bells ------------------------------------------------------------------------------------------------------------


def due(event: Due, world: World) -> Decision:
    """A bell rang. It reminds and records; nothing is closed and no status changes because of it."""
    if event.kind == "opening_list":
        return _opening(world)
    complaint = world.complaints.get(event.subject)
    if event.kind == mails.WANTED and complaint is not None:
        return mails.shown(event, complaint, world)
    if complaint is None or complaint.closed_at is not None:
        return Decision(ignored="a bell for a complaint that is over")
    if event.kind == CARD_WANTED:
        return card_for(event.chat, complaint, world)
    if event.kind == CARD_AGAIN:
        return again(event, world)
    return deadlines.due(event, complaint, world)


# --- the opening list -------------------------------------------------------------------------------------------------


def _opening(world: World) -> Decision:
    """One list of what waits, per person; nothing where nothing waits. The next opening rings again."""
    desk, timers = desk_of(world), (*opening_timer(world), *recap_timer(world))
    waiting = [each for each in (world.found[0] if world.found else ()) if not each.confidential and not each.waiting]
    blocks, people = _by_person(waiting, world)
    if desk is None or not blocks:
        return Decision(timers=timers)
    text = lines(say("desk.post.opening"), *blocks)
    refers = Refers(role="list")
    return Decision(timers=timers, sends=(post(world, desk, text, people=people, refers=refers),))


def _by_person(waiting: Iterable[Complaint], world: World) -> tuple[list[str], list[Staff]]:
    tasks: dict[str, list[str]] = {}
    people: dict[str, Staff] = {}
    for complaint in waiting:
        now = turn(complaint, world)
        title = names(now.people) or world.standard_of(complaint.standard).role(now.role).label
        tasks.setdefault(title, []).append(_line(complaint, world))
        people |= {str(person.id): person for person in now.people}
    blocks = []
    for title, rows in list(tasks.items())[:PEOPLE_IN_LIST]:
        more = [say("desk.command.more", n=len(rows) - LINES_PER_PERSON)] if len(rows) > LINES_PER_PERSON else []
        blocks.append(lines(say("desk.post.opening_person", name=title), *rows[:LINES_PER_PERSON], *more))
    return blocks, list(people.values())


def _line(complaint: Complaint, world: World) -> str:
    standard = world.standard_of(complaint.standard)
    n, m = standard.position(standard.step(complaint.step))
    zone = world.office.calendar.zone
    if complaint.answered_at is not None:  # what is promised was kept or missed: no date presses any more
        return say("desk.post.opening_answered", number=name_of(complaint), n=n, m=m, matter=matter(complaint, 40))
    moment = say_moment(complaint.due_at, zone) if complaint.due_at else say("desk.post.opening_no_due")
    return say(
        "desk.post.opening_line", number=name_of(complaint), n=n, m=m, moment=moment, matter=matter(complaint, 40)
    )


# --- files the staff sent ---------------------------------------------------------------------------------------------


def filed(event: FileReady | FileFailed, world: World) -> Decision:
    """A paper that came with a reply of the staff is there, or can't be had."""
    complaint = world.complaints.get(event.file.partition(".")[0])
    if complaint is None or not any(paper.file == event.file for paper in complaint.papers):
        return Decision(ignored="a file of no complaint")
    if isinstance(event, FileReady):
        changes = {"state": "ready", "type": event.type, "sha256": event.sha256}
    else:
        changes = {"state": "failed", "failed": event.reason}
    papers = tuple(replace(paper, **changes) if paper.file == event.file else paper for paper in complaint.papers)
    return Decision(complaints=(replace(complaint, version=complaint.version + 1, papers=papers),))
