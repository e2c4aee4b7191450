"""Five thousand people of five offices in a rush, and what their offices do with it, while the program dies again."""

from __future__ import annotations

import pytest

from tests.simulation.faults import Odds
from tests.simulation.summary import holds
from tests.simulation.world import ALL, BUSY

WORLDS, PEOPLE = 10, 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(201, 201 + WORLDS))
def test_five_hundred_people_in_a_rush_each_get_what_they_came_for(request, seed):
    report = holds(request, seed, PEOPLE, Odds(), town=BUSY, mix=ALL)
    assert report.counts["citizens"] == PEOPLE
    assert report.counts["registered"] >= 10, "too few went all the way"
    assert report.counts["crashes"] >= 10, "this seed lets too little go wrong"


def test_there_are_five_thousand_of_them():
    assert WORLDS * PEOPLE >= 5_000
