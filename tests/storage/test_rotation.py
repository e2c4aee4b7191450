"""A new master key: everything is sealed anew with it, nothing needs the former one, what was destroyed stays so."""

import itertools
import random
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, insert, select

from storage import rotation, schema
from storage.columns import metadata
from storage.engine import Store
from storage.rows import Arrival
from storage.seal import Seal, Unopenable, unbox
from storage.tables import addresses, files, keys, purges, quarantine, threads
from tests.doubles import MASTER, MORNING, a_seal, citizen
from workflow.message import Outbound
from workflow.world import Fetch

NEW = bytes(range(100, 132))


def seal(*masters):
    return Seal(masters, random.Random(5).randbytes)


def test_every_column_of_bytes_is_known_to_rotation():
    """Whoever adds a column of bytes says in storage/rotation.py what seals it."""
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns == set(rotation.UNDER_A_MASTER) | rotation.UNDER_A_KEY
    assert not set(rotation.UNDER_A_MASTER) & rotation.UNDER_A_KEY


def filled(store, count=7):
    """Something in every column that a master seals, `count` of each, written as the program does wherever it can."""
    store.now(lambda unit: _fill(unit, count))


def _fill(unit, count):
    numbers = range(count)
    unit.inbox.take_in([Arrival("kanigaran", "telegram", f"k{n}", "l", b"masuk %d" % n) for n in numbers], MORNING)
    unit.outbox.put_in(
        [(Outbound(to=citizen(), text=f"keluar {n}", kind="answer", key=f"o{n}"), 0) for n in numbers], MORNING
    )
    made = unit.shelf.ensure_keys([f"kanigaran/K{n}" for n in numbers], MORNING)
    assert len(made) == count
    rings = itertools.cycle(("", "K1"))
    fetches = [
        Fetch(file=f"f{n}", lane=citizen(), keyring=next(rings), kind="photo", ref=f"r{n}", size_bytes=1)
        for n in numbers
    ]
    unit.shelf.expect(fetches, MORNING)
    for n in numbers:
        row = unit.shelf.file(f"f{n}")
        unit.shelf.settle_file(row.id, state="ready", sealed=unit.shelf.wrap_file_key(row, bytes([n] * 32), MORNING))
    unit.shelf.ask_purge([unit.shelf.file(f"f{n}") for n in numbers], MORNING)
    close, of = unit.seal.close, {"office": "kanigaran"}
    for n in numbers:
        run = unit.connection.execute
        run(insert(threads), of | {"address": f"a{n}", "about": "c", "sealed": close("thread", b"utas"), "at": MORNING})
        run(
            insert(addresses), of | {"address": f"a{n}", "route": "email:kanigaran", "thread": close("thread", b"utas")}
        )
        run(insert(quarantine), of | {"channel": "telegram", "lane": "l", "inbox": n, "payload": close("inbox", b"aneh"), "form": "raw", "reason": "x", "at": MORNING})  # fmt: skip


def opened(store, masters):
    """Every value that a master seals, opened by these alone. Raises `Unopenable`."""
    found, with_them = [], seal(*masters)
    with store.engine.connect() as connection:
        for place, purpose in rotation.UNDER_A_MASTER.items():
            table, column = rotation._column(place)
            key = table.primary_key.columns[0]
            rows = connection.execute(select(key, column, *([table.c.keyring] if table is files else [])))
            for name, value, *ring in rows:
                if not value or (place == "files.sealed" and ring != [""]):
                    continue
                about = purpose if isinstance(purpose, str) else purpose(name)
                found.append((place, name, with_them.open(about, value)))
    return sorted(found)


@pytest.fixture
def begun(url):
    """A database that the former master sealed, with something in every column."""
    made = Store(url, a_seal())
    if not made.postgres:
        schema.create(made)
    filled(made)
    made.close()
    return url


def test_everything_is_sealed_anew_and_nothing_needs_the_former_key(begun, monkeypatch):
    monkeypatch.setattr(rotation, "_PAGE", 3)
    store = Store(begun, seal(NEW, MASTER))
    before = opened(store, [MASTER])
    assert {place for place, _, _ in before} == set(rotation.UNDER_A_MASTER)
    assert sum(store.look(rotation.left).values()) == len(before)
    assert store.look(rotation.unknown) == 0
    steps = list(rotation.rotate(store))
    assert sum(step.sealed for step in steps) == len(before)
    assert max(step.sealed for step in steps) <= 3, "small transactions"
    assert opened(store, [NEW]) == before
    assert store.look(rotation.left) == {}
    assert list(rotation.rotate(store)) == []
    alone = Store(begun, seal(NEW))
    row = alone.look(lambda unit: unit.shelf.file("f1"))
    assert row.keyring
    assert row.ref == "r1"
    assert alone.look(lambda unit: unit.shelf.file_key(row)) == bytes([1] * 32)
    assert next(row.message.text for row in alone.look(lambda unit: unit.outbox.rows("kanigaran"))) == "keluar 0"
    for each in (store, alone):
        each.close()


def test_stopped_anywhere_it_goes_on_where_it_was(begun, monkeypatch):
    monkeypatch.setattr(rotation, "_PAGE", 2)
    store = Store(begun, seal(NEW, MASTER))
    before, lives = opened(store, [MASTER]), 0
    while store.look(rotation.left):
        for _ in itertools.islice(rotation.rotate(store), 3):  # and then it dies
            pass
        assert opened(store, [NEW, MASTER]) == before, "at every moment both together open everything"
        lives += 1
    assert lives > 5
    assert opened(store, [NEW]) == before
    store.close()


def test_large_values_are_taken_one_by_one(begun, monkeypatch):
    monkeypatch.setattr(rotation, "_PAGE_BYTES", 10)
    store = Store(begun, seal(NEW, MASTER))
    assert {step.sealed for step in rotation.rotate(store)} == {1}
    store.close()


def test_what_is_destroyed_meanwhile_stays_destroyed(begun):
    """The page was read; then the key is destroyed; then the page is written."""
    store = Store(begun, seal(NEW, MASTER))
    page = store.look(lambda unit: rotation._page(unit, "keys.sealed", None))
    changes, _ = rotation._sealed_anew(store.seal, "keys.sealed", page)
    assert len(changes) == 7
    store.now(lambda unit: unit.shelf.erase_keys(["kanigaran/K1"], MORNING))
    store.now(lambda unit: rotation._write(unit, "keys.sealed", changes))
    with store.engine.connect() as connection:
        found = dict(connection.execute(select(keys.c.name, keys.c.sealed)).all())
    assert [name for name, sealed in found.items() if sealed is None] == ["kanigaran/K1"]
    list(rotation.rotate(store))
    assert set(store.look(lambda unit: unit.shelf.keys(found))) == set(found) - {"kanigaran/K1"}
    row = store.look(lambda unit: unit.shelf.file("f1"))
    with pytest.raises(Unopenable):
        store.look(lambda unit: unit.shelf.file_key(row))
    store.close()


def test_what_no_key_opens_is_left_as_it_is_and_counted(begun):
    store = Store(begun, seal(NEW))
    wanted = sum(store.look(rotation.left).values())
    assert store.look(rotation.unknown) == wanted
    steps = list(rotation.rotate(store))
    assert (sum(step.sealed for step in steps), sum(step.closed for step in steps)) == (0, wanted)
    assert len(opened(store, [MASTER])) == wanted
    store.close()


def test_emptied_values_are_nobodys(begun):
    store = Store(begun, seal(NEW, MASTER))
    store.now(lambda unit: unit.pruning.empty([1, 2]))
    store.now(lambda unit: unit.shelf.settle_purge("f1", "deleted", "", MORNING + timedelta(1)))
    store.now(lambda unit: unit.connection.execute(purges.update().values(ref=b"").where(purges.c.file == "f2")))
    list(rotation.rotate(store))
    assert store.look(rotation.left) == {}
    store.close()


def test_a_key_of_a_master_that_is_not_configured_is_not_taken_for_destroyed(begun):
    """A process that doesn't know the new key yet must not write a complaint anew without what's private in it."""
    store = Store(begun, seal(NEW, MASTER))
    list(rotation.rotate(store))
    late = Store(begun, seal(MASTER))
    with pytest.raises(Unopenable):
        late.look(lambda unit: unit.shelf.keys(["kanigaran/K1"]))
    for each in (store, late):
        each.close()


def test_a_wrong_value_is_not_hidden_by_rotation(begun):
    """The inner layer: what a keyring's key wraps opens with the key that was wrapped anew, under its own name alone."""
    store = Store(begun, seal(NEW, MASTER))
    list(rotation.rotate(store))
    outer = store.look(lambda unit: unit.shelf.keys(["kanigaran/K1"]))["kanigaran/K1"]
    row = store.look(lambda unit: unit.shelf.file("f3"))
    assert unbox(outer, row.sealed, "file f3") == bytes([3] * 32)
    with pytest.raises(Unopenable):
        unbox(outer, row.sealed, "file f1")
    store.close()
