"""A process that dies at the n-th moment it passes, and is built anew on the store that survives until it gets through."""

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.media import Finding, Media
from storage.engine import Store
from storage.files import Files
from tests.doubles import Crash, FakeChannel, a_seal
from workflow.message import Sent

MARK = "\n(kirim ulang)"
FILES = Files("memory:", a_seal().random_bytes)


class Looker(Media):
    """Sees a photo in everything, without a child process."""

    async def inspect(self, data):
        return Finding("photo", "image/jpeg", 10, 10)


@dataclass
class Deaths:
    """Lets the process die at the n-th moment."""

    at: int
    passed: int = 0
    died_at: str = ""

    def moment(self, name: str) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.died_at = name
            raise Crash(name)


class Dying(FakeChannel):
    """A channel around whose sending the process may die."""

    moment: Callable[[str], None] = staticmethod(lambda name: None)

    async def send(self, parcel, key):
        self.moment("before send")
        sent: Sent = await self.leave(parcel, key)
        self.moment("after send")
        return sent

    async def leave(self, parcel, key) -> Sent:
        """What sending does."""
        return await super().send(parcel, key)


async def lives(store: Store, deaths: Deaths, live: Callable[[int], Awaitable[None]]) -> None:
    """One life after the other on a store, each with its number from 1, until one comes to its end."""
    store.around_commit = lambda moment: deaths.moment(f"{moment} commit")
    for life in itertools.count(1):
        try:
            await live(life)
        except Crash:
            continue
        break
    store.around_commit = None
