"""`aduan check`: tries the machine and every account; says what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from bot import check_machine, running
from bot.check_machine import Line
from bot.clock import Chance, Clock
from bot.config import OfficeSettings, Settings
from bot.documents.look import Look
from bot.documents.proofs import problems
from bot.documents.typesetting import Typesetter
from bot.foundation import channels_of_table, seal_of
from channels.base import Call, Channel, Described, Probing
from channels.http import Http, Lost, NotSent
from channels.settings import CHANNEL_TABLES
from workflow.problems import listed
from workflow.procedure.staffing import acting, own_drafts
from workflow.standard import review

if TYPE_CHECKING:
    from workflow.office import Office

ANSWER_S = 15.0
COLOURS = {"ok": "green", "note": "yellow", "MEND": "bold red"}
ESTIMATED = "(perkiraan)"  # how the package `holidays` marks days that no decree has fixed yet


def run(settings: Settings) -> int:
    """Look at everything and print it; 1 if anything must be mended."""
    return running.run(_look(settings))


async def _look(settings: Settings) -> int:
    wrong = 0
    async for line in lines(settings):
        wrong += not line.good
        _show(line)
    print("Everything is right." if not wrong else f"{wrong} to mend.", file=sys.stderr)  # noqa: T201 - for people
    return 1 if wrong else 0


def _show(line: Line) -> None:
    """A line of the table: plain for scripts; for people as wide as their window, its mark in colour."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        print(line, flush=True)  # noqa: T201 - the command's output
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    row = Table.grid(padding=(0, 1, 0, 0))
    for width in (5, 24, None):
        row.add_column(width=width, overflow="fold")
    row.add_row(f"[{COLOURS[line.mark]}]{line.mark}[/]", line.where, escape(line.what))
    if line.mend:
        row.add_row("", "", escape(f"-> {line.mend}"))
    Console(highlight=False).print(row)


async def lines(settings: Settings) -> AsyncIterator[Line]:
    """Everything there is to say, as it's found out."""
    found = await asyncio.to_thread(check_machine.looked_at, settings)
    for line in found.lines:
        yield line
    async with Http() as http:
        if settings.service.public_url:
            yield await _public(settings.service.public_url, http)
        for office in settings.offices:
            for line in await asyncio.to_thread(_office, found.offices[office.id]):
                yield line
            async for line in _papers(found.offices[office.id], settings):
                yield line
            async for line in _accounts(office, found.offices[office.id], settings, http):
                yield line


async def _public(url: str, http: Http) -> Line:
    """Whether the public address leads to a running Aduan."""
    mend = "start `aduan serve`, and let the server with TLS in front of it hand on every path and header"
    try:
        answer = await http.request("GET", f"{url}/healthz", timeout_s=ANSWER_S)
    except (NotSent, Lost) as error:
        return Line("public_url", f"{url} gives no answer: {error}", mend)
    if answer.status != 200 or answer.body != b"ok":
        return Line("public_url", f"{url}/healthz answers {answer.status}, not as ours", mend)
    return Line("public_url", f"{url} leads to a running Aduan")


# --- offices ----------------------------------------------------------------------------------------------------------


def _office(office: Office) -> list[Line]:
    """The standard and what fails somebody in it, its days, its desk, and whether somebody holds each of its roles."""
    rules = office.standard
    found = [Line(office.id, f"{rules.office.name}: {len(rules.steps)} steps, standard {rules.version}")]
    today = Clock().now().astimezone(office.calendar.zone).date()
    year = today.year
    days = office.calendar.holidays_in(year)
    found.append(Line(office.id, f"time zone {rules.office.timezone}; {len(days)} public holidays known for {year}"))
    if guessed := sum(name.endswith(ESTIMATED) for name in days.values()):
        what = f"{guessed} of them are estimates: once the SKB 3 Menteri for {year} is out, take a newer Aduan"
        found.append(Line(office.id, what, note=True))
    empty = [rules.role(role).label for role in acting(office) if not office.with_role(role)]
    if empty:
        mend = "give the roles with /peran in the staff group, or add [[offices.staff]]: their steps reach nobody now"
        found.append(Line(office.id, f"nobody holds: {listed(empty)}", mend))
    if office.written:
        mend = f"write desk = {office.desk} in [offices.telegram] of config.toml, in place of {office.written}"
        what = f"the staff group became a supergroup and has another number: {office.desk}; Aduan uses it already"
        found.append(Line(office.id, what, mend))
    if office.desk is None:
        what = "no staff group is linked: the office won't see its complaints"
        mend = f"run `aduan link {office.id}` and send the code in the group, or set [offices.telegram] desk"
        found.append(Line(office.id, what, mend))
    remarks = (*review.remarks(rules, today), *own_drafts(office))
    found += [Line(office.id, each.finding.sentence, each.finding.mend) for each in remarks if each.weight == "mend"]
    if unconfirmed := len(rules.unconfirmed()):
        what = f"the office hasn't confirmed {unconfirmed} parts of its standard: `aduan offices check` names them"
        found.append(Line(office.id, what, note=True))
    return found


async def _papers(office: Office, settings: Settings) -> AsyncIterator[Line]:
    """An office's own templates and logo, tried with made-up data."""
    look = settings.looks()[office.id]
    if look == Look():
        return
    typesetter = Typesetter()
    try:
        wrong = await problems(office.standard, look, typesetter, Clock().now())
    finally:
        await typesetter.close()
    for what, mend in wrong:
        yield Line(f"{office.id}/papers", what, mend)
    if not wrong:
        yield Line(f"{office.id}/papers", "every paper can be drawn with the office's own templates and logo")


# --- accounts ---------------------------------------------------------------------------------------------------------


async def _accounts(settings: OfficeSettings, office: Office, whole: Settings, http: Http) -> AsyncIterator[Line]:
    """Every account of an office, all asked at once and told in their order."""
    clock = Clock()
    seal = seal_of(whole, Chance(clock))
    unused, asked = [], []
    for name in CHANNEL_TABLES:
        channels = channels_of_table(whole, settings, name, http, seal, clock)
        if not channels:
            unused.append(Line(f"{settings.id}/{name}", "not used", note=True))
        for channel in channels:
            if getattr(channel, "desk", "") in {None, office.written or None}:
                channel.desk = office.desk  # type: ignore[attr-defined] # linked in the chat
            asked.append(asyncio.create_task(_account(channel, http, whole.service.public_url or "")))
    try:
        for account in asked:
            for line in await account:
                yield line
        for line in unused:
            yield line
    finally:
        for account in asked:
            account.cancel()


async def _account(channel: Channel, http: Http, public_url: str) -> list[Line]:
    where = f"{channel.office}/{channel.name}"
    assert isinstance(channel, Described)
    report = await channel.describe()
    found = [Line(where, said) for said in report.right]
    found += [Line(where, problem.what, problem.mend) for problem in report.problems]
    found += [Line(where, said, note=True) for said in report.notes]
    call = channel.probe() if public_url and isinstance(channel, Probing) else None
    if call is not None:
        found.append(await _signature(where, call, http, public_url))
    return found


async def _signature(where: str, call: Call, http: Http, public_url: str) -> Line:
    """A call signed as the provider's and without content: 400 says that the signature held, 403 that it didn't."""
    mend = "public_url must be exactly the address the provider calls, and the server in front may change nothing in it"
    try:
        answer = await http.request(
            "POST", f"{public_url}/{call.path}", data=call.body, headers=call.headers, timeout_s=ANSWER_S
        )
    except (NotSent, Lost) as error:
        return Line(where, f"a signed call through the public address failed: {error}", mend)
    if answer.status == 400:
        return Line(where, "a signed call through the public address holds")
    return Line(where, f"a signed call through the public address got {answer.status}", mend)
