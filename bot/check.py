"""`aduan check`: tries the database, the disk, the key and every account; says what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot import app, people
from bot.alerts import disk_trouble
from bot.clock import Chance, Clock
from bot.config import OfficeSettings, Settings
from channels import REGISTRY
from channels.base import Call, Channel, Described, Ground, Probing
from channels.http import Http, Lost, NotSent
from channels.settings import CHANNEL_TABLES
from storage.engine import Store, Unavailable
from storage.files import Files
from storage.schema import is_current
from storage.seal import Seal
from workflow.problems import listed

if TYPE_CHECKING:
    from workflow.office import Office

ANSWER_S = 15.0


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


@dataclass(slots=True)
class _Found:
    """What the ground showed: lines, and the offices with what was linked and given in the chat."""

    offices: Mapping[str, Office]
    lines: list[Line] = field(default_factory=list)

    def right(self, where: str, what: str) -> None:
        self.lines.append(Line(where, what))

    def wrong(self, where: str, what: str, mend: str) -> None:
        self.lines.append(Line(where, what, good=False, mend=mend))


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
    found = await asyncio.to_thread(_ground, settings)
    for line in found.lines:
        yield line
    async with Http() as http:
        if settings.service.public_url:
            yield await _public(settings.service.public_url, http)
        for office in settings.offices:
            for line in await asyncio.to_thread(_office, found.offices[office.id]):
                yield line
            async for line in _channels(office, found.offices[office.id], settings, http):
                yield line


# --- the ground -------------------------------------------------------------------------------------------------------


def _ground(settings: Settings) -> _Found:
    """Key, database and disk."""
    clock = Clock()
    found = _Found({each.id: settings.office(each) for each in settings.offices})
    found.right("key", "32 bytes")
    store = Store(settings.database_url, Seal([settings.master_key], Chance(clock).random_bytes))
    try:
        _database(settings, store, clock, found)
    except Unavailable as error:
        found.wrong("database", str(error), "see [service] database_url, and the rights on its folder")
    finally:
        store.close()
    _disk(settings, clock, found)
    return found


def _database(settings: Settings, store: Store, clock: Clock, found: _Found) -> None:
    _, mark, path = settings.database_url.partition("sqlite:///")
    if mark and not Path(path).exists():
        found.right("database", f"{path} will be made at the first start")
        return
    if not is_current(store):
        found.wrong("database", "has another shape than this version", "run `aduan migrate`")
        return
    if not store.now(lambda unit: unit.shelf.ensure_keys([app.KEY_CHECK], clock.now())):
        mend = "give ADUAN_KEY the value it had when this database was begun"
        found.wrong("key", "doesn't open what was sealed before", mend)
        return
    found.right("database", "reachable, and of this version's shape")
    found.offices = store.now(lambda unit: people.read(unit, found.offices))
    if not store.now(lambda unit: unit.people.operators()):
        first = settings.offices[0].id
        found.right("operator", f"nobody is told of troubles in a chat yet: `aduan link {first} operator`")


def _disk(settings: Settings, clock: Clock, found: _Found) -> None:
    mend = "see [service] files: the folder must be writable by the user that runs Aduan"
    try:
        if "://" not in settings.files:
            Path(settings.files).mkdir(parents=True, exist_ok=True)
            if why := disk_trouble(settings.files):
                found.wrong("disk", why, "make room: what can't be stored isn't acknowledged")
        Files(settings.files, Chance(clock).random_bytes).probe()
        found.right("files", f"{settings.files} can be written")
    except OSError as error:
        found.wrong("files", str(error), mend)


async def _public(url: str, http: Http) -> Line:
    """Whether the public address leads to a running Aduan."""
    mend = "start `aduan serve`, and let the server with TLS in front of it hand on every path and header"
    try:
        answer = await http.request("GET", f"{url}/healthz", timeout_s=ANSWER_S)
    except (NotSent, Lost) as error:
        return Line("public_url", f"{url} gives no answer: {error}", good=False, mend=mend)
    if answer.status != 200 or answer.body != b"ok":
        return Line("public_url", f"{url}/healthz answers {answer.status}, not as ours", good=False, mend=mend)
    return Line("public_url", f"{url} leads to a running Aduan")


# --- offices ----------------------------------------------------------------------------------------------------------


def _office(office: Office) -> list[Line]:
    """The standard, its days, its desk, and whether somebody holds each of its roles."""
    rules = office.standard
    found = [Line(office.id, f"{rules.office.name}: {len(rules.steps)} steps, standard {rules.version}")]
    year = Clock().now().astimezone(office.calendar.zone).year
    days = office.calendar.holidays_in(year)
    found.append(Line(office.id, f"time zone {rules.office.timezone}; {len(days)} public holidays known for {year}"))
    actors = dict.fromkeys(step.actor for step in rules.steps if rules.role(step.actor).kind != "citizen")
    empty = [rules.role(role).label for role in actors if not office.with_role(role)]
    if empty:
        mend = "give the roles with /peran in the staff group, or add [[offices.staff]]; such steps wait for nobody"
        found.append(Line(office.id, f"nobody holds: {listed(empty)}", good=False, mend=mend))
    if office.desk is None:
        what = "no staff group is linked: the office won't see its complaints"
        mend = f"run `aduan link {office.id}` and send the code in the group, or set [offices.telegram] desk"
        found.append(Line(office.id, what, good=False, mend=mend))
    unconfirmed = rules.unconfirmed()
    if unconfirmed:
        found.append(Line(office.id, f"the office has not confirmed yet: {listed(unconfirmed)}"))
    return found


# --- accounts ---------------------------------------------------------------------------------------------------------


async def _channels(settings: OfficeSettings, office: Office, whole: Settings, http: Http) -> AsyncIterator[Line]:
    """Every account of an office."""
    clock = Clock()
    secret = Seal([whole.master_key], Chance(clock).random_bytes).secret(f"tokens of {settings.id}")
    ground = Ground(http, whole.service.public_url or "", secret, clock.now)
    for name in CHANNEL_TABLES:
        chosen = getattr(settings, name)
        if chosen is None:
            yield Line(f"{settings.id}/{name}", "not used")
            continue
        for channel in REGISTRY[name](settings.id, chosen, ground):
            if getattr(channel, "desk", "") is None:
                channel.desk = office.desk  # type: ignore[attr-defined] # linked in the chat
            async for line in _account(channel, http, ground.public_url):
                yield line


async def _account(channel: Channel, http: Http, public_url: str) -> AsyncIterator[Line]:
    where = f"{channel.office}/{channel.name}"
    assert isinstance(channel, Described)
    report = await channel.describe()
    for said in report.right:
        yield Line(where, said)
    for problem in report.problems:
        yield Line(where, problem.what, good=False, mend=problem.mend)
    call = channel.probe() if public_url and isinstance(channel, Probing) else None
    if call is not None:
        yield await _signature(where, call, http, public_url)


async def _signature(where: str, call: Call, http: Http, public_url: str) -> Line:
    """A call signed as the provider's and without content: 400 says that the signature held, 403 that it didn't."""
    mend = "public_url must be exactly the address the provider calls, and the server in front may change nothing in it"
    try:
        answer = await http.request(
            "POST", f"{public_url}/{call.path}", data=call.body, headers=call.headers, timeout_s=ANSWER_S
        )
    except (NotSent, Lost) as error:
        return Line(where, f"a signed call through the public address failed: {error}", good=False, mend=mend)
    if answer.status == 400:
        return Line(where, "a signed call through the public address holds")
    return Line(where, f"a signed call through the public address got {answer.status}", good=False, mend=mend)
