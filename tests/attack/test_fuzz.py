"""Whatever strangers write: every parser reads it or refuses it in its own words, within a bounded time."""

from __future__ import annotations

import contextlib
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack.targets import TARGETS, Target

LONGEST_S = 1.0  # for up to a few thousand bytes; what takes longer is quadratic or worse
ODD = [
    "\x00",
    "\u202e",
    "\u200b",
    "\ud7ff",
    "\uffff",
    "🙂",
    "\x1b[31m",
    "%s%n",
    "{0}",
    "${x}",
    "'",
    '"',
    "<b>",
    "\r\n\r\n",
    "../",
    "=1+1",
]


def fed(target: Target, data: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(*target.told):
        target.read(data)
    took_s = time.process_time() - began
    assert took_s < LONGEST_S, f"{took_s:.1f} s for {len(data)} bytes"


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
@settings(max_examples=120)
def test_it_reads_or_refuses_whatever_comes(name, data):
    target = TARGETS[name]
    if target.words:
        pieces = data.draw(
            st.lists(
                st.sampled_from(ODD) | st.text(max_size=30) | st.sampled_from([s.decode() for s in target.seeds]),
                max_size=6,
            )
        )
        fed(target, "".join(pieces).encode("utf-8", "surrogatepass"))
    else:
        fed(target, data.draw(st.binary(max_size=400)))


@pytest.mark.parametrize("name", TARGETS)
def test_it_reads_or_refuses_what_is_nearly_right(name):
    """What it's made for with bytes changed, dropped, doubled, cut off and put into each other."""
    target, chance = TARGETS[name], random.Random(name)
    for seed in target.seeds:
        for _ in range(150):
            data = bytearray(seed)
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(len(data) + 1)
                match chance.randrange(5):
                    case 0:
                        data[at : at + 1] = bytes([chance.randrange(256)])
                    case 1:
                        del data[at : at + chance.randint(1, 20)]
                    case 2:
                        data[at:at] = data[max(0, at - chance.randint(1, 40)) : at]
                    case 3:
                        data[at:at] = chance.choice(ODD).encode("utf-8", "surrogatepass")
                    case _:
                        data[at:] = data[: chance.randint(0, 60)]
            fed(target, bytes(data))


# --- what grows faster than its input -----------------------------------------------------------------------------------

REPEATED = {
    "digits": "3574 ", "digits without an end": "7", "dots": ".", "blanks": " ", "brackets": "(", "quotes": '"', "slashes": "/",
    "newlines": "\n", "a word": "jalan ", "letters": "a", "an address": "a@", "numbers": "1. ", "dashes": "-", "colons": "d:",
    "a name": "Nama: ", "marks": ">", "equals": "=?", "zero width": "\u200b", "braces": "{", "semicolons": ";", "RT": "RT 3 RW 4, ",
}  # fmt: skip
BIG = 60_000  # characters: more than any channel but mail brings at once


@pytest.mark.parametrize(
    "name", [name for name, target in TARGETS.items() if target.words or name in ("a mail", "a form of Twilio")]
)
def test_ten_times_as_much_takes_about_ten_times_as_long(name):
    """Measured on a processor's own time; a quadratic reader would need a hundred times as long."""
    target, slow = TARGETS[name], {}
    for what, unit in REPEATED.items():
        head = b"From: a@b.c\r\n\r\n" if name == "a mail" else b""
        small = _time_s(target, head + (unit * (BIG // 10 // len(unit))).encode())
        big = _time_s(target, head + (unit * (BIG // len(unit))).encode())
        if big > 0.25 and big > 30 * small:
            slow[what] = (round(small, 4), round(big, 3))
        assert big < 3.0, f"{what}: {big:.1f} s for {BIG} characters"
    assert slow == {}


def _time_s(target: Target, data: bytes) -> float:
    best = 10.0
    for _ in range(2):
        began = time.process_time()
        with contextlib.suppress(*target.told):
            target.read(data)
        best = min(best, time.process_time() - began)
    return best
