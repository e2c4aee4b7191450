"""Waiting for whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first(*waits: Coroutine[Any, Any, Any]) -> list[asyncio.Task[Any]]:
    """Wait until one is done, cancel the others, and return the tasks in the order given."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return tasks


def finished(task: asyncio.Task[Any]) -> bool:
    """Return whether the task came to its end, rather than being cancelled for another's sake."""
    return task.done() and not task.cancelled()
