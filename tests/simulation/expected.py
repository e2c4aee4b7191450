"""What comes at its hour: every deadline as it was published, every reminder to the staff, the list of each morning.

The dates are those of `dates.py`, which knows nothing of the program's calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation import dates
from tests.simulation.provider import Shown
from tests.simulation.reading import has, says
from workflow.record import Complaint

if TYPE_CHECKING:
    from tests.simulation.invariants import Seen

LATE = timedelta(minutes=30)
"""So much later a message may come that was to come at its hour: a process dies, a provider refuses, a chat is busy."""
SOON = timedelta(minutes=10)
"""What is to come before an hour comes at least so long before it, if there's room."""


def at_its_hour(seen: Seen) -> Iterator[str]:
    """Everybody heard of every deadline when it was time, by the office's own clock."""
    for complaint in seen.complaints.values():
        name, desk = f"{complaint.office} {complaint.number}", seen.world.desks[complaint.office]
        ends = _due(complaint)
        if ends is None:
            continue
        if complaint.due_at != ends:
            yield f"{name} is due {complaint.due_at}, by the printed standard {ends}"
        if complaint.pauses or complaint.confidential or complaint.reopened:
            continue
        about = [each for each in desk.shown if each.message.refers and each.message.refers.complaint == complaint.id]
        yield from (f"{name}: {problem}" for problem in _dates_shown(complaint, ends, seen))
        yield from (f"{name}: {problem}" for problem in _asked_and_told(complaint, ends, about, seen))
    for office in seen.world.offices:
        yield from _mornings(office, seen)
    for citizen in seen.world.citizens.values():
        mine = [each.reopened for each in seen.complaints.values() if each.citizen == citizen.address]
        if mine and sum(mine) != citizen.unsatisfied:
            yield f"{citizen.address.lane} said {citizen.unsatisfied} times BELUM, and {sum(mine)} were opened again"


def _due(complaint: Complaint) -> datetime | None:
    """When its total ends; None where no clock ever ran, or one of its waits has no end."""
    if complaint.clock_started_at is None or any(each.until is None for each in complaint.pauses):
        return None
    return dates.due(complaint.office, complaint.clock_started_at, complaint.pauses)


def _dates_shown(complaint: Complaint, ends: datetime, seen: Seen) -> Iterator[str]:
    """The card's line and the citizen's receipt name the hour as it's read in that place."""
    wanted = (dates.said(complaint.office, ends),)
    read = set(seen.world.desks[complaint.office].dues.get(complaint.code, ()))
    if complaint.citizen is not None:
        chat = seen.world.accounts[complaint.citizen.channel, complaint.office].chats.get(complaint.citizen.chat, [])
        read |= {found for shown in chat for found in _dues_in(shown.text, complaint)}
        if seen.world.accounts[complaint.citizen.channel, complaint.office].limits.short:
            wanted += dates.said_shortly(complaint.office, ends)
    yield from (f"its limit is shown as {text!r}, it's {wanted[0]!r}" for text in read if not text.startswith(wanted))


def _dues_in(text: str, complaint: Complaint) -> Iterator[str]:
    if complaint.code in text or (complaint.number and complaint.number in text):
        for key in ("telling.due", "telling.status.due"):
            if found := says(text, key):
                yield found["moment"] + found["condition"]


def _asked_and_told(complaint: Complaint, ends: datetime, about: list[Shown], seen: Seen) -> Iterator[str]:
    """Before the end the desk is asked for a word, at the end it's told; unless all was over by then."""
    assert complaint.clock_started_at is not None
    over = complaint.answered_at or complaint.closed_at or seen.world.agenda.now
    asked = max(dates.asked_at(complaint.office, ends), complaint.clock_started_at)
    has_word = any(each.act in ("plan", "respond") and each.at < ends for each in seen.entries[complaint.id])
    if over > ends and asked + SOON < ends and not has_word:
        yield from _missing("asked for a word", about, asked, ends, "late.desk.ask_total", seen)
    if over > ends + LATE:
        yield from _missing("told that it's late", about, ends, ends + LATE, "late.desk.total", seen)


def _missing(what: str, about: Iterable[Shown], at: datetime, by: datetime, key: str, seen: Seen) -> Iterator[str]:
    came = [each.at for each in about if has(each.text, key)]
    if not any(at - _fast(seen, each) <= each <= by for each in came):
        yield f"the desk wasn't {what} from {at} to {by}, only {came}"


def _fast(seen: Seen, at: datetime) -> timedelta:
    """By how much a machine's clock was fast then: so much earlier it does what it does at an hour."""
    clocks = (each for process in seen.world.processes for each in process.fast)
    return max((ahead for since, until, ahead in clocks if since <= at <= until), default=timedelta())


def _mornings(office: str, seen: Seen) -> Iterator[str]:
    """Each working day begins with the list of what waits, and every complaint that waits stands in it."""
    world = seen.world
    lists = [each for each in world.desks[office].shown if has(each.text, "desk.post.opening")]
    mine = [each for each in seen.complaints.values() if each.office == office and not each.confidential]
    day, last = dates.local(office, world.started).date(), dates.local(office, world.agenda.now).date()
    while (day := day + timedelta(days=1)) <= last:
        if not dates.works(day):
            continue
        opens = dates.opening(office, day)
        texts = [each.text for each in lists if opens <= each.at <= opens + LATE]
        for complaint in mine:
            named = (each for text in texts for each in (complaint.number, complaint.code) if each and each in text)
            if _waits(complaint, opens) and not any(named):
                yield f"{office}: on {day} the opening list is without {complaint.code} ({complaint.number})"


def _waits(complaint: Complaint, opens: datetime) -> bool:
    """Whether it surely waited for the staff around that moment."""
    over = complaint.closed_at
    waits = [(each.since - LATE, (each.until or opens) + LATE) for each in complaint.pauses]
    paused = any(since <= opens <= until for since, until in waits)
    began, ended = complaint.confirmed_at + LATE < opens, over is not None and over <= opens + LATE
    return began and not ended and not paused and not complaint.reopened
