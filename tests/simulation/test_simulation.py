"""Five offices, their citizens and staff, a program that dies and a provider that fails: in the end all is as meant."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from tests.simulation.agenda import run
from tests.simulation.faults import CALM, Odds
from tests.simulation.names import name
from tests.simulation.reading import question_in, says
from tests.simulation.summary import holds
from tests.simulation.world import Report, Simulation
from workflow.say import say


@pytest.mark.slow
@pytest.mark.parametrize("seed", [101, 102, 103, 104])
def test_thirty_citizens_of_five_offices_get_what_they_meant_whatever_dies_or_fails(request, seed):
    report = holds(request, seed, 30, Odds())
    assert report.counts["citizens"] == 30
    assert report.counts["acts of number"] >= 3
    assert report.counts["crashes"] >= 5, "this seed lets too little go wrong"
    assert report.counts["faults"] >= 100


@pytest.mark.slow
def test_who_begins_by_sms_and_goes_on_with_another_telephone_gets_it_all_into_one_report(request):
    report = holds(request, 105, 25, Odds(), mix=("sms",))
    assert report.counts["reports carried on elsewhere"] >= 8
    assert report.counts["crashes"] >= 5, "this seed lets too little go wrong"


@pytest.mark.slow
def test_where_nothing_goes_wrong_nothing_comes_twice(request):
    report = holds(request, 5, 10, CALM)
    assert report.counts["crashes"] == report.counts["faults"] == 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_run_in_another_process_too():
    here = Simulation(7, 6).run()
    again = Simulation(7, 6).run()
    assert here.trace == again.trace
    ask = "from tests.simulation.world import Simulation; print(Simulation(7, 6).run().trace)"
    found = subprocess.run(
        [sys.executable, "-c", ask],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert found.stdout.strip() == here.trace


@pytest.mark.slow
def test_another_seed_gives_another_run():
    assert Simulation(7, 4).run().trace != Simulation(8, 4).run().trace


def test_a_failure_names_the_command_that_repeats_it():
    report = Report(8841, 12, ["a complaint was lost"], "ab" * 32, [], *[{}] * 3)
    assert "a complaint was lost" in str(report)
    assert ".venv/bin/python -m tests.simulation --seed 8841 --citizens 12" in str(report)


def test_questions_are_recognised_as_they_are_worded_today():
    text = say("paper.received", what="KTP") + "\n\n" + say("ask.kk", requirement="", options="")
    assert question_in(text) == "ask.kk"
    assert question_in(say("thanks.short")) == ""
    asked = says("Hal lain.\n" + say("sorting.many", last="3", which="mana KTP", example="1 KTP"), "sorting.many")
    assert asked is not None
    assert asked["last"] == "3"


def test_no_two_made_up_names_are_the_same():
    assert len({name(number) for number in range(5_000)}) == 5_000


def test_threads_of_the_inline_loop_are_this_one():
    async def main():
        return await asyncio.to_thread(lambda: asyncio.get_running_loop() is not None)

    assert run(main()) is True
