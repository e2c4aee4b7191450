"""Draws books out of the store: for a command beside a running service, and for the press within it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from bot.documents.reading import RecapReader, RegisterReader
from bot.documents.typesetting import Job, Typesetter, Unprintable
from storage.engine import Store, Work
from workflow.books.heading import heading
from workflow.books.period import Period
from workflow.books.recap import Recap
from workflow.books.recap_tables import picture, tables
from workflow.office import Office

Progress = Callable[[int, int], None]
"""Told how many of how many complaints were read so far."""

Reads = Callable[[Work[Any]], Awaitable[Any]]
"""Runs one short look at the store."""

LARGEST_AT_DESK = 3000
"""So many rows at most are set on paper for a chat; a longer book is a workbook there, or set by the command line."""
VOLUME_ROWS = 1000


class Wanted(msgspec.Struct, frozen=True):
    """A book as it's asked for of the press: the reference of a fetch."""

    book: Literal["register", "recap"]
    office: str
    first: date
    last: date
    shape: Literal["pdf", "xlsx", "png"]
    names: bool = False


def _silent(_: int, __: int) -> None:
    """Nobody watches."""


async def register_workbook(
    read: Reads, office: Office, period: Period, path: Path, *, names: bool, now: datetime, progress: Progress = _silent
) -> int:
    """Write the register to a file, row by row; how many rows it has."""
    from bot.documents.register_workbook import RegisterWorkbook

    reader = RegisterReader(office, period, now, names)
    count, done = await read(reader.count), 0
    book = RegisterWorkbook(path, heading(office.standard, period, now, register=True, names=names))
    while lines := await read(reader.page):
        await asyncio.to_thread(book.add, lines)
        done += len(lines)
        progress(done, max(count, done))
    return await asyncio.to_thread(book.close)


async def register_papers(
    read: Reads,
    office: Office,
    period: Period,
    take: Callable[[Job, int, int], Awaitable[None]],
    *,
    names: bool,
    now: datetime,
    progress: Progress = _silent,
    volume_rows: int = VOLUME_ROWS,
) -> int:
    """Hand over one volume after the other as (job, which, of how many); how many there were."""
    from bot.documents.register_paper import RegisterPaper

    reader = RegisterReader(office, period, now, names)
    count, done, volume = await read(reader.count), 0, 0
    paper = RegisterPaper(heading(office.standard, period, now, register=True, names=names), count, now, volume_rows)
    while lines := await read(reader.page):
        job = paper.add(lines)
        done += len(lines)
        if job is not None:
            volume += 1
            await take(job, volume, paper.volumes)
        progress(done, max(count, done))
    while (job := paper.close()) is not None:
        volume += 1
        await take(job, volume, paper.volumes)
    return volume


async def recap(read: Reads, office: Office, period: Period, *, now: datetime, progress: Progress = _silent) -> Recap:
    """Count a period."""
    reader = RecapReader(office, period, now)
    count, done = await read(reader.count), 0
    while seen := await read(reader.page):
        done += seen
        progress(done, max(count, done))
    return reader.recap


def recap_picture(found: Recap, office: Office, period: Period, now: datetime) -> Job:
    """The recap as a picture, to be set."""
    from bot.documents.recap_picture import recap_job

    return recap_job(heading(office.standard, period, now, register=False), picture(found, office.standard), now)


def recap_workbook(found: Recap, office: Office, period: Period, now: datetime) -> bytes:
    """The recap as a workbook."""
    from bot.documents.recap_workbook import recap_workbook as made

    return made(heading(office.standard, period, now, register=False), tables(found, office.standard))


class BookDrawer:
    """What the press has for books: reads the store page by page, so that nobody else waits long for it."""

    def __init__(
        self, store: Store, office_of: Callable[[str], Office | None], setter: Typesetter,
        clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._store, self._office_of, self._setter, self._clock = store, office_of, setter, clock

    async def __call__(self, ref: Mapping[str, Any]) -> bytes:
        """The book's bytes. Raises `Unprintable`."""
        try:
            wanted = msgspec.convert(ref, Wanted)
        except msgspec.ValidationError as error:
            raise Unprintable(f"no book can be read from its reference: {error}") from None
        office = self._office_of(wanted.office)
        if office is None:
            raise Unprintable(f"there is no office {wanted.office}")
        period, now = Period(first=wanted.first, last=wanted.last), self._clock()
        if wanted.book == "recap":
            found = await recap(self._store.read, office, period, now=now)
            if wanted.shape == "xlsx":
                return recap_workbook(found, office, period, now)
            return (await self._setter.pages(recap_picture(found, office, period, now)))[0]
        if wanted.shape == "xlsx":
            return await self._workbook(office, period, names=wanted.names, now=now)
        return await self._paper(office, period, names=wanted.names, now=now)

    async def _paper(self, office: Office, period: Period, *, names: bool, now: datetime) -> bytes:
        """One volume, however many rows: what's longer is for the command line."""
        jobs: list[Job] = []

        async def keep(job: Job, _: int, __: int) -> None:
            jobs.append(job)

        await register_papers(self._store.read, office, period, keep, names=names, now=now, volume_rows=LARGEST_AT_DESK)
        if len(jobs) != 1:
            raise Unprintable(f"more than {LARGEST_AT_DESK} rows are too many for one volume")
        return (await self._setter.pages(jobs[0]))[0]

    async def _workbook(self, office: Office, period: Period, *, names: bool, now: datetime) -> bytes:
        with tempfile.TemporaryDirectory(prefix="aduan-") as folder:
            path = Path(folder) / "register.xlsx"
            await register_workbook(self._store.read, office, period, path, names=names, now=now)
            return await asyncio.to_thread(path.read_bytes)
