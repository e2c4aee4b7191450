"""`aduan chat`: the same conversation in a terminal, through the console channel. Nothing is kept."""

from __future__ import annotations

import asyncio
import base64
import sys
import tempfile
from pathlib import Path

from bot import app, logs, running
from bot.clock import Chance, Clock
from bot.config import parse
from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.pump import Pump
from bot.ticks import Ticks
from channels.console import Console, Unclear
from workflow.say import lines, say
from workflow.standard import standard
from workflow.world import PRESS

QUICK_S = 0.05


def run(office: str) -> int:
    """Talk until the input ends or /keluar. 2: no such office."""
    logs.set_up(logs.ERRORS)
    names = tuple(standard.shipped())
    if office not in names:
        print(f"There is no office {office!r}. Offices: {', '.join(names)}.", file=sys.stderr)  # noqa: T201 - for people
        return 2
    return running.run(_talk(office))


async def _talk(office: str) -> int:
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="aduan-chat-") as folder:
        text = f"""
            [service]
            database_url = "sqlite:///aduan.db"
            files = "files"
            key = {{ env = "ADUAN_KEY" }}
            [[offices]]
            id = "{office}"
            standard = "{office}"
        """
        key = base64.b64encode(Chance(clock).random_bytes(32)).decode()
        settings = parse(text, place="chat", folder=Path(folder), environ={"ADUAN_KEY": key})
        async with app.service(settings, migrate_first=True, clock=clock) as whole:
            console = Console(office, sys.stdout)
            whole.add(console)
            return await _turns(whole, console)


async def _turns(whole: app.Service, console: Console) -> int:
    """Line by line: what was typed goes the whole road, and what comes of it is printed before the next line."""
    deliver = Deliver(whole.road, Enclosures(whole.store, whole.files, whole.media))
    pump, ticks = Pump(whole.road), Ticks(whole.road, deliver)
    fetcher = Fetcher(whole.road, whole.files, whole.media, {PRESS: whole.press})

    async def settle() -> None:
        while True:
            while await pump.step() or await fetcher.step() or await ticks.step():
                continue
            idle_s = await deliver.step()
            if idle_s is None or idle_s > 1:
                return
            if idle_s:
                await whole.clock.wait(min(idle_s, QUICK_S))

    office = whole.offices[console.office].standard.office.name
    print(lines(say("console.hello", office=office), say("console.help"), ""))  # noqa: T201 - a terminal
    while True:
        line = await asyncio.to_thread(_line)
        if line is None or line.strip() == "/keluar":
            return 0
        if not line.strip():
            await settle()
            continue
        try:
            await whole.intake.receive(console, console.typed(line, whole.clock.now()))
        except Unclear as reason:
            print(reason)  # noqa: T201 - a terminal
            continue
        await settle()


def _line() -> str | None:
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        return None
