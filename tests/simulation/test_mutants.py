"""The simulation can fail: every planted bug is caught within a few seeds, on which the code as it is passes."""

from __future__ import annotations

import pytest

from tests.simulation.grounds import ground
from tests.simulation.mutants import MUTANTS, Mutant, planted
from tests.simulation.world import Report, Simulation
from tests.stores import postgres

__all__ = ["postgres"]

SEEDS = (1, 2, 3)


def report_of(request: pytest.FixtureRequest, seed: int, mutant: Mutant) -> Report:
    """What happens in the small world that a bug is looked for in."""
    folder = request.getfixturevalue("postgres") if mutant.store == "postgres" else ""
    world = {"places": mutant.places, "town": mutant.town, "mix": mutant.mix, "store_kind": mutant.store}
    with ground(mutant.store, folder) as url:
        return Simulation(seed, mutant.citizens, mutant.odds, url=url, **world).run()


SETTINGS = {(*each.places, *each.mix, each.odds.name, each.town.name, each.store): each for each in MUTANTS.values()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("mutant", SETTINGS.values(), ids=[" ".join(each) for each in SETTINGS])
def test_the_code_as_it_is_passes_the_seeds_that_mutants_are_caught_by(request, seed, mutant):
    report = report_of(request, seed, mutant)
    assert report.problems == [], str(report)
    if mutant.odds.crash:
        assert report.counts["crashes"] >= 20, "a process that dies every few messages is what these seeds are for"
    else:
        assert report.faults["pause"] >= 20, "nor does a worker often stand still for nothing"


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_bug_is_caught_by_whom_it_harms(request, name):
    mutant = MUTANTS[name]
    problems: list[str] = []
    for seed in sorted(SEEDS, key=lambda seed: seed != mutant.seed):
        with planted(name):
            problems += report_of(request, seed, mutant).problems
        if any(mutant.by in problem for problem in problems):
            return
    pytest.fail(f"{mutant.what}, and {len(SEEDS)} seeds didn't show it: {problems[:5]}")


def test_a_bug_is_planted_for_a_while_only():
    from storage.inbox import Inbox

    sound = Inbox.take_in
    with planted("no-deduplication"):
        assert Inbox.take_in is not sound
    assert Inbox.take_in is sound
