"""Who works at an office and where its desk is, as far as the chat says so; what the configuration says wins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select

from storage.parts import Conflict, Part
from storage.tables import alerts, desks, duties, operators, staffing
from storage.tables_desks import moves
from workflow.duty import Duty
from workflow.message import Address
from workflow.office import DESK_CHANNEL, Staff

_DUTY = msgspec.json.Decoder(Duty)


class People(Part):
    """Desks that were linked, and roles that were given. Each change is a row more: the newest counts."""

    def desks(self) -> dict[str, str]:
        """The chat that each office's desk was linked to: office -> chat."""
        return {office: chat for office, chat in self.connection.execute(select(desks.c.office, desks.c.chat))}  # noqa: C416 - a Row isn't a pair to the type checker

    def link_desk(self, office: str, chat: str, now: datetime) -> None:
        """The office's desk is this chat from now on."""
        insert = self.put(desks).values(office=office, chat=chat, at=now)
        moved = {"chat": insert.excluded.chat, "at": insert.excluded.at}
        self.connection.execute(insert.on_conflict_do_update(index_elements=["office"], set_=moved))

    def moves(self) -> dict[str, dict[str, str]]:
        """Chats that were desks and became others: office -> former -> chat."""
        found: dict[str, dict[str, str]] = {}
        for office, former, chat in self.connection.execute(select(moves.c.office, moves.c.former, moves.c.chat)):
            found.setdefault(office, {})[former] = chat
        return found

    def move_desk(self, office: str, former: str, chat: str, now: datetime) -> None:
        """A desk became another chat. Raises `Conflict` where another transaction said so first."""
        row = {"office": office, "former": former, "chat": chat, "at": now}
        if self.touched(self.put(moves).values(**row).on_conflict_do_nothing()) != 1:
            raise Conflict(f"the desk of {office} moved already")

    def staff(self) -> dict[str, list[Staff]]:
        """Everybody who was ever given a role in the chat, as they are now: office -> people, oldest first."""
        newest = select(func.max(staffing.c.id)).group_by(staffing.c.office, staffing.c.staff)
        statement = select(staffing).where(staffing.c.id.in_(newest)).order_by(staffing.c.id)
        found: dict[str, list[Staff]] = {}
        for row in self.connection.execute(statement):
            roles = tuple(json.loads(row.roles))
            person = Staff(
                id=row.staff,
                name=row.name,
                title=row.title,
                roles=roles,
                admin=bool(row.admin),
                shared=bool(row.shared),
            )
            found.setdefault(row.office, []).append(person)
        return found

    def keep_staff(self, people: Sequence[tuple[str, Staff]], now: datetime) -> None:
        """Append people (office, person) as they are from now on; what they were before stays to be seen."""
        rows = [
            {
                "office": office,
                "staff": person.id,
                "name": person.name,
                "title": person.title,
                "roles": json.dumps(person.roles),
                "admin": int(person.admin),
                "shared": int(person.shared),
                "at": now,
            }
            for office, person in people
        ]
        self.each(staffing.insert(), rows)

    def duties(self) -> dict[str, list[Duty]]:
        """Every fact about who is away, stands in or is on duty: office -> facts, in the order of recording."""
        found: dict[str, list[Duty]] = {}
        for office, body in self.connection.execute(select(duties.c.office, duties.c.body).order_by(duties.c.id)):
            found.setdefault(office, []).append(_DUTY.decode(body))
        return found

    def keep_duties(self, facts: Sequence[tuple[str, Duty]], now: datetime) -> None:
        """Append facts (office, fact); those of the same id before them stay to be seen."""
        rows = [{"office": office, "body": msgspec.json.encode(each).decode(), "at": now} for office, each in facts]
        self.each(duties.insert(), rows)

    # --- who watches over the installation ----------------------------------------------------------------------------

    def operators(self) -> list[Address]:
        """The chats in which operators are told what's wrong."""
        rows = self.connection.execute(select(operators.c.office, operators.c.chat).order_by(operators.c.at))
        return [Address(office, DESK_CHANNEL, chat) for office, chat in rows]

    def add_operator(self, office: str, chat: str, now: datetime) -> None:
        """One more chat to be told."""
        self.connection.execute(self.put(operators).values(office=office, chat=chat, at=now).on_conflict_do_nothing())

    def alerts(self) -> dict[str, str]:
        """What was told and isn't over: key -> what it is."""
        return {key: what for key, what in self.connection.execute(select(alerts.c.key, alerts.c.what))}  # noqa: C416 - a Row isn't a pair to the type checker

    def begin_alert(self, key: str, what: str, mend: str, now: datetime) -> bool:
        """Note what is wrong; False where that is known already, here or in another process."""
        insert = self.put(alerts).values(key=key, what=what, mend=mend, since=now)
        return self.touched(insert.on_conflict_do_nothing()) == 1

    def end_alert(self, key: str) -> bool:
        """It's over; False where somebody else said so before."""
        return self.touched(delete(alerts).where(alerts.c.key == key)) == 1
