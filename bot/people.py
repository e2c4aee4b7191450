"""The offices as the configuration and the chat make them together: the file wins for its desk and its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from bot import moving
from bot.road import Road
from storage.rows import Arrival
from storage.unit import Unit
from workflow.office import Duty, Office, Staff
from workflow.world import Decision

LOOK_S = 5.0
EMPTY: Mapping[str, str] = {}


def merged(
    office: Office,
    desk: str | None,
    people: Sequence[Staff],
    duties: Sequence[Duty] = (),
    moves: Mapping[str, str] = EMPTY,
) -> Office:
    """The office with what was linked, given and recorded in the chat.

    Who stands in the file keeps the file's name, title and roles, unless they left the group: then nothing is left.
    The desk is the file's, or what Telegram says that became of it (`moves`: former chat -> chat).
    """
    left = {person.id for person in people if not person.roles and not person.admin}
    known = {person.id for person in office.staff}
    of_file = [replace(person, roles=(), admin=False) if person.id in left else person for person in office.staff]
    staff = (*of_file, *(person for person in people if person.id not in known))
    now_at = settled(office.desk if office.desk_fixed else desk, moves)
    former = tuple(sorted(each for each in moves if each != now_at and settled(each, moves) == now_at))
    written = office.written or ((office.desk or "") if office.desk_fixed and office.desk != now_at else "")
    return replace(office, staff=staff, desk=now_at, former=former, written=written).with_duties(duties)


def settled(desk: str | None, moves: Mapping[str, str]) -> str | None:
    """The chat that a desk's chat became at last."""
    seen = set()
    while desk is not None and desk in moves and desk not in seen:
        seen.add(desk)
        desk = moves[desk]
    return desk


def read(unit: Unit, configured: Mapping[str, Office]) -> dict[str, Office]:
    """Every office as it is now."""
    desks, people, duties, moves = unit.people.desks(), unit.people.staff(), unit.people.duties(), unit.people.moves()
    return {
        name: merged(office, desks.get(name), people.get(name, []), duties.get(name, []), moves.get(name, EMPTY))
        for name, office in configured.items()
    }


def fresh(unit: Unit, office: Office) -> Office:
    """The office with what other processes stored since it was looked at: a change is made to what is true now.

    Who's in the file and left comes back by `look` alone, which has the file.
    """
    people = {person.id: person for person in unit.people.staff().get(office.id, [])}
    staff = [person if person.fixed else people.get(person.id, person) for person in office.staff]
    desk = unit.people.desks().get(office.id) or office.desk
    duties = unit.people.duties().get(office.id, [])
    moves = unit.people.moves().get(office.id, EMPTY)
    return merged(replace(office, staff=tuple(staff)), desk, [*people.values()], duties, moves)


def keep(unit: Unit, office: str, decision: Decision, now: datetime) -> list[Arrival]:
    """Store what a decision changed. What's to be put into lanes because of it."""
    arrivals: list[Arrival] = []
    if decision.desk:
        unit.people.link_desk(office, decision.desk, now)
    if decision.moved is not None:
        arrivals += moving.carry_over(unit, office, decision.moved, now)
    if decision.operator:
        unit.people.add_operator(office, decision.operator, now)
    unit.people.keep_staff([(office, person) for person in decision.staff], now)
    unit.people.keep_duties([(office, duty) for duty in decision.duties], now)
    return arrivals


def after(office: Office, decision: Decision) -> Office:
    """The office as it is once that's stored."""
    desk, former = decision.desk or office.desk, office.former
    if decision.moved is not None:
        desk, former = decision.moved.to, (*former, decision.moved.former)
    written = office.written or ((office.desk or "") if office.desk_fixed and desk != office.desk else "")
    changed = office.with_staff(decision.staff).with_duties(decision.duties)
    return replace(changed, desk=desk, former=former, written=written)


async def look(road: Road, configured: Mapping[str, Office]) -> None:
    """Take over what another process stored."""
    road.offices.update(await road.store.read(lambda unit: read(unit, configured)))
