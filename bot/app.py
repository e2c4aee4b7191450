"""The composition root: builds store, channels and offices from the settings, and starts and stops the roles."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bot import logs, people
from bot.alerts import DESK, LOOK_S, Alerts, disk_trouble
from bot.clock import Chance, Clock
from bot.deliver import Deliver
from bot.documents.look import Look
from bot.documents.press import Drawer, Press, at_first_use
from bot.documents.sheets import Sheets
from bot.documents.typesetting import Typesetter
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.foundation import CannotStart, channels_of, check_key, keep_standards, locked, store_of
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from bot.purge import Purger
from bot.road import Road, endless
from bot.running import run, serve_site, stop_at_signals, until_stopped
from bot.ticks import Ticks
from channels.base import Described, Polled
from channels.http import Http
from storage.engine import Store
from storage.files import Files
from workflow.world import PRESS

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from bot.config import Settings
    from channels.base import Channel, Report
    from workflow.office import Office

_log = structlog.get_logger("app")

READY = "ready"  # how a channel is that has nothing to mend
LONGEST_PAUSE_S = 60.0
DESK_LOOK_S = 300.0
UNKNOWN = frozenset({"down", "busy", "uncertain"})  # facts that tell nothing of a group


@dataclass(slots=True)
class Service:
    """Everything that one process runs."""

    settings: Settings
    clock: Clock
    chance: Chance
    store: Store
    files: Files
    media: Media
    http: Http
    offices: dict[str, Office]
    road: Road
    intake: Intake
    channels: dict[tuple[str, str], Channel]  # the road's own, to be added to before anything runs
    press: Press
    typesetter: Typesetter
    tables: dict[tuple[str, str], Any] = field(default_factory=dict)  # each channel's table of config.toml
    configured: dict[str, Office] = field(default_factory=dict)  # the offices as config.toml has them
    deliver: Deliver | None = None  # of the worker role, once it runs
    reports: dict[str, str] = field(default_factory=dict)  # "office/channel" -> how it is, for /readyz

    def add(self, channel: Channel) -> None:
        """One more channel, such as the terminal."""
        self.channels[channel.name, channel.office] = channel

    def site(self, further: list[BaseRoute] | None = None) -> Starlette:
        """The web role's site, with further routes where a demonstration has some."""
        from bot.web import Health, Web

        health = Health(self.road, self.files, self.disk, self.how_channels_are)
        return Web(self.road, self.intake, health, self._enclosures).app(further)

    @property
    def _enclosures(self) -> Enclosures:
        return Enclosures(self.store, self.files, self.media, self.road.clock.now(), self.road.offices)

    @property
    def disk(self) -> str:
        """A folder on the disk that must not be full."""
        folder = self.settings.folder if "://" in self.settings.files else Path(self.settings.files)
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def how_channels_are(self) -> dict[str, str]:
        """Each channel by "office/channel": what its set-up found, or why nothing is sent there now."""
        found = dict(self.reports)
        for (name, office), channel in self.channels.items():
            where = f"{office}/{name}"
            if (waiting := getattr(channel, "waiting", 0)) and found.get(where) == READY:
                found[where] = f"{READY}; {waiting} wait to be taken in"
            trouble = getattr(channel, "trouble", "") or self.intake.trouble.get((name, office), "")
            if trouble:
                found[where] = trouble
        return found | {f"{office}/{name}": why for (name, office), why in self._sending().items() if why != "ok"}

    def _sending(self) -> dict[tuple[str, str], str]:
        routes = self.deliver.channels() if self.deliver else {}
        return {key: routes.get(":".join(key), "ok") for key in self.channels}

    async def work(self, stop: asyncio.Event) -> int:
        """The worker role until `stop`: decide, send, fetch, watch the clock, and ask the channels that are polled."""
        deliver = self.deliver = Deliver(self.road, self._enclosures, self._rates())
        await self._recover(deliver)
        ticks = Ticks(self.road, deliver)
        jobs = {
            "pump": Pump(self.road).run(),
            "deliver": deliver.run(),
            "fetch": Fetcher(self.road, self.files, self.media, {PRESS: self.press}).run(),
            "purge": Purger(self.road).run(),
        }
        for (name, office), channel in self.road.channels.items():
            jobs[f"{name}:{office}"] = self._prepare_and_poll(channel)
        jobs["people"] = self._follow_people()
        jobs["desks"] = self._follow_desks()
        jobs["papers"] = self._prove_papers()
        jobs["alerts"] = self._watch()
        ticks.start()
        try:
            return await until_stopped(jobs, stop)
        finally:
            ticks.stop()

    async def _follow_people(self) -> None:
        """Know the desks and roles that another process stored; tell each channel where its office's desk is now."""

        async def body() -> float:
            if self.store.postgres:
                await people.look(self.road, self.configured)
            for (_, office), channel in self.channels.items():
                desk = self.offices[office].desk
                if desk is not None and getattr(channel, "desk", desk) != desk:
                    channel.desk = desk  # type: ignore[attr-defined] # it has one, as was just seen
                    await self._prepare(channel)
            return people.LOOK_S

        await endless("people", body, self.clock, asyncio.Event())

    async def _follow_desks(self) -> None:
        """Look at each staff group now and then, and at once when our standing there changed."""

        async def body() -> float:
            for (_, office), channel in self.channels.items():
                desk = self.offices[office].desk
                if desk is None or not isinstance(channel, Described) or not hasattr(channel, "desk"):
                    continue
                if channel.desk == desk:
                    self._note_desk(channel, await channel.describe())
                else:
                    channel.desk = desk  # it has one, as was just seen
                    await self._prepare(channel)
            return DESK_LOOK_S

        await self.clock.wait_for(self.road.bells.desks, DESK_LOOK_S)
        await endless("desks", body, self.clock, self.road.bells.desks)

    def _note_desk(self, channel: Channel, report: Report) -> None:
        """What's wrong in an office's group; of a provider that gives no answer nothing is known."""
        found = [problem for problem in report.problems if problem.desk and problem.fact not in UNKNOWN]
        if getattr(channel, "desk", None) is not None:
            self.reports[f"{channel.office}/{DESK}"] = "; ".join(problem.what for problem in found) or READY

    async def _prove_papers(self) -> None:
        """Try each office's own templates and logo at the start: what's wrong is told before a paper is needed."""
        for office, look in self.settings.looks().items():
            if look != Look() and office in self.offices:
                from bot.documents.proofs import problems

                found = await problems(self.offices[office].standard, look, self.typesetter, self.clock.now())
                self.reports[f"{office}/papers"] = "; ".join(f"{what} ({mend})" for what, mend in found) or READY
                for what, mend in found:
                    _log.error("an office's own template is broken", office=office, problem=what, mend=mend)
        await asyncio.Event().wait()  # tried: nothing more to do here

    async def _watch(self) -> None:
        """Look for trouble and tell the operators."""
        watching = Alerts(self.road, self.how_channels_are, lambda: disk_trouble(self.disk))

        async def body() -> float:
            await watching.step()
            return LOOK_S

        await endless("alerts", body, self.clock, asyncio.Event())

    async def _recover(self, deliver: Deliver) -> None:
        """What a process that died left behind: on SQLite all of it is ours, elsewhere what nobody renews."""
        alone = not self.store.postgres
        if found := await deliver.recover(everything=alone):
            _log.warning("messages were being sent when the process ended", messages=found)

    def _rates(self) -> dict[tuple[str, str], float]:
        """Messages a second of each channel, where the operator set it."""
        found = {key: getattr(table, "sends_per_second", None) for key, table in self.tables.items()}
        return {key: float(rate) for key, rate in found.items() if rate is not None}

    async def _prepare_and_poll(self, channel: Channel) -> None:
        """Tell the provider where to bring its news, again until it heard; then fetch them if that is how it's done."""
        await self._prepare(channel)
        if isinstance(channel, Polled) and channel.polled:
            await self.intake.run_polling(channel, self.chance.id())
        await asyncio.Event().wait()  # prepared: nothing more to do here

    async def _prepare(self, channel: Channel) -> None:
        name, pause_s = f"{channel.office}/{channel.name}", 1.0
        if not isinstance(channel, Described):
            self.reports[name] = READY
            return
        while True:
            report = await channel.set_up()
            self.reports[name] = "; ".join(each.what for each in report.problems if not each.desk) or READY
            self._note_desk(channel, report)
            for problem in report.problems:
                _log.warning("a channel isn't right", channel=name, problem=problem.what, mend=problem.mend)
            if report.ready:
                return
            await self.clock.wait(self.chance.jitter(pause_s))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


@contextlib.asynccontextmanager
async def service(settings: Settings, *, migrate_first: bool, clock: Clock | None = None) -> AsyncIterator[Service]:
    """Everything of one process, built and at the end taken down. Raises `CannotStart`."""
    clock = clock or Clock()
    chance = Chance(clock)
    with locked(settings), contextlib.ExitStack() as stack:
        store = store_of(settings, chance, migrate_first=migrate_first)
        stack.callback(store.close)
        check_key(store, clock)
        configured = {each.id: settings.office(each) for each in settings.offices}
        offices = store.now(lambda unit: people.read(unit, configured))
        http = Http()
        channels, tables = channels_of(settings, http, store.seal, clock)
        media, typesetter = Media(), Typesetter()
        road = Road(store, offices, channels, clock, chance)
        files = Files(settings.files, chance.random_bytes)
        drawn = _press(road, typesetter, settings)
        whole = Service(
            settings, clock, chance, store, files, media, http, offices, road, Intake(road), channels, drawn, typesetter
        )
        whole.tables, whole.configured = tables, configured
        whole.reports = {f"{office}/{name}": "being prepared" for name, office in channels}
        keep_standards(settings, offices, store, clock)
        try:
            yield whole
        finally:
            await media.close()
            await typesetter.close()
            await http.close()


def _press(road: Road, typesetter: Typesetter, settings: Settings) -> Press:
    """What draws: the papers of a complaint; the books and the guide, which few days need."""

    def books() -> Drawer:
        from bot.documents.books import BookDrawer

        return BookDrawer(road.store, road.offices.get, typesetter, road.clock.now)

    def guides() -> Drawer:
        from bot.documents.guide import GuideDrawer

        return GuideDrawer(road.offices.get, typesetter, road.clock.now)

    return Press(
        {
            "paper": Sheets(typesetter, settings.looks()).draw,
            "book": at_first_use(books),
            "guide": at_first_use(guides),
        }
    )


def serve(settings: Settings, *, roles: Sequence[str], migrate_first: bool) -> int:
    """Run these roles ("web", "worker") until a signal; the process's exit code."""
    logs.set_up()
    try:
        return run(_serve(settings, roles, migrate_first=migrate_first))
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - for the operator
        return reason.code


async def _serve(settings: Settings, roles: Sequence[str], *, migrate_first: bool) -> int:
    async with service(settings, migrate_first=migrate_first) as whole:
        stop = asyncio.Event()
        stop_at_signals(stop)
        jobs: dict[str, Coroutine[Any, Any, Any]] = {}
        if "web" in roles:
            jobs["web"] = serve_site(whole.site(), *settings.listen, stop=stop)
        if "worker" in roles:
            jobs["worker"] = whole.work(stop)
        return await until_stopped(jobs, stop)
