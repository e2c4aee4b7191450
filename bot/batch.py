"""One batch of the pump: loads what its events need, decides them one after the other in memory, writes all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from bot import people
from bot.changes import Changes
from bot.reading import Arrived, Marks
from bot.road import Road
from storage.cases import Kept
from storage.unit import Unit
from workflow.conversation import Conversation
from workflow.happening import Carried, Event
from workflow.message import Address, Limits, Message, Moved, Press, Refers, address_of
from workflow.numbers import kept as numbers_of
from workflow.office import DESK_CHANNEL, Office
from workflow.papers.verification import START as CHECKED
from workflow.privacy.asked import DataRequest
from workflow.privacy.requests import ROLE as REQUEST
from workflow.record import Complaint, Entry
from workflow.standard.standard import Standard, load
from workflow.world import OPEN_AFTER, Decision, Lettered, Needs, Search, Sought, Supply, Way, World

_COMPLAINTS_OF_A_CONVERSATION = 50  # the newest; older ones are found by their number


class Core(Protocol):
    """What decides: `workflow.decide`, or something else in its place for tests."""

    def needs(self, event: Event, office: Office, linked: frozenset[str]) -> Needs:
        """What must be loaded for the event."""
        ...

    def decide(self, event: Event, world: World) -> Decision:
        """What becomes of it."""
        ...


class Standards:
    """Versions of standards by their content hash: those in force, and older ones as somebody's case needs them."""

    def __init__(self, offices: Mapping[str, Office]) -> None:
        self._known = {office.standard.version: office.standard for office in offices.values()}

    def load(self, versions: Iterable[str], unit: Unit) -> Mapping[str, Standard]:
        """All known versions, with these among them as far as they were ever stored."""
        missing = {version for version in versions if version and version not in self._known}
        for version, source in unit.cases.standard_sources(missing).items():
            self._known[version] = load(source, place=version)
        return self._known


@dataclass(slots=True)
class _Offered:
    """An office's supply of names, and which of them were drawn."""

    supply: Supply
    before: dict[int, int]
    codes: list[str] = field(default_factory=list)


class Batch:
    """The events of some lanes, inside one transaction."""

    def __init__(self, unit: Unit, road: Road, core: Core, standards: Standards, now: datetime) -> None:
        self._unit, self._road, self._core, self._now = unit, road, core, now
        self._standards_known = standards
        self._standards: Mapping[str, Standard] = {}
        self._needs: dict[int, Needs] = {}
        self._conversations: dict[str, Conversation] = {}
        self._complaints: dict[str, Complaint] = {}
        self._codes: dict[tuple[str, str], str] = {}  # (office, code or number) -> complaint id
        self._refers: dict[tuple[str, str], Refers] = {}
        self._requests: dict[str, DataRequest] = {}
        self._linked: dict[str, dict[str, str]] = {}
        self._unsent: set[tuple[str, str]] = set()
        self._stored_histories: Mapping[str, tuple[Entry, ...]] = {}
        self._offered: dict[str, _Offered] = {}
        self.offices: dict[str, Office] = {}  # as this batch changed them
        self.changes = Changes(now)
        self.ignored: list[tuple[str, str]] = []  # office, and why nothing was done about what somebody said

    # --- loading ------------------------------------------------------------------------------------------------------

    def load(self, arrived: Sequence[Arrived]) -> None:
        """Everything these events need, in two rounds: what they name, then the complaints that is about."""
        offices = {each.row.office for each in arrived}
        cases = self._unit.cases
        self._linked = cases.linked(offices)
        self._look_at_people(arrived)
        for each in arrived:
            office = self._office(each)
            staff_chats = frozenset(self._linked[office.id].values())
            self._needs[each.row.id] = self._core.needs(each.event, office, staff_chats)
        self._take_conversations(cases.conversations({each.event.chat.lane for each in arrived}))
        self._refers = cases.refers(
            (address.lane, message) for needs in self._needs.values() for address, message in needs.messages
        )
        self._load_requests({name for needs in self._needs.values() for name in needs.requests})
        self._load_complaints(arrived)
        self._stored_histories = cases.histories({name for needs in self._needs.values() for name in needs.histories})
        self._unsent = set(
            self._unit.outbox.unsent(
                (each.row.office, key) for each in arrived for key in self._needs[each.row.id].keys
            )
        )
        numbers = cases.numbers(offices)
        for office_id in offices:
            self._offered[office_id] = self._offer(numbers[office_id])
        self._look_at_letters(arrived)
        versions = {each.standard for each in self._complaints.values()}
        versions |= {each.draft.standard for each in self._conversations.values() if each.draft}
        self._standards = self._standards_known.load(versions, self._unit)

    def _office(self, arrived: Arrived) -> Office:
        """The office as this batch knows it."""
        return self.offices.get(arrived.row.office) or self._road.offices[arrived.row.office]

    def _look_at_people(self, arrived: Sequence[Arrived]) -> None:
        """Where staff act and other processes may have changed who works there: who does so now."""
        if not self._unit.people.postgres:
            return
        for each in arrived:
            office = self._office(each)
            chat = each.event.chat.chat
            moved = isinstance(each.event, Moved)
            at_desk = moved or office.is_desk(chat) or chat in self._linked[office.id].values()
            if at_desk and office.id not in self.offices:
                self.offices[office.id] = people.fresh(self._unit, office)

    def _look_at_letters(self, arrived: Sequence[Arrived]) -> None:
        """How far the letters of an office are counted, where somebody may be numbering one."""
        series: dict[str, set[str]] = {}
        for each in arrived:
            if letters := self._needs[each.row.id].letters:
                series.setdefault(each.row.office, set()).update(sought.series for sought in letters)
        for office, wanted in series.items():
            last = self._unit.letters.last(office, wanted, self._now.year - 1)
            self._offered[office].supply.letters.update(last)

    def _load_requests(self, named: set[str]) -> None:
        """What citizens asked about their own data, named or replied to."""
        named |= {each.detail.partition(":")[2] for each in self._refers.values() if each.role == REQUEST}
        for name, (request, rev) in self._unit.privacy.requests(sorted(named)).items() if named else ():
            self._requests[name] = request
            self.changes.request_revs[name] = rev

    def _load_complaints(self, arrived: Sequence[Arrived]) -> None:
        ids = {refers.complaint for refers in self._refers.values() if refers.complaint}
        ids |= {name for request in self._requests.values() for name in request.complaints}
        for conversation in self._conversations.values():
            ids |= set(conversation.complaints[-_COMPLAINTS_OF_A_CONVERSATION:])
        named: dict[str, dict[str, set[str]]] = {}
        for each in arrived:
            needs = self._needs[each.row.id]
            ids |= set(needs.complaints)
            wanted = {"codes": needs.codes, "numbers": needs.numbers, "verifications": needs.verifications}
            for kind, names in wanted.items():
                if names:
                    named.setdefault(each.row.office, {}).setdefault(kind, set()).update(names)
        self._take_complaints(self._unit.cases.complaints(ids=ids))
        for office, kinds in named.items():
            self._take_complaints(self._unit.cases.complaints(office, **kinds))

    def _take_conversations(self, found: Mapping[str, Kept[Conversation]]) -> None:
        for lane, kept in found.items():
            self._conversations[lane] = kept.value
            self.changes.conversation_revs[lane] = kept.rev

    def _take_complaints(self, found: Mapping[str, Kept[Complaint]]) -> None:
        for name, kept in found.items():
            self.changes.complaint_revs[name] = kept.rev
            self._know(kept.value)

    def _know(self, complaint: Complaint) -> None:
        self._complaints[complaint.id] = complaint
        self._codes[complaint.office, complaint.code] = complaint.id
        if complaint.number:
            self._codes[complaint.office, complaint.number] = complaint.id
        if complaint.verification:
            self._codes[complaint.office, f"{CHECKED}{complaint.verification}"] = complaint.id

    def _offer(self, numbers: dict[int, int]) -> _Offered:
        chance = self._road.chance
        drawn: list[str] = []

        def codes() -> Iterator[str]:
            for code in chance.codes():
                if code not in drawn:
                    drawn.append(code)
                    yield code

        return _Offered(Supply(chance.ids(), codes(), chance.tokens(), numbers), dict(numbers), drawn)

    # --- deciding -----------------------------------------------------------------------------------------------------

    def decide(self, arrived: Arrived) -> None:
        """One event; those after it in the batch see what became of it."""
        event = arrived.event
        office = self._office(arrived)
        decision = self._core.decide(event, self._world(arrived, office))
        if arrived.marks:
            decision = self._with_marks(decision, arrived, office)
        self.changes.add(decision, arrived, self._limits)
        if decision.ignored and isinstance(event, Message | Press | Carried):
            self.ignored.append((office.id, decision.ignored))
        if decision.conversation is not None:
            self._conversations[decision.conversation.address.lane] = decision.conversation
        self._requests |= {each.id: each for each in decision.requests}
        for complaint in decision.complaints:
            before, numbers = self._complaints.get(complaint.id), numbers_of(complaint.private)
            if numbers != (numbers_of(before.private) if before else frozenset()):
                self.changes.numbers[complaint.id] = (office.id, numbers)
            self._know(complaint)
        if decision.desk or decision.staff or decision.duties or decision.moved:
            self.offices[office.id] = people.after(office, decision)
        for staff, chat in decision.linked:
            self._linked[office.id][staff] = chat
        self._unsent -= {(office.id, key) for key in decision.cancels}
        self._unsent |= {(office.id, message.key) for message in decision.sends if message.key}

    def _world(self, arrived: Arrived, office: Office) -> World:
        event, needs = arrived.event, self._needs[arrived.row.id]
        conversation = self._conversations.get(event.chat.lane)
        refers = {
            (address.chat, message): self._refers[address.lane, message]
            for address, message in needs.messages
            if address.office == office.id and (address.lane, message) in self._refers
        }
        asked = self._asked(office, needs, refers.values())
        complaints = self._seen(office, conversation, needs, refers.values())
        complaints |= self._about(asked.values())
        starts = [*needs.tokens, *([event.start] if isinstance(event, Message) and event.start else [])]
        return World(
            office=office,
            now=self._now,
            received_at=arrived.row.received_at,
            supply=self._offered[office.id].supply,
            limits=self._limits(event.chat),
            limits_of=self._limits_of(office),
            bot_name=self._bot_name(office),
            ways=self._ways(office),
            standards=self._standards,
            conversation=conversation,
            complaints=complaints,
            by_code={name: each.id for each in complaints.values() for name in _names(each) if name},
            refers=refers,
            unsent=frozenset(key for key in needs.keys if (office.id, key) in self._unsent),
            linked=dict(self._linked[office.id]),
            found=tuple(self._found(office, search, arrived.marks) for search in needs.searches),
            histories=self._histories(office, needs.histories),
            tokens=self._unit.cases.tokens(office.id, starts, self._now) if starts else {},
            elsewhere=self._elsewhere(office, needs.elsewhere),
            others=self._others(office, needs.others),
            requests=asked,
            lettered=self._lettered(office, needs.letters),
            marks=dict(arrived.marks),
        )

    def _lettered(self, office: Office, sought: Sequence[Sought]) -> tuple[Lettered, ...]:
        """The letters whose numbers are among these, as stored and as this batch gave them."""
        if not sought:
            return ()
        found = self._unit.letters.found(office.id, sought, self._now.year - 1)
        return self.changes.lettered_after(office.id, found)

    def _asked(self, office: Office, needs: Needs, refers: Iterable[Refers]) -> dict[str, DataRequest]:
        """The requests about one's own data that an event names or answers, as this batch left them."""
        named = {*needs.requests, *(each.detail.partition(":")[2] for each in refers if each.role == REQUEST)}
        if missing := named - set(self._requests):  # an earlier event of this batch led here
            self._load_requests(missing)
        found = {name: self._requests[name] for name in sorted(named) if name in self._requests}
        return {name: each for name, each in found.items() if each.office == office.id}

    def _about(self, asked: Iterable[DataRequest]) -> dict[str, Complaint]:
        """The reports those are about."""
        names = {name for each in asked for name in each.complaints}
        if unknown := names - set(self._complaints):
            self._take_complaints(self._unit.cases.complaints(ids=sorted(unknown)))
        return {name: self._complaints[name] for name in sorted(names) if name in self._complaints}

    def _elsewhere(self, office: Office, codes: Sequence[str]) -> Mapping[str, Address]:
        """Where what these codes name is told, if it may be gone on with from another lane."""
        found = self._unit.cases.homes(office.id, codes, self._now - OPEN_AFTER) if codes else {}
        return {code: address_of(lane) for code, lane in found.items()}

    def _others(self, office: Office, lanes: Sequence[Address]) -> Mapping[str, Conversation]:
        """Other lanes' conversations, as this batch left them or as they're stored."""
        wanted = [each.lane for each in lanes if each.office == office.id]
        known = {lane: self._conversations[lane] for lane in wanted if lane in self._conversations}
        return known | self._unit.cases.glances(lane for lane in wanted if lane not in known) if wanted else {}

    def _seen(
        self, office: Office, conversation: Conversation | None, needs: Needs, refers: Iterable[Refers]
    ) -> dict[str, Complaint]:
        """The complaints one event may look at: its conversation's and those it named, of its own office only."""
        ids = dict.fromkeys(conversation.complaints[-_COMPLAINTS_OF_A_CONVERSATION:] if conversation else ())
        ids |= dict.fromkeys(needs.complaints)
        ids |= dict.fromkeys(each.complaint for each in refers if each.complaint)
        checked = (f"{CHECKED}{code}" for code in needs.verifications)
        named = (self._codes.get((office.id, name)) for name in (*needs.codes, *needs.numbers, *checked))
        ids |= dict.fromkeys(each for each in named if each)
        unknown = [each for each in ids if each not in self._complaints]
        if unknown:  # an earlier event of this batch led here
            self._take_complaints(self._unit.cases.complaints(ids=unknown))
        found = ((each, self._complaints.get(each)) for each in ids)
        return {each: complaint for each, complaint in found if complaint and complaint.office == office.id}

    def _found(self, office: Office, search: Search, marks: Marks) -> tuple[Complaint, ...]:
        if search.identity:
            return self._holding(office, dict(marks).get(search.identity, ""), search.limit)
        found = self._unit.cases.find(office.id, search)
        if search.to_change and (unknown := [each.id for each in found if each.id not in self._complaints]):
            self._take_complaints(self._unit.cases.complaints(ids=unknown))
        return tuple(self._complaints.get(each.id, each) for each in found)

    def _holding(self, office: Office, digits: str, limit: int) -> tuple[Complaint, ...]:
        """The office's complaints that hold an identity number, as stored and as this batch left them."""
        if not digits:
            return ()
        stored = self._unit.identities.find(office.id, digits, self._now)[:limit]
        ids = [*(name for name, (owner, _) in self.changes.numbers.items() if owner == office.id), *stored]
        if unknown := [name for name in ids if name not in self._complaints]:
            self._take_complaints(self._unit.cases.complaints(ids=unknown))
        known = [self._complaints[name] for name in dict.fromkeys(ids) if name in self._complaints]
        return tuple(each for each in known if digits in {number for _, number in numbers_of(each.private)})[:limit]

    def _histories(self, office: Office, ids: Sequence[str]) -> Mapping[str, tuple[Entry, ...]]:
        """The records of the office's complaints that were loaded, as stored and with what this batch added to them."""
        known = [name for name in ids if name in self._complaints and self._complaints[name].office == office.id]
        fresh = self.changes.entries if known else []
        return {
            name: (*self._stored_histories.get(name, ()), *(each for _, each in fresh if each.complaint == name))
            for name in known
        }

    def _limits(self, chat: Address) -> Limits:
        channel = self._road.channels.get((chat.channel, chat.office))
        return channel.limits if channel else Limits()

    def _bot_name(self, office: Office) -> str:
        """What links to the office's bot begin with; "" until the provider told it, and where there are no bots."""
        return getattr(self._road.channels.get((DESK_CHANNEL, office.id)), "username", "")

    def _limits_of(self, office: Office) -> dict[str, Limits]:
        """What each channel of the office can carry: a decision may write to others than the one an event came by."""
        return {name: channel.limits for (name, owner), channel in self._road.channels.items() if owner == office.id}

    def _ways(self, office: Office) -> tuple[Way, ...]:
        """How the office can be written to: the channels that say what a person writes to."""
        mine = (channel for (_, owner), channel in self._road.channels.items() if owner == office.id)
        return tuple(
            Way(channel=each.name, reach=reach, limits=each.limits)
            for each in mine
            if (reach := getattr(each, "reach", ""))
        )

    def _with_marks(self, decision: Decision, arrived: Arrived, office: Office) -> Decision:
        """What stood behind the marks goes, sealed, to the report it was said for; staff's words keep none."""
        carried = [(lane, each) for lane, each in decision.posts if isinstance(each, Carried) and not each.marks]
        if carried:  # said for another lane's: they travel with the words
            return replaced(
                decision,
                posts=tuple(
                    (lane, replace(each, marks=arrived.marks) if (lane, each) in carried else each)
                    for lane, each in decision.posts
                ),
            )
        chat = arrived.event.chat
        before = self._conversations.get(chat.lane)
        after = decision.conversation or before
        staff = decision.conversation is None and chat.chat in self._linked[office.id].values()
        if after is None or office.is_desk(chat.chat) or staff:
            return decision
        marks = {f"mark:{mark}": digits for mark, digits in arrived.marks}
        if after.draft is not None:
            after = replace(after, draft=replace(after.draft, private=after.draft.private | marks))
        else:
            after = replace(after, private=after.private | marks)
        return decision + Decision(conversation=after)

    # --- writing ------------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Everything that changed, in a statement or two for each kind of thing. Raises `Conflict`."""
        drawn = {office: (each.before, each.supply.numbers, each.codes) for office, each in self._offered.items()}
        self.changes.write(self._unit, self._conversations, self._complaints, drawn, self._standards)


def _names(complaint: Complaint) -> tuple[str, str, str]:
    """What it's found by: its code, its number, and the code on its letter."""
    checked = f"{CHECKED}{complaint.verification}" if complaint.verification else ""
    return complaint.code, complaint.number, checked
