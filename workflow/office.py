"""An office as the core sees it: its standard, its staff with their roles, its desk and its hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from workflow.clocks.office_time import Calendar
from workflow.duty import STANDING_IN, Duty
from workflow.standard.parts import RoleDef as Role
from workflow.standard.standard import Standard

__all__ = ["DESK_CHANNEL", "Duty", "Office", "Role", "Staff"]

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
    shared: bool = False  # the account of the counter's phone: only an officer's acts, in the name of who is on duty

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
    duties: tuple[Duty, ...] = ()  # who is or was away, and who stands in
    written: str = ""  # the desk as the configuration names it, where its group is another chat by now
    former: tuple[str, ...] = ()  # chats that became the desk's present one: what refers to them still counts

    @property
    def calendar(self) -> Calendar:
        """The office's hours, holidays and confirmed closures."""
        return self.standard.calendar

    def is_desk(self, chat: str) -> bool:
        """Whether that's the desk's chat, or was it before the group moved."""
        return chat == self.desk or chat in self.former

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

    # --- who is there -------------------------------------------------------------------------------------------------

    def with_duties(self, facts: Iterable[Duty]) -> Office:
        """The office with these facts recorded: of each id the last one counts."""
        newest = {duty.id: duty for duty in self.duties} | {duty.id: duty for duty in facts}
        return msgspec.structs.replace(self, duties=tuple(newest.values()))

    def duty(self, name: str) -> Duty | None:
        """The fact of that id, as it is now."""
        return next((duty for duty in self.duties if duty.id == name), None)

    def away(self, person: int, at: datetime) -> Duty | None:
        """Why somebody isn't there at that moment: of several reasons the one that lasts longest; None if they are."""
        mine = [duty for duty in self.duties if duty.kind == "away" and duty.person == person and duty.holds(at)]
        return max(mine, key=lambda duty: (duty.until is None, duty.until or duty.since), default=None)

    def is_there(self, person: Staff, at: datetime) -> bool:
        """Whether nobody recorded that this person is away."""
        return self.away(person.id, at) is None

    def stands_in(self, person: Staff, role: str, at: datetime, holder: int | str = 0) -> Duty | None:
        """By which fact this person may act in a role that they stand in for, at that moment.

        `holder` is the one person of the role whose work it is, if one was named for it: that work is a stand-in's only
        while this very person is away (or has left). A Plt. takes the role over; a Plh. has it while its holder is
        away.
        """
        return next((each for each in self._standing_in(role, at, holder) if each.person == person.id), None)

    def stand_ins(self, role: str, at: datetime, holder: int | str = 0) -> tuple[Staff, ...]:
        """Everybody who stands in for a role at that moment and has a part in the work, see `stands_in`."""
        found = (self.at_work(duty.person) for duty in self._standing_in(role, at, holder))
        return tuple(dict.fromkeys(person for person in found if person is not None))

    def _standing_in(self, role: str, at: datetime, holder: int | str) -> list[Duty]:
        mine = (each for each in self.duties if each.role == role and each.kind in STANDING_IN and each.holds(at))
        return [each for each in mine if self._in_force(each, at, int(holder or 0))]

    def _in_force(self, duty: Duty, at: datetime, holder: int) -> bool:
        if holder and not self._is_gone(holder, at):
            return False
        if duty.kind == "plt" or not duty.holder:
            return True
        return holder in (0, duty.holder) and self._is_gone(duty.holder, at)

    def _is_gone(self, person: int, at: datetime) -> bool:
        return self.at_work(person) is None or self.away(person, at) is not None

    def with_role_at(self, role: str, at: datetime) -> tuple[Staff, ...]:
        """Everybody who holds a role or stands in for it at that moment."""
        return tuple(dict.fromkeys((*self.with_role(role), *self.stand_ins(role, at))))

    def may_know(self, at: datetime) -> tuple[Staff, ...]:
        """Who may know of confidential reports: the holders of the roles that the standard names, and their Plt.

        A Plh. isn't among them: the holder is away for some days only and can be asked, and the report may speak of the
        one who happens to stand in.
        """
        found: list[Staff] = []
        for role in self.standard.escalation.confidential_to:
            over = [each.person for each in self._standing_in(role, at, 0) if each.kind == "plt"]
            found += (*self.with_role(role), *(each for each in self.stand_ins(role, at) if each.id in over))
        return tuple(dict.fromkeys(found))

    def on_duty(self, person: Staff, at: datetime) -> str:
        """The name of who sits at a shared phone at that moment; "" where nobody has said so, and for all others."""
        mine = (each for each in reversed(self.duties) if each.kind == "on_duty" and each.person == person.id)
        return next((each.reason for each in mine if each.holds(at)), "") if person.shared else ""

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
