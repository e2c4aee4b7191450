"""Makes a failure small: the same seed with fewer citizens, as long as it still fails."""

from __future__ import annotations

from tests.simulation.faults import Odds
from tests.simulation.grounds import ground
from tests.simulation.world import Report, Simulation

_SIZES = (4, 8, 12, 20, 32, 50)


def shrunk(report: Report, odds: Odds) -> Report:
    """The smallest failing run of this seed that's found, or the report itself."""
    for size in _SIZES:
        if size >= report.citizens:
            break
        with ground(report.store) as url:
            more = {"places": report.places, "town": report.town, "store_kind": report.store, "mix": report.mix}
            smaller = Simulation(report.seed, size, odds, url=url, threads=report.threads, **more).run()
        if smaller.problems:
            return smaller
    return report
