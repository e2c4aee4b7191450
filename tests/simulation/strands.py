"""Work of a process that may stand still in its middle, while the world goes on, and that ends with its process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from functools import partial
from typing import Any

from tests.doubles import Crash
from tests.simulation.agenda import Agenda
from tests.simulation.faults import Life


class Strand:
    """One piece of work. `settled`: it's done, or stands still; `slept`: it once did."""

    def __init__(self) -> None:
        self.slept = False
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle(self, _: object = None) -> None:
        """Whoever waits needn't any more."""
        if not self.settled.done():
            self.settled.set_result(None)


_STRAND: ContextVar[Strand] = ContextVar("strand")
_LIFE: ContextVar[Life] = ContextVar("life")


def watch_tasks() -> None:
    """From now on every task belongs to the process that it was begun by; one that crashes ends its process."""

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coroutine, loop=loop, **more)
        life = _LIFE.get(None)
        if life is not None:
            life.tasks[task] = None
            task.add_done_callback(partial(_ended, life))
        return task

    asyncio.get_running_loop().set_task_factory(factory)


def _ended(life: Life, task: asyncio.Task[Any]) -> None:
    life.tasks.pop(task, None)
    if not task.cancelled() and isinstance(task.exception(), Crash):
        life.died()


async def carry(work: Coroutine[Any, Any, Any], life: Life) -> Any:
    """Do a process's work until it's done or stands still. Its result; None where it stands still or was ended."""
    strand = Strand()
    before, of = _STRAND.set(strand), _LIFE.set(life)
    try:
        task = asyncio.get_running_loop().create_task(work)
    finally:
        _STRAND.reset(before)
        _LIFE.reset(of)
    task.add_done_callback(strand.settle)
    await strand.settled
    if not task.done() or task.cancelled() or isinstance(task.exception(), Crash):
        return None
    return task.result()


async def stand_still(agenda: Agenda, seconds: float) -> None:
    """Let so much time pass for everybody else."""
    strand = _STRAND.get()
    strand.slept = True
    gate = asyncio.get_running_loop().create_future()

    async def go_on() -> None:
        if gate.done():  # its process died meanwhile
            return
        strand.settled = asyncio.get_running_loop().create_future()
        gate.set_result(None)
        await strand.settled

    agenda.after(seconds, "role: a worker that stood still goes on", go_on)
    strand.settle()
    await gate


def has_slept() -> bool:
    """Whether the work in hand once stood still."""
    return _STRAND.get().slept
