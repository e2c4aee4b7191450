"""`aduan demo`: the real program against stand-ins for Telegram, Twilio and mail, and a page with phones and a desk."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal

from starlette.applications import Starlette

from bot import app, logs, running, web
from bot.clock import Chance, Clock
from bot.config import Settings, parse
from bot.foundation import CannotStart
from channels.sandbox import cast as casting
from channels.sandbox import mail, stage, telegram, twilio
from channels.sandbox.cast import Cast
from channels.sandbox.mail.world import SIGNED_BY
from channels.sandbox.stage import ClockHands, Letters, Lines, StripRow, StripStep
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


KNOCKS = ("answer_waiting", "status_update", "reminder")
QUICK = 100  # sends a second: nobody limits us here


@dataclass(frozen=True, slots=True)
class StandIns:
    """The providers that stand in, and how the program reaches them."""

    cast: Cast
    lines: Lines
    letters: Letters
    telegram_url: str
    twilio_url: str
    imap_port: int
    smtp_port: int


def run(*, port: int, office: str, keep: Path | None) -> int:
    """Run until a signal. 2: no such office."""
    logs.set_up()
    names = tuple(standard.shipped())
    if office not in names:
        print(f"There is no office {office!r}. Offices: {', '.join(names)}.", file=sys.stderr)  # noqa: T201 - for people
        return 2
    try:
        return running.run(_demo(port, office, keep))
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - for people
        return reason.code


async def _demo(port: int, first: str, keep: Path | None) -> int:
    clock = Clock()
    started = clock.now()
    listening = _listening(port)
    with _folder(keep) as folder:
        _set_clock(clock, folder, standard.shipped()[first].calendar)
        public_url = _address(listening)
        cast = _cast(clock, first, _base(started))
        async with _stand_ins(cast, clock, public_url, _base(started)) as playing:
            settings = _settings(playing, public_url, folder, clock)
            async with app.service(settings, migrate_first=True, clock=clock) as whole:
                made = _stage(whole, playing, clock, folder)
                stop = asyncio.Event()
                running.stop_at_signals(stop)
                jobs = {
                    "web": _serve(whole.site([*made.routes()]), made, listening, stop),
                    "worker": whole.work(stop),
                }
                listening.listen()  # whoever comes before the server stands waits a moment instead of being refused
                _welcome(listening, first, folder if keep else None)
                return await running.until_stopped(jobs, stop)
    return 0


def _base(started: datetime) -> int:
    """Where the providers' numbers begin: the tenths of a second until the start, so that no run repeats another's."""
    return (started - NUMBERS_BEGIN) // timedelta(seconds=0.1)


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


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"


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
    """The people of all shipped standards, the chosen one first."""
    order = list(casting.people())
    names = sorted(standard.shipped(), key=lambda each: (each != first, order.index(each)))
    offices = [(name, standard.shipped()[name].office) for name in names]
    described = [(name, office.name, office.timezone, office.government) for name, office in offices]
    return casting.on_telegram(clock.now, described, base)


@contextlib.asynccontextmanager
async def _stand_ins(cast: Cast, clock: Clock, public_url: str, base: int) -> AsyncIterator[StandIns]:
    """The servers of all providers, on ports of their own."""
    lines = casting.on_twilio(clock.now, cast, public_url, str(base))
    async with (
        telegram.serve(cast.world, clock) as bots,
        twilio.serve(lines.world, clock) as lines_server,
        mail.running(clock) as mails,
    ):
        letters = casting.by_mail(mails.world, cast, base)
        yield StandIns(cast, lines, letters, bots.url, lines_server.url, mails.imap_port, mails.smtp_port)


def _settings(playing: StandIns, public_url: str, folder: Path, clock: Clock) -> Settings:
    """A real configuration, read by the real reader."""
    lines = [
        "[service]",
        'database_url = "sqlite:///aduan.db"',
        'files = "files"',
        f'public_url = "{public_url}"',
        'key = { env = "ADUAN_KEY" }',
    ]
    templates = casting.templates(playing.lines, {name: say(f"knock.{name}", name="{{1}}") for name in KNOCKS})
    since = (clock.now() - timedelta(days=1)).date().isoformat()
    for name, played in playing.cast.offices.items():
        lines += ["[[offices]]", f'id = "{name}"', f'standard = "{name}"', "[offices.telegram]"]
        lines += [f'token = "{played.bot.token}"', f"desk = {played.desk.id}", f'api_url = "{playing.telegram_url}"']
        lines += _twilio_table(playing, name, templates)
        lines += _email_table(playing, name, since)
        for member, each in zip(played.staff, playing.cast.roles[name], strict=True):
            roles = ", ".join(f'"{role}"' for role in each)
            lines += ["[[offices.staff]]", f"telegram_id = {member.user.id}", f'name = "{member.user.first_name}"']
            lines += [f'title = "{member.title}"', f"roles = [{roles}]"]
    environ = {"ADUAN_KEY": _key(folder, Chance(clock))}
    return parse("\n".join(lines), place="demo", folder=folder, environ=environ)


def _twilio_table(playing: StandIns, office: str, templates: Mapping[str, str]) -> list[str]:
    (account,) = playing.lines.world.accounts.values()
    named = ", ".join(f'{name} = "{sid}"' for name, sid in templates.items())
    senders = [f'{name} = "{line.address}"' for name, line in playing.lines.offices[office].items()]
    return [
        "[offices.twilio]",
        f'account_sid = "{account.sid}"',
        f'auth_token = "{account.auth_token}"',
        f'api_url = "{playing.twilio_url}"',
        *senders,
        f"templates = {{ {named} }}",
        "sms_stands_in = true",
        f"sends_per_second = {QUICK}",
    ]


def _email_table(playing: StandIns, office: str, since: str) -> list[str]:
    address = playing.letters.offices[office]
    server = f'host = "{HOST}", tls = "none", user = "{address}", password = "{casting.MAIL_PASSWORD}"'
    return [
        "[offices.email]",
        f'address = "{address}"',
        f"imap = {{ {server}, port = {playing.imap_port} }}",
        f"smtp = {{ {server}, port = {playing.smtp_port} }}",
        "plus = true",
        f'authserv_id = "{SIGNED_BY}"',
        f'since = "{since}"',
        f"sends_per_second = {QUICK}",
    ]


def _key(folder: Path, chance: Chance) -> str:
    """The demo's own key, kept beside what it seals; a real one never lies there."""
    file = folder / "demo.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(base64.b64encode(chance.random_bytes(32)).decode(), "ascii")
    return file.read_text("ascii")


# --- what the page shows ----------------------------------------------------------------------------------------------


def _stage(whole: app.Service, playing: StandIns, clock: Clock, folder: Path) -> stage.Stage:
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
        for name in playing.cast.offices:
            found = await whole.store.read(partial(_latest, name))
            rows += [_row(whole, complaint) for complaint in found]
        return rows

    return stage.build(
        playing.cast.world,
        playing.cast.offices,
        citizens=playing.cast.citizens,
        hands=ClockHands(
            now=clock.now,
            shift=lambda seconds: move(timedelta(seconds=seconds)),
            next_working_day=next_working_day,
            is_open=lambda office: whole.offices[office].is_open(clock.now()),
        ),
        strip=strip,
        run=clock.now().strftime("%Y%m%dT%H%M%S%f"),
        lines=playing.lines,
        letters=playing.letters,
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
    words = [
        "",
        f"  Aduan is running:  {_address(listening)}",
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
    print(_address(listening), flush=True)  # noqa: T201 - for scripts
