"""What all roles of the road share: the store, the offices and their channels, time, chance, and the bells."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.clock import Chance, Clock
from bot.metrics import Metrics
from channels.base import Channel
from storage.engine import Store, Unavailable
from storage.unit import Conflict
from workflow.office import Office

_log = structlog.get_logger("road")
_PAUSE_AFTER_FAILURE_S = 1.0


@dataclass(slots=True)
class Bells:
    """Rung when a role has work. They carry nothing: whoever hears one looks into the store; to miss one is no harm."""

    inbox: asyncio.Event = field(default_factory=asyncio.Event)
    outbox: asyncio.Event = field(default_factory=asyncio.Event)
    files: asyncio.Event = field(default_factory=asyncio.Event)
    purges: asyncio.Event = field(default_factory=asyncio.Event)
    desks: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Road:
    """The parts every role is made of. `channels` is keyed by (channel's name, office)."""

    store: Store
    offices: dict[str, Office]  # as they are now: people and desks change while it runs
    channels: Mapping[tuple[str, str], Channel]
    clock: Clock
    chance: Chance
    bells: Bells = field(default_factory=Bells)
    metrics: Metrics = field(default_factory=Metrics)


def place_of(error: BaseException) -> str:
    """What went wrong and where. The error's own text may quote a citizen, so it's neither stored nor logged."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where


async def endless(name: str, body: Callable[[], Awaitable[float]], clock: Clock, bell: asyncio.Event) -> None:
    """Run a role's `body` for ever: it returns how many seconds it has nothing to do, 0 for more at once.

    The bell ends the wait. A failure is logged and the body is tried again after a second: a role never dies of what
    it handles.
    """
    while True:
        try:
            idle_s = await body()
        except (Unavailable, Conflict) as error:
            _log.warning("the database refuses", role=name, error=str(error))
            await clock.wait(_PAUSE_AFTER_FAILURE_S)
            continue
        except Exception as error:  # noqa: BLE001 - logged; the loop goes on
            _log.error("a role failed", role=name, error=place_of(error))
            await clock.wait(_PAUSE_AFTER_FAILURE_S)
            continue
        if idle_s > 0:
            await clock.wait_for(bell, idle_s)
        else:
            await clock.wait(0)
