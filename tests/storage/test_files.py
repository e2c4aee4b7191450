"""Files lie sealed, each under a key of its own; destroying a key erases the file."""

from datetime import timedelta

import pytest

from storage.files import Files, NotThere
from storage.rows import keyring
from storage.seal import Unopenable
from tests.doubles import MORNING, a_seal, citizen
from workflow.world import Fetch

NEXT = MORNING + timedelta(seconds=60)
CONTENT = b"\xff\xd8\xff" + b"CONTOH KTP 3574010101010001" * 50


@pytest.fixture
def files(tmp_path):
    return Files(str(tmp_path / "files"), a_seal().random_bytes)


def on_disk(tmp_path):
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def test_a_file_lies_sealed_and_comes_back(files, tmp_path):
    key = bytes(range(32))
    await files.write("id1", CONTENT, key)
    (path,) = on_disk(tmp_path)
    assert b"3574010101010001" not in path.read_bytes()
    assert await files.read("id1", key) == CONTENT


async def test_files_can_not_be_swapped_nor_changed(files, tmp_path):
    key = bytes(32)
    await files.write("id1", CONTENT, key)
    (path,) = on_disk(tmp_path)
    sealed = path.read_bytes()
    await files.write("id2", b"lain", key)
    (other,) = [each for each in on_disk(tmp_path) if each != path]
    other.write_bytes(sealed)
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    for name in ("id1", "id2"):
        with pytest.raises(Unopenable):
            await files.read(name, key)


async def test_an_erased_file_is_gone_and_erasing_it_again_is_no_error(files, tmp_path):
    await files.write("id1", CONTENT, bytes(32))
    await files.erase("id1")
    await files.erase("id1")
    assert on_disk(tmp_path) == []
    with pytest.raises(NotThere):
        await files.read("id1", bytes(32))


async def test_files_can_be_kept_in_memory_for_tests():
    files = Files("memory:", a_seal().random_bytes)
    await files.write("id1", CONTENT, bytes(32))
    assert await files.read("id1", bytes(32)) == CONTENT


def test_a_probe_leaves_nothing(files, tmp_path):
    files.probe()
    assert on_disk(tmp_path) == []


def test_a_probe_of_a_place_that_can_not_be_written_fails(tmp_path):
    (tmp_path / "files").write_text("not a folder")
    with pytest.raises(OSError, match="files"):
        Files(str(tmp_path / "files"), a_seal().random_bytes).probe()


def expected(store, name="f1", ring="7K3F"):
    fetch = Fetch(file=name, lane=citizen(), ref="AgAC-ref", kind="photo", size_bytes=9, keyring=ring)
    store.now(lambda unit: unit.shelf.expect([fetch, fetch], MORNING))


def ready(store, name="f1"):
    def settle(unit):
        row, key = unit.shelf.file(name), store.seal.new_key()
        assert unit.shelf.settle_file(
            name, state="ready", sealed=unit.shelf.wrap_file_key(row, key, MORNING), mime="image/jpeg"
        )
        return key

    return store.now(settle)


async def test_a_file_that_is_expected_is_leased_once(store):
    expected(store)
    (row,) = store.now(lambda unit: unit.shelf.lease_files(MORNING, NEXT, 9))
    assert (row.ref, row.state, row.keyring, row.lane) == ("AgAC-ref", "pending", "7K3F", citizen().lane)
    assert store.now(lambda unit: unit.shelf.lease_files(MORNING, NEXT, 9)) == []
    assert len(store.now(lambda unit: unit.shelf.lease_files(NEXT, NEXT, 9))) == 1


@pytest.mark.parametrize("ring", ["7K3F", ""])
async def test_the_key_of_a_file_is_kept_wrapped(store, ring):
    expected(store, ring=ring)
    key = ready(store)
    row = store.now(lambda unit: unit.shelf.file("f1"))
    assert key not in row.sealed
    assert store.now(lambda unit: unit.shelf.file_key(row)) == key


async def test_erasing_a_file_or_the_key_of_its_complaint_erases_it_for_good(store):
    for name in ("f1", "f2"):
        expected(store, name)
        ready(store, name)
    store.now(lambda unit: unit.shelf.erase_files(["f1"]))
    assert store.now(lambda unit: unit.shelf.file("f1")).state == "erased"
    store.now(lambda unit: unit.shelf.erase_keys([keyring("kanigaran", "7K3F")], MORNING))
    for name in ("f1", "f2"):
        with pytest.raises(Unopenable):
            store.now(lambda unit, name=name: unit.shelf.file_key(unit.shelf.file(name)))


async def test_a_file_that_arrives_after_its_erasure_is_not_kept(store):
    expected(store)
    store.now(lambda unit: unit.shelf.erase_files(["f1"]))
    assert not store.now(lambda unit: unit.shelf.settle_file("f1", state="ready"))
    expected(store, "f2", "2A2A")
    store.now(lambda unit: unit.shelf.ensure_keys([keyring("kanigaran", "2A2A")], MORNING))
    store.now(lambda unit: unit.shelf.erase_keys([keyring("kanigaran", "2A2A")], MORNING))
    with pytest.raises(Unopenable):
        store.now(lambda unit: unit.shelf.wrap_file_key(unit.shelf.file("f2"), bytes(32), MORNING))
