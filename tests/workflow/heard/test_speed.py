"""What it costs to hear a message: little, and never more than in proportion to its length."""

from __future__ import annotations

import random
import time

import pytest

from workflow.heard import intent

LETTER = (
    "Dengan hormat, bersama ini kami sampaikan bahwa jalan di depan pasar rusak parah dan lampu mati sejak dua minggu "
    "lalu, selokan mampet dan sampah menumpuk di pinggir sungai, petugas belum datang padahal sudah dilaporkan kepada "
    "ketua RT 3 RW 2 kelurahan kami, mohon segera diperbaiki. Terima kasih."
)
SLOWEST_US = 3_000  # the goal is 300 us; ten times that still fails where something became quadratic or a cache is lost


def _seconds(text: str) -> float:
    best = 9.0
    for _ in range(5):
        began = time.process_time()
        intent.guess(text)
        best = min(best, time.process_time() - began)
    return best


def _noise(letters: int) -> str:
    chance = random.Random(7)
    return " ".join("".join(chance.choices("abcdefghijklmnoprstu", k=7)) for _ in range(letters // 8))


def test_a_message_of_three_hundred_letters_costs_little() -> None:
    assert 280 <= len(LETTER) <= 320
    intent.guess(LETTER)
    assert _seconds(LETTER) * 1e6 < SLOWEST_US


HOSTILE = {
    "one letter": "a",
    "one word": "tidak ",
    "gaps": "air tidak ",
    "bribes": "minta uang ",
    "apostrophes": "ta' ",
    "marks": "?",
    "codes": "7K3F ",
    "digits": "1",
    "numbers": "KNG-2026-1 ",
    "breaks": "\n",
    "combining": "e\u0301",
    "danger": "kebakaran tolong ",
}


@pytest.mark.parametrize("name", [*HOSTILE, "noise"])
def test_no_text_costs_more_than_in_proportion_to_its_length(name: str) -> None:
    text = _noise(16_000) if name == "noise" else HOSTILE[name] * (16_000 // len(HOSTILE[name]))
    short, long = _seconds(text[:4_000]), _seconds(text)
    assert short < 0.3
    assert long < 12 * short + 0.02  # four times the text
