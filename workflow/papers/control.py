"""The control card: a view of the record, line by line, with who acted in which role, when, and whether norms held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workflow.clocks import deadline
from workflow.clocks.when import say_clock, say_moment, say_short_date
from workflow.papers import signing
from workflow.papers.receipt import due
from workflow.papers.sheet import Sheet, cut, kop, rows
from workflow.procedure.progress import turn
from workflow.procedure.stages import word_of
from workflow.procedure.telling import matter
from workflow.record import Complaint, Entry
from workflow.say import UnknownWords, lines, say
from workflow.standard.standard import Standard
from workflow.world import World

NOTE_CHARACTERS = 220
LINES = 300
"""So many lines a card has at most; of a longer record the latest."""

_NOT_SHOWN = frozenset(
    {"viewed", "printed", "delivery", "inform", "edited", "file", "said", "evidence", "mail"}
    | {"remind", "asked_word", "reach", "plan", "respond", "undo"}
)
_WITH_TEXT = frozenset(
    {"enough", "ask", "return", "dispose", "ask_staff", "refer", "refuse", "number", "note", "branch"}
)


def control(complaint: Complaint, entries: Sequence[Entry], world: World) -> Sheet:
    """One line for each act. It names staff and no citizen: it may lie on a desk."""
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    kept = _norms(complaint, entries, standard, world)
    shown = [entry for entry in entries if entry.act not in _NOT_SHOWN][-LINES:]
    table = [_line(n, entry, kept, standard, world) for n, entry in enumerate(shown, 1)]
    number = complaint.number or complaint.code
    about = say("papers.disposition.confidential") if complaint.confidential else matter(complaint, NOTE_CHARACTERS)
    return Sheet(
        paper="control",
        office=world.office.id,
        at=world.now,
        name=say("papers.name.control", number=number),
        kop=kop(standard),
        title=standard.prints.labels.get("kartu_kendali") or say("papers.title.control"),
        subtitle=standard.service.name,
        rows=rows(
            ("register", number),
            ("matter", about),
            ("received", say_moment(complaint.confirmed_at, zone)),
            ("due", due(complaint, world)),
            ("holder", _holder(complaint, world)),
            ("returns", say("papers.control.times", n=complaint.returns) if complaint.returns else ""),
            ("status", _status(complaint, world)),
        ),
        columns=tuple(say(f"papers.control.{each}") for each in ("no", "step", "act", "who", "when", "norm", "remark")),
        table=tuple(table),
        sections=_pauses(complaint, world),
        notes=(say("papers.control.printed", moment=say_moment(world.now, zone)),),
    )


def _holder(complaint: Complaint, world: World) -> str:
    """Whose turn it is: the role, and the one person who was named for it."""
    if complaint.closed_at is not None:
        return ""
    now = turn(complaint, world)
    label = world.standard_of(complaint.standard).role(now.role).label
    return f"{label} ({now.people[0].name})" if now.named and now.people else label


def _status(complaint: Complaint, world: World) -> str:
    if complaint.closed_at is not None:
        moment = say_moment(complaint.closed_at, world.office.calendar.zone)
        return say(f"papers.control.closed_{complaint.closed_as or 'answered'}", moment=moment)
    standard = world.standard_of(complaint.standard)
    n, m = standard.position(standard.step(complaint.step))
    return say("papers.control.open", n=n, m=m)


def _line(n: int, entry: Entry, kept: dict[int, str], standard: Standard, world: World) -> tuple[str, ...]:
    step = next((each for each in standard.steps if each.id == entry.step), None)
    local = entry.at.astimezone(world.office.calendar.zone)
    who = signing.role_of(entry, standard)
    name = entry.data.get("entered_name") or (entry.name if entry.by.startswith("staff:") else "")
    return (
        str(n),
        step.no if step else "",
        act_name(entry.act, standard),
        lines(who, name),
        lines(say_short_date(local.date()), say_clock(local.time())),
        kept.get(id(entry), ""),
        "; ".join(_remarks(entry, standard)),
    )


def act_name(act: str, standard: Standard) -> str:
    """What was done, in a word or two; a check is a paraf only where a signature follows."""
    try:
        return say(f"papers.act.{word_of(act, standard)}")
    except UnknownWords:
        return act


def _remarks(entry: Entry, standard: Standard) -> Iterator[str]:
    """What the paper book would have in its last column."""
    data = entry.data
    if entry.data.get("person_name"):
        yield say("papers.control.to", name=data["person_name"])
    if data.get("entered_for"):
        yield say(f"papers.control.entered_{data.get('how', 'said')}", name=entry.name)
    if data.get("shared"):
        yield say("papers.control.on_duty", name=data["shared"])
    if data.get("why_both"):
        yield say("papers.control.why_both", why=data["why_both"])
    if entry.act == "koreksi":
        yield say("papers.control.undone", act=act_name(data.get("undone", ""), standard))
    if entry.act == "overdue":
        yield say(f"papers.control.late_{data.get('which', 'total')}")
    if entry.text and entry.act in _WITH_TEXT:
        yield cut(entry.text, NOTE_CHARACTERS)


def _norms(complaint: Complaint, entries: Sequence[Entry], standard: Standard, world: World) -> dict[int, str]:
    """For each act that leaves a step with a norm: whether it was kept, by the clock the norm runs on."""
    found: dict[int, str] = {}
    here, since = "", complaint.confirmed_at
    pauses = deadline.closed_pauses(complaint.pauses, world.now)
    for entry in entries:
        to = entry.data.get("to", "").partition("/")[0]
        if entry.act in ("withdraw", "refuse", "refer") or "to" not in entry.data:
            continue
        if to == here:
            continue
        step = next((each for each in standard.steps if each.id == here), None)
        if step is not None and step.norm is not None and entry.by != "citizen":
            own = [pause for pause in pauses if pause.until > since and pause.since < entry.at]
            due_at = deadline.step_due(standard, step, since, own)
            if due_at is not None:
                word = "kept" if entry.at <= due_at else "broken"
                found[id(entry)] = say(f"papers.control.{word}", norm=step.norm_text or str(step.norm))
        here, since = to, entry.at
    return found


def _pauses(complaint: Complaint, world: World) -> tuple[tuple[str, str], ...]:
    """When the office waited for the citizen, and for what."""
    zone = world.office.calendar.zone
    told = [
        say(
            "papers.control.pause",
            since=say_moment(pause.since, zone),
            until=say_moment(pause.until, zone) if pause.until else say("papers.control.still"),
            reason=pause.reason,
        )
        for pause in complaint.pauses
    ]
    return ((say("papers.control.pauses"), "\n".join(told)),) if told else ()
