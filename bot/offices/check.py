"""`aduan offices check`: what is wrong in a standard, what to look at, what to confirm; and its picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.clock import Clock
from bot.offices.picture import KINDS, Kind, Undrawable, drawn
from workflow.procedure.staffing import staffing
from workflow.standard import review, standard
from workflow.standard.assumptions import Assumption, assumptions
from workflow.standard.flow import flow
from workflow.standard.review import Remark
from workflow.standard.toml_lines import line_of, lines_of

if TYPE_CHECKING:
    from bot.config import Settings
    from workflow.office import Office


@dataclass(frozen=True, slots=True)
class Subject:
    """A standard to be checked: the name it's told by, its text, and the office's people where they're known."""

    name: str
    text: str
    office: Office | None = None


@dataclass(slots=True)
class Report:
    """What was found about one standard."""

    subject: Subject
    rules: standard.Standard
    remarks: tuple[Remark, ...]
    unconfirmed: tuple[Assumption, ...]
    inferred: tuple[tuple[str, str], ...]
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def of(self, weight: str) -> list[Remark]:
        """The remarks of that weight."""
        return [each for each in self.remarks if each.weight == weight]


def run(file: str | None, settings: Settings | None, picture: Path | None) -> int:
    """Check one standard, a configuration's, or the shipped ones. 0, 1 for anything to mend, 2 for a mistake."""
    subjects = _subjects(file, settings)
    if not subjects:
        return 2
    if picture is not None and (len(subjects) > 1 or _kind(picture) is None):
        _tell(f"A picture shows one standard: name its file or id, and a picture that ends in .{', .'.join(KINDS)}.")
        return 2
    broken = 0
    for subject in subjects:
        try:
            report = looked_at(subject)
        except standard.StandardProblems as problems:
            broken += len(problems.problems)
            for problem in problems.problems:
                _tell(str(problem))
            continue
        broken += len(report.of("mend"))
        _show(report, whole=len(subjects) == 1)
        if picture is not None and not _drawn(report.rules, picture):
            return 2
    if broken:
        _tell(f"{broken} to mend.")
    return 1 if broken else 0


def looked_at(subject: Subject) -> Report:
    """Everything there is to say of one standard. Raises `StandardProblems` where it can't be used at all."""
    rules = standard.load(subject.text, place=subject.name)
    now = Clock().now()
    remarks = review.remarks(rules, now.astimezone(rules.calendar.zone).date())
    if subject.office is not None:
        untitled = {each.finding.loc[:2] for each in remarks if each.group == "topics"}
        staffed = staffing(subject.office, now)
        remarks += tuple(each for each in staffed if each.finding.loc[:2] not in untitled)
    return Report(
        subject=subject,
        rules=rules,
        remarks=remarks,
        unconfirmed=assumptions(subject.text),
        inferred=rules.inferred(),
        lines=lines_of(subject.text),
    )


# --- which ------------------------------------------------------------------------------------------------------------


def _subjects(file: str | None, settings: Settings | None) -> list[Subject]:
    if settings is not None:
        return _configured(file, settings)
    if file is None:
        return [Subject(f"{name}.toml", standard.shipped_text(name)) for name in standard.shipped()]
    text = text_of(file)
    return [] if text is None else [Subject(Path(file).name if "." in file else f"{file}.toml", text)]


def text_of(file: str) -> str | None:
    """The text of a shipped standard by its id, or of a file; None where it can't be read, which was told."""
    if file in standard.shipped():
        return standard.shipped_text(file)
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _tell(f"{file} can't be read: {error}")
        return None


def _configured(file: str | None, settings: Settings) -> list[Subject]:
    """The standards of the configuration's offices, with the people in it and those given roles in the chat."""
    from bot.check_machine import looked_at as machine

    offices = machine(settings).offices
    found = []
    for each in settings.offices:
        text = settings.standard_texts[each.id]
        if file is None or each.standard == file or Path(each.standard).name == Path(file).name or each.id == file:
            found.append(Subject(f"{each.id} ({Path(each.standard).name})", text, offices[each.id]))
    if not found:
        known = ", ".join(f"{each.id} ({each.standard})" for each in settings.offices)
        _tell(f"No office of the configuration has the standard {file}. It has: {known}.")
    return found


# --- how it reads -----------------------------------------------------------------------------------------------------


def _show(report: Report, *, whole: bool) -> None:
    rules, name = report.rules, report.subject.name
    asked = ", ".join(each.id for each in rules.asked())
    typer.echo(f"{name}: {rules.office.name}, {len(rules.steps)} steps, asks for {asked}")
    typer.echo(f"  times: {review.times(rules)}")
    for line in (*_ways(rules), *_counts(report, whole=whole)):
        typer.echo(f"  {line}")
    for each in report.of("mend"):
        _tell(_placed(report, each))
    if whole:
        for line in _whole(report):
            typer.echo(line)


def _ways(rules: standard.Standard) -> Iterator[str]:
    """The procedure in a line: every step is reached and leads to the end, or the file would not have loaded."""
    yield f"way: {' -> '.join(step.id for step in rules.steps)}"
    back = [f"{step.id} -> {step.returns_to}" for step in rules.steps if step.returns_to]
    aside = [f"{step.id} -> {branch.to} ({branch.when})" for step in rules.steps for branch in step.branch]
    if back:
        yield f"returns: {', '.join(back)}"
    if aside:
        yield f"branches: {', '.join(aside)}"
    refers, waits = _named(rules.exits.refer.from_), _named(rules.exits.ask_citizen.from_)
    yield f"leaves: refer from {refers}; waits for the citizen from {waits}"


def _named(steps: Iterable[str]) -> str:
    return ", ".join(steps) or "nowhere"


def _counts(report: Report, *, whole: bool) -> Iterator[str]:
    look = len(report.of("look"))
    counts = f"{look} to look at, {len(report.inferred)} inferred, {len(report.unconfirmed)} values to be confirmed"
    id_ = report.rules.office.id
    yield counts if whole else f"{counts}: `aduan offices check {id_}`"


def _whole(report: Report) -> Iterator[str]:
    if look := report.of("look"):
        yield "\nTo look at"
        for each in look:
            yield f"  {_placed(report, each)}"
    if report.inferred:
        yield "\nRead into the standard: the office says whether it's so"
        for place, why in report.inferred:
            yield f"  {place}{_line_of_basis(report, place)}: {why}"
    if report.unconfirmed:
        yield "\nNot published: the office confirms each, sets `confirmed = true` or takes the mark away"
        for section, rows in groupby(report.unconfirmed, key=lambda each: each.section.partition("[")[0]):
            yield f"  [{section}]"
            for _, together in groupby(rows, key=_row_of):
                yield f"    {_row(list(together))}"


def _line_of_basis(report: Report, place: str) -> str:
    """The line of the `*_basis` that gives the reason: "steps[1].actor (s02)" has it in steps[1].actor_basis."""
    parts = re.findall(r"([a-z_]+)|\[(\d+)\]", f"{place.partition(' (')[0]}_basis")
    loc = tuple(int(number) if number else name for name, number in parts)
    line = line_of(report.lines, loc)
    return f" (line {line})" if line else ""


def _row_of(each: Assumption) -> str:
    """What is told in one line: a row of a list, else a single value."""
    return each.section if each.section.endswith("]") else each.place


def _row(rows: list[Assumption]) -> str:
    """The values of a row of a list together, else one value, with the line where they begin."""
    values = [f"{each.place.rpartition('.')[2]} = {each.value}" for each in rows]
    number = f" {rows[0].section.partition('[')[2].rstrip(']')}" if rows[0].section.endswith("]") else ""
    return f"line {rows[0].line}{f', row {int(number) + 1}' if number else ''}: {', '.join(values)}"


def _placed(report: Report, each: Remark) -> str:
    problem = each.finding.at(report.subject.name, line_of(report.lines, each.finding.loc))
    return str(problem)


# --- the picture ------------------------------------------------------------------------------------------------------


def _drawn(rules: standard.Standard, picture: Path) -> bool:
    kind = _kind(picture)
    try:
        picture.write_bytes(drawn(flow(rules), kind) if kind else b"")
    except (OSError, Undrawable) as error:
        _tell(f"{picture} can't be drawn: {error}")
        return False
    _tell(f"Drawn: {picture}")
    return True


def _kind(picture: Path) -> Kind | None:
    return next((kind for kind in KINDS if kind == picture.suffix[1:].lower()), None)


def _tell(words: str) -> None:
    typer.echo(words, err=True)
