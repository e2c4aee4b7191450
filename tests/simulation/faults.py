"""How often what goes wrong, and the record of what did: crashes of the process and faults of the provider."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.doubles import Crash


@dataclass(frozen=True)
class Odds:
    """Probabilities. `crash` is for each commit (before and after it) and each send (before and after it)."""

    crash: float = 0.001
    refused: float = 0.01  # the connection isn't opened
    busy: float = 0.01  # 429 with retry_after
    lost: float = 0.01  # reset before the provider took it
    timeout: float = 0.01  # taken, and no answer in time
    broken: float = 0.01  # taken, and answered with a 5xx
    garbled: float = 0.005  # taken, and answered with something else than the provider's words
    undelivered: float = 0.05  # an answer or a receipt by telephone is taken, and fails later
    doublet: float = 0.05  # an update comes again
    many: float = 0.01  # an update comes ten times
    late: float = 0.05  # an update is held up
    download: float = 0.08  # a download fails, to be tried again
    poll: float = 0.01  # a poll fails
    forged: float = 0.002  # somebody else calls the webhook first, without the secret
    pause: float = 0.0  # a worker stands still before or after it sends, perhaps for longer than its lease
    ahead: float = 0.1  # a process starts on a clock that runs ahead, and that's set back later
    asleep: float = 0.2  # the machine sleeps through a night: then it's hours later at once
    slow: float = 0.05  # a role gets to its work late, so that much waits for it
    name: str = "usual"


CALM = Odds(**{**dict.fromkeys(Odds.__dataclass_fields__, 0.0), "name": "calm"})
"""Nothing goes wrong."""
ROUGH = Odds(crash=0.01, name="rough")
"""The process dies ten times as often: what a small world needs to meet every kind of end."""


RACE = Odds(crash=0.003, pause=0.02, name="race")
"""Workers that stand still while others go on: for a database that several share."""
STALLED = Odds(crash=0.0, refused=0.3, pause=0.15, name="stalled")
"""Workers that sleep through their leases in the middle of sending, and what they tried then failed."""


@dataclass
class Faults:
    """Draws what goes wrong, and counts it."""

    odds: Odds
    random: random.Random
    nature: random.Random = field(default_factory=lambda: random.Random(0))  # of clocks and machines
    armed: bool = True
    lives: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)

    def strikes(self, what: str) -> bool:
        """Whether this fault happens now."""
        draw = self.nature if what in ("ahead", "asleep") else self.random
        struck = draw.random() < getattr(self.odds, what)
        self.counted[what] += struck
        return struck

    def life(self) -> Life:
        """A process is started."""
        self.lives += 1
        return Life(self, self.lives)


async def _never(seconds: float) -> None:
    raise AssertionError(f"a process that can't stand still was to do so for {seconds} s")


@dataclass
class Life:
    """One process from its start to its end. A dead one does nothing more: every point it reaches is its end again."""

    faults: Faults
    incarnation: int
    alive: bool = True
    over: bool = False  # its end was seen to
    tasks: dict[object, None] = field(default_factory=dict)  # its work in hand, oldest first
    died: Callable[[], None] = lambda: None  # to be told of its end
    stands_still: Callable[[float], Awaitable[None]] = _never  # for so many seconds

    async def hold_up(self) -> None:
        """A point at which the process may stand still."""
        if self.faults.odds.pause and self.faults.armed and self.faults.strikes("pause"):
            await self.stands_still(self.faults.random.uniform(2, 60))

    def may_crash(self, where: str) -> None:
        """A point at which the process may die."""
        faults = self.faults
        if not faults.armed:
            return
        if not self.alive:
            raise Crash(where)
        if faults.random.random() < faults.odds.crash:
            self.alive = False
            faults.crashes[where] += 1
            raise Crash(where)
