"""`aduan demo`: the real program against a stand-in for Telegram, and a page with phones, a desk and a clock."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from starlette.applications import Starlette

from bot import app, logs, web
from bot.clock import Chance, Clock
from bot.config import Settings, parse
from channels.sandbox import stage
from channels.sandbox.stage import ClockHands, OfficeStage, StaffMember, StripRow, StripStep
from channels.sandbox.telegram import World, serve
from storage.unit import Unit
from workflow.clocks.office_time import Calendar
from workflow.record import Complaint
from workflow.say import say
from workflow.standard import standard
from workflow.world import Search

State = Literal["done", "now", "todo"]

HOST = "127.0.0.1"
CLOCK_FILE = "demo.clock"
NUMBERS_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
SHOWN = 12  # complaints on the strip of an office


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of the stand-in's world, by office."""

    world: World
    offices: dict[str, OfficeStage]
    citizens: Sequence[Any]


def run(*, port: int, office: str, keep: Path | None) -> int:
    """Run until a signal. 2: no such office."""
    logs.set_up()
    names = tuple(standard.shipped())
    if office not in names:
        print(f"There is no office {office!r}. Offices: {', '.join(names)}.", file=sys.stderr)  # noqa: T201 - for people
        return 2
    try:
        return app.run(_demo(port, office, keep))
    except app.CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - for people
        return reason.code


async def _demo(port: int, first: str, keep: Path | None) -> int:
    clock = Clock()
    started = clock.now()
    listening = _listening(port)
    with _folder(keep) as folder:
        _set_clock(clock, folder, standard.shipped()[first].calendar)
        cast = _cast(clock, first, (started - NUMBERS_BEGIN) // timedelta(seconds=0.1))
        async with serve(cast.world, clock) as telegram:
            settings = _settings(cast, telegram.url, folder, Chance(clock))
            async with app.service(settings, migrate_first=True, clock=clock) as whole:
                made = _stage(whole, cast, clock, folder)
                stop = asyncio.Event()
                app.stop_at_signals(stop)
                jobs = {
                    "web": _serve(whole.site([*made.routes()]), made, listening, stop),
                    "worker": whole.work(stop),
                }
                listening.listen()  # whoever comes before the server stands waits a moment instead of being refused
                _welcome(listening, first, folder if keep else None)
                return await app.until_stopped(jobs, stop)
    return 0


def _set_clock(clock: Clock, folder: Path, calendar: Calendar) -> None:
    """Go on where a kept demo's clock stood; whoever looks at night or on a Sunday sees an office at work."""
    with contextlib.suppress(OSError, ValueError):
        clock.shift(timedelta(seconds=float((folder / CLOCK_FILE).read_text("ascii"))))
    if not calendar.is_open(clock.now()):
        clock.shift(calendar.next_opening(clock.now()) - clock.now() + timedelta(minutes=30))
    _remember_clock(clock, folder)


def _remember_clock(clock: Clock, folder: Path) -> None:
    """Keep how far the office's clock is ahead, so that a kept demo never goes back in time."""
    ahead = clock.now() - Clock().now()
    (folder / CLOCK_FILE).write_text(str(ahead.total_seconds()), "ascii")


def _listening(port: int) -> socket.socket:
    """The port that was asked for, else a free one."""
    try:
        return web.listen(HOST, port)
    except OSError:
        return web.listen(HOST, 0)


@contextlib.contextmanager
def _folder(keep: Path | None) -> Any:  # noqa: ANN401 - a context manager of a Path
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="aduan-demo-") as name:
        yield Path(name)


# --- who plays --------------------------------------------------------------------------------------------------------


def _cast(clock: Clock, first: str, base: int) -> Cast:
    """One bot, one staff group and its people for each shipped standard, the chosen one first.

    The provider's numbers begin at `base`, the tenths of a second until the start: above those of every earlier run
    of a kept demo.
    """
    people = _people()
    world = World(clock.now)
    offices: dict[str, OfficeStage] = {}
    for name in sorted(standard.shipped(), key=lambda each: (each != first, list(people).index(each))):
        rules = standard.shipped()[name]
        order = sorted(people).index(name)  # ids don't depend on which office comes first
        bot = world.add_bot(
            f"{7000 + order}:contoh",
            username=f"{name.replace('-', '_')}_contoh_bot",
            name=rules.office.name,
            reads_all=True,
        )
        bot.next_update_id = bot.next_message_id = base
        staff = [
            StaffMember(world.add_user(each["name"], user_id=80_000 + order * 100 + place), each["title"])
            for place, each in enumerate(people[name]["staff"])
        ]
        desk = world.add_group(
            f"Meja {people[name]['short']}",
            members=[each.user for each in staff],
            bots=[bot],
            chat_id=-1_009_000_000 - order,
        )
        desk.next_message_id = base
        offices[name] = OfficeStage(
            name,
            rules.office.name,
            people[name]["short"],
            rules.office.timezone,
            bot,
            desk,
            staff,
            rules.office.government,
        )
    citizens = [_citizen(world, each, place) for place, each in enumerate(people["citizens"])]
    return Cast(world, offices, citizens)


def _people() -> dict[str, Any]:
    return tomllib.loads((resources.files("channels.sandbox") / "people.toml").read_text("utf-8"))


def _citizen(world: World, name: str, place: int) -> Any:  # noqa: ANN401 - a User of the stand-in
    given, _, family = name.partition(" ")
    return world.add_user(given, last_name=family, user_id=90_000 + place)


def _settings(cast: Cast, api_url: str, folder: Path, chance: Chance) -> Settings:
    """A real configuration, read by the real reader."""
    people = _people()
    lines = [
        "[service]",
        'database_url = "sqlite:///aduan.db"',
        'files = "files"',
        'key = { env = "ADUAN_KEY" }',
    ]
    for name, played in cast.offices.items():
        lines += ["[[offices]]", f'id = "{name}"', f'standard = "{name}"', "[offices.telegram]"]
        lines += [f'token = "{played.bot.token}"', f"desk = {played.desk.id}", f'api_url = "{api_url}"']
        for member, each in zip(played.staff, people[name]["staff"], strict=True):
            roles = ", ".join(f'"{role}"' for role in each["roles"])
            lines += ["[[offices.staff]]", f"telegram_id = {member.user.id}", f'name = "{each["name"]}"']
            lines += [f'title = "{each["title"]}"', f"roles = [{roles}]"]
    environ = {"ADUAN_KEY": _key(folder, chance)}
    return parse("\n".join(lines), place="demo", folder=folder, environ=environ)


def _key(folder: Path, chance: Chance) -> str:
    """The demo's own key, kept beside what it seals; a real one never lies there."""
    file = folder / "demo.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(base64.b64encode(chance.random_bytes(32)).decode(), "ascii")
    return file.read_text("ascii")


# --- what the page shows ----------------------------------------------------------------------------------------------


def _stage(whole: app.Service, cast: Cast, clock: Clock, folder: Path) -> stage.Stage:
    def move(by: timedelta) -> None:
        clock.shift(by)
        _remember_clock(clock, folder)

    def next_working_day(office: str) -> None:
        calendar = whole.offices[office].calendar
        day = clock.now().astimezone(calendar.zone).date() + timedelta(days=1)
        while not calendar.is_working_day(day):
            day += timedelta(days=1)
        move(calendar.opening(day) - clock.now())

    async def strip() -> list[StripRow]:
        rows: list[StripRow] = []
        for name in cast.offices:
            found = await whole.store.read(partial(_latest, name))
            rows += [_row(whole, complaint) for complaint in found]
        return rows

    return stage.build(
        cast.world,
        cast.offices,
        citizens=cast.citizens,
        hands=ClockHands(
            now=clock.now,
            shift=lambda seconds: move(timedelta(seconds=seconds)),
            next_working_day=next_working_day,
            is_open=lambda office: whole.offices[office].is_open(clock.now()),
        ),
        strip=strip,
        run=clock.now().strftime("%Y%m%dT%H%M%S%f"),
    )


def _latest(office: str, unit: Unit) -> tuple[Complaint, ...]:
    return unit.cases.find(office, Search(limit=SHOWN))


def _row(whole: app.Service, complaint: Complaint) -> StripRow:
    rules = whole.offices[complaint.office].standard
    closed = complaint.closed_at is not None
    here, _ = rules.position(rules.step(complaint.step))
    steps = []
    for place, step in enumerate(rules.steps, 1):
        state: State = "done" if closed or place < here else "now" if place == here else "todo"
        steps.append(StripStep(step.no, say(f"stage.{step.stage}"), rules.role(step.actor).label, state, step.text))
    return StripRow(
        office=complaint.office,
        code=complaint.code,
        number=complaint.number,
        title=complaint.statement[:80],
        steps=steps,
        due=complaint.due_at,
        closed=closed,
        note=complaint.waiting,
    )


async def _serve(site: Starlette, made: stage.Stage, listening: socket.socket, stop: asyncio.Event) -> None:
    server = web.server(site)
    serving = asyncio.create_task(server._serve([listening]))  # noqa: SLF001 - `serve` would take the signals from us
    await stop.wait()
    made.close()  # event streams would never end by themselves
    server.should_exit = True
    await serving


def _welcome(listening: socket.socket, first: str, kept: Path | None) -> None:
    host, port = listening.getsockname()[:2]
    words = [
        "",
        f"  Aduan is running:  http://{host}:{port}",
        "",
        f"  Open it in a browser: {standard.shipped()[first].office.name} first, the other offices a click away.",
        "  Write as a citizen on the left; be the office on the right.",
        f"  Everything is kept in {kept}."
        if kept
        else "  Nothing is kept: the next start begins anew (--keep FOLDER keeps it).",
        "  Ctrl-C ends it.",
        "",
    ]
    print("\n".join(words), file=sys.stderr, flush=True)  # noqa: T201 - for people
    print(f"http://{host}:{port}", flush=True)  # noqa: T201 - for scripts
