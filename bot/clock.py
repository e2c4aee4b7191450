"""Real time, chance and fresh names: the only file that touches them; everything else is handed these values."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # base 32 that sorts as it counts, without i, l, o, u
_CODE_DIGITS = "2345679"  # 0, 1 and 8 are taken for O, I and B
_CODE_LETTERS = "ACDEFGHJKMNPQRTUVWXYZ"  # without B, I, L, O, S
_CODE_LENGTH = 4


class Clock:
    """The time the office lives in: real time, shifted where a demonstration or an exercise wants it so.

    Waiting is always real time: a shift makes deadlines pass, not seconds.
    """

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC) + self._shift

    def monotonic(self) -> float:
        """Seconds that only ever grow, for measuring how long something took."""
        return time.monotonic()

    def shift(self, by: timedelta) -> None:
        """Let `by` pass at once for everybody who asks this clock. Time only goes forward."""
        if by < timedelta():
            raise ValueError(f"a clock can't be shifted back ({by})")
        self._shift += by

    async def wait(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)

    async def wait_for(self, bell: asyncio.Event, timeout_s: float) -> bool:
        """Wait until `bell` rings or the time is over; the bell is still again afterwards. True: it rang."""
        try:
            async with asyncio.timeout(max(timeout_s, 0)):
                await bell.wait()
        except TimeoutError:
            return False
        bell.clear()
        return True


class Chance:
    """Everything that's drawn: names, codes, secrets, jitter. A seed makes it repeatable, for tests only."""

    def __init__(self, clock: Clock, seed: int | None = None) -> None:
        self._clock = clock
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - a seed is for tests

    def random_bytes(self, count: int) -> bytes:
        """Fresh random bytes for keys and nonces."""
        return self._random.randbytes(count)

    def id(self) -> str:
        """A name of 13 characters that sorts by the millisecond it was made in; four of them are chance."""
        passed = (self._clock.now() - _BEGINNING) // timedelta(milliseconds=1)
        return _spell(passed, 9) + _spell(self._random.getrandbits(20), 4)

    def code(self) -> str:
        """Four characters nobody confuses on paper or on the phone, with both a digit and a letter: 7K3F.

        It's unique in its office only once it's stored: a doublet is refused there and drawn again.
        """
        while True:
            code = "".join(self._random.choices(_CODE_DIGITS + _CODE_LETTERS, k=_CODE_LENGTH))
            if any(each in _CODE_DIGITS for each in code) and any(each in _CODE_LETTERS for each in code):
                return code

    def token(self) -> str:
        """A secret of 125 bits for a one-time link, of characters every channel lets through."""
        return _spell(self._random.getrandbits(125), 25)

    def link_code(self) -> str:
        """A secret of 50 bits that people copy into a chat within a day; there, letter case is nothing."""
        return _spell(self._random.getrandbits(50), 10).upper()

    def jitter(self, seconds: float) -> float:
        """`seconds`, a fifth more or less, so that what failed together isn't tried again together."""
        return seconds * self._random.uniform(0.8, 1.2)

    def ids(self) -> Iterator[str]:
        """An endless supply of `id`."""
        while True:
            yield self.id()

    def codes(self) -> Iterator[str]:
        """An endless supply of `code`."""
        while True:
            yield self.code()

    def tokens(self) -> Iterator[str]:
        """An endless supply of `token`."""
        while True:
            yield self.token()


def _spell(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, last = divmod(number, 32)
        digits.append(_DIGITS[last])
    return "".join(reversed(digits))
