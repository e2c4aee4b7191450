"""What a batch of decisions changes, gathered in the order it was decided, so that it can be written in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot import people
from bot.noticing import Noticed
from bot.outgoing import in_parts
from bot.reading import Arrived
from storage.cases import Turn
from storage.identities import Numbers
from storage.rows import Arrival, encode, keyring
from storage.unit import Unit
from workflow.conversation import Conversation
from workflow.message import Address, Limits, Outbound
from workflow.privacy.asked import DataRequest
from workflow.record import Complaint, Entry
from workflow.standard.standard import Standard
from workflow.world import Decision, Erasure, Fetch, Lettered, Link, Shown, Timer

Drawn = tuple[Mapping[int, int], Mapping[int, int], Sequence[str]]  # numbers before and after, codes


class Changes:
    """Everything to be written, by kind."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.conversation_revs: dict[str, int] = {}  # as they were read; 0: new
        self.complaint_revs: dict[str, int] = {}
        self.entries: list[tuple[str, Entry]] = []
        self.sends: list[tuple[Outbound, int]] = []
        self.posts: list[Arrival] = []
        self.fetches: list[Fetch] = []
        self._conversations: set[str] = set()
        self._complaints: set[str] = set()
        self._cancels: set[tuple[str, str]] = set()
        self._timers: dict[tuple[str, str], Timer | None] = {}
        self._links: list[tuple[str, Link]] = []
        self._linked: list[tuple[str, str, str]] = []
        self._used: list[str] = []
        self._erased: list[str] = []
        self._forgotten: list[str] = []
        self.request_revs: dict[str, int] = {}  # as they were read
        self._requests: dict[str, DataRequest] = {}
        self._notices: list[tuple[str, Shown]] = []
        self._erasures: list[tuple[str, Erasure]] = []
        self._blanked: list[tuple[str, tuple[str, ...]]] = []
        self._hushed: list[int] = []  # rows of the inbox
        self._letters: list[tuple[str, Lettered]] = []
        self._unlettered: list[tuple[str, tuple[str, str]]] = []  # office, and (complaint, number)
        self.numbers: dict[str, tuple[str, Numbers]] = {}  # office and identity numbers of complaints that got others
        self.noticed = Noticed(now)
        self._of_offices: list[tuple[str, Decision]] = []  # what changes who works where

    def add(self, decision: Decision, arrived: Arrived, limits: Callable[[Address], Limits]) -> None:
        """What became of one event."""
        office = arrived.row.office
        if decision.conversation is not None:
            self._conversations.add(decision.conversation.address.lane)
        self._complaints.update(each.id for each in decision.complaints)
        self.entries.extend((office, each) for each in decision.entries)
        cancelled = {(office, key) for key in decision.cancels}
        self.sends = [each for each in self.sends if (each[0].to.office, each[0].key) not in cancelled]
        self._cancels |= cancelled
        for message in decision.sends:
            self.sends.extend(in_parts(message, limits(message.to)))
        self.fetches.extend(decision.fetches)
        self._timers |= {(office, key): None for key in decision.unset}
        self._timers |= {(each.lane.office, each.key): each for each in decision.timers}
        for nth, (lane, event) in enumerate(decision.posts):
            key = f"{arrived.row.id}:{nth}"
            self.posts.append(Arrival(lane.office, "post", key, lane.lane, encode(event), "event"))
        self._links.extend((office, each) for each in decision.links)
        self._linked.extend((office, staff, chat) for staff, chat in decision.linked)
        self._used.extend(decision.used_tokens)
        self._erased.extend(decision.erased)
        self._requests |= {each.id: each for each in decision.requests}
        self._notices.extend((office, each) for each in decision.notices)
        self._erasures.extend((office, each) for each in decision.erasures)
        self._blanked.extend(decision.blanked)
        self._hushed += [arrived.row.id] if decision.hushed else []
        gone = {(office, taken_back) for taken_back in decision.unlettered}
        self._letters = [each for each in self._letters if (each[0], (each[1].complaint, each[1].number)) not in gone]
        self._unlettered.extend(sorted(gone))
        self._letters.extend((office, each) for each in decision.letters)
        self._forgotten.extend(keyring(office, code) for code in decision.forgotten)
        if decision.desk or decision.moved or decision.staff or decision.duties or decision.operator:
            self._of_offices.append((office, decision))
        self.noticed.add(arrived, decision, limits)

    def lettered_after(self, office: str, stored: Sequence[Lettered]) -> tuple[Lettered, ...]:
        """Numbers of letters as they'll stand once this is written."""
        kept = [each for each in stored if (office, (each.complaint, each.number)) not in self._unlettered]
        return (*kept, *(each for owner, each in self._letters if owner == office))

    def write(
        self,
        unit: Unit,
        conversations: Mapping[str, Conversation],
        complaints: Mapping[str, Complaint],
        drawn: Mapping[str, Drawn],
        standards: Mapping[str, Standard],
    ) -> None:
        """All of it. Raises `Conflict` where somebody else wrote first; the caller rolls back then."""
        now = self._now
        for office, (before, after, codes) in sorted(drawn.items()):
            for year, last in after.items():
                if last != before.get(year, 0):
                    unit.cases.count_up(office, year, before.get(year, 0), last)
            unit.cases.reserve_codes([(office, code, "") for code in codes])
        changed = [(conversations[lane], self.conversation_revs.get(lane, 0)) for lane in sorted(self._conversations)]
        unit.cases.keep_conversations(changed, now)
        unit.cases.keep_complaints(
            [
                (complaints[name], self.complaint_revs.get(name, 0), _turn(complaints[name], standards))
                for name in sorted(self._complaints)
            ],
            now,
        )
        unit.cases.record(self.entries)
        self._write_small(unit)
        unit.shelf.expect(self.fetches, now)
        unit.shelf.erase_files(self._erased)
        unit.shelf.erase_keys(self._forgotten, now)
        if self._cancels:
            unit.outbox.cancel(self._cancels, now)
        self.noticed.write(unit)
        if self.sends:
            unit.outbox.put_in(self.sends, now)
        self.posts += self.noticed.adopt_topics(unit)
        unit.inbox.take_in(self.posts, now)

    def _write_small(self, unit: Unit) -> None:
        """What few events bring."""
        unset = [pair for pair, timer in self._timers.items() if timer is None]
        if unset:
            unit.times.unset(unset, self._now)
        timers = [timer for timer in self._timers.values() if timer is not None]
        if timers:
            unit.times.set(timers)
        for office, decision in self._of_offices:
            self.posts += people.keep(unit, office, decision, self._now)
        for office, taken_back in self._unlettered:
            unit.letters.free(office, [taken_back])
        for office, letter in self._letters:
            unit.letters.keep(office, [letter], self._now)
        for office, link in self._links:
            unit.cases.keep_links(office, [link])
        for office, staff, chat in self._linked:
            unit.cases.link(office, [(staff, chat)], self._now)
        unit.cases.use_tokens(self._used, self._now)
        for name, (office, numbers) in sorted(self.numbers.items()):
            unit.identities.keep(office, name, numbers, self._now)
        asked = [(each, self.request_revs.get(each.id, 0)) for _, each in sorted(self._requests.items())]
        unit.privacy.keep_requests(asked, self._now)
        unit.privacy.keep_notices(self._notices, self._now)
        unit.privacy.record(self._erasures)
        for complaint, acts in self._blanked:
            unit.privacy.blank(complaint, acts)
        if self._hushed:
            unit.pruning.empty(self._hushed)  # their keys stay, to know a doublet by


def _turn(complaint: Complaint, standards: Mapping[str, Standard]) -> Turn:
    """The stage of a complaint's step and who acts there, by the standard it began with."""
    standard = standards.get(complaint.standard)
    if standard is None or complaint.closed_at is not None:
        return Turn()
    try:
        step = standard.step(complaint.step)
    except KeyError:
        return Turn()
    return Turn(stage=step.stage, role=step.actor)
