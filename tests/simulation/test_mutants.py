"""The simulation can fail: every planted bug is caught within a few seeds, on which the code as it is passes."""

from __future__ import annotations

import pytest

from tests.simulation.faults import ROUGH
from tests.simulation.mutants import MUTANTS, Mutant, planted
from tests.simulation.world import Simulation

CITIZENS = 8
SEEDS = (1, 2, 3)


def world_of(seed: int, mutant: Mutant) -> Simulation:
    """The small world that a bug is looked for in."""
    return Simulation(seed, CITIZENS, ROUGH, places=mutant.places, mix=mutant.mix)


SETTINGS = {(each.places, each.mix): each for each in MUTANTS.values()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "mutant", SETTINGS.values(), ids=[" ".join(each.places + each.mix) for each in SETTINGS.values()]
)
def test_the_code_as_it_is_passes_the_seeds_that_mutants_are_caught_by(seed, mutant):
    report = world_of(seed, mutant).run()
    assert report.problems == [], str(report)
    assert report.counts["crashes"] >= 20, "a process that dies every few messages is what these seeds are for"


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_bug_is_caught_by_whom_it_harms(name):
    mutant = MUTANTS[name]
    problems: list[str] = []
    for seed in sorted(SEEDS, key=lambda seed: seed != mutant.seed):
        with planted(name):
            problems += world_of(seed, mutant).run().problems
        if any(mutant.by in problem for problem in problems):
            return
    pytest.fail(f"{mutant.what}, and {len(SEEDS)} seeds didn't show it: {problems[:5]}")


def test_a_bug_is_planted_for_a_while_only():
    from storage.inbox import Inbox

    sound = Inbox.take_in
    with planted("no-deduplication"):
        assert Inbox.take_in is not sound
    assert Inbox.take_in is sound
