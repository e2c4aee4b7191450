"""What is recorded of absence in the chat holds for the next event, for other processes, and after a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot import people
from bot.pump import Pump
from storage.cases import Turn
from tests.bot.test_config import EXAMPLE, problems, read
from tests.bot.test_pump import a_complaint, arrive, until_idle
from tests.doubles import DESK, MORNING, a_road, said
from workflow.office import Duty, Staff
from workflow.world import Decision, Needs, Search

AWAY = Duty(id="d1", kind="away", person=901, since=MORNING, until=MORNING + timedelta(days=3), at=MORNING)
SITI = Staff(id=901, name="Siti", roles=("petugas",))


@pytest.fixture
def road(store, channel):
    """On both databases."""
    return a_road(store, channel)


@pytest.fixture
def pump(road, core):
    return Pump(road, core)


async def test_what_one_event_records_the_next_one_sees_and_so_does_another_process(road, pump, core):
    seen = []

    def decide(event, world):
        seen.append(world.office.duties)
        return Decision(duties=(AWAY,)) if len(seen) == 1 else Decision()

    core.rule = decide
    await arrive(road, said("a", chat=DESK), said("b", chat=DESK, message="2"))
    await until_idle(pump)
    assert seen == [(), (AWAY,)]
    assert road.offices["kanigaran"].duties == (AWAY,)
    other = replace(road.offices["kanigaran"], duties=())
    assert (await road.store.read(lambda unit: people.fresh(unit, other))).duties == (AWAY,)
    again = await road.store.read(lambda unit: people.read(unit, {"kanigaran": other}))
    assert again["kanigaran"].duties == (AWAY,)


async def test_what_is_searched_for_to_be_changed_is_changed_and_keeps_what_is_sealed(road, pump, core):
    cases = [
        a_complaint("id1", "1A1A", assignee="901", private={"name": "Bu CONTOH"}),
        a_complaint("id2", "2A2A", assignee="901"),
    ]
    await road.store.write(lambda unit: unit.cases.keep_complaints([(each, 0, Turn()) for each in cases], MORNING))

    def decide(event, world):
        (found,) = world.found
        assert {each.id for each in found} == {"id1", "id2"}
        return Decision(complaints=tuple(replace(each, version=each.version + 1, assignee="902") for each in found))

    core.rule = decide
    core.wants = lambda event: Needs(searches=(Search(open_only=True, limit=200, to_change=True),))
    await arrive(road, said("/serahkan", chat=DESK))
    await until_idle(pump)
    found = await road.store.read(lambda unit: unit.cases.complaints(ids=["id1", "id2"]))
    assert {each.value.assignee for each in found.values()} == {"902"}
    assert found["id1"].value.private == {"name": "Bu CONTOH"}


@pytest.mark.parametrize(
    ("roles", "admin", "sentence"),
    [('["petugas", "kasi"]', "false", "can't be 'kasi'"), ('["petugas"]', "true", "can't be an admin")],
)
def test_a_shared_account_of_the_configuration_holds_an_officers_roles_only(roles, admin, sentence):
    text = EXAMPLE.replace('roles = ["petugas", "kasi"]', f"roles = {roles}")
    text = text.replace("admin = false\n", f"admin = {admin}\n").replace("shared = false", "shared = true")
    assert any(sentence in line for line in problems(text))


def test_a_shared_account_of_the_configuration_is_known_as_such():
    text = EXAMPLE.replace('roles = ["petugas", "kasi"]', 'roles = ["petugas"]').replace(
        "shared = false", "shared = true"
    )
    settings = read(text)
    (person,) = settings.office(settings.offices[0]).staff
    assert person.shared
    assert (person.rank, person.nip) == ("Penata Tk. I (III/d)", "19800101 200501 2 001")
