"""The same on real databases: a SQLite file of one process, and a PostgreSQL that two processes race for."""

from __future__ import annotations

import pytest

from tests.simulation.faults import RACE, Odds
from tests.simulation.summary import holds
from tests.simulation.world import ALL, BUSY, Simulation
from tests.stores import postgres

__all__ = ["postgres"]

PEOPLE = 150


@pytest.mark.slow
def test_a_hundred_and_fifty_people_on_a_sqlite_file(request):
    report = holds(request, 301, PEOPLE, Odds(), town=BUSY, mix=ALL, store_kind="sqlite")
    assert report.counts["citizens"] == PEOPLE
    assert report.counts["acts of number"] >= 3
    assert report.counts["crashes"] >= 5


@pytest.mark.slow
def test_a_hundred_people_on_postgresql_whose_workers_sleep_through_their_leases(request, postgres):
    report = holds(request, 302, 100, RACE, town=BUSY, mix=ALL, store_kind="postgres", folder=postgres)
    assert report.faults["pause"] >= 5
    assert report.counts["crashes"] >= 20


@pytest.mark.slow
def test_fifty_people_on_postgresql_whose_workers_really_run_at_once(request, postgres):
    report = holds(request, 303, 50, RACE, town=BUSY, mix=ALL, store_kind="postgres", folder=postgres, threads=True)
    assert report.counts["crashes"] >= 10


@pytest.mark.slow
def test_a_seed_gives_the_same_run_on_a_file_as_in_memory(tmp_path):
    url = f"sqlite:///{tmp_path}/aduan.db"
    assert Simulation(7, 4, url=url, store_kind="sqlite").run().trace == Simulation(7, 4).run().trace
