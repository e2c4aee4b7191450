"""Tells operators what is wrong, once, with the mend, and once more when it's over: in their chat and in /metrics."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.retaining import ALERT_DAYS, UNREAD_DAYS
from bot.road import Road
from storage.unit import Unit
from workflow.message import Address, Outbound
from workflow.office import DESK_CHANNEL, Office
from workflow.procedure.staffing import acting
from workflow.say import listing, say

_log = structlog.get_logger("alerts")

DESK = "desk"  # how an office's group is called beside its channels
LOOK_S = 30.0
_STILL = timedelta(minutes=2)  # a group that shut us out is tried again each minute as long as something waits for it
_SHUT_FOR = timedelta(minutes=1)  # while a group becomes a supergroup we may be out of it for a moment
_WITHOUT = timedelta(minutes=10)  # a role is often given to the next one at once
_UNOPENED = timedelta(minutes=15)  # the group asks them to link their private chats at once
PATIENCE = timedelta(minutes=2)  # a connection that's down for less mends itself
RIGHT = ("ok", "ready", "being prepared")  # how a channel is with which nothing is wrong begins with one of these


LEAST_FREE_BYTES = 50_000_000


def disk_trouble(folder: str) -> str:
    """What's wrong with the disk on which this folder lies; "" if nothing is."""
    free = shutil.disk_usage(folder).free
    return f"only {free // 1_000_000} MB are free" if free < LEAST_FREE_BYTES else ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that's wrong. `key` stays the same as long as it's the same trouble."""

    key: str
    what: str
    mend: str
    patience: timedelta = timedelta()  # it's told when it has lasted so long
    ends: bool = True  # whether its end is worth a word


@dataclass(slots=True)
class Alerts:
    """Looks for trouble. `channels` says how each of them does, `disk` what's wrong with the disk ("": nothing)."""

    road: Road
    channels: Callable[[], Mapping[str, str]]
    disk: Callable[[], str]
    _since: dict[str, datetime] = field(default_factory=dict)

    async def step(self) -> int:
        """One look; how many troubles are new."""
        now, store = self.road.clock.now(), self.road.store
        stuck, told = await store.read(lambda unit: (_stuck(unit, now), unit.people.alerts()))
        shut = await store.read(lambda unit: self._shut_out(unit, now))
        shut += await store.read(lambda unit: self._unopened(unit, now))
        found = {each.key: each for each in (*self._at_hand(), *stuck, *shut)}
        self._since = {key: self._since.get(key, now) for key in found}
        lasting = {key: each for key, each in found.items() if now - self._since[key] >= each.patience}
        self.road.metrics.troubles.set(len(lasting))
        new = [each for key, each in lasting.items() if key not in told]
        over = {key: what for key, what in told.items() if key not in found}
        if not new and not over:
            return 0
        for each in new:
            _log.error("trouble", what=each.what, mend=each.mend)
        count = await store.write(lambda unit: _tell(unit, new, over, now))
        self.road.bells.outbox.set()
        return count

    def _at_hand(self) -> Iterable[Trouble]:
        """What this process knows without asking the store."""
        for office in self.road.offices.values():
            yield from _of_people(office)
        for name, how in self.channels().items():
            owner, _, part = name.partition("/")
            if how.startswith(RIGHT):
                continue
            if part == DESK:
                yield _of_desk(owner, how)
            else:
                what = say("operator.channel", name=name, why=how)
                yield Trouble(f"channel:{name}", what, say("operator.channel_mend"), PATIENCE)
        if why := self.disk():
            yield Trouble("disk", say("operator.disk", why=why), say("operator.disk_mend"))

    def _shut_out(self, unit: Unit, now: datetime) -> list[Trouble]:
        """The groups that didn't let us write a moment ago."""
        desks = {
            Address(each.id, DESK_CHANNEL, each.desk).lane: each.id for each in self.road.offices.values() if each.desk
        }
        return [_of_desk(desks[lane], why) for lane, why in unit.outbox.barred([*desks], now - _STILL).items()]

    def _unopened(self, unit: Unit, now: datetime) -> list[Trouble]:
        """Confidential reports that nobody can open: of those who may, none has linked a private chat."""
        linked = unit.cases.linked(self.road.offices)
        closed = [
            each
            for each in self.road.offices.values()
            if not any(str(person.id) in linked[each.id] for person in each.may_know(now))
        ]
        return [_of_secrets(each, count) for each in closed if (count := unit.privacy.secret_open(each.id))]


def _of_secrets(office: Office, count: int) -> Trouble:
    standard = office.standard
    roles = listing(tuple(standard.role(role).label for role in standard.escalation.confidential_to))
    what = say("operator.secret", office=office.id, n=count, roles=roles)
    return Trouble(f"secret:{office.id}", what, say("operator.secret_mend", roles=roles), _UNOPENED)


def _of_desk(office: str, why: str) -> Trouble:
    what = say("operator.desk", office=office, why=why)
    return Trouble(f"desk:{office}", what, say("operator.desk_mend"), _SHUT_FOR)


def _of_people(office: Office) -> Iterable[Trouble]:
    """What became of a desk and its people that the operator must know: another number, a role that nobody has."""
    if office.written:
        what = say("operator.desk_moved", office=office.id, desk=office.desk)
        mend = say("operator.desk_moved_mend", desk=office.desk, written=office.written)
        yield Trouble(f"desk_moved:{office.id}:{office.desk}", what, mend)
    if all(person.at_work for person in office.staff):
        return
    for role in acting(office):
        if not office.with_role(role):
            what = say("operator.role", office=office.id, role=office.standard.role(role).label)
            yield Trouble(f"role:{office.id}:{role}", what, say("operator.role_mend"), _WITHOUT)


def _stuck(unit: Unit, now: datetime) -> list[Trouble]:
    """Lanes that stand still, messages nobody could read, and what the law asks for and nobody did.

    No number and no name of a citizen is in it.
    """
    mend = say("operator.inbox_mend")
    found = []
    for each in unit.inbox.parked():
        channel = each.lane.partition(":")[0]
        what = say("operator.parked", office=each.office, channel=channel, n=each.waiting, why=each.error)
        found.append(Trouble(f"parked:{each.lane}", what, mend))
    for office, channel, count, newest in unit.inbox.unread():
        what = say("operator.quarantine", office=office, channel=channel, n=count)
        found.append(Trouble(f"quarantine:{office}:{channel}:{newest}", what, mend, ends=False))
    for office, channel, count in unit.privacy.unread_before(now - timedelta(days=ALERT_DAYS)):
        what = say("privacy.operator.unread", office=office, channel=channel, n=count, days=UNREAD_DAYS)
        found.append(Trouble(f"unread:{office}:{channel}", what, mend, ends=False))
    for office, count in unit.privacy.requests_late(now).items():
        what = say("privacy.desk.operator", office=office, n=count)
        found.append(Trouble(f"data_requests:{office}", what, say("privacy.desk.operator_mend", office=office)))
    return found


def _tell(unit: Unit, new: Iterable[Trouble], over: Mapping[str, str], now: datetime) -> int:
    """Note what began and what ended, and tell every operator of it."""
    begun = [each for each in new if unit.people.begin_alert(each.key, each.what if each.ends else "", each.mend, now)]
    texts = [say("operator.trouble", what=each.what, mend=each.mend) for each in begun]
    ended = [what for key, what in over.items() if unit.people.end_alert(key) and what]
    texts += [say("operator.over", what=what) for what in ended]
    rows = [Outbound(to=chat, kind="notice", text=text) for chat in unit.people.operators() for text in texts]
    if rows:
        unit.outbox.put_in([(row, 0) for row in rows], now)
    return len(begun)
