"""What the simulated worlds of a test run lived through, for its last lines."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.simulation.faults import Odds
from tests.simulation.grounds import ground
from tests.simulation.shrink import shrunk
from tests.simulation.world import Report, Simulation

NAME = "simulation"


def holds(request: pytest.FixtureRequest, seed: int, citizens: int, odds: Odds, **more: Any) -> Report:
    """Run a world and put what it lived through on record; fail with the smallest run that shows the same."""
    began_s, store = time.process_time(), more.get("store_kind", "memory")
    with ground(store, more.pop("folder", "")) as url:
        report = Simulation(seed, citizens, odds, url=url, **more).run()
    cost_s = time.process_time() - began_s
    lived = {name: report.counts[name] for name in ("citizens", "messages", "updates", "crashes", "faults")}
    parts = {"crashes by kind": dict(report.crashes), "faults by kind": dict(report.faults)}
    request.node.user_properties.append((NAME, {"store": store, "seconds": cost_s, **lived, **parts}))
    if report.problems:
        pytest.fail(str(shrunk(report, odds)), pytrace=False)
    return report


@dataclass
class Total:
    """Worlds on one kind of store."""

    worlds: int = 0
    seconds: float = 0.0
    lived: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, told: dict[str, Any]) -> None:
        """One more world."""
        self.worlds += 1
        self.seconds += told["seconds"]
        self.lived.update({name: count for name, count in told.items() if isinstance(count, int)})
        for name in ("crashes by kind", "faults by kind"):
            self.kinds.setdefault(name, Counter()).update(told[name])

    def lines(self, store: str) -> Iterator[str]:
        """What's printed of them."""
        lived = ", ".join(f"{count} {name}" for name, count in self.lived.items())
        yield f"{store}: {self.worlds} worlds, {lived} ({self.seconds:.0f} s)"
        for name, counted in self.kinds.items():
            most_first = ", ".join(f"{count} {kind}" for kind, count in counted.most_common() if count)
            yield f"  {name}: {most_first or 'none'}"


def lines(reports: Iterable[Any]) -> Iterator[str]:
    """The last lines of a test run that had simulated worlds in it."""
    totals: dict[str, Total] = {}
    for report in reports:
        for name, told in getattr(report, "user_properties", ()):
            if name == NAME and getattr(report, "when", "") == "call":
                totals.setdefault(told["store"], Total()).add(told)
    for store, total in totals.items():
        yield from total.lines(store)
