"""The one place of real time and chance: what it promises to everybody else."""

import asyncio
import re
from datetime import timedelta

import pytest

from bot.clock import Chance, Clock
from tests.doubles import HandClock


def test_a_shift_makes_time_pass_for_everybody_and_never_back():
    clock = Clock()
    before = clock.now()
    clock.shift(timedelta(hours=1))
    assert clock.now() - before >= timedelta(hours=1)
    assert before.tzinfo is not None
    with pytest.raises(ValueError, match="back"):
        clock.shift(timedelta(seconds=-1))


async def test_a_bell_ends_a_wait_and_is_still_afterwards():
    clock, bell = Clock(), asyncio.Event()
    assert not await clock.wait_for(bell, 0.01)
    bell.set()
    assert await clock.wait_for(bell, 10)
    assert not bell.is_set()


def test_ids_sort_by_the_time_they_were_made():
    clock = HandClock()
    chance = Chance(clock, seed=1)
    ids = []
    for _ in range(200):
        ids.append(chance.id())
        clock.pass_s(0.002)
    assert ids == sorted(ids)
    assert len(set(ids)) == 200
    assert {len(each) for each in ids} == {13}


def test_codes_can_not_be_misread_and_are_never_a_word():
    chance = Chance(HandClock(), seed=1)
    codes = [chance.code() for _ in range(2000)]
    assert all(re.fullmatch(r"[2-79AC-HJKMNP-RT-Z]{4}", each) for each in codes)
    assert all(re.search(r"\d", each) and re.search("[A-Z]", each) for each in codes)


def test_tokens_pass_through_any_link():
    chance = Chance(HandClock(), seed=1)
    assert all(re.fullmatch("[0-9a-z]{25}", chance.token()) for _ in range(50))
    assert chance.token() != chance.token()


def test_a_seed_repeats_everything():
    drawn = [
        [chance.id(), chance.code(), chance.token(), chance.random_bytes(8)]
        for chance in (Chance(HandClock(), 5), Chance(HandClock(), 5))
    ]
    assert drawn[0] == drawn[1]


def test_jitter_stays_within_a_fifth():
    chance = Chance(HandClock(), seed=1)
    assert all(8 <= chance.jitter(10) <= 12 for _ in range(100))
