"""The form of a backup: what's put in comes out; whatever else is done to it shows."""

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.archive import CHUNK_BYTES, Damaged, Writer, frames
from storage.seal import Seal, UnknownMaster
from tests.doubles import MASTER

START = 51
SEALED = CHUNK_BYTES + 16
BODIES = [
    ("h", {"a": 1}),
    ("T", ["x", [[1, None, "é", b"\x00\xff"]]]),
    ("f", ["id", bytes(3 * CHUNK_BYTES)]),
    ("e", []),
]


def seal(*masters, seed=1):
    return Seal(masters or (MASTER,), random.Random(seed).randbytes)


def written(bodies=BODIES, **how):
    file = io.BytesIO()
    writer = Writer(file, seal(**how))
    for kind, body in bodies:
        writer.put(kind, body)
    writer.close()
    return file.getvalue()


def read(content, *masters):
    return list(frames(io.BytesIO(content), seal(*masters)))


def test_what_was_put_in_comes_out_in_its_order():
    assert read(written()) == BODIES


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 30, *range(CHUNK_BYTES - 12, CHUNK_BYTES + 3), 2 * CHUNK_BYTES])
def test_any_size_around_a_chunk_comes_out(size):
    """A frame that ends exactly with a chunk leaves no empty one."""
    content = written([("f", bytes(size))])
    assert read(content) == [("f", bytes(size))]


def test_nothing_of_it_can_be_read_without_the_key():
    content = written([("h", "0812-3456-7890 jalan berlubang")])
    assert b"0812" not in content
    assert b"jalan" not in content
    with pytest.raises(UnknownMaster):
        read(content, bytes(32))


def test_a_former_master_opens_what_it_made():
    assert read(written(), bytes(range(1, 33)), MASTER) == BODIES


CHUNKS = {
    name: slice(START + SEALED * n, START + SEALED * (n + 1)) for n, name in enumerate(("first", "second", "third"))
}


def dropped(content, name):
    return content[: CHUNKS[name].start] + content[CHUNKS[name].stop :]


def swapped(content):
    first, second = content[CHUNKS["first"]], content[CHUNKS["second"]]
    return content[:START] + second + first + content[CHUNKS["second"].stop :]


SPOILED = {
    "empty": lambda _: b"",
    "another file": lambda _: b"PK\x03\x04" + bytes(100),
    "only its start": lambda content: content[:START],
    "cut off within a chunk": lambda content: content[:-1],
    "cut off after a chunk": lambda content: content[: CHUNKS["second"].stop],
    "cut off to its first chunk": lambda content: content[: CHUNKS["first"].stop],
    "the first chunk left out": lambda content: dropped(content, "first"),
    "the second chunk left out": lambda content: dropped(content, "second"),
    "two chunks swapped": swapped,
    "a chunk twice": lambda content: content[: CHUNKS["first"].stop] + content[START:],
    "something after the end": lambda content: content + b"\x00",
    "a bit of its start": lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
    "a bit of its middle": lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
    "chunks of another one": lambda content: content[:START] + written(seed=2)[START:],
    "the end of another one": lambda content: (
        content[: CHUNKS["third"].start] + written(seed=2)[CHUNKS["third"].start :]
    ),
}


@pytest.mark.parametrize("how", SPOILED)
def test_whatever_was_done_to_it_shows(how):
    with pytest.raises(Damaged):
        read(SPOILED[how](written()))


def test_without_its_end_it_is_no_backup():
    file = io.BytesIO()
    writer = Writer(file, seal())
    for kind, body in BODIES:
        writer.put(kind, body)
    with pytest.raises(Damaged):
        read(file.getvalue())


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=60))
def test_no_bytes_do_more_than_be_refused(tail, kept):
    content = written([("h", 1)])[:kept] + tail
    with pytest.raises((Damaged, UnknownMaster)):
        read(content)
