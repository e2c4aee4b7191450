"""The numbers of letters: none is given twice in an office, and those that are counted leave no gap in their year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, case, delete, func, or_, select

from storage.parts import Conflict, Part, among
from storage.tables import complaints, letters
from workflow.world import Lettered, Sought


class Letters(Part):
    """Rows that are only added, save a number that was taken back before its letter left."""

    def last(self, office: str, series: Iterable[str], since: int) -> dict[tuple[str, int], int]:
        """How far these series are counted: (series, year) -> the highest running number, for the years since that."""
        wanted = sorted(set(series))
        statement = (
            select(letters.c.series, letters.c.year, func.max(letters.c.urut))
            .where(letters.c.office == office, among(letters.c.series), letters.c.year >= since)
            .group_by(letters.c.series, letters.c.year)
        )
        rows = self.connection.execute(statement, {"values": wanted}) if wanted else ()
        return {(name, year): last for name, year, last in rows if last is not None}

    def found(self, office: str, sought: Sequence[Sought], since: int = 0) -> tuple[Lettered, ...]:
        """The letters that have one of these numbers, or count the same in its series, in whatever year.

        Letter case makes no other number of one. Where a series' next number is sought, they are those that aren't
        counted in it, of the years since `since`: typed by another template, or by none.
        """
        numbers = sorted({each.number.lower() for each in sought if each.number})
        uncounted = [
            and_(letters.c.year >= since, or_(letters.c.series != each.series, letters.c.urut.is_(None)))
            for each in sought
            if not each.number
        ]
        if not numbers and not uncounted:
            return ()
        counted = [
            and_(letters.c.series == each.series, letters.c.urut == each.urut)
            for each in sought
            if each.number and each.urut is not None
        ]
        known = func.coalesce(func.nullif(complaints.c.number, ""), complaints.c.code)
        name = case((complaints.c.state.contains('"confidential":true'), ""), else_=known)
        statement = (
            select(letters.c.series, letters.c.year, letters.c.number, letters.c.complaint, letters.c.urut, name)
            .outerjoin(complaints, complaints.c.id == letters.c.complaint)
            .where(letters.c.office == office, or_(func.lower(letters.c.number).in_(numbers), *counted, *uncounted))
        )
        return tuple(
            Lettered(series=series, year=year, number=number, complaint=complaint, urut=urut, name=whose or "")
            for series, year, number, complaint, urut, whose in self.connection.execute(statement)
        )

    def keep(self, office: str, given: Sequence[Lettered], now: datetime) -> None:
        """These numbers are given. Raises `Conflict` where another transaction gave one of them meanwhile."""
        rows = [
            {
                "office": office,
                "series": each.series,
                "year": each.year,
                "urut": each.urut,
                "number": each.number,
                "complaint": each.complaint,
                "at": now,
            }
            for each in given
        ]
        if rows and self.each(self.put(letters).on_conflict_do_nothing(), rows) != len(rows):
            raise Conflict(f"a number of a letter of {office} was given meanwhile")

    def free(self, office: str, taken_back: Sequence[tuple[str, str]]) -> None:
        """These numbers were taken back, each from its complaint: whoever numbers next may use them."""
        for complaint, number in taken_back:
            mine = (letters.c.office == office, letters.c.complaint == complaint, letters.c.number == number)
            self.connection.execute(delete(letters).where(*mine))
