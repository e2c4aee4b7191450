"""The program is killed at any moment, again and again: nothing is lost, nothing comes twice without saying so."""

import pytest

from tests.serve.kill import run

pytestmark = pytest.mark.slow


async def test_killed_at_any_moment_it_loses_nothing_and_registers_nothing_twice(tmp_path):
    outcome = await run(tmp_path, times=12, seed=1)
    assert len(outcome.citizens) >= 4
