"""What the desk is shown when an absence or a stand-in begins or ends, and when a step waits while nobody is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from workflow.desk.cards import card_buttons, card_text
from workflow.desk.duty.record import who_appoints
from workflow.desk.posting import HOUSEKEEPING, edited, post, trusted
from workflow.desk.private import CARD_WANTED
from workflow.desk.show import card_key
from workflow.duty import STANDING_IN, Duty
from workflow.happening import Due
from workflow.message import Outbound, Refers
from workflow.office import Staff
from workflow.procedure.capacity import label_of
from workflow.procedure.case import desk_of, private_of
from workflow.procedure.progress import Turn, turn
from workflow.procedure.telling import matter, name_of
from workflow.record import Complaint
from workflow.say import lines, say
from workflow.world import Decision, World

CARDS_TURNED = 15
LISTED = 15
PRIVATE_CARDS = 10


def rang(event: Due, world: World) -> Decision:
    """A fact begins, ends, or was just recorded: cards say whose turn it is now, and who stands in gets one list."""
    desk, fact = desk_of(world), world.office.duty(event.subject)
    if desk is None or fact is None:
        return Decision(ignored="a bell for a duty that nobody knows")
    found = [each for answer in world.found for each in answer if each.closed_at is None]
    mine = [each for each in found if _concerns(fact, each, world)]
    open_ones = [each for each in mine if not each.confidential]
    sends = list(_turned(open_ones, world))
    if event.timer and fact.kind in STANDING_IN and fact.is_over(world.now) and not _goes_on(fact, world):
        name = _name(fact, world)
        role = label_of(f"{fact.kind}:{fact.role}", world.office.standard)
        sends.append(post(world, desk, say("duty.ended.stands_in", name=name, role=role)))
    decision = Decision(sends=tuple(sends))
    person = world.office.at_work(fact.person)
    if person is None or fact.kind not in STANDING_IN or not fact.holds(world.now):
        return decision
    return decision + _list_for(person, fact, open_ones, world) + _private_cards(person, mine, world)


def _turned(complaints: list[Complaint], world: World) -> Iterator[Outbound]:
    """The cards in the group as they read now."""
    desk = desk_of(world)
    if desk is None:
        return
    for each in [each for each in complaints if each.card][:CARDS_TURNED]:
        turned = edited(desk, card_key(each), card_text(each, world), card_buttons(each, world))
        yield replace(turned, priority=HOUSEKEEPING)


def orphaned(complaints: list[Complaint], world: World) -> Decision:
    """Whose person isn't there any more, as `world` has it: cards turn; of a confidential one those who know get it."""
    told = [to for person in trusted(world) if (to := private_of(world, person))]
    secret = [each for each in complaints if each.confidential and each.closed_at is None][:PRIVATE_CARDS]
    due = tuple(
        (to, Due(chat=to, at=world.now, timer="", kind=CARD_WANTED, subject=each.id)) for each in secret for to in told
    )
    open_ones = [each for each in complaints if not each.confidential and each.closed_at is None]
    return Decision(sends=tuple(_turned(open_ones, world)), posts=due)


def _list_for(person: Staff, fact: Duty, waiting: list[Complaint], world: World) -> Decision:
    """One list of what waits for who stands in, instead of a message for each."""
    desk = desk_of(world)
    role = label_of(f"{fact.kind}:{fact.role}", world.office.standard)
    mine = [each for each in waiting if person in turn(each, world).people]
    rows = [say("duty.began.row", number=name_of(each), matter=matter(each)) for each in mine[:LISTED]]
    rows += [say("desk.command.more", n=len(mine) - LISTED)] if len(mine) > LISTED else []
    text = lines(say("duty.began.stands_in" if mine else "duty.began.none", names=person.name, role=role), *rows)
    sends = [post(world, to, text, people=(person,) if to == desk else (), refers=Refers(role="list"))
             for to in (desk, private_of(world, person)) if to is not None]  # fmt: skip
    return Decision(sends=tuple(sends))


def _private_cards(person: Staff, found: list[Complaint], world: World) -> Decision:
    """Their cards in the private chat, where it's linked: a confidential one stands nowhere else."""
    to = private_of(world, person)
    if to is None:
        return Decision()
    mine = [each for each in found if person in turn(each, world).people][:PRIVATE_CARDS]
    due = (Due(chat=to, at=world.now, timer="", kind=CARD_WANTED, subject=each.id) for each in mine)
    return Decision(posts=tuple((to, each) for each in due))


def _concerns(fact: Duty, complaint: Complaint, world: World) -> bool:
    """Whether the card reads differently by it: whose turn it is, or who can be named in a disposition."""
    now = turn(complaint, world)
    named = world.standard_of(complaint.standard).step(complaint.step).assignee
    return (fact.kind in STANDING_IN and fact.role in (now.role, named)) or fact.person in _ids(now)


def _ids(now: Turn) -> set[int]:
    return {person.id for person in (*now.people, *now.also)}


def _goes_on(fact: Duty, world: World) -> bool:
    """Whether the same person stands in there by another fact."""
    person = world.office.staff_by_id(fact.person)
    return person is not None and world.office.stands_in(person, fact.role, world.now) is not None


def _name(fact: Duty, world: World) -> str:
    person = world.office.staff_by_id(fact.person)
    return person.name if person else ""


# --- nobody is there --------------------------------------------------------------------------------------------------


def nobody_there(before: Mapping[str, Complaint], after: tuple[Complaint, ...], world: World) -> Decision:
    """A step came to a role of which nobody is there: told to those who can mend it, once a day for each role."""
    moved = [each for each in after if _came(before.get(each.id), each)]
    return _told(moved, world)


def at_opening(world: World) -> Decision:
    """The same for all that waits when the office opens."""
    return _told([each for answer in world.found for each in answer], world)


def _came(before: Complaint | None, after: Complaint) -> bool:
    place = (after.step, after.part, after.assignee)
    return before is None or (before.step, before.part, before.assignee) != place or before.closed_at is not None


def _told(complaints: list[Complaint], world: World) -> Decision:
    desk = desk_of(world)
    if desk is None:
        return Decision()
    waiting: dict[str, Complaint] = {}
    for each in complaints:
        if each.closed_at is None and not each.confidential and (now := turn(each, world)).nobody_there:
            waiting.setdefault(now.role, each)
    done = Decision()
    for role, each in waiting.items():
        today = world.office.calendar.local_date(world.now)
        fact = Duty(id=f"told:{role}:{today.isoformat()}", kind="told", person=0, role=role,
                    since=world.now, until=world.now, at=world.now)  # fmt: skip
        if world.office.duty(fact.id) is None:
            done += Decision(duties=(fact,), sends=tuple(_mend(role, each, world)))
    return done


def _mend(role: str, complaint: Complaint, world: World) -> Iterator[Outbound]:
    desk = desk_of(world)
    label = world.standard_of(complaint.standard).role(role).label
    people = who_appoints(world)
    who = ", ".join(person.name for person in people) or say("duty.ask.nobody")
    if desk is not None:
        text = say("duty.away.waiting", role=label, number=name_of(complaint), who=who)
        yield post(world, desk, text, people=people, refers=Refers(role="duty"))
