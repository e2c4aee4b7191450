"""What `aduan register` and `aduan recap` do: write an office's books to files, beside a running service."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.bar import shown
from bot.beside import opened
from bot.clock import Clock
from bot.config import Settings
from bot.documents import books
from bot.documents.books import Progress
from bot.documents.typesetting import Job, Typesetter, Unprintable
from bot.foundation import CannotStart
from bot.people import read as read_people
from storage.engine import Store, Work
from workflow.books import period as periods
from workflow.books.period import EARLIEST, Period
from workflow.office import Office

SHAPES = (".xlsx", ".pdf")


def register(settings: Settings, office_id: str, period: Period, out: Path, *, names: bool) -> list[Path]:
    """Write the register of a period; the files it became. A long book on paper is several volumes beside each other.

    Raises `CannotStart` with the sentence for the operator.
    """
    with _office(settings, office_id) as (store, office), shown("register") as progress, _writing(out):
        now, read = Clock().now(), _reads(store)
        if out.suffix.lower() == ".xlsx":
            unfinished = out.with_name(out.name + ".part")
            with _removed(unfinished):
                unfinished.touch()  # what can't be written there is told before the work, not after it
                asyncio.run(
                    books.register_workbook(read, office, period, unfinished, names=names, now=now, progress=progress)
                )
                unfinished.replace(out)
            return [out]
        return asyncio.run(_volumes(read, office, period, out, names=names, now=now, progress=progress))


def recap(settings: Settings, office_id: str, period: Period, folder: Path) -> list[Path]:
    """Write the recap of a period as a picture and as a workbook into a folder; the two files."""
    with _office(settings, office_id) as (store, office), shown("recap") as progress, _writing(folder):
        now, read = Clock().now(), _reads(store)
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(_recap(read, office, period, folder, now, progress))


async def _recap(
    read: books.Reads, office: Office, period: Period, folder: Path, now: datetime, progress: Progress
) -> list[Path]:
    found = await books.recap(read, office, period, now=now, progress=progress)
    setter = Typesetter()
    try:
        (picture,) = await setter.pages(books.recap_picture(found, office, period, now))
    finally:
        await setter.close()
    made = [folder / f"rekap-{office.id}-{period.slug()}{suffix}" for suffix in (".png", ".xlsx")]
    made[0].write_bytes(picture)
    made[1].write_bytes(books.recap_workbook(found, office, period, now))
    return made


async def _volumes(
    read: books.Reads,
    office: Office,
    period: Period,
    out: Path,
    *,
    names: bool,
    now: datetime,
    progress: Progress,
) -> list[Path]:
    """Set one volume after the other, each by a fresh child: what one took of memory is given back before the next."""
    made: list[Path] = []

    async def take(job: Job, volume: int, of: int) -> None:
        path = out if of == 1 else out.with_name(f"{out.stem}-jilid-{volume:0{len(str(of))}}{out.suffix}")
        setter = Typesetter()
        try:
            (content,) = await setter.pages(job)
        finally:
            await setter.close()
        path.write_bytes(content)
        made.append(path)

    await books.register_papers(read, office, period, take, names=names, now=now, progress=progress)
    return made


def _reads(store: Store) -> Callable[[Work[Any]], Awaitable[Any]]:
    """Short looks at the store, one after the other: nothing is locked between them."""

    async def read(work: Work[Any]) -> Any:  # noqa: ANN401 - whatever the work gives
        return store.look(work)

    return read


@contextlib.contextmanager
def _office(settings: Settings, office_id: str) -> Iterator[tuple[Store, Office]]:
    """The store and the office as configuration and chat make it."""
    known = {each.id: each for each in settings.offices}
    if office_id not in known:
        raise CannotStart(f"There is no office {office_id} in the configuration; it has {', '.join(known)}.", 2)
    with opened(settings) as store:
        offices = {office_id: settings.office(known[office_id])}
        yield store, store.look(lambda unit: read_people(unit, offices))[office_id]


@contextlib.contextmanager
def _writing(place: Path) -> Iterator[None]:
    """What can't be written or set is told in a sentence."""
    try:
        yield
    except OSError as error:
        raise CannotStart(f"{error.filename or place} can't be written: {error.strerror}.") from None
    except Unprintable as error:
        raise CannotStart(f"A page can't be set: {error}") from None


@contextlib.contextmanager
def _removed(path: Path) -> Iterator[None]:
    """Half a file is none: it goes where the work ended early."""
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def writable(out: Path) -> str:
    """Why a file can't be written there, told before the work begins; "" if it can."""
    if out.suffix.lower() not in SHAPES:
        return f"{out} must end in .xlsx or .pdf."
    folder = out.parent
    if not folder.is_dir():
        return f"There is no folder {folder}."
    return "" if os.access(folder, os.W_OK) else f"{folder} can't be written to."


def period_of(
    settings: Settings,
    office_id: str,
    *,
    year: int | None,
    month: str,
    first: str = "",
    last: str = "",
    before: bool = False,
) -> Period:
    """The period that options name; without any the year that runs, or with `before` the month that's over.

    Raises ValueError with the sentence for the operator.
    """
    if sum((year is not None, bool(month), bool(first or last))) > 1:
        raise ValueError("Give one period: --year, --month, or --from with --until.")
    if first or last:
        days = _day(first, "--from"), _day(last, "--until")
        if days[0] > days[1]:
            raise ValueError("--from is later than --until.")
        return Period(first=days[0], last=days[1])
    if month:
        found = re.fullmatch(r"(\d{4})-(\d{1,2})", month)
        if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < EARLIEST:
            raise ValueError(f"{month} is no month; write 2026-11.")
        return periods.month(int(found[1]), int(found[2]))
    if year is not None:
        return periods.year(year)
    known = {each.id: each for each in settings.offices}
    today = settings.office(known[office_id]).calendar.local_date(Clock().now())
    return periods.month_before(today) if before else periods.year(today.year)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} wants a day such as 2026-11-03.") from None
