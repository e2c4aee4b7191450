"""What must hold when all is at rest: every citizen's own expectation, and what the design promises of the road.

Counts alone would lie: each complaint is compared with what its citizen meant, each message with what really arrived.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.outgoing import MARKED
from storage.rows import OutboxRow
from storage.tables import complaints as complaints_table
from storage.tables import counters, files, inbox
from tests.simulation import blocking, confidential, crowd, expected, procedure, switching
from tests.simulation.citizens import FAILED_LATER, KNOCKS, OF_SEVERAL
from tests.simulation.provider import Attempt, Provider
from tests.simulation.reading import has
from workflow.conversation import Conversation
from workflow.message import Address, Refers, address_of
from workflow.record import Complaint, Entry

if TYPE_CHECKING:
    from tests.simulation.citizens import Citizen
    from tests.simulation.world import Simulation

_MAY_BE_DROPPED = ("ack", "press", "topic", "edit", "delete")
_CHANGES = ("edit", "delete", "press", "topic")
_ON_THE_WAY = ("queued", "later", "sending")
_DOUBTFUL = ("timeout", "broken", "garbled", "lost")
_PERSONAL = ("name", "address")
_DIRECT = timedelta(minutes=15)
_PACE_SLACK_S = 2.0


@dataclass
class Seen:
    """Everything that's compared, read once."""

    world: Simulation
    complaints: dict[str, Complaint] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    rows: dict[str, list[OutboxRow]] = field(default_factory=dict)
    tries: dict[str, list[Attempt]] = field(default_factory=lambda: defaultdict(list))


def judge(world: Simulation, counts: Counter[str]) -> list[str]:
    """Every promise that wasn't kept. `counts` is told what happened that doesn't happen in every run."""
    seen = _read(world)
    counts.update(what for lines in seen.entries.values() for entry in lines for what in procedure.rarely(entry))
    checks = (_at_rest, _citizens, _registers, _deliveries, _orders, _paces, _quiet, _secrets, _presses)
    counts.update({"registered": sum(bool(each.number) for each in seen.complaints.values())})
    counts.update(confidential.counted(seen))
    counts.update(switching.counted(seen))
    counts.update({f"who {errand}": count for errand, count in crowd.errands(seen).items()})
    others = (
        procedure.records,
        procedure.numbers,
        expected.at_its_hour,
        crowd.passers,
        confidential.kept,
        blocking.doors,
    )
    return [problem for check in (*checks, *others) for problem in check(seen)]


def _read(world: Simulation) -> Seen:
    seen, store = Seen(world), world.store
    ids = store.now(lambda unit: list(unit.connection.execute(select(complaints_table.c.id)).scalars()))
    seen.complaints = {
        name: kept.value for name, kept in store.now(lambda unit: unit.cases.complaints(ids=set(ids))).items()
    }
    seen.entries = {name: list(lines) for name, lines in store.now(lambda unit: unit.cases.histories(ids)).items()}
    lanes = {each.lane for citizen in world.citizens.values() for each in citizen.addresses}
    found = store.now(lambda unit: unit.cases.conversations(lanes))
    seen.conversations = {lane: kept.value for lane, kept in found.items()}
    for office in world.providers:
        seen.rows[office] = store.now(lambda unit, office=office: unit.outbox.rows(office))
    for provider in world.accounts.values():
        for attempt in provider.attempts:
            seen.tries[attempt.key].append(attempt)
    return seen


# --- at rest ----------------------------------------------------------------------------------------------------------


def _at_rest(seen: Seen) -> Iterator[str]:
    """Nothing waits, nothing is parked, nothing lies in quarantine, no event ever failed, nothing sleeps over work."""
    store = seen.world.store
    depths = store.now(lambda unit: unit.inbox.depths())
    yield from (f"{count} {what} in the inbox" for what, count in depths.items() if count)
    left = store.now(lambda unit: unit.outbox.depths())
    left["held"] = left.get("held", 0) - sum(_never_fetched(row, seen) for rows in seen.rows.values() for row in rows)
    yield from (f"{count} messages are still {state} in the outbox" for state, count in left.items() if count)
    pending = select(func.count()).select_from(files).where(files.c.state == "pending")
    if count := store.now(lambda unit: unit.connection.execute(pending).scalar_one()):
        yield f"{count} files are still pending"
    failed = select(func.count()).select_from(inbox).where(inbox.c.attempts > 0)
    if count := store.now(lambda unit: unit.connection.execute(failed).scalar_one()):
        yield f"{count} events failed at least once"


# --- every citizen's own expectation ----------------------------------------------------------------------------------


def _citizens(seen: Seen) -> Iterator[str]:
    by_lane: dict[str, list[Complaint]] = defaultdict(list)
    for complaint in seen.complaints.values():
        by_lane[complaint.citizen.lane if complaint.citizen else ""].append(complaint)
    for citizen in seen.world.citizens.values():
        mine, lane = by_lane.pop(citizen.address.lane, []), citizen.address.lane
        for each in citizen.addresses:
            talk = seen.conversations.get(each.lane)
            if talk is not None and talk.draft is not None:
                yield f"{each.lane}: a draft is left over at the end ({talk.draft.awaiting or talk.draft.asked})"
        finished = not citizen.cancelled and (citizen.confirmed or not citizen.vanished)
        if len(mine) != int(finished):
            if citizen.vanished and citizen.confirmed and not mine:
                continue  # their YA met a summary that was renewed meanwhile, and they were never seen again
            yield f"{lane}: {len(mine)} complaints, {int(finished)} were meant ({citizen.questions[-3:]})"
            continue
        for complaint in mine:
            yield from (f"{lane} ({complaint.number}): {what}" for what in _meant(citizen, complaint))
            yield from (f"{lane} ({complaint.number}): {what}" for what in _told(citizen, complaint, seen))
    for lane, strangers in by_lane.items():
        yield f"{len(strangers)} complaints of {lane}, who never complained"


def _meant(citizen: Citizen, complaint: Complaint) -> Iterator[str]:
    """The complaint holds exactly what the citizen meant."""
    if complaint.statement != "\n".join(citizen.tellings):
        yield f"the statement is {complaint.statement!r}, meant was {citizen.tellings!r}"
    given: dict[str, set[str]] = defaultdict(set)
    for paper in complaint.papers:
        if paper.state == "pending":
            yield f"its file {paper.file} is pending for ever"
        if paper.state == "ready" and not paper.replaced:
            given[paper.sort].add(paper.sha256)
    meant = citizen.digests()
    for sort, at in citizen.brought.items():
        if complaint.answered_at is not None and complaint.answered_at <= at + _DIRECT and sort not in given:
            meant.pop(sort, None)  # it came when all was over
    if dict(given) != meant:
        yield f"its documents are {_counted(given)}, meant were {_counted(meant)}"
    later = {sort for sort in citizen.later if citizen.has[sort] == "later"}
    if not later <= {OF_SEVERAL.get(each, each) for each in complaint.later} <= citizen.later:
        yield f"to follow are {complaint.later}, meant was {sorted(later)}"
    lacking = {OF_SEVERAL.get(sort, sort): reason for sort, reason in complaint.lacking.items()}
    if lacking != citizen.lacking and not complaint.confidential:  # it says of such a report that nothing was asked
        yield f"lacking is {complaint.lacking}, meant was {citizen.lacking}"
    typed = {sort: {**complaint.answers, **complaint.private}.get(sort, "") for sort in citizen.typed}
    if typed != citizen.typed:
        yield f"typed stands {typed}, meant was {citizen.typed}"
    if complaint.place != citizen.place:
        yield f"its place is {complaint.place}, meant was {citizen.place}"


def _counted(papers: dict[str, set[str]]) -> dict[str, list[str]]:
    return {sort: sorted(digest[:6] for digest in digests) for sort, digests in sorted(papers.items())}


def _told(citizen: Citizen, complaint: Complaint, seen: Seen) -> Iterator[str]:
    """The citizen has the acknowledgement, the number, and the office's answer in the words that were approved."""
    texts = [shown.text for shown in citizen.shown]
    if not any(complaint.code in text for text in texts):
        yield f"the citizen never got the acknowledgement with the code {complaint.code}"
    if not complaint.number or not any(complaint.number in text for text in texts):
        yield "the citizen never got the receipt with the number"
    if complaint.closed_at is None:
        yield f"it's open at step {complaint.step}, waiting for {complaint.waits_for!r}"
        return
    wanted = ("withdrawn", "answered") if citizen.withdrawn else ("answered",)
    arrived = ("delivered", "read") if citizen.provider.limits.receipts else ("sent", "delivered", "read")
    if complaint.closed_as not in wanted:
        yield f"it was closed as {complaint.closed_as}"
    if complaint.closed_as == "answered":
        written = seen.world.desks[citizen.office.id].answers.get(complaint.code, [])
        if complaint.answer not in written:
            yield f"its answer {complaint.answer!r} was written by nobody: {written}"
        if isinstance(citizen, blocking.Blocker) and citizen.shut_at is not None:
            return
        by_hand = complaint.delivery == "handed" and complaint.code in seen.world.desks[citizen.office.id].handed
        if by_hand and not any(has(text, "telling.handed") for text in texts):
            yield "the citizen was never told that the answer was brought to them"
        if not by_hand and not any(complaint.answer in text for text in texts):
            yield "the citizen never got the answer"
        if complaint.delivery not in arrived and not by_hand:
            yield f"the card says of its answer {complaint.delivery!r}"


def _registers(seen: Seen) -> Iterator[str]:
    """Every office's numbers of a year are 1, 2, 3 ... without a gap or a doublet."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for complaint in seen.complaints.values():
        if complaint.number:
            head, _, tail = complaint.number.rpartition("-")
            numbers[f"{complaint.office} {head}"].append(int(tail))
    for book, given in numbers.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield f"the register {book} isn't gapless: {sorted(given)}"
    last = select(counters.c.office, counters.c.last)
    for office, count in seen.world.store.now(lambda unit: unit.connection.execute(last).all()):
        registered = sum(1 for each in seen.complaints.values() if each.office == office and each.number)
        if count != registered:
            yield f"{office} counted to {count} for {registered} numbers"


# --- what really arrived ----------------------------------------------------------------------------------------------


def _deliveries(seen: Seen) -> Iterator[str]:
    """Nothing but chatter is missing; what came twice had a cause and says so."""
    for office, rows in seen.rows.items():
        for row in rows:
            tries = seen.tries[f"{office}:{row.id}"]
            what = f"{office}: {row.message.kind} {row.id} to {row.message.to.chat}"
            if _never_fetched(row, seen) or _was_shut_out(row, seen):
                continue
            yield from (f"{what} {problem}" for problem in _missing(row, tries))
            marks = not seen.world.accounts[row.message.to.channel, office].limits.same_again
            yield from (f"{what} {problem}" for problem in _doubled(row, tries, _anybody_left_off(seen), marks=marks))


def _anybody_left_off(seen: Seen) -> bool:
    """Whether a process died or stood still, so that another can't know what it had sent."""
    faults = seen.world.faults
    return bool(faults.crashes) or bool(faults.counted["pause"])


def _never_fetched(row: OutboxRow, seen: Seen) -> bool:
    """Whether it's held for somebody who was asked to write first, and was never seen again; or ends a talk for good."""
    citizen = seen.world.phones.get((row.office, row.message.to.chat))
    asked = citizen is not None and any(has(shown.text, *KNOCKS) for shown in citizen.shown)
    is_last = has(row.message.text, "forget.done")
    return row.state == "held" and asked and (citizen.vanished or is_last)


def _was_shut_out(row: OutboxRow, seen: Seen) -> bool:
    """Whether its citizen had shut the door: then the desk was told."""
    citizen = seen.world.phones.get((row.office, row.message.to.chat))
    return isinstance(citizen, blocking.Blocker) and citizen.was_shut_for(row)


def _missing(row: OutboxRow, tries: list[Attempt]) -> Iterator[str]:
    kind, arrived = row.message.kind, any(each.accepted for each in tries)
    if row.state in _ON_THE_WAY:
        yield f"is {row.state} when all is over"
    if row.state == "cancelled":
        replaceable = row.message.replaces or kind == "edit" or row.message.key.startswith("say:")
        if not replaceable:
            yield "was cancelled, and nothing takes its place"
        if arrived and kind != "edit":  # of an edit nobody was sure of, a newer one takes the place
            yield "was cancelled after it had arrived"
    elif row.state == "dropped":
        if kind not in _MAY_BE_DROPPED:
            yield "was dropped"
    elif not arrived and not (kind == "press" and not row.message.text and tries and tries[-1].outcome == "no"):
        yield f"is {row.state} and never arrived"  # a press without words has no counterpart beside Telegram


def _doubled(row: OutboxRow, tries: list[Attempt], left_off: bool, *, marks: bool) -> Iterator[str]:
    kind = row.message.kind
    arrived = sorted((each for each in tries if each.accepted), key=lambda each: each.nth)
    for before, after in pairwise(arrived):
        slept = before.held or after.held  # for longer than its lease: another took over meanwhile
        if before.outcome == "ok" and before.incarnation == after.incarnation and kind != "delete" and not slept:
            yield "arrived twice without a fault or a crash in between"
        if marks and kind in MARKED and not after.again and not (slept and before.again):
            yield "arrived again and doesn't say so"
        if kind in ("ack", "press"):
            yield "is chatter and was repeated"
    doubtful = left_off
    for each in tries:
        if each.again and (kind not in MARKED or not doubtful):
            yield "says that it's repeated, and isn't"
        doubtful |= each.outcome in _DOUBTFUL or any(other.held for other in tries)


def _orders(seen: Seen) -> Iterator[str]:
    """In a talk of two messages arrive in the order they were queued; at the desk nothing before what it changes."""
    for office, rows in seen.rows.items():
        first: dict[int, int] = {}
        accounts = (each for each in seen.world.accounts.values() if each.office == office)
        for attempt in (attempt for each in accounts for attempt in each.attempts):
            if attempt.accepted or attempt.outcome in FAILED_LATER:
                number = int(attempt.key.split(":")[1])
                first[number] = min(first.get(number, attempt.nth), attempt.nth)
        by_chat: dict[Address, list[OutboxRow]] = defaultdict(list)
        for row in rows:
            if row.id in first and row.message.kind not in _CHANGES and row.message.kind != "knock":
                by_chat[row.message.to].append(row)
        for chat, mine in by_chat.items():
            desk = chat.chat == seen.world.providers[office].desk or (office, chat.chat) in seen.world.rooms
            for group in _groups(mine) if desk else [[row for row in mine if row.not_before is None]]:
                for before, after in pairwise(group):
                    if first[before.id] > first[after.id]:
                        yield f"{office}: in {chat.chat} message {after.id} overtook {before.id}"
        named = {row.message.key: row.id for row in rows if row.message.key}
        for row in rows:
            target = named.get(row.message.target) if row.message.kind == "edit" else None
            if target in first and row.id in first and first[row.id] < first[target]:
                yield f"{office}: {row.id} changed {target} before that had arrived"


def _groups(rows: list[OutboxRow]) -> list[list[OutboxRow]]:
    """A desk's messages that keep their order among each other: of one urgency, in one topic."""
    found: dict[tuple[int, str], list[OutboxRow]] = defaultdict(list)
    for row in rows:
        if row.not_before is None:
            found[row.message.priority, row.message.topic].append(row)
    return list(found.values())


def _paces(seen: Seen) -> Iterator[str]:
    """A group gets 20 messages in any 60 s at most, a chat bursts of 3 and then one a second.

    A message that's repeated counts once, as the program counts it.
    """
    for (_, office), provider in seen.world.accounts.items():
        by_chat: dict[str, list[float]] = defaultdict(list)
        last = {attempt.key: attempt for attempt in provider.attempts if attempt.kind != "press"}
        for attempt in last.values():
            by_chat[attempt.chat].append(attempt.at.timestamp())
        for chat, moments in by_chat.items():
            times = sorted(moments)
            spans = [(21, 60.0)] if chat == provider.desk else []
            for count, span_s in (*spans, (5, 1.0)):
                close = [end - begin for begin, end in zip(times, times[count - 1 :], strict=False)]
                if close and min(close) < span_s - min(_PACE_SLACK_S, span_s / 2):
                    yield f"{office}: {count} messages to {chat} within {min(close):.1f} s"


def _quiet(seen: Seen) -> Iterator[str]:
    """Between 20.00 and 07.00 a citizen gets direct answers only; the hours go over midnight in both offices."""
    for (_, office_id), provider in seen.world.accounts.items():
        office, first = seen.world.offices[office_id], set[str]()
        for attempt in provider.attempts:
            staff = attempt.chat == provider.desk or (office_id, attempt.chat) in seen.world.rooms
            if attempt.kind == "press" or staff or attempt.key in first:
                continue
            first.add(attempt.key)
            begins, ends = office.standard.quiet.citizen
            if ends <= attempt.at.astimezone(office.calendar.zone).time() < begins:
                continue
            times = _said(seen, office_id, provider, attempt.chat)
            if not any(timedelta() <= attempt.at - at <= _DIRECT for at in times):
                yield f"{office_id}: {attempt.kind} to {attempt.chat} at {attempt.at}, when people sleep: {attempt.text!r}"


def _said(seen: Seen, office: str, provider: Provider, chat: str) -> list[datetime]:
    """When the program was told of something that whoever reads this chat did, here or in another chat of theirs."""
    citizen = seen.world.phones.get((office, chat))
    lines = [(provider, chat)] if citizen is None else citizen.lines
    return [at for each, where in lines for at in each.said.get(where, [])]


def _secrets(seen: Seen) -> Iterator[str]:
    """Nobody reads what's meant for others: the staff's talk, another citizen's words, papers in the group."""
    owner = {citizen.account: citizen for citizen in seen.world.citizens.values()}
    for citizen in seen.world.citizens.values():
        owner |= dict.fromkeys(re.findall(r"\b[A-Z]\w+s\b", "\n".join([citizen.story, *citizen.tellings])), citizen)
    for (_, office), provider in seen.world.accounts.items():
        desk = seen.world.desks[office]
        meant = {text: _chat_of(refers, seen) for text, refers in desk.to_citizens.items()}
        for complaint in seen.complaints.values():
            if complaint.office == office and complaint.citizen is not None:
                meant |= dict.fromkeys(desk.answers.get(complaint.code, []), complaint.citizen.chat)
        mine = (each for each in seen.world.citizens.values() if each.office.id == office)
        personal = [words for each in mine for sort, words in each.typed.items() if sort in _PERSONAL]
        for chat, messages in provider.chats.items():
            for shown in messages:
                if chat == provider.desk:
                    yield from _in_the_group(provider, shown.content)
                    read = (text for text in personal if text in shown.text)
                    yield from (f"{office}: in the group stood {text!r}, which is personal" for text in read)
                    continue
                if (office, chat) in seen.world.rooms:
                    continue  # the staff's own chats: `confidential.kept` reads them
                words = set(re.findall(r"\w+", shown.text))
                for word in words & owner.keys():
                    if seen.world.phones.get((office, chat)) is not owner[word]:
                        yield f"{office}: {chat} read {word!r}, which {owner[word].chat} wrote"
                yield from (
                    f"{office}: {chat} read the staff's {text!r}" for text in desk.private if text in shown.text
                )
                for text, to in meant.items():
                    if to != chat and text in shown.text:
                        yield f"{office}: {chat} read {text!r}, meant for {to}"


def _chat_of(refers: Refers, seen: Seen) -> str:
    """The citizen's chat that a message at the desk is about."""
    if refers.conversation:
        return address_of(refers.conversation).chat
    citizen = seen.complaints[refers.complaint].citizen
    return citizen.chat if citizen else ""


def _in_the_group(provider: Provider, content: bytes) -> Iterator[str]:
    if content:
        _, office, chat, sort, *_ = content.decode().split(":")
        if sort not in ("location_photo", "supporting", "book") or office != provider.office:
            yield f"{provider.office}: the {sort} of {chat} ({office}) stood in the group"


# --- one effect for each deed -----------------------------------------------------------------------------------------


def _presses(seen: Seen) -> Iterator[str]:
    """Every press was answered once, however often it was told; every note stands once in the record."""
    for (_, office), provider in seen.world.accounts.items():
        answers = Counter(row.message.press for row in seen.rows[office] if row.message.kind == "press")
        for press in provider.presses:
            name = provider.named.get(press.id, press.id)
            if name and answers[name] != 1:
                yield f"{office}: press {press.id} ({press.data}) was answered {answers[name]} times"
    notes = Counter(entry.text for lines in seen.entries.values() for entry in lines if entry.act == "note")
    for office, desk in seen.world.desks.items():
        for text, key in desk.notes.items():
            sure = len(seen.tries[key]) == 1 and seen.tries[key][0].outcome == "ok"
            if notes[text] > 1 or (sure and not notes[text]):
                yield f"{office}: the note {text!r} stands {notes[text]} times in the record"
