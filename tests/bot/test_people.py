"""A group is linked and roles are given while the program runs, on the real store; what the file says wins."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot import people
from tests.doubles import MORNING
from workflow.office import Duty, Office, Staff
from workflow.standard import standard
from workflow.world import Decision

SITI = Staff(id=31, name="Siti", roles=("petugas",), admin=True)
BUDI = Staff(id=32, name="Budi", roles=("camat",), fixed=True)


def office(**more) -> Office:
    return Office(id="kanigaran", standard=standard.shipped()["kanigaran"], **more)


def test_what_is_given_in_the_chat_is_added_to_what_the_file_says():
    whole = people.merged(office(staff=(BUDI,)), "-100", [SITI])
    assert (whole.desk, [each.name for each in whole.staff]) == ("-100", ["Budi", "Siti"])


def test_the_file_wins_for_its_desk_and_its_people():
    given = replace(BUDI, roles=("petugas",), fixed=False)
    whole = people.merged(office(staff=(BUDI,), desk="-1", desk_fixed=True), "-100", [given])
    assert (whole.desk, whole.staff) == ("-1", (BUDI,))


def test_who_left_the_group_has_no_role_even_if_the_file_gives_one():
    whole = people.merged(office(staff=(BUDI,)), None, [replace(BUDI, roles=(), admin=False)])
    assert whole.staff[0].roles == ()


async def test_the_newest_word_about_a_person_counts_and_the_others_stay(store):
    for person in (SITI, replace(SITI, roles=("petugas", "kasi"), title="Kasi Pelayanan")):
        await store.write(lambda unit, person=person: unit.people.keep_staff([("kanigaran", person)], MORNING))
    assert await store.read(lambda unit: unit.people.staff()) == {
        "kanigaran": [replace(SITI, roles=("petugas", "kasi"), title="Kasi Pelayanan")]
    }


async def test_a_desk_that_moves_is_the_new_one(store):
    for chat in ("-1", "-2"):
        await store.write(lambda unit, chat=chat: unit.people.link_desk("kanigaran", chat, MORNING))
    assert await store.read(lambda unit: unit.people.desks()) == {"kanigaran": "-2"}


async def test_an_alert_begins_once_and_ends_once(store):
    for wanted in (True, False):
        begun = await store.write(lambda unit: unit.people.begin_alert("disk", "full", "make room", MORNING))
        assert begun is wanted
    assert await store.read(lambda unit: unit.people.alerts()) == {"disk": "full"}
    for wanted in (True, False):
        assert await store.write(lambda unit: unit.people.end_alert("disk")) is wanted


# --- who is away and who stands in ---------------------------------------------------------------------------------------

AWAY = Duty(
    id="d1", kind="away", person=32, since=MORNING, until=MORNING + timedelta(days=2), by="staff:31", at=MORNING
)
PLH = Duty(id="d2", kind="plh", person=31, role="camat", holder=32, since=MORNING, by="staff:31", at=MORNING)


async def test_what_was_recorded_of_absence_is_there_after_a_restart_and_the_newest_word_counts(store):
    back = replace(AWAY, until=MORNING + timedelta(hours=3), ended_by="staff:32", ended_at=MORNING)
    for fact in (AWAY, PLH, back):
        await store.write(lambda unit, fact=fact: unit.people.keep_duties([("kanigaran", fact)], MORNING))
    found = await store.read(lambda unit: people.read(unit, {"kanigaran": office(staff=(BUDI,))}))
    assert found["kanigaran"].duties == (back, PLH)
    assert await store.read(lambda unit: unit.people.duties()) == {"kanigaran": [AWAY, PLH, back]}, "nothing is erased"


async def test_another_process_sees_what_was_recorded_before_it_decides(store):
    def record(unit):
        people.keep(unit, "kanigaran", Decision(duties=(AWAY,)), MORNING)
        return people.fresh(unit, office(staff=(BUDI,)))

    fresh = await store.write(record)
    assert fresh.away(32, MORNING) == AWAY
    assert people.after(fresh, Decision(duties=(PLH,))).stand_ins("camat", MORNING) == ()  # nobody of the office yet


async def test_a_shared_phone_is_remembered_as_such(store):
    phone = Staff(id=40, name="Loket", roles=("petugas",), shared=True)
    await store.write(lambda unit: unit.people.keep_staff([("kanigaran", phone)], MORNING))
    assert await store.read(lambda unit: unit.people.staff()) == {"kanigaran": [phone]}
