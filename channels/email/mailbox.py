"""The mailbox as the loop sees it: one daemon thread owns the IMAP connection for life and is asked by messages."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING

from workflow.message import SendError

if TYPE_CHECKING:
    from channels.email.keeper import Batch, Keeper

_TOKEN_S = 40.0


@dataclass(slots=True)
class Password:
    """A mailbox opened with a password."""

    value: str = field(repr=False)

    def secret(self) -> str:
        """The password."""
        return self.value

    def refused(self) -> None:
        """There is no other."""


@dataclass(slots=True)
class Token:
    """A mailbox opened with a token, which the loop fetches and the thread waits for."""

    loop: asyncio.AbstractEventLoop
    fetch: Callable[[], Awaitable[str]]
    forget: Callable[[], None]

    def secret(self) -> str:
        """A token that's good for a while. Raises `SendError`."""

        async def fetched() -> str:
            return await self.fetch()

        asked = asyncio.run_coroutine_threadsafe(fetched(), self.loop)
        try:
            return asked.result(_TOKEN_S)
        except TimeoutError:
            asked.cancel()
            raise SendError("down", "no access token in time") from None

    def refused(self) -> None:
        """Fetch another one the next time."""
        self.loop.call_soon_threadsafe(self.forget)


@dataclass(slots=True)
class _Question:
    after: str
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Batch]


@dataclass(slots=True)
class Mailbox:
    """Asks the keeper of a mailbox; `make` builds one, on the loop, when the first question comes."""

    name: str
    make: Callable[[], Keeper]
    _keeper: Keeper | None = None
    _questions: SimpleQueue[_Question | None] = field(default_factory=SimpleQueue)

    @property
    def waiting(self) -> int:
        """How many mails are seen and not yet handed over."""
        return self._keeper.waiting if self._keeper else 0

    @property
    def trouble(self) -> str:
        """Why it doesn't work now; "" where all is well."""
        return self._keeper.trouble if self._keeper else ""

    async def next(self, after: str) -> Batch:
        """As `Keeper.next`. When this is cancelled the connection ends at once, whatever the thread waits for."""
        keeper = self._keeper
        if keeper is None:
            keeper = self._keeper = self.make()
            self._questions = SimpleQueue()
            work = (keeper, self._questions)
            threading.Thread(target=_serve, args=work, name=f"mailbox {self.name}", daemon=True).start()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Batch] = loop.create_future()
        self._questions.put(_Question(after, loop, answer))
        try:
            return await answer
        except asyncio.CancelledError:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """End the connection and the thread; the next question begins anew from the stored cursor."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            self._questions.put(None)
            keeper.hang_up()


def _serve(keeper: Keeper, questions: SimpleQueue[_Question | None]) -> None:
    """The thread: answer questions, one after the other, until told to stop."""
    while (question := questions.get()) is not None:
        batch: Batch | None = None
        failed: Exception | None = None
        try:
            batch = keeper.next(question.after)
        except Exception as error:  # noqa: BLE001 - handed to who asked
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            question.loop.call_soon_threadsafe(_answer, question.answer, batch, failed)
        if keeper.stopped.is_set():
            break
    keeper.leave()


async def in_thread(work: Callable[[], None]) -> None:
    """Do something that blocks in a daemon thread, which unlike those of the loop never holds up the program's end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(failed: Exception | None) -> None:
        if not done.done():
            done.set_result(None) if failed is None else done.set_exception(failed)

    def run() -> None:
        failed: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 - handed to who waits
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(finish, failed)

    threading.Thread(target=run, name="mailbox check", daemon=True).start()
    await done


def _answer(answer: asyncio.Future[Batch], batch: Batch | None, failed: Exception | None) -> None:
    if answer.done():
        return
    if batch is not None:
        answer.set_result(batch)
    else:
        answer.set_exception(failed or SendError("down", "the mailbox gave no answer"))
