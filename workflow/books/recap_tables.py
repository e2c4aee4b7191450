"""The recap as tables: every count with its name, in the order of the report; workbook and picture are made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflow.books.recap import ENDINGS, REST, Recap, median
from workflow.books.remarks import standing_word
from workflow.clocks.when import say_brief
from workflow.message import Value
from workflow.procedure.telling import capital, shortened
from workflow.say import UnknownWords, say
from workflow.standard.standard import Standard

STEP_UNITS = 90


class Row(Value):
    """A name and its counts."""

    name: str
    counts: tuple[int | str | None, ...]


class Table(Value):
    """A block of the recap. `adds_up`: its last row is the sum of those before."""

    title: str
    heads: tuple[str, ...]  # of the columns of counts
    rows: tuple[Row, ...]
    adds_up: bool = False


class Picture(Value):
    """The recap on one page, for a telephone."""

    figures: tuple[tuple[str, str], ...]  # (number, name)
    sum: str
    blocks: tuple[Table, ...]
    notes: tuple[str, ...]
    is_empty: bool = False


def tables(recap: Recap, standard: Standard) -> tuple[Table, ...]:
    """All of the recap."""
    found = [
        _flow(recap),
        _counted("way", recap.by_way.most_common()),
        _counted("topic", ((topic_word(topic), n) for topic, n in recap.by_topic.most_common())),
        _named("kind", recap.by_kind, ("complaint", "suggestion", "confidential")),
        _named("ended", recap.ended, ENDINGS),
        _named("rest", recap.rest, REST),
        *_in_time(recap),
        _named("contentment", recap.contentment, ("yes", "no", "silent")),
        _delivery(recap),
        *_times(recap),
        *_steps(recap, standard),
        _work(recap),
        *_people(recap, standard),
        *_absences(recap, standard),
    ]
    return tuple(table for table in found if table.rows)


def picture(recap: Recap, standard: Standard) -> Picture:
    """The recap in as much as one page holds."""
    judged = recap.verdicts["yes"] + recap.verdicts["no"]
    share = say("books.recap.percent", n=round(100 * recap.verdicts["yes"] / judged)) if judged else "-"
    figures = (
        (str(recap.received), say("books.recap.figure.received")),
        (str(recap.ended_count), say("books.recap.figure.ended")),
        (str(recap.rest_count), say("books.recap.figure.rest")),
        (share, say("books.recap.figure.in_time")),
    )
    blocks = (
        _counted("way", _foremost(recap.by_way, 6)),
        _counted("topic", _foremost(Counter({topic_word(topic): n for topic, n in recap.by_topic.items()}), 8)),
        _named("ended", recap.ended, ENDINGS),
        _named("rest", recap.rest, REST),
        *_in_time(recap),
        _named("contentment", recap.contentment, ("yes", "no", "silent")),
        *_times(recap)[:1],
        _work(recap),
        *(table for table in _people(recap, standard)),
    )
    unit = say(f"books.unit.{recap.unit}")
    notes = [say("books.recap.measure", unit=unit)]
    if recap.answered:
        notes.append(say("books.recap.silence"))
    empty = not (recap.carried or recap.received)
    return Picture(
        figures=figures,
        sum=say(
            "books.recap.sum",
            carried=recap.carried,
            received=recap.received,
            ended=recap.ended_count,
            rest=recap.rest_count,
        ),
        blocks=tuple(replace_sum(table) for table in blocks if table.rows and not empty),
        notes=(say("books.recap.empty"),) if empty else tuple(notes),
        is_empty=empty,
    )


def replace_sum(table: Table) -> Table:
    """The table without the row that adds up the others: a bar of everything tells nothing."""
    if not table.adds_up:
        return table
    return Table(title=table.title, heads=table.heads, rows=table.rows[:-1])


def topic_word(topic: str) -> str:
    """What a topic is called; a topic of an office's own by its id."""
    if not topic:
        return say("books.topic.none")
    try:
        return say(f"books.topic.{topic}")
    except UnknownWords:
        return capital(topic.replace("_", " "))


# --- single tables ----------------------------------------------------------------------------------------------------


def _title(name: str, **fields: object) -> str:
    return say(f"books.recap.table.{name}", **fields)


def _heads() -> tuple[str, ...]:
    return (say("books.recap.count"),)


def _counted(name: str, pairs: Iterable[tuple[str, int]]) -> Table:
    """Counts by name, and their sum."""
    rows = [Row(name=capital(word), counts=(n,)) for word, n in pairs]
    if rows:
        rows.append(Row(name=say("books.recap.total"), counts=(sum(int(row.counts[0] or 0) for row in rows),)))
    return Table(title=_title(name), heads=_heads(), rows=tuple(rows), adds_up=bool(rows))


def _foremost(counts: Counter[str], limit: int) -> list[tuple[str, int]]:
    """The most frequent ones, and all the others together."""
    ordered = counts.most_common()
    if len(ordered) <= limit:
        return ordered
    rest = sum(n for _, n in ordered[limit - 1 :])
    return [*ordered[: limit - 1], (say("books.recap.others"), rest)]


def _named(name: str, counts: Mapping[Any, int], order: tuple[str, ...]) -> Table:
    """Counts of a fixed set of names, zeros too, and their sum; nothing at all where all are zero."""
    if not sum(counts.values()):
        return Table(title=_title(name), heads=_heads(), rows=())
    return _counted(name, ((say(f"books.recap.{name}.{each}"), counts[each]) for each in order if each in counts))


def _flow(recap: Recap) -> Table:
    pairs = (
        ("carried", recap.carried),
        ("received", recap.received),
        ("ended", recap.ended_count),
        ("rest", recap.rest_count),
        ("unregistered", recap.unregistered),
    )
    rows = tuple(Row(name=say(f"books.recap.flow.{name}"), counts=(n,)) for name, n in pairs)
    return Table(title=_title("flow"), heads=_heads(), rows=rows)


def _in_time(recap: Recap) -> list[Table]:
    """In time and late; where the published word has two readings, by each of them."""
    found = [(_title("in_time"), recap.verdicts)]
    if recap.readings:
        found = [(_title("reading", unit=say(f"books.unit.{unit}")), counts) for unit, counts in recap.readings.items()]
    if recap.gaps:
        found.append((_title("less_absence"), recap.less_absence))
    made = []
    for title, counts in found:
        rows = [
            Row(name=say(f"books.recap.verdict.{each}"), counts=(counts[each],))
            for each in ("yes", "no", "none")
            if each != "none" or counts[each]
        ]
        rows.append(Row(name=say("books.recap.total"), counts=(counts.total(),)))
        made.append(Table(title=title, heads=_heads(), rows=tuple(rows) if counts else (), adds_up=True))
    return made


def _delivery(recap: Recap) -> Table:
    pairs = ((say(f"books.recap.delivery.{state or 'unknown'}"), n) for state, n in recap.delivery.most_common())
    return _counted("delivery", pairs)


def _times(recap: Recap) -> list[Table]:
    if not recap.service:
        return []
    unit = say(f"books.unit.{recap.unit}")
    rows: tuple[Row, ...] = (
        Row(name=say("books.recap.times.median_service"), counts=(median(recap.service),)),
        Row(name=say("books.recap.times.median_total"), counts=(median(recap.total),)),
        Row(name=say("books.recap.times.slowest"), counts=(max(recap.service),)),
    )
    if recap.gaps:
        rows = (*rows, Row(name=say("books.recap.times.median_less"), counts=(median(recap.service_less),)))
    told = (Row(name=say("books.recap.times.told_late"), counts=(recap.told_late,)),) if recap.told_late else ()
    slow = tuple(Row(name=name, counts=(n,)) for n, name in sorted(recap.slowest, reverse=True))
    return [
        Table(title=_title("times", unit=unit), heads=_heads(), rows=(*rows, *told)),
        Table(title=_title("slowest", unit=unit), heads=_heads(), rows=slow),
    ]


def _steps(recap: Recap, standard: Standard) -> list[Table]:
    """How often each published norm was kept."""
    rows = []
    for step in standard.steps:
        kept = recap.steps.get(step.id)
        if kept is None or step.norm is None:
            continue
        norm = step.norm_text or f"{step.norm} {say(f'books.unit.{step.unit}')}"
        words = say("books.recap.step.row", no=step.no, text=shortened(step.text, STEP_UNITS))
        rows.append(Row(name=words, counts=(norm, kept.kept, kept.missed)))
    heads = tuple(say(f"books.recap.step.{each}") for each in ("norm", "kept", "missed"))
    return [Table(title=_title("steps"), heads=heads, rows=tuple(rows))] if rows else []


def _absences(recap: Recap, standard: Standard) -> list[Table]:
    """Who was away and when; what was recorded only afterwards says so."""
    zone = standard.calendar.zone
    rows = tuple(
        Row(
            name=each.name,
            counts=(
                say_brief(each.since, zone),
                say_brief(each.until, zone) if each.until else say("books.recap.absence.open"),
                say("books.recap.absence.afterwards") if each.afterwards else "",
            ),
        )
        for each in recap.absences
    )
    heads = tuple(say(f"books.recap.absence.{each}") for each in ("since", "until", "recorded"))
    return [Table(title=_title("absences"), heads=heads, rows=rows)] if rows else []


def _work(recap: Recap) -> Table:
    names = ("returns", "returned", "reopened", "corrections")
    counts = [(name, int(getattr(recap, name))) for name in names]
    rows = tuple(Row(name=say(f"books.recap.work.{name}"), counts=(n,)) for name, n in counts)
    return Table(title=_title("work"), heads=_heads(), rows=rows if any(n for _, n in counts) else ())


def _people(recap: Recap, standard: Standard) -> Iterator[Table]:
    """Who acted standing in, for somebody, or alone in what two should do."""
    stood = (
        (say("books.recap.who.standing", name=name, standing=standing_word(standing, standard)), n)
        for (name, standing), n in recap.stood_in.most_common()
    )
    entered = ((say("books.recap.who.entered", name=name, by=by), n) for (name, by), n in recap.entered.most_common())
    for name, pairs in (
        ("stood_in", stood),
        ("entered", entered),
        ("both", iter(recap.both.most_common())),
        ("shared", iter(recap.shared.most_common())),
    ):
        rows = tuple(Row(name=word, counts=(n,)) for word, n in pairs)
        yield Table(title=_title(name), heads=_heads(), rows=rows)
