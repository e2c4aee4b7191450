"""What a sound standard still leaves to mend or to look at: loops, words, hours, letters, routes, and what nobody said.

`load` refuses what can't run. What runs and yet serves nobody well is told here: "mend" what would fail somebody,
"look" at what may be meant so. Each remark says where, what, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Literal

import msgspec

from workflow.clocks.office_time import minutes_in_working_day
from workflow.problems import Finding, Loc, listed
from workflow.procedure.stages import STAGES, WRITTEN, parts
from workflow.standard.parts import Step
from workflow.standard.standard import Standard
from workflow.standard.vocabulary import DOCUMENTS, FIELDS, Span
from workflow.words import texts

Weight = Literal["mend", "look"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EARLY, _LATE = time(5), time(20)
_LONG_DAY_MINUTES = 12 * 60
_WEEK_MINUTES = 37.5 * 60  # Perpres 21/2023, net of breaks
_SIGNS = ("approve", "sign", "draft", "report")
"""Acts by whose doer an answer stands: only such a role's name is printed below it."""


class Remark(msgspec.Struct, frozen=True):
    """Something about one part of the procedure; `group` is what it belongs to: "steps", "hours", "letter"."""

    weight: Weight
    group: str
    finding: Finding


def remarks(standard: Standard, today: date) -> tuple[Remark, ...]:
    """Everything to mend or to look at. `today` tells which dates have passed."""
    found: list[Remark] = []
    for group, check in _CHECKS.items():
        found += [Remark(weight, group, finding) for weight, finding in check(standard)]
    found += [Remark(weight, "hours", finding) for weight, finding in _dates(standard, today)]
    return tuple(found)


Said = Iterator[tuple[Weight, Finding]]


def _rows(standard: Standard) -> Iterator[tuple[Loc, Step]]:
    for index, step in enumerate(standard.steps):
        yield ("steps", index), step


# --- steps ------------------------------------------------------------------------------------------------------------


def _steps(standard: Standard) -> Said:
    for loc, step in _rows(standard):
        if step.returns_to and not _can_return(standard, step):
            said = f"Nothing returns from {step.id!r}: its stage offers no way back to {step.returns_to!r}."
            mend = (
                "Return from a step of the stage check or sign; or, to the citizen, name it in exits.ask_citizen.from."
            )
            yield "mend", Finding((*loc, "returns_to"), said, mend)
        for index, branch in enumerate(step.branch):
            if branch.to == "ask_citizen":
                yield (
                    "mend",
                    Finding(
                        (*loc, "branch", index),
                        "Waiting for the citizen is no branch.",
                        "Name the step in exits.ask_citizen.from instead.",
                    ),
                )
    if not any(act.act in WRITTEN for step in standard.steps for act in parts(step)):
        said = "No step writes the answer."
        yield "mend", Finding(("steps",), said, "One step is of the stage follow_up or draft, or has an act `report`.")
    yield from _exits(standard)
    yield from _unused_roles(standard)
    yield from _same_hands(standard)


def _can_return(standard: Standard, step: Step) -> bool:
    return bool({"check", "sign"} & set(step.stages)) or step.id in standard.exits.ask_citizen.from_


def _exits(standard: Standard) -> Said:
    order = [step.id for step in standard.steps]
    delivered = order.index(standard.delivers_at().id)
    for name in ("refer", "ask_citizen"):
        steps = getattr(standard.exits, name).from_
        if not steps:
            said = f"From no step a complaint may leave by {name!r}."
            mend = "Name at least one step: every office gets what isn't its own, and files that lack something."
            yield "look", Finding(("exits", name, "from"), said, mend)
        for each in steps:
            if order.index(each) >= delivered:
                said = f"{each!r} comes with or after the answer."
                yield "mend", Finding(("exits", name, "from"), said, "Name a step before the one that delivers.")


def _unused_roles(standard: Standard) -> Said:
    used = {act.role for step in standard.steps for act in parts(step)}
    for step in standard.steps:
        used |= {each for each in (step.assignee, step.via, *step.informs) if each}
    used |= {*standard.escalation.overdue, *standard.escalation.confidential_to, standard.letter.signer}
    for role, definition in standard.roles.items():
        if definition.kind != "citizen" and role not in used:
            said = f"{definition.label} has no part in anything."
            yield "look", Finding(("roles", role), said, "Name the role at a step, or remove it.")


def _same_hands(standard: Standard) -> Said:
    """Nobody approves their own draft: a role that does both needs two people."""
    writers = {act.role for step in standard.steps for act in parts(step) if act.act in ("draft", "report")}
    for loc, step in _rows(standard):
        for act in parts(step):
            if act.act in ("approve", "sign") and writers == {act.role}:
                label = standard.role(act.role).label
                said = f"{label} writes the answer and alone approves it at {step.id!r}."
                yield "look", Finding((*loc, "actor"), said, "It needs two people of that role; or name another.")


# --- times ------------------------------------------------------------------------------------------------------------


def times(standard: Standard) -> str:
    """The norms of the steps against the published total, in a line; both are measured and neither is derived."""
    total = standard.deadline.text
    norms = standard.norms()
    if norms is None:
        some = [step for step in standard.steps if step.norm]
        which = f"{len(some)} of {len(standard.steps)} steps have a norm" if some else "no step has a norm of its own"
        return f"the total is {total}; {which}"
    sum_, whole = norms
    spare = whole - sum_
    fits = f"{_hours(spare)} to spare" if spare >= 0 else f"{_hours(-spare)} too many"
    return f"the norms of {len(standard.steps)} steps make {_hours(sum_)}, the total {total} is {_hours(whole)}: {fits}"


def _times(standard: Standard) -> Said:
    day = minutes_in_working_day(standard.hours)
    total = standard.deadline.value * (1 if standard.deadline.unit == "office_minute" else day)
    norms = standard.norms()
    if norms is not None and norms[0] > norms[1]:
        said = f"The norms of the steps make {_hours(norms[0])}, the published total is {_hours(norms[1])}."
        yield (
            "look",
            Finding(("deadline", "value"), said, "Both are measured as published; ask the office which is meant."),
        )
    for loc, step in _rows(standard):
        if step.norm is None:
            continue
        own = step.norm * (1 if step.unit == "office_minute" else day)
        if own > total:
            yield (
                "look",
                Finding(
                    (*loc, "norm"),
                    f"{step.id!r} alone may take {_hours(round(own))}, longer than the total.",
                    "Compare it with the published page.",
                ),
            )
    if standard.deadline.strict_unit == standard.deadline.unit:
        yield "look", Finding(("deadline", "strict_unit"), "The second reading is the first.", "Leave it out.")


def _hours(minutes: int) -> str:
    whole, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{whole} h" if whole else "", f"{rest} min" if rest or not whole else "") if part
    )


# --- words ------------------------------------------------------------------------------------------------------------


def _words(standard: Standard) -> Said:
    known = texts()
    for loc, step in _rows(standard):
        for stage in step.stages:
            if f"stage.{stage}" not in known or stage not in STAGES:
                yield (
                    "mend",
                    Finding((*loc, "stage"), f"No words for the stage {stage!r}.", "Add workflow/words: stage."),
                )
        for act in parts(step):
            keys = (f"desk.card.do_{act.act}", f"desk.card.do_{act.act}_written", f"desk.card.do_{act.act}_sure")
            if not any(key in known for key in keys) and act.act != "deliver":
                yield (
                    "mend",
                    Finding((*loc, "acts"), f"No words for the act {act.act!r}.", f"Add {keys[0]} to the words."),
                )
    for item in (*FIELDS, *DOCUMENTS):
        asked = any(item in (*row.fields, *row.documents, *row.documents_any) for row in standard.requirements)
        if asked and f"label.{item}" not in known:
            yield "mend", Finding(("requirements",), f"No words for {item!r}.", f"Add label.{item} to the words.")


# --- channels, letters, routes, topics --------------------------------------------------------------------------------


def _channels(standard: Standard) -> Said:
    for index, channel in enumerate(standard.channels):
        if not channel.value.strip():
            said = f"The standard names {channel.kind} without an address."
            yield "look", Finding(("channels", index), said, "Fill in `value` when the office has one; citizens ask.")


def _letter(standard: Standard) -> Said:
    letter = standard.letter
    gives = any("number" in step.stages for step in standard.steps)
    if "{urut" not in letter.number_template:
        said = "Every letter of a year would bear the same number."
        yield "mend", Finding(("letter", "number_template"), said, "Put {urut:03} into it.")
    for name in ("klasifikasi", "unit"):
        if f"{{{name}}}" in letter.number_template and not getattr(letter, name):
            said = f"{{{name}}} stands in the template and is empty: a number would read {letter.number(1, 2026)!r}."
            mend = "Fill it in as on the office's own letters, or take it out of the template."
            yield "look", Finding(("letter", name), said, mend)
    if letter.number_owner == "system" and not gives and not letter.number_step:
        said = "Letters are numbered by the system, but no step gives the number."
        yield "look", Finding(("letter", "number_owner"), said, "Name a step in number_step, or let staff type it.")
    if letter.signer and not any(
        act.role == letter.signer and act.act in _SIGNS for step in standard.steps for act in parts(step)
    ):
        said = f"{standard.role(letter.signer).label} neither writes, approves nor signs: the block is never printed."
        yield "mend", Finding(("letter", "signer"), said, "Name a role that does, or leave it empty.")


def _routes(standard: Standard) -> Said:
    escalation = standard.escalation
    if not escalation.overdue:
        said = "Nobody is told when the published total has passed."
        yield "mend", Finding(("escalation", "overdue"), said, "Name the roles, the nearest first.")
    if not escalation.confidential_to:
        said = "A confidential report reaches nobody."
        yield "mend", Finding(("escalation", "confidential_to"), said, "Name the role that may know of one.")
    for key in ("overdue", "confidential_to"):
        for role in getattr(escalation, key):
            if standard.is_citizen(role):
                yield (
                    "mend",
                    Finding(("escalation", key), "The citizen is no one to tell.", "Name roles of the office."),
                )
    for kind in ("any", "confidential"):
        if not any(kind in route.kinds and route.contact for route in escalation.external):
            said = f"No outside route with a contact for {kind!r} reports."
            yield "mend", Finding(("escalation", "external"), said, "Add one: SP4N-LAPOR! takes every kind.")
    for index, route in enumerate(escalation.external):
        if not route.contact.strip():
            said = f"{route.name} is named without a contact."
            yield (
                "look",
                Finding(("escalation", "external", index), said, "Fill in `contact`; until then it isn't shown."),
            )


def _topics(standard: Standard) -> Said:
    untitled = [(index, topic) for index, topic in enumerate(standard.topics) if not topic.title.strip()]
    for index, topic in untitled:
        said = f"{topic.id!r} suggests nobody."
        yield "look", Finding(("topics", index), said, "Write the title of whom to name, as staff bear it.")


# --- hours ------------------------------------------------------------------------------------------------------------


def _days(standard: Standard) -> Iterator[tuple[str, tuple[Span, ...]]]:
    for day in DAYS:
        yield day, getattr(standard.hours, day)


def _minutes(spans: tuple[Span, ...]) -> int:
    return sum((b.hour - a.hour) * 60 + b.minute - a.minute for a, b in spans)


def _opening(standard: Standard) -> Said:
    hours = standard.hours
    net = 0
    for day, spans in _days(standard):
        minutes = _minutes(spans)
        if not minutes:
            continue
        net += minutes - (hours.break_minutes_fri if day == "fri" else hours.break_minutes)
        odd = [
            f"it is open {_hours(minutes)}" if minutes > _LONG_DAY_MINUTES else "",
            "it opens before 05:00" if spans[0][0] < _EARLY else "",
            "it closes after 20:00" if spans[-1][1] > _LATE else "",
            "it's a weekend day" if day in DAYS[5:] else "",
        ]
        if any(odd):
            said = f"On {day} {listed(each for each in odd if each)}."
            yield "look", Finding(("hours", day), said, "Compare it with the hours on the office's door.")
    if net and abs(net - _WEEK_MINUTES) > 90:
        said = f"The week has {_hours(net)} less the breaks; Perpres 21/2023 sets 37 h 30 min."
        yield "look", Finding(("hours",), said, "Compare it with the hours on the office's door.")
    if "public" not in hours.holidays:
        said = "National holidays count as working days."
        yield "look", Finding(("hours", "holidays"), said, 'Write holidays = ["public", "government"].')


def _dates(standard: Standard, today: date) -> Said:
    ramadan = standard.hours.ramadan
    if ramadan is not None and ramadan.until is None:
        said = "Hours of Ramadan are given without their dates: they aren't used."
        yield "look", Finding(("hours", "ramadan"), said, "Set `from` and `until` each year, once they're known.")
    elif ramadan is not None and ramadan.until is not None and ramadan.until < today:
        said = f"The Ramadan of these hours ended on {ramadan.until}."
        yield "look", Finding(("hours", "ramadan", "until"), said, "Set this year's `from` and `until`.")
    seen: set[date] = set()
    for index, closure in enumerate(standard.closures):
        loc: Loc = ("closures", index)
        if closure.date in seen:
            yield "mend", Finding(loc, f"{closure.date} stands here twice.", "Keep one row.")
        seen.add(closure.date)
        if not getattr(standard.hours, DAYS[closure.date.weekday()]):
            yield (
                "look",
                Finding(loc, f"{closure.name}: the office is closed on that weekday anyway.", "Look at the date."),
            )
        elif closure.date < today:
            yield "look", Finding(loc, f"{closure.name} ({closure.date}) has passed.", "Add the next year's.")


_CHECKS = {
    "steps": _steps,
    "times": _times,
    "words": _words,
    "hours": _opening,
    "channels": _channels,
    "letter": _letter,
    "escalation": _routes,
    "topics": _topics,
}
