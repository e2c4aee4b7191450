"""`aduan check`: tries the database, the disk, the key and every account; says what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import app
from bot.clock import Chance, Clock
from bot.config import OfficeSettings, Settings
from channels import REGISTRY
from channels.base import Ground
from channels.http import Http
from channels.settings import CHANNEL_TABLES
from storage.engine import Store, Unavailable
from storage.files import Files
from storage.schema import is_current
from storage.seal import Seal
from workflow.problems import listed

if TYPE_CHECKING:
    from workflow.office import Office


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `mend` says what to do; "" where it's right or only worth knowing."""

    where: str
    what: str
    good: bool = True
    mend: str = ""

    def __str__(self) -> str:
        """As the operator reads it."""
        mark = "ok  " if self.good else "MEND"
        return f"{mark}  {self.where:<24} {self.what}" + (f"\n{'':6}{'':24} -> {self.mend}" if self.mend else "")


def run(settings: Settings) -> int:
    """Look at everything and print it; 1 if anything must be mended."""
    return app.run(_look(settings))


async def _look(settings: Settings) -> int:
    wrong = 0
    async for line in lines(settings):
        wrong += not line.good
        print(line, file=sys.stdout, flush=True)  # noqa: T201 - the command's output
    print("Everything is right." if not wrong else f"{wrong} to mend.", file=sys.stderr)  # noqa: T201 - for people
    return 1 if wrong else 0


async def lines(settings: Settings) -> AsyncIterator[Line]:
    """Everything there is to say, as it's found out."""
    for line in await asyncio.to_thread(_ground, settings):
        yield line
    async with Http() as http:
        for office in settings.offices:
            for line in _office(settings.office(office)):
                yield line
            async for line in _channels(office, http):
                yield line


def _ground(settings: Settings) -> list[Line]:
    """Database, key and disk."""
    clock = Clock()
    found = [Line("key", "32 bytes")]
    store = Store(settings.database_url, Seal([settings.master_key], Chance(clock).random_bytes))
    _, mark, path = settings.database_url.partition("sqlite:///")
    try:
        if mark and not Path(path).exists():
            found.append(Line("database", f"{path} will be made at the first start"))
        elif not is_current(store):
            found.append(
                Line("database", "has another shape than this version", good=False, mend="run `aduan migrate`")
            )
        elif not store.now(lambda unit: unit.shelf.ensure_keys([app.KEY_CHECK], clock.now())):
            mend = "give ADUAN_KEY the value it had when this database was begun"
            found.append(Line("key", "doesn't open what was sealed before", good=False, mend=mend))
        else:
            found.append(Line("database", "reachable, and of this version's shape"))
    except Unavailable as error:
        found.append(Line("database", str(error), good=False, mend="see [service] database_url"))
    finally:
        store.close()
    try:
        if "://" not in settings.files:
            Path(settings.files).mkdir(parents=True, exist_ok=True)
        Files(settings.files, Chance(clock).random_bytes).probe()
        found.append(Line("files", f"{settings.files} can be written"))
    except OSError as error:
        found.append(Line("files", str(error), good=False, mend="see [service] files, and its rights"))
    return found


def _office(office: Office) -> list[Line]:
    """The standard, and whether somebody holds each of its roles."""
    rules = office.standard
    found = [Line(office.id, f"{rules.office.name}: {len(rules.steps)} steps, standard {rules.version}")]
    actors = dict.fromkeys(step.actor for step in rules.steps if rules.role(step.actor).kind != "citizen")
    empty = [rules.role(role).label for role in actors if not office.with_role(role)]
    if empty:
        mend = "add [[offices.staff]] with these roles; until then such steps wait for nobody"
        found.append(Line(office.id, f"nobody holds: {listed(empty)}", good=False, mend=mend))
    if office.desk is None:
        mend = "set [offices.telegram] desk to the id of the staff group"
        found.append(
            Line(office.id, "no staff group is set: the office won't see its complaints", good=False, mend=mend)
        )
    unconfirmed = rules.unconfirmed()
    if unconfirmed:
        found.append(Line(office.id, f"the office has not confirmed yet: {listed(unconfirmed)}"))
    return found


async def _channels(office: OfficeSettings, http: Http) -> AsyncIterator[Line]:
    """Every account of an office."""
    for name in CHANNEL_TABLES:
        chosen = getattr(office, name)
        if chosen is None:
            continue
        where = f"{office.id}/{name}"
        if name not in REGISTRY:
            yield Line(
                where, "is configured, but this version doesn't serve it yet", good=False, mend="take the table out"
            )
            continue
        for channel in REGISTRY[name](office.id, chosen, Ground(http, now=Clock().now)):
            report = await channel.describe()  # type: ignore[attr-defined] # every registered channel describes itself
            if not report.problems:
                yield Line(where, f"@{report.username} answers" + (f", desk {report.desk!r}" if report.desk else ""))
            for problem in report.problems:
                yield Line(where, problem.what, good=False, mend=problem.mend)
