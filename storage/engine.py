"""The store: runs a function on the database's own thread inside one transaction, together with others that wait.

`await store.write(work)` returns what `work(unit)` returned, after the commit. Work that waits at the same moment
shares a transaction, each behind its own savepoint, since a commit costs far more than a statement. SQLite has one
writing thread and `BEGIN IMMEDIATE`; PostgreSQL has a few, and a further one for work that likes company.
`Store(..., inline=True)` runs everything at once on the caller's thread: for simulations on an in-memory database.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import StaticPool

from storage.seal import Seal
from storage.unit import Conflict, Unit

T = TypeVar("T")
Work = Callable[[Unit], T]
Hook = Callable[[Literal["before", "after"]], None]

_GROUP = 256  # at most so many share a transaction
_POSTGRES_WRITERS = 3
_BUSY_TIMEOUT_MS = 5_000


class Unavailable(Exception):
    """The database can't be reached, is locked, or its disk is full: nothing was stored; try again later."""


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Work[T]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[T]
    value: T | None = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():  # the caller went away
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)  # type: ignore[arg-type]  # T may be None itself


class Store:
    """One database. `around_commit` is called just before and just after every commit: where tests let it crash."""

    def __init__(
        self,
        url: str,
        seal: Seal,
        *,
        inline: bool = False,
        around_commit: Hook | None = None,
        busy_timeout_ms: int = _BUSY_TIMEOUT_MS,
    ) -> None:
        self.url = make_url(url)
        self.seal = seal
        self.inline = inline
        self.around_commit = around_commit
        self.postgres = self.url.get_backend_name() == "postgresql"
        self.engine = (
            _postgres_engine(url) if self.postgres else _sqlite_engine(url, "BEGIN IMMEDIATE", busy_timeout_ms)
        )
        alone = self.postgres or inline or self.in_memory
        self._reader = self.engine if alone else _sqlite_engine(url, "BEGIN", busy_timeout_ms)
        self._together: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._apart: SimpleQueue[_Job[Any] | None] = SimpleQueue() if self.postgres else self._together
        self._reads: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._closed = False

    @property
    def in_memory(self) -> bool:
        """Whether everything is forgotten at the end."""
        return not self.postgres and self.url.database in (None, "", ":memory:")

    async def write(self, work: Work[T], *, together: bool = False) -> T:
        """The value of `work(unit)`, once it's committed.

        `together`: short work that may wait for its neighbours' commit; on SQLite all work is such. Raises
        `Unavailable`, `Conflict`, or what `work` raised; nothing of it is stored then.
        """
        if self.inline:
            return self._now(self.engine, work)
        return await self._hand_over(self._together if together else self._apart, work)

    async def read(self, work: Work[T]) -> T:
        """The value of `work(unit)` on one consistent view; what it writes is never kept."""
        if self.inline or self.in_memory:
            return self._now(self.engine, work) if self.inline else await self.write(work)
        return await self._hand_over(self._reads, work)

    def now(self, work: Work[T]) -> T:
        """`write` for code that runs before any loop does, such as a command."""
        return self._now(self.engine, work)

    def look(self, work: Work[T]) -> T:
        """`read` for code that runs before any loop does: it takes no lock that a running service would wait for."""
        return self._now(self._reader, work)

    def close(self) -> None:
        """Finish what waits and let go of the database for good: a straggler must not open it again."""
        self._closed = True
        for thread, jobs in zip(self._threads, self._queues(), strict=True):
            jobs.put(None)
            del thread
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._reader.dispose()
        self.engine.dispose()

    # --- threads ------------------------------------------------------------------------------------------------------

    def _queues(self) -> list[SimpleQueue[_Job[Any] | None]]:
        apart = [self._apart] * _POSTGRES_WRITERS if self.postgres else []
        return [] if not self._threads else [self._together, self._reads, *apart]

    async def _hand_over(self, jobs: SimpleQueue[_Job[Any] | None], work: Work[T]) -> T:
        if self._closed:
            raise Unavailable("the database was closed: the program ends")
        if not self._threads:
            self._start()
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        jobs.put(job)
        value: T = await job.future
        return value

    def _start(self) -> None:
        plan = [("together", self._together, self.engine, _GROUP), ("reads", self._reads, self._reader, 1)]
        if self.postgres:
            plan += [(f"apart-{n}", self._apart, self.engine, 1) for n in range(_POSTGRES_WRITERS)]
        for name, jobs, engine, size in plan:
            thread = threading.Thread(
                target=self._serve, args=(jobs, engine, size), name=f"database-{name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, jobs: SimpleQueue[_Job[Any] | None], engine: Engine, size: int) -> None:
        while (first := jobs.get()) is not None:
            group, last = [first], False
            while len(group) < size and not last:
                try:
                    following = jobs.get_nowait()
                except Empty:
                    break
                if following is None:
                    last = True
                else:
                    group.append(following)
            self._carry_out(engine, group)
            _tell(group)
            if last:
                return

    def _carry_out(self, engine: Engine, group: Sequence[_Job[Any]]) -> None:
        """Run the jobs in one transaction; a job that fails is undone alone, a commit that fails is everybody's."""
        try:
            with engine.connect() as connection, connection.begin() as transaction:
                unit = self._unit(connection)
                for job in group:
                    if len(group) == 1:
                        job.value = job.work(unit)
                    else:
                        self._behind_a_savepoint(connection, unit, job)
                _check_it_stands(connection)
                self._hook("before")
                transaction.commit()
            self._hook("after")
        except BaseException as error:  # noqa: BLE001 - a thread hands everything to who waits for it
            told = _translated(error)
            for job in group:
                job.error = job.error or told

    def _behind_a_savepoint(self, connection: Connection, unit: Unit, job: _Job[Any]) -> None:
        try:
            with connection.begin_nested():
                job.value = job.work(unit)
        except Exception as error:  # noqa: BLE001 - handed to who waits for it
            _check_it_stands(connection)
            job.error = _translated(error)

    def _now(self, engine: Engine, work: Work[T]) -> T:
        try:
            with engine.connect() as connection, connection.begin() as transaction:
                value = work(self._unit(connection))
                self._hook("before")
                transaction.commit()
            self._hook("after")
        except DBAPIError as error:
            raise _translated(error) from error
        return value

    def _unit(self, connection: Connection) -> Unit:
        return Unit(connection, self.seal)

    def _hook(self, moment: Literal["before", "after"]) -> None:
        if self.around_commit is not None:
            self.around_commit(moment)


def _tell(group: Sequence[_Job[Any]]) -> None:
    """Wake the callers: one hop into each loop, however many of them wait there."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job[Any]]] = {}
    for job in group:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, jobs)
        except RuntimeError:  # the loop was closed meanwhile: nobody waits any more
            continue


def _settle(jobs: Sequence[_Job[Any]]) -> None:
    for job in jobs:
        job.settle()


def _check_it_stands(connection: Connection) -> None:
    """Raise `Unavailable` if the transaction isn't there any more, and with it what others wrote in it.

    When the disk is full or fails, SQLite may take all of it back by itself (sqlite.org/lang_transaction.html), and its
    driver's commit then says nothing: whatever was written before would be thought stored.
    """
    if connection.invalidated or not getattr(connection.connection.dbapi_connection, "in_transaction", True):
        raise Unavailable("the database took the transaction back: its disk may be full")


def _translated(error: BaseException) -> BaseException:
    """The driver's error as one of ours, with its first line; other errors as they are."""
    if not isinstance(error, DBAPIError):
        return error
    said = str(error.orig).split("\n", 1)[0]
    if str(getattr(error.orig, "sqlstate", None) or "").startswith("40"):  # deadlock, serialisation
        told: Exception = Conflict(said)
    elif isinstance(error, OperationalError | InterfaceError):
        told = Unavailable(said)
    else:
        return error
    told.__cause__ = error
    return told


def _sqlite_engine(url: str, begin: str, busy_timeout_ms: int) -> Engine:
    """SQLite as the design wants it: WAL, full synchronisation, transactions begun by us."""
    name = make_url(url).database
    if name in (None, "", ":memory:"):
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": busy_timeout_ms / 1000, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        connection.isolation_level = None  # the driver begins nothing behind our back
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={busy_timeout_ms}")
        # What's erased is overwritten in the file: a destroyed key must not lie on in a free page.
        for pragma in (*pragmas, "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin_ourselves(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: str) -> Engine:
    return create_engine(url, pool_size=_POSTGRES_WRITERS + 3, connect_args={"connect_timeout": 5})
