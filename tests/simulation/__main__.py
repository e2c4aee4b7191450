"""Run the simulation by hand: one seed, or many with a progress bar; `--mutant NAME` plants a bug.

python -m tests.simulation --seed 8841 --citizens 12        repeat a failure
python -m tests.simulation --seeds 100                      a long run; ends with 1 if any seed failed
"""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.progress import Progress

from tests.simulation.faults import CALM, RACE, ROUGH, STALLED, Odds
from tests.simulation.grounds import STORES, ground
from tests.simulation.mutants import MUTANTS, planted
from tests.simulation.shrink import shrunk
from tests.simulation.world import ALL, BUSY, MIX, OFFICES, PASSING, QUIET, Simulation

TOWNS = {"quiet": QUIET, "busy": BUSY, "passing": PASSING}
ODDS = {"calm": CALM, "usual": Odds(), "rough": ROUGH, "race": RACE, "stalled": STALLED}


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--citizens", type=int, default=200, help="how many, at all offices together")
    parser.add_argument(
        "--channels", nargs="+", choices=ALL, default=MIX, help="on which they write, one after the other"
    )
    parser.add_argument("--town", choices=TOWNS, default="quiet", help="who they are and how close they come")
    parser.add_argument("--store", choices=STORES, default="memory", help="what it's stored in")
    parser.add_argument("--offices", nargs="+", choices=OFFICES, default=OFFICES, help="where they live")
    parser.add_argument("--odds", choices=ODDS, default="usual", help="how much goes wrong")
    parser.add_argument("--threads", action="store_true", help="on PostgreSQL: workers really run at the same time")
    parser.add_argument("--mutant", choices=MUTANTS, default="", help="plant this bug: it must be caught")
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """The exit code: 0 if every seed held what it promised."""
    wanted, console = arguments(given), Console(stderr=True)
    failed = 0
    with planted(wanted.mutant), Progress(console=console, disable=wanted.seeds == 1) as progress:
        task = progress.add_task(f"{wanted.seeds} seeds, {wanted.citizens} citizens each", total=wanted.seeds)
        for seed in range(wanted.seed, wanted.seed + wanted.seeds):
            odds = ODDS[wanted.odds]
            more = {
                "keep_trace": wanted.trace,
                "places": tuple(wanted.offices),
                "town": TOWNS[wanted.town],
                "store_kind": wanted.store,
                "threads": wanted.threads,
                "mix": tuple(wanted.channels),
            }
            with ground(wanted.store) as url:
                report = Simulation(seed, wanted.citizens, odds, url=url, **more).run()
            if wanted.trace:
                sys.stdout.write("\n".join(report.lines) + "\n")
            if report.problems:
                failed += 1
                if wanted.seeds > 1:
                    report = shrunk(report, odds)
            if report.problems or wanted.seeds == 1:
                console.print(str(report), markup=False, highlight=False)
            progress.advance(task)
    if wanted.seeds > 1:
        console.print(f"{failed} of {wanted.seeds} seeds failed", markup=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
