"""Reads the store for a book: a page of complaints at a time, each turned into what the book keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage.ledger import Mark
from storage.unit import Unit
from workflow.books.absence import absences, gaps_of
from workflow.books.days import Remembering, remembering
from workflow.books.line import Line, Rules, line_of
from workflow.books.period import Period
from workflow.books.recap import MOVES, TOLD, Recap
from workflow.books.timing import norms_of
from workflow.clocks.office_time import Pause
from workflow.office import Office
from workflow.record import Complaint
from workflow.standard import standard as standards
from workflow.standard.standard import Standard


@dataclass(slots=True)
class _Pinned:
    """The standards that complaints began with, each read once; today's where the old text isn't known."""

    today: Standard
    _known: dict[str, tuple[Standard, Remembering]] = field(default_factory=dict)

    def of(self, version: str) -> tuple[Standard, Remembering]:
        return self._known[version]

    def load(self, unit: Unit, complaints: Sequence[Complaint]) -> None:
        wanted = {each.standard for each in complaints} - self._known.keys()
        if not wanted:
            return
        sources = unit.cases.standard_sources(wanted - {self.today.version})
        for version in wanted:
            rules = standards.load(sources[version], place=version) if version in sources else self.today
            self._known[version] = rules, remembering(rules.calendar)


@dataclass(slots=True)
class RegisterReader:
    """The lines of a register, page by page: call `page` in one short transaction after the other until it's empty."""

    office: Office
    period: Period
    now: datetime
    names: bool
    _after: Mark | None = None
    _over: bool = False
    _pinned: _Pinned = field(init=False)
    _gaps: dict[str, tuple[Pause, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self._pinned = _Pinned(self.office.standard)
        self._gaps = dict(gaps_of(self.office, self.now))

    def count(self, unit: Unit) -> int:
        """How many lines there will be."""
        return unit.ledger.count_registered(self.office.id, self._span())

    def page(self, unit: Unit) -> list[Line]:
        """The next lines; [] at the end."""
        if self._over:
            return []
        found, self._after = unit.ledger.registered(self.office.id, self._span(), self._after, names=self.names)
        self._over = self._after is None
        self._pinned.load(unit, found)
        records = unit.ledger.records([each.id for each in found])
        return [line_of(each, records[each.id], self._rules(each.standard)) for each in found]

    def _span(self) -> tuple[datetime, datetime]:
        return self.period.span(self.office.standard.calendar.zone)

    def _rules(self, version: str) -> Rules:
        standard, calendar = self._pinned.of(version)
        return Rules(standard=standard, calendar=calendar, now=self.now, names=self.names, gaps=self._gaps)


@dataclass(slots=True)
class RecapReader:
    """Counts a period, page by page: call `page` in one short transaction after the other until it says 0."""

    office: Office
    period: Period
    now: datetime
    recap: Recap = field(init=False)
    _after: Mark | None = None
    _over: bool = False
    _pinned: _Pinned = field(init=False)

    def __post_init__(self) -> None:
        standard = self.office.standard
        first, end = self.period.span(standard.calendar.zone)
        self.recap = Recap(first, end, standard.deadline.unit, gaps=dict(gaps_of(self.office, self.now)))
        self.recap.absences = absences(self.office, first, end)
        self._pinned = _Pinned(standard)

    def count(self, unit: Unit) -> int:
        """How many complaints will be looked at."""
        return unit.ledger.count_before(self.office.id, (self.recap.first, self.recap.end))

    def page(self, unit: Unit) -> int:
        """Count the next ones; how many were looked at, 0 at the end."""
        if self._over:
            return 0
        span = (self.recap.first, self.recap.end)
        found, self._after = unit.ledger.touched_by(self.office.id, span, self._after)
        self._over = self._after is None
        self._pinned.load(unit, found)
        normed = any(norms_of(self._pinned.of(version)[0]) for version in {each.standard for each in found})
        records = unit.ledger.records([each.id for each in found], acts=MOVES if normed or self.recap.gaps else TOLD)
        for each in found:
            standard, calendar = self._pinned.of(each.standard)
            self.recap.add(each, records[each.id], standard, calendar, self.now)
        return len(found)
