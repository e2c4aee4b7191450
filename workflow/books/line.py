"""One line of the register book: what's kept of a complaint, in the words and columns of the paper book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache

from workflow.books.absence import Gaps, absent_while
from workflow.books.remarks import remarks
from workflow.books.timing import Timing, timing
from workflow.books.trail import Trail, trail_of
from workflow.clocks.office_time import Calendar, Pause
from workflow.clocks.when import say_clock, say_short_date
from workflow.conversation import Paper
from workflow.dialogue.wanted import sorts_of, things, usable
from workflow.message import Value
from workflow.procedure import secrecy
from workflow.procedure.progress import is_voice
from workflow.procedure.telling import shortened, thing
from workflow.record import Complaint, Entry
from workflow.say import channel_name, listing, say
from workflow.standard.standard import Asked, Standard

MATTER_UNITS = 320
FOLLOWED_UNITS = 420


class Bit(Value):
    """A stretch of a cell; what was corrected is struck through and stays readable."""

    text: str
    struck: bool = False


Cell = tuple[Bit, ...]


class Line(Value):
    """One line of the register. Moments are in the office's zone; numbers are in `unit`."""

    number: str
    received_at: datetime
    registered_at: datetime | None
    way: str
    person: Cell
    matter: Cell
    papers: str
    disposed: Cell
    followed: Cell
    answered_at: datetime | None
    letter: Cell
    delivery: str
    due_at: datetime | None
    service: int | None
    waiting: int | None
    total: int | None
    unit: str
    in_time: str
    remarks: str
    less_absence: int | None = None  # the service time less absence, where the office tells it
    hidden: bool = False


class Rules(Value):
    """What a line is made by: the standard that the complaint began with, its calendar, and what may be shown."""

    standard: Standard
    calendar: Calendar
    now: datetime
    names: bool
    gaps: dict[str, tuple[Pause, ...]] = {}  # by role: when nobody was there, see `absence.gaps_of`


def line_of(complaint: Complaint, history: Iterable[Entry], rules: Rules) -> Line:
    """The line of one complaint. A confidential one tells neither who nor what."""
    if complaint.withheld:
        history, complaint = secrecy.hidden_lines(history, complaint), secrecy.hidden(complaint)
    trail, zone = trail_of(history, stays=bool(rules.gaps)), rules.calendar.zone
    secret = complaint.confidential
    clocks = timing(complaint, rules.standard, rules.calendar, rules.now, absent_in(trail, rules.standard, rules.gaps))
    took = clocks.spent
    local = [
        None if at is None else at.astimezone(zone)
        for at in (complaint.registered_at, complaint.answered_at, clocks.due_at)
    ]
    return Line(
        number=complaint.number,
        received_at=complaint.confirmed_at.astimezone(zone),
        registered_at=local[0],
        way=way_in(complaint),
        person=_person(complaint, names=rules.names),
        matter=_plain(say("books.matter.hidden")) if secret else _matter(complaint, trail),
        papers="" if secret else _papers(complaint, trail, rules.standard),
        disposed=_disposed(trail, notes=not secret),
        followed=() if secret else _followed(complaint, trail),
        answered_at=local[1],
        letter=_letter(complaint, trail),
        delivery=_delivery(complaint, trail, rules),
        due_at=local[2],
        service=took.service if took else None,
        waiting=took.waiting if took else None,
        total=took.total if took else None,
        unit=word(f"books.unit.{took.unit}") if took else "",
        in_time=in_time_words(clocks),
        remarks=remarks(complaint, trail, rules.standard, zone),
        hidden=secret,
        less_absence=clocks.less_absence.service if clocks.less_absence else None,
    )


@cache
def word(key: str) -> str:
    """A sentence without fields; a book says each of them thousands of times."""
    return say(key)


_thing = cache(thing)
_channel = cache(channel_name)


def _short(text: str, limit: int) -> str:
    """The text in one line, cut between words."""
    line = " ".join(text.split())
    return line if 2 * len(line) <= limit else shortened(line, limit)


def struck_out(pairs: Sequence[tuple[str, bool]]) -> Cell:
    """A cell of (text, struck) in order, the empty ones left out."""
    return tuple(Bit(text=text, struck=struck) for text, struck in pairs if text)


def in_time_words(clocks: Timing) -> str:
    """Whether it was in time; by both readings, where the published word has two, and less absence, where there was."""
    less = clocks.less_absence
    if not clocks.readings:
        raw = word(f"books.in_time.{clocks.verdict}")
        if less is None:
            return raw
        return f"{raw}; {say('books.in_time.absence', verdict=say(f'books.in_time.{less.verdict}'))}"
    said = [
        say(
            "books.in_time.reading",
            verdict=say(f"books.in_time.{each.verdict}"),
            unit=say(f"books.unit.{each.unit}"),
        )
        for each in clocks.readings
    ]
    return "; ".join(said)


def absent_in(trail: Trail, standard: Standard, gaps: Gaps) -> Callable[[datetime], list[Pause]] | None:
    """When nobody was there for the role that had the file, up to a moment; None where that's not to be told."""
    return (lambda until: absent_while(trail.stays, standard, gaps, until)) if gaps else None


def took_words(line: Line) -> str:
    """The service, waiting and whole time of a line in words; "" where no clock ran."""
    if line.service is None:
        return say("books.took.not_begun")
    parts = [say("books.took.service", n=line.service, unit=line.unit)]
    if line.waiting:
        parts += [
            say("books.took.waiting", n=line.waiting, unit=line.unit),
            say("books.took.total", n=line.total, unit=line.unit),
        ]
    if line.less_absence is not None:
        parts.append(say("books.took.absence", n=line.less_absence, unit=line.unit))
    return "; ".join(parts)


def way_in(complaint: Complaint) -> str:
    """How it came: the channel, or the source that a clerk named, with the tracking id it came with."""
    if complaint.source != "chat":
        way = word(f"books.source.{complaint.source}")
    elif complaint.citizen is not None:
        way = _channel(complaint.citizen.channel)
    else:
        way = word("books.source.chat_unknown")
    return say("books.source.tracking", way=way, tracking=complaint.tracking) if complaint.tracking else way


# --- the columns ------------------------------------------------------------------------------------------------------


def _plain(text: str) -> Cell:
    return (Bit(text=text),) if text else ()


def _person(complaint: Complaint, *, names: bool) -> Cell:
    if complaint.confidential:
        return _plain(word("books.person.hidden"))
    if not names:
        return _plain(word("books.person.withheld"))
    if complaint.withheld:
        return _plain(word("withheld.book"))
    if complaint.kind == "suggestion":
        return _plain(say("books.person.suggestion"))
    private = complaint.private
    name = private.get("name") or say("books.person.unknown")
    parts = [name, private.get("address", ""), _behalf(complaint)]
    return _plain("\n".join(part for part in parts if part))


def _behalf(complaint: Complaint) -> str:
    """For whom it was reported, where that's somebody else."""
    relation, name = complaint.behalf, complaint.private.get("behalf_name", "")
    if relation and name:
        return say("books.person.behalf", relation=relation, name=name)
    if relation:
        return say("books.person.behalf_unnamed", relation=relation)
    return say("books.person.behalf_name", name=name) if name else ""


def _matter(complaint: Complaint, trail: Trail) -> Cell:
    """The citizen's words; what they changed afterwards stands struck through before what it became."""
    text = " ".join(complaint.statement.split())
    if not text:
        text = next((paper.gist for paper in complaint.papers if paper.gist), "")
    if complaint.kind == "suggestion" and not text.lower().startswith(word("books.remarks.suggestion")):
        text = say("books.matter.suggestion", text=text)
    changed = [
        pair
        for before, after in trail.matter_before
        if before and after and before != after
        for pair in ((_short(before, MATTER_UNITS), True), (_short(after, MATTER_UNITS), False))
    ]
    kept = [(_short(text, MATTER_UNITS), False)]
    if changed and " ".join(trail.matter_before[0][0].split()) in text:
        kept = []  # the whole of it was said anew
    return struck_out([*kept, *changed])


def _papers(complaint: Complaint, trail: Trail, standard: Standard) -> str:
    """What came, what was seen at the counter, what's to follow, what there isn't; never the statement."""
    groups: dict[str, list[str]] = {}
    for asked in things(complaint, standard):
        if asked.id == "statement":
            continue
        state = _state_of(complaint, asked)
        name = _thing(asked)
        why = complaint.lacking.get(asked.id, "")
        if state == "lacking" and why:
            name = say("books.papers.reason", thing=name, reason=why)
        groups.setdefault(state, []).append(name)
    said = [
        say(f"books.papers.{state}", things=listing(groups[state]))
        for state in ("complete", "seen", "later", "lacking", "missing")
        if state in groups and not (state == "missing" and complaint.complete == "checked")
    ]
    if trail.enough:
        said.append(say("books.papers.enough_why", text=trail.enough))
    elif complaint.complete in ("enough", "checked") and len(groups) > ("complete" in groups):
        said.append(say(f"books.papers.{complaint.complete}"))
    return "; ".join(said) or word("books.papers.none")


def _state_of(complaint: Complaint, asked: Asked) -> str:
    if _is_here(complaint, asked):
        return "complete"
    if asked.id in complaint.seen:
        return "seen"
    if asked.id in complaint.later:
        return "later"
    return "lacking" if asked.id in complaint.lacking else "missing"


def _is_here(complaint: Complaint, asked: Asked) -> bool:
    if asked.kind in ("text", "signature"):
        return bool(complaint.answers.get(asked.id) or complaint.private.get(asked.id))
    wanted = sorts_of(asked)
    return any(_is_one(paper, wanted) for paper in complaint.papers)


def _is_one(paper: Paper, wanted: tuple[str, ...]) -> bool:
    return paper.sort in wanted and usable(paper) and not is_voice(paper)


def _disposed(trail: Trail, *, notes: bool) -> Cell:
    """Everybody it was given to; who was named by mistake stands struck through."""
    said = []
    for each in trail.disposals:
        name = say("books.disposed.handed", name=each.name) if each.handed else each.name
        said.append(
            (say("books.disposed.noted", name=name, text=each.note) if notes and each.note else name, each.undone)
        )
    return struck_out(said)


def _followed(complaint: Complaint, trail: Trail) -> Cell:
    """What was done: the report, and the words of the answer where they are others."""
    report, answer = _short(complaint.report, FOLLOWED_UNITS), _short(complaint.answer, FOLLOWED_UNITS)
    before = [(_short(text, FOLLOWED_UNITS), True) for text in trail.words_before]
    said = [*before, (answer, False)]
    return struck_out([(report, False), *said] if report != answer and (report, True) not in before else said)


def _letter(complaint: Complaint, trail: Trail) -> Cell:
    said = [(each.number, each.undone) for each in trail.numbers if each.undone]
    return struck_out([*said, (complaint.letter_number, False)])


def _delivery(complaint: Complaint, trail: Trail, rules: Rules) -> str:
    """How the answer went, and what proves it."""
    if complaint.answered_at is None:
        return ""
    state, zone = complaint.delivery, rules.calendar.zone
    parts = []
    if state == "handed" or complaint.citizen is None:
        parts.append(word("books.delivery.by_hand"))
        if trail.handed_to and rules.names and not complaint.confidential:
            parts.append(say("books.delivery.to", name=trail.handed_to))
    else:
        parts.append(_channel(complaint.citizen.channel))
        at = trail.delivered.get(state, complaint.answered_at).astimezone(zone)
        moment = f"{say_short_date(at.date())} {say_clock(at.time())}"
        parts.append(say(f"books.delivery.{state or 'waiting'}", moment=moment))
    if trail.proofs:
        parts.append(say("books.delivery.proof", n=trail.proofs))
    return ", ".join(parts)
