"""An office as the core sees it: its standard, its staff with their roles, its desk and its hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from workflow.clocks.office_time import Calendar
from workflow.standard.parts import RoleDef as Role
from workflow.standard.standard import Standard

__all__ = ["DESK_CHANNEL", "Office", "Role", "Staff"]

DESK_CHANNEL = "telegram"
"""The channel on which a desk and the private chats of staff live (design, "The desk"), whatever citizens write on."""


class Staff(msgspec.Struct, frozen=True):
    """One person of the office. `id` is their Telegram user id; `roles` are ids of the standard's roles."""

    id: int
    name: str
    title: str = ""
    roles: tuple[str, ...] = ()
    admin: bool = False  # gives roles in the chat
    fixed: bool = False  # written in the configuration, which wins: the chat can't change it
    rank: str = ""  # pangkat/golongan and NIP, as they're printed below a signature; "" leaves the line out
    nip: str = ""

    def has_role(self, role: str) -> bool:
        """Whether the person holds the role."""
        return role in self.roles

    @property
    def at_work(self) -> bool:
        """Whether they have any part in the office's work; who left the group has none."""
        return bool(self.roles or self.admin)


class Office(msgspec.Struct, frozen=True):
    """One kecamatan or dinas. `desk` is the staff group's chat id, or None where no group is known yet."""

    id: str
    standard: Standard
    staff: tuple[Staff, ...] = ()
    desk: str | None = None
    reply_hold_s: int = 10  # how long a petugas's reply waits for "Batalkan" before it leaves
    desk_fixed: bool = False  # the desk is written in the configuration, not linked in the chat

    @property
    def calendar(self) -> Calendar:
        """The office's hours, holidays and confirmed closures."""
        return self.standard.calendar

    def staff_by_id(self, user_id: int | str) -> Staff | None:
        """The staff member with that Telegram user id, written as number or text; None for everybody else."""
        return next((person for person in self.staff if str(person.id) == str(user_id)), None)

    def at_work(self, user_id: int | str) -> Staff | None:
        """The staff member with that id who still has a part in the work: nobody else may see or do anything here."""
        person = self.staff_by_id(user_id)
        return person if person is not None and person.at_work else None

    def with_role(self, role: str) -> tuple[Staff, ...]:
        """Everybody who holds a role, in the file's order."""
        return tuple(person for person in self.staff if person.has_role(role))

    def admins(self) -> tuple[Staff, ...]:
        """Those who give roles in the chat."""
        return tuple(person for person in self.staff if person.admin)

    def with_staff(self, people: Iterable[Staff]) -> Office:
        """The office with these people as they are now: known ones changed, new ones at the end."""
        changed = {person.id: person for person in people}
        kept = [changed.pop(person.id, person) for person in self.staff]
        return msgspec.structs.replace(self, staff=(*kept, *changed.values()))

    def with_title(self, role: str, title: str) -> tuple[Staff, ...]:
        """Those of a role who bear a title, letter case aside: whom a topic suggests."""
        wanted = title.casefold().strip()
        return tuple(person for person in self.with_role(role) if wanted and person.title.casefold().strip() == wanted)

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open."""
        return self.calendar.is_open(at)

    def quiet_until(self, at: datetime) -> datetime | None:
        """When citizens may be written to again, in UTC; None if they may be now.

        In the quiet hours only direct answers to a citizen's own messages go out.
        """
        begins, ends = self.standard.quiet.citizen
        local = at.astimezone(self.calendar.zone)
        now = local.time()
        quiet = begins <= now < ends if begins <= ends else now >= begins or now < ends
        if not quiet:
            return None
        day = local.date() if now < ends else local.date() + timedelta(days=1)
        return datetime.combine(day, ends, self.calendar.zone).astimezone(UTC)

    def is_desk_silent(self, at: datetime) -> bool:
        """Whether the desk's cards post without a sound; emergencies and confidential reports sound all the same."""
        return self.standard.quiet.desk_silent == "outside_hours" and not self.is_open(at)
