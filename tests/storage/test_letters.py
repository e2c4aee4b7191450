"""The numbers of letters in both databases: none twice, counted ones without a gap, and what was taken back is free."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest

from storage.engine import Store
from storage.unit import Conflict
from tests.doubles import a_seal
from workflow.world import Lettered, Sought

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SERIES = "{urut}/424.079/{tahun}"


def a_letter(urut, number="", *, year=2026, complaint="id1", series=SERIES):
    text = number or f"{urut:03}/424.079/{year}"
    return Lettered(series=series, year=year, urut=urut, number=text, complaint=complaint)


async def keep(store, *given, office="kedopok"):
    await store.write(lambda unit: unit.letters.keep(office, given, NOW))


async def test_a_series_is_counted_by_office_and_year(store):
    await keep(store, a_letter(1), a_letter(7), a_letter(3, year=2025), a_letter(None, "lama"))
    await keep(store, a_letter(40), office="pekutatan")
    last = await store.read(lambda unit: unit.letters.last("kedopok", [SERIES, "lain"], 2025))
    assert last == {(SERIES, 2026): 7, (SERIES, 2025): 3}
    assert await store.read(lambda unit: unit.letters.last("kedopok", [SERIES], 2026)) == {(SERIES, 2026): 7}


@pytest.mark.parametrize(
    "again",
    [a_letter(2, "001/424.079/2026"), a_letter(1, "800/001/424.079/2026")],
    ids=["the same number", "the same running number"],
)
async def test_a_number_is_given_once_in_an_office(store, again):
    await keep(store, a_letter(1))
    with pytest.raises(Conflict):
        await keep(store, again)
    await keep(store, again, office="pekutatan")


async def test_typed_numbers_without_a_running_number_stand_beside_each_other(store):
    await keep(store, a_letter(None, "satu"), a_letter(None, "dua"))
    with pytest.raises(Conflict):
        await keep(store, a_letter(None, "satu"))


async def test_a_number_that_is_sought_is_found_by_its_text_and_by_what_it_counts(store):
    await keep(store, a_letter(5, complaint="id5"), a_letter(6, complaint="id6"))
    sought = [Sought(series=SERIES, number="800/005/424.079/2026", urut=5)]
    found = await store.read(lambda unit: unit.letters.found("kedopok", sought))
    assert [(each.number, each.complaint, each.urut) for each in found] == [("005/424.079/2026", "id5", 5)]
    assert await store.read(lambda unit: unit.letters.found("pekutatan", sought)) == ()


async def test_a_number_that_was_taken_back_may_be_given_again(store):
    await keep(store, a_letter(5))
    await store.write(lambda unit: unit.letters.free("kedopok", [("id1", "005/424.079/2026")]))
    await keep(store, a_letter(5, complaint="id9"))


async def test_a_number_without_its_year_is_another_one_next_year_and_only_this_years_is_taken_back(store):
    await keep(store, a_letter(None, "15", year=2026), a_letter(None, "15", year=2027, complaint="id7"))
    await store.write(lambda unit: unit.letters.free("kedopok", [("id7", "15")]))
    found = await store.read(lambda unit: unit.letters.found("kedopok", [Sought(series=SERIES, number="15")]))
    assert [(each.year, each.complaint) for each in found] == [(2026, "id1")]


async def test_for_the_next_number_those_are_found_that_were_typed_and_arent_counted_in_its_series(store):
    await keep(
        store, a_letter(1), a_letter(None, "002/424.079/2026"), a_letter(3, "300/003/2026", series="{urut}/{tahun}")
    )
    await keep(store, a_letter(None, "lama", year=2024))
    found = await store.read(lambda unit: unit.letters.found("kedopok", [Sought(series=SERIES)], 2025))
    assert sorted(each.number for each in found) == ["002/424.079/2026", "300/003/2026"]


async def test_letter_case_makes_no_other_number(store):
    await keep(store, a_letter(None, "015/Kec.Kdp"))
    sought = [Sought(series=SERIES, number="015/KEC.KDP")]
    assert len(await store.read(lambda unit: unit.letters.found("kedopok", sought))) == 1


async def test_many_who_count_at_once_give_every_number_once_and_leave_no_gap(url, store):
    """Each transaction reads how far it is and takes the next; who comes second is told, and counts again."""
    stores = [store, Store(url, a_seal(8))] if store.postgres else [store]
    conflicts, everybody = itertools.count(), asyncio.Barrier(12)

    async def number(nth):
        mine = stores[nth % len(stores)]
        while True:
            last = await mine.read(lambda unit: unit.letters.last("kedopok", [SERIES], 2026))
            if not last:  # nobody takes the first number before all want it
                await everybody.wait()
            letter = a_letter(last.get((SERIES, 2026), 0) + 1, complaint=f"id{nth}")
            try:
                return await keep(mine, letter)
            except Conflict:
                next(conflicts)

    await asyncio.gather(*(number(nth) for nth in range(12)))
    sought = [Sought(series=SERIES, number="-", urut=urut) for urut in range(30)]
    found = await store.read(lambda unit: unit.letters.found("kedopok", sought))
    assert sorted(each.urut for each in found) == list(range(1, 13))
    assert len({each.complaint for each in found}) == 12
    assert next(conflicts) > 0, "nobody was in anybody's way: this proved nothing"
    for each in stores[1:]:
        each.close()
