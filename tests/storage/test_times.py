"""Timers, cursors and leases of roles, on both databases."""

from datetime import timedelta

from tests.doubles import MORNING, citizen
from workflow.world import Timer


def later(seconds: float):
    return MORNING + timedelta(seconds=seconds)


def timer(key="t1", seconds: float = 60, **more) -> Timer:
    return Timer(
        key=key, lane=citizen(), due_at=later(seconds), kind="step_due", subject="id1", rule="60 office_minute", **more
    )


async def test_a_timer_rings_once_when_its_time_has_come(store):
    await store.write(lambda unit: unit.times.set([timer("t2", 90), timer()]))
    assert await store.read(lambda unit: unit.times.next_due()) == later(60)
    assert await store.write(lambda unit: unit.times.due(later(59), 9)) == []
    assert await store.write(lambda unit: unit.times.due(later(60), 9)) == [timer()]
    assert await store.write(lambda unit: unit.times.due(later(60), 9)) == []
    assert await store.read(lambda unit: unit.times.next_due()) == later(90)


async def test_setting_a_timer_again_moves_it_and_winds_it_up(store):
    await store.write(lambda unit: unit.times.set([timer()]))
    await store.write(lambda unit: unit.times.set([timer(seconds=120)]))
    assert await store.write(lambda unit: unit.times.due(later(60), 9)) == []
    assert len(await store.write(lambda unit: unit.times.due(later(120), 9))) == 1
    await store.write(lambda unit: unit.times.set([timer(seconds=180)]))
    assert len(await store.write(lambda unit: unit.times.due(later(180), 9))) == 1


async def test_an_unset_timer_never_rings(store):
    await store.write(lambda unit: unit.times.set([timer(), timer("t2")]))
    await store.write(
        lambda unit: unit.times.unset([("kanigaran", "t1"), ("kedopok", "t2"), ("kanigaran", "t9")], MORNING)
    )
    assert [each.key for each in await store.write(lambda unit: unit.times.due(later(99), 9))] == ["t2"]


async def test_open_timers_tell_the_rule_that_made_them(store):
    await store.write(lambda unit: unit.times.set([timer()]))
    assert [each.rule for each in await store.read(lambda unit: unit.times.open_timers("kanigaran"))] == [
        "60 office_minute"
    ]


async def test_a_cursor_moves(store):
    assert await store.read(lambda unit: unit.times.cursor("kanigaran", "telegram")) == ""
    for cursor in ("5", "9"):
        await store.write(lambda unit, cursor=cursor: unit.times.move_cursor("kanigaran", "telegram", cursor, MORNING))
    assert await store.read(lambda unit: unit.times.cursor("kanigaran", "telegram")) == "9"
    assert await store.read(lambda unit: unit.times.cursor("kedopok", "telegram")) == ""


async def test_a_role_has_one_holder_until_its_lease_is_over(store):
    def hold(holder, at):
        return store.write(lambda unit: unit.times.hold("poll:telegram:kanigaran", holder, later(at), 90))

    assert await hold("a", 0)
    assert not await hold("b", 10)
    assert await hold("a", 60)
    assert not await hold("b", 140)
    assert await hold("b", 151)
    assert not await hold("a", 152)
