"""The simulation can fail: every planted bug is caught within a few seeds, on which the code as it is passes."""

from __future__ import annotations

import pytest

from tests.simulation.faults import ROUGH
from tests.simulation.mutants import MUTANTS, planted
from tests.simulation.world import Simulation

CITIZENS = 8
SEEDS = (1, 2, 3)
PLACES = ("kanigaran", "pekutatan", "pegantenan")
"""Few enough that each has several complaints: documents, an office's own loop, names and counted letters."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_code_as_it_is_passes_the_seeds_that_mutants_are_caught_by(seed):
    report = Simulation(seed, CITIZENS, ROUGH, places=PLACES).run()
    assert report.problems == [], str(report)
    assert report.counts["crashes"] >= 20, "a process that dies every few messages is what these seeds are for"


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_bug_is_caught(name):
    mutant = MUTANTS[name]
    for seed in sorted(SEEDS, key=lambda seed: seed != mutant.seed):
        with planted(name):
            if Simulation(seed, CITIZENS, ROUGH, places=PLACES).run().problems:
                return
    pytest.fail(f"{mutant.what}, and {len(SEEDS)} seeds didn't show it")


def test_a_bug_is_planted_for_a_while_only():
    from storage.inbox import Inbox

    sound = Inbox.take_in
    with planted("no-deduplication"):
        assert Inbox.take_in is not sound
    assert Inbox.take_in is sound
